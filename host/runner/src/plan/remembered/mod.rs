//! What scripts saw on machines, as earlier runs have it in their journals.
//!
//! What is on a machine is known only when a script has looked, and a plan sends none. So the same script, with
//! the same parameters, on the same machine, is answered with what it wrote last, unless a run sent the machine
//! anything else since. The live run looks again: what a plan makes of it is a forecast.
//!
//! A workflow is told of its own lineage only: what others saw is theirs.

use std::collections::{BTreeMap, BTreeSet};

use host_model::{AccountId, Call, RunId, Timestamp, Value};
use host_runtime::{Answer, Event, Prepared};
use host_simulator::Remembered;
use serde_json::Value as Json;

use crate::Run;
use crate::record::{self, Answered, Entry, Intent, Numbered, Place};

/// How many of the newest runs are read.
const RUNS_READ: usize = 50;

impl Run {
    /// What scripts of this workflow saw in the same cloud. What a run did that cannot be read, nobody knows: so
    /// nothing is.
    pub(super) async fn remembered(&self, workflow: &Prepared, place: &Place) -> Vec<Remembered> {
        let package = workflow.package();
        let looks = crate::run::looks(&package.manifest);
        if looks.is_empty() {
            return Vec::new();
        }
        let journal = self.settings().journal.as_ref();
        let until = self.settings().clock.now();
        let runs = journal.active(Entry::INTENT, Timestamp::default(), until).await;
        let runs = runs.unwrap_or_default();
        let mut told = Vec::new();
        for run in runs.iter().skip(runs.len().saturating_sub(RUNS_READ)) {
            let entries = journal.read(run).await.ok();
            let Some(entries) = entries.and_then(|entries| record::read(run, &entries).ok()) else {
                return Vec::new();
            };
            told.push((run.clone(), entries));
        }
        let mut memory = Memory { looks, ..Memory::default() };
        memory.read(&told, (place, &package.manifest.lineage));
        memory.known.into_values().flat_map(BTreeMap::into_values).collect()
    }
}

/// A script, and what its places were filled with.
type Order = (String, BTreeMap<String, String>);

/// What scripts wrote last, by account and instance.
#[derive(Debug, Default)]
struct Memory {
    /// Digests of the scripts that only look.
    looks: BTreeSet<String>,
    known: BTreeMap<(AccountId, String), BTreeMap<Order, Remembered>>,
    /// When something else was sent last, counted in entries: to an instance, or to nobody knows which.
    touched: BTreeMap<(AccountId, Option<String>), usize>,
}

/// A look that was sent.
#[derive(Debug, Clone)]
struct Look {
    account: AccountId,
    order: Order,
    /// When, and counted in entries: what it saw is from then, whenever its output was read.
    at: Timestamp,
    turn: usize,
}

/// What a run sent that looks.
#[derive(Debug, Default)]
struct UnderWay {
    /// What it sent last, until the cloud answers.
    sent: Option<Look>,
    /// By the invocations that the cloud made of them.
    looks: BTreeMap<String, Look>,
}

impl Memory {
    /// Takes over what runs saw, and forgets machines that they sent anything else. A run that was stopped can go
    /// on after others: so all that was done comes by its time, and not run after run.
    fn read(&mut self, runs: &[(RunId, Vec<Numbered>)], (place, lineage): (&Place, &str)) {
        let mut all = Vec::new();
        for (run, entries) in runs {
            let Some(begun) = record::begun(entries) else { continue };
            if begun.place.is_same_cloud(place) {
                let is_own = begun.workflow.lineage == lineage;
                all.extend(entries.iter().map(|it| (run, is_own, it)));
            }
        }
        all.sort_by_key(|(.., it)| it.at);
        let mut under_way: BTreeMap<&RunId, UnderWay> = BTreeMap::new();
        for (turn, (run, is_own, it)) in all.into_iter().enumerate() {
            let way = under_way.entry(run).or_default();
            match &it.entry {
                Entry::Intent(intent) => {
                    let sent = self.send(intent, turn).filter(|_| is_own);
                    way.sent =
                        sent.map(|(account, order)| Look { account, order, at: it.at, turn });
                }
                Entry::Outcome(outcome) => {
                    let id = body_of(&outcome.answer).and_then(|body| body["InvokeId"].as_str());
                    if let (Some(sent), Some(id)) = (way.sent.take(), id) {
                        way.looks.insert(id.to_owned(), sent);
                    }
                }
                Entry::Answered(answered) => {
                    for (id, instance, output) in outputs(answered) {
                        if let Some(look) = way.looks.get(&id) {
                            self.keep(look, instance, output, run);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The order that is on its way, if its script only looks. Of what others leave on a machine nobody knows.
    fn send(&mut self, intent: &Intent, turn: usize) -> Option<(AccountId, Order)> {
        let call = &intent.call;
        let account: AccountId = intent.account.parse().ok()?;
        if call.product != "ecs" {
            return None;
        }
        if let Some(order) = self.order(call) {
            return Some((account, order));
        }
        let named = call.parameters.iter().find_map(|(name, value)| match value {
            Value::Json(Json::Array(instances)) if name == "InstanceId" => Some(instances),
            _ => None,
        });
        let text = |instance: &Json| instance.as_str().map(str::to_owned);
        for machine in named.map_or_else(|| vec![None], |all| all.iter().map(text).collect()) {
            self.touched.insert((account.clone(), machine), turn);
        }
        // Where none is named, nobody knows which it is about.
        self.known.retain(|(owner, instance), _| {
            let is_meant = named.is_none_or(|all| all.iter().any(|it| it == instance));
            *owner != account || !is_meant
        });
        None
    }

    fn order(&self, call: &Call) -> Option<Order> {
        let script = call.text("CommandContent").filter(|_| call.action == "RunCommand")?;
        if call.carries_secret() || !self.looks.contains(&host_runtime::digest(script.as_bytes())) {
            return None;
        }
        let filled = call.settings("Parameters").unwrap_or_default().iter();
        let filled = filled.map(|(name, value)| match value {
            Value::Text(text) => Some((name.clone(), text.clone())),
            _ => None,
        });
        Some((script.to_owned(), filled.collect::<Option<_>>()?))
    }

    /// Takes over what a look saw, unless something else was sent there after it, or a later look.
    fn keep(&mut self, look: &Look, instance: String, output: String, run: &RunId) {
        let Look { account, order, at, turn } = look.clone();
        let machine = (account.clone(), instance.clone());
        let places = [(account.clone(), Some(instance.clone())), (account.clone(), None)];
        if places.iter().any(|place| self.touched.get(place).is_some_and(|then| *then > turn)) {
            return;
        }
        let seen = self.known.entry(machine).or_default();
        if seen.get(&order).is_some_and(|later| later.at > at) {
            return;
        }
        let (script, parameters) = order.clone();
        let run = run.clone();
        let remembered = Remembered { account, instance, script, parameters, output, run, at };
        seen.insert(order, remembered);
    }
}

fn body_of(answer: &Answer) -> Option<&Json> {
    match answer {
        Answer::Reply { reply } => Some(&reply.body),
        _ => None,
    }
}

/// What scripts wrote that came to a good end, as a reply shows it: the invocation, the instance, the output.
fn outputs(answered: &Answered) -> Vec<(String, String, String)> {
    let is_asked = matches!(&answered.event,
        Event::Call(call) if call.product == "ecs" && call.action == "DescribeInvocationResults");
    let body = body_of(&answered.answer).filter(|_| is_asked);
    let results =
        body.and_then(|body| body.pointer("/Invocation/InvocationResults/InvocationResult"));
    let results = results.and_then(Json::as_array).into_iter().flatten();
    let one = |result: &Json| {
        let text = |name: &str| result[name].as_str().map(str::to_owned);
        let is_done = text("InvocationStatus").as_deref() == Some("Success")
            && result["ExitCode"].as_i64() == Some(0);
        let written = || Some((text("InvokeId")?, text("InstanceId")?, text("Output")?));
        is_done.then(written).flatten()
    };
    results.filter_map(one).collect()
}

#[cfg(test)]
mod tests;
