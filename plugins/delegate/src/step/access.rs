//! What the role may do in ARMS.

use host_workflow_sdk::{Error, ErrorKind, clock, progress};

use crate::attachment::{Attachment, Holder};
use crate::documents;
use crate::ledger::Ledger;
use crate::names::{self, CUSTOM, SYSTEM};
use crate::parameters::{Access, NamedAccess, Parameters, Scope};
use crate::parties::{self, Parties};
use crate::policy::{Standing, WantedPolicy};
use crate::quota;
use crate::step::role::{FoundRole, SettledRole};

/// How long a detached policy may still count, in seconds, so that what is shown afterwards rests on what is
/// left. The cloud promises no figure.
const DETACH_SECONDS: u32 = 10;

/// Policies to make and to attach.
#[derive(Debug)]
pub(crate) struct AccessPlan {
    policies: Vec<(WantedPolicy, Standing)>,
    /// With whether it is there already.
    attachments: Vec<(Attachment, bool)>,
    /// What an earlier run attached and the wanted access replaces.
    superseded: Vec<Attachment>,
    /// How Resource Management calls the role.
    principal: String,
}

impl AccessPlan {
    /// Whether the role loses something, which the cloud takes a while to see everywhere.
    pub(crate) const fn takes_away(&self) -> bool {
        !self.superseded.is_empty()
    }
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
    let Some(present) = role.role() else {
        let attachments = attachments.into_iter().map(|wanted| (wanted, false)).collect();
        let plan =
            AccessPlan { policies: standings, attachments, superseded: Vec::new(), principal };
        return announce(plan);
    };
    let holder = Holder::Role { name: present.role_name.clone(), principal: principal.clone() };
    let listed = holder.policies(account)?;
    let held = holder.attachments(account, &listed, input.scope != Scope::Account)?;
    let superseded = superseded(&held, &attachments, &present.role_name);
    if !role.is_ours() {
        refuse_foreign(&superseded, &present.role_name)?;
    }
    note_others(&held, &attachments, &superseded, &present.role_name, ledger);
    let is_there = |wanted: &Attachment| held.iter().any(|it| it.is_same(wanted));
    let attachments: Vec<(Attachment, bool)> =
        attachments.into_iter().map(|wanted| (wanted.clone(), is_there(&wanted))).collect();
    let missing: Vec<&Attachment> =
        attachments.iter().filter(|(_, is_there)| !is_there).map(|(wanted, _)| wanted).collect();
    quota::ROLE.fits(&format!("role `{}`", present.role_name), &listed, &missing)?;
    announce(AccessPlan { policies: standings, attachments, superseded, principal })
}

/// What the role has of the policies that this workflow attaches, and should not have today: the
/// other of full and read-only access, or the same in another place.
fn superseded(held: &[Attachment], wanted: &[Attachment], role: &str) -> Vec<Attachment> {
    let listing = names::read_trace_policy(role);
    let attaches = |it: &Attachment| {
        it.is(names::FULL_ACCESS, SYSTEM)
            || it.is(names::READ_ONLY_ACCESS, SYSTEM)
            || it.is(&listing, CUSTOM)
            // A policy of the operator's, in another place than today.
            || wanted.iter().any(|wanted| wanted.is(&it.policy, it.kind))
    };
    let is_wanted = |it: &Attachment| wanted.iter().any(|wanted| wanted.is_same(it));
    held.iter().filter(|it| attaches(it) && !is_wanted(it)).cloned().collect()
}

/// What others gave the role is theirs to take away; full access beside a narrower one makes the
/// narrower one meaningless.
fn refuse_foreign(superseded: &[Attachment], role: &str) -> Result<(), Error> {
    let Some(other) = superseded.first() else { return Ok(()) };
    let policy = &other.policy;
    let message = format!(
        "role `{role}` has `{policy}` {}, which does not go with the wanted access, and the role \
         was not made by this workflow",
        parties::place(&other.scope)
    );
    let hint = format!(
        "detach `{policy}` from the role, give another `role-name`, or set `access` and `scope` \
         to what the role has"
    );
    Err(Error::new(ErrorKind::Conflict, "delegate.access-foreign", message).hint(hint))
}

/// Any other policy of the role widens what was asked for, and stays.
fn note_others(
    held: &[Attachment],
    wanted: &[Attachment],
    superseded: &[Attachment],
    role: &str,
    ledger: &mut Ledger,
) {
    let accounted = |it: &&Attachment| wanted.iter().chain(superseded).any(|own| own.is_same(it));
    for other in held.iter().filter(|it| !accounted(it)) {
        ledger.note(format!(
            "role `{role}` also has policy `{}` {}, which was not asked for; it is left alone",
            other.policy,
            parties::place(&other.scope)
        ));
    }
}

/// Says what the host will refuse unless the operator allowed it.
fn announce(plan: AccessPlan) -> Result<AccessPlan, Error> {
    let attaches = plan.attachments.iter().any(|(_, is_there)| !is_there);
    for (policy, standing) in &plan.policies {
        let writes = attaches || standing.is_to_be_written();
        if let Some(breadth) = policy.breadth()?.filter(|_| writes) {
            let name = &policy.name;
            progress::warn(&format!(
                "policy `{name}` needs the run to have `--allow broad-policy`: {breadth}"
            ));
        }
    }
    Ok(plan)
}

/// Makes the policies, before anything else is written: the host may refuse what they say.
pub(crate) fn settle_policies(
    parties: &Parties,
    plan: &AccessPlan,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    if plan.policies.is_empty() {
        return Ok(());
    }
    progress::step("policies", "the policies for the role are there");
    for (policy, standing) in &plan.policies {
        policy.settle(&parties.monitoring, standing, ledger)?;
    }
    Ok(())
}

/// Attaches what is wanted, then detaches what it replaces: the role is never without access.
pub(crate) fn settle(
    parties: &Parties,
    role: &SettledRole,
    plan: &AccessPlan,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    progress::step("access", "the role may work in ARMS");
    let account = &parties.monitoring;
    let holder = Holder::Role { name: role.name.clone(), principal: plan.principal.clone() };
    let object = |it: &Attachment| {
        format!("policy `{}` on role `{}` {}", it.policy, role.name, parties::place(&it.scope))
    };
    for (wanted, is_there) in &plan.attachments {
        if *is_there {
            ledger.unchanged(object(wanted));
        } else {
            wanted.attach(account, &holder)?;
            ledger.created(object(wanted));
        }
    }
    for old in &plan.superseded {
        old.detach_from_role(account, &role.name, &plan.principal)?;
        let how = "detached, the wanted access replaces what an earlier run attached";
        ledger.updated(&object(old), how);
    }
    if plan.takes_away() {
        progress::info("waiting until the cloud has seen what was detached");
        clock::sleep(DETACH_SECONDS);
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
    fn what_an_earlier_run_attached_gives_way_to_what_is_wanted_now() {
        let full = |scope: &str| {
            Attachment::new(names::FULL_ACCESS, SYSTEM, &Scope::from(scope.to_owned()))
        };
        let read = |scope: &str| {
            Attachment::new(names::READ_ONLY_ACCESS, SYSTEM, &Scope::from(scope.to_owned()))
        };
        let list = |scope: &str| {
            let name = "host-read-trace-arms-delegate";
            Attachment::new(name, CUSTOM, &Scope::from(scope.to_owned()))
        };
        let other = Attachment::new("AliyunECSFullAccess", SYSTEM, &Scope::Account);
        let cases: [(&str, Vec<Attachment>, Vec<Attachment>); 6] = [
            ("{}", vec![full("account"), other.clone()], vec![]),
            ("{}", vec![read("account"), other.clone()], vec![read("account")]),
            (r#"{"access": "read-only"}"#, vec![full("account")], vec![full("account")]),
            (r#"{"scope": "rg-1"}"#, vec![full("account")], vec![full("account")]),
            (
                r#"{"access": "read-only"}"#,
                vec![read("rg-1"), list("rg-1"), read("account")],
                vec![read("rg-1"), list("rg-1")],
            ),
            (
                r#"{"access": "read-only", "scope": "rg-2"}"#,
                vec![read("rg-1"), list("rg-1"), other],
                vec![read("rg-1"), list("rg-1")],
            ),
        ];
        for (text, held, gone) in cases {
            let (_, wanted) = wanted(&input(text));
            assert_eq!(superseded(&held, &wanted, "arms-delegate"), gone, "{text}");
            let verdict = refuse_foreign(&gone, "arms-delegate").map_err(|error| error.code);
            let refused = Err("delegate.access-foreign".to_owned());
            assert_eq!(verdict, if gone.is_empty() { Ok(()) } else { refused }, "{text}");
        }
    }
}
