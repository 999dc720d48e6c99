//! The engine: every setting that decides how a component computes, in one place.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wasmtime::component::Linker;
use wasmtime::{Config, Result};

use crate::state::State;
use crate::{Limits, RuntimeError, dispatch, interface, wasi};

/// How often the epoch moves on: the grain in which computing time is measured.
pub(crate) const TICK: Duration = Duration::from_millis(20);

/// A compiler and a linker that know the contract, and the thread that measures computing time.
pub struct Engine {
    pub(crate) compiler: wasmtime::Engine,
    pub(crate) linker: Linker<State>,
    pub(crate) time: Arc<Time>,
}

/// The thread that measures computing time. It runs as long as anything holds this: what was prepared by an
/// engine is bounded without the engine too.
#[derive(Debug)]
pub(crate) struct Time {
    done: Arc<AtomicBool>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine with these limits.
    pub fn new(limits: &Limits) -> std::result::Result<Self, RuntimeError> {
        let broken = |error: wasmtime::Error| RuntimeError::Setup { reason: format!("{error:#}") };
        let engine = wasmtime::Engine::new(&settings(limits)).map_err(broken)?;
        let mut linker = Linker::new(&engine);
        interface::add_to_linker(&mut linker).map_err(broken)?;
        dispatch::add_to_linker(&mut linker, host_catalog::Catalog::builtin()).map_err(broken)?;
        wasi::add_to_linker(&mut linker).map_err(broken)?;
        let done = Arc::new(AtomicBool::new(false));
        tick(engine.clone(), Arc::clone(&done))?;
        Ok(Self { compiler: engine, linker, time: Arc::new(Time { done }) })
    }

    /// A text that differs whenever compiled code of another engine could not be used here.
    pub(crate) fn compatibility(&self) -> String {
        use std::hash::{Hash as _, Hasher as _};
        #[expect(deprecated, reason = "the one stable hasher of the standard library")]
        let mut hasher = std::hash::SipHasher::new();
        self.compiler.precompile_compatibility_hash().hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }
}

impl Drop for Time {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
    }
}

/// The same component, the same input and the same answers give the same calls, on every machine.
fn settings(limits: &Limits) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        // Bits of a NaN would differ between processors.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        // Computing time is bounded without counting instructions.
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack_bytes_max)
        // Lines of a guest's source are of no use to an operator, and cost time. Neither are tables that lead
        // from compiled code back to the component, or that only other programs read: every start reads them.
        .wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Disable)
        .generate_address_map(false)
        .native_unwind_info(false);
    config
}

fn tick(engine: wasmtime::Engine, done: Arc<AtomicBool>) -> std::result::Result<(), RuntimeError> {
    let run = move || {
        while !done.load(Ordering::Relaxed) {
            #[expect(
                clippy::disallowed_methods,
                reason = "the epoch's own clock, seen by no guest"
            )]
            std::thread::sleep(TICK);
            engine.increment_epoch();
        }
    };
    let spawned = std::thread::Builder::new().name("epoch".to_owned()).spawn(run);
    spawned.map(drop).map_err(|error| RuntimeError::Setup { reason: error.to_string() })
}

/// Computing time is counted in ticks that find the guest at work; waiting for the host costs none.
pub(crate) fn bound_time(store: &mut wasmtime::Store<State>) {
    let tick_millis = u64::try_from(TICK.as_millis()).unwrap_or(u64::MAX);
    let seconds = store.data().limits.compute_seconds_max;
    let ticks_max = u64::from(seconds) * 1000 / tick_millis;
    let mut ticks = 0_u64;
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |mut context| -> Result<wasmtime::UpdateDeadline> {
        ticks += 1;
        if ticks > ticks_max {
            return context.data_mut().end_at_limit("compute_seconds_max", u64::from(seconds));
        }
        Ok(wasmtime::UpdateDeadline::Yield(1))
    });
}
