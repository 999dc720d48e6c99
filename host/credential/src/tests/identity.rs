//! Whose key it is.

use crate::{CredentialError, Identity, identify};
use host_client::StaticKey;
use host_model::{Problem, SecretText};
use host_sign::AccessKey;

use super::bed::{Bed, told};

async fn ask(status: u16, body: &str, pinned: Option<&str>) -> Result<Identity, CredentialError> {
    let bed = Bed::new();
    bed.script.answer(status, body);
    let keys = StaticKey::new(AccessKey::permanent("LTAI5tA", SecretText::new("s3cr3t")));
    let pinned = pinned.map(|id| id.parse().unwrap());
    identify(&bed.client(), &keys, "profile `a`", pinned.as_ref()).await
}

fn reply(account: &str, kind: &str, arn: &str) -> String {
    format!(
        r#"{{"AccountId":"{account}","Arn":"{arn}","IdentityType":"{kind}","PrincipalId":"2","RequestId":"R"}}"#
    )
}

#[tokio::test]
async fn says_account_and_arn() {
    for (kind, arn) in [
        ("RAMUser", "acs:ram::1000000000000001:user/ops"),
        ("AssumedRoleUser", "acs:ram::1000000000000001:assumed-role/arms/me"),
    ] {
        let body = reply("1000000000000001", kind, arn);
        let identity = ask(200, &body, Some("1000000000000001")).await.unwrap();
        assert_eq!(identity.account.as_str(), "1000000000000001");
        assert_eq!(
            (identity.arn.to_string().as_str(), identity.identity_type.as_str()),
            (arn, kind)
        );
        assert!(ask(200, &body, None).await.is_ok());
    }
}

#[tokio::test]
async fn refuses_the_account_itself() {
    for (kind, arn) in [
        ("Account", "acs:ram::1000000000000001:root"),
        ("RAMUser", "acs:ram::1000000000000001:root"),
        ("Account", "acs:ram::1000000000000001:user/ops"),
    ] {
        let told = told(ask(200, &reply("1000000000000001", kind, arn), None).await);
        assert_eq!(
            told,
            "credential.identity-root: profile `a` belongs to the root of account 1000000000000001, \
             which may do everything"
        );
    }
}

#[tokio::test]
async fn refuses_another_account_and_names_both() {
    let body = reply("1000000000000001", "RAMUser", "acs:ram::1000000000000001:user/ops");
    assert_eq!(
        told(ask(200, &body, Some("1000000000000002")).await),
        "credential.account-mismatch: profile `a` belongs to account 1000000000000001, \
         not to 1000000000000002"
    );
}

#[tokio::test]
async fn believes_no_answer_that_makes_no_sense() {
    let arn = "acs:ram::1000000000000001:user/ops";
    for body in [
        reply("1000000000000002", "RAMUser", arn),
        reply("x", "RAMUser", arn),
        reply("1000000000000001", "RAMUser", "s3cr3t"),
        format!(r#"{{"AccountId":"1000000000000001","Arn":"{arn}","RequestId":"R"}}"#),
    ] {
        let error = ask(200, &body, None).await.unwrap_err();
        let code = error.code();
        assert!(
            ["credential.identity-unreadable", "credential.call-failed"].contains(&code),
            "{body}: {code}"
        );
        told(Err::<(), _>(error));
    }
}

#[tokio::test]
async fn keeps_the_clouds_own_refusal() {
    let body = r#"{"Code":"InvalidAccessKeyId.NotFound","Message":"no","RequestId":"R"}"#;
    let error = ask(404, body, None).await.unwrap_err();
    assert_eq!(error.code(), "credential.call-failed");
    let call = host_model::CallError::from(error);
    assert_eq!(call.code, "InvalidAccessKeyId.NotFound");
    assert_eq!(call.request_id.as_deref(), Some("R"));
}

#[tokio::test]
async fn who_cannot_be_asked_refused_nothing() {
    let keys = StaticKey::new(AccessKey::permanent("LTAI5tA", SecretText::new("s3cr3t")));
    let bed = Bed::new();
    let error = identify(&bed.client(), &keys, "profile `a`", None).await.unwrap_err();
    assert_eq!(error.code(), "credential.cloud-unreached");
    assert!(error.hint().unwrap().contains("--endpoint"));
    assert_eq!(
        told(Err::<(), _>(error)),
        "credential.cloud-unreached: the cloud could not be asked about profile `a`"
    );
}
