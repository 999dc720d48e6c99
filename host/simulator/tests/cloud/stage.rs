//! An offline cloud, a clock, and a signer to talk to it.

use std::sync::Arc;
use std::time::Duration;

use host_catalog::{Action, Catalog, Style};
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
        let parameters: Vec<(String, String)> =
            parameters.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let request = HttpRequest {
            method: "POST".to_owned(),
            scheme: Scheme::Https,
            authority: authority.replace("{region}", "cn-hangzhou"),
            path: "/".to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let request = match product.style {
            Style::Rpc => HttpRequest { query: parameters, ..request },
            Style::Roa => resource(&product.actions[action], request, parameters),
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

    /// A request signed anew in the old scheme, as clients send it that name no action.
    pub(crate) fn sign_again(&self, key: &Key, request: HttpRequest, version: &str) -> HttpRequest {
        let stamp = Stamp { at: self.clock.now(), nonce: self.nonce() };
        let bare = HttpRequest { headers: Vec::new(), ..request };
        let api = Api { action: "", version };
        host_sign::apply(host_sign::Scheme::RoaV1, bare, &key.for_signing(), stamp, api).unwrap()
    }

    /// A request for an action at a path that is not its own.
    pub(crate) fn elsewhere(&self, key: &Key, call: &str, path: &str) -> HttpRequest {
        let stamp = Stamp { at: self.clock.now(), nonce: self.nonce() };
        let (product, action) = call.split_once(':').unwrap();
        let product = Catalog::builtin().product(product).unwrap();
        let request = HttpRequest {
            method: "GET".to_owned(),
            scheme: Scheme::Https,
            authority: "cs.cn-hangzhou.aliyuncs.com".to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let api = Api { action, version: &product.version };
        host_sign::apply(host_sign::Scheme::Acs3, request, &key.for_signing(), stamp, api).unwrap()
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
        code(&body).to_owned()
    }

    pub(crate) fn assume(&self, key: &Key, parameters: &[(&str, &str)]) -> Key {
        Key::of(&self.done(key, "sts:AssumeRole", parameters))
    }
}

/// Puts parameters where a resource request has them. A parameter named `body` is the whole body.
fn resource(
    action: &Action,
    mut request: HttpRequest,
    parameters: Vec<(String, String)>,
) -> HttpRequest {
    request.method.clone_from(&action.method);
    request.path.clone_from(&action.path);
    let mut body = Json::Null;
    for (name, text) in parameters {
        let place = format!("{{{name}}}");
        let at = action.parameter(&name).and_then(|parameter| parameter.at.as_deref());
        if name == "body" {
            body = serde_json::from_str(&text).unwrap();
        } else if request.path.contains(&place) {
            request.path = request.path.replace(&place, &text);
        } else if let Some(field) = at.and_then(|at| at.strip_prefix("/0/")) {
            if body.is_null() {
                body = serde_json::json!([{}]);
            }
            body[0][field] = Json::from(text);
        } else if action.method == "GET" {
            request.query.push((name, text));
        } else {
            body[name] = Json::from(text);
        }
    }
    if !body.is_null() {
        request.headers = vec![("content-type".into(), "application/json; charset=utf-8".into())];
        request.body = body.to_string().into_bytes();
    }
    request
}

/// The code of a refusal, in either spelling.
pub(crate) fn code(body: &Json) -> &str {
    body.get("Code").or(body.get("code")).and_then(Json::as_str).unwrap_or_default()
}

pub(crate) fn read(reply: &HttpReply) -> (u16, Json) {
    (reply.status, serde_json::from_slice(&reply.body).unwrap_or_default())
}
