//! Why a plan cannot be used, and why a call is none of its steps.

use host_model::{Blame, Problem};

use crate::Difference;

/// Why a plan file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A file is no plan.
    #[error("the plan cannot be read: {reason}")]
    Unreadable {
        /// Why not, escaped and bounded.
        reason: String,
    },
    /// The plan is of another version of this program.
    #[error("the plan has format {found}, and this program reads {known}")]
    FormatUnknown {
        /// Its format, as it stands in the file.
        found: String,
        /// The one that is known.
        known: u32,
    },
    /// The plan is not the one that its hash is of: it was changed or damaged.
    #[error("the plan was changed: it hashes to `{found}`, and the file says `{said}`")]
    Changed {
        /// The hash of what it says, in hex.
        found: String,
        /// The hash that stands in the file, escaped and bounded.
        said: String,
    },
    /// The plan's seal is not of this installation, or not of this plan.
    #[error("the plan `{hash}` was not sealed by this installation")]
    Foreign {
        /// Its hash, in hex.
        hash: String,
    },
    /// The plan was made later than now: one of the clocks was, or is, wrong.
    #[error("the plan was made {seconds} seconds from now, by the clock of this machine")]
    Early {
        /// How far.
        seconds: u64,
    },
    /// The plan is too old to be applied: the cloud may be another one by now.
    #[error("the plan expired {seconds} seconds ago")]
    Expired {
        /// For how long.
        seconds: u64,
    },
}

impl Problem for PlanError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "plan.file-unreadable",
            Self::FormatUnknown { .. } => "plan.format-unknown",
            Self::Changed { .. } => "plan.file-changed",
            Self::Foreign { .. } => "plan.file-foreign",
            Self::Early { .. } => "plan.file-early",
            Self::Expired { .. } => "plan.file-expired",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Changed { .. } | Self::Foreign { .. } => Blame::Policy,
            Self::Unreadable { .. }
            | Self::FormatUnknown { .. }
            | Self::Early { .. }
            | Self::Expired { .. } => Blame::User,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unreadable { .. } => "give a file that `host plan -o FILE` wrote",
            Self::FormatUnknown { .. } => "make the plan again with this version of `host`",
            Self::Changed { .. } => "make the plan again, and leave its file as it is",
            Self::Foreign { .. } => "a plan is applied where it was made; make it again here",
            Self::Early { .. } => "set the clock, and make the plan again",
            Self::Expired { .. } => "make the plan again, and compare it with this one",
        };
        Some(hint.to_owned())
    }
}

/// Why a call is not what was approved. All texts are escaped and bounded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// Another call was planned next.
    #[error(
        "{asked} is not what was approved: next is step {step}, {planned}{}",
        listed(differences, *left_out)
    )]
    Different {
        /// What was asked for: action and identity.
        asked: String,
        /// The step that is next.
        step: u32,
        /// Its sentence.
        planned: String,
        /// In what they differ.
        differences: Vec<Difference>,
        /// How many more differences there are.
        left_out: usize,
    },
    /// The next step stands in another part of the plan.
    #[error("{asked} was not approved here: next is step {step}, {planned}, in another part")]
    Elsewhere {
        /// What was asked for: action and identity.
        asked: String,
        /// The step that is next.
        step: u32,
        /// Its sentence.
        planned: String,
    },
    /// All steps that were approved have come already.
    #[error(
        "{asked} was not approved: all {steps} steps of the plan have come, and nothing follows"
    )]
    Unplanned {
        /// What was asked for: action and identity.
        asked: String,
        /// How many steps there were.
        steps: usize,
    },
}

impl Problem for Mismatch {
    fn code(&self) -> &'static str {
        match self {
            Self::Different { .. } => "plan.call-different",
            Self::Elsewhere { .. } => "plan.call-elsewhere",
            Self::Unplanned { .. } => "plan.call-unplanned",
        }
    }

    fn blame(&self) -> Blame {
        Blame::Policy
    }

    fn hint(&self) -> Option<String> {
        let hint = "the workflow does not do what it did while planning; make the plan again, and if this \
                    comes again, do not trust the workflow";
        Some(hint.to_owned())
    }
}

fn listed(differences: &[Difference], left_out: usize) -> String {
    let mut all: Vec<String> = differences.iter().map(ToString::to_string).collect();
    if left_out > 0 {
        all.push(format!("and {left_out} differences more"));
    }
    if all.is_empty() { String::new() } else { format!("; {}", all.join("; ")) }
}
