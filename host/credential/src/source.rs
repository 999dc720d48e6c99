//! Recipes for keys: what a profile comes to, before any request.

use std::fmt;
use std::path::PathBuf;

use host_model::{Arn, Region, SecretText, Timestamp};
use host_sign::AccessKey;

/// How a key is come by. Printing shows key ids and roles, no secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Source {
    /// A key as it stands somewhere.
    Key {
        /// The key.
        key: AccessKey,
        /// When it ends, and how a person gets the next, if that is known.
        ending: Option<Ending>,
    },
    /// A role, assumed with another key.
    Role {
        /// The other key.
        base: Box<Self>,
        /// Whose key that is, for messages.
        base_origin: String,
        /// Which session is asked for.
        request: RoleRequest,
    },
    /// A role, assumed with the token of a web identity.
    WebIdentity {
        /// The provider's ARN.
        provider: String,
        /// Where the token is; read anew for each session.
        token_file: PathBuf,
        /// Which session is asked for.
        request: RoleRequest,
    },
    /// The role of the ECS instance that this program runs on.
    Instance {
        /// Its name; asked for if it is not known.
        role: Option<String>,
        /// Whether the metadata service may be asked without a token.
        is_v1_allowed: bool,
    },
    /// A program of the user's that prints keys.
    Process {
        /// Program and arguments, separated by blanks; may hold a secret.
        command: SecretText,
    },
    /// A URI that answers with keys.
    Uri {
        /// Where; may hold a secret.
        uri: SecretText,
    },
}

/// The end of a session that only a person can renew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The first moment at which it is not accepted any more.
    pub at: Timestamp,
    /// The command that signs in again.
    pub sign_in: String,
}

/// Which session of a role is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRequest {
    /// The role.
    pub role: Arn,
    /// The session's name, as it stands in the cloud's audit log.
    pub session_name: String,
    /// What the role's owner expects, if anything.
    pub external_id: Option<String>,
    /// A policy that narrows the session.
    pub policy: Option<String>,
    /// Seconds, 900 to 43,200; the cloud's default is 3,600.
    pub duration: Option<i64>,
    /// The region whose STS is asked; otherwise the central one.
    pub region: Option<Region>,
    /// The address of STS, where the profile names one: it goes before the region, and after what the
    /// operator's own settings say of STS.
    pub endpoint: Option<String>,
}

impl Source {
    /// The session that is asked for, where a role is assumed.
    pub const fn request(&self) -> Option<&RoleRequest> {
        match self {
            Self::Role { request, .. } | Self::WebIdentity { request, .. } => Some(request),
            _ => None,
        }
    }

    /// The same, whose session may do no more than that, in place of what its profile says. What assumes no
    /// role stays as it is.
    #[must_use]
    pub(crate) fn narrowed(mut self, to: String) -> Self {
        if let Self::Role { request, .. } | Self::WebIdentity { request, .. } = &mut self {
            request.policy = Some(to);
        }
        self
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { key, ending: None } if key.security_token().is_none() => {
                write!(f, "key {}", key.id())
            }
            Self::Key { key, .. } => write!(f, "session key {}", key.id()),
            Self::Role { base, request, .. } => write!(f, "{} with {base}", request.role),
            Self::WebIdentity { request, .. } => write!(f, "{} with a web identity", request.role),
            Self::Instance { role: Some(role), .. } => write!(f, "instance role {role}"),
            Self::Instance { role: None, .. } => f.write_str("the instance's role"),
            Self::Process { .. } => f.write_str("a program of the user's"),
            Self::Uri { .. } => f.write_str("a credential URI"),
        }
    }
}
