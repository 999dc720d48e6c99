//! Refusals and replies that nobody can read.

use host_catalog::{Catalog, Product, Style, kind_of};
use host_model::{ErrorKind, HttpReply, SecretText};
use host_sign::encode::percent_encode;
use host_wire::{REPLY_UNREADABLE, Redactor, Rejection, decode};
use serde_json::Value as Json;

use crate::case::{actions, catalogued, file, reply};

type Headers = &'static [(&'static str, &'static str)];

fn sampled(sample: &Json) -> HttpReply {
    let headers = sample["headers"].as_object().expect("samples have headers");
    HttpReply {
        status: sample["http_status"].as_u64().and_then(|s| s.try_into().ok()).expect("a status"),
        headers: headers
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
        body: sample["body"].to_string().into_bytes(),
    }
}

fn rejected(product: &str, action: &str, reply: &HttpReply) -> Rejection {
    let (product, action) = catalogued(product, action);
    decode(product, action, reply).expect_err("the reply says no")
}

#[test]
fn every_sample_of_an_error_is_sorted_by_its_code() {
    let mut count = 0;
    for (product, action) in actions() {
        let path = format!("samples/{}/{}.errors.json", product.key, action.name);
        let samples = file(&path).unwrap_or_else(|| panic!("{path} is missing"));
        for sample in samples.as_array().unwrap() {
            let reply = sampled(sample);
            let rejection = decode(product, action, &reply).unwrap_err();
            // Resource paths write the envelope in lower case.
            let part = |name: &str, lower: &str| {
                let body = &sample["body"];
                body.get(name).or_else(|| body.get(lower)).cloned()
            };
            let text = |name, lower| part(name, lower)?.as_str().map(str::to_owned);
            let code = text("Code", "code").unwrap();
            assert_eq!(rejection.code, code, "{path}");
            assert_eq!(rejection.kind(), kind_of(&code, reply.status), "{path}: {code}");
            assert_eq!(Some(rejection.message), text("Message", "message"), "{path}");
            assert_eq!(rejection.request_id, text("RequestId", "requestId"), "{path}");
            let details = part("AccessDeniedDetail", "accessDeniedDetail");
            assert_eq!(rejection.access_denied.is_some(), details.is_some(), "{path}: {code}");
            count += 1;
        }
    }
    assert!(count > 200, "only {count} samples were found");
}

#[test]
fn gateway_errors_say_whether_anything_can_have_happened() {
    let samples = file("samples/gateway_errors.json").unwrap();
    let may_have: Vec<String> = samples
        .as_array()
        .unwrap()
        .iter()
        .map(|sample| rejected("ram", "GetRole", &sampled(sample)))
        .filter(Rejection::may_have_taken_effect)
        .map(|rejection| rejection.code)
        .collect();
    assert_eq!(may_have, ["SignatureNonceUsed", "ServiceUnavailable", "InternalError"]);
}

#[test]
fn reads_the_envelope_of_resource_paths() {
    let cs = "title = 'Container Service'\nversion = '2015-12-15'\nstyle = 'roa'\n\
        endpoint = { regional = 'cs.{region}.aliyuncs.com', vpc = 'cs-vpc.{region}.aliyuncs.com' }\n\
        [types]\n\
        [actions.ModifyClusterAddon]\neffect = 'update'\nsummary = 's'\nsentence = 's'\n\
        path = '/clusters/{cluster_id}'\nreply = 'nothing'\nlost = 'repeat'\n";
    let product = Product::parse("cs", cs).unwrap();
    assert_eq!(product.style, Style::Roa);
    let action = &product.actions["ModifyClusterAddon"];

    let no = r#"{"code":"ErrorClusterNotFound","message":"no such cluster","requestId":"r1"}"#;
    let rejection = decode(&product, action, &reply(404, no)).unwrap_err();
    assert_eq!(rejection.code, "ErrorClusterNotFound");
    assert_eq!(rejection.kind(), ErrorKind::NotFound);
    assert_eq!(rejection.request_id.as_deref(), Some("r1"));
    assert_eq!(decode(&product, action, &reply(200, "")).unwrap().json, serde_json::json!({}));
}

#[test]
fn a_reply_that_nobody_can_read_says_why() {
    let long = format!("<html>{}", "x".repeat(500));
    let cases = [
        (
            502,
            "<html>bad\u{1b}[31m gateway",
            "is no JSON (HTTP status 502), and begins with `<html>bad\\u{1b}[31m",
        ),
        (
            200,
            r#"{"RequestId":"r","Role":{"RoleNa"#,
            "is cut off (HTTP status 200), and begins with `{\"Req",
        ),
        (200, "", "is empty"),
        (200, "[]", "is no JSON object"),
        (503, "{}", "has no code"),
        (404, &long, "is no JSON"),
    ];
    for (status, body, reason) in cases {
        let mut reply = reply(status, body);
        reply.headers.push(("x-acs-request-id".to_owned(), "r-header".to_owned()));
        let rejection = rejected("ram", "GetRole", &reply);
        assert_eq!(rejection.code, REPLY_UNREADABLE, "{body}");
        assert_eq!(rejection.request_id.as_deref(), Some("r-header"));
        assert_eq!(rejection.kind(), ErrorKind::Unavailable, "{body}");
        assert!(rejection.may_have_taken_effect(), "{body}");

        let (product, action) = catalogued("ram", "GetRole");
        let closed = rejection.clone().into_call_error(product, action, true).message;
        assert!(closed.contains("left out"), "{closed}");
        let message = rejection.into_call_error(product, action, false).message;
        assert!(message.contains(reason), "{message}");
        assert!(message.len() < 160, "{message}");
    }
}

#[test]
fn a_body_that_may_bring_a_secret_is_not_quoted() {
    let cut = r#"{"Credentials":{"AccessKeySecret":"FakeTempSecret"#;
    for (status, product, action) in
        [(200, "sts", "AssumeRole"), (200, "ram", "CreateAccessKey"), (500, "sts", "AssumeRole")]
    {
        let rejection = rejected(product, action, &reply(status, cut));
        let (product, action) = catalogued(product, action);
        let message = rejection.into_call_error(product, action, false).message;
        assert!(message.contains("is cut off"), "{message}");
        assert!(!message.contains("Fake"), "{message}");
    }
}

#[test]
fn honors_how_long_the_cloud_asks_to_wait() {
    let cases: [(Headers, Option<u64>); 6] = [
        (&[("x-acs-retry-after", "1500")], Some(1500)),
        (&[("retry-after", "3")], Some(3000)),
        (&[("retry-after", "3"), ("x-acs-retry-after", "20")], Some(20)),
        (&[("x-acs-retry-after", "0")], None),
        (&[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")], None),
        (&[], None),
    ];
    for (headers, expected) in cases {
        let mut reply = reply(429, r#"{"Code":"Throttling.User","Message":"m"}"#);
        reply.headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let rejection = rejected("ram", "GetRole", &reply);
        assert_eq!(rejection.retry_after_millis, expected, "{headers:?}");
        assert_eq!(rejection.kind(), ErrorKind::Throttled);
        assert!(!rejection.may_have_taken_effect());
    }
}

#[test]
fn becomes_an_error_with_the_clouds_words_or_without() {
    let (product, action) = catalogued("ram", "CreateLoginProfile");
    let body = r#"{"Code":"InvalidParameter.Password.TooWeak","Message":"hunter2! is too weak\n",
        "RequestId":"r1","AccessDeniedDetail":{"AuthAction":"hunter2!"}}"#;
    let rejection = decode(product, action, &reply(400, body)).unwrap_err();
    assert!(!format!("{rejection:?}").contains("hunter2"));

    let open = rejection.clone().into_call_error(product, action, false);
    assert_eq!(open.message, "hunter2! is too weak\\u{a}");
    assert_eq!(open.kind, ErrorKind::Invalid);
    assert_eq!(open.details["http-status"], "400");
    assert_eq!(open.details["action"], "ram:CreateLoginProfile");

    let closed = rejection.into_call_error(product, action, true);
    assert_eq!(closed.code, "InvalidParameter.Password.TooWeak");
    assert_eq!(closed.request_id.as_deref(), Some("r1"));
    assert!(!format!("{closed:?}").contains("hunter2"), "{closed:?}");
}

#[test]
fn a_secret_is_found_before_a_text_is_cut() {
    let (product, action) = catalogued("ram", "GetRole");
    let token = "CAISfakeSecurityToken".repeat(40);
    let redactor = Redactor::of([&SecretText::new(token.clone())]);
    let echo = format!("string to sign is: {}", percent_encode(&token));
    let replies = [
        (400, format!(r#"{{"Code":"SignatureDoesNotMatch","Message":"{echo}"}}"#)),
        (400, format!(r#"{{"Code":"Forbidden.{token}","Message":"m"}}"#)),
        (400, format!(r#"{{"Code":"Forbidden","Message":"m","RequestId":"{token}"}}"#)),
        (502, format!("<html>{echo}")),
    ];
    for (status, body) in replies {
        let rejection = decode(product, action, &reply(status, &body)).unwrap_err();
        let error = rejection.redacted(&redactor).into_call_error(product, action, false);
        assert!(!format!("{error:?}").contains("CAISfake"), "{error:?}");
    }
}

#[test]
fn says_who_was_denied_what() {
    let samples = file("samples/ram/AttachPolicyToRole.errors.json").unwrap();
    let sample = samples.as_array().unwrap().iter().find(|s| s["body"]["Code"] == "NoPermission");
    let rejection = rejected("ram", "AttachPolicyToRole", &sampled(sample.unwrap()));
    let denied = rejection.access_denied.unwrap();
    assert_eq!(
        denied.summary,
        "ram:AttachPolicyToRole is denied to SubUser 200012345678901234 of account \
         6543210987654321: ImplicitDeny, AccountLevelIdentityBasedPolicy"
    );
    assert_eq!(denied.diagnostic.as_deref(), Some("RkFLRQ=="));
    assert!(Catalog::builtin().action("ram", "DecodeDiagnosticMessage").is_some());
}
