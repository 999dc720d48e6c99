//! New versions of policies.

use host_model::{Call, Timestamp};
use host_simulator::{Facet, Policy, PolicyVersion, State};
use serde_json::json;

use super::{ARMS_READ, Case, Ends, account, check, policy};
use crate::live::tests::bed::{Bed, Fate, call};
use crate::record::Known;

fn document() -> String {
    ARMS_READ.replace("GetTraceApp", "ListTraceApps")
}

fn version() -> Call {
    call(
        "ram:CreatePolicyVersion",
        &[
            ("PolicyName", json!("p1")),
            ("PolicyDocument", json!(document())),
            ("SetAsDefault", json!(true)),
        ],
    )
}

fn policy_of(state: &mut State) -> &mut Policy {
    match account(state).policies.get_mut("p1") {
        Facet::Known(policy) => policy,
        other => panic!("{other:?}"),
    }
}

fn one_more(state: &mut State, created: Timestamp, document: String) {
    let policy = policy_of(state);
    policy.version_count += 1;
    let id = format!("v{}", policy.version_count);
    let version = PolicyVersion { id: id.clone(), document: Facet::Known(document), created };
    policy.versions.insert(&id, version);
    policy.default_version = id;
}

#[tokio::test]
async fn a_version_that_was_not_there_before_tells() {
    use Fate::{IsLost, LosesReply};
    let at = "/PolicyVersion/VersionId";
    let case = |what, fate, deeds, ends, sent| Case {
        what,
        call: version(),
        before: None,
        fates: vec![fate],
        deeds,
        ends,
        sent,
    };
    let cases = [
        case("it was made", LosesReply, vec![], Ends::Well(at, "v2", Known::Found), 1),
        case("it was not made", IsLost, vec![], Ends::Well(at, "v2", Known::Repeated), 2),
        case(
            "somebody made the same",
            LosesReply,
            vec![|state, now| {
                one_more(state, now, document());
                policy_of(state).default_version = "v2".to_owned();
                one_more(state, now, document());
            }],
            // Of the three that are equal one is the default.
            Ends::Well(at, "v4", Known::Found),
            1,
        ),
        case(
            "somebody made another",
            IsLost,
            vec![|state, now| one_more(state, now, ARMS_READ.replace("Get", "Set"))],
            Ends::InDoubt("0 of them are what was sent"),
            1,
        ),
        case(
            "somebody made another as well",
            LosesReply,
            vec![|state, now| {
                one_more(state, now, ARMS_READ.replace("Get", "Set"));
                policy_of(state).default_version = "v2".to_owned();
            }],
            Ends::Well(at, "v2", Known::Found),
            1,
        ),
        case(
            "somebody took it back",
            LosesReply,
            vec![|state, _| policy_of(state).default_version = "v1".to_owned()],
            Ends::InDoubt("0 of them are what was sent"),
            1,
        ),
    ];
    for case in cases {
        let mut bed = Bed::new().await;
        bed.call(&policy()).await.unwrap().unwrap();
        check(&mut bed, &case).await;
    }
}

#[tokio::test]
async fn two_equal_versions_are_a_doubt() {
    let mut bed = Bed::new().await;
    bed.call(&policy()).await.unwrap().unwrap();
    let mut call = version();
    call.parameters.retain(|(name, _)| name != "SetAsDefault");
    let ends = Ends::InDoubt("2 of them are what was sent");
    let deeds: Vec<super::Deed> = vec![|state, now| one_more(state, now, document())];
    let fates = vec![Fate::LosesReply];
    let case = Case { what: "two", call, before: None, fates, deeds, ends, sent: 1 };
    check(&mut bed, &case).await;
}
