//! Proves limits, canonical text, the builders, the system policies and the shape of messages.

use host_model::{Blame, Problem};
use host_ram::{
    DOCUMENT_LIMIT, Document, Kind, PERMISSION_LIMIT, RamError, Request, RiskClass, SESSION_LIMIT,
    Scene, TRUST_LIMIT, WHY_LIMIT, assume_role_document, difference, evaluate, evaluate_trust,
    merge_trust, risks, system_policies, system_policy, trust_document,
};

/// A document of `kind` with exactly `length` characters, some of them two bytes long.
fn sized(kind: Kind, length: usize) -> String {
    let about = match kind {
        Kind::Trust => r#""Principal":{"RAM":"acs:ram::123456:user/é"#,
        Kind::Permission | Kind::Session => r#""Resource":"é"#,
    };
    let end = if kind == Kind::Trust { r#""}}]}"# } else { r#""}]}"# };
    let start = format!(r#"{{"Version":"1","Statement":[{{"Effect":"Deny","Action":"*",{about}"#);
    let filling = length - start.chars().count() - end.chars().count();
    format!("{start}{}{end}", "x".repeat(filling))
}

#[test]
fn each_kind_has_its_limit_in_characters() {
    let limits = [
        (Kind::Permission, PERMISSION_LIMIT),
        (Kind::Trust, TRUST_LIMIT),
        (Kind::Session, SESSION_LIMIT),
    ];
    for (kind, limit) in limits {
        assert_eq!(kind.limit(), limit);
        assert!(Document::parse_as(kind, &sized(kind, limit)).is_ok(), "{kind:?}");
        let error = Document::parse_as(kind, &sized(kind, limit + 1)).unwrap_err();
        assert!(matches!(error, RamError::DocumentLong { length, .. } if length == limit + 1));
        assert_eq!((error.code(), error.blame()), ("ram.document-long", Blame::Workflow));
        assert!(error.hint().is_some());
    }
    let error = Document::parse(&sized(Kind::Permission, DOCUMENT_LIMIT + 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a policy document has at most 32768 characters, this one has 32769"
    );
}

#[test]
fn a_merge_stays_within_the_limit_of_trust() {
    let existing = Document::parse(&sized(Kind::Trust, TRUST_LIMIT)).unwrap();
    let wanted = Document::parse(&trust_document(&["acs:ram::654321:user/b".into()], None));
    let error = merge_trust(&existing, &wanted.unwrap()).unwrap_err();
    assert_eq!(error.code(), "ram.document-long");
}

#[test]
fn canonical_text_is_compact_ordered_and_stable() {
    let text = r#"{ "Statement" : { "Zz": [2, {"b": 1, "a": null}],
        "Condition": { "StringEquals": { "b": ["y", "x", "y"], "a": true }, "Bool": {"c": 5} },
        "Resource": ["r"], "Action": ["b:B", "a:A", "b:B"], "Effect": "Allow" }, "Version": "1" }"#;
    let document = Document::parse(text).unwrap();
    let expected = concat!(
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["a:A","b:B"],"Resource":"r","#,
        r#""Condition":{"Bool":{"c":"5"},"StringEquals":{"a":"true","b":["x","y"]}},"#,
        r#""Zz":[2,{"a":null,"b":1}]}]}"#,
    );
    assert_eq!(document.to_json(), expected);
    let again: Document = expected.parse().unwrap();
    assert_eq!(again, document);
    assert!(document.is_opaque());
}

#[test]
fn a_built_trust_lets_in_whom_it_names() {
    let names = ["acs:ram::123456:user/alice".to_owned(), "acs:ram::123456:role/ops".to_owned()];
    let text = trust_document(&names, Some("blue \"42\""));
    let document = Document::parse_as(Kind::Trust, &text).unwrap();
    let id = [("sts:ExternalId".to_owned(), vec!["blue \"42\"".to_owned()])].into();
    for name in &names {
        let caller = name.parse().unwrap();
        assert!(evaluate_trust(&document, &caller, &id).is_allowed(), "{name}");
        assert!(!evaluate_trust(&document, &caller, &[].into()).is_allowed(), "{name}");
    }
    let scene = Scene { bound: ["123456".parse().unwrap()].into() };
    assert_eq!(risks(&document, Kind::Trust, &scene), []);

    let single = trust_document(&names[..1], None);
    let plain = r#"{"Version":"1","Statement":[{"Effect":"Allow","Principal":{"RAM":"acs:ram::123456:user/alice"},"Action":"sts:AssumeRole"}]}"#;
    assert_eq!(single, plain);
    assert!(Document::parse_as(Kind::Trust, &trust_document(&[], None)).is_err());
}

#[test]
fn a_built_permission_assumes_the_named_role_only() {
    let text = assume_role_document(&["acs:ram::123456:role/arms-admin".to_owned()]);
    let document = Document::parse_as(Kind::Permission, &text).unwrap();
    let mut request = Request {
        action: "sts:AssumeRole".to_owned(),
        resource: "acs:ram:*:123456:role/arms-admin".to_owned(),
        ..Request::default()
    };
    assert!(evaluate(&request, &[("p", &document)], None).is_allowed());
    request.resource.push('2');
    assert!(!evaluate(&request, &[("p", &document)], None).is_allowed());
    assert_eq!(risks(&document, Kind::Permission, &Scene::default()), []);
}

#[test]
fn the_system_policies_are_there() {
    let names: Vec<&str> = system_policies().iter().map(|policy| policy.name.as_str()).collect();
    let expected = [
        "AdministratorAccess",
        "ReadOnlyAccess",
        "AliyunARMSFullAccess",
        "AliyunARMSReadOnlyAccess",
        "AliyunTracingAnalysisFullAccess",
        "AliyunSTSAssumeRoleAccess",
        "AliyunRAMFullAccess",
        "AliyunRAMReadOnlyAccess",
        "AliyunCSFullAccess",
        "AliyunCSReadOnlyAccess",
        "AliyunECSFullAccess",
        "AliyunECSAssistantFullAccess",
    ];
    assert_eq!(names, expected);
    for policy in system_policies() {
        assert_eq!(policy.document.check_shape(Kind::Permission), Ok(()), "{}", policy.name);
        assert!(!policy.document.is_opaque() && !policy.description.is_empty());
    }
    assert_eq!(system_policy("aliyunarmsfullaccess").unwrap().name, "AliyunARMSFullAccess");
    assert_eq!(system_policy("AliyunARMS"), None);
}

#[test]
fn explanations_are_bounded_and_say_what_they_leave_out() {
    let one = r#"{"Effect":"Allow","Action":"a:A","Resource":"acs:a:*:*:other"}"#;
    let many = vec![one; WHY_LIMIT + 5].join(",");
    let document = Document::parse(&format!(r#"{{"Version":"1","Statement":[{many}]}}"#)).unwrap();
    let request = Request {
        action: "a:A".to_owned(),
        resource: "acs:a:*:*:x\u{1b}[2J".to_owned(),
        ..Request::default()
    };
    let why = evaluate(&request, &[("p", &document)], None).why;
    assert_eq!(why.len(), WHY_LIMIT + 2);
    let first =
        r"`Statement[0]` of `p` does not allow it: `acs:a:*:*:x\u{1b}[2J` is none of its resources";
    assert_eq!(why[1], first);
    assert_eq!(why[WHY_LIMIT + 1], "5 more statements do not allow it either");
}

#[test]
fn a_large_product_of_lists_is_compared_whole() {
    let list = |product: &str, count: usize| {
        let names: Vec<String> =
            (0..count).map(|index| format!(r#""{product}:A{index}""#)).collect();
        names.join(",")
    };
    let document = |actions: &str, resources: &str| {
        let statement =
            format!(r#"{{"Effect":"Allow","Action":[{actions}],"Resource":[{resources}]}}"#);
        Document::parse(&format!(r#"{{"Version":"1","Statement":[{statement}]}}"#)).unwrap()
    };
    let large = document(&list("a", 1000), &list("r", 1000));
    assert!(large.means_same(&document(&list("A", 1000), &list("r", 1000))));
    assert_eq!(difference(&large, &document(&list("a", 1000), &list("r", 999))).len(), 2);
}

#[test]
fn hostile_patterns_are_judged_soon() {
    // As many wildcards as fit, where each could stand for anything.
    let hostile = "*a".repeat(PERMISSION_LIMIT / 2 - 80);
    for effect in ["Allow", "Deny"] {
        let statement = format!(r#"{{"Effect":"{effect}","Action":"*","Resource":"{hostile}"}}"#);
        let everything = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
        let text = format!(r#"{{"Version":"1","Statement":[{statement},{everything}]}}"#);
        let document = Document::parse_as(Kind::Permission, &text).unwrap();
        let worst = risks(&document, Kind::Permission, &Scene::default());
        assert_eq!(worst[0].class, RiskClass::AdministratorAccess);
        let resource = "a".repeat(2000);
        let request = Request { action: "a:A".into(), resource, ..Request::default() };
        assert!(evaluate(&request, &[("p", &document)], None).is_allowed());
    }
}
