//! A yes to a read is asked for once, though a plan is made twice.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::{Approver, Decision, Question};

/// Remembers what was agreed to.
#[derive(Debug)]
pub(super) struct OnceAsked {
    inner: Arc<dyn Approver>,
    agreed: Mutex<Agreed>,
}

#[derive(Debug, Default)]
struct Agreed {
    to: Vec<Question>,
    to_all: bool,
}

impl OnceAsked {
    pub(super) fn new(inner: Arc<dyn Approver>) -> Self {
        Self { inner, agreed: Mutex::default() }
    }
}

#[async_trait]
impl Approver for OnceAsked {
    async fn ask(&self, question: &Question) -> Decision {
        {
            let agreed = self.agreed.lock().unwrap_or_else(PoisonError::into_inner);
            if agreed.to_all {
                return Decision::YesToReads;
            }
            if agreed.to.contains(question) {
                return Decision::Yes;
            }
        }
        let decision = self.inner.ask(question).await;
        let mut agreed = self.agreed.lock().unwrap_or_else(PoisonError::into_inner);
        match decision {
            Decision::Yes => agreed.to.push(question.clone()),
            Decision::YesToReads => agreed.to_all = true,
            Decision::No | Decision::Interrupted | Decision::Nobody => {}
        }
        decision
    }
}
