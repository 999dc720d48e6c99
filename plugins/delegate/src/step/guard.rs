//! Proof that the wrong one cannot: calls that must be refused, sent only if the operator agrees.

use host_model::{Arn, Principal};
use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::{Account, Error, ErrorKind, arms};

use crate::evidence;
use crate::ledger::Ledger;
use crate::parameters::Parameters;
use crate::parties::Parties;
use crate::report::{Proof, Source};
use crate::step::proof::{self, Claim, Session};
use crate::step::role::SettledRole;
use crate::step::sign_in;

/// No application has these: a number is never 0, and a pid starts with the number of the account.
const NO_APP_ID: &str = "0";
const NO_PID: &str = "no-such-application@host-probe";

/// The claim about the user that the operator bound as `outsider`.
const OUTSIDER: &str = "outsider-refused";
/// The claim about the user of the input.
const UNTRUSTED: &str = "untrusted-user-refused";

/// A role that may only read is refused when it deletes (an application that cannot exist).
pub(crate) fn write_refused(input: &Parameters, sessions: &[Session], proofs: &mut Vec<Proof>) {
    let Some(session) = sessions.first().filter(|_| input.is_read_only()) else { return };
    progress::step("write-refused", "a role that may only read is refused when it deletes");
    let options = arms::DeleteTraceAppOptions::default();
    let region = &input.region;
    let answer =
        arms::delete_trace_app(&session.caller, region, NO_APP_ID, NO_PID, "TRACE", &options);
    let mut claim = Claim::new("write-refused");
    let (outcome, text) = of_write(answer.as_ref());
    claim.add(outcome, text);
    proofs.push(claim.make(Source::Call));
}

fn of_write(answer: Result<&(), &Error>) -> (Outcome, String) {
    match answer {
        Ok(()) => (Outcome::Fails, "the role may delete applications".to_owned()),
        Err(error) if error.is_forbidden() => {
            (Outcome::Holds, format!("deleting is refused with `{}`", error.code))
        }
        Err(error) => (Outcome::Unknown, format!("deleting was not tried out: `{}`", error.code)),
    }
}

/// Users who may assume roles, and whom this role does not trust, are refused.
pub(crate) fn outsiders_refused(
    input: &Parameters,
    parties: &Parties,
    role: &SettledRole,
    proofs: &mut Vec<Proof>,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    let outsider = Account::open_optional("outsider")?;
    if outsider.is_none() && input.untrusted_user.is_none() {
        return Ok(());
    }
    if input.trusted() == (Vec::new(), Vec::new()) {
        ledger.note(format!(
            "role `{}` trusts its users' whole account, so no user of it can be shown to be refused",
            role.name
        ));
        return Ok(());
    }
    let bound = outsider.as_ref().and_then(|outsider| outsider_name(outsider, parties));
    if let Some(outsider) = &outsider {
        progress::step(OUTSIDER, "a user whom the role does not trust is refused");
        let claim = match &bound {
            Some(name) => refused(OUTSIDER, input, parties, role, name, outsider)?,
            None => unknown(
                OUTSIDER,
                format!(
                    "`{}` is no user of account `{}`, so its policies cannot be read",
                    outsider.arn(),
                    parties.people.id()
                ),
            ),
        };
        proofs.push(claim.make(Source::Call));
    }
    // The operator may have bound this very user: once is enough.
    if let Some(name) = input.untrusted_user.as_ref().filter(|name| bound.as_ref() != Some(name)) {
        progress::step(UNTRUSTED, "a user whom the role does not trust is refused");
        proofs.push(untrusted_user(input, parties, role, name)?.make(Source::Call));
    }
    Ok(())
}

/// Tries a user whose AccessKey is in the vault.
fn untrusted_user(
    input: &Parameters,
    parties: &Parties,
    role: &SettledRole,
    name: &str,
) -> Result<Claim, Error> {
    match sign_in::find_key(&parties.people, name) {
        Ok(Some(key)) => {
            let caller = Account::with_access_key(&key.id, &key.secret)?;
            refused(UNTRUSTED, input, parties, role, name, &caller)
        }
        Ok(None) => Ok(unknown(UNTRUSTED, format!("user `{name}` has no AccessKey"))),
        Err(error) if error.is_not_found() || error.code == sign_in::KEY_UNKNOWN => {
            Ok(unknown(UNTRUSTED, format!("user `{name}` was not tried out: {}", error.message)))
        }
        Err(error) => Err(error),
    }
}

/// The user name of the outsider, if it is a user whose policies the people's side can read.
fn outsider_name(outsider: &Account, parties: &Parties) -> Option<String> {
    let arn: Arn = outsider.arn().parse().ok()?;
    match arn.principal() {
        Principal::User(name) if arn.account().as_str() == parties.people.id() => {
            Some(name.clone())
        }
        _ => None,
    }
}

/// A refusal shows that the trust keeps the user out only if its own policies would let it.
fn refused(
    id: &'static str,
    input: &Parameters,
    parties: &Parties,
    role: &SettledRole,
    user: &str,
    caller: &Account,
) -> Result<Claim, Error> {
    if input.trusted().0.contains(&user) {
        return Ok(unknown(id, format!("user `{user}` is one of those whom the role is to trust")));
    }
    let evidence = evidence::gather(input, parties, role, user)?;
    if !evidence.own.is_allowed() {
        return Ok(unknown(
            id,
            format!(
                "user `{user}` may not assume roles at all, so a refusal would say nothing of the \
             trust: {}",
                evidence.own.why.join("; ")
            ),
        ));
    }
    let mut claim = Claim::new(id);
    let (outcome, text) = match proof::assume(input, role, caller) {
        Ok(_) => (Outcome::Fails, format!("user `{user}` can assume the role")),
        Err(error) if matches!(error.kind, ErrorKind::Forbidden) => {
            let code = &error.code;
            let text = format!("user `{user}` may assume roles and is refused with `{code}`");
            (Outcome::Holds, text)
        }
        Err(error) => {
            (Outcome::Unknown, format!("user `{user}` was not tried out: `{}`", error.code))
        }
    };
    claim.add(outcome, text);
    Ok(claim)
}

fn unknown(id: &'static str, detail: String) -> Claim {
    let mut claim = Claim::new(id);
    claim.add(Outcome::Unknown, detail);
    claim
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_by_the_cloud_is_proof() {
        let error = |kind| Error::new(kind, "X", "x");
        assert_eq!(of_write(Ok(&())).0, Outcome::Fails);
        assert_eq!(of_write(Err(&error(ErrorKind::Forbidden))).0, Outcome::Holds);
        assert_eq!(of_write(Err(&error(ErrorKind::Denied))).0, Outcome::Unknown);
        assert_eq!(of_write(Err(&error(ErrorKind::NotFound))).0, Outcome::Unknown);
    }
}
