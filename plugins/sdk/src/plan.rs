//! What may or may not be needed.

use crate::bindings::host::run::plan;

/// Does a part of the work that may or may not be needed: live only if `holds`, and while planning always,
/// so that a person sees what may come. `None` if it was not entered.
///
/// What it changes is forgotten in the plan: nothing after it may depend on it but by looking again.
pub fn conditional<T>(title: &str, holds: bool, part: impl FnOnce() -> T) -> Option<T> {
    if !plan::conditional(title, holds) {
        return None;
    }
    let done = part();
    plan::end();
    Some(done)
}
