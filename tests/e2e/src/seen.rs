//! What a person sees of a command.

use serde_json::Value as Json;

/// What a command left behind: exit status, standard output, standard error.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The command line, for messages.
    pub command: String,
    /// The exit status; `None` if a signal ended it.
    pub exit: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

#[expect(clippy::return_self_not_must_use, reason = "each is an assertion in itself")]
impl Seen {
    /// The same, if it ended with this status.
    #[track_caller]
    pub fn exits(self, exit: i32) -> Self {
        assert_eq!(self.exit, Some(exit), "{self}");
        self
    }

    /// The same, if standard error has an error of this code, in the form that errors have.
    #[track_caller]
    pub fn fails_with(self, code: &str) -> Self {
        let start = format!("error[{code}]: ");
        let line = self.stderr.lines().find_map(|line| line.strip_prefix(&start));
        assert!(line.is_some_and(|sentence| !sentence.is_empty()), "no `{start}`: {self}");
        self
    }

    /// The same, if the text occurs in standard output or standard error.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.both().contains(text), "it does not say `{text}`: {self}");
        self
    }

    /// The hint below an error.
    pub fn hint(&self) -> &str {
        self.stderr.lines().find_map(|line| line.trim_start().strip_prefix("hint: ")).unwrap_or("")
    }

    /// Standard output and standard error together.
    pub fn both(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }

    /// The lines of standard output as events. Every line must be one.
    #[track_caller]
    pub fn events(&self) -> Vec<Json> {
        let event = |line: &str| -> Json {
            let event: Result<Json, _> = serde_json::from_str(line);
            assert!(event.is_ok(), "`{line}` is no JSON: {self}");
            let event = event.unwrap_or_default();
            assert_eq!(event["version"], 1, "`{line}` has no version");
            assert!(event["event"].is_string(), "`{line}` has no event");
            event
        };
        self.stdout.lines().map(event).collect()
    }

    /// The events of one kind.
    #[track_caller]
    pub fn events_of(&self, kind: &str) -> Vec<Json> {
        self.events().into_iter().filter(|event| event["event"] == kind).collect()
    }

    /// The event that ends a run, which is the last one, and the only one of its kind.
    #[track_caller]
    pub fn ended(&self) -> Json {
        let events = self.events();
        let ends = events.iter().filter(|event| event["event"] == "run-ended").count();
        assert_eq!(ends, 1, "{self}");
        events.last().cloned().unwrap_or_default()
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { command, exit, stdout, stderr } = self;
        let end = |text: &str| {
            let from = text.char_indices().rev().nth(4000).map_or(0, |(place, _)| place);
            text.get(from..).unwrap_or_default().to_owned()
        };
        write!(
            f,
            "\n$ {command}\nexit {exit:?}\n--- stdout\n{}\n--- stderr\n{}\n---",
            end(stdout),
            end(stderr)
        )
    }
}
