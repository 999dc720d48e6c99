//! What has to be found out before a call can be judged.

use host_catalog::{Action, Product};
use host_model::{Call, quote_within};

use crate::given::Given;
use crate::user;

/// How many characters of a name are shown.
const NAME_SHOWN: usize = 128;

/// Something that has to be found out, in the caller's account, before a call can be judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// What the default version of a policy says.
    Policy {
        /// The policy's name.
        name: String,
        /// `System` or `Custom`.
        kind: String,
    },
    /// What a version of a custom policy says.
    PolicyVersion {
        /// The policy's name.
        name: String,
        /// The version's id.
        version: String,
    },
    /// Whether a user carries the mark.
    User {
        /// The user's name, without a domain.
        name: String,
    },
}

impl Need {
    /// In words: what [`crate::Judged::what`] has to be for a document.
    pub fn what(&self) -> String {
        let shown = |name: &str| quote_within(name, NAME_SHOWN);
        match self {
            Self::Policy { name, kind } => format!("policy `{}` ({})", shown(name), shown(kind)),
            Self::PolicyVersion { name, version } => {
                format!("version `{}` of policy `{}` (Custom)", shown(version), shown(name))
            }
            Self::User { name } => format!("user `{}`", shown(name)),
        }
    }

    /// Whether a document is needed.
    pub(crate) const fn is_document(&self) -> bool {
        match self {
            Self::Policy { .. } | Self::PolicyVersion { .. } => true,
            Self::User { .. } => false,
        }
    }
}

/// What has to be found out before `call` can be judged. What a call does not even name is not
/// asked for; the judgment refuses it.
pub fn needs(product: &Product, action: &Action, call: &Call) -> Vec<Need> {
    let given = Given(call);
    let text = |name: &str| given.text(name).map(str::to_owned);
    let mut needs = Vec::new();
    // By what they do: `Attach…` brings the default version into force, `SetDefault…` another one.
    let attaches = action.effect.is_write() && action.name.starts_with("AttachPolicy");
    let switches = action.effect.is_write() && action.name == "SetDefaultPolicyVersion";
    match (text("PolicyName"), text("PolicyType"), text("VersionId")) {
        (Some(name), Some(kind), _) if attaches => needs.push(Need::Policy { name, kind }),
        (Some(name), _, Some(version)) if switches => {
            needs.push(Need::PolicyVersion { name, version });
        }
        _ => {}
    }
    if user::touches_credentials(product, action) || user::renames(action, call) {
        needs.extend(user::of(call).map(|name| Need::User { name: name.to_owned() }));
    }
    needs
}
