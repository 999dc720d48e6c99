//! Any other catalogued action, by name, under the same rules as the typed functions.

pub use crate::bindings::aliyun::openapi::changes::invoke as change;
pub use crate::bindings::aliyun::openapi::queries::{Call, invoke as query};
