//! What takes a change back, where the catalog cannot know it: registered before the change is made.

pub use crate::bindings::host::run::undo::{Call, register};
