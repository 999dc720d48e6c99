//! A plan on its way to a yes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use host_model::RunId;
use host_net::SystemClock;
use host_plan::{Approval, How, Plan};
use host_policy::{Allowances, is_high};
use host_ports::Clock as _;
use host_runner::record::ApprovedPlan;
use host_runner::{Moment, Origin, Planned, Reporter, Run, RunEvent};

use crate::command::invocation::Ready;
use crate::command::run::slots;
use crate::context::Context;
use crate::failure::Failure;
use crate::narrow::Work;
use crate::output;
use crate::session::{Session, Terms};
use crate::terminal::answer_or_interrupt;

/// A run of what is ready, with an id of its own.
pub(super) async fn run(ready: &Ready<'_>, terms: Terms) -> Result<Run, Failure> {
    let Ready { session, workflow, place, realm, .. } = ready;
    let manifest = &workflow.package().manifest;
    let work = Work::Run { package: workflow.package(), allowances: &ready.allowances };
    let cloud = session.cloud(realm, place, &slots(manifest), terms, work).await?;
    let id = session.new_id(&cloud).await?;
    let allowances = ready.allowances.clone();
    let settings = session.settings(cloud, &id, &manifest.lineage, allowances, terms);
    Ok(Run::new(id, settings))
}

/// Plans a run.
pub(super) async fn plan(run: &Run, ready: &Ready<'_>) -> Result<Planned, Failure> {
    let Ready { session, workflow, place, .. } = ready;
    let people = (!session.json).then(|| session.reporter(run.id()));
    let reporter: Arc<dyn Reporter> = match people {
        Some(people) if session.verbose => people,
        people => Arc::new(Denials { people, seen: Mutex::default() }),
    };
    let origin = Origin { input: &ready.input, allowed: &ready.allowed, place, plan: None };
    let file = (ready.file.as_str(), SystemClock.now());
    Ok(run.plan(workflow, file, &origin, reporter).await?)
}

/// Shows a plan and asks for a yes. With `--yes`, no risk counts as agreed to that was not named, and that is
/// said before anything is changed.
pub(super) async fn approve(
    planned: &Planned,
    context: &Context,
    (terms, allowances, json): (Terms, &Allowances, bool),
) -> Result<ApprovedPlan, Failure> {
    let plan = &planned.plan;
    let unasked = terms.unattended && (terms.vetted || allowances.policy.is_some());
    if json {
        output::plan::stream(planned);
    }
    // A program reads the stream; a person who is asked has to see what about.
    if !json || (context.can_ask && !unasked) {
        output::plan::ask(planned, context.is_live);
    }
    let approved = |how| {
        let (who, at) = (context.operator(), SystemClock.now());
        let approval = Approval { plan: plan.hash(), how, who, at };
        ApprovedPlan { plan: plan.clone(), approval }
    };
    if unasked {
        // A policy file names every class that it grants, and the plan was judged by it.
        if allowances.policy.is_none() {
            unnamed_risks(plan, allowances)?;
        }
        return Ok(approved(How::Yes));
    }
    if plan.steps.is_empty() && plan.forecast.is_none() {
        return Ok(approved(How::Nothing));
    }
    if !context.can_ask {
        if terms.unattended {
            return Err(unvetted());
        }
        return Err(Failure::denied(
            "plan.nobody-asked",
            "the plan needs a yes, and there is no terminal to ask at".to_owned(),
        )
        .hint("run `host plan … -o FILE` and `host apply FILE`; or add `--yes`, for a vetted workflow or with a policy file"));
    }
    let question = "\ndo exactly this? only `yes` goes on: ";
    match answer_or_interrupt(question).await.as_deref() {
        Some("yes") => Ok(approved(How::Terminal)),
        Some(_) => Err(declined("declined")),
        None => Err(declined("interrupted before anybody approved it")),
    }
}

fn declined(how: &str) -> Failure {
    let message = format!("the plan was {how}, and nothing was changed");
    Failure::denied("plan.approval-declined", message).hint(
        "the same command asks again; `host plan … -o FILE` in its place saves the plan, for \
         `host apply FILE` when it was read",
    )
}

/// The classes of risk that a plan takes and nobody named.
fn unnamed_risks(plan: &Plan, allowances: &Allowances) -> Result<(), Failure> {
    let risk_of = |step: &host_plan::Step| {
        let action =
            host_catalog::Catalog::builtin().action(&step.call.product, &step.call.action)?;
        action.risk.filter(|risk| is_high(*risk) && !allowances.risks.contains(risk))
    };
    let mut words: Vec<&str> =
        plan.steps.iter().filter_map(risk_of).map(host_catalog::Risk::as_str).collect();
    words.sort_unstable();
    words.dedup();
    if words.is_empty() {
        return Ok(());
    }
    let flags: Vec<String> = words.iter().map(|word| format!("--allow {word}")).collect();
    let message = format!(
        "the plan takes risks that are not taken unattended unless they are named: {}",
        words.join(", ")
    );
    Err(Failure::denied("policy.risk-unnamed", message)
        .hint(format!("allow it with `{}`", flags.join(" "))))
}

fn unvetted() -> Failure {
    Failure::denied(
        "plan.yes-unvetted",
        "the plan needs a person's yes, and there is no terminal to ask at: `--yes` counts for vetted \
         workflows, or with a policy file"
            .to_owned(),
    )
    .hint("run `host plan … -o FILE`, read it, and `host apply FILE`; or grant with `--policy FILE` what it may do")
}

/// Planning says nothing, for the plan does; but what the policy file denies is shown with the rule that would
/// allow it, once.
#[derive(Debug)]
struct Denials {
    people: Option<Arc<dyn Reporter>>,
    seen: Mutex<BTreeSet<String>>,
}

impl Reporter for Denials {
    fn watch(&self, moment: &Moment) {
        if let Some(people) = &self.people {
            people.watch(moment);
        }
    }

    fn report(&self, event: &RunEvent) {
        let RunEvent::Call { grant: Some(grant), .. } = event else { return };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(people) = self.people.as_ref().filter(|_| seen.insert(grant.clone())) {
            people.report(event);
        }
    }
}

/// Who hears what is read for a look.
pub(super) fn reporter(session: &Session<'_>, run: &RunId) -> Arc<dyn Reporter> {
    let people = (!session.json).then(|| session.reporter(run));
    match people {
        Some(people) if session.verbose => people,
        people => Arc::new(Quiet { people }),
    }
}

/// What is only looked at says nothing that stays.
#[derive(Debug)]
struct Quiet {
    people: Option<Arc<dyn Reporter>>,
}

impl Reporter for Quiet {
    fn watch(&self, moment: &Moment) {
        if let Some(people) = &self.people {
            people.watch(moment);
        }
    }

    fn report(&self, _: &RunEvent) {}
}
