//! Everything that can go wrong here and nowhere else.

use host_catalog::LostReply;
use host_model::{Blame, CallError, ErrorKind, Problem};

/// Why a call was not made, or why nobody knows whether it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The permit is for something else.
    #[error("cannot call `{action}` with a permit for `{permitted}`")]
    PermitDifferent {
        /// `product:Action` of the call.
        action: String,
        /// `product:Action` of the permit.
        permitted: String,
    },
    /// An address that is none.
    #[error("cannot use `{address}` as an endpoint: {reason}")]
    EndpointInvalid {
        /// The address, escaped and bounded.
        address: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Plain HTTP to somewhere else than this machine.
    #[error(
        "cannot use `{address}` as an endpoint: plain HTTP is for this machine's own addresses"
    )]
    EndpointPlain {
        /// The address, escaped and bounded.
        address: String,
    },
    /// The product has no endpoint for all regions.
    #[error("cannot find the endpoint of `{product}`: the call names no region")]
    RegionMissing {
        /// The product's key.
        product: String,
    },
    /// The region could not be part of an authority.
    #[error("cannot find the endpoint of `{product}`: `{region}` is no region id")]
    RegionInvalid {
        /// The product's key.
        product: String,
        /// The region, escaped and bounded.
        region: String,
    },
    /// A write was sent, and what came of it is not known.
    #[error("nobody knows whether `{action}` took effect: the last answer was `{reason}`")]
    OutcomeUnknown {
        /// `product:Action`.
        action: String,
        /// The last code.
        reason: String,
        /// What the catalog says about a lost reply.
        lost: LostReply,
    },
}

impl Problem for ClientError {
    fn code(&self) -> &'static str {
        match self {
            Self::PermitDifferent { .. } => "client.permit-different",
            Self::EndpointInvalid { .. } => "client.endpoint-invalid",
            Self::EndpointPlain { .. } => "client.endpoint-plain",
            Self::RegionMissing { .. } => "client.region-missing",
            Self::RegionInvalid { .. } => "client.region-invalid",
            Self::OutcomeUnknown { .. } => "client.outcome-unknown",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::PermitDifferent { .. } => Blame::Host,
            Self::EndpointInvalid { .. } | Self::EndpointPlain { .. } => Blame::User,
            Self::RegionMissing { .. } | Self::RegionInvalid { .. } => Blame::Workflow,
            Self::OutcomeUnknown { .. } => Blame::Cloud,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::PermitDifferent { .. } => return None,
            Self::EndpointInvalid { .. } => "write it as `name:port` or `https://name:port`".into(),
            Self::EndpointPlain { .. } => "write `https://`, or an address like `127.0.0.1`".into(),
            Self::RegionMissing { .. } | Self::RegionInvalid { .. } => {
                "give a region id like `cn-hangzhou`".into()
            }
            Self::OutcomeUnknown { lost, .. } => match lost {
                LostReply::Repeat => "make the call again: twice does what once does".into(),
                LostReply::ByName(read) => format!("look with `{read}` before it is made again"),
                LostReply::Token(name) => format!("make it again with the same `{name}`"),
                LostReply::Reconcile => {
                    "list what is there and compare with before; never make it again blindly".into()
                }
            },
        };
        Some(hint)
    }
}

impl From<ClientError> for CallError {
    fn from(error: ClientError) -> Self {
        let kind = match &error {
            ClientError::OutcomeUnknown { .. } => ErrorKind::OutcomeUnknown,
            ClientError::RegionMissing { .. } | ClientError::RegionInvalid { .. } => {
                ErrorKind::Invalid
            }
            _ => ErrorKind::Denied,
        };
        let built = Self::new(kind, error.code(), error.to_string());
        match error.hint() {
            Some(hint) => built.with("hint", hint),
            None => built,
        }
    }
}
