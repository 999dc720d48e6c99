//! Nobody may do what no policy allows.

use host_policy::{Allowances, GrantedSet};
use serde_json::Value as Json;

use crate::stage::Stage;

const OPEN: &str = "acs:ram::1234567890123456:role/open";
const TAKEN: &str = "acs:ram::1234567890123456:role/taken";

fn assume<'a>(role: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut parameters = vec![("RoleArn", role), ("RoleSessionName", "a-session")];
    parameters.extend_from_slice(more);
    parameters
}

#[test]
fn a_refusal_says_who_lacks_what() {
    let stage = Stage::crowded();
    let nobody = stage.key("source", "nobody");
    let (status, body) = stage.ask(&nobody, "ram:ListUsers", &[]);
    assert_eq!((status, &body["Code"]), (403, &Json::from("NoPermission")));
    let detail = &body["AccessDeniedDetail"];
    assert_eq!(detail["AuthAction"], "ram:ListUsers");
    assert_eq!(detail["AuthPrincipalType"], "SubUser");
    assert_eq!(detail["AuthPrincipalOwnerId"], "6543210987654321");
    assert_eq!(detail["NoPermissionType"], "ImplicitDeny");
    let encoded = detail["EncodedDiagnosticMessage"].as_str().unwrap();
    let decoded = stage.done(
        &stage.operator(),
        "ram:DecodeDiagnosticMessage",
        &[("EncodedDiagnosticMessage", encoded)],
    );
    assert_eq!(decoded["DecodedDiagnosticMessage"]["AuthAction"], "ram:ListUsers");
    assert_eq!(decoded["DecodedDiagnosticMessage"]["ExplicitDeny"], false);
}

#[test]
fn everybody_may_ask_who_they_are() {
    let stage = Stage::crowded();
    let cases = [
        ("source", "nobody", "RAMUser", "acs:ram::6543210987654321:user/nobody"),
        ("monitoring", "root", "Account", "acs:ram::1234567890123456:root"),
    ];
    for (account, user, kind, arn) in cases {
        let body = stage.done(&stage.key(account, user), "sts:GetCallerIdentity", &[]);
        assert_eq!((&body["IdentityType"], &body["Arn"]), (&kind.into(), &arn.into()));
        assert_eq!(body.get("UserId").is_some(), kind == "RAMUser");
    }
}

#[test]
fn an_explicit_deny_wins_for_its_resource_only() {
    let stage = Stage::crowded();
    let reader = stage.key("monitoring", "reader");
    stage.done(&reader, "ram:GetRole", &[("RoleName", "open")]);
    let (_, body) = stage.ask(&reader, "ram:GetRole", &[("RoleName", "Secret")]);
    assert_eq!(body["AccessDeniedDetail"]["NoPermissionType"], "ExplicitDeny");
    assert_eq!(stage.refused(&reader, "ram:DeleteRole", &[("RoleName", "open")]), "NoPermission");
}

#[test]
fn assuming_a_role_takes_both_halves() {
    let stage = Stage::crowded();
    let visitor = stage.key("source", "visitor");
    let nobody = stage.key("source", "nobody");
    let root = stage.key("monitoring", "root");
    let word = [("ExternalId", "shared-word")];
    let cases = [
        (&visitor, assume(OPEN, &[]), None),
        (&nobody, assume(OPEN, &[]), Some("AccountLevelIdentityBasedPolicy")),
        (&visitor, assume(TAKEN, &[]), Some("AssumeRolePolicy")),
        (&visitor, assume(TAKEN, &[("ExternalId", "guess")]), Some("AssumeRolePolicy")),
        (&visitor, assume(TAKEN, &word), None),
        (&stage.operator(), assume(TAKEN, &word), Some("AssumeRolePolicy")),
        (&stage.operator(), assume(OPEN, &[]), None),
    ];
    for (key, parameters, refused_by) in cases {
        let (_, body) = stage.ask(key, "sts:AssumeRole", &parameters);
        let policy_type = body["AccessDeniedDetail"]["PolicyType"].as_str();
        assert_eq!(policy_type, refused_by, "{parameters:?}: {body}");
    }
    let (_, body) = stage.ask(&root, "sts:AssumeRole", &assume(OPEN, &[]));
    assert_eq!(body["Message"], "Roles may not be assumed by root accounts.");
}

#[test]
fn a_session_may_what_role_and_session_policy_both_allow() {
    let stage = Stage::crowded();
    let visitor = stage.key("source", "visitor");
    let region = [("RegionId", "cn-hangzhou")];
    let wide = stage.assume(&visitor, &assume(OPEN, &[]));
    stage.done(&wide, "arms:ListTraceApps", &region);
    stage.done(&wide, "ram:ListRoles", &[]);
    let delete = [
        ("RegionId", "cn-hangzhou"),
        ("AppId", "1000001"),
        ("Pid", "fakepid001@0123456789abcde"),
        ("Type", "TRACE"),
    ];
    assert_eq!(stage.refused(&wide, "arms:DeleteTraceApp", &delete), "NoPermission");
    let policy = r#"{"Version":"1","Statement":[{"Effect":"Allow",
        "Action":["arms:*"],"Resource":"*"}]}"#;
    let narrow = stage.assume(&visitor, &assume(OPEN, &[("Policy", policy)]));
    stage.done(&narrow, "arms:ListTraceApps", &region);
    assert_eq!(stage.refused(&narrow, "ram:ListRoles", &[]), "NoPermission");
    // A session policy never widens.
    assert_eq!(stage.refused(&narrow, "arms:DeleteTraceApp", &delete), "NoPermission");
    // Rights are judged when a call is made.
    let operator = stage.operator();
    let arms = ("PolicyName", "AliyunARMSReadOnlyAccess");
    let detach = [("RoleName", "open"), ("PolicyType", "System"), arms];
    stage.done(&operator, "ram:DetachPolicyFromRole", &detach);
    assert_eq!(stage.refused(&wide, "arms:ListTraceApps", &region), "NoPermission");
}

/// The role may read all of RAM and ARMS; the workflow declares two reads.
#[test]
fn what_no_manifest_declares_is_refused_by_the_cloud_itself() {
    let stage = Stage::crowded();
    let declared = ["ram:ListRoles", "arms:ListTraceApps"].map(str::to_owned).into();
    let account = "1234567890123456".parse().unwrap();
    let granted = GrantedSet::of_run(&declared, &account, &Allowances::default());
    let policy = granted.session_policy(None, "profile `x`").unwrap();
    let operator = stage.operator();
    let wide = stage.assume(&operator, &assume(OPEN, &[]));
    let narrow = stage.assume(&operator, &assume(OPEN, &[("Policy", &policy.text)]));
    let region = ("RegionId", "cn-hangzhou");
    for (call, parameters, is_declared) in [
        ("ram:ListRoles", vec![], true),
        ("arms:ListTraceApps", vec![region], true),
        ("sts:GetCallerIdentity", vec![], true),
        ("ram:ListUsers", vec![], false),
        ("ram:GetRole", vec![("RoleName", "open")], false),
        ("arms:SearchTraceAppByPage", vec![region], false),
    ] {
        stage.done(&wide, call, &parameters);
        if is_declared {
            stage.done(&narrow, call, &parameters);
        } else {
            assert_eq!(stage.refused(&narrow, call, &parameters), "NoPermission", "{call}");
        }
    }
}

#[test]
fn rights_in_a_resource_group_reach_that_group_only() {
    let stage = Stage::crowded();
    let scoped = stage.key("monitoring", "scoped");
    let group = [("RegionId", "cn-hangzhou"), ("ResourceGroupId", "rg-fakeshop000001")];
    let everywhere = [("RegionId", "cn-hangzhou")];
    let missing = |parameters: &[(&str, &str)]| {
        let (_, body) = stage.ask(&scoped, "arms:ListTraceApps", parameters);
        body["AccessDeniedDetail"]["AuthAction"].as_str().map(str::to_owned)
    };
    assert_eq!(missing(&everywhere).as_deref(), Some("arms:ListTraceApps"));
    assert_eq!(missing(&group).as_deref(), Some("arms:ReadTraceApp"));
    let attach = [
        ("PolicyName", "loose"),
        ("PolicyType", "Custom"),
        ("PrincipalType", "IMSUser"),
        ("PrincipalName", "scoped@crowd.onaliyun.com"),
        ("ResourceGroupId", "rg-fakeshop000001"),
    ];
    stage.done(&stage.operator(), "resourcemanager:AttachPolicy", &attach);
    assert_eq!(missing(&group), None);
    assert_eq!(missing(&everywhere).as_deref(), Some("arms:ListTraceApps"));
    let body = stage.done(&scoped, "arms:SearchTraceAppByPage", &group);
    assert_eq!(body["PageBean"]["TotalCount"], 1);
    assert_eq!(body["PageBean"]["TraceApps"][0]["AppName"], "order-service");
}

#[test]
fn a_role_made_again_gives_an_old_session_nothing() {
    let stage = Stage::crowded();
    let operator = stage.operator();
    let session = stage.assume(&operator, &assume(OPEN, &[]));
    stage.done(&session, "ram:ListRoles", &[]);
    for policy in ["AliyunARMSReadOnlyAccess", "AliyunRAMReadOnlyAccess"] {
        let detach = [("RoleName", "open"), ("PolicyType", "System"), ("PolicyName", policy)];
        stage.done(&operator, "ram:DetachPolicyFromRole", &detach);
    }
    stage.done(&operator, "ram:DeleteRole", &[("RoleName", "open")]);
    let trust = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
        "Principal":{"RAM":"acs:ram::1234567890123456:root"}}]}"#;
    let create = [("RoleName", "open"), ("AssumeRolePolicyDocument", trust)];
    stage.done(&operator, "ram:CreateRole", &create);
    let attach =
        [("RoleName", "open"), ("PolicyType", "System"), ("PolicyName", "AliyunRAMReadOnlyAccess")];
    stage.done(&operator, "ram:AttachPolicyToRole", &attach);
    assert_eq!(stage.refused(&session, "ram:ListRoles", &[]), "NoPermission");
}
