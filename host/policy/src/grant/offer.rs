//! The rule that would lift a denial, as text that can be appended to the policy file.
//!
//! What stands in it may be the workflow's words, and people paste what they are offered: it is offered only if
//! every part of it is plain, and only after it was read and judged like any other file.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::file::PolicyFile;
use super::literal::{Literals, literals};
use super::object::{Object, objects};
use crate::entry::title;
use crate::{Denial, Scene, Subject};

/// How many further denials a rule is widened for, word by word.
const ROUNDS_MAX: usize = 8;

/// How many objects are written out; of more, nobody would read the rule.
const OBJECTS_MAX: usize = 16;

/// How many characters a part of a rule has at most.
const PART_MAX: usize = 256;

/// How wide a comment is at most, in characters.
const COMMENT_MAX: usize = 100;

/// What an offered rule begins with, and no other grant.
pub const RULE: &str = "[[rule]]\n";

/// What the other offers begin with.
const FLAG: &str = "--allow ";

/// The denial with the rule that lifts it in place of its grant, where a policy file is in force and a rule
/// does.
pub(crate) fn offered(
    scene: &Scene,
    subject: &Subject<'_>,
    denial: Denial,
    decide: impl Fn(&Scene, &Subject<'_>) -> Option<Denial>,
) -> Denial {
    let Some(grants) = &scene.allowances.grants else { return denial };
    let Some(mut words) = words_of(&denial, subject) else { return denial };
    let rule = (0..ROUNDS_MAX).find_map(|_| {
        let text = written(scene, subject, &words)?;
        let more = PolicyFile::parse(&text).ok()?;
        let mut wider = scene.clone();
        wider.allowances.grants = Some(Arc::new(grants.with(&more, subject)));
        let Some(next) = decide(&wider, subject) else { return Some(Some(text)) };
        // What is missing besides is the person's to give, and no rule's.
        let by_flag = next.grant.as_ref().is_some_and(|grant| !grant.starts_with(FLAG));
        if by_flag {
            return Some(Some(text));
        }
        match words_of(&next, subject) {
            Some(more) if !more.is_subset(&words) => {
                words.extend(more);
                None
            }
            _ => Some(None),
        }
    });
    match rule.flatten() {
        Some(rule) => denial.unless(Some(rule)),
        None => denial,
    }
}

/// The words of `allow` that lift a denial; `None` if no rule lifts it.
fn words_of(denial: &Denial, subject: &Subject<'_>) -> Option<BTreeSet<String>> {
    let class = subject.action.risk.map(|class| class.as_str().to_owned());
    match &denial.grant {
        None if matches!(denial.code, "policy.call-ungranted" | "policy.risk-ungranted") => {
            Some(class.into_iter().collect())
        }
        Some(grant) if grant.starts_with(FLAG) => {
            let words = grant.split(' ').filter(|word| *word != FLAG.trim_end());
            Some(words.map(str::to_owned).chain(class).collect())
        }
        _ => None,
    }
}

/// A rule for this call of this workflow, and no wider than it can be said. What it leaves open stands in
/// comments.
fn written(scene: &Scene, subject: &Subject<'_>, words: &BTreeSet<String>) -> Option<String> {
    let grants = scene.allowances.grants.as_ref()?;
    let objects = objects(subject).unwrap_or_default();
    if objects.len() > OBJECTS_MAX {
        return None;
    }
    let Literals { said, free } = literals(subject, &objects, &scene.made_up);
    let mut rule = RULE.to_owned();
    for kind in made_up(scene, &objects) {
        rule.push_str(&format!("# allows any {kind}: the cloud has not yet made up its name\n"));
    }
    rule.push_str(&any_value(&free));
    rule.push_str(&format!(
        "workflow = {}\naccount = {}\nactions = {}\n",
        quoted(&grants.workflow)?,
        quoted(subject.account.as_str())?,
        list([title(subject)])?,
    ));
    if !objects.is_empty() {
        let names: Option<BTreeSet<String>> =
            objects.iter().map(|it| pattern(scene, subject, it)).collect();
        rule.push_str(&format!("resources = [{}]\n", joined(names?)));
    }
    if !said.is_empty() {
        let said = said.into_iter().map(|(name, value)| format!("{name} = {value}"));
        rule.push_str(&format!("where = {{ {} }}\n", joined(said)));
    }
    if !words.is_empty() {
        rule.push_str(&format!("allow = {}\n", list(words.iter().cloned())?));
    }
    Some(rule)
}

/// The pattern of one object: its name, or its kind if it has no name yet.
fn pattern(scene: &Scene, subject: &Subject<'_>, object: &Object<'_>) -> Option<String> {
    let Object { kind, name, account, .. } = *object;
    if is_made_up(scene, object) {
        return Some(format!("\"{kind}/*\""));
    }
    let is_own = account == subject.account.as_str();
    quoted(&if is_own { format!("{kind}/{name}") } else { object.to_string() })
}

fn is_made_up(scene: &Scene, object: &Object<'_>) -> bool {
    scene.made_up.contains(object.name)
}

/// The kinds of objects that have no name yet.
fn made_up<'a>(scene: &Scene, objects: &[Object<'a>]) -> BTreeSet<&'a str> {
    objects.iter().filter(|it| is_made_up(scene, it)).map(|it| it.kind).collect()
}

/// Comments that name the parameters which may have any value.
fn any_value(free: &[String]) -> String {
    let mut text = String::new();
    let mut width = usize::MAX;
    for name in free {
        if width.saturating_add(name.len()) > COMMENT_MAX {
            let start =
                if text.is_empty() { "# allows any value of" } else { "\n# allows any value of" };
            text.push_str(start);
            width = start.len();
        } else {
            text.push(',');
        }
        text.push_str(&format!(" `{name}`"));
        width += name.len() + 4;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<_>>().join(", ")
}

pub(super) fn list(texts: impl IntoIterator<Item = String>) -> Option<String> {
    let texts: Option<Vec<String>> = texts.into_iter().map(|text| quoted(&text)).collect();
    Some(format!("[{}]", texts?.join(", ")))
}

/// A text of TOML, if it is plain: no wildcard, no quote, nothing that could deceive.
pub(super) fn quoted(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/._@=,-".contains(&byte);
    let fits = (1..=PART_MAX).contains(&text.len()) && text.bytes().all(plain);
    fits.then(|| format!("\"{text}\""))
}
