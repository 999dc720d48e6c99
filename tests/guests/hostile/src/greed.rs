//! Limits: what a workflow takes too much of.

use host_workflow_sdk::Error;
use host_workflow_sdk::progress::info;

use crate::attempt::Attempts;
use crate::field::Field;

/// Ten megabytes of log, a kilobyte at a time.
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
