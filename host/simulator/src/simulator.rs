//! The offline cloud: requests in, replies out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use host_model::{HttpReply, HttpRequest, Timestamp};
use host_ports::Clock;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::access;
use crate::entropy::{block, hex};
use crate::envelope::Envelope;
use crate::error::SimulatorError;
use crate::fault::{FaultKind, FaultRule, Tally, draw};
use crate::lag::Lag;
use crate::route::{Route, pairs};
use crate::scenario::Scenario;
use crate::signature::{Nonces, verify};
use crate::state::{CloudError, Operation, State, apply};

/// The offline cloud. Many threads may ask it; it answers one at a time.
#[derive(Debug)]
pub struct Simulator {
    scenario: Scenario,
    clock: Arc<dyn Clock>,
    cloud: Mutex<Cloud>,
}

/// All that changes, so that it can be kept between runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Cloud {
    state: State,
    nonces: Nonces,
    requests: u64,
    faults: Vec<Tally>,
    /// How often each action with an effect was carried out: `ram:CreateUser`.
    #[serde(default)]
    effects: BTreeMap<String, u64>,
    #[serde(default)]
    lag: Lag,
}

/// What a request comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A reply, which takes as long as `delay` to arrive.
    Reply {
        /// The reply.
        reply: HttpReply,
        /// How late it is.
        delay: Duration,
    },
    /// The connection broke before the request arrived: nothing has happened.
    RequestLost,
    /// The connection broke before the reply arrived: the request took effect.
    ReplyLost,
}

/// The form of snapshots that this program writes.
const SNAPSHOT_VERSION: u32 = 2;

/// An offline cloud that was kept. Holds invented secrets, so it has no readable `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    version: u32,
    now: Timestamp,
    cloud: Cloud,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Snapshot {
    /// Reads what [`Snapshot::to_json`] wrote.
    pub fn from_json(text: &str) -> Result<Self, SimulatorError> {
        let unreadable = |reason: String| SimulatorError::SnapshotUnreadable { reason };
        let snapshot: Self = serde_json::from_str(text).map_err(|error| {
            // Its own words could repeat a value.
            unreadable(format!("line {}, column {}", error.line(), error.column()))
        })?;
        if snapshot.version != SNAPSHOT_VERSION {
            let reason = format!("it has version {}, not {SNAPSHOT_VERSION}", snapshot.version);
            return Err(unreadable(reason));
        }
        Ok(snapshot)
    }

    /// The whole cloud as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("the state has text keys only")
    }

    /// What the clock showed: where a virtual clock goes on.
    pub const fn now(&self) -> Timestamp {
        self.now
    }
}

impl Simulator {
    /// The cloud of `scenario`, as it is at the start.
    pub fn new(scenario: Scenario, clock: Arc<dyn Clock>) -> Self {
        let state = scenario.state().clone();
        let cloud = Cloud {
            state,
            nonces: Nonces::default(),
            requests: 0,
            faults: Vec::new(),
            effects: BTreeMap::new(),
            lag: Lag::default(),
        };
        Self { scenario, clock, cloud: Mutex::new(cloud) }
    }

    /// The cloud as it was kept; `scenario` gives its faults.
    pub fn resume(scenario: Scenario, snapshot: Snapshot, clock: Arc<dyn Clock>) -> Self {
        Self { scenario, clock, cloud: Mutex::new(snapshot.cloud) }
    }

    /// The cloud as it is, to be kept.
    pub fn snapshot(&self) -> Snapshot {
        let cloud = self.lock().clone();
        Snapshot { version: SNAPSHOT_VERSION, now: self.clock.now(), cloud }
    }

    /// The scenario.
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Looks at the state.
    pub fn inspect<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock().state)
    }

    /// Changes the state behind everybody's back, as somebody else would.
    pub fn meddle<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.lock().state)
    }

    /// Answers a request. A reply that a fault loses comes as an empty gateway time-out; callers
    /// that can lose it properly use [`Simulator::respond`].
    pub fn answer(&self, request: &HttpRequest) -> HttpReply {
        match self.respond(request) {
            Answer::Reply { reply, .. } => reply,
            Answer::RequestLost | Answer::ReplyLost => {
                HttpReply { status: 504, headers: Vec::new(), body: Vec::new() }
            }
        }
    }

    /// Answers a request, or loses it.
    pub fn respond(&self, request: &HttpRequest) -> Answer {
        let seed = self.scenario.seed;
        let pairs = pairs(request);
        let route = Route::read(request, &pairs);
        let mut cloud = self.lock();
        cloud.requests += 1;
        let request_id = request_id(seed, cloud.requests);
        let fault = draw(&self.scenario.fault, &mut cloud.faults, seed, &route.name());
        let kind = fault.map(|fault| fault.kind);
        if kind == Some(FaultKind::DropRequest) {
            return Answer::RequestLost;
        }
        let now = self.clock.now();
        let gateway_now = fault.map_or(now, |fault| fault.time(now));
        let envelope = Envelope {
            request_id,
            authority: &request.authority,
            now: gateway_now,
            style: route.style(),
        };
        let work = Work { request, route: &route, pairs: &pairs, now, gateway_now, fault };
        let mut reply = envelope.reply(work.carry_out(&mut cloud));
        drop(cloud);
        let mut delay = Duration::ZERO;
        match (kind, fault) {
            (Some(FaultKind::DropReply), _) => return Answer::ReplyLost,
            (Some(FaultKind::NonJson), _) => reply = envelope.page_of_a_proxy(),
            (Some(FaultKind::Huge), Some(fault)) => reply = envelope.huge(fault.body_bytes()),
            (Some(FaultKind::Slow), Some(fault)) => {
                delay = Duration::from_secs(u64::try_from(fault.seconds).unwrap_or(0));
            }
            (Some(FaultKind::Throttle), Some(FaultRule { retry_after: Some(millis), .. })) => {
                reply.headers.push(("x-acs-retry-after".to_owned(), millis.to_string()));
            }
            _ => {}
        }
        Answer::Reply { reply, delay }
    }

    fn lock(&self) -> MutexGuard<'_, Cloud> {
        self.cloud.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request on its way through the gateway.
struct Work<'a> {
    request: &'a HttpRequest,
    route: &'a Route,
    pairs: &'a [(String, String)],
    now: Timestamp,
    gateway_now: Timestamp,
    fault: Option<&'a FaultRule>,
}

impl Work<'_> {
    /// Signature, action, permission, throttling, parameters, effect: in this order
    /// (`signing.md`, server-side checks).
    fn carry_out(&self, cloud: &mut Cloud) -> Result<Json, CloudError> {
        let verified = verify(self.request, &cloud.state, &mut cloud.nonces, self.gateway_now)?;
        cloud.state.touch_key(&verified.key_id, self.now);
        let (product, action) = self.route.resolve(self.request)?;
        let parameters = self.route.parameters(product, action, self.request, self.pairs)?;
        let operation = Operation {
            caller: &verified.caller,
            product,
            action,
            parameters: &parameters,
            now: self.now,
        };
        access::authorize(&cloud.state, &operation)?;
        if let Some(refusal) = self.fault.and_then(FaultRule::refusal) {
            return Err(refusal);
        }
        let earlier = cloud.lag.seen_by(&operation, &cloud.state);
        cloud.lag.note(&operation, &cloud.state);
        let applied = match earlier {
            Some(mut earlier) => apply(&mut earlier, &operation),
            None => apply(&mut cloud.state, &operation),
        };
        let applied = applied.map_err(|error| {
            let ours = CloudError::new("InternalError", 500, error.message.clone());
            if error.is_unknown() { ours } else { error }
        })?;
        if action.effect.is_write() {
            *cloud.effects.entry(self.route.name()).or_default() += 1;
        }
        Ok(applied)
    }
}

/// An upper-case UUID that depends on seed and number only.
pub(crate) fn request_id(seed: u64, number: u64) -> String {
    let hex = hex(&block(b"request", seed, number)).to_uppercase();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
