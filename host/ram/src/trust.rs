//! May a caller assume this role? The rules of trust policies.

use host_model::{Arn, Principal};

use crate::condition::Context;
use crate::document::Document;
use crate::glob;
use crate::holds::Holds;
use crate::statement::{PrincipalKind, Principals, Statement};
use crate::verdict::{Finding, Outcome, Survey, Verdict};

/// The name under which a trust policy appears in a verdict.
pub const TRUST: &str = "trust policy";

/// The action of trust policies.
pub const ASSUME_ROLE: &str = "sts:AssumeRole";

/// Decides whether `document` lets `caller` assume the role that it belongs to.
///
/// This is one of two halves: the caller's own policies must allow `sts:AssumeRole` on the role
/// too ([`crate::evaluate`]). A trusted account (`root`) means each of its users and roles; role
/// names are the same in either case, user names are not known to be; a session has the name of
/// its role as well as its own. An account itself cannot assume roles at all.
pub fn evaluate_trust(document: &Document, caller: &Arn, context: &Context) -> Verdict {
    let mut survey = Survey::default();
    survey.take(TRUST, document, |statement| judge(statement, caller, context));
    if let Some(verdict) = survey.denial() {
        return verdict;
    }
    if *caller.principal() == Principal::Root {
        let why = vec!["an account itself cannot assume a role; a user or a role can".to_owned()];
        return Verdict { outcome: Outcome::ImplicitDeny, by: None, why };
    }
    survey.permission(&format!("the trust policy does not let `{caller}` assume the role"))
}

fn judge(statement: &Statement, caller: &Arn, context: &Context) -> Finding {
    if !statement.action.holds_action(ASSUME_ROLE) {
        return Finding::UNRELATED;
    }
    let Some(principals) = statement.principal.as_ref().filter(|_| statement.resource.is_none())
    else {
        let obstacle = Some("it is no trust statement".to_owned());
        return Finding { holds: Holds::Unsure, obstacle };
    };
    let trusted = trusted(principals, caller);
    let obstacle = match trusted {
        Holds::No => Some("the caller is none of its principals".to_owned()),
        Holds::Unsure => Some("it is not certain that it means the caller".to_owned()),
        Holds::Yes => statement.condition.obstacle(context),
    };
    Finding { holds: trusted.min(statement.condition.holds(context)), obstacle }
}

fn trusted(principals: &Principals, caller: &Arn) -> Holds {
    let named = principals.named().map(|(kind, name)| match kind {
        PrincipalKind::Ram => is_caller(name, caller),
        PrincipalKind::Service | PrincipalKind::Federated => Holds::No,
    });
    let unknown = if principals.unknown.is_empty() { Holds::No } else { Holds::Unsure };
    Holds::any(named).max(unknown).negated_if(principals.negated)
}

/// Whether a RAM principal as written means `caller`.
///
/// Wildcards other than a lone `*` are not documented for principals, nor are the ids that may
/// replace a deleted one, so both leave doubt.
fn is_caller(name: &str, caller: &Arn) -> Holds {
    if name == "*" {
        return Holds::Yes;
    }
    if name.contains(['*', '?']) {
        let mut names = aliases(caller).into_iter();
        let alike = names.any(|alias| glob::matches_any_case(name, &alias.to_string()));
        return if alike { Holds::Unsure } else { Holds::No };
    }
    let Ok(named) = name.parse::<Arn>() else { return Holds::Unsure };
    let matched = aliases(caller).into_iter().map(|alias| {
        if alias == named {
            Holds::Yes
        } else if !alias.is_same(&named) {
            Holds::No
        } else if matches!(named.principal(), Principal::Role(_)) {
            Holds::Yes
        } else {
            Holds::Unsure
        }
    });
    Holds::any(matched)
}

/// All names that mean the caller: its own, its role's if it is a session, its account's.
fn aliases(caller: &Arn) -> Vec<Arn> {
    let account = caller.account();
    let mut aliases = vec![caller.clone(), Arn::new(account.clone(), Principal::Root)];
    if let Principal::Session(role, _) = caller.principal() {
        aliases.push(Arn::new(account.clone(), Principal::Role(role.clone())));
    }
    aliases
}
