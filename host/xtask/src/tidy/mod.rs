//! The rules of the house that neither the compiler nor clippy knows, each in a file of its own.
//!
//! A rule gets a file's path and text, or the packages of the workspace, and says what it finds. What
//! a reviewer would say twice becomes a rule here, with the reason in its message.

mod essay;
pub(crate) mod files;
mod layers;
mod length;
mod machine;
mod name;
mod title;
mod word;

use std::fmt;

use crate::error::XtaskError;
use crate::print;
use crate::workspace::Workspace;

/// A file of the repository that holds text.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Its path below the root, with `/`.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
}

/// A place where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    line: Option<usize>,
    message: String,
}

impl Finding {
    fn of_file(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: None, message: message.into() }
    }

    /// `index` counts lines from 0.
    fn of_line(path: &str, index: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: Some(index + 1), message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

/// Rules about one file.
const RULES: [fn(&File) -> Vec<Finding>; 6] =
    [essay::check, length::check, machine::check, name::check, title::check, word::check];

/// Checks all rules and prints what they find.
pub(crate) fn check(workspace: &Workspace) -> Result<(), XtaskError> {
    let files = files::read(&workspace.root)?;
    let mut findings = layers::check(&workspace.packages);
    for file in &files {
        findings.extend(RULES.iter().flat_map(|rule| rule(file)));
    }
    for finding in &findings {
        print::line(&finding.to_string());
    }
    if findings.is_empty() {
        print::line(&format!("{} rules hold in {} files", RULES.len() + 1, files.len()));
        return Ok(());
    }
    Err(XtaskError::Untidy { count: findings.len() })
}

/// What a rule finds in one file, as text, for the rules' own tests.
#[cfg(test)]
fn found(rule: fn(&File) -> Vec<Finding>, path: &str, text: &str) -> Vec<String> {
    let file = File { path: path.to_owned(), text: text.to_owned() };
    rule(&file).iter().map(ToString::to_string).collect()
}
