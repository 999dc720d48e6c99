//! What the host does about lost replies: one row for each class, and for each thing that may be there.

mod bed;
mod key;
mod resumed;
mod version;

use std::sync::Mutex;

use host_model::Call;
use host_runtime::Stop;
use host_simulator::{AccessKey, Facet, InventedSecret, Role, State, User};
use serde_json::{Value as Json, json};

use self::bed::{Bed, Deed, Fate, LINEAGE, SCRIPT, call};
use crate::record::Known;

const ARMS_READ: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["arms:GetTraceApp"],"Resource":"*"}]}"#;

/// How a call ends.
#[derive(Debug, Clone, Copy)]
enum Ends {
    /// With that text in the reply, known in this way.
    Well(&'static str, &'static str, Known),
    /// With that code, known in this way.
    Refused(&'static str, Known),
    /// Nobody knows, and the reason has these words; the intent stays open.
    InDoubt(&'static str),
}

struct Case {
    what: &'static str,
    call: Call,
    /// What is in the cloud before.
    before: Option<Deed>,
    fates: Vec<Fate>,
    /// What somebody else does right after each sending.
    deeds: Vec<Deed>,
    ends: Ends,
    /// How often it is sent.
    sent: usize,
}

fn trust() -> String {
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::6543210987654321:root"]}}]}"#.to_owned()
}

fn role() -> Call {
    call(
        "ram:CreateRole",
        &[
            ("RoleName", json!("r1")),
            ("AssumeRolePolicyDocument", json!(trust())),
            ("Description", json!("for arms")),
            ("MaxSessionDuration", json!(7200)),
        ],
    )
}

fn user() -> Call {
    call("ram:CreateUser", &[("UserName", json!("u1")), ("DisplayName", json!("One"))])
}

fn policy() -> Call {
    call("ram:CreatePolicy", &[("PolicyName", json!("p1")), ("PolicyDocument", json!(ARMS_READ))])
}

fn principal() -> Call {
    let login = "u1@6543210987654321.onaliyun.com";
    call("ims:CreateUser", &[("UserPrincipalName", json!(login)), ("DisplayName", json!("One"))])
}

fn purchase() -> Call {
    call("arms:OpenArmsServiceSecondVersion", &[("Type", json!("arms_app"))])
}

fn command() -> Call {
    call(
        "ecs:RunCommand",
        &[
            ("Type", json!("RunShellScript")),
            ("CommandContent", json!(SCRIPT)),
            ("ContentEncoding", json!("PlainText")),
            ("InstanceId", json!(["i-fakebilling0000000001"])),
        ],
    )
}

fn install() -> Call {
    call(
        "cs:InstallClusterAddons",
        &[
            ("cluster_id", json!("c0fakepay000000000000000000000002")),
            ("name", json!("ack-onepilot")),
            ("version", json!("5.1.1")),
        ],
    )
}

fn account(state: &mut State) -> &mut host_simulator::Account {
    let account = state.accounts.values_mut().find(|it| it.name == "source");
    account.expect("the scenario has it")
}

fn role_of(state: &mut State) -> &mut Role {
    match account(state).roles.get_mut("r1") {
        Facet::Known(role) => role,
        other => panic!("{other:?}"),
    }
}

fn user_of<'s>(state: &'s mut State, name: &str) -> &'s mut User {
    match account(state).users.get_mut(name) {
        Facet::Known(user) => user,
        other => panic!("{other:?}"),
    }
}

/// A key that somebody else made.
fn other_key(state: &mut State, user: &str, created: host_model::Timestamp) {
    let id = "LTAI5tFakeSomebodyElses00001".to_owned();
    let secret = InventedSecret::new("FakeSecretOfSomebodyElse000001");
    let key = AccessKey {
        id: id.clone(),
        secret,
        active: true,
        created,
        usable_from: created,
        last_used: None,
    };
    user_of(state, user).keys.insert(&id, key);
}

static HIDDEN: Mutex<Option<Role>> = Mutex::new(None);

/// The cloud does not show the role yet.
fn hide(state: &mut State, _: host_model::Timestamp) {
    *HIDDEN.lock().unwrap() = account(state).roles.remove("r1");
}

fn show(state: &mut State, _: host_model::Timestamp) {
    let role = HIDDEN.lock().unwrap().take().expect("it was hidden");
    account(state).roles.insert("r1", role);
}

fn nothing(_: &mut State, _: host_model::Timestamp) {}

/// A role that was there before anybody asked for it.
fn old_role(state: &mut State, _: host_model::Timestamp) {
    let made = host_model::Timestamp::from_seconds(1_700_000_000);
    others_role(state, made);
}

fn others_role(state: &mut State, created: host_model::Timestamp) {
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

fn others_user(state: &mut State, created: host_model::Timestamp) {
    let mut user = User::new("u1", "200000000000000009".to_owned(), created);
    user.display_name = Some("One".to_owned());
    account(state).users.insert("u1", user);
}

fn another_document(state: &mut State, _: host_model::Timestamp) {
    let Facet::Known(policy) = account(state).policies.get_mut("p1") else { panic!("no policy") };
    for version in policy.versions.known_mut() {
        version.document = Facet::Known(ARMS_READ.replace("GetTraceApp", "*"));
    }
}

fn by_name() -> Vec<Case> {
    use Fate::{IsLost, LosesReply};
    let well = |at, text| Ends::Well(at, text, Known::Found);
    let again = |at, text| Ends::Well(at, text, Known::Repeated);
    let case = |what, call: fn() -> Call, fate: Fate, ends, sent| Case {
        what,
        call: call(),
        before: None,
        fates: vec![fate],
        deeds: Vec::new(),
        ends,
        sent,
    };
    let with = |case: Case, deeds: &[Deed]| Case { deeds: deeds.to_vec(), ..case };
    let (role_at, user_at, policy_at) = ("/Role/RoleName", "/User/UserName", "/Policy/PolicyName");
    let taken = |code| Ends::Refused(code, Known::Found);
    vec![
        case("a role was made", role, LosesReply, well(role_at, "r1"), 1),
        case("no role was made", role, IsLost, again(role_at, "r1"), 2),
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
            before: Some(old_role),
            ..case(
                "the role was there before",
                role,
                LosesReply,
                taken("EntityAlreadyExists.Role"),
                1,
            )
        },
        with(
            case(
                "somebody else made an equal role",
                role,
                IsLost,
                taken("EntityAlreadyExists.Role"),
                1,
            ),
            &[others_role],
        ),
        with(
            case(
                "somebody else made an equal user",
                user,
                IsLost,
                taken("EntityAlreadyExists.User"),
                1,
            ),
            &[others_user],
        ),
        with(
            case(
                "the role was changed",
                role,
                LosesReply,
                Ends::InDoubt("with another `Description`"),
                1,
            ),
            &[|state, _| role_of(state).description = Some("for something else".to_owned())],
        ),
        with(
            case(
                "the trust was changed",
                role,
                LosesReply,
                Ends::InDoubt("`AssumeRolePolicyDocument`"),
                1,
            ),
            &[|state, _| {
                role_of(state).trust = Facet::Known(trust().replace(":root", ":user/operator"));
            }],
        ),
        with(
            case("the trust is written differently", role, LosesReply, well(role_at, "r1"), 1),
            &[|state, _| {
                let spread = trust().replace(r#""sts:AssumeRole""#, r#"["sts:assumerole"]"#);
                role_of(state).trust = Facet::Known(spread);
            }],
        ),
        with(
            case(
                "the policy was changed",
                policy,
                LosesReply,
                Ends::InDoubt("`PolicyDocument`"),
                1,
            ),
            &[another_document],
        ),
        Case {
            fates: vec![IsLost, IsLost],
            ..case("no role was made, twice", role, IsLost, again(role_at, "r1"), 3)
        },
        Case {
            fates: vec![IsLost, LosesReply],
            ..case("a role was made the second time", role, IsLost, well(role_at, "r1"), 2)
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

async fn check(bed: &mut Bed, case: &Case) {
    let what = case.what;
    if let Some(before) = case.before {
        bed.simulator.meddle(|state| before(state, host_model::Timestamp::default()));
    }
    bed.fate(&case.call.action, &case.fates);
    bed.deeds(&case.call.action, &case.deeds);
    let ended = bed.call(&case.call).await;
    match (&ended, case.ends) {
        (Ok(Ok(reply)), Ends::Well(at, text, _)) => {
            let found = reply.body.pointer(at).and_then(Json::as_str).unwrap_or_default();
            assert_eq!(found, text, "{what}: {}", reply.body);
        }
        (Ok(Err(error)), Ends::Refused(code, _)) => assert_eq!(error.code, code, "{what}: {error}"),
        (Err(Stop::Indeterminate { reason, hint }), Ends::InDoubt(words)) => {
            assert!(reason.contains(words), "{what}: {reason}");
            assert!(hint.contains("`host resume run-"), "{what}: {hint}");
        }
        _ => panic!("{what}: {ended:?}"),
    }
    let known = match case.ends {
        Ends::Well(.., known) | Ends::Refused(_, known) => Some(known),
        Ends::InDoubt(_) => None,
    };
    assert_eq!(bed.known().await, known, "{what}");
    let title = format!("{}:{}", case.call.product, case.call.action);
    let sent = bed.writes().into_iter().filter(|it| *it == title).count();
    assert_eq!(sent, case.sent, "{what}: {:?}", bed.writes());
}

#[tokio::test]
async fn a_name_tells_what_came_of_a_call() {
    for case in by_name() {
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
    bed.clock.advance(std::time::Duration::from_hours(1));
    bed.fate("CreateLoginProfile", &[Fate::LosesReply]);
    let error = bed.call(&login(false)).await.unwrap().unwrap_err();
    assert_eq!(error.code, "EntityAlreadyExists.User.LoginProfile");
}

#[tokio::test]
async fn what_nothing_shows_is_told_to_the_workflow() {
    let mut bed = Bed::new().await;
    bed.call(&principal()).await.unwrap().unwrap();
    let login = "u1@6543210987654321.onaliyun.com";
    let call = call("ims:CreateLoginProfile", &[("UserPrincipalName", json!(login))]);
    bed.fate("CreateLoginProfile", &[Fate::LosesReply]);
    let error = bed.call(&call).await.unwrap().unwrap_err();
    assert_eq!(error.kind, host_model::ErrorKind::OutcomeUnknown);
    assert_eq!(bed.known().await, Some(Known::Told));
    assert_eq!(bed.writes(), ["ims:CreateLoginProfile"]);
}

#[tokio::test]
async fn a_task_shows_that_a_change_of_an_add_on_began() {
    for (fate, sent, known) in
        [(Fate::LosesReply, 1, Known::Told), (Fate::IsLost, 2, Known::Repeated)]
    {
        let mut bed = Bed::new().await;
        let install = install();
        bed.fate(&install.action, &[fate]);
        let ended = bed.call(&install).await.unwrap();
        assert_eq!(ended.is_ok(), known == Known::Repeated, "{fate:?}: {ended:?}");
        assert_eq!(bed.known().await, Some(known), "{fate:?}");
        assert_eq!(bed.writes().len(), sent, "{fate:?}: {:?}", bed.writes());
    }
}

#[tokio::test]
async fn what_may_be_repeated_is_repeated_by_the_client() {
    let mut bed = Bed::new().await;
    bed.call(&role()).await.unwrap().unwrap();
    let attach = call(
        "ram:AttachPolicyToRole",
        &[
            ("PolicyName", json!("AliyunARMSReadOnlyAccess")),
            ("PolicyType", json!("System")),
            ("RoleName", json!("r1")),
        ],
    );
    bed.fate("AttachPolicyToRole", &[Fate::LosesReply]);
    bed.call(&attach).await.unwrap().unwrap();
    assert_eq!(bed.known().await, Some(Known::Reply));
    bed.fate("RunCommand", &[Fate::LosesReply]);
    let first = bed.call(&command()).await.unwrap().unwrap();
    assert_eq!(bed.writes(), ["ecs:RunCommand", "ecs:RunCommand"]);
    assert_eq!(bed.see(|account| account.invocations.len()), 1, "{}", first.body);
    // When the client has had enough, the workflow hears that nobody knows.
    bed.fate("RunCommand", &[Fate::LosesReply; 5]);
    let error = bed.call(&command()).await.unwrap().unwrap_err();
    assert_eq!(error.kind, host_model::ErrorKind::OutcomeUnknown);
    assert_eq!((bed.known().await, bed.writes().len()), (Some(Known::Told), 5));
    assert_eq!(bed.see(|account| account.invocations.len()), 2);
}

#[tokio::test]
async fn a_look_that_fails_leaves_the_intent_open() {
    let mut bed = Bed::new().await;
    bed.fate("CreateRole", &[Fate::LosesReply]);
    bed.fate("GetRole", &[Fate::IsLost; 5]);
    let stop = bed.call(&role()).await.unwrap_err();
    let Stop::Indeterminate { reason, hint } = stop else { panic!("{stop:?}") };
    assert!(reason.contains("`ram:GetRole` was answered `net.reply-lost`"), "{reason}");
    assert!(hint.contains("wait until the cloud answers"), "{hint}");
    assert_eq!(bed.known().await, None);
}

#[tokio::test]
async fn an_interrupt_ends_the_waiting() {
    let mut bed = Bed::new().await;
    bed.call(&user()).await.unwrap().unwrap();
    // It is looked at only between two looks: a call that began goes on to its end.
    bed.fate("CreateAccessKey", &[Fate::IsLost]);
    bed.interrupt_at("ListAccessKeys", 2);
    let key = call("ram:CreateAccessKey", &[("UserName", json!("u1"))]);
    assert_eq!(bed.call(&key).await.unwrap_err(), Stop::Interrupted);
    assert_eq!((bed.known().await, bed.writes().len()), (None, 1));
}
