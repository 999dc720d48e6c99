//! What a policy file means for a workflow, as lines for people: never more than is true.

use std::collections::BTreeMap;

use host_model::quote_within;
use host_policy::{
    ActionExplained, Explained, Mode, PolicyFile, Reads, RuleExplained, Standing, Unallowed,
};
use host_runtime::Package;

use crate::output::counted;

/// How many characters of an operator's note are shown.
const NOTE_SHOWN: usize = 300;

/// How many characters of a pattern are shown.
const PATTERN_SHOWN: usize = 128;

/// How wide a line of actions is, in characters.
const WIDTH: usize = 100;

pub(super) fn lines(package: &Package, file: &PolicyFile, explained: &Explained) -> Vec<String> {
    let manifest = &package.manifest;
    let digest = package.digest.get(..12).unwrap_or_default();
    let mut lines = vec![format!("workflow {} (sha256 {digest}…)", manifest.name)];
    lines.push(mode(file.mode).to_owned());
    lines.push(reads(file.reads).to_owned());
    for rule in &explained.rules {
        lines.push(String::new());
        lines.extend(rule_lines(rule));
    }
    for (accounts, actions) in alike(explained) {
        lines.push(String::new());
        lines.extend(account_lines(&accounts, &actions));
    }
    lines.push(String::new());
    lines.extend(end(explained));
    if explained.unallowed.is_empty() && !explained.is_complete() {
        lines.push("⚠ and some rule or pattern matches nothing: it is marked above".to_owned());
    }
    lines
}

const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Enforce => "mode enforce: what is not granted is denied",
        Mode::Audit => {
            "mode audit: what is not granted is only said, in the offline cloud and in plans"
        }
    }
}

const fn reads(reads: Reads) -> &'static str {
    match reads {
        Reads::Granted => "reads need rules",
        Reads::Declared => "reads need no rules, apart from classes of risk",
    }
}

fn rule_lines(rule: &RuleExplained) -> Vec<String> {
    let accounts = match rule.accounts.as_slice() {
        [] => "every account".to_owned(),
        some => some.join(", "),
    };
    let mut lines = vec![format!("line {}: {} in {accounts}", rule.line, rule.patterns.join(", "))];
    lines.extend(rule.note.as_ref().map(|note| format!("  “{}”", quote_within(note, NOTE_SHOWN))));
    if !rule.applies {
        lines.push("  for another workflow".to_owned());
        return lines;
    }
    lines.extend(narrowing(rule));
    for name in &rule.strangers {
        lines.push(format!("  ⚠ the workflow has no account `{name}`"));
    }
    for pattern in &rule.idle {
        let pattern = quote_within(pattern, PATTERN_SHOWN);
        lines.push(format!("  ⚠ `{pattern}` matches nothing that these actions are about"));
    }
    lines.extend(unmatched(rule));
    if !rule.matches() {
        lines.push("  ⚠ matches nothing that the workflow declares".to_owned());
        return lines;
    }
    lines.extend(matched(rule));
    lines
}

/// The declared actions of which a rule matches no call, by what is missing. That is worth a warning where the
/// rule names the action, and usual where a wildcard does.
fn unmatched(rule: &RuleExplained) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (action, why) in &rule.never {
        by_reason.entry(why).or_default().push(action);
    }
    let line = |(why, actions): (&str, Vec<&str>)| {
        let is_named = rule.patterns.iter().any(|it| actions.contains(&it.as_str()));
        let sign = if is_named { "⚠ " } else { "" };
        format!("  {sign}matches no call of {}: {why}", actions.join(", "))
    };
    by_reason.into_iter().map(line).collect()
}

/// What a rule asks for beside actions and accounts.
fn narrowing(rule: &RuleExplained) -> Vec<String> {
    let mut lines = Vec::new();
    if !rule.objects.is_empty() && !rule.objects.iter().any(|it| it == "*") {
        let objects = rule.objects.iter().map(|it| quote_within(it, PATTERN_SHOWN));
        let objects: Vec<String> = objects.map(|it| format!("`{it}`")).collect();
        lines.push(format!("  only if every object of the call is one of {}", objects.join(", ")));
    }
    if !rule.conditions.is_empty() {
        lines.push(format!("  only if {}", rule.conditions.join(", and ")));
    }
    lines
}

/// What a rule matches, and what it lets calls of it do.
fn matched(rule: &RuleExplained) -> Vec<String> {
    let declared = rule.declared.iter().filter(|action| !rule.never.contains_key(*action));
    let declared: Vec<&String> = declared.collect();
    let count = counted(declared.len(), "declared action");
    let some = if rule.narrowed { ", for some objects or values only" } else { "" };
    let mut lines = vec![format!("  matches {count}{some}")];
    lines.extend(declared.iter().map(|action| format!("    {action}")));
    if !rule.allow.is_empty() {
        lines.push(format!("  allows {}", rule.allow.join(", ")));
    }
    for (class, actions) in &rule.unnamed {
        lines.push(format!("  without `{class}`, which it does not allow: {}", actions.join(", ")));
    }
    match (rule.by_name, rule.by_digest) {
        (_, true) => {}
        (true, false) => {
            lines.push(
                "  by the name that the workflow gives itself, whatever its digest".to_owned(),
            );
        }
        (false, false) => lines.push("  for every workflow".to_owned()),
    }
    lines
}

/// The actions with where they stand, and the accounts in which they all stand so.
type Alike<'a> = Vec<(Vec<&'a str>, Vec<(&'a ActionExplained, &'a Standing)>)>;

fn alike(explained: &Explained) -> Alike<'_> {
    let mut accounts: BTreeMap<&str, Vec<(&ActionExplained, &Standing)>> = BTreeMap::new();
    for action in &explained.actions {
        for (name, standing) in &action.accounts {
            accounts.entry(name).or_default().push((action, standing));
        }
    }
    let mut alike: Alike<'_> = Vec::new();
    for (name, actions) in accounts {
        match alike.iter_mut().find(|(_, known)| *known == actions) {
            Some((names, _)) => names.push(name),
            None => alike.push((vec![name], actions)),
        }
    }
    alike
}

fn account_lines(accounts: &[&str], actions: &[(&ActionExplained, &Standing)]) -> Vec<String> {
    let word = if accounts.len() == 1 { "account" } else { "each of the accounts" };
    let mut lines = vec![format!("in {word} {}", accounts.join(", "))];
    let of = |kind: fn(&Standing) -> bool| {
        let found = actions.iter().filter(|(_, standing)| kind(standing));
        found.map(|(it, _)| it.action.as_str()).collect::<Vec<&str>>()
    };
    let mut part = |title: &str, found: &[&str]| {
        if !found.is_empty() {
            lines.push(format!("  {title}: {}", counted(found.len(), "action")));
            lines.extend(wrapped(found));
        }
    };
    part("allowed, whatever the call is about", &of(|it| *it == Standing::Allowed));
    for (rules, found) in by_rules(actions) {
        part(&format!("allowed for some objects or values only, as {rules}"), &found);
    }
    part("not allowed", &of(|it| matches!(it, Standing::Unallowed(_))));
    lines
}

/// The actions that rules narrow, by the rules that do so.
fn by_rules<'a>(actions: &[(&'a ActionExplained, &Standing)]) -> Vec<(String, Vec<&'a str>)> {
    let mut found: BTreeMap<&[usize], Vec<&str>> = BTreeMap::new();
    for (action, standing) in actions {
        if let Standing::Narrowed(lines) = standing {
            found.entry(lines).or_default().push(&action.action);
        }
    }
    let words = |lines: &[usize]| match lines {
        [line] => format!("the rule in line {line} says"),
        some => {
            let some: Vec<String> = some.iter().map(ToString::to_string).collect();
            format!("the rules in lines {} say", some.join(", "))
        }
    };
    found.into_iter().map(|(lines, actions)| (words(lines), actions)).collect()
}

/// Names in lines of some width.
fn wrapped(names: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut().filter(|line| line.len() + name.len() + 2 <= WIDTH) {
            Some(line) => line.push_str(&format!(", {name}")),
            None => lines.push(format!("    {name}")),
        }
    }
    lines
}

/// The sum of it all, last, where it is read.
fn end(explained: &Explained) -> Vec<String> {
    let count = counted(explained.actions.len(), "action");
    if !explained.unallowed.is_empty() {
        let mut lines = vec!["declared, and allowed by no rule".to_owned()];
        lines.extend(explained.unallowed.iter().map(unallowed_line));
        return lines;
    }
    if explained.is_unconditional() {
        let all = format!(
            "every one of the {count} that the workflow declares is allowed in every account, whatever the call is about"
        );
        return vec![all];
    }
    let narrowed =
        |it: &&ActionExplained| it.accounts.values().any(|it| matches!(it, Standing::Narrowed(_)));
    let elsewhere =
        |it: &&ActionExplained| it.accounts.values().any(|it| matches!(it, Standing::Unallowed(_)));
    let of = |kind: &dyn Fn(&&ActionExplained) -> bool| {
        explained.actions.iter().filter(|it| kind(it)).count()
    };
    let mut lines = vec![format!(
        "every one of the {count} that the workflow declares is allowed in some account"
    )];
    for (number, what) in [
        (of(&narrowed), "for some objects or values only: a call about others is denied"),
        (of(&elsewhere), "in some accounts only: a call in another one is denied"),
    ] {
        if number > 0 {
            lines.push(format!("  {number} {what}"));
        }
    }
    lines
}

fn unallowed_line(it: &Unallowed) -> String {
    let action = match &it.account {
        Some(account) => {
            format!("{} in account {account}, where the workflow proves itself by it", it.action)
        }
        None => it.action.clone(),
    };
    match (it.class, it.line) {
        (Some(class), Some(line)) => {
            format!(
                "  {action}: the rule in line {line} matches it, and lacks `allow = [\"{class}\"]`"
            )
        }
        (Some(class), None) => format!("  {action}: needs a rule with `allow = [\"{class}\"]`"),
        (None, _) => format!("  {action}"),
    }
}
