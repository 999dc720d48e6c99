//! Calls to HTTP requests and HTTP replies to replies, per API style.
//!
//! ```text
//! Call ─▶ encode ─▶ HttpRequest (unsigned) ─▶ … ─▶ HttpReply ─▶ decode ─▶ Body │ Rejection
//!           ▲                                                               │
//!      Page └───────────────── Pages: next page, or the whole list ◀────────┤
//!                              split: clean body and secrets       ◀────────┘
//! ```
//!
//! Nothing here waits, signs or decides; the one trait with `async` in it, [`Transport`], is the
//! port through which others send. What differs between the API styles stands in one file for
//! each style; the catalog says everything else.
//!
//! # Invariants
//!
//! - **Only catalogued parameters are encoded**, in any style and from any source.
//! - **A secret travels in a body**, and only where the catalog has a place for secrets.
//! - **A body that may bring a secret is never quoted**, and passes an allow-list of fields
//!   ([`split`]).
//! - **What may hold secrets that nobody here knows is secret by its place**: an add-on's
//!   configuration, a command's parameters and output.
//! - **A shape that is not known is no success**: not JSON, no flag where one is promised, a list
//!   that does not go on as it says ([`Pages`]).
//! - **What was secret can be found again in any usual encoding** ([`Redactor`]).

mod decode;
mod encode;
mod error;
mod flat;
mod guard;
mod needle;
mod paging;
mod redactor;
mod rejection;
mod roa;
mod rpc;
mod settings;
mod split;
mod transport;
mod tree;
mod view;

pub use decode::{Body, decode};
pub use encode::{SecretLookup, encode};
pub use error::WireError;
pub use guard::{FoundOutput, MASKED, SEALED, take_outputs};
pub use paging::{ITEMS_MAX, PAGES_MAX, Page, Pages};
pub use redactor::{REDACTED, Redactor, SECRET_LENGTH_MIN};
pub use rejection::{AccessDenied, REPLY_UNREADABLE, Rejection};
pub use split::{FoundSecret, Split, split};
pub use transport::{ReadsOnly, Transport, TransportError};
