//! Changes that a task makes: whether one was begun tells whether the call arrived.

use host_model::Value;
use host_policy::HostPurpose;
use host_runtime::Stop;
use serde_json::Value as Json;

use host_catalog::Begun;

use super::{Lost, Settled, time};
use crate::record::Known;

impl Lost<'_> {
    /// A task that was begun since: the workflow follows it. None, once it must be visible: sent again.
    pub(super) async fn task(&mut self, begun: &Begun) -> Result<Settled, Stop> {
        let Some(purpose) = HostPurpose::of_read(&self.product.key, &begun.read) else {
            return Ok(Settled::Told);
        };
        loop {
            let with = begun.with.iter().filter_map(|name| {
                let value = self.intent.sent.text(name)?;
                Some((name.clone(), Value::Text(value.to_owned())))
            });
            let body = match self.read(purpose, with.collect()).await {
                Ok(body) => body,
                Err(error) => return Err(self.unreadable(purpose, &error)),
            };
            if self.has_begun(&body, begun) {
                return Ok(Settled::Told);
            }
            if !self.wait().await? {
                return Ok(Settled::Again(Known::Repeated));
            }
        }
    }

    fn has_begun(&self, body: &Json, begun: &Begun) -> bool {
        let tasks = body.pointer(&begun.items).and_then(Json::as_array);
        let made = |task: &Json| {
            let text = task.pointer(&begun.made).and_then(Json::as_str).unwrap_or_default();
            // A date that cannot be read may be one of now.
            time::read(text).is_none_or(|at| !self.window.is_before_all(at))
        };
        tasks.is_some_and(|tasks| tasks.iter().any(made))
    }
}
