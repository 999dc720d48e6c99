//! The port through which the credential chain asks for keys outside the cloud's own API.

use std::fmt::Debug;

use async_trait::async_trait;
use host_model::{HttpReply, HttpRequest};

/// Sends the few requests that are no calls: unsigned, small, and bound to a purpose that decides
/// where they may go.
#[async_trait]
pub trait Fetch: Debug + Send + Sync {
    /// Sends one request.
    async fn fetch(
        &self,
        purpose: FetchPurpose,
        request: HttpRequest,
    ) -> Result<HttpReply, FetchError>;
}

/// Why a request is made, and so where it may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchPurpose {
    /// The keys of the ECS instance that this program runs on: the metadata service, or loopback.
    Metadata,
    /// The user's own credential URI: TLS, or loopback.
    CredentialUri,
    /// A web identity's token for a session, which the cloud takes unsigned: TLS, or loopback.
    TokenExchange,
}

/// Why nothing was fetched. Names the authority; never a path, a query or a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{authority}` gave no answer: {reason}")]
pub struct FetchError {
    /// Where the request was to go.
    pub authority: String,
    /// Why, without any secret.
    pub reason: String,
    /// Whether a rule refused it, rather than the way to it.
    pub is_forbidden: bool,
}
