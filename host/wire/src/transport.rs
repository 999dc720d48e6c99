//! The port through which every request leaves.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use host_model::{Blame, HttpReply, HttpRequest, Problem};
use host_policy::{Attempt, ReadAttempt};

/// Whatever answers requests: the real cloud over TLS, or the offline one in process.
#[async_trait]
pub trait Transport: Debug + Send + Sync {
    /// Sends one signed request. `attempt` shows that the call was judged.
    async fn send(
        &self,
        attempt: Attempt,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError>;
}

/// A transport that cannot send anything but reads: what a plan is given.
#[derive(Debug, Clone)]
pub struct ReadsOnly(Arc<dyn Transport>);

impl ReadsOnly {
    /// The reads of `transport`.
    pub fn of(transport: Arc<dyn Transport>) -> Self {
        Self(transport)
    }

    /// Sends one signed request that changes nothing.
    ///
    /// # Errors
    ///
    /// No reply was read.
    pub async fn send(
        &self,
        attempt: ReadAttempt,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError> {
        self.0.send(attempt.into_attempt(), request).await
    }
}

/// Why no reply was read. Texts name the authority, never a query, a header or a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The request never left: no address, no connection, no TLS.
    #[error("`{authority}` cannot be reached: {reason}")]
    Unreachable {
        /// Where the request was to go.
        authority: String,
        /// Why, without any secret.
        reason: String,
    },
    /// The address is one that requests must not go to (`security.md`, rule 14).
    #[error("`{authority}` leads to {address}, where no request may go: {reason}")]
    Forbidden {
        /// Where the request was to go.
        authority: String,
        /// The address behind it.
        address: String,
        /// The rule.
        reason: String,
    },
    /// The request may have arrived, but the connection broke or stayed silent.
    #[error("`{authority}` did not answer: {reason}")]
    Lost {
        /// Where the request went.
        authority: String,
        /// Why, without any secret.
        reason: String,
    },
    /// The reply is larger than a reply may be.
    #[error("the reply of `{authority}` is larger than {limit} bytes (limit `reply_bytes_max`)")]
    TooLarge {
        /// Where the reply came from.
        authority: String,
        /// The limit in bytes.
        limit: usize,
    },
}

impl TransportError {
    /// Whether the request may have taken effect all the same.
    pub const fn may_have_taken_effect(&self) -> bool {
        matches!(self, Self::Lost { .. } | Self::TooLarge { .. })
    }
}

impl Problem for TransportError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "net.endpoint-unreachable",
            Self::Forbidden { .. } => "net.address-forbidden",
            Self::Lost { .. } => "net.reply-lost",
            Self::TooLarge { .. } => "net.reply-too-large",
        }
    }

    fn blame(&self) -> Blame {
        Blame::Cloud
    }
}
