//! Tasks of a cluster: which is ours, and whether it has come to its end.

use std::collections::BTreeSet;

use host_workflow_sdk::cs::Task;

use crate::reason;

/// Words of tasks that are under way.
const UNDER_WAY: [&str; 7] =
    ["running", "initial", "pending", "waiting", "queued", "processing", "paused"];
/// What the types of tasks about add-ons have in them.
const ABOUT_ADDONS: &str = "addon";
/// Seconds by which the clocks of this machine and of the cloud may differ.
const SKEW: i64 = 120;

/// How far a task is. An unknown word is no end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Progress {
    Going,
    Success,
    Failed(String),
}

/// How far `task` is.
pub(crate) fn progress(task: &Task) -> Progress {
    match task.state.to_ascii_lowercase().as_str() {
        "success" | "succeeded" => Progress::Success,
        "fail" | "failed" | "canceled" | "cancelled" => Progress::Failed(failure(task)),
        _ => Progress::Going,
    }
}

fn failure(task: &Task) -> String {
    let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let words = [said(&task.error_code), said(&task.error_message)];
    let words: Vec<String> = words.into_iter().flatten().collect();
    let why = if words.is_empty() { "it does not say why".to_owned() } else { words.join(": ") };
    let exists = task.error_code.as_ref().is_some_and(|code| code.ends_with(reason::EXISTS));
    let more = if exists { format!("; {}", reason::LEFT_OVER) } else { String::new() };
    format!("task `{}` ended as `{}`: {why}{more}", task.task_id, task.state)
}

/// Whether a task keeps a cluster at work.
pub(crate) fn is_under_way(task: &Task) -> bool {
    UNDER_WAY.contains(&task.state.to_ascii_lowercase().as_str())
}

/// The task that a change started whose reply names none: about add-ons, not there before, and not older
/// than the change. An earlier task's success says nothing.
pub(crate) fn started<'a>(
    tasks: &'a [Task],
    before: &BTreeSet<String>,
    changed: i64,
) -> Option<&'a Task> {
    let made = |task: &Task| task.created.as_deref().and_then(host_reporting::seconds);
    let is_ours = |task: &&Task| {
        task.task_type.contains(ABOUT_ADDONS)
            && !before.contains(&task.task_id)
            && made(task).is_some_and(|at| at + SKEW >= changed)
    };
    tasks.iter().filter(is_ours).min_by_key(|task| made(task))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &str, kind: &str, state: &str, created: &str) -> Task {
        Task {
            task_id: id.to_owned(),
            task_type: kind.to_owned(),
            state: state.to_owned(),
            created: Some(created.to_owned()),
            ..Default::default()
        }
    }

    #[test]
    fn only_known_words_end_a_task() {
        for (state, ends) in [
            ("running", false),
            ("success", true),
            ("fail", true),
            ("failed", true),
            ("Failed", true),
            ("canceled", true),
            ("Verifying", false),
            ("", false),
        ] {
            let progress = progress(&task("t", "x", state, ""));
            assert_eq!(progress != Progress::Going, ends, "{state}");
        }
        let mut broken = task("t", "x", "failed", "");
        broken.error_code = Some("HelmTimeout".to_owned());
        broken.error_message = Some("timed out".to_owned());
        let Progress::Failed(said) = progress(&broken) else { panic!("it failed") };
        assert!(said.contains("HelmTimeout: timed out"), "{said}");
        broken.error_code = Some("AddonOperationFailed.ResourceExists".to_owned());
        let Progress::Failed(said) = progress(&broken) else { panic!("it failed") };
        assert!(said.contains("Helm release"), "{said}");
    }

    #[test]
    fn an_older_task_is_not_taken_for_ours() {
        let modify = "cluster_addon_modify";
        let old = task("old", modify, "success", "2026-01-05T09:00:00Z");
        let earlier = task("earlier", modify, "success", "2026-01-05T08:00:00Z");
        let other = task("other", "cluster_scale", "running", "2026-01-05T09:10:01Z");
        let ours = task("ours", modify, "running", "2026-01-05T17:10:00+08:00");
        // Within what clocks may differ by, only that it was known tells it from ours.
        let recent = task("recent", modify, "success", "2026-01-05T09:09:30Z");
        let before: BTreeSet<String> = ["old", "recent"].map(str::to_owned).into();
        let changed = host_reporting::seconds("2026-01-05T09:10:00Z").unwrap();
        let find = |tasks: &[Task]| started(tasks, &before, changed).map(|it| it.task_id.clone());
        assert_eq!(find(&[old.clone(), earlier.clone(), other.clone(), recent.clone()]), None);
        assert_eq!(find(&[ours, other, recent, old, earlier]).as_deref(), Some("ours"));
    }
}
