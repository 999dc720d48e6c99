//! Sessions of roles: what is asked for, and when again.

use host_client::KeySource;
use host_model::{ErrorKind, Timestamp};

use super::bed::{Bed, refused, told};
use crate::identify;

const PROFILES: &[u8] = br#"{"profiles": [
    {"name": "role", "mode": "RamRoleArn", "access_key_id": "LTAI5tB", "access_key_secret": "s3cr3t",
     "ram_role_arn": "acs:ram::1000000000000001:role/arms", "ram_session_name": "me",
     "external_id": "contract-7", "expired_seconds": 7200, "sts_region": "cn-beijing"},
    {"name": "plain", "mode": "RamRoleArn", "access_key_id": "LTAI5tB", "access_key_secret": "s3cr3t",
     "ram_role_arn": "acs:ram::1000000000000001:role/arms"},
    {"name": "inside", "mode": "RamRoleArn", "access_key_id": "LTAI5tB", "access_key_secret": "s3cr3t",
     "ram_role_arn": "acs:ram::1000000000000001:role/arms", "sts_region": "cn-beijing",
     "sts_endpoint": "sts-vpc.cn-shanghai.aliyuncs.com"},
    {"name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "plain", "expired_seconds": 7200,
     "ram_role_arn": "acs:ram::1000000000000002:role/next"},
    {"name": "sso", "mode": "CloudSSO", "access_key_id": "STS.S", "access_key_secret": "s3cr3t",
     "sts_token": "s3cr3t-token", "sts_expiration": 1784422800},
    {"name": "oauth", "mode": "OAuth", "access_key_id": "STS.O", "access_key_secret": "s3cr3t",
     "sts_token": "s3cr3t-token", "sts_expiration": 1784422800}]}"#;

fn bed() -> Bed {
    Bed::with_profiles(PROFILES)
}

#[tokio::test]
async fn asks_for_what_the_profile_says() {
    let bed = bed();
    bed.script.session("STS.1", 7200);
    let credential = bed.chain().named("role").unwrap();
    assert_eq!(credential.ends().await, None);
    let key = credential.key().await.unwrap();

    assert_eq!(key.id(), "STS.1");
    assert_eq!(key.security_token().unwrap().expose(), "s3cr3t-token-of-STS.1");
    assert_eq!(credential.ends().await.map(Timestamp::seconds), Some(1_784_419_200 + 7200));
    let sent = bed.script.text_of(0);
    for part in [
        "sts.cn-beijing.aliyuncs.com",
        "AssumeRole",
        "acs:ram::1000000000000001:role/arms",
        "contract-7",
        "7200",
        "\"me\"",
        "LTAI5tB",
    ] {
        assert!(sent.contains(part), "{part}: {sent}");
    }
    assert!(!sent.contains("s3cr3t"), "{sent}");
}

/// Profile, the variable, the operator's own address, where the request goes.
#[tokio::test]
async fn asks_the_sts_that_is_named_nearest() {
    let vpc = Some("sts-vpc.cn-shenzhen.aliyuncs.com");
    let cases = [
        ("plain", None, None, "sts.aliyuncs.com"),
        ("role", None, None, "sts.cn-beijing.aliyuncs.com"),
        ("inside", None, None, "sts-vpc.cn-shanghai.aliyuncs.com"),
        ("inside", vpc, None, "sts-vpc.cn-shanghai.aliyuncs.com"),
        ("role", vpc, None, "sts-vpc.cn-shenzhen.aliyuncs.com"),
        ("inside", vpc, Some("sts.company.example"), "sts.company.example"),
    ];
    for (profile, variable, own, expected) in cases {
        let mut bed = bed();
        if let Some(address) = variable {
            bed.set("ALIBABA_CLOUD_STS_ENDPOINT", address);
        }
        if let Some(address) = own {
            bed.endpoints = bed.endpoints.with_product("sts", address).unwrap();
        }
        bed.script.session("STS.1", 3600);
        bed.chain().named(profile).unwrap().key().await.unwrap();
        let authority = bed.script.requests()[0].authority.clone();
        assert_eq!(authority, expected, "{profile}, {variable:?}");
    }
}

#[tokio::test]
async fn names_the_session_after_the_run() {
    let bed = bed();
    bed.script.session("STS.1", 3600);
    bed.chain().named("plain").unwrap().key().await.unwrap();
    let sent = bed.script.text_of(0);
    assert!(sent.contains("\"host-run-19f77ac2c00-00000007\""), "{sent}");
    assert!(sent.contains("sts.aliyuncs.com"), "{sent}");
    assert!(!sent.contains("DurationSeconds"), "{sent}");
}

#[tokio::test]
async fn renews_three_minutes_before_the_end_and_not_earlier() {
    let bed = bed();
    let credential = bed.chain().named("plain").unwrap();
    bed.script.session("STS.1", 3600);
    bed.script.session("STS.2", 7200);
    assert_eq!(credential.key().await.unwrap().id(), "STS.1");
    bed.clock.advance(3600 - 180 - 1);
    assert_eq!(credential.key().await.unwrap().id(), "STS.1");
    assert_eq!(bed.script.requests().len(), 1);
    bed.clock.advance(1);
    assert_eq!(credential.key().await.unwrap().id(), "STS.2");
    assert_eq!(bed.script.requests().len(), 2);
}

#[tokio::test]
async fn many_callers_make_one_request() {
    let bed = bed();
    let credential = bed.chain().named("plain").unwrap();
    bed.script.session("STS.1", 3600);
    let (a, b, c) = tokio::join!(credential.key(), credential.key(), credential.key());
    for key in [a, b, c] {
        assert_eq!(key.unwrap().id(), "STS.1");
    }
    assert_eq!(bed.script.requests().len(), 1);
}

#[tokio::test]
async fn a_chain_renews_each_link_by_its_own_end() {
    let bed = bed();
    let credential = bed.chain().named("chain").unwrap();
    bed.script.session("STS.base", 3600);
    bed.script.session("STS.next", 900);
    assert_eq!(credential.key().await.unwrap().id(), "STS.next");
    assert!(bed.script.text_of(0).contains("LTAI5tB"));
    let second = bed.script.text_of(1);
    assert!(second.contains("STS.base") && second.contains("role/next"), "{second}");
    // A chained session is not asked for longer than the default.
    assert!(second.contains("3600") && !second.contains("7200"), "{second}");
    bed.clock.advance(800);
    bed.script.session("STS.again", 1700);
    assert_eq!(credential.key().await.unwrap().id(), "STS.again");
    assert_eq!(bed.script.requests().len(), 3);
    assert!(bed.script.text_of(2).contains("STS.base"));
}

#[tokio::test]
async fn uses_the_old_session_while_the_new_one_is_not_to_be_had() {
    let bed = bed();
    let credential = bed.chain().named("plain").unwrap();
    bed.script.session("STS.1", 3600);
    credential.key().await.unwrap();
    bed.clock.advance(3600 - 100);
    // The script has ended: nothing answers.
    assert_eq!(credential.key().await.unwrap().id(), "STS.1");
    bed.clock.advance(71);
    assert_eq!(refused(credential.key().await).kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn does_not_hide_a_refusal_behind_the_old_session() {
    let bed = bed();
    let credential = bed.chain().named("plain").unwrap();
    bed.script.session("STS.1", 3600);
    credential.key().await.unwrap();
    bed.clock.advance(3600 - 100);
    bed.script.answer(403, r#"{"Code":"NoPermission","Message":"no","RequestId":"R"}"#);
    let error = refused(credential.key().await);
    assert_eq!((error.code.as_str(), error.kind), ("NoPermission", ErrorKind::Forbidden));
    assert_eq!(error.details["credential"], "profile `plain`");
}

/// The key may be of another account than the role: both are named, and which of them was refused.
#[tokio::test]
async fn a_role_that_is_refused_is_named_with_the_key_that_asked() {
    let no = |code: &str| format!(r#"{{"Code":"{code}","Message":"no","RequestId":"R"}}"#);
    let role = "credential.role-refused: the cloud does not let profile `plain` assume role \
                `acs:ram::1000000000000001:role/arms`";
    let next = "credential.role-refused: the cloud does not let profile `plain` assume role \
                `acs:ram::1000000000000002:role/next`";
    for (profile, sessions, code, expected) in [
        ("plain", 0, "NoPermission", role),
        ("plain", 0, "EntityNotExist.Role", role),
        (
            "plain",
            0,
            "InvalidAccessKeyId.NotFound",
            "credential.call-failed: the cloud did not accept profile `plain`",
        ),
        ("chain", 0, "NoPermission", role),
        ("chain", 1, "NoPermission", next),
    ] {
        let bed = bed();
        (0..sessions).for_each(|_| bed.script.session("STS.1", 3600));
        bed.script.answer(403, &no(code));
        let credential = bed.chain().named(profile).unwrap();
        let (client, origin) = (bed.client(), format!("profile `{profile}`"));
        let identity = identify(&client, &credential, &origin, None).await;
        assert_eq!(told(identity), expected, "{profile}, {code}");
    }
}

#[tokio::test]
async fn refuses_a_session_that_has_ended_already() {
    let bed = bed();
    bed.script.session("STS.1", -1);
    let error = refused(bed.chain().named("plain").unwrap().key().await);
    assert_eq!(error.code, "credential.reply-invalid");
    assert!(error.message.contains("clock"), "{error}");
}

#[tokio::test]
async fn a_session_of_a_person_lasts_to_its_end_and_says_how_to_sign_in() {
    for (profile, id, mode) in [("sso", "STS.S", "CloudSSO"), ("oauth", "STS.O", "OAuth")] {
        let bed = bed();
        let credential = bed.chain().named(profile).unwrap();
        assert!(credential.ends().await.is_some());
        bed.clock.advance(3599);
        assert_eq!(credential.key().await.unwrap().id(), id);
        bed.clock.advance(1);
        let error = refused(credential.key().await);
        assert_eq!(error.code, "credential.session-ended");
        let sign_in =
            format!("sign in again: `aliyun configure --mode {mode} --profile {profile}`");
        assert_eq!(error.details["hint"], sign_in);
        assert!(bed.script.requests().is_empty());
    }
}

/// The session that is asked for first, and each one after it.
#[tokio::test]
async fn what_a_session_may_do_goes_along_each_time_it_is_asked_for() {
    let bed = bed();
    let credential = bed.chain().named("plain").unwrap();
    bed.script.session("STS.wide", 3600);
    credential.key().await.unwrap();
    assert!(!bed.script.text_of(0).contains("Policy"), "{}", bed.script.text_of(0));
    // What was had before could do more: it is not used any longer.
    let credential = credential.narrowed("{\"Version\":\"narrow\"}".to_owned());
    bed.script.session("STS.1", 3600);
    assert_eq!(credential.key().await.unwrap().id(), "STS.1");
    bed.clock.advance(3600);
    bed.script.session("STS.2", 7200);
    assert_eq!(credential.key().await.unwrap().id(), "STS.2");
    for number in [1, 2] {
        let sent = bed.script.text_of(number);
        assert!(sent.contains("Policy") && sent.contains("narrow"), "{sent}");
    }
}

#[tokio::test]
async fn a_session_on_the_way_to_a_role_may_assume_it_and_nothing_else() {
    let bed = bed();
    let credential = bed.chain().named("chain").unwrap().narrowed("the-last-one".to_owned());
    bed.script.session("STS.base", 3600);
    bed.script.session("STS.next", 900);
    credential.key().await.unwrap();
    let (first, second) = (bed.script.text_of(0), bed.script.text_of(1));
    assert!(first.contains("sts:AssumeRole"), "{first}");
    assert!(first.contains("acs:ram:*:1000000000000002:role/next"), "{first}");
    assert!(!first.contains("the-last-one"), "{first}");
    assert!(second.contains("the-last-one") && !second.contains("sts:AssumeRole"), "{second}");
}

#[tokio::test]
async fn what_a_profile_on_the_way_says_stays() {
    const OWN: &[u8] = br#"{"profiles": [
        {"name": "gate", "mode": "RamRoleArn", "access_key_id": "LTAI5tB", "access_key_secret": "s3cr3t",
         "ram_role_arn": "acs:ram::1000000000000001:role/gate", "policy": "its-own"},
        {"name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "gate",
         "ram_role_arn": "acs:ram::1000000000000002:role/next"}]}"#;
    let bed = Bed::with_profiles(OWN);
    bed.script.session("STS.base", 3600);
    bed.script.session("STS.next", 900);
    bed.chain().named("chain").unwrap().key().await.unwrap();
    let first = bed.script.text_of(0);
    assert!(first.contains("its-own") && !first.contains("sts:AssumeRole"), "{first}");
}
