//! An offline cloud, a clock, and a signer to talk to it.

use std::sync::Arc;
use std::time::Duration;

use host_catalog::Catalog;
use host_model::{HttpReply, HttpRequest, Scheme, SecretText};
use host_ports::{Clock as _, Entropy as _};
use host_sign::{AccessKey, Api, Stamp};
use host_simulator::{Scenario, SeededEntropy, Simulator, VirtualClock};
use serde_json::Value as Json;

pub(crate) const CROWDED: &str = include_str!("../../../../tests/scenarios/crowded.toml");

/// A key to call with.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl Key {
    pub(crate) fn new(id: &str, secret: &str) -> Self {
        Self { id: id.to_owned(), secret: secret.to_owned(), token: None }
    }

    /// The key in a reply of `CreateAccessKey` or `AssumeRole`.
    pub(crate) fn of(reply: &Json) -> Self {
        let part = reply.get("Credentials").or(reply.get("AccessKey")).unwrap();
        let text = |name: &str| part[name].as_str().map(str::to_owned);
        Self {
            id: text("AccessKeyId").unwrap(),
            secret: text("AccessKeySecret").unwrap(),
            token: text("SecurityToken"),
        }
    }

    fn for_signing(&self) -> AccessKey {
        let secret = SecretText::new(self.secret.as_str());
        match &self.token {
            None => AccessKey::permanent(self.id.as_str(), secret),
            Some(token) => {
                AccessKey::temporary(self.id.as_str(), secret, SecretText::new(token.as_str()))
            }
        }
    }
}

pub(crate) struct Stage {
    pub(crate) simulator: Arc<Simulator>,
    pub(crate) clock: Arc<VirtualClock>,
    entropy: SeededEntropy,
}

impl Stage {
    /// The crowded scenario with `more` before it, which may not hold tables of its names.
    pub(crate) fn crowded() -> Self {
        Self::of(Scenario::parse("crowded", CROWDED).unwrap())
    }

    pub(crate) fn crowded_with(more: &str) -> Self {
        Self::of(Scenario::parse("crowded", &format!("{CROWDED}\n{more}")).unwrap())
    }

    pub(crate) fn of(scenario: Scenario) -> Self {
        let clock = Arc::new(VirtualClock::new(scenario.start));
        let simulator = Arc::new(Simulator::new(scenario, Arc::clone(&clock) as _));
        Self { simulator, clock, entropy: SeededEntropy::new(99) }
    }

    /// A key of the scenario, by account and user.
    pub(crate) fn key(&self, account: &str, user: &str) -> Key {
        let directory = self.simulator.scenario().directory();
        let found = directory.iter().find(|entry| entry.account == account && entry.user == user);
        let entry = found.unwrap();
        Key::new(&entry.access_key_id, entry.access_key_secret.expose())
    }

    pub(crate) fn operator(&self) -> Key {
        self.key("monitoring", "operator")
    }

    pub(crate) fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn nonce(&self) -> String {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes);
        bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    pub(crate) fn signed(
        &self,
        key: &Key,
        call: &str,
        parameters: &[(&str, &str)],
        scheme: host_sign::Scheme,
    ) -> HttpRequest {
        let stamp = Stamp { at: self.clock.now(), nonce: self.nonce() };
        let (product, action) = call.split_once(':').unwrap();
        let product = Catalog::builtin().product(product).unwrap();
        let endpoint = &product.endpoint;
        let authority = endpoint.central.clone().or(endpoint.regional.clone()).unwrap();
        let request = HttpRequest {
            method: "POST".to_owned(),
            scheme: Scheme::Https,
            authority: authority.replace("{region}", "cn-hangzhou"),
            path: "/".to_owned(),
            query: parameters.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let api = Api { action, version: &product.version };
        host_sign::apply(scheme, request, &key.for_signing(), stamp, api).unwrap()
    }

    pub(crate) fn request(
        &self,
        key: &Key,
        call: &str,
        parameters: &[(&str, &str)],
    ) -> HttpRequest {
        self.signed(key, call, parameters, host_sign::Scheme::Acs3)
    }

    /// Status and body.
    pub(crate) fn ask(&self, key: &Key, call: &str, parameters: &[(&str, &str)]) -> (u16, Json) {
        read(&self.simulator.answer(&self.request(key, call, parameters)))
    }

    /// The body of a success.
    pub(crate) fn done(&self, key: &Key, call: &str, parameters: &[(&str, &str)]) -> Json {
        let (status, body) = self.ask(key, call, parameters);
        assert_eq!(status, 200, "{call} {parameters:?}: {body}");
        body
    }

    /// The code of a refusal.
    pub(crate) fn refused(&self, key: &Key, call: &str, parameters: &[(&str, &str)]) -> String {
        let (status, body) = self.ask(key, call, parameters);
        assert_ne!(status, 200, "{call} {parameters:?}: {body}");
        body["Code"].as_str().unwrap().to_owned()
    }

    pub(crate) fn assume(&self, key: &Key, parameters: &[(&str, &str)]) -> Key {
        Key::of(&self.done(key, "sts:AssumeRole", parameters))
    }
}

pub(crate) fn read(reply: &HttpReply) -> (u16, Json) {
    (reply.status, serde_json::from_slice(&reply.body).unwrap_or_default())
}
