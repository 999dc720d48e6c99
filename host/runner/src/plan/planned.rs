//! The plan of a run, and what else planning it told.

use std::sync::Arc;
use std::time::Duration;

use host_model::Timestamp;
use host_plan::{Composed, Party, Plan, Repair, Terms, Workflow};
use host_runtime::{Claim, Prepared};
use host_simulator::Replies;

use super::reads::OnceAsked;
use super::rehearsal::{Round, Shared};
use crate::ledger::Ledger;
use crate::{Bound, Origin, Reporter, Run, RunError, WouldDeny};

/// For how long a plan can be applied.
const GOOD_FOR: Duration = Duration::from_hours(24);

/// What came of planning a run.
#[derive(Debug)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// How the run would end, if an error ended the rehearsals.
    pub error: Option<PlannedError>,
    /// What the workflow found to be wrong and would leave so.
    pub faults: Vec<Fault>,
    /// What it warned of, in its own words: they are redacted, and not escaped.
    pub warnings: Vec<String>,
    /// What the policy file would deny, if it only audits.
    pub would_deny: Option<Vec<WouldDeny>>,
    /// How many requests were sent to the cloud, all of them reads.
    pub requests: usize,
}

/// The error that a run would end with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedError {
    /// Its code.
    pub code: String,
    /// What went wrong; the workflow may have a say in it: not escaped.
    pub words: String,
    /// After how many steps.
    pub after: usize,
    /// Whether it would not end so if all could be read: what the plan has after these steps is supposed.
    pub unread: bool,
}

/// Something that the workflow found to be wrong, in its own words: they are redacted, and not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The id of its check: the same in every run.
    pub id: String,
    /// What is wrong.
    pub detail: String,
}

impl Run {
    /// Plans the run: nothing is changed anywhere, and nothing is written down. `file` is where the component
    /// is, and `made` the operator's own time: a plan expires by it, also that of an offline cloud.
    ///
    /// A run that ends for what nobody may read is rehearsed again as if nothing were there: the plan shows
    /// what would come, and all that has to be allowed for it.
    ///
    /// # Errors
    ///
    /// An account is missing or unknown; the workflow cannot be run; or somebody said no to its reads.
    pub async fn plan(
        &self,
        workflow: &Prepared,
        (file, made): (&str, Timestamp),
        origin: &Origin<'_>,
        reporter: Arc<dyn Reporter>,
    ) -> Result<Planned, RunError> {
        self.settings().accounts.check(&workflow.package().manifest)?;
        self.settle_recent(workflow, origin.place, &reporter).await;
        let shared = Shared {
            workflow,
            input: origin.input,
            start: self.settings().clock.now(),
            seeds: self.seeds(),
            replies: Arc::new(Replies::default()),
            remembered: self.remembered(workflow, origin.place).await,
            approver: Arc::new(OnceAsked::new(Arc::clone(&self.settings().approver))),
            reporter: &reporter,
        };
        let told = self.rehearse_twice(&shared, false).await?;
        let further = self.further(&told, &shared).await?;
        let error = told.composed.error.clone().map(|(code, words)| PlannedError {
            code,
            words,
            after: told.composed.steps.len(),
            unread: further.is_some(),
        });
        let (faults, warnings) = (faults(&told.ledger), warnings(&told.ledger));
        let Round { composed, ledger } = further.unwrap_or(told);
        let plan = self.plan_of(workflow, file, origin, (made, &composed));
        let would_deny = self.settings().allowances.audits().then_some(ledger.would_deny);
        let requests = shared.replies.sent();
        Ok(Planned { plan, error, faults, warnings, would_deny, requests })
    }

    /// What comes after what may not be read, if that is what the rehearsals ended by.
    async fn further(&self, told: &Round, shared: &Shared<'_>) -> Result<Option<Round>, RunError> {
        if told.composed.error.is_none() || told.composed.unread.is_empty() {
            return Ok(None);
        }
        let supposed = self.rehearse_twice(shared, true).await?;
        Ok(supposed.is_beyond(told).then_some(supposed))
    }

    fn plan_of(
        &self,
        workflow: &Prepared,
        file: &str,
        origin: &Origin<'_>,
        (made, composed): (Timestamp, &Composed),
    ) -> Plan {
        let (package, settings) = (workflow.package(), self.settings());
        let party = |(name, bound): (&String, &Bound)| {
            let session = bound.session.clone();
            let party = Party { account: bound.account.clone(), arn: bound.arn.clone(), session };
            (name.clone(), party)
        };
        Plan {
            format: host_plan::FORMAT,
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
            run: self.id().clone(),
            made,
            expires: made.plus(GOOD_FOR),
            workflow: Workflow {
                name: package.manifest.name.clone(),
                version: package.manifest.version.clone(),
                lineage: package.manifest.lineage.clone(),
                digest: package.digest.clone(),
                vetted: settings.vetted,
            },
            input: origin.input.clone(),
            accounts: settings.accounts.0.iter().map(party).collect(),
            allowed: origin.allowed.to_vec(),
            terms: Terms {
                file: file.to_owned(),
                place: serde_json::to_value(origin.place).unwrap_or_default(),
                adopt: settings.allowances.adopt,
                provoke: settings.provoke,
                policy: settings.allowances.policy.as_ref().map(|it| it.text().to_owned()),
            },
            steps: composed.steps.clone(),
            conditionals: composed.conditionals.clone(),
            repairs: Repair::of(&composed.steps),
            placeholders: composed.placeholders.clone(),
            observed: composed.observed.clone(),
            foreseen: composed.foreseen.clone(),
            reads: composed.reads.clone(),
            forecast: composed.forecast.clone(),
            unread: composed.unread.clone(),
        }
    }

    fn seeds(&self) -> [u64; 2] {
        let mut drawn = [0; 8];
        self.settings().entropy.fill(&mut drawn);
        let first = u64::from_le_bytes(drawn);
        [first, !first]
    }
}

/// What the workflow found to be wrong, each once: both rehearsals found it.
fn faults(ledger: &Ledger) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for check in ledger.checks.iter().filter(|check| check.claim == Claim::Fails) {
        if faults.iter().all(|fault| fault.detail != check.detail) {
            faults.push(Fault { id: check.id.clone(), detail: check.detail.clone() });
        }
    }
    faults
}

/// What it warned of, each once.
fn warnings(ledger: &Ledger) -> Vec<String> {
    let mut warnings: Vec<String> = Vec::new();
    for warning in &ledger.warnings {
        if !warnings.contains(warning) {
            warnings.push(warning.clone());
        }
    }
    warnings
}
