//! Looks at things that no event asks for: at the end of a run, and later.

use host_model::{AccountId, Call, CallError, ErrorKind};
use host_plan::Shown;
use host_policy::Permit;

use super::LiveDriver;
use crate::left::lasting;

impl LiveDriver {
    /// The reads that show what a call changed, as far as it stays so.
    pub(crate) fn lasting_looks(&self, call: &Call, account: &AccountId) -> Vec<Call> {
        let looks = self.looks_of(call).into_iter().filter_map(|(_, _, look)| {
            let identity = self.onlooker(&look, account)?.facts.identity;
            Some(Call { identity, ..look })
        });
        looks.filter(|look| lasting(look).is_some()).collect()
    }

    /// What a read shows, without any secret that this run knows.
    ///
    /// # Errors
    ///
    /// The cloud did not say what there is, or nobody is bound who could ask.
    pub(crate) async fn look(&self, look: &Call) -> Result<Shown, CallError> {
        let identity = self.looker(look)?;
        let (product, read) = self.resolve(look)?;
        let permit = Permit::to_look(product, read).ok_or_else(|| {
            let message = format!("`{}` is no read that shows what a call touches", read.name);
            CallError::new(ErrorKind::Denied, "catalog.action-unknown", message)
        })?;
        match self.send_own(&identity, permit, look, None).await {
            Err(error) if error.kind != ErrorKind::NotFound => Err(error),
            answer => Ok(self.redacted_shown(Shown::of(&answer))),
        }
    }
}
