//! Keys over HTTP: credential URIs and web identities.

use host_client::{Endpoints, KeySource};

use super::bed::{Bed, refused, serve};

const KEYS: &str = r#"{"Code":"Success","AccessKeyId":"STS.U","AccessKeySecret":"s3cr3t","SecurityToken":"s3cr3t-t","Expiration":"2026-07-19T01:00:00Z"}"#;
const SESSION: &str = r#"{"RequestId":"R","Credentials":{"AccessKeyId":"STS.W","AccessKeySecret":"s3cr3t","SecurityToken":"s3cr3t-t","Expiration":"2026-07-19T01:00:00Z"}}"#;

fn uri_bed(uri: &str) -> Bed {
    let text = format!(
        r#"{{"profiles": [{{"name": "uri", "mode": "CredentialsURI", "credentials_uri": "{uri}"}}]}}"#
    );
    Bed::with_profiles(text.as_bytes())
}

#[tokio::test]
async fn fetches_a_uri_and_renews_it() {
    let (authority, asked) = serve(&[("GET /keys?who=s3cr3t%20me ", 200, KEYS)]);
    let bed = uri_bed(&format!("http://{authority}/keys?who=s3cr3t%20me"));
    let credential = bed.chain().named("uri").unwrap();
    assert_eq!(credential.key().await.unwrap().id(), "STS.U");
    credential.key().await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 1);
    bed.clock.advance(3600 - 180);
    credential.key().await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_uri_that_gives_no_keys_is_not_quoted() {
    const EMPTY: &str = r#"{"AccessKeyId":"STS.U","AccessKeySecret":"","SecurityToken":"s3cr3t","Expiration":"2026-07-19T01:00:00Z"}"#;
    const ENDLESS: &str =
        r#"{"AccessKeyId":"STS.U","AccessKeySecret":"s3cr3t","SecurityToken":"s3cr3t"}"#;
    let cases: [&'static [(&str, u16, &str)]; 5] = [
        &[("GET /", 500, "s3cr3t")],
        &[("GET /", 200, "s3cr3t")],
        &[("GET /", 302, "s3cr3t")],
        &[("GET /", 200, EMPTY)],
        &[("GET /", 200, ENDLESS)],
    ];
    for answers in cases {
        let (authority, _) = serve(answers);
        let bed = uri_bed(&format!("http://{authority}/s3cr3t-path"));
        let error = refused(bed.chain().named("uri").unwrap().key().await);
        assert_eq!(error.code, "credential.reply-invalid", "{error}");
    }
}

#[tokio::test]
async fn a_uri_leads_nowhere_forbidden() {
    for uri in [
        "http://100.100.100.200/latest/meta-data/ram/security-credentials/ops",
        "https://100.100.100.200/s3cr3t",
        "http://keys.example.com/s3cr3t",
        "https://10.0.0.1/s3cr3t",
    ] {
        let error = refused(uri_bed(uri).chain().named("uri").unwrap().key().await);
        assert_eq!(
            (error.code.as_str(), error.kind.as_str()),
            ("credential.fetch-failed", "denied")
        );
    }
    for uri in ["file:///s3cr3t", "s3cr3t", "http://user:s3cr3t@localhost/"] {
        let error = refused(uri_bed(uri).chain().named("uri").unwrap().key().await);
        assert!(error.code.starts_with("credential."), "{error}");
    }
}

fn oidc_bed(authority: &str) -> Bed {
    let mut bed = Bed::new();
    let token = bed.write("token", b"eyJ.s3cr3t.x\n");
    bed.endpoints = Endpoints::default().with_product("sts", authority).unwrap();
    let text = format!(
        r#"{{"profiles": [{{"name": "pod", "mode": "OIDC", "oidc_provider_arn": "acs:ram::1000000000000001:oidc-provider/k8s",
        "oidc_token_file": "{}", "ram_role_arn": "acs:ram::1000000000000001:role/pod", "ram_session_name": "pod"}}]}}"#,
        token.display()
    );
    bed.write(".aliyun/config.json", text.as_bytes());
    bed
}

#[tokio::test]
async fn exchanges_a_token_without_a_signature() {
    let (authority, asked) = serve(&[("POST /?Action=AssumeRoleWithOIDC&", 200, SESSION)]);
    let bed = oidc_bed(&authority);
    let credential = bed.chain().named("pod").unwrap();
    assert_eq!(credential.key().await.unwrap().id(), "STS.W");
    let first = asked.lock().unwrap()[0].clone();
    let (head, body) = first.split_once("\r\n\r\n").unwrap();
    assert!(!head.contains("s3cr3t") && !head.contains("uthorization"), "{head}");
    for part in ["Version=2015-04-01", "Timestamp=2026-07-19T00%3A00%3A00Z", "SignatureNonce="] {
        assert!(head.contains(part), "{head}");
    }
    assert_eq!(
        body,
        "OIDCProviderArn=acs%3Aram%3A%3A1000000000000001%3Aoidc-provider%2Fk8s&OIDCToken=eyJ.s3cr3t.x\
         &RoleArn=acs%3Aram%3A%3A1000000000000001%3Arole%2Fpod&RoleSessionName=pod"
    );
    // The token is read anew for each session: whoever issues it replaces the file.
    bed.write("token", b"eyJ.s3cr3t.y");
    bed.clock.advance(3600);
    refused(credential.key().await);
    assert!(asked.lock().unwrap()[1].contains("eyJ.s3cr3t.y"));
}

#[tokio::test]
async fn what_a_session_may_do_goes_along_with_the_token() {
    let (authority, asked) = serve(&[("POST /?Action=AssumeRoleWithOIDC&", 200, SESSION)]);
    let bed = oidc_bed(&authority);
    let credential = bed.chain().named("pod").unwrap().narrowed("{\"a\":1}".to_owned());
    credential.key().await.unwrap();
    let first = asked.lock().unwrap()[0].clone();
    assert!(first.ends_with("&RoleSessionName=pod&Policy=%7B%22a%22%3A1%7D"), "{first}");
}

#[tokio::test]
async fn a_token_that_is_refused_or_missing_is_not_quoted() {
    const REFUSED: &str = r#"{"Code":"AuthenticationFail.OIDCToken.Invalid","Message":"eyJ.s3cr3t.x","RequestId":"R"}"#;
    let (authority, _) = serve(&[("POST /", 400, REFUSED)]);
    let bed = oidc_bed(&authority);
    let error = refused(bed.chain().named("pod").unwrap().key().await);
    assert!(error.message.ends_with("status 400 AuthenticationFail.OIDCToken.Invalid"), "{error}");
    for text in ["", " \n"] {
        bed.write("token", text.as_bytes());
        let error = refused(bed.chain().named("pod").unwrap().key().await);
        assert!(error.message.ends_with("is empty or too long"), "{error}");
    }
    std::fs::remove_file(bed.home.path().join("token")).unwrap();
    let error = refused(bed.chain().named("pod").unwrap().key().await);
    assert!(error.message.ends_with("is not there"), "{error}");
}
