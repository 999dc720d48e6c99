//! Calls that the host makes for itself, as the workflow's caller.

use std::collections::BTreeMap;

use host_client::Answer as ClientAnswer;
use host_model::{Call, CallError, IdentityRef, Reply, Timestamp, Value};
use host_policy::{HostPurpose, Permit};
use serde_json::Value as Json;

use super::call::attempts_of;
use super::foresee::note_forbidden;
use super::{Identity, LiveDriver};

impl LiveDriver {
    /// A call of the host's, as that caller.
    pub(super) fn own_call(
        &self,
        (caller, region): (&IdentityRef, Option<&str>),
        (product, action): (&str, &str),
        parameters: Vec<(String, Value)>,
    ) -> Call {
        let version = self.stage.catalog.product(product).map(|it| it.version.clone());
        Call {
            identity: caller.clone(),
            product: product.to_owned(),
            version: version.unwrap_or_default(),
            action: action.to_owned(),
            region: region.map(str::to_owned),
            parameters,
        }
    }

    /// Reads for that purpose. What is not found is asked for until what was written at `settle_since`
    /// must be visible, or else what the run wrote before.
    pub(super) async fn read_own(
        &self,
        identity: &Identity,
        purpose: HostPurpose,
        call: &Call,
        settle_since: Option<Timestamp>,
    ) -> Result<Json, CallError> {
        self.send_own(identity, Permit::for_host(purpose), call, settle_since).await
    }

    /// Sends it. Seen by whoever reads along, but no evidence: the workflow did not make it.
    pub(super) async fn send_own(
        &self,
        identity: &Identity,
        permit: Permit,
        call: &Call,
        settle_since: Option<Timestamp>,
    ) -> Result<Json, CallError> {
        let settle_since = settle_since.or_else(|| {
            let (_, action) = self.resolve(call).ok()?;
            self.settling.since(call, action, identity.caller())
        });
        let awaited = self.settling.awaited(call, &identity.facts.account);
        let outgoing = self.outgoing(call, &[], settle_since, Some(&awaited));
        if let Some(planning) = &self.stage.planning {
            let identity = identity.facts.identity.clone();
            planning.book().note_read(&Call { identity, ..call.clone() });
        }
        let begun = self.stage.clock.now();
        let answer = self.stage.client.call(permit, identity.keys.as_ref(), outgoing).await;
        if let Some(planning) = &self.stage.planning {
            note_forbidden(planning, identity, call);
        }
        let attempts = match &answer {
            Ok(answer) => answer.attempts,
            Err(error) => attempts_of(error),
        };
        let sent = answer.map(|answer| {
            let ClientAnswer { body, request_id, .. } = answer;
            Reply { body, secrets: BTreeMap::new(), identity: None, request_id }
        });
        let elapsed = self.stage.clock.now().since(begun);
        self.report_call(call, identity, &sent, attempts, elapsed);
        sent.map(|reply| reply.body)
    }
}
