//! Rehearsals from tables and from recorded runs, and plans from them.

use std::collections::BTreeMap;
use std::path::Path;

use host_catalog::Catalog;
use host_model::{Call, Effect, IdentityRef, SecretRef, Timestamp, Value};
use host_plan::{
    Composed, Conditional, FORMAT, Party, Plan, Rehearsal, Rehearsed, Repair, Terms, Within,
    Workflow, compose,
};
use serde_json::{Value as Json, json};

pub(crate) const MADE: Timestamp = Timestamp::from_millis(1_767_603_600_000);
pub(crate) const KEY: [u8; 32] = [7; 32];

/// A call of `product:Action` with parameters as JSON; texts are texts, `{"secret": …}` is one.
pub(crate) fn call(title: &str, identity: &str, parameters: &Json) -> Call {
    let (product, action) = title.split_once(':').expect("product:Action");
    let catalog = Catalog::builtin();
    let version = catalog.product(product).map_or_else(String::new, |it| it.version.clone());
    Call {
        identity: IdentityRef(identity.to_owned()),
        product: product.to_owned(),
        version,
        action: action.to_owned(),
        region: None,
        parameters: named(parameters),
    }
}

fn named(parameters: &Json) -> Vec<(String, Value)> {
    let members = parameters.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), value_of(value))).collect()
}

fn value_of(value: &Json) -> Value {
    match value {
        Json::String(text) => Value::Text(text.clone()),
        Json::Object(members) if members.contains_key("secret") => Value::Secret(
            serde_json::from_value(members["secret"].clone()).expect("test data is sound"),
        ),
        Json::Object(members) if members.contains_key("settings") => {
            Value::Settings(named(&members["settings"]))
        }
        other => Value::Json(other.clone()),
    }
}

/// A call of a rehearsal, as it would be predicted.
pub(crate) fn rehearsed(call: Call, answer: Result<Json, String>) -> Rehearsed {
    let catalog = Catalog::builtin();
    let action = catalog.action(&call.product, &call.action);
    let account = match call.identity.0.as_str() {
        "monitoring" => "1234567890123456",
        _ => "6543210987654321",
    };
    Rehearsed {
        within: Within::default(),
        account_name: call.identity.0.split('/').next().unwrap_or_default().to_owned(),
        account: account.parse().expect("test data is sound"),
        sent: call.clone(),
        effect: action.map_or(Effect::Update, |it| it.effect),
        sentence: action.map_or_else(String::new, |it| it.sentence_of(&call)),
        risk: action.and_then(|it| it.risk).map(|risk| risk.as_str().to_owned()),
        risks: Vec::new(),
        before: BTreeMap::new(),
        foreseen: true,
        answer,
        secrets: BTreeMap::new(),
        looks: false,
        conditional: None,
        call,
    }
}

/// A rehearsal from JSON: a list of `{do, as, with, region, answer | refused, unforeseen, secrets, looks}`; among
/// them `{maybe, holds}` opens a part that may not be needed, and `{end}` closes it.
pub(crate) fn rehearsal(calls: &Json) -> Rehearsal {
    let mut rehearsal = Rehearsal::default();
    let mut open: Vec<u32> = Vec::new();
    let number = |count: usize| u32::try_from(count + 1).expect("test data is small");
    for it in calls.as_array().expect("a list of calls") {
        if let Some(title) = it["maybe"].as_str() {
            let conditional = Conditional {
                number: number(rehearsal.conditionals.len()),
                title: title.to_owned(),
                inside: open.last().copied(),
                from: number(rehearsal.calls.len()),
                holds: it["holds"] == true,
            };
            open.push(conditional.number);
            rehearsal.conditionals.push(conditional);
        } else if it.get("end").is_some() {
            open.pop();
        } else {
            rehearsal.calls.push(Rehearsed { conditional: open.last().copied(), ..one(it) });
        }
    }
    rehearsal
}

fn one(it: &Json) -> Rehearsed {
    let identity = it["as"].as_str().unwrap_or("source");
    let mut call = call(it["do"].as_str().expect("do"), identity, &it["with"]);
    call.region = it["region"].as_str().map(str::to_owned);
    let answer = match it["refused"].as_str() {
        Some(code) => Err(code.to_owned()),
        None => Ok(it.get("answer").cloned().unwrap_or_else(|| json!({}))),
    };
    let mut rehearsed = rehearsed(call, answer);
    if let Some(account) = it["account"].as_str() {
        rehearsed.account = account.parse().expect("test data is sound");
    }
    let risks = it["risks"].as_array().into_iter().flatten();
    rehearsed.risks = risks.filter_map(Json::as_str).map(str::to_owned).collect();
    rehearsed.foreseen = it.get("unforeseen").is_none();
    rehearsed.looks = it["looks"] == true;
    if it["effect"] == "update" {
        rehearsed.effect = Effect::Update;
    }
    if let Some(sent) = it.get("sent") {
        rehearsed.sent.parameters = named(sent);
    }
    for (at, object) in it["secrets"].as_object().into_iter().flatten() {
        let secret = json!({
            "account": rehearsed.account, "kind": "access-key", "object": object
        });
        rehearsed
            .secrets
            .insert(at.clone(), serde_json::from_value(secret).expect("test data is sound"));
    }
    rehearsed
}

/// A plan around what was composed.
pub(crate) fn plan(composed: Composed) -> Plan {
    let party = |account: &str, user: &str| Party {
        account: account.parse().expect("test data is sound"),
        arn: format!("acs:ram::{account}:user/{user}"),
        session: None,
    };
    Plan {
        format: FORMAT,
        host_version: "0.1.0".to_owned(),
        run: "run-19b8d627a80-b4b30787".parse().expect("test data is sound"),
        made: MADE,
        expires: MADE.plus_millis(3_600_000),
        workflow: Workflow {
            name: "delegate".to_owned(),
            version: "0.1.0".to_owned(),
            lineage: "delegate".to_owned(),
            digest: "3fc9ac1b7e4a449d36b46919812492a2d5b80b3cc977e2e9c0e002d0b21ab34c".to_owned(),
            vetted: true,
        },
        input: json!({ "role-name": "arms-admin" }),
        accounts: BTreeMap::from([
            ("monitoring".to_owned(), party("1234567890123456", "operator")),
            ("source".to_owned(), party("6543210987654321", "operator")),
            ("another".to_owned(), party("6543210987654321", "another")),
        ]),
        allowed: Vec::new(),
        terms: Terms { place: json!({ "cloud": "offline" }), ..Terms::default() },
        repairs: Repair::of(&composed.steps),
        steps: composed.steps,
        conditionals: composed.conditionals,
        placeholders: composed.placeholders,
        observed: composed.observed,
        foreseen: composed.foreseen,
        reads: composed.reads,
        forecast: composed.forecast,
        unread: composed.unread,
    }
}

/// A run of `tests/runs`, as if it had been rehearsed: with the texts that the cloud decided in it, or with
/// `other` ones in their place.
pub(crate) fn recorded(name: &str, other: bool) -> Rehearsal {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/runs/{name}.jsonl"));
    let mut text = std::fs::read_to_string(path).expect("the run is recorded");
    if other {
        for decided in decided(&text) {
            let renamed: String = decided.chars().rev().collect();
            text = text.replace(&decided, &renamed);
        }
    }
    let entries: Vec<Json> =
        text.lines().map(|line| serde_json::from_str(line).expect("test data is sound")).collect();
    let mut rehearsal = Rehearsal::default();
    let mut within = Within::default();
    let mut reads: BTreeMap<String, Json> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let event = &entry["event"];
        match (entry["kind"].as_str().expect("test data is sound"), event["event"].as_str()) {
            ("answered", Some("step")) => {
                let title = event["title"].as_str().expect("test data is sound").to_owned();
                within = Within {
                    id: event["id"].as_str().expect("test data is sound").to_owned(),
                    title,
                };
            }
            ("answered", Some("call")) => {
                let action = event["action"].as_str().expect("test data is sound").to_owned();
                reads.insert(action, entry["answer"]["reply"]["body"].clone());
            }
            ("intent", _) => {
                rehearsal.calls.push(of_intent(entry, &entries[index + 1], &within, &reads));
            }
            _ => {}
        }
    }
    rehearsal
}

fn of_intent(
    intent: &Json,
    outcome: &Json,
    within: &Within,
    reads: &BTreeMap<String, Json>,
) -> Rehearsed {
    let call: Call = serde_json::from_value(intent["call"].clone()).expect("test data is sound");
    let reply = &outcome["answer"]["reply"];
    let answer = match outcome["answer"]["error"]["code"].as_str() {
        Some(code) => Err(code.to_owned()),
        None => Ok(reply["body"].clone()),
    };
    let mut rehearsed = rehearsed(call, answer);
    rehearsed.sent = serde_json::from_value(intent["sent"].clone()).expect("test data is sound");
    rehearsed.account = intent["account"]
        .as_str()
        .expect("test data is sound")
        .parse()
        .expect("test data is sound");
    rehearsed.within = within.clone();
    rehearsed.looks = rehearsed.call.text("Name") == Some("host-ecs-look");
    rehearsed.account_name = match rehearsed.account.as_str() {
        "1234567890123456" => "monitoring".to_owned(),
        _ => "source".to_owned(),
    };
    let secrets: BTreeMap<String, SecretRef> =
        serde_json::from_value(reply.get("secrets").cloned().unwrap_or_else(|| json!({})))
            .expect("test data is sound");
    rehearsed.secrets = secrets;
    if rehearsed.call.product == "cs" && rehearsed.effect == Effect::Update {
        let read = "GetClusterAddonInstance";
        rehearsed.before.extend(reads.get(read).map(|body| (read.to_owned(), body.clone())));
    }
    rehearsed
}

/// What the cloud decided in a recorded run, in answer to what it did.
fn decided(text: &str) -> Vec<String> {
    let outcomes: Vec<&str> =
        text.lines().filter(|it| it.contains(r#""kind":"outcome""#)).collect();
    let text = outcomes.join("\n");
    let mut found = Vec::new();
    for name in ["UserId", "RoleId", "AccessKeyId", "CommandId", "InvokeId", "task_id"] {
        let start = format!("\"{name}\":\"");
        for rest in text.split(&start).skip(1) {
            let value = rest.split('"').next().unwrap_or_default().to_owned();
            if value.len() > 6 && !found.contains(&value) {
                found.push(value);
            }
        }
    }
    found
}

pub(crate) fn recorded_plan(name: &str) -> Plan {
    plan(compose(&recorded(name, false), &recorded(name, true)))
}
