//! One call, from permit to reply: endpoint, signature, retries, clock skew.
//!
//! ```text
//! Permit, Call ─▶ Client::call ─▶ one exchange for each page ─▶ Answer │ CallError
//!                                     │        ▲
//!          key ▸ bucket ▸ sign ▸ Transport     │ wait (Clock)
//!                                     ▼        │
//!                             yes │ failure ─▶ Course: repeat, settle, confirm, done or stop
//! ```
//!
//! [`Client`] does, and the course of an exchange decides, purely: whether a failed attempt may be
//! made again is a matter of what the catalog says about a lost reply, and of nothing else.
//!
//! | failure | reads, and writes that may be repeated | other writes |
//! |---|---|---|
//! | throttled, not sent | repeat after a wait | repeat after a wait |
//! | lost, unreadable, 5xx, used nonce | repeat with a fresh nonce | `outcome-unknown` |
//! | expired time stamp | correct the clock once, repeat | the same |
//! | a code of `settles`, soon after the run's own write | wait, repeat | the same |
//! | an answer that does not show the run's own write | reads: wait, repeat | – |
//! | not found | reads: confirmed by a second one | – |
//! | any other refusal | final | final |
//!
//! # Invariants
//!
//! - **No request without a permit for this very action**; each attempt takes one from it.
//! - **A write whose reply was lost is never reported as one without effect**: it ends in success,
//!   or in [`ErrorKind::OutcomeUnknown`](host_model::ErrorKind::OutcomeUnknown).
//! - **A fresh nonce and date for every attempt.**
//! - **The raw body never leaves this room**: bodies are clean, errors hold no secret that was sent
//!   or could have been sent.
//! - **Time passes through the clock port only.** Every wait is bounded by [`Settings`].

mod bucket;
mod client;
mod course;
mod ending;
mod endpoint;
mod error;
mod exchange;
mod expectation;
mod key;
mod observer;
mod settings;
mod skew;
#[cfg(test)]
mod tests;

pub use client::{Answer, Client, Outgoing};
pub use endpoint::{Endpoints, Network};
pub use error::ClientError;
pub use expectation::Expectation;
pub use key::{KeySource, StaticKey};
pub use observer::{Note, Observer, Silent};
pub use settings::Settings;
