//! The way to the cloud: it loses replies, lets others meddle, and dies.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use host_model::{HttpReply, HttpRequest, Timestamp};
use host_policy::Attempt;
use host_simulator::{InProcess, Simulator, State};
use host_wire::{Transport, TransportError};
use tokio::sync::Notify;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::live) enum Fate {
    /// It takes effect, and the reply is lost.
    LosesReply,
    /// It has no effect, and nobody can know that.
    IsLost,
    /// The process dies before it leaves.
    DiesBefore,
    /// It takes effect, and the process dies before the reply.
    DiesAfter,
}

/// What somebody else does to the cloud, at the time of it.
pub(in crate::live) type Deed = fn(&mut State, Timestamp);

/// The way to the cloud.
#[derive(Debug)]
pub(in crate::live) struct Gate {
    pub(in crate::live) cloud: InProcess,
    pub(in crate::live) simulator: Arc<Simulator>,
    pub(in crate::live) fates: Mutex<BTreeMap<String, Vec<Fate>>>,
    pub(in crate::live) deeds: Mutex<BTreeMap<String, Vec<Deed>>>,
    /// Every request, as `product:Action`.
    pub(in crate::live) seen: Mutex<Vec<String>>,
    pub(in crate::live) died: Notify,
    /// When the operator interrupts: after so many more requests of an action.
    pub(in crate::live) interrupt: Mutex<Option<(String, usize)>>,
    pub(in crate::live) interrupted: Arc<AtomicBool>,
}

impl Gate {
    pub(in crate::live) fn new(simulator: &Arc<Simulator>) -> Self {
        Self {
            cloud: InProcess::new(Arc::clone(simulator)),
            simulator: Arc::clone(simulator),
            fates: Mutex::default(),
            deeds: Mutex::default(),
            seen: Mutex::default(),
            died: Notify::new(),
            interrupt: Mutex::default(),
            interrupted: Arc::default(),
        }
    }

    fn count_down(&self, action: &str) {
        let mut interrupt = self.interrupt.lock().unwrap();
        if let Some((on, left)) = interrupt.as_mut().filter(|(on, _)| on == action) {
            *left -= 1;
            if *left == 0 {
                self.interrupted.store(true, Ordering::Relaxed);
                on.clear();
            }
        }
    }

    fn next<T>(of: &Mutex<BTreeMap<String, Vec<T>>>, action: &str) -> Option<T> {
        let mut all = of.lock().unwrap();
        all.get_mut(action).filter(|list| !list.is_empty()).map(|list| list.remove(0))
    }
}

#[async_trait]
impl Transport for Gate {
    async fn send(
        &self,
        attempt: Attempt,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError> {
        let action = attempt.action().to_owned();
        self.seen.lock().unwrap().push(format!("{}:{action}", attempt.product()));
        let fate = Self::next(&self.fates, &action);
        let lost = Err(TransportError::Lost {
            authority: request.authority.clone(),
            reason: "the test loses it".to_owned(),
        });
        if fate == Some(Fate::DiesBefore) {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
        let answer = match fate {
            Some(Fate::IsLost) => lost.clone(),
            _ => self.cloud.send(attempt, request).await,
        };
        if let Some(deed) = Self::next(&self.deeds, &action) {
            let now = self.simulator.clock().now();
            self.simulator.meddle(|state| deed(state, now));
        }
        self.count_down(&action);
        match fate {
            Some(Fate::DiesAfter) => {
                self.died.notify_one();
                std::future::pending().await
            }
            Some(Fate::LosesReply | Fate::IsLost) => lost,
            _ => answer,
        }
    }
}
