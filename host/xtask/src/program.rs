//! Other programs, started and waited for.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::error::XtaskError;
use crate::print;
use crate::watch::Watch;

/// A program with its arguments.
#[derive(Debug)]
pub(crate) struct Program {
    command: Command,
}

impl Program {
    /// A program of that name or path, in that folder.
    pub(crate) fn new(program: impl AsRef<OsStr>, folder: &Path) -> Self {
        let mut command = Command::new(program);
        command.current_dir(folder);
        Self { command }
    }

    /// One more argument.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// More arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// One more variable of its environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it, its output on the terminal.
    pub(crate) fn run(mut self) -> Result<(), XtaskError> {
        print::line(&format!("$ {}", self.words()));
        let status = self.command.status().map_err(|source| self.missing(source))?;
        if status.success() { Ok(()) } else { Err(self.failed(&status.to_string())) }
    }

    /// Runs it in silence and gives what it wrote to stdout.
    pub(crate) fn read(mut self) -> Result<String, XtaskError> {
        self.command.stderr(Stdio::inherit());
        let output = self.command.output().map_err(|source| self.missing(source))?;
        if !output.status.success() {
            return Err(self.failed(&output.status.to_string()));
        }
        String::from_utf8(output.stdout).map_err(|error| XtaskError::Unreadable {
            what: format!("the output of `{}`", self.words()),
            reason: error.to_string(),
        })
    }

    /// Runs it in silence, and gives what it wrote to stdout if it ends with that status.
    pub(crate) fn answer(mut self, status: i32) -> Result<Vec<u8>, XtaskError> {
        let output = self.command.output().map_err(|source| self.missing(source))?;
        if output.status.code() == Some(status) {
            return Ok(output.stdout);
        }
        print::line(&String::from_utf8_lossy(&output.stderr));
        Err(self.failed(&output.status.to_string()))
    }

    /// Starts it, its output to be read by the caller.
    pub(crate) fn start(mut self) -> Result<std::process::Child, XtaskError> {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        self.command.spawn().map_err(|source| self.missing(source))
    }

    /// Runs it in silence, with that text on stdin; what it said is shown if it fails.
    pub(crate) fn feed(mut self, text: &str) -> Result<(), XtaskError> {
        self.command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = self.command.spawn().map_err(|source| self.missing(source))?;
        if let Some(mut input) = child.stdin.take() {
            // A program that ends before it has read everything says why by its status.
            drop(input.write_all(text.as_bytes()));
        }
        let output = child.wait_with_output().map_err(|source| self.missing(source))?;
        if output.status.success() {
            return Ok(());
        }
        print::line(&String::from_utf8_lossy(&output.stderr));
        Err(self.failed(&output.status.to_string()))
    }

    /// Runs it in silence, and looks on.
    pub(crate) fn measured(mut self) -> Result<Measured, XtaskError> {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let watch = Watch::start();
        let mut child = self.command.spawn().map_err(|source| self.missing(source))?;
        let status = format!("/proc/{}/status", child.id());
        let mut peak = None;
        loop {
            // The system's own high-water mark: looking now and then misses only what grew after the last look.
            peak = std::fs::read_to_string(&status).ok().as_deref().and_then(high_water).max(peak);
            match child.try_wait().map_err(|source| self.missing(source))? {
                Some(status) if status.success() => {
                    return Ok(Measured { elapsed: watch.elapsed(), peak });
                }
                Some(status) => return Err(self.failed(&status.to_string())),
                None => pause(),
            }
        }
    }

    fn words(&self) -> String {
        let words = std::iter::once(self.command.get_program()).chain(self.command.get_args());
        words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
    }

    fn missing(&self, source: std::io::Error) -> XtaskError {
        let program = self.command.get_program().to_string_lossy().into_owned();
        XtaskError::ProgramMissing { program, source }
    }

    fn failed(&self, status: &str) -> XtaskError {
        XtaskError::ProgramFailed { words: self.words(), status: status.to_owned() }
    }
}

/// What a run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) elapsed: Duration,
    /// The most memory that it had at once, in KiB, where the system tells.
    pub(crate) peak: Option<u64>,
}

/// The most memory that a process had at once, in KiB, from its `/proc/…/status`.
fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "developer commands wait in real time")]
fn pause() {
    std::thread::sleep(Duration::from_millis(2));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_high_water_mark() {
        let status = "Name:\thost\nVmPeak:\t  200000 kB\nVmHWM:\t   36536 kB\nVmRSS:\t 30 kB\n";
        assert_eq!(high_water(status), Some(36_536));
        assert_eq!(high_water("Name:\thost\n"), None);
    }
    use host_model::Problem as _;

    fn rustc(argument: &str) -> Program {
        Program::new("rustc", Path::new(".")).arg(argument)
    }

    #[test]
    fn gives_the_output() {
        assert!(rustc("--version").read().unwrap().starts_with("rustc 1."));
    }

    #[test]
    fn a_status_other_than_0_is_an_error_that_names_the_command() {
        let error = rustc("--print=nonsense").read().unwrap_err();
        assert_eq!(error.code(), "xtask.program-failed");
        assert!(error.to_string().starts_with("`rustc --print=nonsense` failed"), "{error}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = Program::new("no-such-program", Path::new(".")).run().unwrap_err();
        assert_eq!(error.code(), "xtask.program-missing");
        assert_eq!(error.hint().unwrap(), "install `no-such-program` and run again");
    }
}
