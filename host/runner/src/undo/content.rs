//! What hangs on a user, a role or a policy: the cloud refuses to remove it under that, and what others put
//! there is not the undo's to remove.

use host_model::{Call, CallError};
use serde_json::Value as Json;

use super::desk::{Desk, Halt};
use super::now::{absent, list, seen};
use super::step::Step;

/// What hangs on a thing, in words that steps are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contents(pub(crate) Vec<String>);

impl Contents {
    /// Without what the steps take away.
    pub(crate) fn without(self, steps: &[Step]) -> Self {
        let taken: Vec<String> = steps.iter().flat_map(|step| taken(&step.call)).collect();
        let is_left = |word: &String| !taken.iter().any(|it| it.eq_ignore_ascii_case(word));
        Self(self.0.into_iter().filter(is_left).collect())
    }
}

/// The words for what a call takes away.
fn taken(call: &Call) -> Vec<String> {
    let text = |name: &str| call.text(name).unwrap_or_default();
    let name = |of: &str| of.split('@').next().unwrap_or_default().to_owned();
    match call.action.as_str() {
        "DetachPolicyFromUser" => {
            vec![attachment(text("PolicyName"), "user", text("UserName"))]
        }
        "DetachPolicyFromRole" => {
            vec![attachment(text("PolicyName"), "role", text("RoleName"))]
        }
        "DetachPolicy" => {
            let kind = if text("PrincipalType") == "IMSUser" { "user" } else { "role" };
            vec![attachment(text("PolicyName"), kind, &name(text("PrincipalName")))]
        }
        "DeleteAccessKey" => vec![key(text("UserAccessKeyId"))],
        "DeleteLoginProfile" => vec![LOGIN.to_owned()],
        "DeletePolicyVersion" => vec![version(text("VersionId"))],
        _ => Vec::new(),
    }
}

const LOGIN: &str = "a login profile";

fn attachment(policy: &str, kind: &str, name: &str) -> String {
    format!("policy `{policy}` on {kind} `{name}`")
}

fn key(id: &str) -> String {
    format!("AccessKey `{id}`")
}

fn version(id: &str) -> String {
    format!("version `{id}`")
}

fn words(body: &Json, at: &str, name: &str, word: impl Fn(&str) -> String) -> Vec<String> {
    let texts = list(body, at).filter_map(|item| item.get(name).and_then(Json::as_str));
    texts.map(|text| word(&host_model::quote_within(text, 128))).collect()
}

/// Reads what hangs on the thing that a step removes.
pub(crate) async fn read(
    desk: &mut Desk,
    step: &Step,
) -> Result<Result<Contents, CallError>, Halt> {
    let name = step.about.name.as_str();
    match step.call.action.as_str() {
        "DeleteUser" => user(desk, step, name).await,
        "DeleteRole" => {
            let body = seen!(look(desk, step, "ListPoliciesForRole", &[("RoleName", name)]).await?);
            Ok(Ok(Contents(words(&body, "/Policies/Policy", "PolicyName", |it| {
                attachment(it, "role", name)
            }))))
        }
        _ => custom_policy(desk, step, name).await,
    }
}

async fn look(
    desk: &mut Desk,
    step: &Step,
    action: &str,
    parameters: &[(&str, &str)],
) -> Result<Result<Json, CallError>, Halt> {
    let caller = step.call.identity.clone();
    let looked = desk.look(&caller, "ram", action, None, parameters).await?;
    // What is not there has nothing on it.
    Ok(absent(looked).map(Option::unwrap_or_default))
}

async fn user(
    desk: &mut Desk,
    step: &Step,
    name: &str,
) -> Result<Result<Contents, CallError>, Halt> {
    let asked = [("UserName", name)];
    let policies = seen!(look(desk, step, "ListPoliciesForUser", &asked).await?);
    let keys = seen!(look(desk, step, "ListAccessKeys", &asked).await?);
    let login = seen!(look(desk, step, "GetLoginProfile", &asked).await?);
    let mut all =
        words(&policies, "/Policies/Policy", "PolicyName", |it| attachment(it, "user", name));
    all.extend(words(&keys, "/AccessKeys/AccessKey", "AccessKeyId", key));
    all.extend(login.get("LoginProfile").map(|_| LOGIN.to_owned()));
    Ok(Ok(Contents(all)))
}

async fn custom_policy(
    desk: &mut Desk,
    step: &Step,
    name: &str,
) -> Result<Result<Contents, CallError>, Halt> {
    let name = step.call.text("PolicyName").unwrap_or(name);
    let asked = [("PolicyName", name), ("PolicyType", "Custom")];
    let holders = seen!(look(desk, step, "ListEntitiesForPolicy", &asked).await?);
    let versions = seen!(look(desk, step, "ListPolicyVersions", &asked).await?);
    let mut all = words(&holders, "/Users/User", "UserName", |it| attachment(name, "user", it));
    all.extend(words(&holders, "/Roles/Role", "RoleName", |it| attachment(name, "role", it)));
    all.extend(words(&holders, "/Groups/Group", "GroupName", |it| attachment(name, "group", it)));
    // The one that the policy was made with goes with it.
    let others = list(&versions, "/PolicyVersions/PolicyVersion")
        .filter(|item| item.get("VersionId").and_then(Json::as_str) != Some("v1"));
    let ids = others.filter_map(|item| item.get("VersionId").and_then(Json::as_str));
    all.extend(ids.map(version));
    Ok(Ok(Contents(all)))
}
