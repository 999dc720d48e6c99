//! The metadata service, on loopback.

use host_client::KeySource;
use host_model::ErrorKind;

use super::bed::{Answers, Asked, Bed, refused, serve};

const ROLES: &str = "GET /latest/meta-data/ram/security-credentials/ ";
const OPS: &str = "GET /latest/meta-data/ram/security-credentials/ops ";
const TOKEN: &str = "PUT /latest/api/token ";
const KEYS: &str = r#"{"Code":"Success","AccessKeyId":"STS.I","AccessKeySecret":"s3cr3t","SecurityToken":"s3cr3t-t","Expiration":"2026-07-19T06:00:00Z","LastUpdated":"2026-07-19T00:00:00Z"}"#;
const PROFILES: &[u8] = br#"{"profiles": [
    {"name": "named", "mode": "EcsRamRole", "ram_role_name": "ops"},
    {"name": "any", "mode": "EcsRamRole"}]}"#;

fn bed(answers: Answers) -> (Bed, Asked) {
    let mut bed = Bed::with_profiles(PROFILES);
    let (metadata, asked) = serve(answers);
    bed.metadata = metadata;
    (bed, asked)
}

#[tokio::test]
async fn asks_with_a_token_first() {
    let (bed, asked) = bed(&[(TOKEN, 200, "tok-1"), (ROLES, 200, "ops\n"), (OPS, 200, KEYS)]);
    let key = bed.chain().named("any").unwrap().key().await.unwrap();
    assert_eq!((key.id(), key.security_token().unwrap().expose()), ("STS.I", "s3cr3t-t"));
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 3);
    assert!(asked[0].contains("\r\nx-aliyun-ecs-metadata-token-ttl-seconds: 60\r\n"));
    for later in &asked[1..] {
        assert!(later.contains("\r\nx-aliyun-ecs-metadata-token: tok-1\r\n"), "{later}");
    }
}

#[tokio::test]
async fn asks_for_a_known_role_at_once() {
    let (bed, asked) = bed(&[(TOKEN, 200, "tok-1"), (OPS, 200, KEYS)]);
    bed.chain().named("named").unwrap().key().await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn goes_on_without_a_token_unless_that_is_off() {
    let (mut bed, asked) = bed(&[(OPS, 200, KEYS)]);
    bed.chain().named("named").unwrap().key().await.unwrap();
    assert!(!asked.lock().unwrap()[1].contains("x-aliyun-ecs-metadata-token"));
    bed.set("ALIBABA_CLOUD_IMDSV1_DISABLED", "true");
    let error = refused(bed.chain().named("named").unwrap().key().await);
    assert!(error.message.ends_with("no token, status 404"), "{error}");
    assert_eq!(asked.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn renews_a_quarter_of_an_hour_before_the_end() {
    let (bed, asked) = bed(&[(TOKEN, 200, "tok-1"), (OPS, 200, KEYS)]);
    let credential = bed.chain().named("named").unwrap();
    credential.key().await.unwrap();
    bed.clock.advance(6 * 3600 - 900 - 1);
    credential.key().await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 2);
    bed.clock.advance(1);
    credential.key().await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn says_what_is_wrong_with_the_instance() {
    const CASES: [(Answers, &str); 7] = [
        (&[(TOKEN, 200, "t")], "the instance has no role"),
        (&[(TOKEN, 200, "t"), (ROLES, 200, "../s3cr3t")], "no role's name, status 200"),
        (&[(TOKEN, 200, "t"), (ROLES, 500, "s3cr3t")], "no role's name, status 500"),
        (&[(TOKEN, 200, "t"), (ROLES, 200, "ops")], "the instance does not have this role"),
        (&[(TOKEN, 200, "t"), (ROLES, 200, "ops"), (OPS, 200, "s3cr3t")], "it is no JSON"),
        (
            &[(TOKEN, 200, "t"), (ROLES, 200, "ops"), (OPS, 200, r#"{"Code":"s3cr3t"}"#)],
            "its `Code` is not `Success`",
        ),
        (
            &[
                (TOKEN, 200, "t"),
                (ROLES, 200, "ops"),
                (
                    OPS,
                    200,
                    r#"{"Code":"Success","AccessKeyId":"s3cr3t","AccessKeySecret":"s3cr3t"}"#,
                ),
            ],
            "a part of the key is missing",
        ),
    ];
    for (answers, wanted) in CASES {
        let (bed, _) = bed(answers);
        let error = refused(bed.chain().named("any").unwrap().key().await);
        assert_eq!(error.code, "credential.reply-invalid");
        assert!(error.message.ends_with(wanted), "{error}");
    }
}

#[tokio::test]
async fn a_machine_that_is_no_instance_says_so() {
    let bed = Bed::with_profiles(PROFILES);
    let error = refused(bed.chain().named("any").unwrap().key().await);
    assert_eq!(
        (error.code.as_str(), &error.kind),
        ("credential.fetch-failed", &ErrorKind::Unavailable)
    );
    assert!(error.message.contains(&bed.metadata), "{error}");
}
