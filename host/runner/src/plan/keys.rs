//! The operator's own keys, which the overlay has to know when it sees them.

use std::sync::Arc;

use async_trait::async_trait;
use host_client::KeySource;
use host_model::{Arn, CallError, Principal};
use host_sign::AccessKey;
use host_simulator::{Caller, CallerIdentity, Known, Overlay};

use crate::{Bound, BoundAccounts};

/// A bound key that introduces itself, also after it was renewed.
#[derive(Debug)]
struct Introduced {
    inner: Arc<dyn KeySource>,
    overlay: Arc<Overlay>,
    known: Known,
}

#[async_trait]
impl KeySource for Introduced {
    async fn key(&self) -> Result<AccessKey, CallError> {
        let key = self.inner.key().await?;
        self.overlay.introduce(key.id(), self.known.clone());
        Ok(key)
    }
}

/// The accounts, with keys that the overlay will know.
pub(super) fn introduced(accounts: &BoundAccounts, overlay: &Arc<Overlay>) -> BoundAccounts {
    let each = accounts.0.iter().map(|(name, bound)| {
        let known = Known { caller: caller_of(bound), bound: true };
        let keys =
            Introduced { inner: Arc::clone(&bound.keys), overlay: Arc::clone(overlay), known };
        (name.clone(), Bound { keys: Arc::new(keys), ..bound.clone() })
    });
    BoundAccounts(each.collect())
}

/// Whoever stands behind a bound key, as its ARN says.
fn caller_of(bound: &Bound) -> Caller {
    let principal = bound.arn.parse::<Arn>().map(|arn| arn.principal().clone());
    let identity = match principal {
        Ok(Principal::User(name)) => CallerIdentity::User(name),
        Ok(Principal::Role(role)) => session(role, String::new()),
        Ok(Principal::Session(role, session_name)) => session(role, session_name),
        Ok(Principal::Root) | Err(_) => CallerIdentity::Root,
    };
    Caller { account: bound.account.clone(), identity }
}

const fn session(role: String, session: String) -> CallerIdentity {
    CallerIdentity::Session { role, role_id: String::new(), session, policy: None }
}
