//! The state machine: accounts and what happens to them, apart from server and signatures.
//!
//! [`apply`] takes the state, who calls, what is called and the time, and gives the reply or the
//! refusal. It is deterministic: the same calls on the same state give the same bytes. Permissions
//! are judged elsewhere, so that a plan can lay this state over a real cloud.

mod account;
mod addon;
mod apply;
mod arms;
mod attachment;
mod check;
mod cluster;
mod document;
mod facet;
mod instance;
mod invocation;
mod key;
mod limits;
mod machine;
mod mint;
mod page;
mod parameter;
mod progress;
mod refusal;
mod reporting;
mod script;
mod task;
mod transition;
mod version;
mod wording;

use std::collections::{BTreeMap, BTreeSet};

use host_model::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

pub use account::{Account, Group, LoginProfile, PasswordPolicy, ResourceGroup, Role, Tags, User};
pub use addon::{Addon, AddonTrouble, Reports, TroubleAt};
pub use apply::{Operation, apply};
pub use arms::TraceApp;
pub(crate) use attachment::new_policy;
pub use attachment::{Attachment, Attachments, Lingering, Policy, PolicyType, PolicyVersion};
pub use cluster::{Cluster, ClusterManner, Listing, Restart, Schema, Workload};
pub use facet::{Collection, Facet};
pub use instance::{Assistant, CommandTrouble, Instance, InstanceManner};
pub use invocation::{Ending, Invocation, Target};
pub use key::{AccessKey, Caller, CallerIdentity, InventedSecret, Session};
pub use limits::{Consistency, Quotas};
pub(crate) use machine::Sight;
pub use machine::{Machine, Remembered, Service, Setup};
pub use mint::Mint;
pub(crate) use mint::is_token;
pub use parameter::Parameters;
pub(crate) use progress::advance;
pub use refusal::CloudError;
pub use task::{AddonDeed, Task, Work};

/// The whole cloud.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// Accounts by id.
    pub accounts: BTreeMap<AccountId, Account>,
    /// Sessions by the id of their temporary AccessKey.
    pub sessions: BTreeMap<String, Session>,
    /// Where ids come from.
    pub mint: Mint,
    /// How many of each there may be.
    pub quotas: Quotas,
    /// How late news arrives.
    pub consistency: Consistency,
    /// Regions where ARMS is not offered.
    pub regions_without_arms: BTreeSet<String>,
    /// Whether it is laid over a real cloud: whether agents report nobody can know then, and what was done
    /// to an add-on counts as well done.
    #[serde(default)]
    pub(crate) partial: bool,
}

/// How long a session that has ended is remembered, in milliseconds, so that its key is told apart
/// from an unknown one.
const ENDED_SESSION_KEPT: i64 = 24 * 60 * 60 * 1000;

impl State {
    pub(crate) fn account(&self, id: &AccountId) -> Result<&Account, CloudError> {
        self.accounts.get(id).ok_or_else(|| CloudError::unknown(&format!("account {id}")))
    }

    pub(crate) fn account_mut(&mut self, id: &AccountId) -> Result<&mut Account, CloudError> {
        self.accounts.get_mut(id).ok_or_else(|| CloudError::unknown(&format!("account {id}")))
    }

    /// The permanent AccessKey of that id, and whose it is.
    pub(crate) fn key(&self, id: &str) -> Option<(Caller, &AccessKey)> {
        self.accounts.values().find_map(|account| {
            let caller = |identity| Caller { account: account.id.clone(), identity };
            let root = find(&account.root_keys, id);
            root.map(|key| (caller(CallerIdentity::Root), key)).or_else(|| {
                account.users.known().find_map(|user| {
                    let key = find(&user.keys, id)?;
                    Some((caller(CallerIdentity::User(user.name.clone())), key))
                })
            })
        })
    }

    /// Notes that a key was used.
    pub(crate) fn touch_key(&mut self, id: &str, now: Timestamp) {
        for account in self.accounts.values_mut() {
            for keys in account.users.known_mut().map(|user| &mut user.keys) {
                if let Facet::Known(key) = keys.get_mut(id) {
                    key.last_used = Some(now);
                }
            }
        }
    }

    pub(crate) fn forget_ended_sessions(&mut self, now: Timestamp) {
        self.sessions.retain(|_, session| now < session.expires.plus_millis(ENDED_SESSION_KEPT));
    }
}

/// Collections fold case, ids of keys do not.
fn find<'a>(keys: &'a Collection<AccessKey>, id: &str) -> Option<&'a AccessKey> {
    match keys.get(id) {
        Facet::Known(key) if key.id == id => Some(key),
        Facet::Known(_) | Facet::Absent | Facet::Unknown => None,
    }
}
