//! Things that were there, and that a run changed: everything that it changed about one of them is taken
//! back at once, against what was there before the first change.

use std::collections::BTreeSet;

use host_catalog::{Action, Inverse, ParameterType, Product, pick};
use host_model::{Call, Value, quote_within};
use host_ram::{Direction, Document, added, difference};
use serde_json::{Value as Json, json};

use super::history::Done;
use super::object::{Object, touched};
use super::settings;
use super::step::{Basis, LessTrust, Put, Stays, Step, shown};

/// All changes of one thing that one action takes back, in order.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    pub(crate) product: &'static Product,
    pub(crate) about: Object,
    pub(crate) changes: Vec<(&'static Action, &'static Inverse, &'a Done)>,
}

/// What becomes of a group.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    pub(crate) step: Option<Step>,
    pub(crate) stays: Vec<Stays>,
}

impl Group<'_> {
    /// The step that takes the changes back, and what of them stays.
    pub(crate) fn settle(&self, caller: &host_model::IdentityRef) -> Settled {
        let mut settled = Settled::default();
        let Some((_, inverse, first)) = self.changes.first() else { return settled };
        let Some(back) = self.product.actions.get(&inverse.action) else { return settled };
        let Some(mut parameters) = with(inverse, first) else {
            settled.stays.push(self.unknown("what it names is not known"));
            return settled;
        };
        let mut puts = Vec::new();
        let mut trust = None;
        for (parameter, _) in &inverse.back {
            self.put(parameter, &mut puts, &mut settled.stays);
        }
        for (parameter, source) in &inverse.less {
            let is = back.parameter(parameter).and_then(|it| self.product.type_of(it));
            match is {
                Some(ParameterType::TrustDocument { .. }) => {
                    trust = self.trust(parameter, source, &mut settled.stays);
                }
                Some(ParameterType::Settings { .. }) => {
                    settings::put(self, (parameter, source), &mut puts, &mut settled.stays);
                }
                _ => {
                    let keys = self.tags(source, &mut settled.stays);
                    if !keys.is_empty() {
                        parameters.push((parameter.clone(), Value::Json(json!(keys))));
                    }
                }
            }
        }
        self.lost(&mut settled.stays);
        let nothing_more = puts.is_empty() && trust.is_none();
        if nothing_more
            && !inverse.less.keys().any(|name| parameters.iter().any(|(it, _)| it == name))
        {
            return settled;
        }
        let call = Call {
            identity: caller.clone(),
            product: self.product.key.clone(),
            version: self.product.version.clone(),
            action: back.name.clone(),
            region: first.sent.region.clone(),
            parameters,
        };
        let step = self.step(call, trust, puts);
        settled.step = Some(Step { call: step.compose(&step.puts, None), ..step });
        settled
    }

    fn step(&self, call: Call, trust: Option<LessTrust>, puts: Vec<Put>) -> Step {
        let basis = self.changes.iter().map(|(_, _, done)| basis(done)).collect();
        let mut touches = Vec::new();
        for (_, _, done) in &self.changes {
            touches.extend(touched(&done.account, &done.sent, &done.reply));
        }
        Step {
            account: self.about.account.clone(),
            call,
            about: self.about.clone(),
            takes_back: self.changes.iter().map(|(_, _, done)| done.number).collect(),
            since: self.changes.iter().map(|(_, _, done)| done.at).min().unwrap_or_default(),
            trust,
            puts,
            forgets: None,
            basis,
            touches,
            ends: None,
            part: 0,
        }
    }

    /// What nothing puts back: a new name, a password.
    fn lost(&self, stays: &mut Vec<Stays>) {
        let mut names = BTreeSet::new();
        for (action, inverse, done) in &self.changes {
            // The action says itself what of it stays.
            if action.stays.is_some() {
                continue;
            }
            let known = |name: &String| {
                inverse.back.contains_key(name)
                    || inverse.with.values().chain(inverse.less.values()).any(|it| it == name)
            };
            names.extend(done.sent.parameters.iter().map(|(name, _)| name).filter(|it| !known(it)));
        }
        for name in names {
            let object = format!("`{name}` of {}", self.about);
            stays.push(Stays::new(object, "nothing puts back what was there before"));
        }
    }

    /// What a parameter was before the run changed it, and what the run left.
    fn put(&self, parameter: &str, puts: &mut Vec<Put>, stays: &mut Vec<Stays>) {
        let given = |done: &Done| {
            let mut all = done.sent.parameters.iter();
            all.find(|(name, _)| name == parameter).map(|(_, value)| value.clone())
        };
        let mut changes = self.changes.iter().filter(|(_, _, done)| given(done).is_some());
        let Some((_, inverse, first)) = changes.next() else { return };
        let left = changes.last().map_or(first, |(_, _, last)| last);
        let Some(left) = given(left) else { return };
        let at = inverse.back.get(parameter).map_or("", String::as_str);
        let what = || format!("`{parameter}` of {}", self.about);
        if first.before.is_null() {
            stays.push(Stays::new(what(), "what it was before was not read"));
            return;
        }
        match pick(&first.before, at, &first.sent) {
            None | Some(Json::Null) => {
                let reason = format!(
                    "there was none before, and it cannot be emptied: it is `{}`",
                    shown(&left)
                );
                stays.push(Stays::new(what(), reason));
            }
            Some(Json::String(text)) if text.is_empty() => {
                let reason = format!(
                    "it was empty before, and it cannot be emptied: it is `{}`",
                    shown(&left)
                );
                stays.push(Stays::new(what(), reason));
            }
            Some(former) => {
                let former = match former {
                    Json::String(text) => Value::Text(text.clone()),
                    other => Value::Json(other.clone()),
                };
                if former != left {
                    let parameter = parameter.to_owned();
                    puts.push(Put { parameter, setting: None, left, former });
                }
            }
        }
    }

    /// The statements that the run added to a trust. Those that it took away do not come back.
    fn trust(&self, parameter: &str, source: &str, stays: &mut Vec<Stays>) -> Option<LessTrust> {
        let what = format!("the trust of {}", self.about);
        let mut all: Option<Document> = None;
        for (_, _, done) in &self.changes {
            let Some(after) = done.sent.text(source) else { continue };
            let at = "/Role/AssumeRolePolicyDocument";
            let before = done.before.pointer(at).and_then(Json::as_str);
            let (Some(Ok(before)), Ok(after)) =
                (before.map(Document::parse), Document::parse(after))
            else {
                stays.push(Stays::new(&what, "what it said before was not read"));
                return None;
            };
            for change in difference(&before, &after) {
                if change.direction == Direction::Removed {
                    let reason = "the run took it away; it is not given back".to_owned();
                    let line = quote_within(&change.line, 400);
                    stays.push(Stays::new(format!("{line}, once in {what}"), reason));
                }
            }
            let came = added(&before, &after);
            all = match all {
                None => Some(came),
                Some(earlier) => Some(host_ram::merge_trust(&earlier, &came).unwrap_or(came)),
            };
        }
        let all = all.filter(|all| !all.statements().is_empty())?;
        Some(LessTrust::new(parameter, all))
    }

    /// The keys of tags that the run put. One that had another value before stays.
    fn tags(&self, source: &str, stays: &mut Vec<Stays>) -> Vec<String> {
        let mut keys = BTreeSet::new();
        let mut others = BTreeSet::new();
        for (_, _, done) in &self.changes {
            let value = done.sent.parameters.iter().find(|(name, _)| name == source);
            let Some((_, Value::Json(Json::Array(tags)))) = value else { continue };
            let had = done.before.pointer("/TagResources").and_then(Json::as_array);
            for key in tags.iter().filter_map(|tag| tag.get("Key")?.as_str()) {
                let is = |tag: &&Json| tag.get("TagKey").and_then(Json::as_str) == Some(key);
                let was_there = had.is_some_and(|had| had.iter().find(is).is_some());
                if (was_there || had.is_none()) && !keys.contains(key) {
                    others.insert(key.to_owned());
                } else {
                    keys.insert(key.to_owned());
                }
            }
        }
        for key in others {
            let object = format!("tag `{}` of {}", quote_within(&key, 128), self.about);
            stays.push(Stays::new(object, "there was a tag of that name before, or nobody looked"));
        }
        keys.into_iter().collect()
    }

    fn unknown(&self, reason: &str) -> Stays {
        Stays::new(self.about.to_string(), reason)
    }
}

/// The parameters that name what is meant; `None` if one of them is not known.
pub(crate) fn with(inverse: &Inverse, done: &Done) -> Option<Vec<(String, Value)>> {
    filled(&inverse.with, &inverse.action, done)
}

/// A template, filled. What the call may leave out is left out here too.
pub(crate) fn filled(
    with: &std::collections::BTreeMap<String, String>,
    action: &str,
    done: &Done,
) -> Option<Vec<(String, Value)>> {
    let catalog = host_catalog::Catalog::builtin();
    let action = catalog.action(&done.sent.product, action)?;
    let mut parameters = Vec::new();
    for (name, source) in with {
        let source = host_catalog::Source::read(source);
        match source.value(&done.sent, &done.reply, &done.before) {
            Some(value) => parameters.push((name.clone(), value)),
            None if action.parameter(name).is_some_and(|it| it.required) => return None,
            None => {}
        }
    }
    Some(parameters)
}

pub(crate) fn basis(done: &Done) -> Basis {
    Basis {
        account: done.account.clone(),
        sent: done.sent.clone(),
        reply: done.reply.clone(),
        before: done.before.clone(),
        registered: done.registered.clone(),
    }
}
