//! What a decision costs with a policy file of 1,000 rules.
//!
//! `judge/plain` is a whole judgement without a policy file, `judge/granted` with one, of a call that a rule
//! grants; what lies between them is what the file costs. `judge/denied` also writes the rule that would lift it.
//! `judge/crowded` is the worst that a file of this size can be: every rule names the very action. `file/read`
//! and `file/bind` are paid once a run.

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

/// A thousand rules for one action, of which the last one matches.
fn crowded() -> String {
    let rule = |number: usize| {
        format!(
            "[[rule]]\nactions = [\"ram:CreateRole\"]\nresources = [\"role/team-{number}-*\"]\n"
        )
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
    let (spread, crowded) = (spread(), crowded());
    let mut group = criterion.benchmark_group("judge");
    for (name, policy, role, permitted) in [
        ("plain", None, "arms-admin", true),
        ("granted", Some(spread.as_str()), "arms-admin", true),
        ("crowded", Some(crowded.as_str()), "arms-admin", true),
        ("denied", Some(spread.as_str()), "production", false),
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
        group.bench_function(name, |bencher| {
            bencher.iter(|| judge(black_box(&scene), black_box(&subject)).is_ok());
        });
        if policy.is_some() && permitted {
            assert_eq!(audit(&scene, &subject), None);
        }
    }
    group.finish();
    let file = PolicyFile::parse(&spread).expect("the rules are understood");
    criterion.bench_function("file/read", |bencher| {
        bencher.iter(|| PolicyFile::parse(black_box(&spread)).is_ok());
    });
    criterion.bench_function("file/bind", |bencher| bencher.iter(|| bound(black_box(&file))));
}

criterion_group!(benches, decisions);
criterion_main!(benches);
