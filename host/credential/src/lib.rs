//! Finds keys where the ecosystem keeps them, and renews the short-lived ones.
//!
//! ```text
//! environment, files ─▶ Chain ─▶ Source ─▶ Credential ─▶ KeySource::key()
//!                       reads,    a recipe,   caches, renews   a key that is good now
//!                       decides   no request  before the end
//! ```
//!
//! | place | what it may hold |
//! |---|---|
//! | `ALIBABA_CLOUD_*` and the command line's other names | an AccessKey, an OIDC role, an instance role, a credential URI |
//! | `~/.aliyun/config.json` | profiles of the command line |
//! | `~/.alibabacloud/credentials` | sections of the SDKs |
//!
//! What must hold:
//!
//! - **A named profile is that profile and no other.** No variable replaces it, nothing is tried in
//!   its place. Without a name the order is the official one, but a place that is filled and broken
//!   stops the search: going on would act as somebody else.
//! - **No secret in an error.** The parsers are our own and say path, line, column and the names of
//!   fields, never what stands there. What a process or a URI answered is not quoted.
//! - **Nothing foreign runs or is fetched** unless the user's own configuration allows it
//!   ([`Allowance`]); a child sees neither secrets nor the working directory.
//! - **The metadata service is asked for instance roles only**, through a port that can reach nothing
//!   else in the clear.
//! - **Files are read, never written.** Sessions that only a person can renew are used until they end.
//! - **A session may do no more than it is for.** Whoever uses a credential says what ([`Credential::narrowed`]);
//!   one on the way to a role may assume that role.
//! - **Renewal comes early and once**: before the end by a margin, behind a lock, so that many calls
//!   at the same time make one request.
//! - **Who is behind a key is asked** ([`identify`]): the account itself is refused, and so is another
//!   account than the one that was pinned.

mod chain;
mod config;
mod credential;
mod environment;
mod error;
mod fields;
mod identify;
mod ini;
mod instance;
mod oidc;
mod ports;
mod process;
mod profile;
mod role;
mod session;
mod source;
mod uri;

#[cfg(test)]
mod tests;

pub use chain::{Allowance, Chain};
pub use config::Profiles;
pub use credential::Credential;
pub use environment::Environment;
pub use error::CredentialError;
pub use identify::{Identity, identify};
pub use ports::{METADATA_AUTHORITY, Ports};
pub use source::{Ending, RoleRequest, Source};
