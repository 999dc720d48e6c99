//! What the host does about lost replies: one row for each class, and for each thing that may be there.

mod key;
mod named;
mod resumed;
mod version;

use host_model::{Call, Timestamp};
use host_runtime::Stop;
use host_simulator::{AccessKey, Facet, InventedSecret, Role, State, User};
use serde_json::{Value as Json, json};

use crate::live::tests::bed::{Bed, Deed, Fate, SCRIPT, call};
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
fn other_key(state: &mut State, user: &str, created: Timestamp) {
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

fn nothing(_: &mut State, _: Timestamp) {}

async fn check(bed: &mut Bed, case: &Case) {
    let what = case.what;
    if let Some(before) = case.before {
        bed.cloud.simulator.meddle(|state| before(state, Timestamp::default()));
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
async fn only_a_task_of_the_time_counts_and_it_may_be_listed_late() {
    let mut bed = Bed::new().await;
    bed.call(&install()).await.unwrap().unwrap();
    bed.cloud.clock.advance(std::time::Duration::from_hours(1));
    bed.fate("InstallClusterAddons", &[Fate::IsLost]);
    let ended = bed.call(&install()).await.unwrap();
    let is_unknown =
        |error: &host_model::CallError| error.kind == host_model::ErrorKind::OutcomeUnknown;
    assert!(!ended.as_ref().is_err_and(is_unknown), "{ended:?}");
    assert_eq!(bed.writes().len(), 2, "{:?}", bed.writes());

    let mut bed = Bed::new().await;
    bed.fate("InstallClusterAddons", &[Fate::LosesReply]);
    bed.deeds(
        "InstallClusterAddons",
        &[|state, now| {
            let tasks = account(state).clusters.known_mut().flat_map(|cluster| &mut cluster.tasks);
            tasks.for_each(|task| task.listed_from = now.plus_millis(20_000));
        }],
    );
    let error = bed.call(&install()).await.unwrap().unwrap_err();
    assert!(is_unknown(&error), "{error}");
    assert_eq!(bed.writes().len(), 1, "{:?}", bed.writes());
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
