//! Proof that the wrong one cannot: calls that must be refused, sent only if the operator agrees.

use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::{Account, Error, ErrorKind, arms};

use crate::evidence;
use crate::ledger::Ledger;
use crate::parameters::Parameters;
use crate::parties::Parties;
use crate::report::{Proof, Source};
use crate::role::Settled;
use crate::step::proof::{self, Claim, Session};
use crate::step::role::{SettledRole, user_of};
use crate::step::sign_in;

/// No application has these: a number is never 0, and a pid starts with the number of the account.
const NO_APP_ID: &str = "0";
const NO_PID: &str = "no-such-application@host-probe";

/// The claim about the user that the operator bound as `outsider`.
const OUTSIDER: &str = "outsider-refused";
/// The claim about the user of the input.
const UNTRUSTED: &str = "untrusted-user-refused";

/// A role that may only read is refused when it deletes (an application that cannot exist).
///
/// Not tried where this very run took access away: until the cloud has seen that
/// everywhere, an answer would be no news.
pub(crate) fn write_refused(settled: &Settled<'_>, sessions: &[Session], proofs: &mut Vec<Proof>) {
    let Some(session) = sessions.first().filter(|_| settled.input.is_read_only()) else { return };
    progress::step("write-refused", "a role that may only read is refused when it deletes");
    if settled.is_narrower {
        let text = "this run detached what the role had before, which the cloud takes a while to \
                    see everywhere: run again to see a deletion refused";
        let mut claim = Claim::new("write-refused");
        claim.add(Outcome::Pending, text.to_owned());
        proofs.push(claim.make(Source::Call));
        return;
    }
    let options = arms::DeleteTraceAppOptions::default();
    let region = settled.region;
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
///
/// Both are users of the source account, also if the role trusts users of the monitoring account.
/// Of a user who is not tried, nothing is claimed; a note says why.
pub(crate) fn outsiders_refused(
    settled: &Settled<'_>,
    proofs: &mut Vec<Proof>,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    let Settled { input, parties, role, .. } = settled;
    let outsider = Account::open_optional("outsider")?;
    if outsider.is_none() && input.untrusted_user.is_none() {
        return Ok(());
    }
    let other = (parties.people.id() == parties.monitoring.id()).then(|| Account::open("source"));
    let other = other.transpose()?;
    let home = other.as_ref().unwrap_or(&parties.people);
    let trusts_home = input.trusted() == (Vec::new(), Vec::new());
    if trusts_home && home.id() == parties.people.id() {
        ledger.note(format!(
            "role `{}` trusts its users' whole account, so no user of it can be shown to be refused",
            role.name
        ));
        return Ok(());
    }
    let bound = outsider.as_ref().and_then(|outsider| user_of(outsider.arn(), home.id()));
    let mut attempts = Vec::new();
    match (outsider, &bound) {
        (Some(outsider), Some(name)) => attempts.push((OUTSIDER, name.clone(), outsider)),
        (Some(outsider), None) => ledger.note(format!(
            "`outsider` was not tried: `{}` is no user of account `{}`, so its policies cannot be \
             read",
            outsider.arn(),
            home.id()
        )),
        (None, _) => {}
    }
    // The operator may have bound this very user: once is enough.
    if let Some(name) = input.untrusted_user.as_ref().filter(|name| bound.as_ref() != Some(name)) {
        match open_untrusted(home, name)? {
            Ok(caller) => attempts.push((UNTRUSTED, name.clone(), caller)),
            Err(reason) => ledger.note(format!("user `{name}` was not tried: {reason}")),
        }
    }
    for (id, user, caller) in attempts {
        match obstacle(input, parties, role, home, &user)? {
            None => proofs.push(refused(id, input, role, &user, &caller).make(Source::Call)),
            Some(reason) => ledger.note(format!("user `{user}` was not tried: {reason}")),
        }
    }
    Ok(())
}

/// A user whose AccessKey is in the vault, or why there is none to try.
fn open_untrusted(home: &Account, name: &str) -> Result<Result<Account, String>, Error> {
    match sign_in::find_key(home, name) {
        Ok(Some(key)) => Account::with_access_key(&key.id, &key.secret).map(Ok),
        Ok(None) => Ok(Err("it has no AccessKey".to_owned())),
        Err(error) if error.is_not_found() || error.code == sign_in::KEY_UNKNOWN => {
            Ok(Err(error.message))
        }
        Err(error) => Err(error),
    }
}

/// Why a refusal would say nothing: it shows that the trust keeps the user out only if the user is
/// not trusted, and its own policies would let it.
fn obstacle(
    input: &Parameters,
    parties: &Parties,
    role: &SettledRole,
    home: &Account,
    user: &str,
) -> Result<Option<String>, Error> {
    if home.id() == parties.people.id() && input.trusted().0.contains(&user) {
        return Ok(Some("it is one of those whom the role is to trust".to_owned()));
    }
    let evidence = evidence::of_user(input, home, role, user)?;
    if evidence.own.is_allowed() {
        return Ok(None);
    }
    let why = evidence.own.why.join("; ");
    Ok(Some(format!(
        "it may not assume roles at all, so a refusal would say nothing of the trust: {why}"
    )))
}

/// Tries to assume the role, which must be refused.
fn refused(
    id: &'static str,
    input: &Parameters,
    role: &SettledRole,
    user: &str,
    caller: &Account,
) -> Claim {
    progress::step(id, &title(id, user));
    let mut claim = Claim::new(id);
    let answer = proof::assume(input, role, caller);
    let (outcome, text) = of_attempt(user, answer.as_ref().map(drop));
    claim.add(outcome, text);
    claim
}

fn title(id: &str, user: &str) -> String {
    let how = if id == OUTSIDER { "bound as `outsider`" } else { "named by `untrusted-user`" };
    format!("user `{user}`, {how}, whom the role does not trust, is refused")
}

fn of_attempt(user: &str, answer: Result<(), &Error>) -> (Outcome, String) {
    match answer {
        Ok(()) => (Outcome::Fails, format!("user `{user}` can assume the role")),
        Err(error) if matches!(error.kind, ErrorKind::Forbidden) => {
            let code = &error.code;
            let text = format!("user `{user}` may assume roles and is refused with `{code}`");
            (Outcome::Holds, text)
        }
        Err(error) => {
            (Outcome::Unknown, format!("user `{user}` was not tried out: `{}`", error.code))
        }
    }
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

    #[test]
    fn an_attempt_is_judged_by_what_the_cloud_says() {
        let error = |kind| Error::new(kind, "X", "x");
        assert_eq!(of_attempt("a", Ok(())).0, Outcome::Fails);
        assert_eq!(of_attempt("a", Err(&error(ErrorKind::Forbidden))).0, Outcome::Holds);
        assert_eq!(of_attempt("a", Err(&error(ErrorKind::Denied))).0, Outcome::Unknown);
    }

    #[test]
    fn the_outsider_is_looked_for_in_its_own_account() {
        let arn = "acs:ram::2000000000000002:user/mallory";
        assert_eq!(user_of(arn, "2000000000000002").as_deref(), Some("mallory"));
        assert_eq!(user_of(arn, "1000000000000001"), None);
        assert_eq!(user_of("acs:ram::2000000000000002:role/ops", "2000000000000002"), None);
    }

    #[test]
    fn the_two_attempts_have_titles_of_their_own() {
        assert_ne!(title(OUTSIDER, "a"), title(UNTRUSTED, "a"));
    }
}
