//! What is sent again, when, and what is not.

use std::time::Duration;

use host_catalog::Catalog;
use host_model::{ErrorKind, Timestamp};
use host_wire::TransportError;

use crate::course::{Course, Failure, Next, Why};
use crate::tests::bed::{Bed, Reaction, START, call, lost, no, says, unreachable, yes};
use crate::{Endpoints, Note, Settings};

/// Action, what the cloud does, and what the caller sees: `ok` or kind and code; then how many
/// requests were sent.
type Case = (&'static str, Vec<Reaction>, Result<(), (&'static str, &'static str)>, usize);

fn cut() -> Reaction {
    says(200, r#"{"RequestId":"r","Ro"#)
}

fn page_of_a_proxy() -> Reaction {
    says(502, "<html>bad gateway")
}

const UNKNOWN: Result<(), (&str, &str)> = Err(("outcome-unknown", "client.outcome-unknown"));

fn role() -> Reaction {
    says(200, r#"{"RequestId":"r","Role":{"RoleName":"r1"}}"#)
}

fn repeated() -> Vec<Case> {
    vec![
        // Refused before anything happened: every action.
        ("GetRole", vec![no(400, "Throttling.User"), role()], Ok(()), 2),
        ("CreateRole", vec![no(400, "Throttling.User"), role()], Ok(()), 2),
        (
            "CreateAccessKey",
            vec![no(503, "Rejected.Throttling"), no(400, "Throttling"), yes_key()],
            Ok(()),
            3,
        ),
        ("CreateRole", vec![unreachable(), role()], Ok(()), 2),
        ("CreateRole", vec![says(429, "busy"), role()], Ok(()), 2),
        // The outcome is not known, and the action may be repeated.
        ("GetRole", vec![lost(), role()], Ok(()), 2),
        ("GetRole", vec![cut(), page_of_a_proxy(), role()], Ok(()), 3),
        (
            "GetRole",
            vec![no(500, "InternalError"), no(503, "ServiceUnavailable"), role()],
            Ok(()),
            3,
        ),
        ("UpdateRole", vec![lost(), role()], Ok(()), 2),
        ("UpdateRole", vec![no(400, "SignatureNonceUsed"), role()], Ok(()), 2),
        ("UpdateRole", vec![cut(), role()], Ok(()), 2),
    ]
}

fn in_doubt() -> Vec<Case> {
    vec![
        // A second one would not do what one does.
        ("CreateRole", vec![lost()], UNKNOWN, 1),
        ("CreateRole", vec![no(500, "InternalError")], UNKNOWN, 1),
        ("CreateRole", vec![no(503, "ServiceUnavailable")], UNKNOWN, 1),
        ("CreateRole", vec![no(400, "SignatureNonceUsed")], UNKNOWN, 1),
        ("CreateRole", vec![cut()], UNKNOWN, 1),
        ("CreateRole", vec![page_of_a_proxy()], UNKNOWN, 1),
        ("CreateAccessKey", vec![lost()], UNKNOWN, 1),
        ("CreateAccessKey", vec![no(400, "Throttling"), lost()], UNKNOWN, 2),
        // A success without the secret that it must bring is no success.
        ("CreateAccessKey", vec![yes()], UNKNOWN, 1),
        // The goal was reached by the attempt whose reply was lost.
        ("AttachPolicyToRole", vec![lost(), no(409, "EntityAlreadyExists.Role.Policy")], Ok(()), 2),
        ("DeleteRole", vec![no(500, "InternalError"), no(404, "EntityNotExist.Role")], Ok(()), 2),
        // But not if nothing was sent before.
        (
            "AttachPolicyToRole",
            vec![no(409, "EntityAlreadyExists.Role.Policy")],
            Err(("already-exists", "EntityAlreadyExists.Role.Policy")),
            1,
        ),
        (
            "AttachPolicyToRole",
            vec![no(400, "Throttling"), no(409, "EntityAlreadyExists.Role.Policy")],
            Err(("already-exists", "EntityAlreadyExists.Role.Policy")),
            2,
        ),
        (
            "DeleteRole",
            vec![no(404, "EntityNotExist.Role")],
            Err(("not-found", "EntityNotExist.Role")),
            1,
        ),
        // Another refusal does not undo the doubt about the first attempt.
        ("UpdateRole", vec![lost(), no(403, "NoPermission")], UNKNOWN, 2),
        ("UpdateRole", vec![lost(), lost(), lost(), lost(), lost()], UNKNOWN, 5),
        ("GetRole", vec![lost(), no(403, "NoPermission")], Err(("forbidden", "NoPermission")), 2),
    ]
}

fn ended() -> Vec<Case> {
    vec![
        // At once.
        (
            "CreateRole",
            vec![no(409, "EntityAlreadyExists.Role")],
            Err(("already-exists", "EntityAlreadyExists.Role")),
            1,
        ),
        ("UpdateRole", vec![no(403, "NoPermission")], Err(("forbidden", "NoPermission")), 1),
        (
            "GetRole",
            vec![no(404, "InvalidAccessKeyId.NotFound")],
            Err(("forbidden", "InvalidAccessKeyId.NotFound")),
            1,
        ),
        ("CreateRole", vec![forbidden()], Err(("denied", "net.address-forbidden")), 1),
        ("GetRole", vec![too_large()], Err(("unavailable", "net.reply-too-large")), 1),
        ("UpdateRole", vec![too_large()], UNKNOWN, 1),
        // After the last attempt.
        (
            "GetRole",
            (0..5).map(|_| no(400, "Throttling")).collect(),
            Err(("throttled", "Throttling")),
            5,
        ),
        ("GetRole", (0..5).map(|_| lost()).collect(), Err(("unavailable", "net.reply-lost")), 5),
        (
            "CreateRole",
            (0..5).map(|_| unreachable()).collect(),
            Err(("unavailable", "net.endpoint-unreachable")),
            5,
        ),
    ]
}

fn yes_key() -> Reaction {
    says(
        200,
        r#"{"RequestId":"r","AccessKey":{"AccessKeyId":"LTAI5tFake","AccessKeySecret":"FakeSecret"}}"#,
    )
}

fn forbidden() -> Reaction {
    Reaction::Fails(TransportError::Forbidden {
        authority: "ram.aliyuncs.com".to_owned(),
        address: "10.0.0.1".to_owned(),
        reason: "it is private".to_owned(),
    })
}

fn too_large() -> Reaction {
    Reaction::Fails(TransportError::TooLarge { authority: "ram.aliyuncs.com".to_owned(), limit: 1 })
}

#[tokio::test]
async fn repeats_what_the_catalog_allows_and_nothing_else() {
    let cases = repeated().into_iter().chain(in_doubt()).chain(ended());
    for (index, (action, script, expected, sends)) in cases.enumerate() {
        let bed = Bed::new(script);
        let ended = bed.run(&call("ram", action)).await;
        let seen = match &ended {
            Ok(answer) => {
                assert_eq!(usize::try_from(answer.attempts), Ok(sends), "case {index}: {action}");
                Ok(())
            }
            Err(error) => Err((error.kind.as_str(), error.code.as_str())),
        };
        assert_eq!(seen, expected, "case {index}: {action}");
        assert_eq!(bed.sends(), sends, "case {index}: {action}");
        assert!(bed.is_finished(), "case {index}: {action}");
    }
}

#[tokio::test]
async fn every_attempt_has_a_nonce_and_a_date_of_its_own() {
    let script = vec![lost(), no(400, "Throttling").with("x-acs-retry-after", "2500"), yes()];
    let bed = Bed::new(script);
    bed.run(&call("ram", "UpdateRole")).await.unwrap();

    let sent = bed.sent();
    let nonces: Vec<_> = sent.iter().filter_map(|r| r.header("x-acs-signature-nonce")).collect();
    assert_eq!(nonces.len(), 3);
    assert!(nonces.iter().all(|nonce| nonce.len() == 32), "{nonces:?}");
    assert!(nonces[0] != nonces[1] && nonces[1] != nonces[2] && nonces[0] != nonces[2]);
    assert_eq!(sent[0].header("x-acs-date"), Some("2024-01-02T03:04:05Z"));
    assert_eq!(sent[2].header("x-acs-date"), Some("2024-01-02T03:04:07Z"));
    assert_eq!(sent[0].header("host"), Some("ram.aliyuncs.com"));
}

#[tokio::test]
async fn says_what_to_do_when_nobody_knows() {
    let hints = [
        ("CreateRole", "look with `GetRole` before it is made again"),
        (
            "CreateAccessKey",
            "list what is there and compare with before; never make it again blindly",
        ),
    ];
    for (action, hint) in hints {
        let bed = Bed::new(vec![no(500, "InternalError")]);
        let error = bed.run(&call("ram", action)).await.unwrap_err();
        assert_eq!(error.details["hint"], hint);
        assert_eq!(error.details["last-code"], "InternalError");
        assert_eq!(error.details["http-status"], "500");
        assert_eq!(error.details["action"], format!("ram:{action}"));
        assert_eq!(error.request_id.as_deref(), Some("r-no"));
    }
}

#[tokio::test]
async fn waits_as_long_as_the_cloud_asks() {
    let script = vec![
        no(400, "Throttling.Api").with("x-acs-retry-after", "1500"),
        no(503, "ServiceUnavailable").with("retry-after", "4"),
        yes(),
    ];
    let bed = Bed::new(script);
    bed.run(&call("ram", "UpdateRole")).await.unwrap();

    assert_eq!(bed.waits(), [1500, 4000]);
    let retrying = |attempt, code: &str, millis| Note::Retrying {
        product: "ram".to_owned(),
        action: "UpdateRole".to_owned(),
        attempt,
        code: code.to_owned(),
        wait: Duration::from_millis(millis),
    };
    assert_eq!(
        bed.notes(),
        [retrying(1, "Throttling.Api", 1500), retrying(2, "ServiceUnavailable", 4000)]
    );
}

#[tokio::test]
async fn does_not_wait_past_the_deadline() {
    let hour = || no(400, "Throttling.User").with("retry-after", "3600");
    let bed = Bed::new(vec![hour()]);
    let error = bed.run(&call("ram", "GetRole")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert_eq!((bed.sends(), bed.waits().len()), (1, 0));

    let bed = Bed::new(vec![lost(), hour()]);
    let error = bed.run(&call("ram", "UpdateRole")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::OutcomeUnknown);
}

#[tokio::test]
async fn corrects_the_clock_once() {
    let expired =
        || no(400, "InvalidTimeStamp.Expired").with("date", "Tue, 02 Jan 2024 04:04:05 GMT");
    let bed = Bed::new(vec![expired(), yes(), yes(), expired()]);
    bed.run(&call("ram", "CreateLoginProfile")).await.unwrap();
    bed.run(&call("ram", "GetRole")).await.unwrap();
    let error = bed.run(&call("ram", "GetRole")).await.unwrap_err();

    assert_eq!(error.code, "InvalidTimeStamp.Expired");
    assert_eq!(bed.notes(), [Note::ClockCorrected { millis: 3_600_000 }]);
    let sent = bed.sent();
    let dates: Vec<_> = sent.iter().filter_map(|request| request.header("x-acs-date")).collect();
    assert_eq!(
        dates,
        [
            "2024-01-02T03:04:05Z",
            "2024-01-02T04:04:05Z",
            "2024-01-02T04:04:05Z",
            "2024-01-02T04:04:05Z",
        ]
    );
}

#[tokio::test]
async fn a_clock_that_is_right_is_left_alone() {
    for date in ["Tue, 02 Jan 2024 03:04:09 GMT", "nonsense"] {
        let bed = Bed::new(vec![no(400, "InvalidTimeStamp.Expired").with("date", date)]);
        let error = bed.run(&call("ram", "CreateRole")).await.unwrap_err();
        assert_eq!(error.code, "InvalidTimeStamp.Expired");
        assert_eq!((bed.sends(), bed.notes().len()), (1, 0));
    }
}

#[tokio::test]
async fn keeps_to_the_pace() {
    let mut settings = Settings::new(Endpoints::default());
    settings.requests_per_second = 4;
    settings.requests_burst = 2;
    let bed = Bed::with(settings, (0..5).map(|_| yes()).collect());
    for _ in 0..5 {
        bed.run(&call("ram", "GetRole")).await.unwrap();
    }
    assert_eq!(bed.waits(), [250, 250, 250]);
}

#[test]
fn waits_double_up_to_a_bound_and_are_random_below_it() {
    let mut settings = Settings::new(Endpoints::default());
    settings.attempts_max = 9;
    let action = Catalog::builtin().action("ram", "GetRole").unwrap();
    let Reaction::Fails(error) = lost() else { panic!("a loss is a failure") };
    let failure = Failure::Transport(error);
    let bounds = [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000];

    let mut course = Course::new(action, &settings, START, None);
    let retry = |millis| Next::Repeat { wait: Duration::from_millis(millis), why: Why::Retry };
    for bound in bounds {
        for (dice, wait) in [(0, 0), (bound / 3, bound / 3), (bound + 1, 0)] {
            assert_eq!(course.clone().next(&failure, START, dice), retry(wait), "{bound}");
        }
        assert_eq!(course.next(&failure, START, bound), retry(bound));
    }
    let given_up = Next::Stop { may_have_taken_effect: false };
    assert_eq!(course.next(&failure, START, 0), given_up);

    let mut late = Course::new(action, &settings, START, None);
    let end: Timestamp = START.plus(settings.deadline);
    assert!(matches!(late.next(&failure, end, 0), Next::Repeat { .. }));
    assert_eq!(late.next(&failure, end, 1), given_up);
}
