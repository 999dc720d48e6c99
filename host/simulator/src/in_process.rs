//! The offline cloud as a transport, without sockets.

use std::sync::Arc;

use async_trait::async_trait;
use host_model::{HttpReply, HttpRequest};
use host_policy::Attempt;
use host_wire::{Transport, TransportError};

use crate::simulator::{Answer, Simulator};

/// The largest reply that is handed on, in bytes, unless somebody says otherwise: 16 MiB.
const REPLY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Sends requests to an offline cloud in the same process.
#[derive(Debug, Clone)]
pub struct InProcess {
    simulator: Arc<Simulator>,
    reply_bytes_max: usize,
}

impl InProcess {
    /// A way to `simulator`.
    pub const fn new(simulator: Arc<Simulator>) -> Self {
        Self { simulator, reply_bytes_max: REPLY_BYTES_MAX }
    }

    /// The same, with another limit for replies, in bytes.
    #[must_use]
    pub fn with_reply_limit(self, reply_bytes_max: usize) -> Self {
        Self { reply_bytes_max, ..self }
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, _: Attempt, request: HttpRequest) -> Result<HttpReply, TransportError> {
        let answer = self.simulator.respond(&request);
        let authority = request.authority;
        match answer {
            Answer::Reply { reply, delay } => {
                if !delay.is_zero() {
                    self.simulator.clock().sleep(delay).await;
                }
                let limit = self.reply_bytes_max;
                if reply.body.len() > limit {
                    return Err(TransportError::TooLarge { authority, limit });
                }
                Ok(reply)
            }
            Answer::RequestLost => Err(TransportError::Unreachable {
                authority,
                reason: "the scenario loses this request".to_owned(),
            }),
            Answer::ReplyLost => Err(TransportError::Lost {
                authority,
                reason: "the scenario loses this reply".to_owned(),
            }),
        }
    }
}
