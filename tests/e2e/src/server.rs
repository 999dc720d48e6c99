//! `host simulate`, as somebody would start it beside their work.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Child;

use serde_json::Value as Json;

use crate::Home;
use crate::running::send_terminate;

/// A running `host simulate`. Dropping it ends it.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens, as it said itself.
    pub address: String,
    /// The first line that it wrote.
    pub listening: Json,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Server {
    /// Starts it on a free port, and waits until it listens.
    pub fn start(home: &Home, arguments: &[&str]) -> Self {
        let mut all = vec!["simulate", "--listen", "127.0.0.1:0", "--json"];
        all.extend_from_slice(arguments);
        let mut child = home.spawn(&all);
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("its first line can be read");
        let listening: Json = serde_json::from_str(&line).unwrap_or_default();
        if listening["event"] != "listening" {
            let mut words = String::new();
            drop(child.stderr.take().map(|mut pipe| pipe.read_to_string(&mut words)));
            assert_eq!(listening["event"], "listening", "`{line}`, {words}");
        }
        let address = listening["address"].as_str().unwrap_or_default().to_owned();
        Self { child, address, listening, stdout }
    }

    /// A user with the profiles of a running offline cloud, behind an address: to the program a real one.
    pub fn with_profiles() -> (Home, Self) {
        let home = Home::new();
        let server = Self::start_with_profiles(&home, &[]);
        (home, server)
    }

    /// The same for a scenario of the test's own.
    pub fn of_scenario(text: &str) -> (Home, Self) {
        let home = Home::new();
        let server = Self::of_scenario_for(&home, text);
        (home, server)
    }

    /// The same, in front of a user who is there already.
    pub fn of_scenario_for(home: &Home, text: &str) -> Self {
        let scenario = home.write("scenario.toml", text).display().to_string();
        Self::start_with_profiles(home, &["--scenario", &scenario])
    }

    fn start_with_profiles(home: &Home, arguments: &[&str]) -> Self {
        home.write("home/.aliyun/.keep", "");
        let config = home.path("home/.aliyun/config.json").display().to_string();
        Self::start(home, &[&["--write-config", &config], arguments].concat())
    }

    /// What it says when it has started, for people or with `--json`; it is ended then.
    pub fn announcement(home: &Home, arguments: &[&str]) -> String {
        let mut child = home.spawn(&[&["simulate", "--listen", "127.0.0.1:0"], arguments].concat());
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut said = String::new();
        while !["\"event\":\"listening\"", "Ctrl-C"].iter().any(|end| said.contains(end)) {
            let bytes = stdout.read_line(&mut said).expect("its lines can be read");
            assert!(bytes > 0, "it did not start: {said}");
        }
        drop(child.kill());
        drop(child.wait());
        said
    }

    /// Sends SIGTERM; gives the exit status and what it wrote after its first line.
    pub fn terminate(mut self) -> (Option<i32>, String) {
        send_terminate(&self.child);
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("its last lines can be read");
        let status = self.child.wait().expect("the child is ours");
        (status.code(), rest)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
