//! What a decision costs with a policy file of 1,000 rules.
//!
//! `decision/…` is what the file is asked alone. `spread` is a file of rules for all actions; in `listed` every
//! rule is for this very action and another object, as denials offer them; in `crowded` with a pattern of its
//! own, which is the worst that a file can be. `judge/plain` is a whole judgement without a policy file,
//! `judge/granted` with one; `judge/denied` also writes the rule that would lift it. `file/read` and `file/bind`
//! are paid once a run.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use host_catalog::Catalog;
use host_model::{AccountId, Call, IdentityRef, Value};
use host_policy::{
    Allowances, Consent, Grants, PolicyFile, RunFacts, Scene, Subject, audit, judge,
};

const RULES: usize = 1_000;

fn account() -> AccountId {
    "1111111111111111".parse().expect("sixteen digits")
}

/// A thousand rules over all actions of the catalog, each for some roles.
fn spread() -> String {
    let products = Catalog::builtin().products();
    let titles: Vec<String> = products
        .flat_map(|it| it.actions.keys().map(|name| format!("{}:{name}", it.key)))
        .collect();
    let rule = |number: usize| {
        let title = &titles[number % titles.len()];
        format!(
            "[[rule]]\nworkflow = \"delegate\"\naccount = \"monitoring\"\nactions = [\"{title}\"]\n\
             resources = [\"role/team-{number}-*\", \"policy/*\"]\n"
        )
    };
    let own = "[[rule]]\nactions = [\"ram:CreateRole\"]\nresources = [\"role/arms-*\"]\n";
    (1..RULES).map(rule).chain([own.to_owned()]).collect()
}

/// A thousand rules for one action, each for names that end like this; the last one matches.
fn crowded(end: &str) -> String {
    let rule = |number: usize| {
        let resource = format!("role/team-{number}{end}");
        format!("[[rule]]\nactions = [\"ram:CreateRole\"]\nresources = [\"{resource}\"]\n")
    };
    let own = "[[rule]]\nactions = [\"ram:CreateRole\"]\nresources = [\"role/arms-*\"]\n";
    (1..RULES).map(rule).chain([own.to_owned()]).collect()
}

fn bound(file: &PolicyFile) -> Grants {
    let accounts = BTreeMap::from([("monitoring".to_owned(), account())]);
    let digest = "d".repeat(64);
    file.grants(&RunFacts {
        workflow: "delegate",
        digest: &digest,
        accounts: &accounts,
        harmless: false,
    })
}

fn scene(policy: Option<&str>) -> Scene {
    let file = policy.map(|text| PolicyFile::parse(text).expect("the rules are understood"));
    Scene {
        declared: BTreeSet::from(["ram:CreateRole".to_owned()]),
        bound: BTreeSet::from([account()]),
        commands: BTreeSet::new(),
        allowances: Allowances {
            grants: file.map(|file| Arc::new(bound(&file))),
            ..Allowances::default()
        },
        mark: "host:workflow=delegate".to_owned(),
        offline: false,
        made_up: BTreeSet::new(),
    }
}

fn call(role: &str) -> Call {
    let trust = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::1111111111111111:root"]}}]}"#;
    let text = |name: &str, text: &str| (name.to_owned(), Value::Text(text.to_owned()));
    Call {
        identity: IdentityRef("monitoring".to_owned()),
        product: "ram".to_owned(),
        version: "2015-05-01".to_owned(),
        action: "CreateRole".to_owned(),
        region: None,
        parameters: vec![text("RoleName", role), text("AssumeRolePolicyDocument", trust)],
    }
}

fn decisions(criterion: &mut Criterion) {
    let (product, account) = (Catalog::builtin().product("ram").expect("a product"), account());
    let (spread, listed, crowded) = (spread(), crowded(""), crowded("-*"));
    for (name, policy, role, permitted) in [
        ("judge/plain", None, "arms-admin", true),
        ("judge/granted", Some(spread.as_str()), "arms-admin", true),
        ("judge/denied", Some(spread.as_str()), "production", false),
        ("decision/spread", Some(spread.as_str()), "arms-admin", true),
        ("decision/listed", Some(listed.as_str()), "arms-admin", true),
        ("decision/crowded", Some(crowded.as_str()), "arms-admin", true),
    ] {
        let (scene, call) = (scene(policy), call(role));
        let subject = Subject {
            call: &call,
            product,
            action: &product.actions["CreateRole"],
            account: &account,
            documents: &[],
            user: None,
            consent: Consent::Person,
        };
        assert_eq!(judge(&scene, &subject).is_ok(), permitted, "{name}");
        let decide = |scene: &Scene, subject: &Subject<'_>| {
            if name.starts_with("judge/") {
                judge(scene, subject).is_ok()
            } else {
                audit(scene, subject).is_none()
            }
        };
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| decide(black_box(&scene), black_box(&subject)));
        });
    }
    let file = PolicyFile::parse(&spread).expect("the rules are understood");
    criterion.bench_function("file/read", |bencher| {
        bencher.iter(|| PolicyFile::parse(black_box(&spread)).is_ok());
    });
    criterion.bench_function("file/bind", |bencher| bencher.iter(|| bound(black_box(&file))));
}

criterion_group!(benches, decisions);
criterion_main!(benches);
