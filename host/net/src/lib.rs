//! Requests over TLS, with time-outs, pools and bounded bodies.
//!
//! ```text
//! HttpRequest ─▶ destination: is the authority what it says? plain HTTP only to loopback
//!             ─▶ resolver:    every address behind the name is judged before a connection
//!             ─▶ TLS:         ring, the machine's authorities and the operator's own
//!             ─▶ exchange:    no redirect, no repetition, time-outs, a body with a limit
//!             ─▶ HttpReply, or a TransportError without URL, header or body
//! ```
//!
//! What must hold:
//!
//! - **What was signed is what is sent.** Path and query go out byte for byte as the signer encoded
//!   them; a path that a URL parser would rewrite (`/../`) is refused.
//! - **Addresses are judged after resolution** (`security.md`, rule 14), whatever the name was. Link-local
//!   addresses and the metadata service are out of reach for calls; private ranges need the
//!   operator's word; loopback needs a name that says so. Behind a proxy the proxy resolves, so there
//!   only literal addresses can be judged here.
//! - **One request, once.** Repeating is the client's decision, which knows what a call means; a
//!   redirect is a reply like any other.
//! - **A reply has a limit** that holds while it arrives, not after.
//! - **No environment.** Proxy and authorities come in as settings. (The platform's own list of
//!   authorities may be moved by `SSL_CERT_FILE`, as everywhere on that machine.)
//!
//! The system's clock and randomness live here too: the only code that touches them.

mod address;
mod client;
mod clock;
mod destination;
mod entropy;
mod error;
mod exchange;
mod failure;
mod fetch;
mod resolver;
mod roots;
mod settings;
mod transport;

pub use address::AddressPolicy;
pub use clock::{OperatorClock, SystemClock};
pub use entropy::SystemEntropy;
pub use error::NetError;
pub use fetch::HttpFetch;
pub use settings::{Proxy, Settings};
pub use transport::HttpTransport;

#[cfg(test)]
mod tests;
