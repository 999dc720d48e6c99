//! Journals, written as data.

use std::collections::BTreeMap;

use host_model::{
    AccountId, Call, CallError, ErrorKind, IdentityFacts, IdentityRef, Reply, SecretKind,
    SecretRef, Timestamp, Value,
};
use host_runner::record::{
    Answered, Begun, Entry, FORMAT, Intent, Known, Numbered, Outcome, Party, Place, Took, Workflow,
};
use host_runtime::{Answer, Event};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

pub(crate) const MONITORING: &str = "1234567890123456";
pub(crate) const SOURCE: &str = "6543210987654321";

/// One thing that a run did.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deed {
    /// Who, by the name of the account.
    pub(crate) by: String,
    /// `product:Action`.
    pub(crate) call: String,
    #[serde(default)]
    pub(crate) with: Map<String, Json>,
    #[serde(default)]
    pub(crate) region: Option<String>,
    /// The body of the reply.
    #[serde(default)]
    pub(crate) reply: Option<Json>,
    /// The code of the error, if it is one.
    #[serde(default)]
    pub(crate) error: Option<String>,
    /// Whether it changes nothing.
    #[serde(default)]
    pub(crate) reads: bool,
    /// What was there before, if the intent says so.
    #[serde(default)]
    pub(crate) before: Option<Json>,
    /// Whether it is registered, and not made.
    #[serde(default)]
    pub(crate) registered: bool,
    /// Whether the run was killed before the answer.
    #[serde(default)]
    pub(crate) killed: bool,
}

pub(crate) fn begun() -> Begun {
    let party = |name: &str, account: &str| {
        let arn = format!("acs:ram::{account}:user/operator");
        (name.to_owned(), Party { account: account.to_owned(), arn, optional: false })
    };
    Begun {
        format: FORMAT,
        host_version: "0.1.0".to_owned(),
        workflow: Workflow {
            name: "by-hand".to_owned(),
            version: "0.1.0".to_owned(),
            lineage: "by-hand".to_owned(),
            digest: "0".repeat(64),
            vetted: true,
        },
        input: Json::Null,
        accounts: [party("monitoring", MONITORING), party("source", SOURCE)].into(),
        mark: "host:workflow=by-hand".to_owned(),
        allowed: Vec::new(),
        adopt: false,
        policy: None,
        provoke: false,
        unattended: false,
        place: Place::Offline { scenario: None, id: None, config: None },
        undoes: None,
        plan: None,
    }
}

/// The entries of a run that did these things.
pub(crate) fn entries(deeds: &[Deed], from: i64) -> Vec<Numbered> {
    let mut entries = vec![Entry::Begun(begun())];
    for name in ["monitoring", "source"] {
        let account = account_of(name);
        let facts =
            IdentityFacts { identity: IdentityRef(name.to_owned()), account, arn: String::new() };
        entries.push(answered(Event::Open { name: name.to_owned() }, Answer::Identity { facts }));
    }
    for deed in deeds {
        deed.write(&mut entries);
    }
    let number = |(number, entry): (u64, Entry)| {
        let at = Timestamp::from_seconds(from + i64::try_from(number).expect("few entries"));
        Numbered { number, at, entry }
    };
    (0..).zip(entries).map(number).collect()
}

fn answered(event: Event, answer: Answer) -> Entry {
    Entry::Answered(Answered { event, answer, took: None })
}

fn account_of(name: &str) -> AccountId {
    let id = if name.starts_with("monitoring") { MONITORING } else { SOURCE };
    id.parse().expect("an account id")
}

impl Deed {
    fn write(&self, entries: &mut Vec<Entry>) {
        let call = self.call();
        if self.registered {
            entries.push(answered(Event::Register { call }, Answer::Done));
            return;
        }
        let answer = self.answer();
        if self.reads {
            entries.push(answered(Event::Call(call), answer));
            return;
        }
        let (product, action) = self.call.split_once(':').expect("product:Action");
        let action = host_catalog::Catalog::builtin().action(product, action).expect("catalogued");
        entries.push(Entry::Intent(Intent {
            call: call.clone(),
            account: account_of(&self.by).to_string(),
            sent: call,
            host_parameters: Vec::new(),
            lost: "repeat".to_owned(),
            consent: "offline".to_owned(),
            inverse: action.inverse.as_ref().map(|it| host_runner::record::Inverse {
                action: it.action.clone(),
                with: it.with.clone(),
            }),
            before: self.before.clone(),
            looks: false,
        }));
        if !self.killed {
            let took = Took { attempts: 1, elapsed_ms: 1 };
            entries.push(Entry::Outcome(Outcome { answer, took, known: Known::Reply }));
        }
    }

    fn call(&self) -> Call {
        let (product, action) = self.call.split_once(':').expect("product:Action");
        let known = host_catalog::Catalog::builtin().product(product).expect("a product");
        Call {
            identity: IdentityRef(self.by.clone()),
            product: product.to_owned(),
            version: known.version.clone(),
            action: action.to_owned(),
            region: self.region.clone(),
            parameters: self.with.iter().map(|(name, it)| (name.clone(), value(it))).collect(),
        }
    }

    fn answer(&self) -> Answer {
        if let Some(code) = &self.error {
            let kind = match code.as_str() {
                "Lost" => ErrorKind::OutcomeUnknown,
                code if code.starts_with("EntityAlreadyExists") => ErrorKind::AlreadyExists,
                _ => ErrorKind::NotFound,
            };
            return Answer::Error { error: CallError::new(kind, code, "no") };
        }
        let reply = Reply {
            body: self.reply.clone().unwrap_or_else(|| serde_json::json!({})),
            secrets: BTreeMap::new(),
            identity: None,
            request_id: None,
        };
        Answer::Reply { reply }
    }
}

/// Text, JSON, `{ secret = "account object" }`, or settings, whose names begin with `/` or stand under
/// `settings`.
fn value(json: &Json) -> Value {
    match json {
        Json::String(text) => Value::Text(text.clone()),
        Json::Object(fields) if fields.contains_key("secret") => {
            let text = fields["secret"].as_str().expect("text");
            let (account, object) = text.split_once(' ').expect("account and object");
            let account = account.parse().expect("an account id");
            Value::Secret(SecretRef {
                account,
                kind: SecretKind::AccessKey,
                object: object.to_owned(),
            })
        }
        Json::Object(fields) if fields.keys().all(|name| name.starts_with('/')) => {
            Value::Settings(fields.iter().map(|(name, it)| (name.clone(), value(it))).collect())
        }
        other => Value::Json(other.clone()),
    }
}
