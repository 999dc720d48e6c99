//! A driver by script: it records every event and answers from a function.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use host_model::{AccountId, IdentityFacts, IdentityRef};
use host_runtime::{
    Answer, Driver, Engine, Event, Limits, Prepared, RunOutput, RuntimeError, Stop,
};

/// Answers one event.
pub(crate) type Answers = fn(&Event) -> Result<Answer, Stop>;

/// Records, and answers.
pub(crate) struct Script {
    events: Arc<Mutex<Vec<Event>>>,
    answers: Answers,
}

#[async_trait]
impl Driver for Script {
    async fn answer(&mut self, event: Event) -> Result<Answer, Stop> {
        let answer = (self.answers)(&event);
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        answer
    }
}

/// What a run came to, and what it asked for on the way.
pub(crate) struct Outcome {
    pub(crate) result: Result<RunOutput, RuntimeError>,
    pub(crate) events: Vec<Event>,
}

/// The engine of the whole test process, with the default limits.
pub(crate) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(&Limits::default()).expect("the engine can be set up"))
}

/// Runs to the end, one thread, nothing in parallel.
pub(crate) fn run(prepared: &Prepared, limits: Limits, input: &str, answers: Answers) -> Outcome {
    let events = Arc::new(Mutex::new(Vec::new()));
    let driver = Box::new(Script { events: Arc::clone(&events), answers });
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without I/O can be made");
    let result = runtime.block_on(prepared.run(driver, limits, input));
    let events = events.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Outcome { result, events }
}

/// Prepares and runs a component with the usual answers.
pub(crate) fn run_bytes(bytes: &[u8], limits: Limits) -> Outcome {
    let prepared =
        Prepared::new(engine(), None, "test.wasm", bytes).expect("the component is fine");
    run(&prepared, limits, "{}", usual)
}

/// An identity that needs no cloud.
pub(crate) fn facts(name: &str) -> IdentityFacts {
    let account: AccountId = "1234567890123456".parse().expect("16 digits");
    let arn = format!("acs:ram::{account}:root");
    IdentityFacts { identity: IdentityRef(name.to_owned()), account, arn }
}

/// Accounts can be opened, time stands still, everything else is done.
#[expect(clippy::unnecessary_wraps, reason = "other scripts stop the run")]
pub(crate) fn usual(event: &Event) -> Result<Answer, Stop> {
    Ok(match event {
        Event::Open { name } => Answer::Identity { facts: facts(name) },
        Event::Now => Answer::Number { number: 1_700_000_000 },
        Event::RunId | Event::HostVersion | Event::Mark | Event::Fingerprint { .. } => {
            Answer::Text { text: "text".to_owned() }
        }
        Event::HasFeature { .. } | Event::Adopts | Event::MayProvoke => {
            Answer::Flag { flag: false }
        }
        _ => Answer::Done,
    })
}
