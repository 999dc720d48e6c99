//! Calls that make something with a name: the name tells whether they took effect (fault row 3).

use std::collections::BTreeMap;

use host_catalog::{Began, Found, ParameterType};
use host_client::Answer as ClientAnswer;
use host_model::{CallError, ErrorKind, Value, quote_within};
use host_policy::HostPurpose;
use host_runtime::Stop;
use serde_json::Value as Json;

use super::{Lost, SHOWN, Settled, time, title};
use crate::equal::{is_same, tags};
use crate::record::Known;

/// What is there under the name.
struct There {
    body: Json,
    /// Its tags, where another read shows them.
    tags: Option<Json>,
}

/// Whose it is.
enum Whose {
    /// Made by the call whose reply was lost.
    Ours,
    /// There before, or made by somebody else meanwhile; why.
    Anothers(String),
    /// Nobody can tell; why.
    Nobodys(String),
}

impl Lost<'_> {
    pub(super) async fn by_name(&mut self, read: &str) -> Result<Settled, Stop> {
        let purpose = HostPurpose::of_read(&self.product.key, read);
        let Some((found, purpose)) = self.action.found.as_ref().zip(purpose) else {
            return self.began().await;
        };
        loop {
            let there = self.look(found, purpose).await?;
            let whose = there.as_ref().map(|there| self.whose(found, there));
            match (there, whose) {
                (Some(there), Some(Whose::Ours)) => {
                    return Ok(Settled::Found(reply(found, &there.body)));
                }
                (_, Some(Whose::Anothers(why))) => return Ok(Settled::Taken(self.taken(&why))),
                // What is not there, or differs, may be old news.
                _ if self.wait().await? => {}
                (_, Some(Whose::Nobodys(why))) => {
                    return Err(
                        self.doubt(&why, "see who made it, and remove it if nobody needs it")
                    );
                }
                _ => return Ok(Settled::Again(Known::Repeated)),
            }
        }
    }

    /// Of a call that begins a task: if there is one of that time, the workflow follows it. Another's task
    /// looks the same, so no reply is built of it.
    async fn began(&mut self) -> Result<Settled, Stop> {
        let purpose = |began: &Began| HostPurpose::of_read(&self.product.key, &began.read);
        let began = self.action.began.as_ref();
        let Some((began, purpose)) = began.and_then(|began| Some((began, purpose(began)?))) else {
            return Ok(Settled::Told);
        };
        loop {
            let tasks = match self.read(purpose, self.asked(purpose, &began.with)).await {
                Ok(body) => body.pointer(&began.items).and_then(Json::as_array).cloned(),
                // Whoever may not look leaves it to the workflow.
                Err(error) if error.kind == ErrorKind::Forbidden => return Ok(Settled::Told),
                Err(error) => return Err(self.unreadable(purpose, &error)),
            };
            let is_of_then = |task: &Json| {
                let made = task.pointer(&began.made).and_then(Json::as_str).and_then(time::read);
                // One of an unknown time may be it.
                made.is_none_or(|made| self.window.has(made))
            };
            if tasks.into_iter().flatten().any(|task| is_of_then(&task)) {
                return Ok(Settled::Told);
            }
            if !self.wait().await? {
                return Ok(Settled::Again(Known::Repeated));
            }
        }
    }

    /// What is there, if anything is.
    async fn look(&self, found: &Found, purpose: HostPurpose) -> Result<Option<There>, Stop> {
        let body = match self.read(purpose, self.asked(purpose, &found.with)).await {
            Ok(body) => body,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unreadable(purpose, &error)),
        };
        if found.there.as_ref().is_some_and(|at| body.pointer(at) != Some(&Json::Bool(true))) {
            return Ok(None);
        }
        let purpose_of = |read: &str| HostPurpose::of_read(&self.product.key, read);
        let tags = match &found.tags {
            None => None,
            Some(look) => match purpose_of(&look.read) {
                None => None,
                Some(purpose) => match self.read(purpose, self.asked(purpose, &look.with)).await {
                    Ok(tags) => tags.get("TagResources").cloned(),
                    Err(error) => return Err(self.unreadable(purpose, &error)),
                },
            },
        };
        Ok(Some(There { body, tags }))
    }

    /// What a read is asked for, as the catalog says it.
    fn asked(&self, purpose: HostPurpose, with: &BTreeMap<String, String>) -> Vec<(String, Value)> {
        let (product, action, _) = purpose.action();
        let catalog = self.driver.stage.catalog;
        let is = |name: &str| {
            let parameter = catalog.action(product, action)?.parameter(name)?;
            catalog.product(product)?.type_of(parameter)
        };
        let fill = |(name, words): (&String, &String)| {
            let text = self.filled(words);
            let value = match is(name) {
                Some(ParameterType::Texts { .. }) => Value::Json(Json::from(vec![text])),
                _ => Value::Text(text),
            };
            (name.clone(), value)
        };
        with.iter().map(fill).collect()
    }

    /// Words with the call's parameters in them.
    fn filled(&self, words: &str) -> String {
        self.intent.sent.parameters.iter().fold(
            words.to_owned(),
            |words, (name, value)| match value {
                Value::Text(text) => words.replace(&format!("{{{name}}}"), text),
                _ => words,
            },
        )
    }

    fn whose(&self, found: &Found, there: &There) -> Whose {
        let Some(made_at) = &found.made else { return Whose::Ours };
        let text = there.body.pointer(made_at).and_then(Json::as_str).unwrap_or_default();
        let made = quote_within(text, SHOWN);
        let Some(at) = time::read(text) else {
            return Whose::Nobodys(format!("what is there was made at an unknown time `{made}`"));
        };
        if self.window.is_after(at) {
            return Whose::Anothers(format!("what is there was made before, at {made}"));
        }
        if self.is_marked(found, there) == Some(false) {
            return Whose::Anothers(format!("what is there was made by somebody else, at {made}"));
        }
        let differing = self.differing(found, there);
        if differing.is_empty() {
            return Whose::Ours;
        }
        let names = differing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        Whose::Nobodys(format!("what is there was made at {made}, with another {names}"))
    }

    /// Whether it carries this workflow's mark; `None` if it could not.
    fn is_marked(&self, found: &Found, there: &There) -> Option<bool> {
        let mark = &self.driver.stage.mark;
        let shown = |name: &str| found.equal.get(name).map(|at| there.body.pointer(at));
        let shown_tags = match &found.tags {
            Some(_) => Some(there.tags.as_ref()),
            None => shown("Tag"),
        };
        if let Some(list) = shown_tags {
            let tags = list.map(tags).unwrap_or_default();
            return Some(tags.iter().any(|(key, value)| mark.text() == format!("{key}={value}")));
        }
        let comment = shown("Comments")?;
        Some(comment.and_then(Json::as_str).is_some_and(|comment| mark.is_in(comment)))
    }

    /// The parameters that were sent and are not what is there.
    fn differing(&self, found: &Found, there: &There) -> Vec<&str> {
        let sent = self.intent.sent.parameters.iter();
        let differs = |(name, value): &(&String, &Value)| {
            let shown = match found.equal.get(*name) {
                Some(at) => there.body.pointer(at),
                None if *name == "Tag" && found.tags.is_some() => there.tags.as_ref(),
                // A name, by which it was found, or a secret, which nobody can read.
                None => return false,
            };
            let is = self.action.parameter(name).and_then(|it| self.product.type_of(it));
            !is_same(is, value, shown)
        };
        sent.map(|(name, value)| (name, value))
            .filter(differs)
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// What the cloud said to the call, as nobody heard it.
    fn taken(&self, why: &str) -> CallError {
        let code = self.action.errors.keys().find(|code| code.starts_with("EntityAlreadyExists"));
        let code = code.map_or("run.name-taken", String::as_str);
        let title = title(self.product, self.action);
        let message = format!("the reply to `{title}` was lost, and it had no effect: {why}");
        CallError::new(ErrorKind::AlreadyExists, code, self.driver.redact(&message))
            .with("action", title)
    }
}

/// The reply that was lost, as far as a read shows it.
fn reply(found: &Found, read: &Json) -> ClientAnswer {
    let mut body = Json::Object(serde_json::Map::new());
    for (to, from) in &found.reply {
        let value = read.pointer(from).cloned().unwrap_or_default();
        place(&mut body, to, value);
    }
    answer(body)
}

/// An answer that no request brought.
pub(super) const fn answer(body: Json) -> ClientAnswer {
    ClientAnswer { body, secrets: Vec::new(), outputs: Vec::new(), request_id: None, attempts: 1 }
}

/// Puts a value at a JSON Pointer, whatever is missing on the way.
fn place(body: &mut Json, at: &str, value: Json) {
    let mut slot = body;
    for part in at.split('/').skip(1) {
        if !slot.is_object() {
            *slot = Json::Object(serde_json::Map::new());
        }
        slot = &mut slot[part];
    }
    *slot = value;
}
