//! A client with everything around it scripted.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use host_catalog::Catalog;
use host_model::{
    Call, CallError, HttpReply, HttpRequest, IdentityRef, SecretKind, SecretRef, SecretText,
    Timestamp, Value,
};
use host_policy::{Attempt, HostPurpose, Permit};
use host_ports::{Clock, Entropy};
use host_sign::AccessKey;
use host_wire::{SecretLookup, Transport, TransportError};

use crate::{
    Answer, Client, Endpoints, Expectation, Note, Observer, Outgoing, Settings, StaticKey,
};

/// When every test begins: 2024-01-02T03:04:05Z.
pub(crate) const START: Timestamp = Timestamp::from_seconds(1_704_164_645);

/// The token that every request is signed with.
pub(crate) const TOKEN: &str = "CAISfakeSecurityToken/With+Chars==";

/// The secret that calls place.
pub(crate) const PASSWORD: &str = "P@ss w0rd+/=~*";

/// Moves only when somebody waits.
#[derive(Debug)]
struct ManualClock {
    now: Mutex<Timestamp>,
    waits: Mutex<Vec<Duration>>,
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.waits.lock().unwrap().push(duration);
        let mut now = self.now.lock().unwrap();
        *now = now.plus(duration);
    }
}

/// Counts: 1, 2, 3, …
#[derive(Debug, Default)]
struct Counter(Mutex<u8>);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        bytes.fill(0);
        *bytes.last_mut().unwrap() = *count;
    }
}

/// Answers by script, and keeps what it was sent.
#[derive(Debug, Default)]
struct Script {
    answers: Mutex<VecDeque<Reaction>>,
    sent: Mutex<Vec<HttpRequest>>,
}

#[async_trait]
impl Transport for Script {
    async fn send(
        &self,
        _attempt: Attempt,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError> {
        self.sent.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop_front();
        match answer.expect("the script has an answer for every request") {
            Reaction::Says(reply) => Ok(reply),
            Reaction::Fails(error) => Err(error),
        }
    }
}

#[derive(Debug, Default)]
struct Notes(Mutex<Vec<Note>>);

impl Observer for Notes {
    fn note(&self, note: &Note) {
        self.0.lock().unwrap().push(note.clone());
    }
}

struct Vault;

impl SecretLookup for Vault {
    fn secret(&self, name: &SecretRef) -> Option<SecretText> {
        (name.kind == SecretKind::Password).then(|| SecretText::new(PASSWORD))
    }
}

/// A client, and everything that can be seen of it.
pub(crate) struct Bed {
    pub(crate) client: Client,
    clock: Arc<ManualClock>,
    script: Arc<Script>,
    notes: Arc<Notes>,
}

impl Bed {
    pub(crate) fn new(answers: Vec<Reaction>) -> Self {
        Self::with(Settings::new(Endpoints::default()), answers)
    }

    pub(crate) fn with(settings: Settings, answers: Vec<Reaction>) -> Self {
        let clock = Arc::new(ManualClock { now: Mutex::new(START), waits: Mutex::new(Vec::new()) });
        let script = Arc::new(Script { answers: Mutex::new(answers.into()), ..Script::default() });
        let notes = Arc::new(Notes::default());
        let entropy = Arc::new(Counter::default());
        let client = Client::new(script.clone(), clock.clone(), entropy, settings, notes.clone());
        Self { client, clock, script, notes }
    }

    /// Makes a call as if it had been permitted.
    pub(crate) async fn run(&self, call: &Call) -> Result<Answer, CallError> {
        self.run_since(call, None).await
    }

    /// The same, after the run wrote something at that time.
    pub(crate) async fn run_since(
        &self,
        call: &Call,
        settle_since: Option<Timestamp>,
    ) -> Result<Answer, CallError> {
        let permit = Permit::for_host(HostPurpose::Identify);
        self.client.call_permitted(&permit, &key(), outgoing(call, settle_since)).await
    }

    /// The same, after the run wrote something that the answer has to show.
    pub(crate) async fn run_expecting(
        &self,
        call: &Call,
        expected: &dyn Expectation,
    ) -> Result<Answer, CallError> {
        let permit = Permit::for_host(HostPurpose::Identify);
        let out = Outgoing { expected: Some(expected), ..outgoing(call, None) };
        self.client.call_permitted(&permit, &key(), out).await
    }

    /// How many requests left.
    pub(crate) fn sends(&self) -> usize {
        self.sent().len()
    }

    pub(crate) fn sent(&self) -> Vec<HttpRequest> {
        self.script.sent.lock().unwrap().clone()
    }

    /// What was waited, in milliseconds.
    pub(crate) fn waits(&self) -> Vec<u128> {
        self.clock.waits.lock().unwrap().iter().map(Duration::as_millis).collect()
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        self.notes.0.lock().unwrap().clone()
    }

    /// Whether the script was followed to its end.
    pub(crate) fn is_finished(&self) -> bool {
        self.script.answers.lock().unwrap().is_empty()
    }
}

pub(crate) fn key() -> StaticKey {
    StaticKey::new(AccessKey::temporary(
        "STS.NUFakeTemporaryKeyId0001",
        SecretText::new("FakeTempSecret0000000000000000000001"),
        SecretText::new(TOKEN),
    ))
}

pub(crate) fn outgoing(call: &Call, settle_since: Option<Timestamp>) -> Outgoing<'_> {
    Outgoing {
        call,
        host_parameters: &[],
        secrets: &Vault,
        settle_since,
        expected: None,
        account: None,
    }
}

/// A call that the catalog lets through, with invented values.
pub(crate) fn call(product: &str, action: &str) -> Call {
    let known = Catalog::builtin().product(product).expect("the catalog has the product");
    let parameters: &[(&str, &str)] = match action {
        "CreateRole" => &[("RoleName", "r1"), ("AssumeRolePolicyDocument", "{}")],
        "GetRole" | "UpdateRole" | "DeleteRole" => &[("RoleName", "r1")],
        "AttachPolicyToRole" => {
            &[("RoleName", "r1"), ("PolicyName", "p1"), ("PolicyType", "Custom")]
        }
        "CreateLoginProfile" => &[("UserName", "u1")],
        "AssumeRole" => &[("RoleArn", "acs:ram::1234567890123456:role/r1")],
        _ => &[],
    };
    let mut parameters: Vec<(String, Value)> = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::Text((*value).to_owned())))
        .collect();
    if action == "CreateLoginProfile" {
        let password = SecretRef {
            account: "6543210987654321".parse().unwrap(),
            kind: SecretKind::Password,
            object: "ram:user/u1".to_owned(),
        };
        parameters.push(("Password".to_owned(), Value::Secret(password)));
    }
    Call {
        identity: IdentityRef("source".to_owned()),
        product: product.to_owned(),
        version: known.version.clone(),
        action: action.to_owned(),
        region: None,
        parameters,
    }
}

/// What the cloud does with a request.
#[derive(Debug)]
pub(crate) enum Reaction {
    Says(HttpReply),
    Fails(TransportError),
}

impl Reaction {
    /// The same, with one header more.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Says(reply) = &mut self {
            reply.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// A reply as it stands.
pub(crate) fn says(status: u16, body: &str) -> Reaction {
    Reaction::Says(HttpReply { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
}

/// A success that says nothing else.
pub(crate) fn yes() -> Reaction {
    says(200, r#"{"RequestId":"r-yes"}"#)
}

/// A refusal with this code.
pub(crate) fn no(status: u16, code: &str) -> Reaction {
    says(status, &format!(r#"{{"Code":"{code}","Message":"said {code}","RequestId":"r-no"}}"#))
}

/// A connection that broke after the request.
pub(crate) fn lost() -> Reaction {
    Reaction::Fails(TransportError::Lost {
        authority: "ram.aliyuncs.com".to_owned(),
        reason: "the connection was reset".to_owned(),
    })
}

/// A connection that never stood.
pub(crate) fn unreachable() -> Reaction {
    Reaction::Fails(TransportError::Unreachable {
        authority: "ram.aliyuncs.com".to_owned(),
        reason: "connection refused".to_owned(),
    })
}
