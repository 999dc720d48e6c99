//! A user of the machine who has never run anything.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).expect("the folder is ours");
        self.path(name)
    }

    /// The program, with an environment that has nothing but this home.
    pub(crate) fn host(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_host"));
        command.args(arguments).env_clear().stdin(Stdio::null());
        for (name, folder) in [("HOME", "home"), ("HOST_STATE", "state"), ("HOST_CACHE", "cache")] {
            command.env(name, self.path(folder));
        }
        command
    }
}
