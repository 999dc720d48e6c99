//! A component, ready to run, and a run of it.

use std::sync::Arc;

use host_bindings::SandboxPre;
use host_catalog::Catalog;
use host_model::{CallError, ErrorKind};
use wasmtime::component::Component;
use wasmtime::{Store, Trap};

use crate::cache::Entry;
use crate::engine::{Time, bound_time};
use crate::guest_error::from_guest;
use crate::package::digest;
use crate::state::State;
use crate::{Cache, Driver, Engine, Limits, Package, RuntimeError, contract_files};

/// A component that was read, checked, compiled and linked.
pub struct Prepared {
    package: Package,
    linked: SandboxPre<State>,
    /// Bounds its computing time, whether or not the engine is still there.
    _time: Arc<Time>,
    warm: bool,
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared").field("package", &self.package).finish_non_exhaustive()
    }
}

/// What a workflow gave back: JSON text. `null` of one that left by itself, with success.
pub type RunOutput = String;

impl Prepared {
    /// Reads, checks, compiles and links `bytes`, or takes what the cache has of them.
    pub fn new(
        engine: &Engine,
        cache: Option<&Cache>,
        name: &str,
        bytes: &[u8],
    ) -> Result<Self, RuntimeError> {
        let component = digest(bytes);
        // An entry vouches for the checks of its component as well, so it is bound to the contract.
        let compatibility = format!("{} {}", engine.compatibility(), contract_digest());
        let entry = cache.and_then(|cache| cache.load(&component, &compatibility));
        if let Some((package, code)) = entry.and_then(|entry| load(engine, &entry)) {
            return Self::link(engine, name, package, &code, true);
        }
        let package = Package::read(name, bytes)?;
        let code = Component::new(&engine.compiler, bytes).map_err(|error| {
            RuntimeError::Invalid { name: name.to_owned(), reason: format!("{error:#}") }
        })?;
        if let (Some(cache), Ok(compiled), Ok(facts)) =
            (cache, code.serialize(), serde_json::to_vec(&package))
        {
            cache.store(&component, &compatibility, &facts, &compiled);
        }
        Self::link(engine, name, package, &code, false)
    }

    fn link(
        engine: &Engine,
        name: &str,
        package: Package,
        code: &Component,
        warm: bool,
    ) -> Result<Self, RuntimeError> {
        let wrong = |error: wasmtime::Error| RuntimeError::Invalid {
            name: name.to_owned(),
            reason: format!("{error:#}"),
        };
        let linked = engine.linker.instantiate_pre(code).map_err(wrong)?;
        let time = Arc::clone(&engine.time);
        Ok(Self { package, linked: SandboxPre::new(linked).map_err(wrong)?, _time: time, warm })
    }

    /// What the component says of itself.
    pub const fn package(&self) -> &Package {
        &self.package
    }

    /// Whether its code came from the cache.
    pub const fn is_warm(&self) -> bool {
        self.warm
    }

    /// Runs the workflow to its end.
    pub async fn run(
        &self,
        driver: Box<dyn Driver>,
        limits: Limits,
        input: &str,
    ) -> Result<RunOutput, RuntimeError> {
        let mut store = Store::new(self.linked.engine(), State::new(driver, limits));
        store.limiter(|state| state);
        store.set_hostcall_fuel(limits.call_bytes_max);
        bound_time(&mut store);
        let outcome = match self.linked.instantiate_async(&mut store).await {
            Ok(world) => world.host_workflow_entry().call_run(&mut store, input).await,
            Err(error) => Err(error),
        };
        let mut state = store.into_data();
        if state.ended.is_none() {
            // A driver that stops the run even now has left its reason in the state.
            drop(state.end_output().await);
        }
        match outcome {
            _ if state.ended.is_some() => {
                Err(state.ended.unwrap_or(RuntimeError::Setup { reason: String::new() }))
            }
            Ok(Ok(output)) => Ok(output),
            Ok(Err(error)) => {
                Err(RuntimeError::Failed { step: state.step, error: from_guest(error) })
            }
            Err(error) => match state.process.status {
                Some(0) => Ok("null".to_owned()),
                Some(status) => Err(left(state.step, status)),
                None => Err(trapped(state.step, &error, limits)),
            },
        }
    }
}

/// A digest of the whole contract: the component was checked against this one and no other.
fn contract_digest() -> String {
    let files = contract_files(Catalog::builtin());
    let start = env!("CARGO_PKG_VERSION").to_owned();
    let text = files.iter().fold(start, |all, (path, text)| all + "\n" + path + "\n" + text);
    digest(text.as_bytes())
}

/// The compiled code of an entry whose MAC was checked.
fn load(engine: &Engine, entry: &Entry) -> Option<(Package, Component)> {
    let package = serde_json::from_slice(entry.package()).ok()?;
    #[expect(
        unsafe_code,
        reason = "these bytes carry the MAC of this installation: its own compiler made them for this \
                  engine, and they were checked in memory, so no file can change under them"
    )]
    let code = unsafe { Component::deserialize(&engine.compiler, entry.code()) }.ok()?;
    Some((package, code))
}

/// A guest that left by itself with a status other than success.
fn left(step: String, status: u8) -> RuntimeError {
    let message = format!("the workflow left with status {status} before its end");
    let kind = ErrorKind::Other("exited".to_owned());
    RuntimeError::Failed { step, error: CallError::new(kind, "runtime.workflow-exited", message) }
}

fn trapped(step: String, error: &wasmtime::Error, limits: Limits) -> RuntimeError {
    if error.downcast_ref::<Trap>() == Some(&Trap::StackOverflow) {
        let value = limits.stack_bytes_max as u64;
        return RuntimeError::LimitReached { limit: "stack_bytes_max", value, step };
    }
    let reason = error.root_cause().to_string();
    if reason.contains("fuel") {
        let value = limits.call_bytes_max as u64;
        return RuntimeError::LimitReached { limit: "call_bytes_max", value, step };
    }
    RuntimeError::Trapped { step, reason: host_model::quote_within(&reason, 200) }
}
