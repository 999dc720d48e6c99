//! What is known before any command begins.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use crate::environment;

/// What is known before any command begins: environment, home, terminal.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) home: PathBuf,
    /// Whether a person can be asked: both ends of the conversation are a terminal.
    pub(crate) can_ask: bool,
    /// Whether what is under way may be drawn over itself: somebody sees it, and wants no plain lines.
    pub(crate) is_live: bool,
    /// Whether answers may be colored: somebody sees them, and wants it.
    pub(crate) is_colored: bool,
}

impl Context {
    pub(crate) fn read() -> Self {
        let environment = environment::read();
        let home = environment.get("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from);
        let can_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let draws = draws(&environment);
        let is_live = std::io::stderr().is_terminal() && draws;
        let is_colored = std::io::stdout().is_terminal() && draws;
        Self { environment, home, can_ask, is_live, is_colored }
    }

    /// Who is at work, as the system knows it: what records of approvals say.
    pub(crate) fn operator(&self) -> String {
        let id = rustix::process::getuid().as_raw();
        self.variable("USER")
            .map_or_else(|| format!("uid {id}"), |name| format!("{name} (uid {id})"))
    }

    /// A variable's value, unless it is unset or empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The folder that a variable names, or a place below the platform's own.
    pub(crate) fn folder(&self, own: &str, platform: &str, below_home: &str) -> PathBuf {
        if let Some(folder) = self.variable(own) {
            return PathBuf::from(folder);
        }
        let base = self.variable(platform).map(PathBuf::from).filter(|path| path.is_absolute());
        base.unwrap_or_else(|| self.home.join(below_home)).join("host")
    }
}

/// Whether the terminal is one that lines can be drawn over, and nobody wishes otherwise. One that has no name
/// may be any.
fn draws(environment: &BTreeMap<String, String>) -> bool {
    let value = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let is_able = value(environment::TERM).is_some_and(|term| term != "dumb");
    is_able && value(environment::NO_COLOR).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_drawn_over_only_where_that_is_known_to_work_and_wanted() {
        let cases: [(&[(&str, &str)], bool); 6] = [
            (&[("TERM", "xterm-256color")], true),
            (&[("TERM", "xterm"), ("NO_COLOR", "")], true),
            (&[("TERM", "xterm"), ("NO_COLOR", "1")], false),
            (&[("TERM", "dumb")], false),
            (&[("TERM", "")], false),
            (&[], false),
        ];
        for (variables, expected) in cases {
            let environment =
                variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            assert_eq!(draws(&environment), expected, "{variables:?}");
        }
    }
}
