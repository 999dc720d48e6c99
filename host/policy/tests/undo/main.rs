//! What an undo may call, and what a workflow may register for it: one row for each way in that a journal,
//! a cloud or a workflow would try.

use std::collections::BTreeSet;

use host_catalog::Catalog;
use host_model::{AccountId, Call, IdentityRef, SecretKind, SecretRef, Value};
use host_policy::{
    Allowances, Consent, Past, Reversal, Scene, Subject, judge_registration, judge_undo,
};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Case {
    name: String,
    #[serde(default)]
    done: Vec<Deed>,
    /// What is to be called.
    undo: Option<Deed>,
    /// What is to be registered.
    register: Option<Deed>,
    #[serde(default)]
    trust_now: Option<String>,
    #[serde(default)]
    consent: Option<String>,
    #[serde(default)]
    allow: Vec<String>,
    /// `permit`, or the code.
    expect: String,
    /// Words of the refusal.
    #[serde(default)]
    words: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deed {
    call: String,
    #[serde(default)]
    account: Option<String>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    with: Map<String, Json>,
    #[serde(default)]
    reply: Json,
    #[serde(default)]
    before: Json,
    #[serde(default)]
    registered: Option<Box<Deed>>,
}

/// The scripts that the manifest declares.
const SCRIPTS: [&str; 2] = ["undo", "do"];

impl Deed {
    fn account(&self) -> AccountId {
        self.account.as_deref().unwrap_or("1111111111111111").parse().expect("an account id")
    }

    fn call(&self) -> Call {
        let (product, action) = self.call.split_once(':').expect("product:Action");
        let version = &Catalog::builtin().product(product).expect("a product").version;
        Call {
            identity: IdentityRef("source".to_owned()),
            product: product.to_owned(),
            version: version.clone(),
            action: action.to_owned(),
            region: self.region.clone(),
            parameters: self.with.iter().map(|(name, it)| (name.clone(), value(it))).collect(),
        }
    }
}

fn value(json: &Json) -> Value {
    match json {
        Json::String(text) => match text.strip_prefix("secret ") {
            Some(object) => Value::Secret(SecretRef {
                account: "1111111111111111".parse().expect("an account id"),
                kind: SecretKind::AccessKey,
                object: object.to_owned(),
            }),
            None => Value::Text(text.clone()),
        },
        Json::Object(fields) => {
            Value::Settings(fields.iter().map(|(name, it)| (name.clone(), value(it))).collect())
        }
        other => Value::Json(other.clone()),
    }
}

fn scene(case: &Case) -> Scene {
    let mut allowances = Allowances::default();
    for word in &case.allow {
        allowances.allow(word).expect("a word");
    }
    let digest = |text: &&str| {
        let bytes = Sha256::digest(text.as_bytes());
        bytes.iter().fold(String::new(), |all, byte| all + &format!("{byte:02x}"))
    };
    Scene {
        declared: BTreeSet::from(["ecs:RunCommand".to_owned(), "ram:DeleteUser".to_owned()]),
        bound: ["1111111111111111", "2222222222222222"]
            .map(|id| id.parse().expect("an account id"))
            .into(),
        commands: SCRIPTS.iter().map(digest).collect(),
        allowances,
        mark: "host:workflow=by-hand".to_owned(),
        offline: false,
        made_up: BTreeSet::new(),
    }
}

fn judged(case: &Case) -> (String, String) {
    let scene = scene(case);
    let consent = Consent::of_word(case.consent.as_deref().unwrap_or("person"));
    if let Some(registered) = &case.register {
        let (call, account) = (registered.call(), registered.account());
        let product = Catalog::builtin().product(&call.product).expect("a product");
        let action = &product.actions[&call.action];
        let subject = Subject {
            call: &call,
            product,
            action,
            account: &account,
            documents: &[],
            user: None,
            consent: Consent::None,
        };
        return match judge_registration(&scene, &subject) {
            Ok(()) => ("permit".to_owned(), String::new()),
            Err(denial) => (denial.code.to_owned(), denial.sentence),
        };
    }
    let undo = case.undo.as_ref().expect("something to judge");
    let (call, account) = (undo.call(), undo.account());
    let product = Catalog::builtin().product(&call.product).expect("a product");
    let action = &product.actions[&call.action];
    let done: Vec<(AccountId, Call, Option<Call>)> = case
        .done
        .iter()
        .map(|deed| (deed.account(), deed.call(), deed.registered.as_ref().map(|it| it.call())))
        .collect();
    let of: Vec<Past<'_>> = case
        .done
        .iter()
        .zip(&done)
        .map(|(deed, (account, call, registered))| Past {
            account,
            call,
            reply: &deed.reply,
            before: &deed.before,
            registered: registered.as_ref(),
        })
        .collect();
    let trust_now = case.trust_now.as_deref();
    let account = &account;
    let reversal = Reversal { call: &call, product, action, account, of: &of, trust_now, consent };
    match judge_undo(&scene, &reversal) {
        Ok(permit) => {
            assert_eq!(format!("{}:{}", permit.product(), permit.action()), undo.call);
            ("permit".to_owned(), String::new())
        }
        Err(denial) => (denial.code.to_owned(), denial.sentence),
    }
}

#[test]
fn an_undo_calls_only_what_follows_from_the_journal() {
    let cases: Cases = toml::from_str(include_str!("undo.toml")).expect("the cases can be read");
    let mut wrong = Vec::new();
    for case in &cases.case {
        let (code, sentence) = judged(case);
        if code != case.expect || !sentence.contains(&case.words) {
            wrong.push(format!(
                "{}\n  expected {}\n  found    {code}: {sentence}",
                case.name, case.expect
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(cases.case.len() >= 40, "only {} rows", cases.case.len());
}

#[test]
fn only_looks_of_the_catalog_are_looks() {
    let catalog = Catalog::builtin();
    let is_look = |product: &str, action: &str| {
        let product = catalog.product(product).expect("a product");
        host_policy::Permit::to_look(product, &product.actions[action]).is_some()
    };
    for (product, action) in [("ram", "GetUser"), ("cs", "GetClusterAddonInstance")] {
        assert!(is_look(product, action), "{action}");
    }
    for (product, action) in [
        ("ram", "DeleteUser"),
        ("ram", "ListUsers"),
        ("arms", "DescribeTraceLicenseKey"),
        ("sts", "AssumeRole"),
    ] {
        assert!(!is_look(product, action), "{action}");
    }
}
