//! May the caller do this? The caller's policies, collected and judged.
//!
//! A refusal is `NoPermission` for most products (assumed for ARMS, which might say
//! `Forbidden.RAM` as ECS does), with the details that RAM-controlled products add (`facts.md`,
//! envelope).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use host_model::{Arn, Principal, Timestamp};
use host_policy::former_name;
use host_ram::{Context, Document};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::instant::iso8601;
use crate::permission::{self, Decision, Deed};
use crate::resource;
use crate::state::{
    Account, Attachments, Caller, CallerIdentity, CloudError, Facet, Operation, PolicyType, Role,
    State,
};

/// The caller's ARN, as `GetCallerIdentity` says it.
pub(crate) fn arn_of(caller: &Caller) -> Arn {
    let principal = match &caller.identity {
        CallerIdentity::Root => Principal::Root,
        CallerIdentity::User(name) => Principal::User(name.clone()),
        CallerIdentity::Session { role, session, .. } => {
            Principal::Session(role.clone(), session.clone())
        }
    };
    Arn::new(caller.account.clone(), principal)
}

/// Refuses what the caller's policies do not permit.
pub(crate) fn authorize(state: &State, operation: &Operation<'_>) -> Result<(), CloudError> {
    let action = format!("{}:{}", operation.product.key, operation.action.name);
    // Needs no permission (assumed, as everybody does).
    if action == "sts:GetCallerIdentity" {
        return Ok(());
    }
    if operation.caller.identity == CallerIdentity::Root {
        return if action == "sts:AssumeRole" { Err(root_refused()) } else { Ok(()) };
    }
    let group = resource::group_of(operation);
    let papers = Papers::of(state, operation.caller, group, operation.now)?;
    for resource in resource::resources(state, operation) {
        papers.check(&action, &resource, operation)?;
    }
    Ok(())
}

/// Whether `caller` may do `action` to anything in its account.
pub(crate) fn may(state: &State, caller: &Caller, action: &str, now: Timestamp) -> bool {
    caller.identity == CallerIdentity::Root
        || Papers::of(state, caller, None, now)
            .is_ok_and(|papers| papers.judge(action, "*", now, true) == Decision::Allowed)
}

fn root_refused() -> CloudError {
    CloudError::new("NoPermission", 403, "Roles may not be assumed by root accounts.")
}

/// The policies that count for one call.
struct Papers {
    /// Those that count in the whole account.
    account: Vec<Document>,
    /// Those that count in the resource group of the call.
    group: Vec<Document>,
    /// What the session may do at most.
    session: Option<Document>,
}

impl Papers {
    fn of(
        state: &State,
        caller: &Caller,
        group: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, CloudError> {
        let account = state.account(&caller.account)?;
        let mut papers = Self { account: Vec::new(), group: Vec::new(), session: None };
        match &caller.identity {
            CallerIdentity::Root => {}
            CallerIdentity::User(name) => {
                let user = account.user(name)?;
                papers.take(account, &user.policies, group, now);
                for name in &user.groups {
                    if let Facet::Known(found) = account.groups.get(name) {
                        papers.take(account, &found.policies, group, now);
                    }
                }
            }
            CallerIdentity::Session { role, role_id, policy, .. } => {
                // A role that was deleted and made again is another role.
                if let Facet::Known(found) = account.roles.get(role)
                    && found.id == *role_id
                {
                    papers.take(account, &found.policies, group, now);
                }
                if let Some(policy) = policy {
                    papers.session = permission::document(policy);
                    // What cannot be read narrows to nothing.
                    if papers.session.is_none() {
                        papers = Self { account: Vec::new(), group: Vec::new(), session: None };
                    }
                }
            }
        }
        Ok(papers)
    }

    fn take(
        &mut self,
        account: &Account,
        policies: &Attachments,
        group: Option<&str>,
        now: Timestamp,
    ) {
        for attachment in policies.effective(now) {
            let document = document_of(account, attachment.policy_type, &attachment.policy_name);
            match (&attachment.scope, document) {
                (None, Some(document)) => self.account.push(document),
                (Some(scope), Some(document)) if group == Some(scope.as_str()) => {
                    self.group.push(document);
                }
                _ => {}
            }
        }
    }

    /// Rights from a resource group's policies suffice for a list of ARMS only together with
    /// `arms:ReadTraceApp` (seed document, ARMS permission policies).
    fn check(
        &self,
        action: &str,
        resource: &str,
        operation: &Operation<'_>,
    ) -> Result<(), CloudError> {
        let refuse = |action: &str, decision| {
            let diagnosis = Diagnosis::of(operation.caller, action, resource, decision);
            Err(refused(&diagnosis, &operation.product.key))
        };
        let decision = self.judge(action, resource, operation.now, true);
        if decision != Decision::Allowed {
            return refuse(action, decision);
        }
        let alone = || self.judge(action, resource, operation.now, false);
        if operation.product.key == "arms" && alone() != Decision::Allowed {
            let decision = self.judge(READ_TRACE_APP, resource, operation.now, true);
            if decision != Decision::Allowed {
                return refuse(READ_TRACE_APP, decision);
            }
        }
        Ok(())
    }

    /// Judges an action under each of its names: one that forbids decides, else one that allows.
    fn judge(&self, action: &str, resource: &str, now: Timestamp, with_group: bool) -> Decision {
        let group = self.group.iter().filter(|_| with_group);
        let documents: Vec<Document> = self.account.iter().chain(group).cloned().collect();
        let decisions: Vec<Decision> = std::iter::once(action)
            .chain(former_name(action))
            .map(|action| {
                let deed = Deed {
                    action: action.to_owned(),
                    resource: resource.to_owned(),
                    context: context(now),
                };
                permission::judge(&deed, &documents, self.session.as_ref())
            })
            .collect();
        let first = |wanted| decisions.iter().find(|decision| **decision == wanted).copied();
        let decided = first(Decision::Forbidden).or_else(|| first(Decision::Allowed));
        decided.unwrap_or(Decision::NotPermitted)
    }
}

const READ_TRACE_APP: &str = "arms:ReadTraceApp";

pub(crate) fn document_of(
    account: &Account,
    policy_type: PolicyType,
    name: &str,
) -> Option<Document> {
    match policy_type {
        PolicyType::System => Some(permission::system_policy(name)?.document.clone()),
        PolicyType::Custom => match account.policies.get(name) {
            Facet::Known(policy) => match policy.versions.get(&policy.default_version) {
                Facet::Known(version) => match &version.document {
                    Facet::Known(text) => permission::document(text),
                    Facet::Absent | Facet::Unknown => None,
                },
                Facet::Absent | Facet::Unknown => None,
            },
            Facet::Absent | Facet::Unknown => None,
        },
    }
}

/// What every request brings along. Requests come from loopback, and count as TLS.
fn context(now: Timestamp) -> Context {
    let one = |key: &str, value: &str| (key.to_owned(), vec![value.to_owned()]);
    Context::from([
        one("acs:CurrentTime", &iso8601(now)),
        one("acs:MFAPresent", "false"),
        one("acs:SecureTransport", "true"),
        one("acs:SourceIp", "127.0.0.1"),
    ])
}

/// The other half of `AssumeRole`: does the role's trust policy let the caller in?
pub(crate) fn check_trust(
    role: &Role,
    resource: &str,
    operation: &Operation<'_>,
) -> Result<(), CloudError> {
    if operation.caller.identity == CallerIdentity::Root {
        return Err(root_refused());
    }
    let trust = role.trust.as_ref().looked_at(|| format!("the trust of role `{}`", role.name))?;
    let mut context = context(operation.now);
    if let Some(id) = operation.parameters.owned("ExternalId") {
        context.insert("sts:ExternalId".to_owned(), vec![id]);
    }
    let caller = arn_of(operation.caller);
    let decision = trust
        .map_or(Decision::NotPermitted, |trust| permission::judge_trust(trust, &caller, &context));
    if decision == Decision::Allowed {
        return Ok(());
    }
    let mut diagnosis = Diagnosis::of(operation.caller, "sts:AssumeRole", resource, decision);
    "AssumeRolePolicy".clone_into(&mut diagnosis.policy_type);
    Err(refused(&diagnosis, "sts"))
}

/// What stands behind a refusal; travels as `EncodedDiagnosticMessage`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Diagnosis {
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) principal: String,
    pub(crate) principal_type: String,
    pub(crate) owner: String,
    pub(crate) explicit: bool,
    pub(crate) policy_type: String,
}

impl Diagnosis {
    fn of(caller: &Caller, action: &str, resource: &str, decision: Decision) -> Self {
        let (principal_type, principal) = match &caller.identity {
            CallerIdentity::Root => ("Account", caller.account.to_string()),
            CallerIdentity::User(name) => ("SubUser", name.clone()),
            CallerIdentity::Session { role, session, .. } => {
                ("AssumedRoleUser", format!("{role}:{session}"))
            }
        };
        Self {
            action: action.to_owned(),
            resource: resource.to_owned(),
            principal,
            principal_type: principal_type.to_owned(),
            owner: caller.account.to_string(),
            explicit: decision == Decision::Forbidden,
            policy_type: "AccountLevelIdentityBasedPolicy".to_owned(),
        }
    }

    /// The diagnosis behind an encoded message, if this cloud made it.
    pub(crate) fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()
    }

    fn encode(&self) -> String {
        STANDARD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// Products differ in the code (assumed for all but RAM and STS).
fn refused(diagnosis: &Diagnosis, product: &str) -> CloudError {
    let code = match product {
        "cs" => "Forbidden",
        "ecs" => "Forbidden.RAM",
        _ => "NoPermission",
    };
    let message = "You are not authorized to do this action. You should be authorized by RAM.";
    let mut error = CloudError::new(code, 403, message);
    error.detail = Some(Box::new(json!({
        "AuthAction": diagnosis.action,
        "AuthPrincipalType": diagnosis.principal_type,
        "AuthPrincipalOwnerId": diagnosis.owner,
        "AuthPrincipalDisplayName": diagnosis.principal,
        "NoPermissionType": if diagnosis.explicit { "ExplicitDeny" } else { "ImplicitDeny" },
        "PolicyType": diagnosis.policy_type,
        "EncodedDiagnosticMessage": diagnosis.encode(),
    })));
    error
}
