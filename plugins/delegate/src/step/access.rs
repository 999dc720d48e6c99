//! What the role may do in ARMS.

use host_workflow_sdk::{Error, ErrorKind, progress};

use crate::attachment::{self, Attachment, Holder};
use crate::documents;
use crate::ledger::Ledger;
use crate::names::{self, CUSTOM, SYSTEM};
use crate::parameters::{Access, NamedAccess, Parameters, Scope};
use crate::parties::{self, Parties};
use crate::policy::{Standing, WantedPolicy};
use crate::quota;
use crate::step::role::{FoundRole, SettledRole};

/// Policies to make and to attach.
#[derive(Debug)]
pub(crate) struct AccessPlan {
    policies: Vec<(WantedPolicy, Standing)>,
    /// With whether it is there already.
    attachments: Vec<(Attachment, bool)>,
    /// How Resource Management calls the role.
    principal: String,
}

/// The policies that the access consists of, and where each is attached.
fn wanted(input: &Parameters) -> (Vec<WantedPolicy>, Vec<Attachment>) {
    let role = &input.role_name;
    match &input.access {
        Access::Named(NamedAccess::Full) => {
            (Vec::new(), vec![Attachment::new(names::FULL_ACCESS, SYSTEM, &input.scope)])
        }
        Access::Named(NamedAccess::ReadOnly) => {
            let read = Attachment::new(names::READ_ONLY_ACCESS, SYSTEM, &input.scope);
            if input.scope == Scope::Account {
                return (Vec::new(), vec![read]);
            }
            let list = WantedPolicy {
                name: names::read_trace_policy(role),
                document: documents::read_trace_document(),
                description: format!("Lets role {role} list applications of a resource group."),
            };
            let listing = Attachment::new(&list.name, CUSTOM, &input.scope);
            (vec![list], vec![read, listing])
        }
        Access::Custom(custom) => {
            let own = WantedPolicy {
                name: custom.name.clone(),
                document: custom.document.to_string(),
                description: format!("What role {role} may do in ARMS."),
            };
            let attachment = Attachment::new(&own.name, CUSTOM, &input.scope);
            (vec![own], vec![attachment])
        }
    }
}

/// Looks what is there, and refuses what could not come out as asked.
pub(crate) fn find(
    input: &Parameters,
    parties: &Parties,
    role: &FoundRole,
    ledger: &mut Ledger,
) -> Result<AccessPlan, Error> {
    let account = &parties.monitoring;
    let (policies, attachments) = wanted(input);
    let mut standings = Vec::new();
    for policy in policies {
        documents::read_permission("the wanted access", &policy.document)?;
        let standing = policy.find(account)?;
        standings.push((policy, standing));
    }
    let computed = || names::role_principal(&input.role_name, account.id());
    let known = role.role().and_then(|role| role.role_principal_name.clone());
    let principal = known.unwrap_or_else(computed);
    let Some(role) = role.role() else {
        let attachments = attachments.into_iter().map(|wanted| (wanted, false)).collect();
        return Ok(AccessPlan { policies: standings, attachments, principal });
    };
    let holder = Holder::Role { name: role.role_name.clone(), principal: principal.clone() };
    let listed = holder.policies(account)?;
    refuse_wider(input, attachment::has_full_access(&listed))?;
    note_overlap(input, &listed, ledger);
    let mut found = Vec::new();
    for wanted in attachments {
        let is_there = wanted.is_there(account, &holder, &listed)?;
        found.push((wanted, is_there));
    }
    let missing: Vec<&Attachment> =
        found.iter().filter(|(_, is_there)| !is_there).map(|(wanted, _)| wanted).collect();
    quota::ROLE.fits(&format!("role `{}`", role.role_name), &listed, &missing)?;
    Ok(AccessPlan { policies: standings, attachments: found, principal })
}

/// A narrow policy beside full access narrows nothing.
fn refuse_wider(input: &Parameters, has_full_access: bool) -> Result<(), Error> {
    if !has_full_access || matches!(input.access, Access::Named(NamedAccess::Full)) {
        return Ok(());
    }
    let message = format!(
        "role `{}` has `{}`, beside which a narrower policy has no effect",
        input.role_name,
        names::FULL_ACCESS
    );
    let hint = format!(
        "detach `{}` from the role, give another `role-name`, or set `access` to `full`",
        names::FULL_ACCESS
    );
    Err(Error::new(ErrorKind::Conflict, "delegate.access-wider", message).hint(hint))
}

fn note_overlap(
    input: &Parameters,
    listed: &[host_workflow_sdk::ram::AttachedPolicy],
    ledger: &mut Ledger,
) {
    let is_read_only = |name: &str| name.eq_ignore_ascii_case(names::READ_ONLY_ACCESS);
    let full = matches!(input.access, Access::Named(NamedAccess::Full));
    if full && listed.iter().any(|policy| is_read_only(&policy.policy_name)) {
        ledger.note(format!(
            "role `{}` also has `{}`, which full access makes superfluous; it is left alone",
            input.role_name,
            names::READ_ONLY_ACCESS
        ));
    }
}

/// Makes the policies and attaches them.
pub(crate) fn settle(
    parties: &Parties,
    role: &SettledRole,
    plan: &AccessPlan,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    progress::step("access", "the role may work in ARMS");
    let account = &parties.monitoring;
    for (policy, standing) in &plan.policies {
        policy.settle(account, standing, ledger)?;
    }
    let holder = Holder::Role { name: role.name.clone(), principal: plan.principal.clone() };
    for (wanted, is_there) in &plan.attachments {
        let place = parties::place(&wanted.scope);
        let object = format!("policy `{}` on role `{}` {place}", wanted.policy, role.name);
        if *is_there {
            ledger.unchanged(object);
        } else {
            wanted.attach(account, &holder)?;
            ledger.created(object);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(text: &str) -> Parameters {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn each_access_is_the_policies_of_the_guide() {
        let cases: [(&str, &[&str], usize); 5] = [
            ("{}", &["AliyunARMSFullAccess"], 0),
            (r#"{"access": "read-only"}"#, &["AliyunARMSReadOnlyAccess"], 0),
            (r#"{"scope": "rg-1"}"#, &["AliyunARMSFullAccess"], 0),
            (
                r#"{"access": "read-only", "scope": "rg-1"}"#,
                &["AliyunARMSReadOnlyAccess", "host-read-trace-arms-delegate"],
                1,
            ),
            (r#"{"access": {"name": "own", "document": {}}}"#, &["own"], 1),
        ];
        for (text, names, made) in cases {
            let input = input(text);
            let (policies, attachments) = wanted(&input);
            let attached: Vec<&str> = attachments.iter().map(|a| a.policy.as_str()).collect();
            assert_eq!(attached, names, "{text}");
            assert_eq!(policies.len(), made, "{text}");
            assert!(attachments.iter().all(|a| a.scope == input.scope), "{text}");
        }
    }

    #[test]
    fn narrow_access_is_refused_beside_full_access() {
        let narrow = input(r#"{"access": "read-only"}"#);
        let error = refuse_wider(&narrow, true).unwrap_err();
        assert_eq!(error.code, "delegate.access-wider");
        refuse_wider(&narrow, false).unwrap();
        refuse_wider(&input("{}"), true).unwrap();
    }
}
