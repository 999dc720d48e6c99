//! The real binary, from the outside: what a user types, sees and finds on disk.
//!
//! ```text
//! Home (HOME and HOST_STATE of its own) ─▶ host … ─▶ Seen (exit, stdout, stderr, events)
//!   │                                                 ▲
//!   └─ Secrets: what no output and no file may hold   └─ Server: `host simulate`, or a broken cloud, or
//!                                                             Between: a way that ends in one call
//! ```
//!
//! The binary is the one that `HOST_BINARY` names, or is built once with cargo. Nothing here knows
//! its insides: a test says what a person would notice.

mod between;
mod binary;
mod broken;
mod guest;
mod home;
mod installation;
mod running;
mod screen;
mod secrets;
mod seen;
mod server;
mod terminal;
mod words;

pub use between::{Between, Break};
pub use binary::{binary, crashing, variable};
pub use broken::{Behavior, BrokenCloud};
pub use guest::{delegate, hostile, hostile_manifest, hostile_module, with_manifest};
pub use home::Home;
pub use host_testkit::workspace;
pub use running::Running;
pub use screen::{Frame, frames};
pub use secrets::Secrets;
pub use seen::Seen;
pub use server::Server;
pub use terminal::{BEFORE, INTERRUPT};
pub use words::{ACCOUNTS, ACK, DELEGATE, ECS};
