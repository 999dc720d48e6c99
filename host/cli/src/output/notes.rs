//! Waits and corrections, while they happen.

use std::sync::{Arc, OnceLock};

use host_client::{Note, Observer};
use host_runner::Reporter;

/// Whoever reads a run along, and what the client does meanwhile.
pub(crate) trait Audience: Reporter {
    /// The client waits, or corrects something: the note, and its words.
    fn hear(&self, note: &Note, words: String);
}

/// Passes what the client notes to the run's audience, once there is a run; to standard error before.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    audience: OnceLock<Arc<dyn Audience>>,
}

impl Notes {
    /// From now on notes belong to a run.
    pub(crate) fn attach(&self, audience: Arc<dyn Audience>) {
        // A second run in one process would keep the first audience; there is only one.
        drop(self.audience.set(audience));
    }
}

impl Observer for Notes {
    fn note(&self, note: &Note) {
        let words = words(note);
        match self.audience.get() {
            Some(audience) => audience.hear(note, words),
            None => super::line(&format!("… {words}")),
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
        Note::Unshown { product, action, wait } => format!(
            "{product}:{action} does not show an earlier change yet; again in {:.0} s",
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
