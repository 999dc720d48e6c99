//! What commands wrote on machines, and who gets to read it.
//!
//! A script that got a secret may print it, in a form that nobody thought of. So of its output the
//! workflow reads whole lines that stood in the manifest before, and nothing else (`security.md`,
//! rule 7). A person sees the end of what a failed script wrote, redacted by value.

use host_client::Answer as ClientAnswer;
use host_model::Call;
use host_wire::FoundOutput;
use serde_json::Value as Json;

use super::{Identity, LiveDriver};
use crate::RunEvent;

/// How much of a failed script's output a person sees: so many lines, of so many characters in all.
const TAIL_LINES: usize = 20;
const TAIL_CHARACTERS: usize = 2_000;

impl LiveDriver {
    /// Notes that this run began an invocation, and whether it carries a secret.
    pub(super) fn note_invocation(&mut self, call: &Call, body: &Json) {
        let id = body.get("InvokeId").and_then(Json::as_str);
        if let Some(id) = id.filter(|_| !call.carries_secret()) {
            self.open_invocations.insert(id.to_owned());
        }
    }

    /// Puts into the reply what the workflow may read of the outputs.
    pub(super) fn show_outputs(
        &mut self,
        call: &Call,
        identity: &Identity,
        answer: &mut ClientAnswer,
    ) {
        for output in std::mem::take(&mut answer.outputs) {
            let is_open = invocation_of(call, &answer.body, &output)
                .is_some_and(|id| self.open_invocations.contains(&id));
            self.report_failure(identity, &answer.body, &output);
            let shown = if is_open { self.redact(&output.text) } else { self.marked(&output.text) };
            if let Some(part) = answer.body.pointer_mut(&output.at) {
                *part = Json::String(shown);
            }
        }
    }

    /// The lines that stood in the manifest before.
    fn marked(&self, text: &str) -> String {
        let lines = text.lines().map(str::trim);
        lines.filter(|line| self.stage.markers.contains(*line)).collect::<Vec<_>>().join("\n")
    }

    fn report_failure(&mut self, identity: &Identity, body: &Json, output: &FoundOutput) {
        let Some(record) = record_of(body, output) else { return };
        let text = |name: &str| record.get(name).and_then(Json::as_str).unwrap_or_default();
        let exit_code = record.get("ExitCode").and_then(Json::as_i64);
        let status = text("InvocationStatus");
        let has_failed = !matches!(status, "" | "Success" | "Running" | "Pending" | "Scheduled");
        let machine = text("InstanceId").to_owned();
        let key = (text("InvokeId").to_owned(), machine.clone());
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
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.get(lines.len().saturating_sub(TAIL_LINES)..).unwrap_or_default().join("\n");
    let skipped = last.chars().count().saturating_sub(TAIL_CHARACTERS);
    last.chars().skip(skipped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_what_counts() {
        let long: String = (0..50).map(|line| format!("line {line}\n")).collect();
        let shown = tail(&long);
        assert!(shown.starts_with("line 30") && shown.ends_with("line 49"), "{shown}");
        assert_eq!(tail(&"x".repeat(5_000)).len(), TAIL_CHARACTERS);
    }
}
