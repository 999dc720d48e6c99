//! A run may be killed at any instant: another process goes on, and it ends as if nothing had happened.
//!
//! ```text
//! undisturbed run ──▶ N points, the cloud's last state, the report
//!                                   │
//! for each point ──▶ the process kills itself there ──▶ `host resume last` ──▶ is all of it the same?
//! ```
//!
//! The cloud is another process, which goes on meanwhile. Both share a clock that leaps instead of waiting. What
//! counts: the cloud's state but for ids and times; how often each action had an effect; that the vault has the
//! secret of every AccessKey; and what the run says at its end.
//!
//! `HOST_CRASH_AT=17`, `HOST_CRASH_AT=17,5` or `HOST_CRASH_SEED=3` with the name of a test repeats one case.

#![expect(clippy::print_stdout, reason = "the counts are what the harness is for")]
#![expect(clippy::panic, reason = "tests")]

mod case;
mod compare;
mod faults;
mod plan;
mod shape;
mod stage;
mod workflow;

use plan::{Order, enumerate, seeded, sooner_or_later};
use stage::Stage;
use workflow::Workflow;

#[test]
fn delegate() {
    survives(&workflow::DELEGATE);
}

#[test]
fn ack() {
    survives(&workflow::ACK);
}

#[test]
fn ecs() {
    survives(&workflow::ECS);
}

#[test]
fn offline() {
    survives(&workflow::OFFLINE);
}

/// An undo is another process of its own: it is done again, and ends as if the first had not died.
#[test]
fn undo() {
    survives(&workflow::UNDO);
}

/// The intent of a call is not made durable: some point must show that it was needed.
#[test]
fn canary() {
    let stage = Stage::new(&workflow::DELEGATE).with_canary();
    let points = stage.points();
    let after = |(index, name): (usize, &String)| {
        (name == "client: after the reply").then_some(Order::At(index + 1))
    };
    let found = points.iter().enumerate().filter_map(after).find_map(|order| {
        let failure = stage.check(order).err()?;
        Some(format!("{order}: {failure}"))
    });
    let found = found.expect("a call whose intent was not durable was lost, and nothing noticed");
    println!("the canary was seen: {found}");
}

fn survives(workflow: &'static Workflow) {
    let stage = Stage::new(workflow);
    if let Some(order) = plan::repeated() {
        if let Err(failure) = stage.check(order) {
            panic!("{order}: {failure}");
        }
        return;
    }
    let points = stage.points().len();
    let is_skipped = |at: &usize| {
        let name = stage.points().get(*at - 1);
        workflow.skips.is_some_and(|start| name.is_some_and(|name| name.starts_with(start)))
    };
    let all = (1..=points).filter(|at| !is_skipped(at)).map(Order::At);
    enumerate(&stage, "points", &all.collect::<Vec<_>>());
    enumerate(&stage, "points while going on", &sooner_or_later(workflow, points));
    enumerate(&stage, "seeds", &seeded(workflow));
}
