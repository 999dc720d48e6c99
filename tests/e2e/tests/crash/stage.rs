//! What all cases of a workflow are held against.

use std::fs;

use host_e2e::Seen;
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::case::Case;
use crate::compare::{Result as Compared, same};
use crate::faults;
use crate::plan::Order;
use crate::shape::shape;
use crate::workflow::Workflow;

/// How often a run is gone on with at most.
const RESUMES_MAX: usize = 8;

/// A workflow, and how it ends when nobody disturbs it.
pub(crate) struct Stage {
    pub(crate) workflow: &'static Workflow,
    installation: TempDir,
    points: Vec<String>,
    calm: End,
    canary: bool,
}

/// How a run ended, and what is there then.
#[derive(Debug)]
pub(crate) struct End {
    /// `run-ended`, without what differs from run to run; none if it was said by a process that was killed.
    pub(crate) report: Option<Json>,
    /// The cloud as it was saved.
    pub(crate) cloud: Json,
    /// The vault.
    pub(crate) vault: Vec<Json>,
}

impl Stage {
    /// Runs it undisturbed.
    pub(crate) fn new(workflow: &'static Workflow) -> Self {
        let installation = tempfile::tempdir().expect("a temporary folder can be made");
        let case = Case::new(workflow, workflow.scenario, installation.path());
        let count = case.home().path("points").display().to_string();
        let seen = case.run(&[("HOST_CRASH_COUNT", &count)]);
        let report = ended(&seen).unwrap_or_default();
        let points = fs::read_to_string(&count).expect("the program has crash points");
        let key = case.home().state().join("installation.key");
        fs::copy(key, installation.path().join("installation.key")).expect("it was made");
        let left = case.end().expect("the cloud can be looked at");
        let calm = End { report: Some(shape(&report)), cloud: left.cloud, vault: left.vault };
        let points: Vec<String> = points.lines().map(str::to_owned).collect();
        assert!(points.len() > 10, "{seen}");
        let sound = same(&calm, &calm, Order::Calm);
        assert!(sound.is_ok(), "undisturbed: {sound:?} {seen}");
        println!(
            "{}: undisturbed, it ends {} ({} points)",
            workflow.name,
            report["verdict"],
            points.len()
        );
        Self { workflow, installation, points, calm, canary: false }
    }

    /// The same with a program that has a known fault.
    pub(crate) fn with_canary(self) -> Self {
        Self { canary: true, ..self }
    }

    /// The names of the points that an undisturbed run passes.
    pub(crate) fn points(&self) -> &[String] {
        &self.points
    }

    /// Runs, dies, goes on; what is different from an undisturbed run.
    pub(crate) fn check(&self, order: Order) -> Compared {
        let scenario = match order {
            Order::Seed(seed) => faults::scenario(self.workflow.scenario, seed),
            _ => self.workflow.scenario.to_owned(),
        };
        let case = Case::new(self.workflow, &scenario, self.installation.path());
        let mut deaths = order.deaths(self.points.len()).into_iter();
        let mut story = Vec::new();
        let report = self.play(&case, &mut deaths, &mut story);
        let told = |failure: String| {
            let story: Vec<String> = story.iter().map(ToString::to_string).collect();
            format!("{failure}\n{}", story.join("\n"))
        };
        let report = report.map_err(told)?;
        let left = case.end().map_err(told)?;
        let end = End { report, cloud: left.cloud, vault: left.vault };
        same(&self.calm, &end, order).map_err(told)
    }

    /// Until it has ended.
    fn play(
        &self,
        case: &Case,
        deaths: &mut impl Iterator<Item = usize>,
        story: &mut Vec<Seen>,
    ) -> Result<Option<Json>, String> {
        let verdict = &self.calm.report.as_ref().map(|it| it["verdict"].clone());
        let mut is_begun = false;
        for _ in 0..=RESUMES_MAX {
            let at = deaths.next().map(|at| at.to_string());
            let mut environment: Vec<(&str, &str)> = Vec::new();
            environment.extend(at.as_ref().map(|at| ("HOST_CRASH_AT", at.as_str())));
            environment.extend(self.canary.then_some(("HOST_CRASH_CANARY", "1")));
            let seen = if is_begun { case.resume(&environment) } else { case.run(&environment) };
            story.push(seen.clone());
            if seen.exit.is_none() && at.is_none() {
                return Err("it died by itself".to_owned());
            }
            let code = code(&seen);
            if let Some(ended) = ended(&seen).map(|ended| shape(&ended)) {
                if Some(&ended["verdict"]) == verdict.as_ref() {
                    return Ok(Some(ended));
                }
                if !matches!(ended["verdict"].as_str(), Some("stopped" | "indeterminate")) {
                    return Err(format!("it ended {}: {}", ended["verdict"], ended["reason"]));
                }
            } else if code.as_deref() == Some("record.run-over") {
                return Ok(None);
            } else if seen.exit.is_some() && code.as_deref() != Some("run.none-recorded") {
                return Err(format!("it went on no more: {code:?}"));
            }
            // It died before it wrote anything down: the same command again.
            is_begun = code.as_deref() != Some("run.none-recorded");
        }
        Err(format!("it did not end {verdict:?}"))
    }
}

/// The event that ends a run.
fn ended(seen: &Seen) -> Option<Json> {
    let last: Json = serde_json::from_str(seen.stdout.lines().last()?).ok()?;
    (last["event"] == "run-ended").then_some(last)
}

/// The code of the error that ended a command.
fn code(seen: &Seen) -> Option<String> {
    let line = seen.stderr.lines().find_map(|line| line.strip_prefix("error["))?;
    Some(line.split(']').next()?.to_owned())
}
