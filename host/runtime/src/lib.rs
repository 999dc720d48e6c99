//! A component in its sandbox: engine, limits, cache, one dispatch.
//!
//! ```text
//! bytes ─▶ Package (manifest, imports) ─▶ Engine: compile or cache ─▶ Sandbox::run ─▶ output
//!                                                                        │  Event
//!                                                                        ▼
//!                                                                      Driver
//! ```
//!
//! Every host function, not only a cloud call, becomes an [`Event`] and passes the [`Driver`]; the
//! sandbox itself knows no cloud, no clock and no file. What a driver answers is data as well, so a
//! run can be recorded now and replayed later.
//!
//! # Invariants
//!
//! - A component gets no other import than the contract in `wit/`, and of WASI a layer that gives no
//!   authority.
//! - Denials are errors that the workflow sees; only limits and broken guests trap.
//! - Compiled code comes from bytes that were verified in memory, and those very bytes are run.

mod cache;
mod contract;
mod dispatch;
mod driver;
mod engine;
mod error;
mod event;
mod guest_error;
mod interface;
mod limits;
mod manifest;
mod package;
mod sandbox;
mod shape;
mod state;
mod value;
mod wasi;

pub use cache::{Cache, CacheKey};
pub use contract::{Contract, contract_files};
pub use driver::{Driver, Stop};
pub use engine::Engine;
pub use error::RuntimeError;
pub use event::{Answer, Claim, Event, LogLevel};
pub use limits::Limits;
pub use manifest::{
    AccountSlot, CommandScript, Each, Expectation, IdentityClass, Level, Manifest, ManifestError,
    Proof, SECTION,
};
pub use package::{Import, Package, digest};
pub use sandbox::{Prepared, RunOutput};
