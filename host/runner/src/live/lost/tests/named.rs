//! Things with names.

use std::sync::Mutex;

use host_model::{Call, Timestamp};
use host_simulator::{Facet, Role, State, User};
use serde_json::json;

use super::{
    ARMS_READ, Case, Ends, account, check, nothing, policy, principal, purchase, role, role_of,
    trust, user,
};
use crate::live::tests::bed::{Bed, Deed, Fate, LINEAGE, call};
use crate::record::Known;

const ROLE: &str = "/Role/RoleName";
const TAKEN: Ends = Ends::Refused("EntityAlreadyExists.Role", Known::Found);

static HIDDEN: Mutex<Option<Role>> = Mutex::new(None);

/// The cloud does not show the role yet.
fn hide(state: &mut State, _: Timestamp) {
    *HIDDEN.lock().unwrap() = account(state).roles.remove("r1");
}

fn show(state: &mut State, _: Timestamp) {
    let role = HIDDEN.lock().unwrap().take().expect("it was hidden");
    account(state).roles.insert("r1", role);
}

/// A role that was there before anybody asked for it.
fn old_role(state: &mut State, _: Timestamp) {
    let made = Timestamp::from_seconds(1_700_000_000);
    others_role(state, made);
}

fn others_role(state: &mut State, created: Timestamp) {
    let role = Role {
        name: "r1".to_owned(),
        id: "300000000000000009".to_owned(),
        description: Some("for arms".to_owned()),
        trust: Facet::Known(trust()),
        max_session_seconds: 7200,
        allow_console_login: true,
        created,
        updated: created,
        visible_from: created,
        policies: host_simulator::Attachments::default(),
        tags: host_simulator::Tags::default(),
    };
    account(state).roles.insert("r1", role);
}

fn others_user(state: &mut State, created: Timestamp) {
    let mut user = User::new("u1", "200000000000000009".to_owned(), created);
    user.display_name = Some("One".to_owned());
    account(state).users.insert("u1", user);
}

fn another_document(state: &mut State, _: Timestamp) {
    let Facet::Known(policy) = account(state).policies.get_mut("p1") else { panic!("no policy") };
    for version in policy.versions.known_mut() {
        version.document = Facet::Known(ARMS_READ.replace("GetTraceApp", "*"));
    }
}

fn well(at: &'static str, text: &'static str) -> Ends {
    Ends::Well(at, text, Known::Found)
}

fn again(at: &'static str, text: &'static str) -> Ends {
    Ends::Well(at, text, Known::Repeated)
}

fn case(what: &'static str, call: fn() -> Call, fate: Fate, ends: Ends, sent: usize) -> Case {
    let call = call();
    Case { what, call, before: None, fates: vec![fate], deeds: Vec::new(), ends, sent }
}

fn made_or_not() -> Vec<Case> {
    use Fate::{IsLost, LosesReply};
    let (user_at, policy_at) = ("/User/UserName", "/Policy/PolicyName");
    vec![
        case("a role was made", role, LosesReply, well(ROLE, "r1"), 1),
        case("no role was made", role, IsLost, again(ROLE, "r1"), 2),
        case("a user was made", user, LosesReply, well(user_at, "u1"), 1),
        case("no user was made", user, IsLost, again(user_at, "u1"), 2),
        case("a policy was made", policy, LosesReply, well(policy_at, "p1"), 1),
        case("no policy was made", policy, IsLost, again(policy_at, "p1"), 2),
        case("a user with a login name was made", principal, LosesReply, well(user_at, "u1"), 1),
        case(
            "no user with a login name was made",
            principal,
            IsLost,
            again("/User/DisplayName", "One"),
            2,
        ),
        Case {
            fates: vec![IsLost, IsLost],
            ..case("no role was made, twice", role, IsLost, again(ROLE, "r1"), 3)
        },
        Case {
            fates: vec![IsLost, LosesReply],
            ..case("a role was made the second time", role, IsLost, well(ROLE, "r1"), 2)
        },
        Case {
            fates: vec![IsLost; 3],
            ..case("it never arrives", role, IsLost, Ends::InDoubt("was sent 3 times"), 3)
        },
        Case {
            before: Some(|state, _| account(state).arms_open = false),
            ..case("a service was bought", purchase, LosesReply, well("", ""), 1)
        },
        Case {
            before: Some(|state, _| account(state).arms_open = false),
            ..case("no service was bought", purchase, IsLost, again("", ""), 2)
        },
    ]
}

fn anothers() -> Vec<Case> {
    use Fate::{IsLost, LosesReply};
    let with = |case: Case, deed: Deed| Case { deeds: vec![deed], ..case };
    vec![
        Case {
            before: Some(old_role),
            ..case("the role was there before", role, LosesReply, TAKEN, 1)
        },
        with(case("somebody else made an equal role", role, IsLost, TAKEN, 1), others_role),
        with(
            case(
                "somebody else made an equal user",
                user,
                IsLost,
                Ends::Refused("EntityAlreadyExists.User", Known::Found),
                1,
            ),
            others_user,
        ),
        with(
            case(
                "the role was changed",
                role,
                LosesReply,
                Ends::InDoubt("with another `Description`"),
                1,
            ),
            |state, _| role_of(state).description = Some("for something else".to_owned()),
        ),
        with(
            case(
                "the trust was changed",
                role,
                LosesReply,
                Ends::InDoubt("`AssumeRolePolicyDocument`"),
                1,
            ),
            |state, _| {
                role_of(state).trust = Facet::Known(trust().replace(":root", ":user/operator"));
            },
        ),
        with(
            case("the trust is written differently", role, LosesReply, well(ROLE, "r1"), 1),
            |state, _| {
                let spread = trust().replace(r#""sts:AssumeRole""#, r#"["sts:assumerole"]"#);
                role_of(state).trust = Facet::Known(spread);
            },
        ),
        with(
            case(
                "the policy was changed",
                policy,
                LosesReply,
                Ends::InDoubt("`PolicyDocument`"),
                1,
            ),
            another_document,
        ),
    ]
}

#[tokio::test]
async fn a_name_tells_what_came_of_a_call() {
    for case in made_or_not().into_iter().chain(anothers()) {
        let mut bed = Bed::new().await;
        check(&mut bed, &case).await;
        assert_eq!(bed.writes().len(), case.sent, "{}: {:?}", case.what, bed.writes());
        let is_told = bed.notes().iter().any(|note| note.starts_with("the reply to `"));
        let is_doubt = matches!(case.ends, Ends::InDoubt(_));
        assert!(is_told || is_doubt, "{}: {:?}", case.what, bed.notes());
    }
}

#[tokio::test]
async fn what_is_found_is_marked_as_ours() {
    let mut bed = Bed::new().await;
    bed.fate("CreateRole", &[Fate::LosesReply]);
    bed.call(&role()).await.unwrap().unwrap();
    let tags = bed.see(|account| match account.roles.get("r1") {
        Facet::Known(role) => role.tags.clone(),
        other => panic!("{other:?}"),
    });
    assert_eq!(tags["host:workflow"], LINEAGE);
}

#[tokio::test]
async fn what_is_not_visible_yet_is_waited_for() {
    let mut bed = Bed::new().await;
    bed.fate("CreateRole", &[Fate::LosesReply]);
    bed.deeds("CreateRole", &[hide]);
    bed.deeds("GetRole", &[nothing, nothing, nothing, show]);
    bed.call(&role()).await.unwrap().unwrap();
    assert_eq!(bed.known().await, Some(Known::Found));
    assert_eq!(bed.writes(), ["ram:CreateRole"]);
    // Out of sight for so long that it is sent again: then the cloud says that there is one.
    let mut bed = Bed::new().await;
    bed.fate("CreateRole", &[Fate::LosesReply]);
    bed.deeds("CreateRole", &[hide]);
    bed.call(&role()).await.unwrap().unwrap();
    assert_eq!(bed.known().await, Some(Known::Repeated));
    let looks = bed.requests("ram:GetRole");
    let mut bed = Bed::new().await;
    bed.fate("CreateRole", &[Fate::LosesReply]);
    bed.deeds("CreateRole", &[hide]);
    let deeds: Vec<Deed> =
        std::iter::repeat_n(nothing as Deed, looks - 1).chain([show as Deed]).collect();
    bed.deeds("GetRole", &deeds);
    bed.call(&role()).await.unwrap().unwrap();
    assert_eq!(bed.known().await, Some(Known::Found));
    assert_eq!(bed.writes(), ["ram:CreateRole", "ram:CreateRole"]);
}

#[tokio::test]
async fn every_tag_that_was_sent_is_looked_for() {
    let mut call = role();
    let tags = host_model::Value::Json(json!([{ "Key": "team", "Value": "a" }]));
    call.parameters.push(("Tag".to_owned(), tags));
    let untag: Deed = |state, _| drop(role_of(state).tags.remove("team"));
    for (deed, ends) in [
        (nothing as Deed, Ends::Well("/Role/RoleName", "r1", Known::Found)),
        (untag, Ends::InDoubt("with another `Tag`")),
    ] {
        let (call, fates) = (call.clone(), vec![Fate::LosesReply]);
        let case =
            Case { what: "tags", call, before: None, fates, deeds: vec![deed], ends, sent: 1 };
        check(&mut Bed::new().await, &case).await;
    }
}

#[tokio::test]
async fn a_console_sign_in_is_found_without_its_password() {
    let mut bed = Bed::new().await;
    bed.call(&user()).await.unwrap().unwrap();
    let secret = bed.password("u1").await;
    let login = |reset: bool| {
        let mut login = call(
            "ram:CreateLoginProfile",
            &[("UserName", json!("u1")), ("PasswordResetRequired", json!(reset))],
        );
        let password = host_model::Value::Secret(secret.clone());
        login.parameters.push(("Password".to_owned(), password));
        login
    };
    bed.fate("CreateLoginProfile", &[Fate::LosesReply]);
    let reply = bed.call(&login(true)).await.unwrap().unwrap();
    assert_eq!(reply.body["LoginProfile"]["PasswordResetRequired"], json!(true));
    assert_eq!(bed.known().await, Some(Known::Found));
    // Another one, with other flags, was refused by the cloud: there is one already.
    bed.cloud.clock.advance(std::time::Duration::from_hours(1));
    bed.fate("CreateLoginProfile", &[Fate::LosesReply]);
    let error = bed.call(&login(false)).await.unwrap().unwrap_err();
    assert_eq!(error.code, "EntityAlreadyExists.User.LoginProfile");
}
