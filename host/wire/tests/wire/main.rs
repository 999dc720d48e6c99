//! Proves that requests are what the official SDKs send, that every sample of a reply is understood
//! as the catalog says, that lists come whole, and that secrets stay apart.
//!
//! Samples stand in `tests/samples`, captured requests in `tests/wire` of the workspace.

mod case;
mod list;
mod redaction;
mod rejected;
mod reply;
mod request;
mod secret;
