//! Rules 16 to 18, with a policy file: what is not granted does not leave, and a class of risk is named.

use host_catalog::Risk;
use host_model::quote_within;

use super::file::Reads;
use super::grants::{Grants, Miss, Weighed};
use super::object::{Object, SYSTEM, objects};
use crate::allowance::Allowed;
use crate::consent::is_own_class;
use crate::entry::title;
use crate::{Denial, Scene, Subject};

/// How many characters of a name are shown.
const NAME_SHOWN: usize = 128;

/// How many objects a sentence names.
const OBJECTS_SHOWN: usize = 3;

/// What counts for a call: what was allowed for all, and what the rules that match it allow.
///
/// Without a policy file nothing is refused here, and nothing where one only audits: [`audit`] says what would
/// be. A file that was not bound to the run grants nothing.
pub(crate) fn judge<'a>(scene: &'a Scene, subject: &Subject<'_>) -> Result<Allowed<'a>, Denial> {
    let every = &scene.allowances;
    let grants = match (&every.policy, &every.grants) {
        (_, Some(grants)) => grants,
        (None, None) => return Ok(Allowed::to_all(every)),
        (Some(_), None) => return Err(unbound(subject)),
    };
    let weighed = grants.weigh(subject);
    let matches = weighed.matches;
    let allowed = Allowed::of(every, weighed.allows);
    if grants.only_audits() {
        return Ok(allowed);
    }
    match refused(grants, matches, &allowed, subject) {
        Some(denial) => Err(denial),
        None => Ok(allowed),
    }
}

/// What the policy file would refuse of a call, whether it is in force or only audited.
pub(crate) fn audit(scene: &Scene, subject: &Subject<'_>) -> Option<Denial> {
    let grants = scene.allowances.grants.as_ref()?;
    let Weighed { matches, allows } = grants.weigh(subject);
    refused(grants, matches, &Allowed::of(&scene.allowances, allows), subject)
}

fn refused(
    grants: &Grants,
    matches: bool,
    allowed: &Allowed<'_>,
    subject: &Subject<'_>,
) -> Option<Denial> {
    let declared = grants.reads == Reads::Declared && !subject.action.effect.is_write();
    if !matches && !declared {
        return Some(ungranted(grants, subject));
    }
    let class = subject.action.risk.filter(|class| !allowed.names_risk(*class))?;
    Some(unnamed(class, matches, subject))
}

fn unbound(subject: &Subject<'_>) -> Denial {
    let sentence =
        format!("{} is not granted: the policy file was not read for this run", what(subject));
    Denial::new("policy.call-ungranted", 16, sentence)
}

fn ungranted(grants: &Grants, subject: &Subject<'_>) -> Denial {
    let why = match grants.nearest(subject) {
        None => "no rule of the policy file names that action for this workflow".to_owned(),
        Some((line, miss)) => {
            let of = match miss {
                Miss::Account => "other accounts".to_owned(),
                Miss::Resource => "other objects".to_owned(),
                Miss::Condition(name) => {
                    format!("other values of `{}`", quote_within(&name, NAME_SHOWN))
                }
            };
            format!("the rule in line {line} of the policy file is for {of}")
        }
    };
    let sentence = format!("{} is not granted: {why}", what(subject));
    Denial::new("policy.call-ungranted", 16, sentence)
}

fn unnamed(class: Risk, matches: bool, subject: &Subject<'_>) -> Denial {
    let class_rule = if is_own_class(class) { 18 } else { 17 };
    let word = class.as_str();
    let why = if matches {
        "no rule that matches it has that word in its `allow`"
    } else {
        "`reads = \"declared\"` grants no class of risk"
    };
    let sentence =
        format!("{} is a risk of class `{word}`, which is granted apart: {why}", what(subject));
    Denial::new("policy.risk-ungranted", class_rule, sentence)
}

/// The call in words: its action, what it is about, and where. A role may be another account's than its caller.
fn what(subject: &Subject<'_>) -> String {
    let title = title(subject);
    let account = subject.account;
    let objects = objects(subject).unwrap_or_default();
    let named = objects.iter().take(OBJECTS_SHOWN).map(|it| shown(it, account.as_str()));
    let named = named.collect::<Vec<_>>().join(", ");
    let place = if objects.iter().any(|it| is_foreign(it, account.as_str())) {
        format!(", called in account `{account}`,")
    } else {
        format!(" in account `{account}`")
    };
    match (objects.len(), named) {
        (0, _) => format!("`{title}`{place}"),
        (count, named) if count > OBJECTS_SHOWN => {
            let more = count - OBJECTS_SHOWN;
            format!("`{title}` on {named} and {more} more{place}")
        }
        (_, named) => format!("`{title}` on {named}{place}"),
    }
}

/// The object, with its account if that is not the caller's.
fn shown(object: &Object<'_>, caller: &str) -> String {
    let quoted = |text: &str| format!("`{}`", quote_within(text, NAME_SHOWN));
    let of = if is_foreign(object, caller) {
        format!(" of account {}", quoted(object.account))
    } else {
        String::new()
    };
    format!("{} {}{of}", object.kind, quoted(object.name))
}

fn is_foreign(object: &Object<'_>, caller: &str) -> bool {
    object.account != caller && object.account != SYSTEM
}
