//! Evidence: all that was done, by whom, with whose consent and to what end, for an auditor who joins it with
//! the cloud's own trail (`docs/evidence.schema.json`).

use std::collections::BTreeMap;

use host_journal::Entry;
use host_model::Timestamp;
use host_plan::parameters;
use host_runner::record::{ApprovedPlan, Known, Place};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::{Item, Past, PastCall, State, What, iso};

/// The version of the bundle; it changes when a field goes or changes its meaning.
const VERSION: u32 = 1;

/// Where the entries of a run end: what a bundle is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// How many entries there are.
    pub entries: u64,
    /// The last link, in lower-case hex.
    pub head: String,
}

impl Chain {
    /// The chain over a run's entries: SHA-256 of the link before (32 zero bytes before the first), the entry's
    /// number, its time in milliseconds (8 bytes each, the greatest first), its kind and its body, each after
    /// its length in 8 bytes. Whoever has the entries can compute it, without any key.
    pub fn over(entries: &[Entry]) -> Self {
        let mut link = [0_u8; 32];
        for entry in entries {
            let (number, at) = (entry.number.to_be_bytes(), entry.at.millis().to_be_bytes());
            let fields = [&link[..], &number, &at, entry.kind.as_bytes(), entry.body.as_bytes()];
            let mut digest = Sha256::new();
            for field in fields {
                digest.update((field.len() as u64).to_be_bytes());
                digest.update(field);
            }
            link = digest.finalize().into();
        }
        let head = link.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        Self { entries: u64::try_from(entries.len()).unwrap_or(u64::MAX), head }
    }
}

/// The bundle of a run in that state, exported at that time.
pub fn evidence(past: &Past, state: &State, chain: &Chain, exported: Timestamp) -> Json {
    let begun = &past.begun;
    let numbered = |what: fn(&What) -> Option<Json>| -> Vec<Json> {
        past.items.iter().filter_map(|item| placed(item, what(&item.what)?)).collect()
    };
    json!({
        "format": "host-evidence",
        "version": VERSION,
        "exported": iso(exported),
        "run": {
            "id": past.run,
            "session_name": format!("host-{}", past.run),
            "began": iso(past.began),
            "last": iso(past.last),
            "state": state.as_str(),
            "host_version": begun.host_version,
            "undoes": begun.undoes,
            "mark": begun.mark,
            "place": place(&begun.place),
        },
        "workflow": {
            "name": begun.workflow.name,
            "version": begun.workflow.version,
            "lineage": begun.workflow.lineage,
            "sha256": begun.workflow.digest,
            "vetted": begun.workflow.vetted,
        },
        "input": begun.input,
        "accounts": begun.accounts,
        "identities": identities(past),
        "approvals": approvals(past),
        "calls": past.calls().map(|(item, call)| call_of(item, call)).collect::<Vec<_>>(),
        "repairs": repairs(past),
        "resumes": numbered(|what| match what {
            What::Resumed(resumed) => Some(json!({ "host_version": resumed.host_version })),
            _ => None,
        }),
        "claims": numbered(|what| match what {
            What::Check { id, claim, detail } => {
                Some(json!({ "id": id, "claim": claim, "detail": detail }))
            }
            _ => None,
        }),
        "outcome": outcome(past),
        "journal": {
            "chain": "sha-256 over length-prefixed fields",
            "entries": chain.entries,
            "head": chain.head,
        },
    })
}

/// Number and time before the fields.
fn placed(item: &Item, fields: Json) -> Option<Json> {
    let mut line = json!({ "number": item.number, "at": iso(item.at) });
    let Json::Object(fields) = fields else { return None };
    line.as_object_mut()?.extend(fields);
    Some(line)
}

fn place(place: &Place) -> Json {
    match place {
        Place::Offline { scenario, .. } => json!({ "cloud": "offline", "scenario": scenario }),
        Place::Online { profiles, endpoint, .. } => {
            json!({ "cloud": "online", "profiles": profiles, "endpoint": endpoint })
        }
    }
}

/// What is known of somebody who called.
#[derive(Default)]
struct Caller<'a> {
    arn: Option<&'a str>,
    calls: Vec<u64>,
}

/// Everybody who called, as the cloud names them, and by which calls.
fn identities(past: &Past) -> Vec<Json> {
    let mut all: BTreeMap<(&str, &str), Caller<'_>> = BTreeMap::new();
    for (item, call) in past.calls() {
        let caller = all.entry((call.call.identity.0.as_str(), call.account.as_str())).or_default();
        caller.arn = call.arn.as_deref().filter(|arn| !arn.is_empty());
        caller.calls.push(item.number);
    }
    let all = all.into_iter();
    all.map(|((identity, account), Caller { arn, calls })| {
        json!({ "identity": identity, "account": account, "arn": arn, "calls": calls })
    })
    .collect()
}

/// What the operator named before the run, and who agreed to which call with an effect.
/// The plan that was approved: by whom, when and how.
fn approved(approved: &ApprovedPlan) -> Json {
    let ApprovedPlan { plan, approval } = approved;
    json!({
        "sha256": approval.plan,
        "how": approval.how,
        "who": approval.who,
        "at": iso(approval.at),
        "plan": host_plan::json(plan),
    })
}

fn approvals(past: &Past) -> Json {
    let begun = &past.begun;
    let mut consents: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (item, call) in past.calls() {
        if let Some(sending) = &call.sending {
            consents.entry(&sending.consent).or_default().push(item.number);
        }
    }
    let consents = consents.into_iter();
    json!({
        "allowed": begun.allowed,
        "adopt": begun.adopt,
        "provoke": begun.provoke,
        "unattended": begun.unattended,
        "plan": past.begun.plan.as_deref().map(approved),
        "consents": consents
            .map(|(consent, calls)| json!({ "consent": consent, "calls": calls }))
            .collect::<Vec<_>>(),
    })
}

fn call_of(item: &Item, call: &PastCall) -> Json {
    let trouble = call.trouble();
    let host = call.sending.iter().flat_map(|sending| &sending.host_parameters);
    let host: Map<String, Json> = host.map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "number": item.number,
        "at": iso(item.at),
        "answered_at": call.answered.map(iso),
        "step": call.step,
        "identity": call.call.identity,
        "arn": call.arn.as_deref().filter(|arn| !arn.is_empty()),
        "account": call.account,
        "product": call.call.product,
        "api_version": call.call.version,
        "action": call.call.action,
        "region": call.call.region,
        "effect": call.effect,
        "changes": call.changes(),
        "sentence": call.sentence,
        "parameters": parameters(&call.call.parameters),
        "host_parameters": host,
        "consent": call.sending.as_ref().map(|sending| &sending.consent),
        "outcome": call.outcome(),
        "code": trouble.map(|(code, _)| code),
        "message": trouble.map(|(_, message)| message),
        "request_id": call.request_id(),
        "attempts": call.took.map_or(0, |took| took.attempts),
        "elapsed_ms": call.took.map_or(0, |took| took.elapsed_ms),
        "known": call.known,
        "secrets": call.reply().map(|reply| &reply.secrets).filter(|secrets| !secrets.is_empty()),
    })
}

/// What was lost on the way and found out, and what was fetched again.
fn repairs(past: &Past) -> Vec<Json> {
    let repair = |item: &Item| match &item.what {
        What::Call(call) => {
            let known = call.known.filter(|known| *known != Known::Reply)?;
            placed(item, json!({ "what": "lost-reply", "title": call.title(), "known": known }))
        }
        What::Renewed(renewed) => {
            let title = format!("{}:{}", renewed.call.product, renewed.call.action);
            let fields = json!({
                "what": "renewed", "title": title, "identity": renewed.identity,
                "request_id": renewed.request_id,
            });
            placed(item, fields)
        }
        _ => None,
    };
    past.items.iter().filter_map(repair).collect()
}

/// How it ended; `null` if it did not.
fn outcome(past: &Past) -> Json {
    let Some((at, ended)) = past.ended() else { return Json::Null };
    json!({
        "at": iso(at),
        "verdict": ended.verdict,
        "reason": ended.reason,
        "code": ended.code,
        "exit": ended.exit,
        "changes": ended.changes,
        "calls": ended.calls,
        "proofs": ended.proofs,
        "report": ended.output,
    })
}
