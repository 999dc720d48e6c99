//! A run as a list shows it.

use std::collections::BTreeMap;

use host_model::{RunId, Timestamp};
use host_runner::Verdict;
use host_runner::record::Place;
use serde_json::{Value as Json, json};

use crate::{Past, iso};

/// A run as a list shows it.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub run: RunId,
    /// When it began.
    pub began: Timestamp,
    /// When its last entry was written.
    pub last: Timestamp,
    /// The workflow's name.
    pub workflow: String,
    /// Its version.
    pub version: String,
    /// Account ids by the manifest's names.
    pub accounts: BTreeMap<String, String>,
    /// Whether its cloud is the offline one.
    pub offline: bool,
    /// How it stands.
    pub state: State,
    /// How many calls changed something, or may have: of some the reply was lost.
    pub changes: u32,
    /// The run that it takes back.
    pub undoes: Option<String>,
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It ended.
    Ended(Verdict),
    /// Somebody writes it now.
    UnderWay {
        /// Who.
        holder: String,
    },
    /// Nobody writes it, and it did not end.
    Open,
    /// What follows was damaged or changed, and cannot be read.
    Damaged,
}

impl State {
    /// How a run stands that `holder` writes, if anybody does.
    pub fn of(past: &Past, holder: Option<&str>) -> Self {
        match (holder, past.ended()) {
            (Some(holder), _) => Self::UnderWay { holder: holder.to_owned() },
            (None, Some((_, ended))) => Self::Ended(ended.verdict),
            (None, None) => Self::Open,
        }
    }

    /// The word for programs.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Ended(_) => "ended",
            Self::UnderWay { .. } => "under-way",
            Self::Open => "open",
            Self::Damaged => "damaged",
        }
    }
}

impl Row {
    /// The row of a run that `holder` writes, if anybody does.
    pub fn new(past: &Past, holder: Option<&str>) -> Self {
        let begun = &past.begun;
        let accounts = begun.accounts.iter();
        Self {
            run: past.run.clone(),
            began: past.began,
            last: past.last,
            workflow: begun.workflow.name.clone(),
            version: begun.workflow.version.clone(),
            accounts: accounts.map(|(name, it)| (name.clone(), it.account.clone())).collect(),
            offline: matches!(begun.place, Place::Offline { .. }),
            state: State::of(past, holder),
            changes: past.changes(),
            undoes: begun.undoes.clone(),
        }
    }

    /// The fields of its line for programs, `run-listed`.
    pub fn to_json(&self) -> Json {
        let (verdict, holder) = match &self.state {
            State::Ended(verdict) => (Some(verdict.as_str()), None),
            State::UnderWay { holder } => (None, Some(holder.as_str())),
            State::Open | State::Damaged => (None, None),
        };
        json!({
            "run": self.run,
            "began": iso(self.began),
            "last": iso(self.last),
            "workflow": self.workflow,
            "workflow_version": self.version,
            "accounts": self.accounts,
            "simulated": self.offline,
            "state": self.state.as_str(),
            "verdict": verdict,
            "holder": holder,
            "changes": self.changes,
            "undoes": self.undoes,
        })
    }
}
