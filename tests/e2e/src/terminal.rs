//! A person at a terminal.

use std::fs::File;
use std::io::{Read, Write as _};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::home::{PATIENCE, collect, wait_for};
use crate::running::send_signal;
use crate::{Home, Seen};

/// Ctrl-C, in place of an answer.
pub const INTERRUPT: &str = "^C";

/// The end of a person's input, as a terminal takes it.
const END: &[u8] = &[4];

impl Home {
    /// Runs the binary at a terminal, where a person types these lines and then ends the input.
    ///
    /// What the person reads and types is the result's standard error.
    #[track_caller]
    pub fn host_at_terminal(&self, arguments: &[&str], lines: &[&str]) -> Seen {
        let (person, terminal) = terminal();
        let input = terminal.try_clone().expect("a handle can be cloned");
        let mut command = self.command(arguments);
        command.stdin(Stdio::from(input)).stderr(Stdio::from(terminal)).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the binary can be started");
        // The command holds the terminal's side open; the person's side ends when all are closed.
        drop(command);
        let stdout = collect(child.stdout.take().expect("it is piped"));
        let mut typing = person.try_clone().expect("a handle can be cloned");
        for line in lines {
            writeln!(typing, "{line}").expect("a person can type");
        }
        typing.write_all(END).expect("a person can stop typing");
        let stderr = collect(Screen(person));
        let command = format!("host {} (at a terminal)", arguments.join(" "));
        let stdout = wait_for(&stdout, &mut child, &command);
        let stderr = wait_for(&stderr, &mut child, &command).replace("\r\n", "\n");
        let status = child.wait().expect("the child is ours");
        Seen { command, exit: status.code(), stdout, stderr }
    }
}

impl Home {
    /// Runs the binary at a terminal where everything is on the screen, standard output too, and where
    /// the person types each line only after having read its question. [`INTERRUPT`] in place of a line is
    /// the signal that a terminal makes of Ctrl-C. The input ends after the last line; after an interrupt
    /// nothing is typed any more, for an end of the input is an answer as well and could come first.
    ///
    /// What is on the screen is the result's standard error; standard output is empty.
    #[track_caller]
    pub fn host_in_dialogue(&self, arguments: &[&str], turns: &[(&str, &str)]) -> Seen {
        let (person, terminal) = terminal();
        let end = || Stdio::from(terminal.try_clone().expect("a handle can be cloned"));
        let mut command = self.command(arguments);
        command.stdin(end()).stderr(end()).stdout(end());
        let mut child = command.spawn().expect("the binary can be started");
        drop((command, terminal));
        let mut typing = person.try_clone().expect("a handle can be cloned");
        let screen = read_along(Screen(person));
        let command = format!("host {} (in a dialogue)", arguments.join(" "));
        let mut shown = String::new();
        let mut read = 0;
        for (question, answer) in turns {
            let mut found = None;
            while found.is_none() {
                let Ok(more) = screen.recv_timeout(PATIENCE) else { break };
                shown.push_str(&more);
                found = shown.get(read..).and_then(|rest| rest.find(question));
            }
            if found.is_none() {
                drop(child.kill());
            }
            assert!(found.is_some(), "`{command}` does not ask `{question}`:\n{shown}");
            read = shown.len();
            if *answer == INTERRUPT {
                send_signal(&child, "-INT");
            } else {
                writeln!(typing, "{answer}").expect("a person can type");
            }
        }
        if turns.last().is_none_or(|(_, answer)| *answer != INTERRUPT) {
            typing.write_all(END).expect("a person can stop typing");
        }
        while let Ok(more) = screen.recv_timeout(PATIENCE) {
            shown.push_str(&more);
        }
        let status = child.wait().expect("the child is ours");
        let stderr = shown.replace("\r\n", "\n");
        Seen { command, exit: status.code(), stdout: String::new(), stderr }
    }
}

/// What appears on a screen, as it appears.
fn read_along(mut screen: Screen) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(length @ 1..) = screen.read(&mut bytes) {
            let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
            if sender.send(text).is_err() {
                break;
            }
        }
    });
    receiver
}

/// A terminal: the person's side, and the program's side.
fn terminal() -> (File, File) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("the system has terminals");
    grantpt(&person).expect("it is ours");
    unlockpt(&person).expect("it is ours");
    let name = ptsname(&person, Vec::new()).expect("it has a name");
    let terminal = rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty());
    (File::from(person), File::from(terminal.expect("it can be opened")))
}

/// Reading a terminal whose other side is closed is an error on Linux; here it is the end.
struct Screen(File);

impl Read for Screen {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        Ok(self.0.read(buffer).unwrap_or(0))
    }
}
