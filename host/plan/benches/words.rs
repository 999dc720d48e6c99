//! How long a plan with 1,000 steps takes to be read: composed from two rehearsals, matched by a run, and put
//! into words and JSON.

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use host_model::{Call, Effect, IdentityRef, SecretRef, Timestamp, Value};
use host_plan::{
    Approved, FORMAT, Party, Plan, Rehearsal, Rehearsed, Repair, Terms, Within, Workflow, compose,
    json, open, seal, words,
};

const STEPS: usize = 1_000;
const ACCOUNT: &str = "6543210987654321";
const KEY: [u8; 32] = [7; 32];

fn plans(criterion: &mut Criterion) {
    let (one, other) = (rehearsal("ONE"), rehearsal("TWO"));
    let plan = plan(&one, &other);
    assert_eq!(plan.forecast, None);
    assert_eq!(plan.placeholders.len(), STEPS / 2);
    criterion.bench_function("plan/compose/1000", |bencher| {
        bencher.iter(|| compose(black_box(&one), black_box(&other)));
    });
    let live = rehearsal("LIV");
    criterion.bench_function("plan/match/1000", |bencher| {
        bencher.iter(|| run(&plan, &live));
    });
    criterion.bench_function("plan/words/1000", |bencher| {
        bencher.iter(|| words(black_box(&plan)));
    });
    criterion.bench_function("plan/json/1000", |bencher| {
        bencher.iter(|| json(black_box(&plan)));
    });
    let file = seal(&plan, &KEY);
    criterion.bench_function("plan/open/1000", |bencher| {
        bencher.iter(|| open(black_box(&file), &KEY, plan.made));
    });
}

/// Goes through all steps.
fn run(plan: &Plan, live: &Rehearsal) {
    let mut approved = Approved::new(plan);
    for (number, call) in (1..).zip(&live.calls) {
        approved.next(&call.call).expect("it is the next step");
        let body = call.answer.as_ref().expect("it succeeds");
        approved.answered(number, body, &call.secrets);
    }
    assert!(approved.is_complete());
}

/// Keys by turns with clusters that get them.
fn rehearsal(salt: &str) -> Rehearsal {
    let mut rehearsal = Rehearsal::default();
    for index in 0..STEPS / 2 {
        let id = format!("LTAI{salt}{index:06}");
        let secret = SecretRef {
            account: ACCOUNT.parse().expect("an account"),
            kind: host_model::SecretKind::AccessKey,
            object: format!("ram:access-key/{id}"),
        };
        let user = Value::Text(format!("reporter-{index}"));
        let mut key = rehearsed(
            call("ram", "2015-05-01", "CreateAccessKey", vec![("UserName".to_owned(), user)]),
            Effect::Create,
        );
        key.answer =
            Ok(serde_json::json!({ "AccessKey": { "AccessKeyId": id, "Status": "Active" } }));
        key.secrets.insert("/AccessKey/AccessKeySecret".to_owned(), secret.clone());
        let settings = vec![
            ("/accessKey".to_owned(), Value::Text(id)),
            ("/accessKeySecret".to_owned(), Value::Secret(secret)),
            ("/uid".to_owned(), Value::Text(ACCOUNT.to_owned())),
        ];
        let parameters = vec![
            ("cluster_id".to_owned(), Value::Text(format!("c{index:032}"))),
            ("name".to_owned(), Value::Text("ack-onepilot".to_owned())),
            ("version".to_owned(), Value::Text("5.1.1".to_owned())),
            ("config".to_owned(), Value::Settings(settings)),
        ];
        let addon = call("cs", "2015-12-15", "InstallClusterAddons", parameters);
        rehearsal.calls.extend([key, rehearsed(addon, Effect::Create)]);
    }
    rehearsal
}

fn call(product: &str, version: &str, action: &str, parameters: Vec<(String, Value)>) -> Call {
    Call {
        identity: IdentityRef("source".to_owned()),
        product: product.to_owned(),
        version: version.to_owned(),
        action: action.to_owned(),
        region: None,
        parameters,
    }
}

fn rehearsed(call: Call, effect: Effect) -> Rehearsed {
    Rehearsed {
        within: Within { id: "step".to_owned(), title: "the clusters report".to_owned() },
        account_name: "source".to_owned(),
        account: ACCOUNT.parse().expect("an account"),
        sent: call.clone(),
        effect,
        sentence: String::new(),
        risk: None,
        risks: Vec::new(),
        before: BTreeMap::new(),
        foreseen: true,
        answer: Ok(serde_json::json!({})),
        secrets: BTreeMap::new(),
        looks: false,
        conditional: None,
        call,
    }
}

fn plan(one: &Rehearsal, other: &Rehearsal) -> Plan {
    let composed = compose(one, other);
    let account = ACCOUNT.parse().expect("an account");
    let arn = format!("acs:ram::{ACCOUNT}:user/operator");
    let made = Timestamp::from_millis(1_767_603_600_000);
    Plan {
        format: FORMAT,
        host_version: "0.1.0".to_owned(),
        run: "run-19b8d627a80-b4b30787".parse().expect("a run's id"),
        made,
        expires: made.plus_millis(3_600_000),
        workflow: Workflow {
            name: "ack".to_owned(),
            version: "0.1.0".to_owned(),
            lineage: "ack".to_owned(),
            digest: "0".repeat(64),
            vetted: true,
        },
        input: serde_json::json!({}),
        accounts: BTreeMap::from([("source".to_owned(), Party { account, arn, session: None })]),
        allowed: Vec::new(),
        terms: Terms::default(),
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

criterion_group!(benches, plans);
criterion_main!(benches);
