//! Who signed what: captured requests, tampering, and every check of the gateway.

use std::sync::Arc;

use host_model::{HttpRequest, Timestamp};
use host_sign::Scheme;
use host_simulator::{InventedSecret, Scenario, Session, Simulator, VirtualClock};

use crate::stage::{CROWDED, Key, Stage, read};
use crate::wire::captured;

/// The token that the captured requests of sessions bear.
fn token(request: &HttpRequest) -> Option<String> {
    let query = request.query.iter().find(|(name, _)| name == "SecurityToken");
    let header = request.header("x-acs-security-token").map(str::to_owned);
    header.or(query.map(|(_, value)| value.clone()))
}

fn time(request: &HttpRequest) -> Timestamp {
    let query = request.query.iter().find(|(name, _)| name == "Timestamp");
    let iso = request.header("x-acs-date").or(query.map(|(_, value)| value.as_str()));
    if let Some(text) = iso {
        return seconds(text);
    }
    // `Tue, 02 Jan 2024 03:04:05 GMT`; all captures are of one month.
    let date = request.header("date").unwrap();
    assert_eq!(&date[7..16], " Nov 2026", "{date}");
    seconds(&format!("2026-11-{}T{}Z", &date[5..7], &date[17..25]))
}

/// The time of an ISO 8601 text, by the scenario reader.
fn seconds(text: &str) -> Timestamp {
    let scenario = format!("seed = 1\nstart = \"{text}\"\naccounts = {{}}");
    Scenario::parse("time", &scenario).unwrap().start
}

/// A cloud that knows the keys of the captured requests, at the time of one of them.
fn cloud_of(request: &HttpRequest) -> Simulator {
    let text = CROWDED
        .replace("LTAI5tFakeCrowdedOperator0001", "LTAI5tFakeKeyId000000001")
        .replace("FakeCrowdedOperatorSecret0001", "FakeSecret0000000000000000000001");
    let scenario = Scenario::parse("captured", &text).unwrap();
    let at = time(request);
    let simulator = Simulator::new(scenario, Arc::new(VirtualClock::new(at)));
    if let Some(token) = token(request) {
        let session = Session {
            key_id: "STS.NUFakeTemporaryKeyId0001".to_owned(),
            secret: InventedSecret::new("FakeTempSecret0000000000000000000001"),
            token: InventedSecret::new(token),
            account: "1234567890123456".parse().unwrap(),
            role: "open".to_owned(),
            role_id: "300000000000000001".to_owned(),
            name: "captured".to_owned(),
            policy: None,
            expires: at.plus_millis(1000),
        };
        simulator.meddle(|state| state.sessions.insert(session.key_id.clone(), session));
    }
    simulator
}

const OF_SIGNATURES: [&str; 16] = [
    "IncompleteSignature",
    "InvalidAccessKeyId.Inactive",
    "InvalidAccessKeyId.NotFound",
    "InvalidSecurityToken.Expired",
    "InvalidSecurityToken.Malformed",
    "InvalidSecurityToken.MismatchWithAccessKey",
    "InvalidSignatureMethod",
    "InvalidTimeStamp.Expired",
    "InvalidTimeStamp.Format",
    "MissingAccessKeyId",
    "MissingParameter",
    "MissingSecurityToken",
    "SignatureDoesNotMatch",
    "SignatureNonceUsed",
    "InvalidSignatureVersion",
    "ContentMD5NotMatched",
];

fn code(simulator: &Simulator, request: &HttpRequest) -> String {
    let (_, body) = read(&simulator.answer(request));
    let code = crate::stage::code(&body);
    if code.is_empty() { "OK".to_owned() } else { code.to_owned() }
}

#[test]
fn captured_requests_of_the_official_sdk_are_accepted_once() {
    for captured in captured() {
        let cloud = cloud_of(&captured.request);
        // Past the signature, a capture may still lack a parameter that the action wants.
        let (_, body) = read(&cloud.answer(&captured.request));
        let first = crate::stage::code(&body);
        let past = !OF_SIGNATURES.contains(&first) || first == "MissingParameter";
        assert!(past, "{}: {body}", captured.name);
        assert_eq!(code(&cloud, &captured.request), "SignatureNonceUsed", "{}", captured.name);
    }
}

/// Every text with one byte changed.
fn changed(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (index, character) in text.char_indices() {
        let other = if character == 'a' { 'b' } else { 'a' };
        let mut changed = text.to_owned();
        changed.replace_range(index..index + character.len_utf8(), &other.to_string());
        all.push(changed);
    }
    all
}

/// Signed headers of which a change is found by the signature, and by no check before it.
fn only_signed(name: &str) -> bool {
    let earlier =
        ["authorization", "date", "x-acs-date", "x-acs-security-token", "x-acs-signature-method"];
    let signed = name.starts_with("x-acs-") || name == "host" || name == "content-type";
    signed && !earlier.contains(&name)
}

#[test]
fn any_changed_byte_of_a_v3_request_is_found() {
    let captured = captured();
    let some = captured.iter().filter(|it| it.name.contains(" v3")).step_by(7);
    for captured in some {
        let request = &captured.request;
        let cloud = cloud_of(request);
        let find = |changed: &HttpRequest, what: &str| {
            assert_eq!(code(&cloud, changed), "SignatureDoesNotMatch", "{} {what}", captured.name);
        };
        for (index, (name, value)) in request.headers.iter().enumerate() {
            for value in changed(value).into_iter().filter(|_| only_signed(name)) {
                let mut changed = request.clone();
                changed.headers[index].1 = value;
                find(&changed, name);
            }
        }
        for (index, (name, value)) in request.query.iter().enumerate() {
            for value in changed(value) {
                let mut changed = request.clone();
                changed.query[index].1 = value;
                find(&changed, name);
            }
            for other in changed(name) {
                let mut changed = request.clone();
                changed.query[index].0 = other;
                find(&changed, name);
            }
        }
        for index in 0..request.body.len() {
            let mut changed = request.clone();
            changed.body[index] ^= 1;
            find(&changed, "body");
        }
        let mut more = request.clone();
        more.query.push(("Extra".to_owned(), String::new()));
        find(&more, "one more parameter");
        let mut path = request.clone();
        path.path.push('x');
        find(&path, "path");
        let mut method = request.clone();
        method.method = "PUT".to_owned();
        find(&method, "method");
        assert!(!OF_SIGNATURES.contains(&code(&cloud, request).as_str()), "{}", captured.name);
    }
}

#[test]
fn any_changed_parameter_of_a_v1_request_is_found() {
    let captured = captured();
    let v1 = |name: &str| name.contains(" v2");
    for captured in captured.iter().filter(|it| v1(&it.name)).step_by(5) {
        let request = &captured.request;
        let cloud = cloud_of(request);
        let public = ["AccessKeyId", "SecurityToken", "Timestamp", "SignatureMethod"];
        for (index, (name, value)) in request.query.iter().enumerate() {
            for value in changed(value).into_iter().filter(|_| !public.contains(&name.as_str())) {
                let mut changed = request.clone();
                changed.query[index].1 = value;
                let code = code(&cloud, &changed);
                assert_eq!(code, "SignatureDoesNotMatch", "{} {name}", captured.name);
            }
        }
        let mut method = request.clone();
        method.method = "PUT".to_owned();
        assert_eq!(code(&cloud, &method), "SignatureDoesNotMatch", "{}", captured.name);
    }
}

/// What a request with one thing changed is refused with, for both schemes of RPC products.
#[test]
fn every_check_of_the_gateway_has_its_code() {
    type Change = fn(&mut HttpRequest);
    fn drop_header(request: &mut HttpRequest, name: &str) {
        request.headers.retain(|(key, _)| key != name);
    }
    fn set_header(request: &mut HttpRequest, name: &str, value: &str) {
        drop_header(request, name);
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    fn drop_query(request: &mut HttpRequest, name: &str) {
        request.query.retain(|(key, _)| key != name);
    }
    fn set_query(request: &mut HttpRequest, name: &str, value: &str) {
        drop_query(request, name);
        request.query.push((name.to_owned(), value.to_owned()));
    }
    fn authorization(request: &mut HttpRequest, from: &str, to: &str) {
        let value = request.header("authorization").unwrap().replace(from, to);
        set_header(request, "authorization", &value);
    }
    let v3: [(&str, Change); 13] = [
        ("IncompleteSignature", |it| drop_header(it, "authorization")),
        ("IncompleteSignature", |it| set_header(it, "authorization", "ACS3-HMAC-SHA256")),
        ("IncompleteSignature", |it| authorization(it, ",Signature=", ",Sign=")),
        ("IncompleteSignature", |it| authorization(it, "Credential=", "Credential=,Else=")),
        ("IncompleteSignature", |it| authorization(it, "host;", "")),
        ("IncompleteSignature", |it| authorization(it, "x-acs-version", "x-acs-other")),
        ("IncompleteSignature", |it| set_header(it, "x-acs-more", "unsigned")),
        ("IncompleteSignature", |it| set_header(it, "content-type", "text/plain")),
        ("IncompleteSignature", |it| drop_header(it, "x-acs-date")),
        ("InvalidSignatureMethod", |it| authorization(it, "SHA256", "SM3")),
        ("InvalidAccessKeyId.NotFound", |it| authorization(it, "LTAI5t", "LTAI5u")),
        ("InvalidTimeStamp.Format", |it| set_header(it, "x-acs-date", "2026-01-05 09:00:00")),
        ("SignatureDoesNotMatch", |it| set_header(it, "x-acs-date", "2026-01-05T09:00:01Z")),
    ];
    let v1: [(&str, Change); 11] = [
        ("MissingAccessKeyId", |it| drop_query(it, "AccessKeyId")),
        ("MissingParameter", |it| drop_query(it, "Signature")),
        ("MissingParameter", |it| drop_query(it, "SignatureNonce")),
        ("MissingParameter", |it| drop_query(it, "SignatureVersion")),
        ("MissingParameter", |it| drop_query(it, "Timestamp")),
        ("InvalidSignatureMethod", |it| set_query(it, "SignatureMethod", "HMAC-MD5")),
        ("InvalidAccessKeyId.NotFound", |it| set_query(it, "AccessKeyId", "LTAI5tNobody")),
        ("InvalidTimeStamp.Format", |it| set_query(it, "Timestamp", "now")),
        ("InvalidTimeStamp.Expired", |it| set_query(it, "Timestamp", "2026-01-05T09:15:01Z")),
        ("InvalidTimeStamp.Expired", |it| set_query(it, "Timestamp", "2026-01-05T08:44:59Z")),
        ("SignatureDoesNotMatch", |it| set_query(it, "Timestamp", "2026-01-05T09:15:00Z")),
    ];
    for (scheme, cases) in [(Scheme::Acs3, &v3[..]), (Scheme::RpcV1, &v1[..])] {
        for (index, (expected, change)) in cases.iter().enumerate() {
            let stage = Stage::crowded();
            let mut request = stage.signed(&stage.operator(), "ram:ListUsers", &[], scheme);
            change(&mut request);
            assert_eq!(code(&stage.simulator, &request), *expected, "{scheme:?} {index}");
        }
    }
}

#[test]
fn a_mismatch_shows_the_string_to_sign_behind_one_colon_and_never_the_signature() {
    let stage = Stage::crowded();
    let wrong = Key::new(&stage.operator().id, "another secret");
    for scheme in [Scheme::Acs3, Scheme::RpcV1] {
        let request = stage.signed(&wrong, "ram:GetUser", &[("UserName", "free")], scheme);
        let (status, body) = read(&stage.simulator.answer(&request));
        assert_eq!((status, &body["Code"]), (400, &"SignatureDoesNotMatch".into()));
        let message = body["Message"].as_str().unwrap();
        let (words, shown) = message.split_once(':').unwrap();
        assert_eq!(
            words,
            "Specified signature is not matched with our calculation. server string to sign is"
        );
        match scheme {
            Scheme::RpcV1 => assert!(shown.starts_with("POST&%2F&AccessKeyId%3DLTAI5t"), "{shown}"),
            _ => assert!(shown.starts_with("ACS3-HMAC-SHA256\n"), "{shown}"),
        }
        // What would have been right, signed with the right key.
        let mut right = stage.signed(&stage.operator(), "ram:GetUser", &[], scheme);
        right.query = request.query.clone();
        assert!(!message.contains(&stage.operator().secret));
    }
}

#[test]
fn a_permanent_key_is_refused_when_it_is_switched_off_new_or_sent_with_a_token() {
    let stage = Stage::crowded();
    let asleep = stage.key("monitoring", "free");
    assert_eq!(stage.refused(&asleep, "ram:ListUsers", &[]), "InvalidAccessKeyId.Inactive");
    let mut with_token = stage.operator();
    with_token.token = Some("CAISabcd".to_owned());
    assert_eq!(
        stage.refused(&with_token, "ram:ListUsers", &[]),
        "InvalidSecurityToken.MismatchWithAccessKey"
    );
}

#[test]
fn a_session_needs_its_own_token_and_ends() {
    let stage = Stage::crowded();
    let parameters = [
        ("RoleArn", "acs:ram::1234567890123456:role/open"),
        ("RoleSessionName", "a-session"),
        ("DurationSeconds", "900"),
    ];
    let one = stage.assume(&stage.operator(), &parameters);
    let two = stage.assume(&stage.operator(), &parameters);
    assert!(one.id.starts_with("STS."));
    for scheme in [Scheme::Acs3, Scheme::RpcV1] {
        let ask = |token: Option<&str>| {
            let key = Key { token: token.map(str::to_owned), ..one.clone() };
            let mut request = stage.signed(&key, "sts:GetCallerIdentity", &[], scheme);
            if token.is_none() {
                request.headers.retain(|(name, _)| name != "x-acs-security-token");
            }
            code(&stage.simulator, &request)
        };
        assert_eq!(ask(one.token.as_deref()), "OK");
        assert_eq!(ask(None), "MissingSecurityToken");
        assert_eq!(ask(Some("no token")), "InvalidSecurityToken.Malformed");
        assert_eq!(ask(two.token.as_deref()), "InvalidSecurityToken.MismatchWithAccessKey");
    }
    let identity = stage.done(&one, "sts:GetCallerIdentity", &[]);
    assert_eq!(identity["Arn"], "acs:ram::1234567890123456:assumed-role/open/a-session");
    assert_eq!(identity["IdentityType"], "AssumedRoleUser");
    stage.wait(900);
    assert_eq!(stage.refused(&one, "sts:GetCallerIdentity", &[]), "InvalidSecurityToken.Expired");
}

#[test]
fn a_nonce_is_good_once_for_a_key_and_as_long_as_the_request_would_be() {
    let stage = Stage::crowded();
    let request = stage.request(&stage.operator(), "ram:ListUsers", &[]);
    assert_eq!(code(&stage.simulator, &request), "OK");
    stage.wait(15 * 60);
    assert_eq!(code(&stage.simulator, &request), "SignatureNonceUsed");
    stage.wait(1);
    assert_eq!(code(&stage.simulator, &request), "InvalidTimeStamp.Expired");
}

#[test]
fn a_wrong_signature_does_not_use_up_the_nonce() {
    let stage = Stage::crowded();
    let request = stage.request(&stage.operator(), "ram:GetUser", &[("UserName", "free")]);
    let mut changed = request.clone();
    changed.query[0].1 = "has-keys".to_owned();
    assert_eq!(code(&stage.simulator, &changed), "SignatureDoesNotMatch");
    assert_eq!(code(&stage.simulator, &request), "OK");
}

#[test]
fn a_digest_of_another_body_is_found() {
    let stage = Stage::crowded();
    let cases = [
        ("1B2M2Y8AsgTpgAmY7PhCfg==", "OK"),
        ("1B2M2Y8AsgTpgAmY7PhCfw==", "ContentMD5NotMatched"),
        ("nonsense", "ContentMD5NotMatched"),
    ];
    for (digest, expected) in cases {
        let mut request = stage.request(&stage.operator(), "ram:ListUsers", &[]);
        assert!(request.body.is_empty(), "the digest is that of nothing");
        request.headers.push(("content-md5".to_owned(), digest.to_owned()));
        assert_eq!(code(&stage.simulator, &request), expected, "{digest}");
    }
}

#[test]
fn products_versions_and_endpoints_belong_together() {
    let stage = Stage::crowded();
    let operator = stage.operator();
    let mut elsewhere = stage.request(&operator, "ram:ListUsers", &[]);
    elsewhere.authority = "sts.aliyuncs.com".to_owned();
    // The host header is signed apart from where the request goes.
    assert_eq!(code(&stage.simulator, &elsewhere), "InvalidApi.NotFound");
    let mut loopback = stage.request(&operator, "ram:ListUsers", &[]);
    loopback.authority = "127.0.0.1:8080".to_owned();
    assert_eq!(code(&stage.simulator, &loopback), "OK");
}
