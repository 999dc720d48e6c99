//! What commands wrote on machines, and who gets to read it.
//!
//! A script that got a secret may print it, in a form that nobody thought of. So of its output the
//! workflow reads whole lines that stood in the manifest before, and nothing else (`security.md`,
//! rule 7). A person sees the end of what a failed script wrote, redacted by value.

use std::collections::BTreeSet;

use host_client::Answer as ClientAnswer;
use host_model::Call;
use host_wire::FoundOutput;
use serde_json::Value as Json;

use super::{Identity, LiveDriver};
use crate::RunEvent;

/// How much of a failed script's output a person sees: so many lines, of so many characters in all.
const TAIL_LINES: usize = 20;
const TAIL_CHARACTERS: usize = 2_000;

/// What a workflow may read of the output of an invocation that this run began.
#[derive(Debug, Clone)]
pub(super) enum Readable {
    /// All of it, redacted by value: it got no secret.
    Redacted,
    /// These lines.
    Markers(BTreeSet<String>),
}

impl LiveDriver {
    /// Notes that this run began an invocation, and how much of its output the workflow may read.
    pub(super) fn note_invocation(&mut self, call: &Call, body: &Json) {
        let Some(id) = body.get("InvokeId").and_then(Json::as_str) else { return };
        let script = call.text("CommandContent").map(|text| host_runtime::digest(text.as_bytes()));
        let readable = match script {
            _ if !call.carries_secret() => Readable::Redacted,
            Some(script) => Readable::Markers(self.markers_of(|digest| *digest == script)),
            None => Readable::Markers(BTreeSet::new()),
        };
        self.invocations.insert(id.to_owned(), readable);
    }

    /// The lines that the manifest declares for scripts, by their digests.
    fn markers_of(&self, is_meant: impl Fn(&String) -> bool) -> BTreeSet<String> {
        let scripts = self.stage.markers.iter().filter(|(digest, _)| is_meant(digest));
        scripts.flat_map(|(_, markers)| markers.clone()).collect()
    }

    /// Puts into the reply what the workflow may read of the outputs.
    pub(super) fn show_outputs(
        &mut self,
        call: &Call,
        identity: &Identity,
        answer: &mut ClientAnswer,
    ) {
        for output in std::mem::take(&mut answer.outputs) {
            let id = invocation_of(call, &answer.body, &output).unwrap_or_default();
            let readable = self.invocations.get(&id).cloned();
            let shown = match &readable {
                Some(Readable::Redacted) => self.redact(&output.text),
                Some(Readable::Markers(markers)) => marked(markers, &output.text),
                None => marked(&self.markers_of(|_| true), &output.text),
            };
            // What an earlier run, or somebody else, began may print secrets that this run does not know.
            if readable.is_some() {
                self.report_failure(identity, id, &answer.body, &output);
            }
            if let Some(part) = answer.body.pointer_mut(&output.at) {
                *part = Json::String(shown);
            }
        }
    }

    /// Shows a person the end of what a failed script wrote, once for each machine of an invocation.
    fn report_failure(
        &mut self,
        identity: &Identity,
        invocation: String,
        body: &Json,
        output: &FoundOutput,
    ) {
        let Some(record) = record_of(body, output) else { return };
        let text = |name: &str| record.get(name).and_then(Json::as_str).unwrap_or_default();
        let exit_code = record.get("ExitCode").and_then(Json::as_i64);
        let status = text("InvocationStatus");
        let has_failed = !matches!(status, "" | "Success" | "Running" | "Pending" | "Scheduled");
        let machine = text("InstanceId").to_owned();
        let key = (invocation, machine.clone());
        if !has_failed || output.text.is_empty() || !self.failures_shown.insert(key) {
            return;
        }
        self.report(&RunEvent::Output {
            account: identity.facts.account.to_string(),
            machine,
            status: status.to_owned(),
            exit_code,
            tail: tail(&self.redact(&output.text)),
        });
    }
}

/// Those of the declared lines that occur, each once and in an order of the host's own: how often and in
/// which order a script writes them could spell a secret.
fn marked(markers: &BTreeSet<String>, text: &str) -> String {
    let lines: BTreeSet<&str> = text.lines().map(str::trim).collect();
    let found = markers.iter().map(String::as_str).filter(|marker| lines.contains(marker));
    found.collect::<Vec<_>>().join("\n")
}

/// The object that an output is a part of.
fn record_of<'a>(body: &'a Json, output: &FoundOutput) -> Option<&'a Json> {
    body.pointer(output.at.rsplit_once('/')?.0)
}

/// The invocation that an output belongs to: its record's, or that of an object further out, or the one
/// that was asked for.
fn invocation_of(call: &Call, body: &Json, output: &FoundOutput) -> Option<String> {
    let mut at = output.at.as_str();
    while let Some((outer, _)) = at.rsplit_once('/') {
        let id = body.pointer(outer).and_then(|object| object.get("InvokeId"));
        if let Some(id) = id.and_then(Json::as_str) {
            return Some(id.to_owned());
        }
        at = outer;
    }
    call.text("InvokeId").map(str::to_owned)
}

/// The end of a text: the last lines, and of them the last characters.
pub(crate) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.get(lines.len().saturating_sub(TAIL_LINES)..).unwrap_or_default().join("\n");
    let skipped = last.chars().count().saturating_sub(TAIL_CHARACTERS);
    last.chars().skip(skipped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_say_that_and_nothing_more() {
        let markers: BTreeSet<String> = ["one", "zero"].map(str::to_owned).into();
        let spelled = "zero\none\n zero \nzero\nsecret\none two\n";
        assert_eq!(marked(&markers, spelled), "one\nzero");
        assert_eq!(marked(&markers, "one\none\none"), "one");
        assert_eq!(marked(&markers, "secret"), "");
    }

    #[test]
    fn the_end_is_what_counts() {
        let long: String =
            (0..50).fold(String::new(), |text, line| text + &format!("line {line}\n"));
        let shown = tail(&long);
        assert!(shown.starts_with("line 30") && shown.ends_with("line 49"), "{shown}");
        assert_eq!(tail(&"x".repeat(5_000)).len(), TAIL_CHARACTERS);
    }
}
