//! A command that is still running, to be interrupted.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command};
use std::sync::mpsc::Receiver;

use crate::home::{collect, wait_for};
use crate::{Home, Seen};

/// A command that is still running. Dropping it ends it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    command: String,
    stdout: Receiver<String>,
    stderr: BufReader<ChildStderr>,
    read: String,
}

impl Running {
    /// Starts the binary.
    pub fn start(home: &Home, arguments: &[&str]) -> Self {
        let mut child = home.spawn(arguments);
        let stdout = collect(child.stdout.take().expect("it is piped"));
        let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let command = format!("host {}", arguments.join(" "));
        Self { child, command, stdout, stderr, read: String::new() }
    }

    /// Reads standard error until a line holds `text`; false if there is none.
    pub fn wait_for(&mut self, text: &str) -> bool {
        let mut line = String::new();
        while self.stderr.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            self.read.push_str(&line);
            if line.contains(text) {
                return true;
            }
            line.clear();
        }
        false
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        send_terminate(&self.child);
    }

    /// Waits for its end.
    #[track_caller]
    pub fn end(mut self) -> Seen {
        while self.wait_for("\0") {}
        let stdout = wait_for(&self.stdout, &mut self.child, &self.command);
        let status = self.child.wait().expect("the child is ours");
        let (command, stderr) = (self.command.clone(), self.read.clone());
        Seen { command, exit: status.code(), stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sends SIGTERM to a child.
pub(crate) fn send_terminate(child: &Child) {
    send_signal(child, "-TERM");
}

/// Sends a signal, as `kill` names it.
pub(crate) fn send_signal(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "{signal} could not be sent");
}
