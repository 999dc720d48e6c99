//! Everything that can stop a request from being signed.

use host_model::{Blame, Problem};

/// Why a request could not be signed. No variant holds a value of the request but names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The request names no authority, so no service could check the signature.
    #[error("cannot sign a request that has no `host` header")]
    HostMissing,
    /// The method is not a word of ASCII letters.
    #[error("cannot sign a request whose method is not a word: `{method}`")]
    MethodInvalid {
        /// The method, escaped and bounded.
        method: String,
    },
    /// The path is not what goes on the wire.
    #[error("cannot sign a path that is not absolute and percent-encoded: `{path}`")]
    PathInvalid {
        /// The path, escaped and bounded.
        path: String,
    },
    /// A header's name is empty, or holds what a name cannot hold.
    #[error("cannot sign a header with the invalid name `{name}`")]
    HeaderInvalid {
        /// The name, escaped and bounded.
        name: String,
    },
    /// A control character in a value could forge a further header.
    #[error("cannot sign header `{name}`: its value holds a control character")]
    HeaderUnsafe {
        /// The lower-case header name.
        name: String,
    },
    /// A header is given twice where the scheme does not say which one counts.
    #[error("cannot sign header `{name}`, which is given twice")]
    HeaderRepeated {
        /// The lower-case header name.
        name: String,
    },
    /// A header that only the scheme writes is there already.
    #[error("cannot sign a request that brings header `{name}`, which the scheme writes")]
    HeaderReserved {
        /// The lower-case header name.
        name: String,
    },
    /// The `host` header names another authority than the one the request is sent to.
    #[error("cannot sign a request whose `host` header is not its authority: `{authority}`")]
    HostDifferent {
        /// The authority, escaped and bounded.
        authority: String,
    },
    /// A parameter is given twice; which one the service would keep is unspecified.
    #[error("cannot sign parameter `{name}`, which is given twice")]
    ParameterRepeated {
        /// The parameter's name, escaped and bounded.
        name: String,
    },
    /// A parameter that only the scheme writes is there already.
    #[error("cannot sign a request that brings parameter `{name}`, which the scheme writes")]
    ParameterReserved {
        /// The parameter's name, escaped and bounded.
        name: String,
    },
    /// `x-acs-content-sha256` says something else than the body.
    #[error("cannot sign a body that `x-acs-content-sha256` does not describe")]
    PayloadDifferent,
    /// Text that claims to be encoded is not.
    #[error("cannot decode a form: no percent-encoded UTF-8 at byte {offset}")]
    FormInvalid {
        /// Where the field or the escape begins, in bytes.
        offset: usize,
    },
    /// The key's id could not stand in an `authorization` header.
    #[error("cannot sign with this AccessKey: its id is empty or cannot stand in a header")]
    KeyInvalid,
    /// A date outside of 1970 to 9999 has no form in these schemes.
    #[error("cannot write a date of {seconds} seconds since 1970: the year is not in 1970 to 9999")]
    TimeUnrepresentable {
        /// Seconds since the epoch.
        seconds: i64,
    },
}

impl Problem for SignError {
    fn code(&self) -> &'static str {
        match self {
            Self::HostMissing => "sign.host-missing",
            Self::MethodInvalid { .. } => "sign.method-invalid",
            Self::PathInvalid { .. } => "sign.path-invalid",
            Self::HeaderInvalid { .. } => "sign.header-invalid",
            Self::HeaderUnsafe { .. } => "sign.header-unsafe",
            Self::HeaderRepeated { .. } => "sign.header-repeated",
            Self::HeaderReserved { .. } => "sign.header-reserved",
            Self::HostDifferent { .. } => "sign.host-different",
            Self::ParameterRepeated { .. } => "sign.parameter-repeated",
            Self::ParameterReserved { .. } => "sign.parameter-reserved",
            Self::PayloadDifferent => "sign.payload-different",
            Self::FormInvalid { .. } => "sign.form-invalid",
            Self::KeyInvalid => "sign.key-invalid",
            Self::TimeUnrepresentable { .. } => "sign.time-unrepresentable",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::KeyInvalid | Self::TimeUnrepresentable { .. } => Blame::User,
            Self::ParameterRepeated { .. } | Self::ParameterReserved { .. } => Blame::Workflow,
            _ => Blame::Host,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::KeyInvalid => "check that the id and the secret of the AccessKey are not swapped",
            Self::TimeUnrepresentable { .. } => "set this machine's clock",
            Self::ParameterRepeated { .. } => "give the parameter once",
            Self::ParameterReserved { .. } => "leave the parameter out: the host sets it",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
