//! Proves what a client can rely on when it hands over an unsigned request: what is written into
//! it, what is refused, and that no secret shows.

use host_model::{HttpRequest, Problem as _, Scheme as Protocol, SecretText, Timestamp};
use host_sign::{AccessKey, Api, Scheme, SignError, Stamp, anonymous, apply};

const SCHEMES: [Scheme; 3] = [Scheme::Acs3, Scheme::RpcV1, Scheme::RoaV1];
const API: Api<'static> = Api { action: "GetCallerIdentity", version: "2015-04-01" };
const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn acs3_writes_what_the_service_needs() {
    let sent = apply(Scheme::Acs3, request(), &temporary(), stamp(), API).unwrap();

    let expected = [
        ("host", "sts.aliyuncs.com"),
        ("accept", "application/json"),
        ("x-acs-action", "GetCallerIdentity"),
        ("x-acs-version", "2015-04-01"),
        ("x-acs-date", "2024-01-02T03:04:05Z"),
        ("x-acs-signature-nonce", "n0nce"),
        (
            "x-acs-content-sha256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        ("x-acs-accesskey-id", "STS.id"),
        ("x-acs-security-token", "t0k3n"),
    ];
    assert_eq!(borrowed(&sent.headers)[..9], expected);
    let authorization = sent.header("authorization").unwrap();
    let start = "ACS3-HMAC-SHA256 Credential=STS.id,SignedHeaders=host;x-acs-accesskey-id;\
        x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;\
        x-acs-signature-nonce;x-acs-version,Signature=";
    assert!(authorization.starts_with(start), "{authorization}");
    assert_eq!(sent.query, request().query);
}

#[test]
fn rpc_v1_writes_parameters_only() {
    let sent = apply(Scheme::RpcV1, request(), &temporary(), stamp(), API).unwrap();

    let expected = [
        ("RoleName", "r 1"),
        ("Action", "GetCallerIdentity"),
        ("Version", "2015-04-01"),
        ("Format", "json"),
        ("Timestamp", "2024-01-02T03:04:05Z"),
        ("SignatureNonce", "n0nce"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("AccessKeyId", "STS.id"),
        ("SecurityToken", "t0k3n"),
    ];
    assert_eq!(borrowed(&sent.query)[..10], expected);
    assert_eq!(sent.query[10].0, "Signature");
    assert_eq!(
        borrowed(&sent.headers),
        [("host", "sts.aliyuncs.com"), ("accept", "application/json")]
    );
}

#[test]
fn rpc_v1_signs_the_fields_of_a_form_and_no_other_body() {
    let signature = |kind: &str, body: &str| {
        let mut request = request();
        request.headers.push(("content-type".to_owned(), kind.to_owned()));
        request.body = body.into();
        let sent = apply(Scheme::RpcV1, request, &permanent(), stamp(), API).unwrap();
        sent.query.last().unwrap().1.clone()
    };

    assert_ne!(signature(FORM, "A=1"), signature(FORM, "A=2"));
    assert_eq!(signature(FORM, "A=x+y"), signature(FORM, "A=x%20y"));
    assert_eq!(
        signature(FORM, "A=1"),
        signature("Application/X-WWW-Form-URLencoded; charset=utf-8", "A=1")
    );
    assert_eq!(signature("application/json", "{}"), signature("application/json", "[]"));
}

#[test]
fn roa_v1_writes_the_headers_it_signs() {
    let sent = apply(Scheme::RoaV1, request(), &permanent(), stamp(), API).unwrap();

    let expected = [
        ("host", "sts.aliyuncs.com"),
        ("accept", "application/json"),
        ("date", "Tue, 02 Jan 2024 03:04:05 GMT"),
        ("x-acs-action", "GetCallerIdentity"),
        ("x-acs-version", "2015-04-01"),
        ("x-acs-signature-method", "HMAC-SHA1"),
        ("x-acs-signature-version", "1.0"),
        ("x-acs-signature-nonce", "n0nce"),
    ];
    assert_eq!(borrowed(&sent.headers)[..8], expected);
    assert!(sent.header("authorization").unwrap().starts_with("acs LTAI:"));
}

#[test]
fn an_anonymous_request_says_what_is_called_and_no_more() {
    let sent = anonymous(request(), stamp(), API).unwrap();

    let names: Vec<&str> = sent.query.iter().map(|(name, _)| name.as_str()).collect();
    let expected = ["RoleName", "Action", "Version", "Format", "Timestamp", "SignatureNonce"];
    assert_eq!(names, expected);
    assert_eq!(sent.header("authorization"), None);
    assert_eq!(sent.header("x-acs-action"), Some("GetCallerIdentity"));
}

#[test]
fn keeps_what_the_client_may_choose() {
    for scheme in SCHEMES {
        let mut request = request();
        request.path.clear();
        request.headers.push(("host".to_owned(), "sts.aliyuncs.com".to_owned()));
        request.headers.push(("accept".to_owned(), "text/plain".to_owned()));
        let sent = apply(scheme, request, &permanent(), stamp(), API).unwrap();

        assert_eq!(sent.path, "/");
        assert_eq!(sent.headers.iter().filter(|(name, _)| name == "host").count(), 1);
        assert_eq!(sent.header("accept"), Some("text/plain"));
    }
}

#[test]
fn refuses_what_only_the_scheme_may_write() {
    for name in [
        "Authorization",
        "Date",
        "X-Acs-Action",
        "x-acs-version",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-signature-type",
        "x-acs-content-sha256",
        "x-acs-accesskey-id",
        "x-acs-security-token",
        "x-acs-bearer-token",
    ] {
        let with = |request: &mut HttpRequest| request.headers.push((name.into(), "x".into()));
        refused_by_all("sign.header-reserved", with);
    }
    for name in [
        "AccessKeyId",
        "Action",
        "BearerToken",
        "Format",
        "SecurityToken",
        "Signature",
        "SignatureNonce",
        "SignatureType",
        "Timestamp",
        "Version",
    ] {
        let with = |request: &mut HttpRequest| request.query.push((name.into(), "x".into()));
        refused_by_all("sign.parameter-reserved", with);
    }
}

#[test]
fn refuses_what_has_two_meanings() {
    refused_by_all("sign.parameter-repeated", |request| {
        request.query.push(("RoleName".into(), "other".into()));
    });
    refused_by_all("sign.host-different", |request| {
        request.headers.push(("Host".into(), "evil.example".into()));
    });
    refused_by_all("sign.host-missing", |request| request.authority.clear());
    refused_by_all("sign.path-invalid", |request| request.path = "/a?b=c".into());
    refused_by_all("sign.method-invalid", |request| request.method = "GET /".into());
    refused_by_all("sign.header-unsafe", |request| request.authority.push_str("\r\na: b"));
    refused_by_all("sign.header-unsafe", |request| {
        request.headers.push(("user-agent".into(), "a\nb".into()));
    });
    refused_by_all("sign.header-invalid", |request| {
        request.headers.push(("user agent".into(), "a".into()));
    });
}

#[test]
fn refuses_a_form_that_cannot_be_signed() {
    let cases = [
        ("A=%zz", "sign.form-invalid"),
        ("A=1&A=2", "sign.parameter-repeated"),
        ("RoleName=other", "sign.parameter-repeated"),
        ("Action=DeleteUser", "sign.parameter-reserved"),
        ("%53ignature=x", "sign.parameter-reserved"),
    ];
    for (body, code) in cases {
        let mut request = request();
        request.headers.push(("content-type".to_owned(), FORM.to_owned()));
        request.body = body.into();
        let signed = apply(Scheme::RpcV1, request.clone(), &permanent(), stamp(), API);
        assert_eq!(signed.unwrap_err().code(), code, "{body}");
        assert_eq!(anonymous(request, stamp(), API).unwrap_err().code(), code, "{body}");
    }
}

#[test]
fn refuses_keys_and_stamps_that_cannot_be_written() {
    for scheme in SCHEMES {
        let swapped = AccessKey::permanent("s3cr3t,with=signs", SecretText::new("LTAI"));
        let refused = apply(scheme, request(), &swapped, stamp(), API).unwrap_err();
        assert_eq!(refused.code(), "sign.key-invalid");
        assert!(refused.hint().unwrap().contains("swapped"));
        assert!(!format!("{refused} {refused:?}").contains("s3cr3t"));

        let late = Stamp { at: Timestamp::from_millis(i64::MAX), ..stamp() };
        let refused = apply(scheme, request(), &permanent(), late, API).unwrap_err();
        assert_eq!(refused.code(), "sign.time-unrepresentable");
    }
    for scheme in [Scheme::Acs3, Scheme::RoaV1] {
        let (secret, token) = (SecretText::new("s3cr3t"), SecretText::new("t0k3n\nx: y"));
        let key = AccessKey::temporary("STS.id", secret, token);
        let refused = apply(scheme, request(), &key, stamp(), API).unwrap_err();
        assert_eq!(refused, SignError::HeaderUnsafe { name: "x-acs-security-token".to_owned() });

        let nonce = Stamp { nonce: "a\nb".to_owned(), ..stamp() };
        let refused = apply(scheme, request(), &permanent(), nonce, API).unwrap_err();
        assert_eq!(refused.code(), "sign.header-unsafe");
    }
}

/// Every scheme, and the anonymous form, must refuse the request that `change` makes.
fn refused_by_all(code: &str, change: impl Fn(&mut HttpRequest)) {
    let mut request = request();
    change(&mut request);
    for scheme in SCHEMES {
        let refused = apply(scheme, request.clone(), &permanent(), stamp(), API);
        let refused = refused.expect_err("the request has a flaw");
        assert_eq!(refused.code(), code, "{scheme:?}");
        let message = refused.to_string();
        assert!(message.starts_with("cannot ") && !message.ends_with('.'), "{message}");
    }
    let refused = anonymous(request, stamp(), API).expect_err("the request has a flaw");
    assert_eq!(refused.code(), code, "anonymous");
}

fn request() -> HttpRequest {
    HttpRequest {
        method: "POST".to_owned(),
        scheme: Protocol::Https,
        authority: "sts.aliyuncs.com".to_owned(),
        path: "/".to_owned(),
        query: vec![("RoleName".to_owned(), "r 1".to_owned())],
        headers: Vec::new(),
        body: Vec::new(),
    }
}

fn permanent() -> AccessKey {
    AccessKey::permanent("LTAI", SecretText::new("s3cr3t"))
}

fn temporary() -> AccessKey {
    AccessKey::temporary("STS.id", SecretText::new("s3cr3t"), SecretText::new("t0k3n"))
}

/// 2024-01-02T03:04:05Z.
fn stamp() -> Stamp {
    Stamp { at: Timestamp::from_seconds(1_704_164_645), nonce: "n0nce".to_owned() }
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
