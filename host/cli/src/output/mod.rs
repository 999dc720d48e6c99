//! The only place that writes: data to standard output, everything else to standard error.

mod closing;
mod human;
mod json;
mod live;
mod notes;
pub(crate) mod plan;
mod screen;
mod shell;
mod tree;

use std::io::Write as _;
use std::process::ExitCode;

use host_history::Ending;
use host_runner::RunEvent;

pub(crate) use human::Human;
pub(crate) use json::Json;
pub(crate) use notes::{Audience, Notes};
pub(crate) use screen::{Asking, close, open};
pub(crate) use shell::{path_word, word};
pub(crate) use tree::tree;

use crate::failure::{BUG, Failure, USAGE};

/// A run that is told.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    /// Its id.
    pub(crate) run: String,
    /// The run that it takes back.
    pub(crate) undoes: Option<String>,
}

impl Story {
    /// How its last event tells that it ended.
    fn ending<'a>(&'a self, event: &'a RunEvent) -> Option<Ending<'a>> {
        Ending::of(&self.run, self.undoes.as_deref(), event)
    }
}

/// A line of data. A closed pipe is the reader's business, not an error.
pub(crate) fn data(line: &str) {
    screen::above(|| {
        let mut out = std::io::stdout().lock();
        drop(writeln!(out, "{line}").and_then(|()| out.flush()));
    });
}

/// A line of JSON outside of a run: its event's name, and its other fields as an object.
pub(crate) fn event(name: &str, fields: serde_json::Value) {
    data(&json::event(name, fields));
}

/// A document of JSON for people and programs, with its last line's end.
pub(crate) fn document(value: &serde_json::Value) -> String {
    json::document(value)
}

/// A line for people.
pub(crate) fn line(line: &str) {
    screen::above(|| plainly(line));
}

/// A line for people, whatever is on the screen.
fn plainly(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// Text for people, without a line's end: a prompt, which waits until what it gives is dropped.
pub(crate) fn prompt(text: &str) -> Asking {
    screen::ask(|| {
        let mut out = std::io::stderr().lock();
        drop(write!(out, "{text}").and_then(|()| out.flush()));
    })
}

/// A number with its noun: `1 secret`, `3 secrets`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Shows why a command failed; gives its exit status.
pub(crate) fn failure(failure: &Failure, json: bool) -> u8 {
    close();
    if json {
        data(&json::failure(failure));
    }
    line(&format!("error[{}]: {}", failure.code, failure.message));
    for text in &failure.picture {
        line(&format!("  {text}"));
    }
    for cause in &failure.because {
        line(&format!("  because: {cause}"));
    }
    if let Some(request_id) = &failure.request_id {
        line(&format!("  request id: {request_id}"));
    }
    if let Some(hint) = &failure.hint {
        line(&format!("\nhint: {hint}"));
    }
    failure.exit
}

/// Help and wrong words, as clap has them.
pub(crate) fn usage(error: &clap::Error, json: bool) -> ExitCode {
    if !error.use_stderr() {
        drop(error.print());
        return ExitCode::SUCCESS;
    }
    if json {
        let words = error.render().to_string();
        let first = words.lines().next().unwrap_or_default().trim_start_matches("error: ");
        data(&json::failure(&Failure::usage("usage.arguments-wrong", first)));
    }
    drop(error.print());
    ExitCode::from(USAGE)
}

/// The program cannot even begin.
pub(crate) fn broken(reason: &str) -> ExitCode {
    line(&format!("error[host.start-failed]: the program cannot begin: {reason}"));
    ExitCode::from(BUG)
}
