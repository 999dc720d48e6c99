//! What can go wrong around the offline cloud, as opposed to in it.

use host_model::{Blame, Problem};

/// Why an offline cloud could not be made or served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulatorError {
    /// `simulator.scenario-unreadable`: no TOML, or not of this shape.
    #[error("scenario `{scenario}` cannot be read: {reason}")]
    ScenarioUnreadable {
        /// The scenario's name, or the file's.
        scenario: String,
        /// What is wrong, with line and column.
        reason: String,
    },
    /// `simulator.scenario-contradictory`: it reads, but says what cannot be.
    #[error("scenario `{scenario}`, line {line}: {reason}")]
    ScenarioContradictory {
        /// The scenario's name, or the file's.
        scenario: String,
        /// The line, from 1; 0 where none can be named.
        line: usize,
        /// What is wrong, with the value.
        reason: String,
    },
    /// `simulator.snapshot-unreadable`: not what this program wrote.
    #[error("the kept offline cloud cannot be read: {reason}")]
    SnapshotUnreadable {
        /// What is wrong; never a part of the text.
        reason: String,
    },
    /// `simulator.certificate-unusable`: it cannot be made, read, or served with.
    #[error("the offline cloud cannot show a certificate: {reason}")]
    CertificateUnusable {
        /// What is wrong; never a part of a key.
        reason: String,
    },
    /// `simulator.listener-failed`: no connection can be taken.
    #[error("the offline cloud cannot take connections: {0}")]
    ListenerFailed(#[from] std::io::Error),
}

impl Problem for SimulatorError {
    fn code(&self) -> &'static str {
        match self {
            Self::ScenarioUnreadable { .. } => "simulator.scenario-unreadable",
            Self::ScenarioContradictory { .. } => "simulator.scenario-contradictory",
            Self::SnapshotUnreadable { .. } => "simulator.snapshot-unreadable",
            Self::CertificateUnusable { .. } => "simulator.certificate-unusable",
            Self::ListenerFailed(_) => "simulator.listener-failed",
        }
    }

    fn blame(&self) -> Blame {
        Blame::User
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::ScenarioUnreadable { .. } | Self::ScenarioContradictory { .. } => {
                "the built-in scenario shows every field that a scenario may have"
            }
            Self::SnapshotUnreadable { .. } => "start over with `--fresh`",
            Self::CertificateUnusable { .. } => {
                "give a chain and its key as PEM, or let one be made"
            }
            Self::ListenerFailed(_) => "choose another address with `--listen`",
        };
        Some(hint.to_owned())
    }
}
