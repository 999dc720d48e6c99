//! What a workflow may know of its run.

pub use crate::bindings::host::run::context::{
    adopts, has_feature, host_version, mark, mark_tags, may_provoke, run_id,
};
