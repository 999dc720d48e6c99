//! Secrets that outlive a run. Secrets of replies are kept by the host, the moment they arrive.

pub use crate::bindings::host::run::vault::{find, generate_password, unsettled};
