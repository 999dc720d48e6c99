//! The only place that prints.

use std::io::Write as _;

/// A line for the person who waits. What programs say goes to the terminal by itself.
pub(crate) fn line(text: &str) {
    // Nobody listens: nothing can be done about it, and the exit status still says what happened.
    drop(writeln!(std::io::stderr(), "{text}"));
}
