//! Which reads have to show what, and which have not.

use host_catalog::Catalog;
use host_client::Expectation as _;
use host_model::{AccountId, Call, ErrorKind, IdentityRef, Timestamp, Value};
use serde_json::{Value as Json, json};

use super::{Called, Caller, Settling};

const WRITTEN: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn account(digit: char) -> AccountId {
    digit.to_string().repeat(16).parse().unwrap()
}

fn call(title: &str, parameters: &[(&str, Json)]) -> Call {
    let (product, action) = title.split_once(':').unwrap();
    let value = |json: &Json| match json {
        Json::String(text) => Value::Text(text.clone()),
        other => Value::Json(other.clone()),
    };
    Call {
        identity: IdentityRef("source".to_owned()),
        product: product.to_owned(),
        version: Catalog::builtin().product(product).unwrap().version.clone(),
        action: action.to_owned(),
        region: (product == "ecs" || product == "cs").then(|| "cn-hangzhou".to_owned()),
        parameters: parameters.iter().map(|(name, it)| ((*name).to_owned(), value(it))).collect(),
    }
}

impl Settling {
    fn called(
        &mut self,
        title: &str,
        parameters: &[(&str, Json)],
        answer: Result<&Json, &ErrorKind>,
    ) {
        let (call, account) = (&call(title, parameters), &account('6'));
        let catalog = Catalog::builtin();
        let (product, action) =
            catalog.resolve(&call.product, &call.version, &call.action).unwrap();
        self.note(Called { call, product, action, account, answer, at: WRITTEN });
    }

    fn wrote(&mut self, title: &str, parameters: &[(&str, Json)], reply: &Json) {
        self.called(title, parameters, Ok(reply));
    }

    /// Since when an answer is waited for that shows what is expected.
    fn waits(&self, title: &str, parameters: &[(&str, Json)], body: &Json) -> Option<Timestamp> {
        self.awaited(&call(title, parameters), &account('6')).unshown(body)
    }
}

fn attached() -> Settling {
    let mut settling = Settling::default();
    let with =
        [("RoleName", json!("r1")), ("PolicyName", json!("p1")), ("PolicyType", json!("Custom"))];
    settling.wrote("ram:AttachPolicyToRole", &with, &json!({}));
    settling
}

#[test]
fn only_reads_of_the_same_thing_have_to_show_a_write() {
    let settling = attached();
    let nothing = json!({ "Policies": { "Policy": [] } });
    let policy = |name: &str, kind: &str| json!({ "Policies": { "Policy": [{ "PolicyName": name, "PolicyType": kind }] } });
    let list = "ram:ListPoliciesForRole";
    let r1 = [("RoleName", json!("r1"))];
    let waits = |with: &[(&str, Json)], body: &Json| settling.waits(list, with, body).is_some();
    assert!(waits(&r1, &nothing));
    assert!(waits(&[("RoleName", json!("R1"))], &nothing), "the cloud tells no case apart");
    assert!(waits(&r1, &policy("p2", "Custom")));
    assert!(waits(&r1, &policy("p1", "System")));
    assert!(waits(&r1, &json!({})));
    assert!(!waits(&r1, &policy("P1", "Custom")));
    assert!(!waits(&[("RoleName", json!("r2"))], &nothing));
    assert_eq!(settling.waits(list, &r1, &nothing), Some(WRITTEN));
    let elsewhere = settling.awaited(&call(list, &r1), &account('1')).unshown(&nothing);
    assert_eq!(elsewhere, None, "another account knows nothing of it");
}

#[test]
fn a_read_that_is_asked_for_less_need_not_show_a_write() {
    let settling = attached();
    let list = "resourcemanager:ListPolicyAttachments";
    let nothing = json!({ "PolicyAttachments": { "PolicyAttachment": [] } });
    let cases = [
        (vec![], true),
        (vec![("PrincipalName", json!("r1@role.666.onaliyunservice.com"))], true),
        (vec![("PrincipalName", json!("r2@role.666.onaliyunservice.com"))], false),
        (vec![("ResourceGroupId", json!("6666666666666666"))], true),
        (vec![("ResourceGroupId", json!("rg-1"))], false),
        (vec![("PrincipalType", json!("IMSUser"))], false),
        (vec![("Language", json!("en"))], false),
    ];
    for (with, expected) in cases {
        assert_eq!(settling.waits(list, &with, &nothing).is_some(), expected, "{with:?}");
    }
}

#[test]
fn what_holds_in_a_resource_group_only_is_not_looked_for_in_the_account() {
    let mut settling = Settling::default();
    let with = [
        ("RoleName", json!("r1")),
        ("PolicyName", json!("p1")),
        ("PolicyType", json!("Custom")),
        ("ResourceGroupId", json!("rg-1")),
    ];
    settling.wrote("ram:AttachPolicyToRole", &with, &json!({}));
    let nothing = json!({ "Policies": { "Policy": [] } });
    let role = [("RoleName", json!("r1"))];
    assert_eq!(settling.waits("ram:ListPoliciesForRole", &role, &nothing), None);
}

#[test]
fn a_version_that_does_not_count_is_not_looked_for_where_only_the_default_shows() {
    let with = |is_default: bool| {
        [
            ("PolicyName", json!("p1")),
            ("PolicyDocument", json!("{}")),
            ("SetAsDefault", json!(is_default)),
        ]
    };
    let reply = json!({ "PolicyVersion": { "VersionId": "v2" } });
    let first = json!({ "DefaultPolicyVersion": { "VersionId": "v1" } });
    let policy = [("PolicyName", json!("p1")), ("PolicyType", json!("Custom"))];
    for is_default in [true, false] {
        let mut settling = Settling::default();
        settling.wrote("ram:CreatePolicyVersion", &with(is_default), &reply);
        let waits = settling.waits("ram:GetPolicy", &policy, &first).is_some();
        assert_eq!(waits, is_default);
    }
}

#[test]
fn what_nobody_knows_of_is_not_looked_for_and_what_was_refused_changes_nothing() {
    let with =
        [("RoleName", json!("r1")), ("PolicyName", json!("p1")), ("PolicyType", json!("Custom"))];
    let role = [("RoleName", json!("r1"))];
    let gone = json!({ "Policies": { "Policy": [] } });
    for (kind, is_expected) in [(ErrorKind::OutcomeUnknown, false), (ErrorKind::Forbidden, true)] {
        let mut settling = attached();
        settling.called("ram:DetachPolicyFromRole", &with, Err(&kind));
        let waits = settling.waits("ram:ListPoliciesForRole", &role, &gone).is_some();
        assert_eq!(waits, is_expected, "{kind:?}");
    }
}

#[test]
fn a_refusal_is_waited_out_after_a_change_of_permissions_only() {
    const ROLE: &str = "acs:ram::1234567890123456:role/r1";
    let assume = [("RoleArn", json!(ROLE))];
    let app = [("AppId", json!("1")), ("Pid", json!("p")), ("Type", json!("TRACE"))];
    let since = |settling: &Settling, name: Option<&str>| {
        let action = Catalog::builtin().action("sts", "AssumeRole").unwrap();
        let caller = Caller { account: &account('6'), name };
        settling.since(&call("sts:AssumeRole", &assume), action, caller)
    };
    let mut settling = Settling::default();
    settling.wrote("arms:DeleteTraceApp", &app, &json!({}));
    assert_eq!(since(&settling, None), None, "it is no change of permissions");

    let mut settling = attached();
    assert_eq!(since(&settling, Some("outsider")), Some(WRITTEN));
    settling.wrote("sts:AssumeRole", &assume, &json!({}));
    assert_eq!(since(&settling, Some("outsider")), None, "somebody got in: the role is settled");
    assert_eq!(since(&settling, None), Some(WRITTEN), "whose key it is only the cloud knows");
    // What asks for a refusal, and gets one, changes nothing.
    settling.called("arms:DeleteTraceApp", &app, Err(&ErrorKind::Forbidden));
    settling.called("ram:DeleteRole", &[("RoleName", json!("r1"))], Err(&ErrorKind::Forbidden));
    assert_eq!(since(&settling, Some("outsider")), None);
    settling.called(
        "ram:DeleteRole",
        &[("RoleName", json!("r1"))],
        Err(&ErrorKind::OutcomeUnknown),
    );
    assert_eq!(since(&settling, Some("outsider")), Some(WRITTEN), "it may have taken effect");
}

#[test]
fn what_a_command_did_is_looked_for_by_its_invocation() {
    let mut settling = Settling::default();
    let with = [("InstanceId", json!(["i-1"])), ("RegionId", json!("cn-hangzhou"))];
    settling.wrote("ecs:RunCommand", &with, &json!({ "InvokeId": "t-1" }));
    let results = "ecs:DescribeInvocationResults";
    let nothing = json!({ "Invocation": { "InvocationResults": { "InvocationResult": [] } } });
    let asked = |id: &str| {
        [
            ("RegionId", json!("cn-hangzhou")),
            ("InvokeId", json!(id)),
            ("ContentEncoding", json!("PlainText")),
        ]
    };
    assert_eq!(settling.waits(results, &asked("t-1"), &nothing), Some(WRITTEN));
    assert_eq!(settling.waits(results, &asked("t-2"), &nothing), None);
}

#[test]
fn a_task_that_a_write_began_is_waited_for() {
    let mut settling = Settling::default();
    let with = [("cluster_id", json!("c1")), ("name", json!("ack-onepilot"))];
    settling.wrote("cs:InstallClusterAddons", &with, &json!({ "task_id": "T-1" }));
    let caller = account('6');
    let caller = Caller { account: &caller, name: Some("operator") };
    let since = |task: &str| {
        let look = call("cs:DescribeTaskInfo", &[("task_id", json!(task))]);
        let action = Catalog::builtin().action("cs", "DescribeTaskInfo").unwrap();
        settling.since(&look, action, caller)
    };
    assert_eq!((since("T-1"), since("T-2")), (Some(WRITTEN), None));
}
