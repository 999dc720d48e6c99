//! The rule that would lift a denial, as text that can be appended to the policy file.
//!
//! What stands in it may be the workflow's words, and people paste what they are offered: it is offered only if
//! every part of it is plain, and only after it was read and judged like any other file.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::file::PolicyFile;
use super::grants::Grants;
use super::object::objects;
use crate::entry::title;
use crate::{Denial, Scene, Subject};

/// How many further denials a rule is widened for, word by word.
const ROUNDS_MAX: usize = 8;

/// How many objects are written out; of more, nobody would read the rule.
const OBJECTS_MAX: usize = 16;

/// How many characters a part of a rule has at most.
const PART_MAX: usize = 256;

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
        let text = written(grants, subject, &words)?;
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

/// A rule for this call of this workflow, and no wider than it can be said.
fn written(grants: &Grants, subject: &Subject<'_>, words: &BTreeSet<String>) -> Option<String> {
    let own = subject.account.as_str();
    let mut rule = format!(
        "{RULE}workflow = {}\naccount = {}\nactions = {}\n",
        quoted(&grants.workflow)?,
        quoted(own)?,
        list([title(subject)])?,
    );
    let objects = objects(subject).unwrap_or_default();
    if objects.len() > OBJECTS_MAX {
        return None;
    }
    if !objects.is_empty() {
        let names: BTreeSet<String> = objects
            .iter()
            .map(|it| {
                let relative = it.account == own;
                if relative { format!("{}/{}", it.kind, it.name) } else { it.to_string() }
            })
            .collect();
        rule.push_str(&format!("resources = {}\n", list(names)?));
    }
    if !words.is_empty() {
        rule.push_str(&format!("allow = {}\n", list(words.iter().cloned())?));
    }
    Some(rule)
}

fn list(texts: impl IntoIterator<Item = String>) -> Option<String> {
    let texts: Option<Vec<String>> = texts.into_iter().map(|text| quoted(&text)).collect();
    Some(format!("[{}]", texts?.join(", ")))
}

/// A text of TOML, if it is plain: no wildcard, no quote, nothing that could deceive.
fn quoted(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/._@=,-".contains(&byte);
    let fits = (1..=PART_MAX).contains(&text.len()) && text.bytes().all(plain);
    fits.then(|| format!("\"{text}\""))
}
