//! Changes that were started are followed together, each to its own end.

use host_workflow_sdk::{Error, clock, cs, progress};

use crate::conflict::{Match, Terms};
use crate::deed::{Deed, Present};
use crate::parties::Parties;
use crate::reason;
use crate::site::{Site, called};
use crate::step::look;
use crate::step::survey::PAUSE;
use crate::task::{self, Progress};

/// Looks in a row that must agree where no task says that it is over.
const AGREEING: u32 = 2;
/// Looks for which an add-on may say that it does not work, before it is believed: its pods start, and
/// a new key takes a while to be known everywhere.
const GRACE: u32 = 6;
/// Clusters that a line names.
const NAMED: usize = 3;

/// A change that was started.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) site: Site,
    pub(crate) deed: Deed,
    /// When it was started, in seconds since the epoch.
    pub(crate) changed: i64,
    task: Option<String>,
    /// Whether the task has ended well.
    is_over: bool,
    agreeing: u32,
    unhealthy: u32,
    /// What was seen last, for people.
    last: String,
}

/// How a change ended.
#[derive(Debug)]
pub(crate) enum End {
    /// The add-on is settled, well or not.
    Settled(Present),
    /// The task failed, or did not end in time.
    Failed(String),
}

impl Started {
    pub(crate) fn new(site: Site, deed: Deed, changed: i64, task: Option<String>) -> Self {
        let last = "nothing was seen of it yet".to_owned();
        Self { site, deed, changed, task, is_over: false, agreeing: 0, unhealthy: 0, last }
    }
}

/// Follows all of them, for `minutes` at most.
pub(crate) fn together(
    parties: &Parties,
    started: Vec<Started>,
    terms: &Terms,
    minutes: u32,
) -> Result<Vec<(Started, End)>, Error> {
    let begin = clock::now();
    let mut ended = Vec::new();
    let mut open = started;
    while !open.is_empty() {
        let mut still = Vec::new();
        for mut one in open {
            match one.look(parties, terms)? {
                Some(end) => ended.push((one, end)),
                None => still.push(one),
            }
        }
        let elapsed = clock::now() - begin;
        if !still.is_empty() && elapsed + i64::from(PAUSE) > i64::from(minutes) * 60 {
            ended.extend(still.into_iter().map(|one| {
                let why = format!("it did not end within {minutes} minutes: {}", one.last);
                (one, End::Failed(why))
            }));
            break;
        }
        if !still.is_empty() {
            progress::info(&waiting(&still, parties.source.id(), elapsed));
            clock::sleep(PAUSE);
        }
        open = still;
    }
    Ok(ended)
}

fn waiting(open: &[Started], account: &str, elapsed: i64) -> String {
    let lines = open.iter().take(NAMED);
    let lines = lines.map(|it| format!("{}: {}", called(&it.site.id, &it.site.name), it.last));
    let more = open.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let lines: Vec<String> = lines.collect();
    format!("account `{account}`: waiting since {elapsed} s for {}{more}", lines.join("; "))
}

impl Started {
    /// One look; an end if there is one.
    fn look(&mut self, parties: &Parties, terms: &Terms) -> Result<Option<End>, Error> {
        if self.is_over {
            return self.look_at_addon(parties, terms);
        }
        match self.progress(parties)? {
            Some(Progress::Success) => {
                self.is_over = true;
                self.look_at_addon(parties, terms)
            }
            Some(Progress::Failed(why)) => Ok(Some(End::Failed(why))),
            Some(Progress::Going) => Ok(None),
            None => self.look_at_addon(parties, terms),
        }
    }

    /// How far the task is; `None` if no task can be found or read.
    fn progress(&mut self, parties: &Parties) -> Result<Option<Progress>, Error> {
        let (source, region) = (&parties.source, &parties.region);
        if let Some(id) = &self.task {
            return match cs::describe_task_info(source, region, id) {
                Ok(task) => {
                    self.last = format!("task `{}` is `{}`", task.task_id, task.state);
                    Ok(Some(task::progress(&task)))
                }
                Err(error) => {
                    self.last = reason::of_cluster("cs:DescribeTaskInfo", error)?;
                    Ok(None)
                }
            };
        }
        match cs::describe_cluster_tasks(source, region, &self.site.id) {
            Ok(tasks) => {
                let found = task::started(&tasks, &self.site.tasks, self.changed);
                self.task = found.map(|task| task.task_id.clone());
                if let Some(task) = found {
                    self.last = format!("task `{}` is `{}`", task.task_id, task.state);
                }
                Ok(found.map(task::progress))
            }
            Err(error) => {
                self.last = reason::of_cluster("cs:DescribeClusterTasks", error)?;
                Ok(None)
            }
        }
    }

    fn look_at_addon(&mut self, parties: &Parties, terms: &Terms) -> Result<Option<End>, Error> {
        match look::read(&parties.source, &parties.region, &self.site.id) {
            Ok(present) => Ok(self.weigh(present, terms)),
            Err(error) => {
                self.last = reason::of_cluster("cs:GetClusterAddonInstance", error)?;
                Ok(None)
            }
        }
    }

    /// Whether the add-on as it is shows that the change is over. Any state but the two settled ones,
    /// known or not, is waited for.
    fn weigh(&mut self, present: Present, terms: &Terms) -> Option<End> {
        self.last = format!("`ack-onepilot` is `{}`", present.state);
        if !present.is_settled() {
            self.agreeing = 0;
            return None;
        }
        if !present.is_healthy() {
            self.unhealthy += 1;
            return (self.unhealthy >= GRACE).then_some(End::Settled(present));
        }
        // Without a task, only a state that stays and says what was asked for is an end.
        if !self.is_over {
            let is_done = judge(&self.site, &self.deed, &present, terms) == Judgment::Good;
            self.agreeing = if is_done { self.agreeing + 1 } else { 0 };
            return (self.agreeing >= AGREEING).then_some(End::Settled(present));
        }
        Some(End::Settled(present))
    }
}

/// Whether a settled add-on is what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judgment {
    Good,
    /// All but the credentials.
    Uncredited,
    Bad(String),
}

/// Judges the add-on as it is read back; secrets are never compared.
pub(crate) fn judge(site: &Site, deed: &Deed, present: &Present, terms: &Terms) -> Judgment {
    if let Deed::Install { to } | Deed::Upgrade { to, .. } = deed
        && crate::version::reaches(&present.version, &to.to_string()) != Some(true)
    {
        return Judgment::Bad(format!("its version is `{}`, not {to}", present.version));
    }
    if !present.is_healthy() {
        return Judgment::Bad(format!(
            "`ack-onepilot` says that it is `{}`: the key may be refused, lack its policies, or belong to \
             another account than `uid`",
            present.state
        ));
    }
    match terms.compare(&present.settings.reporting(&site.place), true) {
        Match::Same | Match::SameAsShown => Judgment::Good,
        Match::Different => Judgment::Uncredited,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deed::Course;
    use crate::place::Place;
    use crate::settings::Settings;
    use crate::version::Version;

    const ACCOUNT: &str = "1000000000000001";

    fn terms() -> Terms {
        let (account, key) = (ACCOUNT.to_owned(), Some("LTAI1".to_owned()));
        Terms { account, key, own: ["LTAI1".to_owned()].into(), rotates: false }
    }

    fn started(deed: Deed) -> Started {
        let course = Course { deed: deed.clone(), warnings: Vec::new(), notes: Vec::new() };
        let site = Site {
            id: "c1".to_owned(),
            name: "shop".to_owned(),
            present: None,
            place: Place::assumed(),
            course,
            tasks: std::collections::BTreeSet::new(),
        };
        Started::new(site, deed, 0, None)
    }

    fn present(version: &str, state: &str, key: &str) -> Present {
        let text =
            serde_json::json!({ "accessKey": key, "accessKeySecret": "[sealed]", "uid": ACCOUNT });
        Present {
            version: version.to_owned(),
            state: state.to_owned(),
            settings: Settings::read(Some(&text.to_string())),
        }
    }

    #[test]
    fn what_is_read_back_decides() {
        let install = Deed::Install { to: Version::parse("5.1.1").unwrap() };
        let cases = [
            ("5.1.1", "active", "LTAI1", "good"),
            ("5.1.1", "active", "[masked]", "good"),
            ("5.1.1", "active", "", "uncredited"),
            ("5.1.1", "active", "LTAIelse", "uncredited"),
            ("3.0.20", "active", "LTAI1", "bad"),
            ("5.1.1", "unhealthy", "LTAI1", "bad"),
        ];
        for (version, state, key, expected) in cases {
            let site = started(install.clone()).site;
            let word = match judge(&site, &install, &present(version, state, key), &terms()) {
                Judgment::Good => "good",
                Judgment::Uncredited => "uncredited",
                Judgment::Bad(_) => "bad",
            };
            assert_eq!(word, expected, "{version} {state} {key}");
        }
    }

    #[test]
    fn without_a_task_the_add_on_must_say_it_twice() {
        let mut one = started(Deed::Configure);
        let mut weigh =
            |state: &str, key: &str| one.weigh(present("5.1.1", state, key), &terms()).is_some();
        assert!(!weigh("updating", "LTAI1"));
        assert!(!weigh("active", "LTAI1"));
        assert!(!weigh("active", ""));
        assert!(!weigh("active", "LTAI1"));
        assert!(weigh("active", "LTAI1"));
    }

    #[test]
    fn an_add_on_that_does_not_work_has_a_while_to_recover() {
        let mut one = started(Deed::Configure);
        one.is_over = true;
        for _ in 1..GRACE {
            assert!(one.weigh(present("5.1.1", "unhealthy", "LTAI1"), &terms()).is_none());
        }
        assert!(one.weigh(present("5.1.1", "unhealthy", "LTAI1"), &terms()).is_some());
        assert!(one.weigh(present("5.1.1", "moving", "LTAI1"), &terms()).is_none());
        assert!(one.weigh(present("5.1.1", "active", ""), &terms()).is_some());
    }
}
