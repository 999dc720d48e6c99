//! A run as lines for programs: the stream that `host run --json` wrote, told again from the journal, each
//! line with its number and its time (`docs/events.schema.json`).

use host_runner::record::{Ended, Place, Renewed};
use serde_json::{Map, Value as Json, json};

use crate::{Item, Past, PastCall, State, What, iso, next};

/// The lines of a run in that state: the name of each, and its other fields.
pub fn stream(past: &Past, state: &State) -> Vec<(&'static str, Json)> {
    let mut lines = vec![("run-started", started(past))];
    let last = past.items.len().saturating_sub(1);
    for (index, item) in past.items.iter().enumerate() {
        let is_end = index == last && matches!(state, State::Ended(_));
        let (name, mut fields) = item_line(item);
        if let (true, Some(fields)) = (is_end, fields.as_object_mut()) {
            fields.insert("next".to_owned(), json!(next(past, state)));
        }
        lines.push((name, placed(past, item, fields)));
    }
    if !matches!(state, State::Ended(_)) {
        let holder = match state {
            State::UnderWay { holder } => Some(holder.as_str()),
            _ => None,
        };
        let open = past.open().map(|(item, _)| item.number);
        lines.push((
            "run-open",
            json!({
                "run": past.run, "state": state.as_str(), "holder": holder, "unsettled": open,
                "changes": past.changes(), "next": next(past, state),
            }),
        ));
    }
    lines
}

fn started(past: &Past) -> Json {
    let begun = &past.begun;
    let accounts = begun.accounts.iter();
    let accounts: Map<String, Json> =
        accounts.map(|(name, it)| (name.clone(), json!(it.account))).collect();
    json!({
        "run": past.run,
        "number": 0,
        "at": iso(past.began),
        "workflow": begun.workflow.name,
        "workflow_version": begun.workflow.version,
        "digest": begun.workflow.digest,
        "vetted": begun.workflow.vetted,
        "simulated": matches!(begun.place, Place::Offline { .. }),
        "accounts": accounts,
        "host_version": begun.host_version,
        "input": begun.input,
        "allowed": begun.allowed,
        "adopt": begun.adopt,
        "provoke": begun.provoke,
        "unattended": begun.unattended,
        "undoes": begun.undoes,
    })
}

/// The fields with run, number and time before them.
fn placed(past: &Past, item: &Item, fields: Json) -> Json {
    let mut line = json!({ "run": past.run, "number": item.number, "at": iso(item.at) });
    if let (Some(line), Json::Object(fields)) = (line.as_object_mut(), fields) {
        line.extend(fields);
    }
    line
}

fn item_line(item: &Item) -> (&'static str, Json) {
    match &item.what {
        What::Step { id, title } => ("step", json!({ "id": id, "title": title })),
        What::Call(call) => ("call", call_fields(call)),
        What::Log { level, message, fields } => {
            ("log", json!({ "level": level, "message": message, "fields": fields }))
        }
        What::Check { id, claim, detail } => {
            ("check", json!({ "id": id, "claim": claim, "detail": detail }))
        }
        What::Conditional { title, needed } => {
            ("conditional", json!({ "title": title, "needed": needed }))
        }
        What::Wait { seconds } => ("wait", json!({ "seconds": seconds })),
        What::Renewed(renewed) => ("renewed", renewed_fields(renewed)),
        What::Resumed(resumed) => (
            "resumed",
            json!({ "host_version": resumed.host_version, "again_from": resumed.again_from }),
        ),
        What::Ended(ended) => ("run-ended", ended_fields(ended)),
    }
}

fn call_fields(call: &PastCall) -> Json {
    let trouble = call.trouble();
    json!({
        "step": call.step,
        "account_name": call.account_name,
        "account": call.account,
        "identity": call.call.identity,
        "arn": call.arn,
        "product": call.call.product,
        "action": call.call.action,
        "region": call.call.region,
        "effect": call.effect,
        "changes": call.changes(),
        "sentence": call.sentence,
        "outcome": call.outcome(),
        "code": trouble.map(|(code, _)| code),
        "message": trouble.map(|(_, message)| message),
        "request_id": call.request_id(),
        "attempts": call.took.map_or(0, |took| took.attempts),
        "elapsed_ms": call.took.map_or(0, |took| took.elapsed_ms),
        "answered_at": call.answered.map(iso),
        "known": call.known,
        "consent": call.sending.as_ref().map(|sending| &sending.consent),
    })
}

fn renewed_fields(renewed: &Renewed) -> Json {
    json!({
        "identity": renewed.identity,
        "product": renewed.call.product,
        "action": renewed.call.action,
        "request_id": renewed.request_id,
    })
}

fn ended_fields(ended: &Ended) -> Json {
    let mut fields = json!({
        "verdict": ended.verdict,
        "reason": ended.reason,
        "code": ended.code,
        // What the host advised then is not recorded; `next` says what can be done now.
        "hint": null,
        "exit": ended.exit,
        "changes": ended.changes,
        "looks": ended.looks,
        "calls": ended.calls,
        "proofs": ended.proofs,
        "output": ended.output,
    });
    if !ended.drift.is_empty() {
        fields["drift"] = json!(ended.drift);
    }
    fields
}
