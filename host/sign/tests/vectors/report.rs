//! Compares, counts, and says all that differs at once.

use std::collections::BTreeMap;
use std::io::Write as _;

use serde_json::{Map, Value};

/// Texts derived by us, by the name of their step.
pub(crate) type Steps = BTreeMap<&'static str, Value>;

/// What was compared so far.
pub(crate) struct Report {
    title: &'static str,
    cases: usize,
    texts: usize,
    notes: Vec<String>,
    failures: Vec<String>,
}

impl Report {
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, cases: 0, texts: 0, notes: Vec::new(), failures: Vec::new() }
    }

    /// Counts a case and compares every expected step; one that we do not derive is a failure.
    pub(crate) fn case(&mut self, id: &str, expected: &Map<String, Value>, derived: &Steps) {
        if expected.is_empty() {
            self.fail(id, "expected", "at least one step", "none");
        }
        self.cases += 1;
        for (step, expected) in expected {
            match derived.get(step.as_str()) {
                Some(actual) => self.equal(id, step, &shown(expected), &shown(actual)),
                None => self.fail(id, step, &shown(expected), "(a step that is not derived)"),
            }
        }
    }

    /// Compares two texts of a case.
    pub(crate) fn equal(&mut self, id: &str, step: &str, expected: &str, actual: &str) {
        self.texts += 1;
        if expected != actual {
            self.fail(id, step, expected, actual);
        }
    }

    /// Notes a difference.
    pub(crate) fn fail(&mut self, id: &str, step: &str, expected: &str, actual: &str) {
        let failure = format!(
            "vector {id}, step `{step}`:\n  expected: {expected:?}\n    actual: {actual:?}"
        );
        self.failures.push(failure);
    }

    /// Counts a case that has no step to compare but the ones given to [`Report::equal`].
    pub(crate) fn count(&mut self) {
        self.cases += 1;
    }

    /// Adds to the summary.
    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Prints how much was compared, past the capture of the test harness, and fails on any
    /// difference or on nothing compared.
    pub(crate) fn finish(self) {
        let Self { title, cases, texts, notes, failures } = self;
        let counted = format!("{title}: {cases} compared, {texts} texts");
        let summary = [vec![counted], notes].concat().join(", ");
        writeln!(std::io::stdout(), "{summary}").expect("standard output is open");
        assert!(cases > 0 && texts > 0, "nothing was compared: {summary}");
        assert!(
            failures.is_empty(),
            "{summary}; {} differences\n\n{}",
            failures.len(),
            failures.join("\n\n"),
        );
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
