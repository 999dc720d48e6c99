//! The durable record of runs: appended, chained, authenticated.

mod error;
mod port;

pub use error::JournalError;
pub use port::{Entry, Head, Journal, NewEntry, Sealed, Writer};
