//! `host plan`: what a run would change, without changing anything.

use clap::Args;
use host_runner::Run;

use crate::command::invocation::{Invocation, Ready};
use crate::command::run::slots;
use crate::context::Context;
use crate::failure::Failure;
use crate::session::Terms;
use crate::vetted;

/// Show what a workflow would change, without changing anything.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    what: Invocation,
}

impl Arguments {
    pub(super) const fn json(&self) -> bool {
        self.what.json
    }
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let Ready { session, workflow, place, realm, input, allowances, .. } =
        arguments.what.ready(context).await?;
    let manifest = &workflow.package().manifest;
    let terms = Terms {
        unattended: false,
        vetted: vetted::is_vetted(&workflow.package().digest),
        provoke: arguments.what.provoke,
    };
    let cloud = session.cloud(&realm, &place, &slots(manifest), terms).await?;
    let id = session.new_id(&cloud).await?;
    let settings = session.settings(cloud, &id, &manifest.lineage, allowances, terms);
    let reporter = session.reporter(&id);
    let planned = Run::new(id, settings).plan(&workflow, &input, reporter).await?;
    for rehearsal in &planned.rehearsals {
        println!(
            "== {} calls, guessed {:?}, error {:?}, unread {:?}",
            rehearsal.calls.len(),
            rehearsal.guessed,
            rehearsal.error,
            rehearsal.unread
        );
        for call in &rehearsal.calls {
            println!(
                "{} {} {}: {:?} by {}",
                call.account_name,
                call.effect,
                call.sentence,
                call.answer.as_ref().map(|_| ()),
                call.call.identity
            );
        }
        println!("observed {}", rehearsal.observed.len());
    }
    println!("reads {}", planned.reads);
    Ok(0)
}
