//! Components that must be refused, bounded or run: what the sandbox does with each of them.
//!
//! No cloud: a script answers, and records every event. Most components are written by hand, as a
//! core module and a world, so that a case shows exactly what it is about.

mod cache;
mod component;
mod contract;
mod determinism;
mod guest;
mod imports;
mod limits;
mod linker;
mod manifest;
mod refusals;
mod script;
mod typed;
