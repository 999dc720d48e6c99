//! Calls to HTTP requests and HTTP replies to replies, per API style.

mod transport;

pub use transport::{Transport, TransportError};
