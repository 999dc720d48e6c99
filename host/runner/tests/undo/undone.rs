//! Undoing, and what is left of a cloud.

use std::collections::BTreeSet;
use std::sync::Arc;

use host_model::RunId;
use host_runner::record::{Ended, Numbered};
use host_runner::undo::{Scripts, Undo};
use serde_json::{Map, Value as Json};

use crate::bed::{Bed, Person, prepared};

impl Bed {
    /// Undoes a run of a workflow.
    pub(crate) async fn undo(&self, name: &str, run: &RunId, person: &Arc<Person>) -> Ended {
        let (workflow, _) = prepared(name);
        let commands = &workflow.package().manifest.commands;
        let scripts = Scripts {
            declared: commands.iter().map(|it| it.digest.clone()).collect(),
            looks: commands.iter().filter(|it| it.looks).map(|it| it.digest.clone()).collect(),
        };
        let entries = self.entries(run).await;
        self.undo_entries(name, run, &entries, scripts, person).await
    }

    pub(crate) async fn undo_entries(
        &self,
        lineage: &str,
        run: &RunId,
        entries: &[Numbered],
        scripts: Scripts,
        person: &Arc<Person>,
    ) -> Ended {
        let id = self.new_id();
        let settings = self.settings(&id, lineage, person);
        let undo = Undo::new(id, settings, scripts);
        undo.start(run, entries, person.clone()).await.expect("the undo begins")
    }

    /// The cloud, apart from what time and numbers leave.
    pub(crate) fn left(&self) -> Json {
        let snapshot = self.cloud.simulator.snapshot().to_json();
        let mut snapshot: Json = serde_json::from_str(&snapshot).expect("JSON");
        let mut accounts = snapshot["cloud"]["state"]["accounts"].take();
        without_traces(&mut accounts);
        accounts
    }
}

/// What the cloud remembers of the past, and of data that came.
const TRACES: [&str; 22] = [
    "created",
    "updated",
    "visible_from",
    "attached",
    "effective_from",
    "lingering",
    "last_used",
    "usable_from",
    "tasks",
    "invocations",
    "client_tokens",
    "commands",
    "reports",
    "judged",
    "changed",
    "listed",
    "loaded",
    "version_count",
    "apps",
    "manner",
    "restarted",
    "state",
];

fn without_traces(tree: &mut Json) {
    match tree {
        Json::Object(fields) => {
            fields.retain(|name, _| !TRACES.contains(&name.as_str()));
            fields.values_mut().for_each(without_traces);
        }
        Json::Array(items) => items.iter_mut().for_each(without_traces),
        _ => {}
    }
}

/// What two clouds differ in, in words.
pub(crate) fn differences(before: &Json, after: &Json) -> Vec<String> {
    let mut found = Vec::new();
    walk(before, after, "", &mut found);
    found
}

fn walk(before: &Json, after: &Json, at: &str, found: &mut Vec<String>) {
    match (before, after) {
        (Json::Object(one), Json::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let null = Json::Null;
                let part = |tree: &Map<String, Json>| tree.get(name).unwrap_or(&null).clone();
                walk(&part(one), &part(other), &format!("{at}/{name}"), found);
            }
        }
        _ if before == after => {}
        _ => found.push(format!("{at}: {before} → {after}")),
    }
}
