//! What a person sees of the run, marked as the workflow's own words.

pub use crate::bindings::host::run::progress::{Level, Outcome, check, step};

use crate::bindings::host::run::progress;

/// A line with named values beside it.
pub fn log(level: Level, message: &str, fields: &[(&str, &str)]) {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let fields: Vec<(String, String)> = fields.iter().map(owned).collect();
    progress::log(level, message, &fields);
}

/// A line about what was done or found.
pub fn info(message: &str) {
    progress::log(Level::Info, message, &[]);
}

/// A line about something that a person should look at.
pub fn warn(message: &str) {
    progress::log(Level::Warn, message, &[]);
}
