//! Why there is no key. No variant holds a secret, nor any text that was read where one may stand.

use std::io;
use std::path::PathBuf;

use host_model::{AccountId, Blame, CallError, ErrorKind, Problem};
use host_ports::FetchError;

use crate::role::OWN_CODES;

/// Why there is no key, or not the one that was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// A file is there and cannot be read.
    #[error("cannot read `{}`", path.display())]
    FileUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of profiles is larger than one is.
    #[error("`{}` is larger than {limit} bytes", path.display())]
    FileOversized {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// A file of profiles cannot be parsed.
    #[error("`{}` is wrong at line {line}, column {column}, at `{field}`", path.display())]
    FileInvalid {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// Names of known fields that lead there; `?` for others.
        field: String,
    },
    /// A variable with a path that depends on the working directory.
    #[error("`{variable}` holds a relative path")]
    PathRelative {
        /// The variable.
        variable: &'static str,
    },
    /// There is no such profile.
    #[error("there is no profile `{profile}` in {places}")]
    ProfileUnknown {
        /// The profile, quoted.
        profile: String,
        /// Where it was looked for.
        places: String,
        /// The profiles that there are, quoted.
        known: Vec<String>,
    },
    /// Two profiles have one name.
    #[error("`{}` has two profiles named `{profile}`", path.display())]
    ProfileRepeated {
        /// The file.
        path: PathBuf,
        /// The profile, quoted.
        profile: String,
    },
    /// A way to sign in that this program does not have.
    #[error("{origin} has mode `{mode}`, which is not supported")]
    ModeUnsupported {
        /// The profile.
        origin: String,
        /// Its mode, quoted.
        mode: String,
    },
    /// A field that its mode needs is missing or empty.
    #[error("{origin} has no `{field}`, or an empty one")]
    FieldMissing {
        /// The profile.
        origin: String,
        /// The field.
        field: &'static str,
    },
    /// A field is not what it has to be. Its value is not shown: it may stand in the wrong field.
    #[error("`{field}` of {origin} is not {wanted}")]
    FieldInvalid {
        /// The profile.
        origin: String,
        /// The field.
        field: &'static str,
        /// What it has to be.
        wanted: &'static str,
    },
    /// Profiles that name each other as their source.
    #[error("profiles are their own source: {chain}")]
    SourceCyclic {
        /// The names, from the first to its second occurrence.
        chain: String,
    },
    /// Too many profiles, each the source of the next.
    #[error("more than {limit} profiles are each other's source: {chain}")]
    SourceDeep {
        /// The names.
        chain: String,
        /// The limit.
        limit: usize,
    },
    /// One variable of a pair.
    #[error("`{present}` is set, but `{missing}` is not")]
    EnvironmentPartial {
        /// The one that is there.
        present: &'static str,
        /// The one that is not.
        missing: &'static str,
    },
    /// A program to run, and no leave for it.
    #[error("{origin} runs a program to get keys: {reason}")]
    ProcessForbidden {
        /// The profile.
        origin: String,
        /// Which rule stands against it.
        reason: &'static str,
    },
    /// A URI to fetch, and no leave for it.
    #[error("{origin} fetches keys from a URI: {reason}")]
    UriForbidden {
        /// The profile.
        origin: String,
        /// Which rule stands against it.
        reason: &'static str,
    },
    /// A session that only a person can renew.
    #[error("the session of {origin} has ended")]
    SessionEnded {
        /// The profile.
        origin: String,
        /// The command that signs in again.
        sign_in: String,
    },
    /// The profile's program gave no keys.
    #[error("the program of {origin} gave no keys: {reason}")]
    ProcessFailed {
        /// The profile.
        origin: String,
        /// Why, without a word of what it printed.
        reason: String,
    },
    /// Something answered, and not with keys.
    #[error("{origin} was answered with something else than keys: {reason}")]
    ReplyInvalid {
        /// The profile or variable.
        origin: String,
        /// What is wrong, without a word of it.
        reason: String,
    },
    /// Nothing answered.
    #[error("the keys of {origin} could not be fetched")]
    FetchFailed {
        /// The profile or variable.
        origin: String,
        /// Why.
        source: FetchError,
    },
    /// The cloud did not give a session, or did not say whose key it is.
    #[error("the cloud did not accept {origin}")]
    CallFailed {
        /// The profile or variable.
        origin: String,
        /// Its answer.
        source: Box<CallError>,
    },
    /// The cloud knows the key, and gives whoever has it no session of the role.
    #[error("the cloud does not let {origin} assume role `{role}`")]
    RoleRefused {
        /// The profile or variable of the key.
        origin: String,
        /// The role's ARN: its account may be another one than the key's.
        role: String,
        /// Its answer.
        source: Box<CallError>,
    },
    /// Nobody said anything of the key.
    #[error("the cloud could not be asked about {origin}")]
    CloudUnreached {
        /// The profile or variable.
        origin: String,
        /// Why.
        source: Box<CallError>,
    },
    /// No place holds a key.
    #[error("no credential was found")]
    NoneFound {
        /// Where it was looked for, and what was there.
        looked: Vec<String>,
    },
    /// The key of the account itself.
    #[error("{origin} belongs to the root of account {account}, which may do everything")]
    IdentityRoot {
        /// The profile or variable.
        origin: String,
        /// The account.
        account: AccountId,
    },
    /// A key of another account than the one that was named.
    #[error("{origin} belongs to account {found}, not to {wanted}")]
    AccountMismatch {
        /// The profile or variable.
        origin: String,
        /// The account that was pinned.
        wanted: AccountId,
        /// The account that the cloud reports.
        found: AccountId,
    },
    /// The cloud's answer to who is calling makes no sense.
    #[error("the cloud does not say whom {origin} belongs to: `{field}` is missing or strange")]
    IdentityUnreadable {
        /// The profile or variable.
        origin: String,
        /// The field of the reply.
        field: &'static str,
    },
}

impl Problem for CredentialError {
    fn code(&self) -> &'static str {
        match self {
            Self::FileUnreadable { .. } => "credential.file-unreadable",
            Self::FileOversized { .. } => "credential.file-oversized",
            Self::FileInvalid { .. } => "credential.file-invalid",
            Self::PathRelative { .. } => "credential.path-relative",
            Self::ProfileUnknown { .. } => "credential.profile-unknown",
            Self::ProfileRepeated { .. } => "credential.profile-repeated",
            Self::ModeUnsupported { .. } => "credential.mode-unsupported",
            Self::FieldMissing { .. } => "credential.field-missing",
            Self::FieldInvalid { .. } => "credential.field-invalid",
            Self::SourceCyclic { .. } => "credential.source-cyclic",
            Self::SourceDeep { .. } => "credential.source-deep",
            Self::EnvironmentPartial { .. } => "credential.environment-partial",
            Self::ProcessForbidden { .. } => "credential.process-forbidden",
            Self::UriForbidden { .. } => "credential.uri-forbidden",
            Self::SessionEnded { .. } => "credential.session-ended",
            Self::ProcessFailed { .. } => "credential.process-failed",
            Self::ReplyInvalid { .. } => "credential.reply-invalid",
            Self::FetchFailed { .. } => "credential.fetch-failed",
            Self::CallFailed { .. } => "credential.call-failed",
            Self::RoleRefused { .. } => "credential.role-refused",
            Self::CloudUnreached { .. } => "credential.cloud-unreached",
            Self::NoneFound { .. } => "credential.none-found",
            Self::IdentityRoot { .. } => "credential.identity-root",
            Self::AccountMismatch { .. } => "credential.account-mismatch",
            Self::IdentityUnreadable { .. } => "credential.identity-unreadable",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::IdentityRoot { .. }
            | Self::ProcessForbidden { .. }
            | Self::UriForbidden { .. } => Blame::Policy,
            Self::FetchFailed { .. }
            | Self::CallFailed { .. }
            | Self::RoleRefused { .. }
            | Self::CloudUnreached { .. }
            | Self::ReplyInvalid { .. }
            | Self::IdentityUnreadable { .. } => Blame::Cloud,
            _ => Blame::User,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::PathRelative { .. } => "write the whole path".to_owned(),
            Self::ProfileUnknown { known, .. } if known.is_empty() => {
                "make one with `aliyun configure`".to_owned()
            }
            Self::ProfileUnknown { known, .. } => format!("there are: {}", known.join(", ")),
            Self::ModeUnsupported { .. } => {
                "use AK, StsToken, RamRoleArn, ChainableRamRoleArn, EcsRamRole, OIDC, CloudSSO, \
                 OAuth, CredentialsURI or External"
                    .to_owned()
            }
            Self::SourceCyclic { .. } | Self::SourceDeep { .. } => {
                "let one of them name a profile with a key as its `source_profile`".to_owned()
            }
            Self::EnvironmentPartial { present, missing } => {
                format!("set `{missing}` too, or remove `{present}`")
            }
            Self::ProcessForbidden { .. } => {
                "if you trust it, set `allow-process = true` under `[credentials]` in your own `host.toml`".to_owned()
            }
            Self::UriForbidden { .. } => {
                "if you trust it, set `allow-uri = true` under `[credentials]` in your own `host.toml`".to_owned()
            }
            Self::SessionEnded { sign_in, .. } => format!("sign in again: `{sign_in}`"),
            Self::NoneFound { looked } => format!(
                "name a profile, or run `aliyun configure`; looked at: {}",
                looked.join("; ")
            ),
            Self::IdentityRoot { .. } => {
                "make a RAM user for this work and use its key; remove the root key".to_owned()
            }
            Self::RoleRefused { role, .. } => format!(
                "let the trust of `{role}` name whoever has that key, and let them do `sts:AssumeRole` on it"
            ),
            Self::CallFailed { origin, .. } => format!(
                "look whether the key of {origin} is active and of this cloud; `aliyun configure` sets another one"
            ),
            Self::CloudUnreached { source, .. } if source.code.starts_with(OWN_CODES) => {
                return source.details.get("hint").cloned();
            }
            Self::CloudUnreached { .. } => {
                "look at the network and at the address (`--endpoint`, or `[endpoints]` of `host.toml`), and try again"
                    .to_owned()
            }
            Self::AccountMismatch { .. } => {
                "name the profile of the right account, or correct the pinned id".to_owned()
            }
            _ => return None,
        })
    }
}

impl CredentialError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::FetchFailed { source, .. } if !source.is_forbidden => ErrorKind::Unavailable,
            Self::FetchFailed { .. }
            | Self::ProcessForbidden { .. }
            | Self::UriForbidden { .. }
            | Self::IdentityRoot { .. }
            | Self::AccountMismatch { .. } => ErrorKind::Denied,
            Self::CallFailed { source, .. }
            | Self::RoleRefused { source, .. }
            | Self::CloudUnreached { source, .. } => source.kind.clone(),
            _ => ErrorKind::Forbidden,
        }
    }
}

impl From<CredentialError> for CallError {
    fn from(error: CredentialError) -> Self {
        let (kind, hint) = (error.kind(), error.hint());
        let code = error.code();
        let made = match error {
            CredentialError::CallFailed { origin, source }
            | CredentialError::CloudUnreached { origin, source } => {
                return source.with("credential", origin);
            }
            CredentialError::RoleRefused { origin, role, source } => {
                return source.with("credential", origin).with("role", role);
            }
            CredentialError::FetchFailed { origin, source } => {
                let message = format!("the keys of {origin} could not be fetched: {source}");
                Self::new(kind, code, message)
            }
            other => Self::new(kind, code, other.to_string()),
        };
        match hint {
            Some(hint) => made.with("hint", hint),
            None => made,
        }
    }
}
