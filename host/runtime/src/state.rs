//! What the sandbox remembers of a run.

use host_bindings::{Identity, Secret};
use host_model::{CallError, ErrorKind, IdentityFacts, SecretRef};
use wasmtime::component::{Resource, ResourceTable};
use wasmtime::{Result, bail};

use crate::wasi::Process;
use crate::{Answer, Driver, Event, Limits, RuntimeError};

/// The state of one run: its driver, the handles that the workflow holds, and what it has used up.
pub(crate) struct State {
    driver: Box<dyn Driver>,
    pub(crate) table: ResourceTable,
    pub(crate) limits: Limits,
    pub(crate) step: String,
    /// How many parts are open that may or may not be needed.
    pub(crate) conditionals: u32,
    /// What a guest of a standard library takes for its process.
    pub(crate) process: Process,
    /// Why the run was ended from outside of the guest; a trap carries it out.
    pub(crate) ended: Option<RuntimeError>,
    pub(crate) memory_bytes: usize,
    pub(crate) table_elements: usize,
    host_calls: u32,
    log_bytes: usize,
    wait_seconds: u32,
}

impl State {
    pub(crate) fn new(driver: Box<dyn Driver>, limits: Limits) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles_max);
        Self {
            driver,
            table,
            limits,
            step: "start".to_owned(),
            conditionals: 0,
            process: Process::default(),
            ended: None,
            memory_bytes: 0,
            table_elements: 0,
            host_calls: 0,
            log_bytes: 0,
            wait_seconds: 0,
        }
    }

    /// Passes an event to the driver. `Err` ends the guest.
    pub(crate) async fn perform(&mut self, event: Event) -> Result<Answer> {
        self.host_calls = self.host_calls.saturating_add(1);
        if self.host_calls > self.limits.host_calls_max {
            let value = u64::from(self.limits.host_calls_max);
            return Ok(Answer::Error { error: exhausted("host_calls_max", value) });
        }
        if let Event::Sleep { seconds } = &event {
            self.wait_seconds = self.wait_seconds.saturating_add(*seconds);
            if self.wait_seconds > self.limits.wait_seconds_max {
                return self
                    .end_at_limit("wait_seconds_max", u64::from(self.limits.wait_seconds_max));
            }
        }
        match self.driver.answer(event).await {
            Ok(answer) => Ok(answer),
            Err(stop) => {
                self.ended = Some(RuntimeError::Stopped(stop));
                bail!("the run was ended")
            }
        }
    }

    /// The same for a function that cannot answer an error: a limit then ends the guest.
    pub(crate) async fn perform_sure(&mut self, event: Event) -> Result<Answer> {
        match self.perform(event).await? {
            Answer::Error { error } if error.kind == ErrorKind::BudgetExhausted => {
                self.end_at_limit("host_calls_max", u64::from(self.limits.host_calls_max))
            }
            Answer::Error { error } => bail!("the driver answered an error: {}", error.code),
            answer => Ok(answer),
        }
    }

    /// Whether one memory or table may grow, counted together with all others of its kind.
    fn grow(
        &mut self,
        growth: Growth,
        (limit, most): (&'static str, usize),
        used: fn(&mut Self) -> &mut usize,
    ) -> Result<bool> {
        // What the guest says of itself is its own business: it sees that there is no more.
        if growth.maximum.is_some_and(|maximum| growth.desired > maximum) {
            return Ok(false);
        }
        let added = growth.desired.saturating_sub(growth.current);
        let total = used(self).saturating_add(added);
        if total > most {
            return self.end_at_limit(limit, most as u64);
        }
        *used(self) = total;
        Ok(true)
    }

    /// Ends the guest at a limit.
    pub(crate) fn end_at_limit<T>(&mut self, limit: &'static str, value: u64) -> Result<T> {
        let step = self.step.clone();
        self.ended = Some(RuntimeError::LimitReached { limit, value, step });
        bail!("the limit `{limit}` is reached")
    }

    /// Counts what the workflow writes for people.
    pub(crate) fn count_log(&mut self, bytes: usize) -> Result<()> {
        self.log_bytes = self.log_bytes.saturating_add(bytes);
        if self.log_bytes > self.limits.log_bytes_max {
            return self.end_at_limit("log_bytes_max", self.limits.log_bytes_max as u64);
        }
        Ok(())
    }

    /// A handle of an identity, or the error that there are too many handles.
    pub(crate) fn hand_identity(
        &mut self,
        facts: IdentityFacts,
    ) -> std::result::Result<Resource<Identity>, CallError> {
        let full = exhausted("handles_max", self.limits.handles_max as u64);
        self.table.push(Identity(facts)).map_err(|_| full)
    }

    /// A handle of a secret, or the error that there are too many handles.
    pub(crate) fn hand_secret(
        &mut self,
        secret: SecretRef,
    ) -> std::result::Result<Resource<Secret>, CallError> {
        let full = exhausted("handles_max", self.limits.handles_max as u64);
        self.table.push(Secret(secret)).map_err(|_| full)
    }
}

/// What a guest asks for, in bytes or elements.
#[derive(Clone, Copy)]
struct Growth {
    current: usize,
    desired: usize,
    maximum: Option<usize>,
}

fn exhausted(limit: &str, value: u64) -> CallError {
    CallError::new(
        ErrorKind::BudgetExhausted,
        "runtime.limit-reached",
        format!("the run reached its limit `{limit}` of {value}"),
    )
    .with("limit", limit)
    .with("hint", format!("raise `{limit}` under `[limits]` in `host.toml`"))
}

impl wasmtime::ResourceLimiter for State {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        let limit = ("memory_bytes_max", self.limits.memory_bytes_max);
        self.grow(Growth { current, desired, maximum }, limit, |state| &mut state.memory_bytes)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        let limit = ("table_elements_max", self.limits.table_elements_max);
        self.grow(Growth { current, desired, maximum }, limit, |state| &mut state.table_elements)
    }
}
