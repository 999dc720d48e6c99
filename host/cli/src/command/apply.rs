//! `host apply`: what was approved is what happens, or nothing.

use std::path::{Path, PathBuf};

use clap::Args;
use host_net::SystemClock;
use host_plan::{Approval, How, Plan};
use host_policy::Allowances;
use host_ports::Clock as _;
use host_runner::record::{self, ApprovedPlan, Place};
use host_runner::{Origin, Run};

use crate::command::approved::{self, Held};
use crate::command::read_component;
use crate::command::run::{finish, prepare, slots};
use crate::context::Context;
use crate::failure::Failure;
use crate::narrow::Work;
use crate::session::{Session, Terms, allowances};
use crate::{policy, vetted};

/// What every WebAssembly file begins with.
const WASM: &[u8] = b"\0asm";

/// Do what a saved plan says: exactly this, or nothing.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file that `host plan -o FILE` wrote.
    plan: PathBuf,
    /// Where the component is now, if it was moved: it has to be the same one.
    #[arg(long, value_name = "FILE")]
    workflow: Option<PathBuf>,
    /// Ask nothing where the plan is a forecast: only for vetted workflows, and for no risk that the plan
    /// does not allow.
    #[arg(long)]
    yes: bool,
    /// Another `host.toml` than the one that the plan was made with.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Show reads as well.
    #[arg(short, long)]
    verbose: bool,
    /// One JSON object a line instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let text = read(&arguments.plan)?;
    let first =
        Session::open(context, arguments.config.as_deref(), arguments.json, arguments.verbose)?;
    let plan = host_plan::open(&text, &first.key, SystemClock.now())?;
    let place: Place = serde_json::from_value(plan.terms.place.clone())
        .map_err(|error| Failure::usage("plan.file-unreadable", error.to_string()))?;
    let session = match (&arguments.config, place.config()) {
        (None, Some(config)) => {
            drop(first);
            Session::open(context, Some(Path::new(config)), arguments.json, arguments.verbose)?
        }
        _ => first,
    };
    not_applied(&session, &plan).await?;
    let file = arguments.workflow.unwrap_or_else(|| PathBuf::from(&plan.terms.file));
    let bytes = read_component(&file)?;
    let workflow = prepare(&session, &file.display().to_string(), &bytes)?;
    same_component(&plan, &workflow.package().digest)?;
    let realm = session.realm(&place, false).await?;
    let place = realm.at(place);
    let manifest = &workflow.package().manifest;
    let terms = Terms {
        unattended: arguments.yes,
        vetted: vetted::is_vetted(&plan.workflow.digest),
        provoke: plan.terms.provoke,
    };
    let policy = match &plan.terms.policy {
        Some(text) => Some(policy::parse("the policy file that the plan was made with", text)?),
        None => policy::chosen(None, &session.config)?,
    };
    policy::refuse_audit(policy.as_deref(), &place)?;
    let allowances = Allowances { policy, ..allowances(&plan.allowed, plan.terms.adopt)? };
    let work = Work::Run { package: workflow.package(), allowances: &allowances };
    let cloud = session.cloud(&realm, &place, &slots(manifest), terms, work).await?;
    approved::same_accounts(&plan, &cloud.accounts, Held::ToTheSame)?;
    let settings = session.settings(cloud, &plan.run, &manifest.lineage, allowances, terms);
    realm.save()?;
    let approval = Approval {
        plan: plan.hash(),
        how: How::File,
        who: context.operator(),
        at: SystemClock.now(),
    };
    let approved = ApprovedPlan { plan, approval };
    let plan = &approved.plan;
    let origin =
        Origin { input: &plan.input, allowed: &plan.allowed, place: &place, plan: Some(&approved) };
    let reporter = session.reporter(&plan.run);
    let run = Run::new(plan.run.clone(), settings);
    let ended = run.start(&workflow, &bytes, &origin, reporter).await?;
    Ok(finish(&realm, &ended))
}

fn read(path: &Path) -> Result<String, Failure> {
    let unreadable = |why: String| {
        Failure::usage("plan.file-unreadable", format!("`{}` {why}", path.display()))
            .hint("`host plan WORKFLOW.wasm … -o FILE` writes one")
    };
    let bytes =
        std::fs::read(path).map_err(|error| unreadable(format!("cannot be read: {error}")))?;
    if bytes.starts_with(WASM) {
        return Err(unreadable("is WebAssembly, and no plan".to_owned()));
    }
    String::from_utf8(bytes).map_err(|_| unreadable("is no text, and so no plan".to_owned()))
}

/// A plan is applied once: what came of it then is in the journal. An offline cloud draws the id of a run that was
/// only planned once more.
async fn not_applied(session: &Session<'_>, plan: &Plan) -> Result<(), Failure> {
    let run = &plan.run;
    if !session.journal.has(run).await? {
        return Ok(());
    }
    let entries = record::read(run, &session.journal.read(run).await?)?;
    let approved = record::begun(&entries).and_then(|begun| begun.plan.as_ref());
    if approved.is_some_and(|it| it.approval.plan == plan.hash()) {
        let message = format!("the plan was applied already, as run `{run}`");
        return Err(Failure::usage("plan.applied-already", message).hint(format!(
            "`host show {run}` says what came of it; `host resume {run}` goes on, if it did not end"
        )));
    }
    let message = format!("another run was begun in the offline cloud since the plan, as `{run}`");
    Err(Failure::usage("plan.run-taken", message)
        .hint("make the plan again: it is for the cloud before that run"))
}

fn same_component(plan: &Plan, digest: &str) -> Result<(), Failure> {
    if plan.workflow.digest == digest {
        return Ok(());
    }
    let message = format!(
        "the plan is of the component `{}`, and this one is `{digest}`",
        plan.workflow.digest
    );
    Err(Failure::denied("plan.component-different", message)
        .hint("give the one that was planned with `--workflow FILE`, or make the plan again"))
}
