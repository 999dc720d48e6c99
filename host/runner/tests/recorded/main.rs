//! What is written down, when, and what a run does that goes on.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../bed/mod.rs"]
mod bed;
mod notes;
mod order;
mod planned;
mod resumed;
