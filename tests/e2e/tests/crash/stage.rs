//! What all cases of a workflow are held against.

use std::fs;
use std::sync::{Mutex, PoisonError};

use host_e2e::Seen;
use serde_json::Value as Json;

use crate::case::Case;
use crate::compare::same;
use crate::faults;
use crate::plan::Order;
use crate::shape::shape;
use crate::workflow::Workflow;

/// How often a run is gone on with at most.
const RESUMES_MAX: usize = 8;

/// A workflow, and how it ends when nobody disturbs it.
pub(crate) struct Stage {
    pub(crate) workflow: &'static Workflow,
    points: Vec<String>,
    calm: End,
    canary: bool,
}

/// How a run ended, and what is there then.
#[derive(Debug)]
pub(crate) struct End {
    /// `run-ended`, without what differs from run to run.
    pub(crate) report: Json,
    /// The cloud as it was saved.
    pub(crate) cloud: Json,
    /// The vault.
    pub(crate) vault: Vec<Json>,
}

/// What happened to a run that ended well.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    /// How many of its processes died.
    pub(crate) deaths: usize,
    /// How often the cloud did what a fault says.
    pub(crate) faults: u64,
}

impl Stage {
    /// Runs it undisturbed.
    pub(crate) fn new(workflow: &'static Workflow) -> Self {
        // One test at a time compiles.
        static ALONE: Mutex<()> = Mutex::new(());
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let case = Case::new(workflow, workflow.scenario);
        let count = case.home().path("points").display().to_string();
        let seen = case.run(&[("HOST_CRASH_COUNT", &count)]);
        let report = ended(&seen).map(|it| told(workflow, it)).unwrap_or_default();
        let points = fs::read_to_string(&count).expect("the program has crash points");
        let left = case.end().expect("the cloud can be looked at");
        let calm = End { report: shape(&report), cloud: left.cloud, vault: left.vault };
        let points: Vec<String> = points.lines().map(str::to_owned).collect();
        assert!(points.len() > 10, "{seen}");
        let sound = same(&calm, &calm, Order::Calm);
        assert!(sound.is_ok(), "undisturbed: {sound:?} {seen}");
        let verdict = if workflow.is_undone { "done" } else { "verified" };
        assert_eq!(report["verdict"], verdict, "undisturbed: {seen}");
        println!("{}: undisturbed, it passes {} points", workflow.name, points.len());
        Self { workflow, points, calm, canary: false }
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
    pub(crate) fn check(&self, order: Order) -> Result<Trouble, String> {
        let scenario = match order {
            Order::Seed(seed) => faults::scenario(self.workflow.scenario, seed),
            _ => self.workflow.scenario.to_owned(),
        };
        let case = Case::new(self.workflow, &scenario);
        let mut deaths = order.deaths(self.points.len()).into_iter();
        let mut story = Vec::new();
        let report = self.play(&case, &mut deaths, &mut story);
        let with_story = |failure: String| {
            let story: Vec<String> = story.iter().map(ToString::to_string).collect();
            format!("{failure}\n{}", story.join("\n"))
        };
        let report = report.map_err(with_story)?;
        let left = case.end().map_err(with_story)?;
        let trouble = Trouble {
            deaths: story.iter().filter(|seen| seen.exit.is_none()).count(),
            faults: faults::happened(&left.cloud),
        };
        let end = End { report, cloud: left.cloud, vault: left.vault };
        same(&self.calm, &end, order).map_err(with_story).map(|()| trouble)
    }

    /// Until it has ended as the undisturbed one.
    fn play(
        &self,
        case: &Case,
        deaths: &mut impl Iterator<Item = usize>,
        story: &mut Vec<Seen>,
    ) -> Result<Json, String> {
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
            // It died before it wrote anything down: the same command again.
            is_begun = code.as_deref() != Some("run.none-recorded");
            if let Some(ended) = ended(&seen) {
                if ended["verdict"] == self.calm.report["verdict"] {
                    return Ok(shape(&told(self.workflow, ended)));
                }
                if !matches!(ended["verdict"].as_str(), Some("stopped" | "indeterminate")) {
                    return Err(format!("it ended {}: {}", ended["verdict"], ended["reason"]));
                }
            } else if seen.exit.is_some() && is_begun {
                return Err(format!("it did not go on: {code:?}"));
            }
        }
        let wanted = &self.calm.report["verdict"];
        Err(format!("it did not end {wanted} after {RESUMES_MAX} more processes"))
    }
}

/// What has to be the same of it: an undo that goes on finds what the one before has removed.
fn told(workflow: &Workflow, mut ended: Json) -> Json {
    if workflow.is_undone {
        ended["changes"] = Json::Null;
        ended["output"] = ended["output"]["stays"].take();
    }
    ended
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
