//! A user of the machine, with nothing of anybody else's.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

use crate::binary::{binary, variable};
use crate::{Seen, installation, workspace};

/// How long a command may take before the test gives up on it: `host build` may compile a compiler's
/// libraries on a machine that is busy with other tests.
pub(crate) const PATIENCE: Duration = Duration::from_mins(15);

/// Folders of a user of its own: home and state.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    cache: PathBuf,
    environment: Vec<(String, String)>,
    program: Option<PathBuf>,
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Home {
    /// A user who has done nothing yet, of an installation that has: it is the same for all such users, and what
    /// it compiled once is at hand.
    pub fn new() -> Self {
        let home = Self::untouched();
        installation::join(&home.state());
        Self { cache: installation::cache().to_owned(), ..home }
    }

    /// A new user, who has never run anything, of an installation of its own.
    pub fn untouched() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir(folder.path().join("home")).expect("the folder is new");
        let cache = folder.path().join("cache");
        Self { folder, cache, environment: Vec::new(), program: None }
    }

    /// The same, with one more environment variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, with another build of the program.
    #[must_use]
    pub fn with_program(self, program: &Path) -> Self {
        Self { program: Some(program.to_owned()), ..self }
    }

    /// The same, with a `host.toml`.
    #[must_use]
    pub fn with_config(self, text: &str) -> Self {
        let path = self.write("host.toml", text);
        let path = path.display().to_string();
        self.with("HOST_CONFIG", &path)
    }

    /// A path in the folder of this user.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the program keeps what must last.
    pub fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// Where the program keeps what can be made again.
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(&path, content).expect("a file of the test can be written");
        path
    }

    /// Writes `~/.aliyun/config.json`.
    pub fn write_profiles(&self, text: &str) {
        self.write("home/.aliyun/config.json", text);
    }

    /// Runs the binary to its end, without a terminal, in the workspace's folder.
    #[track_caller]
    pub fn host(&self, arguments: &[&str]) -> Seen {
        self.host_with(&[], arguments)
    }

    /// The same, with environment variables for this once.
    #[track_caller]
    pub fn host_with(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Seen {
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied());
        let mut child = piped(&mut command);
        let stdout = collect(child.stdout.take().expect("it is piped"));
        let stderr = collect(child.stderr.take().expect("it is piped"));
        let command = format!("host {}", arguments.join(" "));
        let stdout = wait_for(&stdout, &mut child, &command);
        let stderr = wait_for(&stderr, &mut child, &command);
        let status = child.wait().expect("the child is ours");
        Seen { command, exit: status.code(), stdout, stderr }
    }

    /// Starts the binary with piped output.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        piped(&mut self.command(arguments))
    }

    /// The binary with this user's environment and nothing of the tests' own.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program.as_deref().unwrap_or_else(|| binary()));
        command
            .args(arguments)
            .current_dir(workspace())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("HOST_STATE", self.state())
            .env("HOST_CACHE", self.cache());
        // `host build` calls the compiler, which lives in the developer's home.
        for name in ["PATH", "RUSTUP_HOME", "CARGO_HOME"] {
            command.envs(variable(name).map(|value| (name, value)));
        }
        command.envs(self.environment.iter().cloned());
        command
    }

    /// Every file below a folder, with its bytes.
    pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                found.extend(Self::files(&path));
            } else {
                found.push((path.clone(), fs::read(&path).expect("the test owns its files")));
            }
        }
        found
    }
}

fn piped(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the binary can be started")
}

/// Reads to the end in a thread of its own, so that neither pipe can block the other.
pub(crate) fn collect(mut pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        drop(pipe.read_to_end(&mut bytes));
        drop(sender.send(String::from_utf8_lossy(&bytes).into_owned()));
    });
    receiver
}

#[track_caller]
pub(crate) fn wait_for(receiver: &Receiver<String>, child: &mut Child, command: &str) -> String {
    let text = receiver.recv_timeout(PATIENCE);
    if text.is_err() {
        drop(child.kill());
    }
    assert!(text.is_ok(), "`{command}` did not end within {PATIENCE:?}");
    text.unwrap_or_default()
}
