//! Proof that it works: by calls where the host can sign for the user, by the documents otherwise.

use host_model::{Arn, Principal};
use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::{Account, Error, arms, context, sts};

use crate::diagnosis;
use crate::evidence;
use crate::ledger::Ledger;
use crate::parameters::{Parameters, Scope};
use crate::parties::Parties;
use crate::report::{Proof, Source};
use crate::role::Settled;
use crate::step::guard;
use crate::step::role::SettledRole;
use crate::step::sign_in::Key;
use crate::step::users::Person;

/// Seconds that a session for proof lasts: the least that the cloud allows.
const SESSION_SECONDS: i64 = 900;

/// The role, assumed by one of its users.
#[derive(Debug)]
pub(crate) struct Session {
    user: String,
    pub(crate) caller: Account,
}

/// Shows all that can be shown, in the order in which one proof needs the other.
pub(crate) fn show(settled: &Settled<'_>, ledger: &mut Ledger) -> Result<Vec<Proof>, Error> {
    let Settled { input, parties, role, people, .. } = settled;
    let mut proofs = Vec::new();
    let sessions = role_answers(input, parties, role, people, &mut proofs)?;
    arms_answers(input, settled.region, &sessions, &mut proofs)?;
    by_documents(input, parties, role, people, &mut proofs)?;
    if context::may_provoke() {
        guard::write_refused(settled, &sessions, &mut proofs);
        guard::outsiders_refused(settled, &mut proofs, ledger)?;
    }
    Ok(proofs)
}

/// Assumes the role for one user, with a key that the host holds.
pub(crate) fn assume(
    input: &Parameters,
    role: &SettledRole,
    caller: &Account,
) -> Result<Account, Error> {
    let options = sts::AssumeRoleOptions {
        duration_seconds: Some(SESSION_SECONDS),
        external_id: input.external_id.clone(),
        ..Default::default()
    };
    sts::assume_role(caller, &role.arn, &options)
}

/// Each user with a key assumes the role, and the session is the role.
fn role_answers(
    input: &Parameters,
    parties: &Parties,
    role: &SettledRole,
    people: &[Person],
    proofs: &mut Vec<Proof>,
) -> Result<Vec<Session>, Error> {
    let mut sessions = Vec::new();
    let with_keys: Vec<(&Person, &Key)> =
        people.iter().filter_map(|person| Some((person, person.key.as_ref()?))).collect();
    if with_keys.is_empty() {
        return Ok(sessions);
    }
    progress::step("role-answers", "the role answers as the monitoring account");
    let mut claim = Claim::new("role-answers");
    for (person, key) in with_keys {
        let user = &person.name;
        let caller = Account::with_access_key(&key.id, &key.secret)?;
        match assume(input, role, &caller) {
            Ok(session) => {
                let answer = sts::get_caller_identity(&session)?;
                let holds = is_session_of(&answer.arn, &role.arn);
                let outcome = if holds { Outcome::Holds } else { Outcome::Fails };
                claim.add(outcome, format!("user `{user}` acts as `{}`", answer.arn));
                sessions.push(Session { user: user.clone(), caller: session });
            }
            Err(refusal) if refusal.is_forbidden() || refusal.is_not_found() => {
                let evidence = evidence::gather(input, parties, role, user)?;
                let (outcome, text) = diagnosis::of_refusal(user, &refusal, &evidence);
                claim.add(outcome, text);
            }
            Err(error) => return Err(error),
        }
    }
    proofs.push(claim.make(Source::Call));
    Ok(sessions)
}

/// Each session lists the applications of the monitoring account.
fn arms_answers(
    input: &Parameters,
    region: &str,
    sessions: &[Session],
    proofs: &mut Vec<Proof>,
) -> Result<(), Error> {
    if sessions.is_empty() {
        return Ok(());
    }
    progress::step("arms-answers", "ARMS answers the session");
    let mut claim = Claim::new("arms-answers");
    let resource_group_id = match &input.scope {
        Scope::Account => None,
        Scope::Group(id) => Some(id.clone()),
    };
    let options = arms::ListTraceAppsOptions { resource_group_id, ..Default::default() };
    for session in sessions {
        let user = &session.user;
        match arms::list_trace_apps(&session.caller, region, &options) {
            Ok(apps) => {
                let count = apps.len();
                let text = format!("applications in `{region}` that user `{user}` sees: {count}");
                claim.add(Outcome::Holds, text);
            }
            Err(refusal) if refusal.is_forbidden() => {
                let code = &refusal.code;
                let text = format!(
                    "ARMS refuses user `{user}` in `{region}` with `{code}`: the policy is \
                     attached and may not be visible yet, or does not allow `arms:ListTraceApps`"
                );
                claim.add(Outcome::Pending, text);
            }
            Err(error) => return Err(error),
        }
    }
    proofs.push(claim.make(Source::Call));
    Ok(())
}

/// For users whom the host cannot sign for: what the documents say.
fn by_documents(
    input: &Parameters,
    parties: &Parties,
    role: &SettledRole,
    people: &[Person],
    proofs: &mut Vec<Proof>,
) -> Result<(), Error> {
    let without_keys: Vec<&Person> = people.iter().filter(|person| person.key.is_none()).collect();
    if without_keys.is_empty() {
        return Ok(());
    }
    progress::step("documents", "the documents let the other users assume the role");
    let mut claim = Claim::new("documents");
    for person in without_keys {
        let user = &person.name;
        let evidence = evidence::gather(input, parties, role, user)?;
        match evidence.contradiction() {
            // Documents decide what will happen, not what has happened.
            None => claim.add(Outcome::Pending, waits_for_person(user)),
            Some(contradiction) => {
                // How the cloud weighs a permission in a resource group is not documented for STS.
                let is_certain = evidence.group.is_none();
                let outcome = if is_certain { Outcome::Fails } else { Outcome::Unknown };
                claim
                    .add(outcome, format!("user `{user}` cannot assume the role: {contradiction}"));
            }
        }
    }
    proofs.push(claim.make(Source::Documents));
    Ok(())
}

fn waits_for_person(user: &str) -> String {
    format!(
        "user `{user}` has no AccessKey that this run could call with: the documents allow the \
         role; waiting for a person to sign in and switch to it"
    )
}

/// Whether `arn` is a session of the role; the cloud writes sessions in two ways, and role names
/// in either case.
fn is_session_of(arn: &str, role_arn: &str) -> bool {
    let (Ok(arn), Ok(role)) = (arn.parse::<Arn>(), role_arn.parse::<Arn>()) else {
        return false;
    };
    match (arn.principal(), role.principal()) {
        (Principal::Session(name, _), Principal::Role(wanted)) => {
            arn.account() == role.account() && name.eq_ignore_ascii_case(wanted)
        }
        _ => false,
    }
}

/// One claim about all users: as good as its worst part.
#[derive(Debug)]
pub(crate) struct Claim {
    id: &'static str,
    outcome: Outcome,
    details: Vec<String>,
}

impl Claim {
    pub(crate) const fn new(id: &'static str) -> Self {
        Self { id, outcome: Outcome::Holds, details: Vec::new() }
    }

    pub(crate) fn add(&mut self, outcome: Outcome, detail: String) {
        if badness(outcome) > badness(self.outcome) {
            self.outcome = outcome;
        }
        self.details.push(detail);
    }

    /// Tells the host, and keeps it for the report.
    pub(crate) fn make(self, by: Source) -> Proof {
        let detail = self.details.join("; ");
        progress::check(self.id, self.outcome, &detail);
        Proof::new(self.id, by, self.outcome, detail)
    }
}

const fn badness(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Holds => 0,
        Outcome::Pending => 1,
        Outcome::Unknown => 2,
        Outcome::Fails => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_known_in_both_spellings() {
        let role = "acs:ram::1000000000000001:role/ARMS-Delegate";
        let cases = [
            ("acs:ram::1000000000000001:assumed-role/arms-delegate/host", true),
            ("acs:ram::1000000000000001:role/ARMS-Delegate/host", true),
            ("acs:ram::2000000000000002:assumed-role/arms-delegate/host", false),
            ("acs:ram::1000000000000001:assumed-role/other/host", false),
            ("acs:ram::1000000000000001:role/ARMS-Delegate", false),
            ("acs:ram::1000000000000001:user/arms-delegate", false),
            ("", false),
        ];
        for (arn, holds) in cases {
            assert_eq!(is_session_of(arn, role), holds, "{arn}");
        }
    }

    #[test]
    fn a_claim_is_as_good_as_its_worst_part() {
        let mut claim = Claim::new("role-answers");
        claim.add(Outcome::Fails, "a".to_owned());
        claim.add(Outcome::Holds, "b".to_owned());
        claim.add(Outcome::Pending, "c".to_owned());
        assert_eq!(claim.outcome, Outcome::Fails);
    }
}
