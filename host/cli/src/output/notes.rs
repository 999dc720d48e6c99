//! Waits and corrections, while they happen.

use std::sync::{Arc, OnceLock};

use host_client::{Note, Observer};
use host_runner::{Reporter, RunEvent};

/// Passes what the client notes to the run's reporter, once there is a run; to standard error before.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    reporter: OnceLock<Arc<dyn Reporter>>,
}

impl Notes {
    /// From now on notes belong to a run.
    pub(crate) fn attach(&self, reporter: &Arc<dyn Reporter>) {
        // A second run in one process would keep the first reporter; there is only one.
        drop(self.reporter.set(Arc::clone(reporter)));
    }
}

impl Observer for Notes {
    fn note(&self, note: &Note) {
        let message = words(note);
        match self.reporter.get() {
            Some(reporter) => reporter.report(&RunEvent::Note { message }),
            None => super::line(&format!("… {message}")),
        }
    }
}

fn words(note: &Note) -> String {
    match note {
        Note::Retrying { product, action, attempt, code, wait } => format!(
            "{product}:{action} answered {code}; attempt {} in {:.1} s",
            attempt + 1,
            wait.as_secs_f64()
        ),
        Note::Settling { product, action, code, wait } => format!(
            "{product}:{action} answered {code}: an earlier change may not be visible yet; again in {:.0} s",
            wait.as_secs_f64()
        ),
        Note::Confirming { product, action, code, wait } => format!(
            "{product}:{action} answered {code}; looking once more in {:.0} s before it is believed",
            wait.as_secs_f64()
        ),
        Note::ClockCorrected { millis } => format!(
            "this machine's clock is {} s {}; requests are dated by the cloud's clock",
            millis.abs() / 1000,
            if *millis > 0 { "behind" } else { "ahead" }
        ),
        _ => "the client waits".to_owned(),
    }
}
