//! Secrets of replies: taken out by path, and out of what is left by value.

use host_catalog::Action;
use host_model::{Call, Problem as _, SecretKind};
use host_wire::{FoundSecret, Split, decode, split};
use serde_json::{Value as Json, json};

use crate::case::{actions, call, catalogued, file, success, text};

fn sample(product: &str, action: &str) -> Json {
    file(&format!("samples/{product}/{action}.success.json")).expect("there is a sample")
}

fn asked(product: &str, action: &str) -> Call {
    let mut asked = call(product, action, vec![("UserName", text("arms-reporter"))]);
    asked.region = Some("cn-hangzhou".to_owned());
    asked
}

fn found(split: &Split) -> &FoundSecret {
    split.secrets.first().expect("the reply brings a secret")
}

#[test]
fn takes_every_secret_out() {
    let cases = [
        (
            "sts",
            "AssumeRole",
            SecretKind::Session,
            "sts:session/acs:ram::6543210987654321:role/arms-onboarding/onboard-1",
            json!({
                "RequestId": "7B1F5A0E-52B1-5C1D-9E0B-0123456789AB",
                "AssumedRoleUser": {
                    "Arn": "acs:ram::6543210987654321:role/arms-onboarding/onboard-1",
                    "AssumedRoleId": "300012345678901234:onboard-1",
                },
                "Credentials": { "Expiration": "2024-05-06T08:08:09Z" },
            }),
        ),
        (
            "arms",
            "DescribeTraceLicenseKey",
            SecretKind::LicenseKey,
            "arms:license-key/cn-hangzhou",
            json!({ "RequestId": "7B1F5A0E-52B1-5C1D-9E0B-0123456789AB" }),
        ),
    ];
    for (product, action, kind, object, body) in cases {
        let (_, known) = catalogued(product, action);
        let split = split(known, &asked(product, action), sample(product, action)).unwrap();
        assert_eq!(split.body, body, "{action}");
        assert_eq!(found(&split).kind, kind, "{action}");
        assert_eq!(found(&split).object, object, "{action}");
    }
    for product in ["ram", "ims"] {
        let (_, action) = catalogued(product, "CreateAccessKey");
        let whole = sample(product, "CreateAccessKey");
        let split = split(action, &asked(product, "CreateAccessKey"), whole.clone()).unwrap();
        let id = whole["AccessKey"]["AccessKeyId"].as_str().unwrap();
        assert_eq!(found(&split).object, format!("ram:access-key/{id}"));
        assert_eq!(found(&split).text.expose(), whole["AccessKey"]["AccessKeySecret"]);
        assert_eq!(split.body["AccessKey"]["AccessKeyId"], *id);
        assert!(split.body["AccessKey"].get("AccessKeySecret").is_none());
    }
}

#[test]
fn a_session_keeps_its_keys_together() {
    let (_, action) = catalogued("sts", "AssumeRole");
    let whole = sample("sts", "AssumeRole");
    let split = split(action, &asked("sts", "AssumeRole"), whole.clone()).unwrap();
    let keys: Json = serde_json::from_str(found(&split).text.expose()).unwrap();
    assert_eq!(keys, whole["Credentials"]);
    assert_eq!(found(&split).at, "/Credentials");
    assert!(!format!("{split:?}").contains("FakeTempSecret"), "{split:?}");
}

#[test]
fn only_the_allow_list_survives() {
    let (_, action) = catalogued("ram", "CreateAccessKey");
    let body = json!({
        "RequestId": "r",
        "AccessKey": {
            "AccessKeyId": "LTAI5tFake",
            "AccessKeySecret": "FakeSecret01",
            "CreateDate": { "Secret": "FakeSecret01" },
            "Status": "echo: FakeSecret01",
            "SecretAgain": "FakeSecret01",
        },
        "Debug": "FakeSecret01",
    });
    let split = split(action, &asked("ram", "CreateAccessKey"), body).unwrap();
    let expected = json!({
        "RequestId": "r",
        "AccessKey": { "AccessKeyId": "LTAI5tFake", "Status": "echo: [secret]" },
    });
    assert_eq!(split.body, expected);
}

#[test]
fn a_reply_without_its_secret_is_no_success() {
    let cases = [
        ("ram", "CreateAccessKey", "/AccessKey/AccessKeySecret"),
        ("ram", "CreateAccessKey", "/AccessKey/AccessKeyId"),
        ("sts", "AssumeRole", "/Credentials"),
        ("sts", "AssumeRole", "/Credentials/SecurityToken"),
        ("sts", "AssumeRole", "/AssumedRoleUser/Arn"),
        ("arms", "DescribeTraceLicenseKey", "/LicenseKey"),
    ];
    for (product, name, at) in cases {
        let (_, action) = catalogued(product, name);
        let mut body = sample(product, name);
        *body.pointer_mut(at).unwrap() = Json::Null;
        let refused = split(action, &asked(product, name), body).unwrap_err();
        assert_eq!(refused.code(), "wire.reply-unreadable", "{at}");
        assert!(refused.to_string().contains(at), "{refused}");
    }
}

#[test]
fn other_replies_come_whole() {
    let others = |action: &Action| !action.brings_secret() && action.guarded.is_empty();
    for (product, action) in actions().filter(|(_, action)| others(action)) {
        let body = decode(product, action, &success(product, action)).unwrap();
        let whole = body.json.clone();
        let split = split(action, &asked(&product.key, &action.name), body.json).unwrap();
        assert_eq!(split.body, whole, "{}", action.name);
        assert!(split.secrets.is_empty(), "{}", action.name);
    }
}

#[test]
fn guarded_parts_stay_inside() {
    let config = |secret: &str| {
        let uid = "1234567890123456";
        json!({ "accessKey": "LTAI5tFake", "accessKeySecret": secret, "uid": uid }).to_string()
    };
    let s3cret = config("s3cret");
    let cases = [
        ("cs", "GetClusterAddonInstance", "/config", json!(s3cret), json!(config("[sealed]"))),
        ("cs", "GetClusterAddonInstance", "/config", json!(""), json!("")),
        ("cs", "DescribeClusterAddonInstance", "/config", json!(s3cret), json!(config("[sealed]"))),
        ("cs", "DescribeClusterAddonsVersion", "/ack-onepilot/value", json!(s3cret), Json::Null),
        ("cs", "DescribeClusterDetail", "/meta_data", json!(s3cret), Json::Null),
        ("cs", "DescribeClusters", "/0/meta_data", json!(s3cret), Json::Null),
        (
            "cs",
            "DescribeClustersV1",
            "/clusters/0/parameters",
            json!({ "k": "s3cret" }),
            Json::Null,
        ),
        ("cs", "DescribeTaskInfo", "/outputs", json!({ "k": "s3cret" }), Json::Null),
        (
            "cs",
            "DescribeTaskInfo",
            "/stages",
            json!([{ "outputs": "s3cret" }]),
            json!([{ "outputs": null }]),
        ),
        (
            "ecs",
            "DescribeInvocations",
            "/Invocations/Invocation/0/CommandContent",
            json!("czNjcmV0"),
            Json::Null,
        ),
        (
            "ecs",
            "DescribeInvocations",
            "/Invocations/Invocation/0/Parameters",
            json!({ "k": "s3cret" }),
            Json::Null,
        ),
        ("arms", "GetTraceAppConfig", "/Data", json!(s3cret), Json::Null),
    ];
    for (product, name, at, given, expected) in cases {
        let (_, action) = catalogued(product, name);
        let mut body = sample(product, name);
        put(&mut body, at, given);
        let seen = split(action, &asked(product, name), body).unwrap().body;
        assert_eq!(seen.pointer(at), Some(&expected), "{name} {at}");
        assert!(!seen.to_string().contains("s3cret"), "{name} {at}");
    }
}

fn put(body: &mut Json, at: &str, value: Json) {
    let (parent, name) = at.rsplit_once('/').expect("a pointer");
    body.pointer_mut(parent).expect("the sample has the place")[name] = value;
}
