//! New keys.

use std::time::Duration;

use host_model::{Call, ErrorKind, Timestamp};
use host_runtime::Stop;
use host_simulator::{Facet, State};
use serde_json::json;

use super::{account, other_key, user, user_of};
use crate::live::tests::bed::{Bed, Deed, Fate, call};
use crate::record::Known;

const MAKE: &str = "ram:CreateAccessKey";
const REMOVE: [&str; 2] = ["ram:UpdateAccessKey", "ram:DeleteAccessKey"];

pub(super) fn key_of(user: &str) -> Call {
    call(MAKE, &[("UserName", json!(user))])
}

pub(super) fn keys(bed: &Bed, user: &str) -> Vec<String> {
    bed.see(|account| match account.users.get(user) {
        Facet::Known(user) => user.keys.known().map(|key| key.id.clone()).collect(),
        _ => Vec::new(),
    })
}

fn foreign(state: &mut State, now: Timestamp) {
    let user = host_simulator::User::new("foreign", "200000000000000009".to_owned(), now);
    account(state).users.insert("foreign", user);
}

#[tokio::test]
async fn a_key_that_nobody_has_is_removed_and_made_again() {
    let mut bed = Bed::new().await;
    bed.call(&user()).await.unwrap().unwrap();
    bed.fate("CreateAccessKey", &[Fate::LosesReply]);
    let reply = bed.call(&key_of("u1")).await.unwrap().unwrap();
    assert_eq!(bed.known().await, Some(Known::Remade));
    assert_eq!(bed.writes(), [MAKE, REMOVE[0], REMOVE[1], MAKE]);
    let id = reply.body["AccessKey"]["AccessKeyId"].as_str().unwrap();
    assert_eq!(keys(&bed, "u1"), [id]);
    assert!(!bed.is_unsettled("u1") && bed.has_secret(&format!("ram:access-key/{id}")));
    let notes = bed.notes().join("\n");
    assert!(notes.contains("it is disabled and deleted"), "{notes}");
}

#[tokio::test]
async fn a_key_that_was_not_made_is_made_once() {
    let mut bed = Bed::new().await;
    bed.call(&user()).await.unwrap().unwrap();
    bed.fate("CreateAccessKey", &[Fate::IsLost]);
    bed.call(&key_of("u1")).await.unwrap().unwrap();
    assert_eq!((bed.known().await, keys(&bed, "u1").len()), (Some(Known::Repeated), 1));
    assert_eq!(bed.writes(), [MAKE, MAKE]);
    // The one that was there before stays.
    bed.fate("CreateAccessKey", &[Fate::LosesReply]);
    let first = keys(&bed, "u1");
    bed.call(&key_of("u1")).await.unwrap().unwrap();
    assert!(keys(&bed, "u1").contains(&first[0]), "{first:?} {:?}", keys(&bed, "u1"));
    assert_eq!(bed.writes(), [MAKE, REMOVE[0], REMOVE[1], MAKE]);
}

/// What, user, what happens to the request, what somebody does, and why it is a doubt.
type Doubt = (&'static str, &'static str, Fate, Deed, &'static str);

#[tokio::test]
async fn nothing_is_removed_that_somebody_could_have() {
    use Fate::{IsLost, LosesReply};
    let cases: [Doubt; 5] = [
        (
            "two are new",
            "u1",
            LosesReply,
            |state, now| other_key(state, "u1", now),
            "more than one key is new",
        ),
        (
            "it was used",
            "u1",
            LosesReply,
            |state, now| {
                let user = user_of(state, "u1");
                user.keys.known_mut().for_each(|key| key.last_used = Some(now));
            },
            "it was used at 2026-",
        ),
        (
            "it is older",
            "u1",
            IsLost,
            |state, now| other_key(state, "u1", now.plus_millis(-121_000)),
            "was not made when this one was asked for",
        ),
        (
            "the user is another's",
            "foreign",
            LosesReply,
            super::nothing,
            "the user was not made by this workflow alone",
        ),
        (
            "the user has the mark no more",
            "u1",
            LosesReply,
            |state, _| user_of(state, "u1").comments = Some("mine".to_owned()),
            "the user was not made by this workflow alone",
        ),
    ];
    for (what, name, fate, deed, why) in cases {
        let mut bed = Bed::new().await;
        bed.cloud.simulator.meddle(|state| foreign(state, Timestamp::default()));
        bed.call(&user()).await.unwrap().unwrap();
        bed.fate("CreateAccessKey", &[fate]);
        bed.deeds("CreateAccessKey", &[deed]);
        let stop = bed.call(&key_of(name)).await.unwrap_err();
        let Stop::Indeterminate { reason, hint } = stop else { panic!("{what}: {stop:?}") };
        assert!(reason.contains(why), "{what}: {reason}");
        let there = keys(&bed, name);
        assert!(
            !there.is_empty() && there.iter().all(|id| reason.contains(id)),
            "{what}: {reason}"
        );
        assert!(hint.contains(&format!("--UserName {name}")), "{what}: {hint}");
        assert_eq!(bed.writes(), [MAKE], "{what}");
        assert!(bed.known().await.is_none() && bed.is_unsettled(name), "{what}");
    }
}

#[tokio::test]
async fn keys_that_are_lost_again_and_again_leave_nothing() {
    let mut bed = Bed::new().await;
    bed.call(&user()).await.unwrap().unwrap();
    bed.fate("CreateAccessKey", &[Fate::LosesReply; 3]);
    let stop = bed.call(&key_of("u1")).await.unwrap_err();
    assert!(
        matches!(&stop, Stop::Indeterminate { reason, .. } if reason.contains("was sent 3 times"))
    );
    assert!(keys(&bed, "u1").is_empty());
    assert_eq!(bed.writes().iter().filter(|it| *it == MAKE).count(), 3);
}

#[tokio::test]
async fn a_repair_goes_on_where_it_was_stopped() {
    for action in ["UpdateAccessKey", "DeleteAccessKey"] {
        let mut bed = Bed::new().await;
        bed.call(&user()).await.unwrap().unwrap();
        bed.fate("CreateAccessKey", &[Fate::LosesReply]);
        bed.fate(action, &[Fate::DiesAfter]);
        bed.die_in(&key_of("u1")).await;
        bed.resume(&key_of("u1"), Duration::from_hours(1)).await.unwrap().unwrap();
        assert_eq!(keys(&bed, "u1").len(), 1, "{action}");
        assert!(!bed.is_unsettled("u1"), "{action}");
    }
}

#[tokio::test]
async fn what_cannot_be_looked_at_before_is_not_sent() {
    let mut bed = Bed::new().await;
    bed.call(&user()).await.unwrap().unwrap();
    let made = bed.intents().await.len();
    bed.fate("ListAccessKeys", &[Fate::IsLost; 5]);
    let error = bed.call(&key_of("u1")).await.unwrap().unwrap_err();
    assert_eq!(
        (&error.kind, error.details["look"].as_str()),
        (&ErrorKind::Unavailable, "ram:ListAccessKeys")
    );
    assert!(error.message.contains("`ram:CreateAccessKey` was not sent"), "{error}");
    assert!(bed.writes().is_empty() && !bed.is_unsettled("u1"));
    assert_eq!(bed.intents().await.len(), made);
}

#[tokio::test]
async fn a_vault_that_is_damaged_lets_no_secret_be_made() {
    let mut bed = Bed::new().await;
    bed.call(&user()).await.unwrap().unwrap();
    bed.note("u1");
    // Nobody knows any more which key the note is about.
    bed.vault.rows().values_mut().for_each(Vec::clear);
    let stop = bed.call(&key_of("u1")).await.unwrap_err();
    let Stop::Unkept { reason } = stop else { panic!("{stop:?}") };
    assert!(reason.contains("could not be kept") && reason.contains("is damaged"), "{reason}");
    assert_eq!((bed.requests(MAKE), keys(&bed, "u1").len()), (0, 0));
}
