//! `host run`: a workflow, from its file to the verdict.

use clap::Args;
use host_journal::{Head, Journal, JournalError};
use host_model::RunId;
use host_policy::PolicyFile;
use host_runner::record::Entry;
use host_runner::{Ended, Origin, Verdict};
use host_runtime::{Cache, CacheKey, Engine, Manifest, Prepared};

use crate::command::invocation::{Invocation, Ready};
use crate::command::{proposal, resume};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{self, line};
use crate::policy;
use crate::recorded::Recorded;
use crate::session::{Realm, Session};
use crate::terminal::answer;

/// Run a workflow: against the offline cloud with `--simulate`, or with your own accounts.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    what: Invocation,
    /// Begin a new run, even if one of this very command did not come to its end.
    #[arg(long)]
    new: bool,
    /// Ask nothing: only for vetted workflows or with `--policy`, and for no risk that neither it nor `--allow` names.
    #[arg(long)]
    yes: bool,
}

impl Arguments {
    pub(super) const fn json(&self) -> bool {
        self.what.json
    }
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let ready = arguments.what.ready(context).await?;
    let Ready { session, workflow, place, realm, input, allowed, .. } = &ready;
    let mut origin = Origin { input, allowed, place, plan: None };
    let policy = ready.allowances.policy.as_deref();
    policy::refuse_audit(policy, place)?;
    let digest = &workflow.package().digest;
    let earlier = unfinished(session.journal.as_ref(), digest, &origin, policy).await?;
    let earlier = earlier.filter(|_| !arguments.what.fresh && !arguments.new);
    if let Some(earlier) = earlier.filter(|earlier| goes_on(context, earlier, arguments.yes)) {
        let recorded = Recorded::hold(session.journal.as_ref(), earlier).await?;
        return resume::go_on(session, realm, recorded, arguments.yes, None).await;
    }
    let terms = arguments.what.terms(&ready, arguments.yes);
    let run = proposal::run(&ready, terms).await?;
    // Nothing of the offline cloud is anybody's, so nobody has to agree to it.
    let approved = match realm {
        Realm::Offline(_) => None,
        Realm::Online(_) => {
            run.settle_notes(workflow, &session.reporter(run.id())).await;
            let planned = proposal::plan(&run, &ready).await?;
            let how = (terms, &ready.allowances, session.json);
            Some(proposal::approve(&planned, context, how).await?)
        }
    };
    origin.plan = approved.as_ref();
    // A cloud that forgets that it gave this id would give it again.
    realm.save()?;
    let reporter = session.reporter(run.id());
    let ended = run.start(workflow, &ready.bytes, &origin, reporter).await?;
    Ok(finish(realm, &ended))
}

/// Reads, checks and compiles a component, or takes what the cache has of it.
pub(super) fn prepare(
    session: &Session<'_>,
    name: &str,
    bytes: &[u8],
) -> Result<Prepared, Failure> {
    let engine = Engine::new(&session.config.limits)?;
    let cache = Cache::new(session.folders.cache.clone(), CacheKey::new(session.key));
    Ok(Prepared::new(&engine, Some(&cache), name, bytes)?)
}

/// The accounts that a manifest names.
pub(super) fn slots(manifest: &Manifest) -> Vec<String> {
    manifest.accounts.iter().map(|slot| slot.name.clone()).collect()
}

/// What is kept after the last event of a run; its exit status.
pub(super) fn finish(realm: &Realm, ended: &Ended) -> u8 {
    // `run-ended` was the last line of the stream: what follows it goes to people only.
    match realm.save() {
        Ok(()) => ended.record.exit,
        Err(failure) => output::failure(&failure, false),
    }
}

/// Among how many of the newest runs one is looked for that this command began.
const LOOKED_BACK: usize = 20;

/// The newest run of this very command that did not come to its end, and that nobody is writing.
async fn unfinished(
    journal: &dyn Journal,
    digest: &str,
    origin: &Origin<'_>,
    policy: Option<&PolicyFile>,
) -> Result<Option<RunId>, Failure> {
    let same = |first: &host_journal::Entry| {
        let Ok(Entry::Begun(begun)) = serde_json::from_str(&first.body) else { return false };
        begun.workflow.digest == digest
            && begun.undoes.is_none()
            && begun.input == *origin.input
            && begun.place == *origin.place
            && begun.allowed == origin.allowed
            && begun.policy.as_deref() == policy.map(PolicyFile::text)
    };
    let is_open = |head: &Head| match serde_json::from_str(&head.last.body) {
        Ok(Entry::Ended(ended)) => {
            matches!(ended.verdict, Verdict::Stopped | Verdict::Indeterminate)
        }
        _ => true,
    };
    for (run, first) in journal.beginnings(LOOKED_BACK).await? {
        if !same(&first) {
            continue;
        }
        match journal.head(&run).await {
            // Only the newest counts: what came after an older one may have changed what it was about.
            Ok(Some(head)) => {
                return Ok((head.holder.is_none() && is_open(&head)).then_some(run));
            }
            // A damaged one cannot be gone on with; `host runs` says what is wrong with it.
            Ok(None) | Err(JournalError::RunDamaged { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

/// Asks whether to go on with a run that did not come to its end; `--yes` says so before it is asked.
fn goes_on(context: &Context, run: &RunId, yes: bool) -> bool {
    if yes {
        line(&format!(
            "`{run}` of this command did not come to its end: it goes on (`--new` begins anew)"
        ));
        return true;
    }
    if !context.can_ask {
        line(&format!(
            "`{run}` of this command did not come to its end; `host resume {run}` goes on with it"
        ));
        return false;
    }
    line(&format!("`{run}` of this command did not come to its end"));
    let typed = answer("go on with it? `yes` goes on, anything else begins a new run: ");
    typed == "yes"
}
