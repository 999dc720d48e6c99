//! What is under way, for whoever watches.

use std::time::Duration;

use host_model::Call;

use super::LiveDriver;
use super::judge::Brief;
use crate::Moment;

impl LiveDriver {
    /// A request is about to leave.
    pub(super) fn watch_call(&self, call: &Call, brief: &Brief<'_>) {
        let facts = &brief.identity.facts;
        self.stage.reporter.watch(&Moment::Call {
            account_name: self.account_name(facts).map(str::to_owned),
            account: facts.account.to_string(),
            action: format!("{}:{}", call.product, call.action),
            sentence: self.redact(&brief.action.sentence_of(call)),
            planned: self.planned().filter(|_| brief.action.effect.is_write()),
        });
    }

    /// What may not be visible yet is waited for.
    pub(super) fn watch_wait(&self, wait: Duration) {
        let why = "what came of it may not be visible yet";
        self.stage.reporter.watch(&Moment::Wait { why, wait });
    }
}
