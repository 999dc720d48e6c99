//! What comes back of secrets: nothing.

use host_model::ErrorKind;
use host_sign::Scheme;

use crate::tests::bed::{Bed, PASSWORD, TOKEN, call, says};
use crate::{Endpoints, Settings};

#[tokio::test]
async fn a_request_with_a_secret_leaves_no_words_behind() {
    let body = format!(
        r#"{{"Code":"InvalidParameter.Password.TooWeak","RequestId":"r1","Message":"{PASSWORD} is weak",
            "AccessDeniedDetail":{{"AuthAction":"{PASSWORD}","EncodedDiagnosticMessage":"{PASSWORD}"}}}}"#
    );
    let bed = Bed::new(vec![says(400, &body)]);
    let error = bed.run(&call("ram", "CreateLoginProfile")).await.unwrap_err();

    assert_eq!(error.code, "InvalidParameter.Password.TooWeak");
    assert_eq!(error.request_id.as_deref(), Some("r1"));
    assert_eq!(error.kind, ErrorKind::Invalid);
    let whole = format!("{error:?}");
    assert!(!whole.contains("P@ss") && !whole.contains("weak"), "{whole}");
}

#[tokio::test]
async fn even_a_code_cannot_carry_a_secret() {
    let body = format!(r#"{{"Code":"Forbidden.{PASSWORD}","RequestId":"{PASSWORD}"}}"#);
    let bed = Bed::new(vec![says(403, &body)]);
    let error = bed.run(&call("ram", "CreateLoginProfile")).await.unwrap_err();
    assert_eq!(error.code, "Forbidden.[secret]");
    assert_eq!(error.request_id.as_deref(), Some("[secret]"));
}

#[tokio::test]
async fn an_echo_in_a_success_is_redacted() {
    let body = format!(
        r#"{{"RequestId":"r","LoginProfile":{{"UserName":"u1","Echo":"got {PASSWORD}"}}}}"#
    );
    let bed = Bed::new(vec![says(200, &body)]);
    let answer = bed.run(&call("ram", "CreateLoginProfile")).await.unwrap();
    assert_eq!(answer.body["LoginProfile"]["Echo"], "got [secret]");
    assert_eq!(answer.body["LoginProfile"]["UserName"], "u1");
}

#[tokio::test]
async fn an_echo_of_the_signed_request_does_not_show_the_token() {
    let once = host_sign::encode::percent_encode(TOKEN);
    let twice = host_sign::encode::percent_encode(&once);
    for echo in [TOKEN, &once, &twice] {
        let body = format!(
            r#"{{"Code":"SignatureDoesNotMatch","Message":"string to sign is: a{echo}b"}}"#
        );
        let bed = Bed::new(vec![says(400, &body)]);
        let error = bed.run(&call("ram", "GetRole")).await.unwrap_err();
        assert_eq!(error.message, "string to sign is: a[secret]b");
    }
}

#[tokio::test]
async fn a_new_secret_stays_apart_from_the_body() {
    let secret = "FakeSecret0000000000000000000001";
    let body = format!(
        r#"{{"RequestId":"r","AccessKey":{{"AccessKeyId":"LTAI5tFake","AccessKeySecret":"{secret}"}}}}"#
    );
    let bed = Bed::new(vec![says(200, &body)]);
    let answer = bed.run(&call("ram", "CreateAccessKey")).await.unwrap();
    assert!(!answer.body.to_string().contains(secret));
    assert_eq!(answer.secrets[0].object, "ram:access-key/LTAI5tFake");
    assert_eq!(answer.secrets[0].text.expose(), secret);
    assert!(!format!("{answer:?}").contains(secret), "{answer:?}");
}

#[tokio::test]
async fn the_secret_travels_in_the_body_in_every_scheme() {
    for scheme in [Scheme::Acs3, Scheme::RpcV1] {
        let mut settings = Settings::new(Endpoints::default());
        settings.scheme = scheme;
        let bed = Bed::with(settings, vec![says(200, r#"{"RequestId":"r","LoginProfile":{}}"#)]);
        bed.run(&call("ram", "CreateLoginProfile")).await.unwrap();
        let sent = bed.sent();
        assert_eq!(sent[0].body, b"Password=P%40ss+w0rd%2B%2F%3D~%2A", "{scheme:?}");
        assert!(
            !sent[0]
                .query
                .iter()
                .any(|(name, value)| { name == "Password" || value.contains(PASSWORD) })
        );
    }
}
