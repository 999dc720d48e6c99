//! Two rehearsals of the same reads make the parts of a plan.
//!
//! Both were made with other texts in the place of what the cloud decides. Each call of one must be the other's
//! with these texts exchanged, in both directions; where it is not, the workflow took such a text apart, or
//! decided by it, and nobody can say what it will do with the cloud's own.

use host_model::{Call, quote_within};

use crate::answers::Answers;
use crate::filling::{Filling, texts_of, texts_of_json};
use crate::shown::Room;
use crate::{
    Conditional, Expected, Forecast, Foreseen, Observed, Placeholder, Rehearsal, Rehearsed, Seen,
    Step, Unread, difference,
};

/// How many characters of an action or of a reason are shown.
const SHOWN: usize = 200;

/// What two rehearsals make: the parts of a [`crate::Plan`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Composed {
    /// All calls of the first rehearsal, numbered from 1 on.
    pub steps: Vec<Step>,
    /// The parts that may or may not be needed.
    pub conditionals: Vec<Conditional>,
    /// What is known after a step; texts of the first rehearsal.
    pub placeholders: Vec<Placeholder>,
    /// What the plan stands on.
    pub observed: Vec<Observed>,
    /// What will be shown of what the run itself made; texts of the first rehearsal.
    pub foreseen: Vec<Foreseen>,
    /// From where on it is a forecast. Its step may be the one after the last: then nobody knows whether
    /// more will come.
    pub forecast: Option<Forecast>,
    /// Everything else that was read.
    pub reads: Vec<Call>,
    /// What could not be read, each once.
    pub unread: Vec<Unread>,
    /// How the rehearsals ended, if both ended with the same error.
    pub error: Option<(String, String)>,
}

/// Makes the parts of a plan from two rehearsals of the same reads with other placeholder texts.
pub fn compose(first: &Rehearsal, second: &Rehearsal) -> Composed {
    let mut walk = Walk::default();
    walk.over(first, second);
    walk.conditionals(&first.conditionals, &second.conditionals);
    walk.check_texts(&first.calls);
    for (rehearsal, which) in [(first, "one"), (second, "the other")] {
        if let Some((certain, why)) = &rehearsal.guessed {
            let reason = format!("{} ({which} rehearsal)", quote_within(why, SHOWN));
            let reason =
                if first.guessed == second.guessed { quote_within(why, SHOWN) } else { reason };
            walk.forecast(number_of(*certain), reason);
        }
    }
    if let Some((certain, seen)) = first.remembered.as_ref().or(second.remembered.as_ref()) {
        walk.remembered(number_of(*certain), seen);
    }
    let mut unread: Vec<Unread> = first.unread.iter().chain(&second.unread).cloned().collect();
    unread.sort();
    unread.dedup();
    let same_end = code_of(first) == code_of(second);
    Composed {
        steps: first.calls.iter().enumerate().map(|(index, call)| step(index, call)).collect(),
        conditionals: first.conditionals.clone(),
        placeholders: walk.placeholders,
        observed: kept(&first.observed),
        foreseen: first.foreseen.clone(),
        reads: other_reads(first),
        forecast: walk.forecast,
        unread,
        error: first.error.clone().filter(|_| same_end),
    }
}

/// What was read, with as much of what it showed as a plan has room for.
fn kept(observed: &[Observed]) -> Vec<Observed> {
    let mut room = Room::default();
    let keep = |it: &Observed| Observed { shown: room.keep(it.shown.clone()), ..it.clone() };
    observed.iter().map(keep).collect()
}

/// Reads that are not among what the plan stands on: the cloud did not answer them, or not for good.
fn other_reads(rehearsal: &Rehearsal) -> Vec<Call> {
    let mut reads = rehearsal.reads.clone();
    for observed in &rehearsal.observed {
        reads.remove(&Rehearsal::key_of(&observed.call));
    }
    reads.into_values().collect()
}

/// What is known on the way through both rehearsals.
#[derive(Default)]
struct Walk {
    placeholders: Vec<Placeholder>,
    /// Texts of the first rehearsal in those of the second.
    there: Filling,
    /// And back.
    back: Filling,
    forecast: Option<Forecast>,
}

impl Walk {
    fn over(&mut self, first: &Rehearsal, second: &Rehearsal) {
        let mut calls = first.calls.iter().zip(&second.calls).enumerate();
        let is_parallel = calls.all(|(index, (one, other))| self.pair(index, one, other));
        if !is_parallel {
            return;
        }
        let (here, there) = (first.calls.len(), second.calls.len());
        let common = here.min(there);
        if let Some(more) = first.calls.get(common).or_else(|| second.calls.get(common)) {
            let reason =
                format!("one rehearsal goes on with {}, and the other one does not", title(more));
            self.forecast(number_of(common), reason);
        } else if code_of(first) != code_of(second) {
            let reason = "one rehearsal ends with another error than the other one".to_owned();
            self.forecast(number_of(common), reason);
        }
    }

    /// Whether what comes after can be compared.
    fn pair(&mut self, index: usize, one: &Rehearsed, other: &Rehearsed) -> bool {
        let number = number_of(index);
        if let Some(reason) = self.differs(one, other) {
            self.forecast(number, reason);
            // Of a forecast, too, nobody should read a made-up text as the cloud's.
            if title(one) != title(other) {
                return false;
            }
        }
        let mut answers = Answers::default();
        match (&one.answer, &other.answer) {
            (Ok(body), Ok(other_body)) => {
                answers.bodies(body, other_body);
                answers.secrets(&one.secrets, &other.secrets);
            }
            (Err(code), Err(other_code)) if code == other_code => {}
            _ => answers.trouble("it succeeds in one rehearsal and not in the other".to_owned()),
        }
        for leaf in answers.leaves() {
            if self.there.text(&leaf.one) == leaf.other && self.back.text(&leaf.other) == leaf.one {
                continue;
            }
            if let Some(trouble) = leaf.trouble(&self.there, &self.back) {
                answers.trouble(trouble);
                continue;
            }
            self.there.set(&leaf.one, &leaf.other);
            self.back.set(&leaf.other, &leaf.one);
            let (text, at, secret) = (leaf.one, leaf.at, leaf.secret);
            self.placeholders.push(Placeholder { text, step: number, at, secret });
        }
        if let Some(trouble) = answers.into_trouble() {
            let reason = format!("the answer of {} cannot be known before: {trouble}", title(one));
            self.forecast(number + 1, reason);
        }
        true
    }

    /// How two calls differ in more than texts that stand for the same, in words.
    fn differs(&self, one: &Rehearsed, other: &Rehearsed) -> Option<String> {
        let name = title(one);
        if (&one.call.product, &one.call.action) != (&other.call.product, &other.call.action) {
            return Some(format!(
                "one rehearsal goes on with {name}, and the other one with {}",
                title(other)
            ));
        }
        for (call, other_call) in [(&one.call, &other.call), (&one.sent, &other.sent)] {
            let back = self.back.call(other_call);
            let what = difference::first(call, &back)
                .or_else(|| difference::first(&self.there.call(call), other_call));
            if let Some(what) = what {
                return Some(format!(
                    "{what} of {name} depends in part on a value that only the cloud knows"
                ));
            }
        }
        let facts = |it: &Rehearsed| (it.account.clone(), it.effect, it.looks, it.conditional);
        let is_same = facts(one) == facts(other) && one.account_name == other.account_name;
        (!is_same).then(|| format!("{name} is made in another account, or for another end"))
    }

    /// The same parts: of each call it was compared already in which one it stands.
    fn conditionals(&mut self, first: &[Conditional], second: &[Conditional]) {
        let mut pairs = first.iter().zip(second);
        let found = pairs.find(|(one, other)| self.back.text(&other.title) != one.title);
        if let Some(from) = found.map(|(one, _)| one.from) {
            let reason = "one rehearsal has another part that may be needed than the other one";
            self.forecast(from, reason.to_owned());
        }
    }

    /// A placeholder must not stand in anything else: not in a call before it is known, nor in another one's
    /// text.
    fn check_texts(&mut self, calls: &[Rehearsed]) {
        let all: Filling = self.placeholders.iter().collect();
        let mut known_after = std::collections::BTreeMap::new();
        for placeholder in &self.placeholders {
            known_after.insert(placeholder.text.as_str(), placeholder.step);
        }
        let mut bad = std::collections::BTreeSet::new();
        for placeholder in &self.placeholders {
            all.occurring(&placeholder.text, &mut |text| {
                if text != placeholder.text {
                    bad.insert(text.to_owned());
                }
            });
        }
        for (index, call) in calls.iter().enumerate() {
            let number = number_of(index);
            let mut texts = texts_of(&call.call);
            texts.extend(texts_of(&call.sent));
            let mut answered = Vec::new();
            if let Ok(body) = &call.answer {
                texts_of_json(body, &mut answered);
            }
            for (found_in, from) in [(texts, number), (answered, number + 1)] {
                for text in found_in {
                    all.occurring(text, &mut |text| {
                        if known_after.get(text).is_some_and(|after| *after >= from) {
                            bad.insert(text.to_owned());
                        }
                    });
                }
            }
        }
        let steps: Vec<u32> = self
            .placeholders
            .iter()
            .filter(|it| bad.contains(&it.text))
            .map(|it| it.step)
            .collect();
        self.placeholders.retain(|it| !bad.contains(&it.text));
        for step in steps {
            let reason = "a value that only the cloud knows reads like a part of another one";
            self.forecast(step + 1, reason.to_owned());
        }
    }

    /// The earliest counts.
    fn forecast(&mut self, from: u32, reason: String) {
        if self.forecast.as_ref().is_none_or(|known| from < known.from) {
            self.forecast = Some(Forecast { from, reason, seen: None });
        }
    }

    /// It is no surer than what else is a forecast, and may come before it.
    fn remembered(&mut self, from: u32, seen: &Seen) {
        let reason = format!("what is on machines was seen by an earlier run, {}", seen.run);
        match &self.forecast {
            None => self.forecast = Some(Forecast { from, reason, seen: Some(seen.clone()) }),
            Some(_) => self.forecast(from, reason),
        }
    }
}

fn step(index: usize, call: &Rehearsed) -> Step {
    let call = call.clone();
    Step {
        number: number_of(index),
        within: call.within,
        account_name: call.account_name,
        account: call.account,
        call: call.call,
        sent: call.sent,
        effect: call.effect,
        sentence: call.sentence,
        risk: call.risk,
        risks: call.risks,
        before: call.before,
        expected: match call.answer {
            Ok(_) => Expected::Done,
            Err(_) if !call.foreseen => Expected::Unforeseen,
            Err(code) => Expected::Refused { code },
        },
        looks: call.looks,
        conditional: call.conditional,
    }
}

/// Steps are counted from 1 on.
fn number_of(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
}

fn title(call: &Rehearsed) -> String {
    let title = format!("{}:{}", call.call.product, call.call.action);
    format!("`{}`", quote_within(&title, SHOWN))
}

fn code_of(rehearsal: &Rehearsal) -> Option<&str> {
    rehearsal.error.as_ref().map(|(code, _)| code.as_str())
}
