//! The plan as a picture: text for Mermaid, which many wikis and trackers draw.
//!
//! A lane for each account, a node for each thing with its steps, and lines for what one thing has to know of
//! another, who assumes whom and who is trusted. The picture is cut to what fits; the words are not.

use std::collections::{BTreeMap, BTreeSet};

use host_model::{AccountId, Arn, Call, Principal, Value};
use host_ram::Document;

use crate::filling::{Filling, texts_of};
use crate::words::{
    Kind, Reader, Thing, account_words, harmless, kind_of, mark_of, summary, things,
};
use crate::{Deed, Plan, Step};

/// Characters of a name or a sentence in a label.
const SHOWN: usize = 56;

/// Steps of one thing.
const STEPS_SHOWN: usize = 8;

/// The plan as a picture.
pub fn graph(plan: &Plan) -> String {
    let reader = Reader::new(plan);
    let accounts = things(&reader);
    let places = Places::of(&accounts);
    let mut lines = vec!["flowchart LR".to_owned(), format!("  %% {}", inert(&summary(plan), 300))];
    let mut used = BTreeSet::new();
    let mut node = 0;
    for (lane, (account, things)) in accounts.iter().enumerate() {
        let title = inert(&account_words(plan, account), SHOWN);
        lines.push(format!("  subgraph lane{lane}[\"{title}\"]"));
        for thing in things {
            let class = class_of(thing);
            used.insert(class);
            lines.push(format!("    n{node}[\"{}\"]:::{}", label(thing, &reader), class.as_str()));
            node += 1;
        }
        lines.push("  end".to_owned());
    }
    for (from, words, to) in edges(plan, &places) {
        lines.push(format!("  n{from} -->|{words}| n{to}"));
    }
    lines.extend(used.into_iter().map(|it| format!("  classDef {} {}", it.as_str(), style_of(it))));
    lines.push(String::new());
    lines.join("\n")
}

/// Where the steps and names of a plan stand in its picture.
struct Places<'a> {
    by_step: BTreeMap<u32, usize>,
    by_name: BTreeMap<(&'a AccountId, &'a str), usize>,
}

impl<'a> Places<'a> {
    fn of(accounts: &'a [(&'a AccountId, Vec<Thing<'a>>)]) -> Self {
        let (mut by_step, mut by_name) = (BTreeMap::new(), BTreeMap::new());
        for (node, thing) in accounts.iter().flat_map(|(_, things)| things).enumerate() {
            by_name.insert((thing.account, thing.name.as_str()), node);
            by_step.extend(thing.steps.iter().map(|(step, _)| (step.number, node)));
        }
        Self { by_step, by_name }
    }

    /// Who or what an ARN names, if the plan is about it.
    fn of_arn(&self, arn: &str) -> Option<usize> {
        let arn: Arn = arn.parse().ok()?;
        let name = match arn.principal() {
            Principal::User(name) => format!("user `{name}`"),
            Principal::Role(name) => format!("role `{name}`"),
            Principal::Root | Principal::Session(..) => return None,
        };
        self.by_name.get(&(arn.account(), name.as_str())).copied()
    }
}

/// All lines, each once: from, words, to.
fn edges(plan: &Plan, places: &Places<'_>) -> BTreeSet<(usize, String, usize)> {
    let known: Filling = plan.placeholders.iter().collect();
    let steps: BTreeMap<&str, u32> =
        plan.placeholders.iter().map(|it| (it.text.as_str(), it.step)).collect();
    let mut edges = BTreeSet::new();
    for step in &plan.steps {
        let Some(here) = places.by_step.get(&step.number).copied() else { continue };
        for text in texts_of(&step.call) {
            known.occurring(text, &mut |found| {
                let Some(from) = steps.get(found) else { return };
                if let Some(node) = places.by_step.get(from) {
                    edges.insert((*node, format!("known after step {from}"), here));
                }
            });
        }
        let role = step.call.text("RoleArn").and_then(|arn| places.of_arn(arn));
        edges.extend(role.map(|role| (here, "assumes".to_owned(), role)));
        let trusted = trusted(step, &step.call);
        let trusted = trusted.iter().filter_map(|arn| places.of_arn(arn));
        edges.extend(trusted.map(|whom| (here, "trusts".to_owned(), whom)));
    }
    edges.retain(|(from, _, to)| from != to);
    edges
}

/// Whom the trust documents of a step name.
fn trusted(step: &Step, call: &Call) -> Vec<String> {
    let documents = call.parameters.iter().filter_map(|(name, value)| match value {
        Value::Text(text) if kind_of(step, name) == Some(Kind::Trust) => Document::parse(text).ok(),
        _ => None,
    });
    let mut names = Vec::new();
    for document in documents {
        for principals in document.statements().iter().filter_map(host_ram::Statement::principal) {
            names.extend(principals.named().map(|(_, name)| name.to_owned()));
        }
    }
    names
}

fn label(thing: &Thing<'_>, reader: &Reader<'_>) -> String {
    let mut parts = vec![inert(&thing.name, SHOWN)];
    for (step, deed) in thing.steps.iter().take(STEPS_SHOWN) {
        let maybe = if step.conditional.is_some() { "? " } else { "" };
        let sign = mark_of(*deed).sign();
        let sentence = format!("{maybe}{sign} {}. {}", step.number, reader.sentence(step));
        parts.push(inert(&sentence, SHOWN));
    }
    let more = thing.steps.len().saturating_sub(STEPS_SHOWN);
    if more > 0 {
        parts.push(format!("and {more} steps more"));
    }
    parts.join("<br/>")
}

/// The most telling deed of a thing's steps.
fn class_of(thing: &Thing<'_>) -> Deed {
    let has = |deed: Deed| thing.steps.iter().any(|(_, it)| *it == deed);
    let order = [Deed::Replace, Deed::Create, Deed::Delete, Deed::Update, Deed::Look];
    order.into_iter().find(|deed| has(*deed)).unwrap_or(Deed::Refused)
}

const fn style_of(deed: Deed) -> &'static str {
    match deed {
        Deed::Create => "fill:#dcfce7,stroke:#16a34a,color:#14532d",
        Deed::Update => "fill:#fef3c7,stroke:#d97706,color:#78350f",
        Deed::Delete | Deed::Replace => "fill:#fee2e2,stroke:#dc2626,color:#7f1d1d",
        Deed::Look | Deed::Refused => "fill:#f1f5f9,stroke:#94a3b8,color:#334155",
    }
}

/// Text of a label: bounded, and all but letters, digits and a few marks as character references, so that no
/// word, quote or bracket in it means anything.
fn inert(text: &str, limit: usize) -> String {
    let text = harmless(text);
    let is_cut = text.chars().count() > limit;
    let mut escaped = String::new();
    for character in text.chars().take(limit) {
        let is_plain = character.is_alphanumeric() || " .,-_/:…".contains(character);
        if is_plain {
            escaped.push(character);
        } else {
            escaped.push_str(&format!("#{};", u32::from(character)));
        }
    }
    if is_cut { escaped + "…" } else { escaped }
}
