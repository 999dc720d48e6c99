//! What the reporting user may do.

use host_ram::{Direction, Document, Kind, RiskClass, Scene, difference, risks};
use host_reporting::Ledger;
use host_workflow_sdk::ownership::{self, Claim, Tagged};
use host_workflow_sdk::{Account, Error, ErrorKind, Tolerant, progress, ram};

use crate::parameters::{CustomPolicy, DOCUMENTED, Parameters};
use crate::step::reporting_user::FoundUser;

const SYSTEM: &str = "System";
const CUSTOM: &str = "Custom";
/// Most policies of each kind of one user.
const MOST: [(&str, usize); 2] = [(SYSTEM, 20), (CUSTOM, 10)];
/// Replaces the oldest version that is not in force when there are five.
const ROTATE: &str = "DeleteOldestNonDefaultVersionWhenLimitExceeded";

/// What there is to do.
#[derive(Debug)]
pub(crate) struct PolicyPlan {
    custom: Option<(CustomStanding, String, String)>,
    /// Name and kind.
    attach: Vec<(String, &'static str)>,
    /// What an earlier run attached and a custom policy replaces: beside it, it would be the wider.
    detach: Vec<String>,
    there: Vec<String>,
}

/// What is there of the custom policy.
#[derive(Debug)]
enum CustomStanding {
    Absent,
    Present { claim: Claim, difference: Vec<String> },
}

/// Looks what the user has, and refuses what could not come out as asked.
pub(crate) fn find(
    input: &Parameters,
    monitoring: &Account,
    user: &FoundUser,
    ledger: &mut Ledger,
) -> Result<PolicyPlan, Error> {
    let custom = input.custom_policy.as_ref();
    let custom = custom.map(|policy| find_custom(monitoring, policy)).transpose()?;
    let wanted: Vec<(String, &'static str)> = match &custom {
        Some((_, name, _)) => vec![(name.clone(), CUSTOM)],
        None => input.policies.iter().map(|name| (name.clone(), SYSTEM)).collect(),
    };
    for (name, kind) in &wanted {
        let is_usual = *kind == CUSTOM || DOCUMENTED.contains(&name.as_str());
        if !is_usual && ram::get_policy(monitoring, name, kind).or_absent()?.is_none() {
            let message = format!("there is no system policy `{name}`");
            return Err(Error::new(ErrorKind::NotFound, "ack.policy-missing", message)
                .with("parameter", "policies")
                .hint("check its name, or leave `policies` out for those of the guide"));
        }
    }
    let attached = if user.is_there() {
        ram::list_policies_for_user(monitoring, &user.name)?
    } else {
        Vec::new()
    };
    let plan = plan(&attached, wanted, custom, user.is_ours);
    fits(&attached, &plan.attach, &user.name)?;
    note(input, &attached, &plan, user, ledger);
    Ok(plan)
}

fn plan(
    attached: &[ram::AttachedPolicy],
    wanted: Vec<(String, &'static str)>,
    custom: Option<(CustomStanding, String, String)>,
    is_ours: bool,
) -> PolicyPlan {
    // The cloud takes policy names without case.
    let has = |name: &str, kind: &str| {
        attached
            .iter()
            .any(|it| it.policy_name.eq_ignore_ascii_case(name) && it.policy_type == kind)
    };
    let wider = DOCUMENTED.iter().filter(|name| custom.is_some() && is_ours && has(name, SYSTEM));
    let detach = wider.map(|name| (*name).to_owned()).collect();
    let (there, attach): (Vec<_>, Vec<_>) =
        wanted.into_iter().partition(|(name, kind)| has(name, kind));
    PolicyPlan { custom, attach, detach, there: there.into_iter().map(|(name, _)| name).collect() }
}

fn fits(
    attached: &[ram::AttachedPolicy],
    attach: &[(String, &'static str)],
    user: &str,
) -> Result<(), Error> {
    for (kind, most) in MOST {
        let has = attached.iter().filter(|it| it.policy_type == kind).count();
        let more = attach.iter().filter(|(_, it)| *it == kind).count();
        if more > 0 && has + more > most {
            let kind = kind.to_lowercase();
            let message = format!(
                "user `{user}` has {has} {kind} policies, and {more} more would exceed {most}"
            );
            return Err(Error::new(ErrorKind::Conflict, "ack.quota-reached", message)
                .with("limit", most.to_string())
                .hint("detach policies that are no longer needed, or name another user"));
        }
    }
    Ok(())
}

fn note(
    input: &Parameters,
    attached: &[ram::AttachedPolicy],
    plan: &PolicyPlan,
    user: &FoundUser,
    ledger: &mut Ledger,
) {
    let name = &user.name;
    if input.custom_policy.is_some() {
        ledger.note(
            "which permissions `ack-onepilot` needs at least is not documented: with a custom policy, \
             see that the add-ons stay active"
                .to_owned(),
        );
    }
    let is_wide =
        |it: &&ram::AttachedPolicy| DOCUMENTED.contains(&it.policy_name.as_str()) && !user.is_ours;
    if plan.custom.is_some() && attached.iter().any(|it| is_wide(&it)) {
        ledger.note(format!(
            "user `{name}` has wider policies of others beside the custom one, so that does not narrow it"
        ));
    }
}

fn find_custom(
    monitoring: &Account,
    policy: &CustomPolicy,
) -> Result<(CustomStanding, String, String), Error> {
    let text = policy.document.to_string();
    let wanted = read(&format!("custom policy `{}`", policy.name), &text)?;
    if let Some(breadth) = breadth(&wanted) {
        progress::warn(&format!("custom policy `{}`: {breadth}", policy.name));
    }
    let Some(found) = ram::get_policy(monitoring, &policy.name, CUSTOM).or_absent()? else {
        return Ok((CustomStanding::Absent, policy.name.clone(), text));
    };
    let claim = ownership::claim(monitoring, Tagged::Policy, &found.policy_name)?;
    let present = read(&format!("policy `{}`", found.policy_name), &found.policy_document)?;
    let lines = difference(&present, &wanted);
    let difference = lines
        .iter()
        .map(|change| match change.direction {
            Direction::Removed => format!("no longer {}", change.line),
            Direction::Added => format!("now {}", change.line),
        })
        .collect();
    Ok((CustomStanding::Present { claim, difference }, found.policy_name, text))
}

fn read(what: &str, text: &str) -> Result<Document, Error> {
    Document::parse_as(Kind::Permission, text).map_err(|error| {
        let message = format!("cannot use the document of {what}: {error}");
        Error::new(ErrorKind::Invalid, "ack.document-unfit", message)
            .with("parameter", "custom-policy")
    })
}

/// What it gives away that the host refuses unless the operator allowed it by name.
fn breadth(document: &Document) -> Option<String> {
    let harmless = |class| matches!(class, RiskClass::PassEverything | RiskClass::AllowsAllBut);
    let found = risks(document, Kind::Permission, &Scene::default());
    found.into_iter().find(|risk| !harmless(risk.class)).map(|risk| risk.sentence)
}

/// Makes the custom policy what it should be. The host may refuse it by what it says, so this is the
/// first write of a run.
pub(crate) fn settle_custom(
    monitoring: &Account,
    plan: &PolicyPlan,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    let Some((standing, name, document)) = &plan.custom else { return Ok(()) };
    progress::step("custom-policy", "the custom policy says what it should");
    let object = format!("policy `{name}` of account `{}`", monitoring.id());
    match standing {
        CustomStanding::Absent => {
            let options = ram::CreatePolicyOptions {
                description: Some("What clusters of another account may do in ARMS.".to_owned()),
                ..Default::default()
            };
            ram::create_policy(monitoring, document, name, &options)?;
            ledger.created(object);
        }
        CustomStanding::Present { claim, difference } => {
            if *claim == Claim::Adopted {
                ownership::adopt(monitoring, Tagged::Policy, name)?;
                ledger.updated(&object, "taken over");
            }
            if !difference.is_empty() {
                let options = ram::CreatePolicyVersionOptions {
                    rotate_strategy: Some(ROTATE.to_owned()),
                    set_as_default: Some(true),
                    ..Default::default()
                };
                ram::create_policy_version(monitoring, document, name, &options)?;
                ledger.updated(&object, &difference.join("; "));
            } else if *claim == Claim::Ours {
                ledger.unchanged(object);
            }
        }
    }
    Ok(())
}

/// Attaches what is missing, then takes away what a custom policy replaces.
pub(crate) fn settle(
    monitoring: &Account,
    user: &FoundUser,
    plan: &PolicyPlan,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    progress::step("reporting-policies", "the reporting user may write to ARMS");
    let object = |policy: &str| format!("policy `{policy}` on user `{}`", user.name);
    for policy in &plan.there {
        ledger.unchanged(object(policy));
    }
    for (policy, kind) in &plan.attach {
        let options = ram::AttachPolicyToUserOptions::default();
        ram::attach_policy_to_user(monitoring, policy, kind, &user.name, &options)?;
        ledger.updated(&format!("user `{}`", user.name), &format!("now has policy `{policy}`"));
    }
    for policy in &plan.detach {
        let options = ram::DetachPolicyFromUserOptions::default();
        ram::detach_policy_from_user(monitoring, policy, SYSTEM, &user.name, &options)
            .or_absent()?;
        ledger.removed(&object(policy), "the custom policy takes its place");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attached(names: &[&str]) -> Vec<ram::AttachedPolicy> {
        let one = |name: &&str| ram::AttachedPolicy {
            policy_name: (*name).to_owned(),
            policy_type: SYSTEM.to_owned(),
            ..Default::default()
        };
        names.iter().map(one).collect()
    }

    fn wanted(names: &[&str]) -> Vec<(String, &'static str)> {
        names.iter().map(|name| ((*name).to_owned(), SYSTEM)).collect()
    }

    #[test]
    fn only_what_is_missing_is_attached() {
        let there = attached(&["aliyunarmsfullaccess"]);
        let plan = plan(&there, wanted(&DOCUMENTED), None, true);
        assert_eq!(plan.attach, wanted(&["AliyunSTSAssumeRoleAccess"]));
        assert_eq!(plan.there, ["AliyunARMSFullAccess"]);
        assert!(plan.detach.is_empty());
    }

    #[test]
    fn a_custom_policy_takes_the_place_of_the_wider_ones_on_our_user() {
        let there = attached(&["AliyunARMSFullAccess", "AliyunLogReadOnlyAccess"]);
        let custom = || Some((CustomStanding::Absent, "own".to_owned(), String::new()));
        let own = || vec![("own".to_owned(), CUSTOM)];
        assert_eq!(plan(&there, own(), custom(), true).detach, ["AliyunARMSFullAccess"]);
        assert!(plan(&there, own(), custom(), false).detach.is_empty());
    }

    #[test]
    fn the_last_place_can_be_taken_and_no_further() {
        let nineteen: Vec<String> = (0..19).map(|number| format!("p{number}")).collect();
        let nineteen: Vec<&str> = nineteen.iter().map(String::as_str).collect();
        fits(&attached(&nineteen), &wanted(&["a"]), "u").unwrap();
        let error = fits(&attached(&nineteen), &wanted(&["a", "b"]), "u").unwrap_err();
        assert_eq!(error.code, "ack.quota-reached");
    }

    #[test]
    fn what_the_host_would_refuse_is_known_beforehand() {
        let policy = |action: &str| {
            let statement =
                serde_json::json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
            let document = serde_json::json!({ "Version": "1", "Statement": [statement] });
            breadth(&read("x", &document.to_string()).unwrap()).is_some()
        };
        assert!(policy("*"));
        assert!(!policy("arms:*"));
        assert_eq!(read("x", "{").unwrap_err().code, "ack.document-unfit");
    }
}
