//! What both the granted set and the policy that a profile brings allow.
//!
//! The language has no "and": so each of its permissions is narrowed by each of ours, pattern by pattern, and
//! what it forbids stays forbidden. That is exact where of two patterns one holds the other, or they have
//! nothing in common. Where two only cross, nothing is guessed: ours is said more coarsely.

use std::collections::BTreeSet;

use host_model::quote_within;
use host_ram::{Document, Kind};
use serde_json::Value as Json;

use super::coarse::Clauses;
use super::document::allow;
use super::fault::SessionFault;

/// How many characters of a name are shown.
const NAME_SHOWN: usize = 120;

/// What a statement may have.
const MEMBERS: [&str; 4] = ["Effect", "Action", "Resource", "Condition"];

/// The statements of the policy that a profile brings.
pub(super) fn read(text: &str, origin: &str) -> Result<Vec<Json>, SessionFault> {
    let unread = |reason: String| SessionFault::Unread { origin: origin.to_owned(), reason };
    let document =
        Document::parse_as(Kind::Session, text).map_err(|error| unread(error.to_string()))?;
    if document.is_opaque() {
        return Err(unread("it has parts that are not known".to_owned()));
    }
    let json: Json =
        serde_json::from_str(&document.to_json()).map_err(|error| unread(error.to_string()))?;
    let statements = json["Statement"].as_array().cloned().unwrap_or_default();
    let strange = |statement: &Json| {
        let mut names = statement.as_object().into_iter().flatten().map(|(name, _)| name);
        names.find(|name| !MEMBERS.contains(&name.as_str())).cloned()
    };
    match statements.iter().find_map(strange) {
        // A `Deny` of everything but something is no trouble, but nobody writes one.
        Some(name) => Err(unread(format!("it has `{}`", quote_within(&name, NAME_SHOWN)))),
        None => Ok(statements),
    }
}

/// The statements that allow what both allow, and forbid what `own` forbids; nothing if one document cannot
/// say that.
pub(super) fn with(clauses: &Clauses, own: &[Json]) -> Option<Vec<Json>> {
    let (permits, denials): (Vec<&Json>, Vec<&Json>) =
        own.iter().partition(|statement| statement["Effect"] == "Allow");
    let mut all: Vec<Json> = denials.into_iter().cloned().collect();
    for permit in permits {
        for (resources, actions) in clauses {
            let actions = shared(actions, &texts(&permit["Action"]), folded)?;
            if actions.is_empty() {
                continue;
            }
            let resources = shared(resources, &texts(&permit["Resource"]), letters)?;
            if !resources.is_empty() {
                all.push(allow(&actions, &resources, permit.get("Condition")));
            }
        }
    }
    Some(all)
}

fn texts(json: &Json) -> BTreeSet<String> {
    let one = |json: &Json| json.as_str().map(str::to_owned);
    match json {
        Json::Array(items) => items.iter().filter_map(one).collect(),
        other => one(other).into_iter().collect(),
    }
}

/// The patterns of what is in both lists, compared as `read` reads them; nothing if two cross.
fn shared(
    ours: &BTreeSet<String>,
    theirs: &BTreeSet<String>,
    read: fn(&str) -> Vec<char>,
) -> Option<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for our in ours {
        for their in theirs {
            if holds(&read(their), &read(our)) {
                all.insert(our.clone());
            } else if holds(&read(our), &read(their)) {
                all.insert(their.clone());
            } else if may_cross(our, their) {
                return None;
            }
        }
    }
    Some(all)
}

/// Whether whatever `inner` means, `outer` means too. A `*` of `inner` is held by one of `outer` only, and a
/// `?` by either. Of an `inner` without wildcards the answer is complete.
fn holds(outer: &[char], inner: &[char]) -> bool {
    let mut open = vec![(0, 0)];
    let mut seen = BTreeSet::new();
    while let Some((at, to)) = open.pop() {
        if !seen.insert((at, to)) {
            continue;
        }
        match (outer.get(at), inner.get(to)) {
            (None, None) => return true,
            (Some('*'), letter) => {
                open.push((at + 1, to));
                if letter.is_some() {
                    open.push((at, to + 1));
                }
            }
            (Some('?'), Some(letter)) if *letter != '*' => open.push((at + 1, to + 1)),
            (Some(own), Some(letter)) if own == letter && *own != '*' => {
                open.push((at + 1, to + 1));
            }
            _ => {}
        }
    }
    false
}

/// Whether two patterns, neither of which holds the other, could have something in common: up to the first
/// wildcard they read alike, in either case.
fn may_cross(one: &str, other: &str) -> bool {
    let wild = |letter: &char| matches!(letter, '*' | '?');
    let (one, other) = (folded(one), folded(other));
    let mut pairs = one.iter().zip(&other).take_while(|(a, b)| !wild(a) && !wild(b));
    let both_wild = one.iter().any(wild) && other.iter().any(wild);
    both_wild && pairs.all(|(a, b)| a == b)
}

/// Resources: of most products nobody knows whether case counts, so it does.
fn letters(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// Actions, of which case never counts.
fn folded(text: &str) -> Vec<char> {
    text.chars().map(|letter| letter.to_ascii_lowercase()).collect()
}
