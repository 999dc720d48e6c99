//! What happens between a call and its reply, for whoever shows it.

use std::fmt::Debug;
use std::time::Duration;

/// Is told of waits and corrections while a call is under way.
pub trait Observer: Debug + Send + Sync {
    /// Takes note; must return at once.
    fn note(&self, note: &Note);
}

/// Something that makes a call last longer. Codes of the cloud are escaped and bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// An attempt failed and is made again.
    Retrying {
        /// The product's key.
        product: String,
        /// The action.
        action: String,
        /// Which attempt failed, from 1.
        attempt: u32,
        /// Why, as a code.
        code: String,
        /// How long is waited first.
        wait: Duration,
    },
    /// An earlier write may not be visible everywhere yet.
    Settling {
        /// The product's key.
        product: String,
        /// The action.
        action: String,
        /// What the cloud says meanwhile.
        code: String,
        /// How long is waited before it is asked again.
        wait: Duration,
    },
    /// What was answered does not show an earlier write of the run.
    Unshown {
        /// The product's key.
        product: String,
        /// The action.
        action: String,
        /// How long is waited before it is asked again.
        wait: Duration,
    },
    /// Something was not found, which is not believed at once.
    Confirming {
        /// The product's key.
        product: String,
        /// The action.
        action: String,
        /// What the cloud says.
        code: String,
        /// How long is waited before it is asked again.
        wait: Duration,
    },
    /// This machine's clock is wrong; from now on requests are dated by the cloud's.
    ClockCorrected {
        /// What is added to this machine's clock, in milliseconds.
        millis: i64,
    },
}

/// Does nothing with what it is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn note(&self, _note: &Note) {}
}
