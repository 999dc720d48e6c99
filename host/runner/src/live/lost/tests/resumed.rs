//! Calls that a process sent, or was about to send, when it died.

use std::time::Duration;

use host_model::Call;
use host_runtime::Stop;
use serde_json::json;

use super::key::{key_of, keys};
use super::{account, command, install, other_key, policy, principal, purchase, role, user};
use crate::live::tests::bed::{Bed, Fate, call};
use crate::record::Known;

fn attach() -> Call {
    call(
        "ram:AttachPolicyToUser",
        &[
            ("PolicyName", json!("AliyunARMSReadOnlyAccess")),
            ("PolicyType", json!("System")),
            ("UserName", json!("outsider")),
        ],
    )
}

#[tokio::test]
async fn another_process_finds_what_came_of_a_call() {
    let calls: [(fn() -> Call, Known); 7] = [
        (role, Known::Found),
        (user, Known::Found),
        (policy, Known::Found),
        (principal, Known::Found),
        (purchase, Known::Found),
        (attach, Known::Repeated),
        (command, Known::Repeated),
    ];
    for (call, known) in calls {
        for (fate, known) in [(Fate::DiesBefore, Known::Repeated), (Fate::DiesAfter, known)] {
            for later in [Duration::from_secs(1), Duration::from_hours(30)] {
                let call = call();
                let what = format!("{} {fate:?} {later:?}", call.action);
                let mut bed = Bed::new().await;
                bed.cloud.simulator.meddle(|state| account(state).arms_open = false);
                bed.fate(&call.action, &[fate]);
                bed.die_in(&call).await;
                let ended = bed.resume(&call, later).await;
                assert!(matches!(&ended, Ok(Ok(_))), "{what}: {ended:?}");
                assert_eq!(bed.known().await, Some(known), "{what}");
                let sent = usize::from(known == Known::Repeated);
                assert_eq!(bed.writes().len(), sent, "{what}: {:?}", bed.writes());
                let commands = bed.see(|account| account.invocations.len());
                assert_eq!(commands, usize::from(call.action == "RunCommand"), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn another_process_sees_whether_a_task_began() {
    for (fate, known) in [(Fate::DiesBefore, Known::Repeated), (Fate::DiesAfter, Known::Told)] {
        for later in [Duration::from_secs(1), Duration::from_hours(30)] {
            let mut bed = Bed::new().await;
            bed.fate("InstallClusterAddons", &[fate]);
            bed.die_in(&install()).await;
            let ended = bed.resume(&install(), later).await.unwrap();
            assert_eq!(ended.is_ok(), known == Known::Repeated, "{fate:?} {later:?}: {ended:?}");
            assert_eq!(bed.known().await, Some(known), "{fate:?} {later:?}");
        }
    }
}

#[tokio::test]
async fn another_process_removes_a_key_that_nobody_has() {
    for (fate, known) in [(Fate::DiesBefore, Known::Repeated), (Fate::DiesAfter, Known::Remade)] {
        for later in [Duration::from_secs(1), Duration::from_hours(30)] {
            let mut bed = Bed::new().await;
            bed.call(&user()).await.unwrap().unwrap();
            bed.fate("CreateAccessKey", &[fate]);
            bed.die_in(&key_of("u1")).await;
            assert!(bed.is_unsettled("u1"));
            let reply = bed.resume(&key_of("u1"), later).await.unwrap().unwrap();
            assert_eq!(bed.known().await, Some(known), "{fate:?}");
            let id = reply.body["AccessKey"]["AccessKeyId"].as_str().unwrap();
            assert_eq!(keys(&bed, "u1"), [id], "{fate:?}");
            assert!(!bed.is_unsettled("u1") && bed.has_secret(&format!("ram:access-key/{id}")));
        }
    }
}

#[tokio::test]
async fn a_key_that_somebody_made_long_after_is_not_removed() {
    let mut bed = Bed::new().await;
    bed.call(&user()).await.unwrap().unwrap();
    bed.fate("CreateAccessKey", &[Fate::DiesBefore]);
    bed.die_in(&key_of("u1")).await;
    bed.cloud.clock.advance(Duration::from_hours(1));
    let now = host_ports::Clock::now(bed.cloud.clock.as_ref());
    bed.cloud.simulator.meddle(|state| other_key(state, "u1", now));
    let stop = bed.resume(&key_of("u1"), Duration::from_hours(1)).await.unwrap_err();
    assert!(matches!(stop, Stop::Indeterminate { .. }), "{stop:?}");
    assert_eq!(keys(&bed, "u1").len(), 1);
    // Removed by hand, the run goes on.
    bed.cloud.simulator.meddle(|state| {
        let keys = &mut super::user_of(state, "u1").keys;
        let id = keys.known().next().unwrap().id.clone();
        keys.remove(&id);
    });
    bed.resume(&key_of("u1"), Duration::from_secs(1)).await.unwrap().unwrap();
    assert_eq!(keys(&bed, "u1").len(), 1);
}

/// The outcome could not be written down any more, but the vault has the secret.
#[tokio::test]
async fn a_key_whose_secret_the_vault_has_is_kept() {
    let mut bed = Bed::new().await;
    bed.call(&user()).await.unwrap().unwrap();
    bed.fate("CreateAccessKey", &[Fate::DiesAfter]);
    bed.die_in(&key_of("u1")).await;
    let id = keys(&bed, "u1").remove(0);
    bed.keep_secret(&format!("ram:access-key/{id}"));
    let reply = bed.resume(&key_of("u1"), Duration::from_secs(1)).await.unwrap().unwrap();
    assert_eq!(reply.body["AccessKey"]["AccessKeyId"], json!(id));
    assert_eq!(reply.secrets["/AccessKey/AccessKeySecret"].object, format!("ram:access-key/{id}"));
    assert_eq!((bed.known().await, bed.writes().len()), (Some(Known::Found), 0));
    assert!(!bed.is_unsettled("u1"));
}
