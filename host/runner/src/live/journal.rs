//! What is written down of a call with an effect: before it is sent, and when it is known what came of it.

use host_journal::Sealed;
use host_model::{Call, SecretRef};
use host_policy::Consent;
use host_runtime::Stop;
use host_vault::SealedEntry;

use super::call::orphaned;
use super::{Identity, LiveDriver, Stage};
use crate::record::{Entry, Intent, Inverse, Outcome};

impl LiveDriver {
    /// What is written down of a call before it is sent.
    pub(super) fn intent(
        &self,
        asked: &Call,
        call: &Call,
        identity: &Identity,
        consent: Consent,
        host_parameters: &[(String, String)],
    ) -> Intent {
        let action = self.resolve(call).ok().map(|(_, action)| action);
        let inverse = action.and_then(|action| action.inverse.as_ref());
        Intent {
            call: asked.clone(),
            account: identity.facts.account.to_string(),
            sent: call.clone(),
            host_parameters: host_parameters.to_vec(),
            lost: action.map_or("reconcile", |action| action.lost.as_str()).to_owned(),
            consent: consent.as_str().to_owned(),
            inverse: inverse.map(|it| Inverse { action: it.action.clone(), with: it.with.clone() }),
            before: None,
            looks: self.only_looks(call),
        }
    }

    /// On disk before the request leaves; if it cannot be, the request stays.
    pub(super) async fn write_intent(&self, intent: &Intent) -> Result<(), Stop> {
        let entry = Entry::Intent(intent.clone());
        self.stage.recorder.write(&entry, &[]).await.map_err(|error| Stop::Unrecorded {
            reason: format!(
                "`{}` was not sent, because it could not be written down: {error}",
                intent.call.action
            ),
        })
    }

    /// What came of a call, and the secrets that it brought, as one; then the vault has them.
    pub(super) async fn write_outcome(
        &self,
        call: &Call,
        outcome: Outcome,
        sealed: &[(SecretRef, SealedEntry)],
    ) -> Result<(), Stop> {
        let Stage { recorder, secrets, vault, .. } = &self.stage;
        let journaled: Vec<Sealed> = sealed
            .iter()
            .map(|(_, it)| Sealed {
                vault: vault.clone(),
                name: it.name.clone(),
                bytes: it.bytes.clone(),
            })
            .collect();
        let written = recorder.write(&Entry::Outcome(outcome), &journaled).await;
        for (name, it) in sealed {
            secrets
                .place(it)
                .map_err(|error| Stop::Unkept { reason: orphaned(name, &error.to_string()) })?;
        }
        if !sealed.is_empty()
            && let Ok(identity) = self.identity(&call.identity)
        {
            self.settle_intent(call, &identity)?;
        }
        written.map_err(|error| Stop::Unrecorded {
            reason: format!(
                "`{}` was sent and answered, and what came of it could not be written down: {error}",
                call.action
            ),
        })?;
        for it in &journaled {
            // What stays in the journal is placed once more by the next run.
            drop(recorder.placed(it).await);
        }
        Ok(())
    }
}
