//! What the real cloud said while a plan was made.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use host_model::HttpReply;

/// Replies to reads, by who asked what: no read is sent twice.
#[derive(Debug, Default)]
pub struct Replies {
    known: Mutex<BTreeMap<String, HttpReply>>,
    sent: AtomicUsize,
}

impl Replies {
    /// How many requests were sent to the cloud.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn get(&self, key: &str) -> Option<HttpReply> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Keeps what the cloud answered; what it could not answer is asked again.
    pub(super) fn keep(&self, key: String, reply: &HttpReply) {
        let busy = reply.status >= 500 || reply.status == 429;
        let text = String::from_utf8_lossy(&reply.body);
        if !busy && !text.contains("Throttling") {
            self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, reply.clone());
        }
    }
}
