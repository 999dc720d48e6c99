//! A person at a terminal.

use std::fs::File;
use std::io::{Read, Write as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::home::{PATIENCE, collect, wait_for};
use crate::running::send_signal;
use crate::{Home, Seen};

/// Ctrl-C, in place of an answer.
pub const INTERRUPT: &str = "^C";

/// In place of a question: the answer is typed before the program begins.
pub const BEFORE: &str = "";

/// The end of a person's input, as a terminal takes it.
const END: &[u8] = &[4];

/// How every question of the program ends, that is not for a passphrase.
const QUESTIONS: [&str; 4] = [
    "only `yes` goes on: ",
    "(yes, all for every further read, no): ",
    "anything else begins a new run: ",
    " to confirm: ",
];

/// What a person does at a terminal: a line for each question, in order. Asked further, the person ends the
/// input, unless the last thing was an interrupt: then nothing is typed any more, for the end of the input is an
/// answer as well and could come first.
struct Person<'a> {
    turns: Vec<(Cue<'a>, &'a str)>,
}

/// What a person waits for before typing.
enum Cue<'a> {
    Question,
    Text(&'a str),
}

impl Home {
    /// Runs the binary at a terminal, where a person answers each question with the next of these lines.
    ///
    /// What the person reads and types is the result's standard error.
    #[track_caller]
    pub fn host_at_terminal(&self, arguments: &[&str], lines: &[&str]) -> Seen {
        let (screen, terminal) = terminal();
        let input = terminal.try_clone().expect("a handle can be cloned");
        let mut command = self.command(arguments);
        command.stdin(Stdio::from(input)).stderr(Stdio::from(terminal)).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the binary can be started");
        // The command holds the terminal's side open; the person's side ends when all are closed.
        drop(command);
        let stdout = collect(child.stdout.take().expect("it is piped"));
        let command = format!("host {} (at a terminal)", arguments.join(" "));
        let person = Person { turns: lines.iter().map(|&line| (Cue::Question, line)).collect() };
        let (stderr, _) = person.attends(&mut child, screen, &command);
        let stdout = wait_for(&stdout, &mut child, &command);
        let status = child.wait().expect("the child is ours");
        Seen { command, exit: status.code(), stdout, stderr }
    }

    /// Runs the binary at a terminal where everything is on the screen, standard output too, and where the person
    /// types each line after having read what stands before it; what stands after [`BEFORE`] is typed ahead.
    /// [`INTERRUPT`] in place of a line is the signal that a terminal makes of Ctrl-C.
    ///
    /// What is on the screen is the result's standard error; standard output is empty.
    #[track_caller]
    pub fn host_in_dialogue(&self, arguments: &[&str], turns: &[(&str, &str)]) -> Seen {
        let (screen, terminal) = terminal();
        let end = || Stdio::from(terminal.try_clone().expect("a handle can be cloned"));
        let mut command = self.command(arguments);
        command.stdin(end()).stderr(end()).stdout(end());
        let ahead = turns.iter().take_while(|(cue, _)| *cue == BEFORE).count();
        let (ahead, turns) = turns.split_at(ahead);
        for (_, line) in ahead {
            writeln!(&screen, "{line}").expect("a person can type");
        }
        let mut child = command.spawn().expect("the binary can be started");
        drop((command, terminal));
        let command = format!("host {} (in a dialogue)", arguments.join(" "));
        let person =
            Person { turns: turns.iter().map(|&(cue, it)| (Cue::Text(cue), it)).collect() };
        let (stderr, missed) = person.attends(&mut child, screen, &command);
        assert!(missed == 0, "`{command}` does not ask {missed} of {turns:?}:\n{stderr}");
        let status = child.wait().expect("the child is ours");
        Seen { command, exit: status.code(), stdout: String::new(), stderr }
    }
}

impl Person<'_> {
    /// Reads along to the end, and types what is due; what was on the screen, and how many turns did not come.
    #[track_caller]
    fn attends(self, child: &mut Child, screen: File, command: &str) -> (String, usize) {
        let mut typing = screen.try_clone().expect("a handle can be cloned");
        let screen = read_along(Screen(screen));
        let (mut shown, mut read, mut is_gone) = (String::new(), 0, false);
        let mut turns = self.turns.into_iter().peekable();
        loop {
            let more = screen.recv_timeout(PATIENCE);
            let is_late = more == Err(RecvTimeoutError::Timeout);
            if is_late {
                drop(child.kill());
            }
            assert!(!is_late, "`{command}` did not end within {PATIENCE:?}:\n{shown}");
            let Ok(more) = more else { break };
            shown.push_str(&more);
            let cue = turns.peek().map_or(&Cue::Question, |(cue, _)| cue);
            if is_gone || !cue.is_in(shown.get(read..).unwrap_or_default()) {
                continue;
            }
            read = shown.len();
            match turns.next() {
                Some((_, INTERRUPT)) => {
                    is_gone = turns.len() == 0;
                    send_signal(child, "-INT");
                }
                Some((_, line)) => writeln!(typing, "{line}").expect("a person can type"),
                None => typing.write_all(END).expect("a person can stop typing"),
            }
        }
        (shown.replace("\r\n", "\n"), turns.count())
    }
}

impl Cue<'_> {
    fn is_in(&self, shown: &str) -> bool {
        match self {
            Self::Question => QUESTIONS.iter().any(|question| shown.ends_with(question)),
            Self::Text(text) => shown.contains(text),
        }
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
