//! Proves what must hold for every document: fewer Allows and more Denies never allow more, a
//! session policy only narrows, and writing a document keeps its meaning.

use std::collections::BTreeMap;

use host_ram::{Document, Kind, Outcome, Request, RiskClass, Scene, difference, evaluate, risks};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

const ACTIONS: [&str; 9] = [
    "*",
    "ram:*",
    "ram:Get*",
    "RAM:getrole",
    "ram:GetRole",
    "r?m:DeleteRole",
    "arms:*",
    "*:Delete*",
    "sts:AssumeRole",
];
const RESOURCES: [&str; 6] = [
    "*",
    "acs:ram:*:*:role/*",
    "acs:ram::123456:role/A",
    "acs:arms:*:123456:*",
    "acs:arms:cn-hangzhou:123456:app/X",
    "acs:arms:cn-hangzhou:123456:app/?",
];
const OPERATORS: [&str; 10] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "NumericLessThan",
    "DateGreaterThan",
    "Bool",
    "IpAddress",
    "NotIpAddress",
    "ForAllValues:StringLike",
];
const KEYS: [&str; 4] = ["acs:SourceIp", "acs:CurrentTime", "arms:Team", "ARMS:team"];
const VALUES: [&str; 7] =
    ["10.0.0.0/8", "10.1.2.3", "2026-01-01T00:00:00Z", "true", "5", "blue", "b*"];

/// One or several texts, alone or in a list, perhaps repeated.
fn texts(pool: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![
        select(pool).prop_map(|text| json!(text)),
        (subsequence(pool, 1..=3), select(pool)).prop_map(|(mut list, again)| {
            list.push(again);
            json!(list)
        }),
    ]
}

fn condition() -> impl Strategy<Value = Value> {
    let keys = proptest::collection::btree_map(select(&KEYS[..]), texts(&VALUES), 1..=2);
    let operators = proptest::collection::btree_map(select(&OPERATORS[..]), keys, 0..=2);
    operators.prop_map(|operators| json!(operators))
}

fn statement(effect: impl Strategy<Value = &'static str>) -> impl Strategy<Value = Value> {
    let parts = (effect, texts(&ACTIONS), texts(&RESOURCES), condition());
    let shape = (0..8_u8, 0..8_u8, 0..3_u8, 0..12_u8);
    (parts, shape).prop_map(|((effect, action, resource, condition), shape)| {
        let mut statement = json!({ "Effect": effect });
        statement[if shape.0 == 0 { "NotAction" } else { "Action" }] = action;
        statement[if shape.1 == 0 { "NotResource" } else { "Resource" }] = resource;
        if shape.2 == 0 {
            statement["Condition"] = condition;
        }
        if shape.3 == 0 {
            statement["Until"] = json!({ "day": 1 });
        }
        statement
    })
}

fn any_statement() -> impl Strategy<Value = Value> {
    statement(prop_oneof![3 => Just("Allow"), 1 => Just("Deny")])
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec(any_statement(), 1..=4)
}

fn document(statements: &[Value]) -> Document {
    let text = json!({ "Version": "1", "Statement": statements }).to_string();
    Document::parse(&text).expect("generated documents are well-formed")
}

fn request() -> impl Strategy<Value = Request> {
    let actions = &["ram:GetRole", "ram:DeleteRole", "arms:DeleteTraceApp", "sts:AssumeRole"][..];
    let resources = &[
        "acs:ram:*:123456:role/a",
        "acs:arms:cn-hangzhou:123456:app/X",
        "acs:arms:cn-hangzhou:123456:app/x",
        "*",
    ][..];
    let values = proptest::collection::vec(select(&VALUES[..]).prop_map(str::to_owned), 1..=2);
    let context =
        proptest::collection::btree_map(select(&KEYS[..]).prop_map(str::to_owned), values, 0..=4);
    (select(actions), select(resources), context).prop_map(|(action, resource, context)| Request {
        action: action.to_owned(),
        resource: resource.to_owned(),
        context: context.into_iter().collect::<BTreeMap<_, _>>(),
    })
}

fn allowed(request: &Request, identity: &Document, session: Option<&Document>) -> bool {
    evaluate(request, &[("p", identity)], session).is_allowed()
}

fn has_highest_risk(statements: &[Value]) -> bool {
    let found = risks(&document(statements), Kind::Permission, &Scene::default());
    found.iter().any(|risk| risk.class <= RiskClass::Unreadable)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fewer_allows_never_allow_more(statements in statements(), request in request()) {
        let whole = document(&statements);
        for (index, statement) in statements.iter().enumerate() {
            let mut fewer = statements.clone();
            fewer.remove(index);
            if statement["Effect"] == "Allow" && !fewer.is_empty()
                && allowed(&request, &document(&fewer), None)
            {
                prop_assert!(allowed(&request, &whole, None));
            }
        }
    }

    #[test]
    fn more_denies_never_allow_more(
        statements in statements(),
        deny in statement(Just("Deny")),
        place in any::<proptest::sample::Index>(),
        request in request(),
    ) {
        let mut more = statements.clone();
        more.insert(place.index(statements.len() + 1), deny);
        if allowed(&request, &document(&more), None) {
            prop_assert!(allowed(&request, &document(&statements), None));
        }
    }

    #[test]
    fn a_session_policy_only_narrows(
        statements in statements(),
        session in statements(),
        request in request(),
    ) {
        let (identity, session) = (document(&statements), document(&session));
        let narrowed = evaluate(&request, &[("p", &identity)], Some(&session));
        if narrowed.is_allowed() {
            prop_assert!(allowed(&request, &identity, None));
            prop_assert!(allowed(&request, &session, None));
        }
        let denied = |document| {
            evaluate(&request, &[("p", document)], None).outcome == Outcome::ExplicitDeny
        };
        let any = denied(&identity) || denied(&session);
        prop_assert_eq!(narrowed.outcome == Outcome::ExplicitDeny, any);
    }

    #[test]
    fn writing_keeps_the_meaning(statements in statements(), request in request()) {
        let original = document(&statements);
        let text = original.to_json();
        let again = Document::parse(&text).unwrap();
        prop_assert!(again.means_same(&original));
        prop_assert_eq!(difference(&original, &again), []);
        prop_assert_eq!(again.to_json(), text);
        prop_assert_eq!(
            evaluate(&request, &[("p", &original)], None),
            evaluate(&request, &[("p", &again)], None)
        );
    }

    #[test]
    fn what_means_the_same_decides_the_same(
        first in statements(),
        second in statements(),
        order in any::<proptest::sample::Index>(),
        request in request(),
    ) {
        let (left, right) = (document(&first), document(&second));
        prop_assert_eq!(left.means_same(&right), difference(&left, &right).is_empty());
        if left.means_same(&right) {
            prop_assert_eq!(allowed(&request, &left, None), allowed(&request, &right, None));
        }
        let mut turned = first.clone();
        turned.rotate_left(order.index(first.len()));
        let turned = document(&turned);
        prop_assert!(turned.means_same(&left));
        prop_assert_eq!(allowed(&request, &turned, None), allowed(&request, &left, None));
    }

    #[test]
    fn more_allows_and_fewer_denies_never_lower_the_risk(
        statements in statements(),
        allow in statement(Just("Allow")),
    ) {
        let risky = has_highest_risk(&statements);
        let mut more = statements.clone();
        more.push(allow);
        prop_assert!(!risky || has_highest_risk(&more));
        more.retain(|statement| statement["Effect"] == "Allow");
        prop_assert!(!risky || has_highest_risk(&more));
    }

    #[test]
    fn no_text_breaks_the_reader(text in ".*") {
        let _ = Document::parse(&text);
        let quoted = json!({ "Version": "1", "Statement": { "Effect": &text, "Action": &text } });
        let _ = Document::parse(&quoted.to_string());
    }

    #[test]
    fn what_is_allowed_on_ram_without_a_deny_is_a_risk(statements in statements()) {
        // An escalation that evaluates as allowed must be seen as a risk before it is attached.
        let request = Request {
            action: "ram:AttachPolicyToRole".to_owned(),
            resource: "acs:ram:*:123456:role/a".to_owned(),
            context: BTreeMap::new(),
        };
        if allowed(&request, &document(&statements), None) {
            prop_assert!(has_highest_risk(&statements));
        }
    }
}
