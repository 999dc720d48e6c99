//! Clusters are changed: one first, then the rest together.

use host_reporting::Ledger;
use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::{Error, ErrorKind, clock};

use crate::change::Tools;
use crate::conflict::Terms;
use crate::deed::{Deed, Present};
use crate::follow::{self, End, Judgment, Started, judge};
use crate::reason;
use crate::settings::{self, Shown};
use crate::site::{Site, called};
use crate::step::look;
use crate::wave::{Brake, waves};

/// What became of a cluster.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) site: Site,
    pub(crate) ending: Ending,
    /// The add-on as it is now, as far as it was read.
    pub(crate) after: Option<Present>,
    /// When it was changed last, in seconds since the epoch.
    pub(crate) changed: Option<i64>,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was as it should be.
    Kept,
    Changed,
    Failed(String),
    /// Others had failed.
    NotStarted,
}

impl Done {
    /// Whether the cluster reports as it should.
    pub(crate) fn is_good(&self) -> bool {
        matches!(self.ending, Ending::Kept | Ending::Changed)
    }
}

/// The clusters at work.
struct Work<'a> {
    tools: &'a Tools<'a>,
    terms: &'a Terms,
    minutes: u32,
    brake: Brake,
    done: Vec<Done>,
}

/// Changes all that need it, in waves, until `limit` of them have failed. Each gets its claim.
pub(crate) fn carry_out(
    tools: &Tools<'_>,
    sites: Vec<Site>,
    terms: &Terms,
    (minutes, limit): (u32, usize),
    ledger: &mut Ledger,
) -> Result<Vec<Done>, Error> {
    let (kept, todo): (Vec<Site>, Vec<Site>) =
        sites.into_iter().partition(|site| site.course.deed == Deed::Keep);
    let mut work = Work { tools, terms, minutes, brake: Brake::new(limit), done: Vec::new() };
    for site in kept {
        ledger.unchanged(object(&site));
        let after = site.present.clone();
        work.done.push(Done { site, ending: Ending::Kept, after, changed: None });
    }
    for (number, wave) in waves(todo).into_iter().enumerate() {
        let (id, title) = if number == 0 {
            ("first-cluster", "one cluster is changed first")
        } else {
            ("other-clusters", "the other clusters are changed together")
        };
        if !work.brake.holds() {
            progress::step(id, title);
        }
        work.run(wave, ledger)?;
    }
    work.done.sort_by(|a, b| (&a.site.name, &a.site.id).cmp(&(&b.site.name, &b.site.id)));
    for done in &work.done {
        claim(done, terms, work.brake.failures());
    }
    Ok(work.done)
}

impl Work<'_> {
    fn run(&mut self, wave: Vec<Site>, ledger: &mut Ledger) -> Result<(), Error> {
        let wave = wave.into_iter().map(|site| (site.course.deed.clone(), site)).collect();
        let short = self.round(wave, true, ledger)?;
        // An upgrade, or an install, may have come without the credentials that were sent with it.
        let again = short.into_iter().map(|site| (Deed::Configure, site)).collect();
        self.round(again, false, ledger).map(drop)
    }

    /// Starts all, follows all; what lacks only the credentials then, if there is another round.
    fn round(
        &mut self,
        todo: Vec<(Deed, Site)>,
        has_another: bool,
        ledger: &mut Ledger,
    ) -> Result<Vec<Site>, Error> {
        let mut started = Vec::new();
        for (deed, site) in todo {
            if self.brake.holds() {
                let after = site.present.clone();
                self.done.push(Done { site, ending: Ending::NotStarted, after, changed: None });
                continue;
            }
            let changed = clock::now();
            match self.tools.start(&site, &deed) {
                Ok(task) => started.push(Started::new(site, deed, changed, task)),
                // It may have begun all the same: then there is a task, or the add-on shows it.
                Err(error) if matches!(error.kind, ErrorKind::OutcomeUnknown) => {
                    let name = called(&site.id, &site.name);
                    progress::warn(&format!("{name}: no reply came; looking whether it began"));
                    started.push(Started::new(site, deed, changed, None));
                }
                Err(error) => {
                    let reason = reason::of_cluster(action(&deed), error)?;
                    self.fail(site, &reason, changed)?;
                }
            }
        }
        let mut short = Vec::new();
        for (one, end) in follow::together(self.tools.parties, started, self.terms, self.minutes)? {
            let Started { site, deed, changed, .. } = one;
            let present = match end {
                End::Settled(present) => present,
                End::Failed(reason) => {
                    self.fail(site, &reason, changed)?;
                    continue;
                }
            };
            match judge(&site, &deed, &present, self.terms) {
                Judgment::Good => self.succeed(site, &deed, present, changed, ledger),
                Judgment::Uncredited if has_another && deed != Deed::Configure => short.push(site),
                Judgment::Uncredited => {
                    let reason = "the change was accepted, and the settings that are read back do not \
                                  have it";
                    self.fail(site, reason, changed)?;
                }
                Judgment::Bad(reason) => self.fail(site, &reason, changed)?,
            }
        }
        Ok(short)
    }

    fn succeed(
        &mut self,
        site: Site,
        deed: &Deed,
        after: Present,
        changed: i64,
        ledger: &mut Ledger,
    ) {
        let object = object(&site);
        match (&site.present, deed) {
            (None, _) => ledger.created(format!("{object}: version {}", after.version)),
            (Some(before), _) if before.version != after.version => {
                let how = format!("version {} is now {}", before.version, after.version);
                ledger.updated(&object, &how);
                note_resets(&site, before, &after, ledger);
            }
            _ => ledger.updated(&object, "reports into the monitoring account"),
        }
        let (after, changed) = (Some(after), Some(changed));
        self.done.push(Done { site, ending: Ending::Changed, after, changed });
    }

    /// What failed may have changed something all the same, so it is looked at once more.
    fn fail(&mut self, site: Site, reason: &str, changed: i64) -> Result<(), Error> {
        self.brake.count();
        let parties = self.tools.parties;
        let now = match look::read(&parties.source, &parties.region, &site.id) {
            Ok(present) => Ok(present),
            Err(error) if error.is_not_found() => Err("`ack-onepilot` is not there".to_owned()),
            Err(error) => Err(reason::of_cluster("cs:GetClusterAddonInstance", error)?),
        };
        let state = now.as_ref().map_or_else(Clone::clone, |present| state(&site, present));
        let reason = format!("{reason}; now {state}");
        let (after, changed) = (now.ok(), Some(changed));
        self.done.push(Done { site, ending: Ending::Failed(reason), after, changed });
        Ok(())
    }
}

const fn action(deed: &Deed) -> &'static str {
    match deed {
        Deed::Install { .. } => "cs:InstallClusterAddons",
        Deed::Upgrade { .. } => "cs:UpgradeClusterAddons",
        Deed::Configure | Deed::Keep => "cs:ModifyClusterAddon",
    }
}

fn object(site: &Site) -> String {
    format!("ack-onepilot in {}", called(&site.id, &site.name))
}

/// What stands in the cluster, for people.
fn state(site: &Site, present: &Present) -> String {
    let reporting = present.settings.reporting(&site.place);
    let uid = match &reporting.uid {
        Shown::Nothing => "within its own account".to_owned(),
        Shown::Hidden => "into an account that is not shown".to_owned(),
        Shown::Text(uid) | Shown::Number(uid) => format!("into account `{uid}`"),
    };
    format!("`ack-onepilot` is {}, `{}`, set to report {uid}", present.version, present.state)
}

fn note_resets(site: &Site, before: &Present, after: &Present, ledger: &mut Ledger) {
    let (Some(old), Some(new)) = (before.settings.document(), after.settings.document()) else {
        return;
    };
    let credentials = ["accessKey", "accessKeySecret", "uid"].map(|name| site.place.of(name));
    let mut reset = settings::differences(old, new);
    reset.retain(|at| !credentials.contains(at));
    if !reset.is_empty() {
        let name = called(&site.id, &site.name);
        ledger
            .note(format!("{name}: the upgrade changed these settings too: {}", reset.join(", ")));
    }
}

fn claim(done: &Done, terms: &Terms, failures: usize) {
    let id = format!("cluster/{}", done.site.id);
    let version = done.after.as_ref().map_or("", |after| after.version.as_str());
    let name = called(&done.site.id, &done.site.name);
    let (outcome, text) = match &done.ending {
        Ending::Kept | Ending::Changed => {
            let account = &terms.account;
            let text = format!("{name}: ack-onepilot {version} is set to report into `{account}`");
            (Outcome::Holds, text)
        }
        Ending::Failed(reason) => (Outcome::Fails, format!("{name}: {reason}")),
        Ending::NotStarted => {
            let text = format!("{name}: not started, since {failures} before it failed");
            (Outcome::Pending, text)
        }
    };
    progress::check(&id, outcome, &text);
}
