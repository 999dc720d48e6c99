//! What is waited out because a write takes its time to be seen everywhere.

use std::time::Duration;

use host_model::{Call, ErrorKind, Timestamp};
use serde_json::Value as Json;

use host_policy::{HostPurpose, Permit};

use crate::tests::bed::{Bed, Reaction, START, call, key, no, outgoing, says, yes};
use crate::{Endpoints, Expectation, Note, Outgoing, Settings};

fn session() -> Reaction {
    says(
        200,
        r#"{"RequestId":"r","AssumedRoleUser":{"Arn":"acs:ram::1234567890123456:role/r1/s",
            "AssumedRoleId":"3:s"},"Credentials":{"AccessKeyId":"STS.Fake",
            "AccessKeySecret":"FakeTempSecret","SecurityToken":"FakeToken",
            "Expiration":"2024-01-02T04:04:05Z"}}"#,
    )
}

fn absent() -> Reaction {
    no(404, "EntityNotExist.Role")
}

fn assume() -> Call {
    call("sts", "AssumeRole")
}

#[tokio::test]
async fn waits_for_a_new_role_to_be_known() {
    let script = vec![absent(), no(403, "NoPermission"), absent(), session()];
    let bed = Bed::new(script);
    let answer = bed.run_since(&assume(), Some(START)).await.unwrap();

    assert_eq!(bed.waits(), [1000, 2000, 4000]);
    assert_eq!(answer.attempts, 4);
    assert_eq!(answer.secrets.len(), 1);
    let first = Note::Settling {
        product: "sts".to_owned(),
        action: "AssumeRole".to_owned(),
        code: "EntityNotExist.Role".to_owned(),
        wait: Duration::from_secs(1),
    };
    assert_eq!(bed.notes()[0], first);
}

#[tokio::test]
async fn gives_up_when_the_window_ends() {
    let bed = Bed::new((0..12).map(|_| no(403, "NoPermission")).collect());
    let error = bed.run_since(&assume(), Some(START)).await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::Forbidden);
    // The last request leaves when the window ends: after 60 s, not before and not after.
    assert_eq!(bed.waits(), [1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 5000]);
    assert_eq!(bed.sends(), 11);
}

#[tokio::test]
async fn believes_a_refusal_at_once_that_nothing_explains() {
    let long_ago = START.plus_millis(-60_000);
    for since in [None, Some(long_ago)] {
        let bed = Bed::new(vec![no(403, "NoPermission")]);
        let error = bed.run_since(&assume(), since).await.unwrap_err();
        assert_eq!(error.code, "NoPermission");
        assert_eq!((bed.sends(), bed.waits().len()), (1, 0));
    }
    // A code that is not on the list.
    let bed = Bed::new(vec![no(400, "InvalidParameter.RoleArn")]);
    bed.run_since(&assume(), Some(START)).await.unwrap_err();
    assert_eq!(bed.sends(), 1);
}

#[tokio::test]
async fn nothing_is_absent_after_one_read() {
    let get = call("ram", "GetRole");
    let bed = Bed::new(vec![absent(), absent()]);
    let error = bed.run(&get).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(bed.waits(), [1000]);
    assert!(matches!(&bed.notes()[..], [Note::Confirming { .. }]), "{:?}", bed.notes());

    let bed = Bed::new(vec![absent(), yes()]);
    bed.run(&get).await.unwrap();

    let mut settings = Settings::new(Endpoints::default());
    settings.confirmations = 3;
    let bed = Bed::with(settings, (0..4).map(|_| absent()).collect());
    bed.run(&get).await.unwrap_err();
    assert_eq!(bed.waits(), [1000, 1000, 1000]);
}

#[tokio::test]
async fn a_read_after_a_write_is_asked_until_the_write_must_be_seen() {
    let get = call("ram", "GetRole");
    let bed = Bed::new(vec![absent(), absent(), absent(), yes()]);
    bed.run_since(&get, Some(START)).await.unwrap();
    assert_eq!(bed.waits(), [1000, 2000, 4000]);

    let bed = Bed::new((0..11).map(|_| absent()).collect());
    let error = bed.run_since(&get, Some(START)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(bed.waits().iter().sum::<u128>(), 60_000);

    // The window is over, but one read is still not enough.
    let bed = Bed::new(vec![absent(), absent()]);
    bed.run_since(&get, Some(START.plus_millis(-60_000))).await.unwrap_err();
    assert_eq!(bed.waits(), [1000]);
}

#[tokio::test]
async fn a_write_that_finds_nothing_is_not_repeated() {
    let bed = Bed::new(vec![absent()]);
    bed.run_since(&call("ram", "UpdateRole"), Some(START)).await.unwrap_err();
    assert_eq!(bed.sends(), 1);
}

#[tokio::test]
async fn waits_for_a_detached_policy_to_be_gone() {
    let bed = Bed::new(vec![no(409, "DeleteConflict.Role.Policy"), yes()]);
    bed.run_since(&call("ram", "DeleteRole"), Some(START)).await.unwrap();
    assert_eq!(bed.waits(), [1000]);
}

/// Expects a description in what is read.
struct Described(Timestamp);

impl Expectation for Described {
    fn unshown(&self, body: &Json) -> Option<Timestamp> {
        body.pointer("/Role/Description").is_none().then_some(self.0)
    }

    fn found(&self) -> Option<bool> {
        None
    }
}

fn described() -> Reaction {
    says(200, r#"{"RequestId":"r2","Role":{"RoleName":"r1","Description":"new"}}"#)
}

fn old() -> Reaction {
    says(200, r#"{"RequestId":"r1","Role":{"RoleName":"r1"}}"#)
}

#[tokio::test]
async fn an_old_answer_is_asked_for_again_until_it_shows_the_write() {
    let bed = Bed::new(vec![old(), old(), absent(), described()]);
    let answer = bed.run_expecting(&call("ram", "GetRole"), &Described(START)).await.unwrap();

    assert_eq!(answer.body.pointer("/Role/Description"), Some(&Json::from("new")));
    // Between two old answers it may not be found at all, which is not believed at once either.
    assert_eq!((bed.waits(), answer.attempts), (vec![1000, 2000, 1000], 4));
    let first = Note::Unshown {
        product: "ram".to_owned(),
        action: "GetRole".to_owned(),
        wait: Duration::from_secs(1),
    };
    assert_eq!(bed.notes()[0], first);
    assert!(bed.is_finished());
}

/// Expects nothing to be there.
struct Gone;

impl Expectation for Gone {
    fn unshown(&self, _: &Json) -> Option<Timestamp> {
        Some(START)
    }

    fn found(&self) -> Option<bool> {
        Some(false)
    }
}

#[tokio::test]
async fn what_the_run_removed_itself_is_gone_after_one_read() {
    let bed = Bed::new(vec![old(), absent()]);
    let error = bed.run_expecting(&call("ram", "GetRole"), &Gone).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!((bed.waits(), bed.is_finished()), (vec![1000], true));
}

#[tokio::test]
async fn an_old_answer_is_believed_when_the_write_must_be_seen() {
    let bed = Bed::new((0..12).map(|_| old()).collect());
    let answer = bed.run_expecting(&call("ram", "GetRole"), &Described(START)).await.unwrap();
    assert_eq!(answer.body.pointer("/Role/RoleName"), Some(&Json::from("r1")));
    assert_eq!(bed.waits().iter().sum::<u128>(), 60_000);

    let long_ago = START.plus_millis(-60_000);
    let bed = Bed::new(vec![old()]);
    bed.run_expecting(&call("ram", "GetRole"), &Described(long_ago)).await.unwrap();
    assert_eq!((bed.sends(), bed.waits().len()), (1, 0));
}

/// Expects it to be there.
struct Made;

impl Expectation for Made {
    fn unshown(&self, _: &Json) -> Option<Timestamp> {
        None
    }

    fn found(&self) -> Option<bool> {
        Some(true)
    }
}

#[tokio::test]
async fn a_part_that_the_run_did_not_make_is_not_waited_for() {
    let read = call("ram", "GetRole");
    let lacks = || no(404, "EntityNotExist.Role.Policy");
    let bed = Bed::new(vec![lacks(), lacks()]);
    bed.run_since(&read, Some(START)).await.unwrap_err();
    assert_eq!((bed.waits(), bed.is_finished()), (vec![1000], true));

    let bed = Bed::new(vec![lacks(), lacks(), described()]);
    let out = Outgoing { expected: Some(&Made), ..outgoing(&read, Some(START)) };
    let permit = Permit::for_host(HostPurpose::Identify);
    bed.client.call_permitted(&permit, &key(), out).await.unwrap();
    assert_eq!((bed.waits(), bed.is_finished()), (vec![1000, 2000], true));
}
