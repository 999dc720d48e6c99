//! The offline cloud as a server, for as long as it is needed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout};

use crate::error::XtaskError;
use crate::program::Program;

/// A running `host simulate`; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Simulation {
    child: Child,
    /// Kept open: a server whose listener has gone may end.
    _output: BufReader<ChildStdout>,
    /// The event that says where it listens and which keys it has.
    pub(crate) announcement: String,
}

impl Simulation {
    /// Starts one on a free port, its state below `folder`.
    pub(crate) fn start(host: &Path, folder: &Path, scenario: &Path) -> Result<Self, XtaskError> {
        let mut child = Program::new(host, folder)
            .args(["simulate", "--listen", "127.0.0.1:0", "--json", "--scenario"])
            .arg(scenario)
            .env("HOST_STATE", folder.join("state"))
            .env("HOST_CACHE", folder.join("cache"))
            .start()?;
        let silent = |reason: String| XtaskError::Unreadable {
            what: "the first line of `host simulate --json`".to_owned(),
            reason,
        };
        let Some(output) = child.stdout.take() else {
            return Err(silent("it has no output".to_owned()));
        };
        let mut output = BufReader::new(output);
        let mut announcement = String::new();
        let read = output.read_line(&mut announcement);
        let simulation = Self { child, _output: output, announcement };
        match read {
            Ok(length) if length > 0 => Ok(simulation),
            Ok(_) => Err(silent("it ended without a word".to_owned())),
            Err(error) => Err(silent(error.to_string())),
        }
    }
}

impl Drop for Simulation {
    fn drop(&mut self) {
        // One that has ended already is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
