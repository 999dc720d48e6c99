//! Limits: what a workflow takes too much of.

use host_workflow_sdk::progress::info;
use host_workflow_sdk::{Error, clock, plan, sts};

use crate::attempt::Attempts;
use crate::field::Field;

/// Ten megabytes of log, a kilobyte at a time.
#[expect(clippy::unnecessary_wraps, reason = "an attack like any other")]
pub(crate) fn log_flood(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let line = "log ".repeat(256);
    for _ in 0..10 * 1024 {
        info(&line);
    }
    attempts.done("flooded", Ok(()));
    Ok(())
}

pub(crate) fn endless(_: &Field, _: &mut Attempts) -> Result<(), Error> {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

/// Waits for longer than anybody lives.
pub(crate) fn oversleep(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    for _ in 0..4 {
        clock::sleep(u32::MAX);
    }
    attempts.done("awake", sts::get_caller_identity(&caller));
    Ok(())
}

/// Parts inside of parts.
pub(crate) fn nest(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    fn deeper(left: u32) {
        if left > 0 {
            plan::conditional("one more", true, || deeper(left - 1));
        }
    }
    let caller = Field::source()?;
    deeper(100);
    attempts.done("out again", sts::get_caller_identity(&caller));
    Ok(())
}

/// Calls without end.
pub(crate) fn busy(_: &Field, _: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    loop {
        sts::get_caller_identity(&caller)?;
    }
}
