//! The role in the monitoring account, and whom it trusts.

use host_model::{Arn, Principal};
use host_ram::Document;
use host_workflow_sdk::ownership::{self, Claim, Tagged};
use host_workflow_sdk::{Error, Tolerant, progress, ram};

use crate::documents;
use crate::dropped;
use crate::holders::Holders;
use crate::ledger::Ledger;
use crate::names;
use crate::parameters::Parameters;
use crate::parties::Parties;
use crate::statements;

/// What a new role says of itself unless told otherwise.
const DESCRIPTION: &str = "Lets another account work in this account's ARMS.";

/// What is there of the role.
#[derive(Debug)]
pub(crate) struct FoundRole {
    wanted_trust: Document,
    /// Absent if the role is to be made.
    present: Option<Present>,
}

#[derive(Debug)]
struct Present {
    role: ram::Role,
    claim: Claim,
    trust: Document,
    change: RoleChange,
    /// Users whom the trust names for an earlier run only.
    dropped: Vec<String>,
}

/// The role as the later steps need it.
#[derive(Debug)]
pub(crate) struct SettledRole {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) trust: Document,
}

/// What has to change of a role, and the same in words.
#[derive(Debug, Default)]
struct RoleChange {
    options: ram::UpdateRoleOptions<'static>,
    words: Vec<String>,
}

impl FoundRole {
    /// The role that is there.
    pub(crate) fn role(&self) -> Option<&ram::Role> {
        self.present.as_ref().map(|present| &present.role)
    }

    /// Whether the role is there and was made by this workflow.
    pub(crate) fn is_ours(&self) -> bool {
        self.present.as_ref().is_some_and(|present| present.claim == Claim::Ours)
    }

    /// Users who lose their place in the trust.
    pub(crate) fn dropped(&self) -> &[String] {
        self.present.as_ref().map_or(&[], |present| &present.dropped)
    }

    /// Whether statements of ours let the user in, by its name or with its whole account.
    pub(crate) fn names(&self, parties: &Parties, user: &str) -> Result<bool, Error> {
        let Some(present) = &self.present else { return Ok(false) };
        let known = [parties.user_arn(user), format!("acs:ram::{}:root", parties.people.id())];
        let named = dropped::named_by_us(&present.trust)?;
        Ok(named.iter().any(|name| known.iter().any(|known| known.eq_ignore_ascii_case(name))))
    }

    /// The ARN that the role has or will have.
    pub(crate) fn arn(&self, input: &Parameters, parties: &Parties) -> String {
        let name = self.role().map_or(&input.role_name, |role| &role.role_name);
        names::role_arn(parties.monitoring.id(), name)
    }
}

/// Looks whether the role is there, is ours, and what differs.
pub(crate) fn find(
    input: &Parameters,
    parties: &Parties,
    holders: &Holders,
) -> Result<FoundRole, Error> {
    let wanted_trust = documents::wanted_trust(input, parties.people.id())?;
    let found = ram::get_role(&parties.monitoring, &input.role_name).or_absent()?;
    let Some(role) = found else { return Ok(FoundRole { wanted_trust, present: None }) };
    let claim = ownership::claim(&parties.monitoring, Tagged::Role, &role.role_name)?;
    let trust = documents::read("the role's trust policy", &role.assume_role_policy_document)?;
    let dropped = match claim {
        Claim::Ours => Some(no_longer_trusted(parties, &trust, &wanted_trust, holders)?),
        Claim::Adopted => None,
    };
    let change = compare(&role, &trust, &wanted_trust, input, dropped.as_deref())?;
    let user = |arn: &String| user_of(arn, parties.people.id());
    let dropped = dropped.iter().flatten().filter_map(user).collect();
    Ok(FoundRole { wanted_trust, present: Some(Present { role, claim, trust, change, dropped }) })
}

/// Users of the people's side that our statements name, that nobody asks for now, and that are known
/// to be there through us: they have our policy for this role, or carry our mark. Of any other, a
/// person may have written the same statement by hand.
fn no_longer_trusted(
    parties: &Parties,
    trust: &Document,
    wanted: &Document,
    holders: &Holders,
) -> Result<Vec<String>, Error> {
    let wanted = statements::principals(wanted.statements());
    let mut dropped = Vec::new();
    for principal in dropped::named_by_us(trust)? {
        if wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(&principal)) {
            continue;
        }
        let Some(user) = user_of(&principal, parties.people.id()) else { continue };
        if holders.has(&user) || is_marked(parties, &user)? {
            dropped.push(principal);
        }
    }
    Ok(dropped)
}

fn is_marked(parties: &Parties, user: &str) -> Result<bool, Error> {
    let user = ram::get_user(&parties.people, user).or_absent()?;
    Ok(user.is_some_and(|user| ownership::is_our_user(&user)))
}

/// The user name in an ARN, if it is a user of that account.
pub(crate) fn user_of(arn: &str, account: &str) -> Option<String> {
    let arn: Arn = arn.parse().ok()?;
    match arn.principal() {
        Principal::User(name) if arn.account().as_str() == account => Some(name.clone()),
        _ => None,
    }
}

/// Only what differs is sent, and only what was asked for is compared.
fn compare(
    role: &ram::Role,
    trust: &Document,
    wanted: &Document,
    input: &Parameters,
    dropped: Option<&[String]>,
) -> Result<RoleChange, Error> {
    let mut change = RoleChange::default();
    let external_id = input.external_id.as_deref();
    if let Some(merged) = documents::trust_change(trust, wanted, external_id, dropped)? {
        change.options.new_assume_role_policy_document = Some(merged.document);
        change.words.extend(merged.lines);
    }
    if role.allow_console_login == Some(false) {
        change.options.new_allow_console_login = Some(true);
        change.words.push("people may switch to it in the console".to_owned());
    }
    let description = input.role_description.as_ref();
    if let Some(wanted) = description.filter(|wanted| role.description.as_ref() != Some(wanted)) {
        change.options.new_description = Some(wanted.clone());
        change.words.push(format!("description is now `{wanted}`"));
    }
    let duration = input.session_duration;
    if let Some(wanted) = duration.filter(|wanted| *wanted != role.max_session_duration) {
        change.options.new_max_session_duration = Some(wanted);
        let before = role.max_session_duration;
        change.words.push(format!("sessions of {wanted} s instead of {before} s"));
    }
    Ok(change)
}

/// Makes the role, or what differs of it.
pub(crate) fn settle(
    input: &Parameters,
    parties: &Parties,
    found: FoundRole,
    ledger: &mut Ledger,
) -> Result<SettledRole, Error> {
    progress::step("role", "the role is there and trusts the users");
    let FoundRole { wanted_trust, present } = found;
    let (role, trust) = match present {
        None => (create(input, parties, &wanted_trust, ledger)?, wanted_trust.clone()),
        Some(present) => adjust(parties, present, ledger)?,
    };
    for line in documents::beyond(&trust, &wanted_trust) {
        ledger.note(format!(
            "the trust of role `{}` says more than was asked for: {line}",
            role.role_name
        ));
    }
    let arn = names::role_arn(parties.monitoring.id(), &role.role_name);
    Ok(SettledRole { name: role.role_name, arn, trust })
}

fn create(
    input: &Parameters,
    parties: &Parties,
    trust: &Document,
    ledger: &mut Ledger,
) -> Result<ram::Role, Error> {
    let description = input.role_description.clone().unwrap_or_else(|| DESCRIPTION.to_owned());
    let options = ram::CreateRoleOptions {
        allow_console_login: Some(true),
        description: Some(description),
        max_session_duration: input.session_duration,
        ..Default::default()
    };
    let document = trust.to_json();
    let role = ram::create_role(&parties.monitoring, &document, &input.role_name, &options)?;
    ledger.created(object(&role));
    Ok(role)
}

fn adjust(
    parties: &Parties,
    present: Present,
    ledger: &mut Ledger,
) -> Result<(ram::Role, Document), Error> {
    let Present { role, claim, mut trust, change, .. } = present;
    if claim == Claim::Adopted {
        ownership::adopt(&parties.monitoring, Tagged::Role, &role.role_name)?;
        ledger.updated(&object(&role), "taken over");
    }
    if change.words.is_empty() {
        if claim == Claim::Ours {
            ledger.unchanged(object(&role));
        }
        return Ok((role, trust));
    }
    let document = change.options.new_assume_role_policy_document.clone();
    if let Some(after) = &document {
        show_trust(&role, after);
    }
    ram::update_role(&parties.monitoring, &role.role_name, &change.options)?;
    ledger.updated(&object(&role), &change.words.join("; "));
    if let Some(after) = document {
        trust = documents::read("the role's new trust policy", &after)?;
    }
    Ok((role, trust))
}

fn show_trust(role: &ram::Role, after: &str) {
    let before = role.assume_role_policy_document.as_str();
    let message = format!("the trust of role `{}` changes", role.role_name);
    let fields = [("before", before), ("after", after)];
    progress::log(progress::Level::Info, &message, &fields);
}

fn object(role: &ram::Role) -> String {
    format!("role `{}`", role.role_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(input: &str, role: &ram::Role) -> RoleChange {
        let input: Parameters = serde_json::from_str(input).unwrap();
        let wanted = documents::wanted_trust(&input, "2000000000000002").unwrap();
        compare(role, &wanted, &wanted, &input, Some(&[])).unwrap()
    }

    fn role() -> ram::Role {
        ram::Role {
            description: Some("theirs".to_owned()),
            max_session_duration: 7200,
            allow_console_login: Some(true),
            ..Default::default()
        }
    }

    #[test]
    fn what_was_not_asked_for_is_left_alone() {
        let change = compared("{}", &role());
        assert!(change.words.is_empty(), "{:?}", change.words);
        let same = r#"{"role-description": "theirs", "session-duration": 7200}"#;
        assert!(compared(same, &role()).words.is_empty());
    }

    #[test]
    fn only_what_differs_is_sent() {
        let change = compared(r#"{"role-description": "ours"}"#, &role());
        assert_eq!(change.options.new_description.as_deref(), Some("ours"));
        assert_eq!(change.options.new_max_session_duration, None);
        assert_eq!(change.options.new_assume_role_policy_document, None);
        let change = compared(r#"{"session-duration": 3600}"#, &role());
        assert_eq!(change.options.new_max_session_duration, Some(3600));
        assert_eq!(change.words, ["sessions of 3600 s instead of 7200 s"]);
    }

    #[test]
    fn the_console_must_be_able_to_switch_to_it() {
        let closed = ram::Role { allow_console_login: Some(false), ..role() };
        assert_eq!(compared("{}", &closed).options.new_allow_console_login, Some(true));
        let silent = ram::Role { allow_console_login: None, ..role() };
        assert_eq!(compared("{}", &silent).options.new_allow_console_login, None);
    }
}
