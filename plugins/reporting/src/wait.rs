//! Waiting until applications of each thing are listed.

use std::collections::BTreeMap;

use host_workflow_sdk::arms::TraceApp;
use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::{Account, Error, clock};

use crate::baseline::list;
use crate::{Application, Baseline, Key, Since};

/// The step of the calls that prove it, and the beginning of each claim's id.
const STEP: &str = "applications";
/// Seconds between two lists.
const PAUSE: u32 = 20;

/// A thing whose applications are waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The cluster's id or the application's name; see [`Key`].
    pub thing: String,
    /// What counts.
    pub since: Since,
}

/// What was seen of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The thing.
    pub thing: String,
    /// The applications that count; empty if none was seen in time.
    pub applications: Vec<Application>,
}

/// Lists the applications of `baseline`'s region until each of `wanted` has one, for `minutes` at most,
/// and claims for each thing what was found. At least one list is made.
///
/// `waits_for` says what has to happen first, for people: `its labelled pods are restarted`.
pub fn wait(
    monitoring: &Account,
    baseline: &Baseline,
    wanted: &[Wanted],
    by: Key,
    minutes: u32,
    waits_for: &str,
) -> Result<Vec<Seen>, Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    progress::step(STEP, "applications are listed in the monitoring account");
    let start = clock::now();
    let limit = i64::from(minutes) * 60;
    let seen = loop {
        let seen = seen(&list(monitoring, baseline.region())?, baseline, wanted, by);
        let missing = seen.iter().filter(|seen| seen.applications.is_empty()).count();
        let elapsed = clock::now() - start;
        if missing == 0 || elapsed + i64::from(PAUSE) > limit {
            break seen;
        }
        progress::info(&format!(
            "account `{}`: waiting for applications of {missing} of {} since {elapsed} s, until \
             {waits_for}",
            monitoring.id(),
            wanted.len()
        ));
        clock::sleep(PAUSE);
    };
    for seen in &seen {
        claim(seen, monitoring.id(), waits_for);
    }
    Ok(seen)
}

fn seen(apps: &[TraceApp], baseline: &Baseline, wanted: &[Wanted], by: Key) -> Vec<Seen> {
    let mut of: BTreeMap<&str, Vec<&TraceApp>> = BTreeMap::new();
    for app in apps {
        if let Some(thing) = by.of(app) {
            of.entry(thing).or_default().push(app);
        }
    }
    let one = |wanted: &Wanted| {
        let apps = of.get(wanted.thing.as_str()).into_iter().flatten();
        let counted = apps.filter(|app| baseline.lets_count(app, wanted.since));
        Seen {
            thing: wanted.thing.clone(),
            applications: counted.map(|app| Application::from(*app)).collect(),
        }
    };
    wanted.iter().map(one).collect()
}

fn claim(seen: &Seen, monitoring: &str, waits_for: &str) {
    let thing = &seen.thing;
    let id = format!("{STEP}/{thing}");
    let names: Vec<String> =
        seen.applications.iter().map(|app| format!("`{}`", app.name)).collect();
    if names.is_empty() {
        let text = format!(
            "`{thing}`: account `{monitoring}` lists no application yet, waiting until {waits_for}"
        );
        progress::check(&id, Outcome::Pending, &text);
    } else {
        let text = format!("`{thing}`: account `{monitoring}` lists {}", names.join(", "));
        progress::check(&id, Outcome::Holds, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(name: &str, cluster: Option<&str>) -> TraceApp {
        TraceApp {
            app_name: name.to_owned(),
            pid: format!("{name}@1"),
            cluster_id: cluster.map(str::to_owned),
            ..Default::default()
        }
    }

    #[test]
    fn each_thing_gets_its_own_applications() {
        let apps = [app("a", Some("c1")), app("b", Some("c2")), app("c", Some("")), app("d", None)];
        let wanted = |thing: &str| Wanted { thing: thing.to_owned(), since: Since::Always };
        let names = |by, things: &[&str]| {
            let wanted: Vec<Wanted> = things.iter().map(|thing| wanted(thing)).collect();
            let all = seen(&apps, &Baseline::default(), &wanted, by);
            all.iter().map(|seen| seen.applications.len()).collect::<Vec<_>>()
        };
        assert_eq!(names(Key::Cluster, &["c1", "c2", "c3", ""]), [1, 1, 0, 0]);
        assert_eq!(names(Key::Name, &["a", "d", "x"]), [1, 1, 0]);
    }
}
