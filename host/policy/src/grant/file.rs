//! A policy file, as it stands on disk: understood, and not yet bound to a run.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::Catalog;
use host_model::AccountId;

use super::condition::Condition;
use super::fault::PolicyFault;
use super::read;
use super::resource::Resource;
use crate::Allowances;

/// What an operator grants, from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFile {
    /// Whether what is not granted is denied.
    pub mode: Mode,
    /// Whether reads need rules.
    pub reads: Reads,
    pub(crate) rules: Vec<Rule>,
    text: String,
}

/// Whether what is not granted is denied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// It is denied.
    #[default]
    Enforce,
    /// It is said, and goes on: in plans and in the offline cloud only.
    Audit,
}

/// Whether reads need rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reads {
    /// As every other call.
    #[default]
    Granted,
    /// Those that the manifest declares are granted, apart from classes of risk.
    Declared,
}

impl Mode {
    /// The word in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Audit => "audit",
        }
    }
}

impl Reads {
    /// The word in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Declared => "declared",
        }
    }
}

/// One rule: what it matches, and what it allows beyond a plain call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The line that it begins in.
    pub(crate) line: usize,
    /// What the operator wrote beside it.
    pub(crate) note: Option<String>,
    pub(crate) workflow: WorkflowName,
    /// Empty: every account of the run.
    pub(crate) accounts: Vec<AccountWord>,
    /// As written.
    pub(crate) patterns: Vec<String>,
    /// Every action of the catalog that the patterns match: product, action.
    pub(crate) actions: BTreeSet<(String, String)>,
    /// `None`: whatever a call is about.
    pub(crate) resources: Option<Vec<Resource>>,
    /// The patterns of `resources`, as written; empty for all.
    pub(crate) objects: Vec<String>,
    /// By parameter; all of them hold.
    pub(crate) conditions: BTreeMap<String, Condition>,
    /// The words of `allow`, as written.
    pub(crate) words: Vec<String>,
    /// What they mean.
    pub(crate) allow: Allowances,
}

/// Which workflows a rule is for; whatever is `None` may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WorkflowName {
    pub(crate) name: Option<String>,
    /// 64 lower-case hexadecimal digits.
    pub(crate) digest: Option<String>,
}

impl WorkflowName {
    pub(crate) fn fits(&self, name: &str, digest: &str) -> bool {
        self.name.as_ref().is_none_or(|own| own == name)
            && self.digest.as_ref().is_none_or(|own| own == digest)
    }
}

/// An account, as a rule names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AccountWord {
    Id(AccountId),
    /// What the workflow's manifest calls it.
    Name(String),
}

impl AccountWord {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Id(id) => id.as_str(),
            Self::Name(name) => name,
        }
    }
}

impl PolicyFile {
    /// Reads a policy file: TOML, as `docs/policy.md` describes it.
    ///
    /// # Errors
    ///
    /// The first thing that is not understood, with its place; or that nothing is granted at all.
    pub fn parse(text: &str) -> Result<Self, PolicyFault> {
        let (mode, reads, rules) = read::file(text, Catalog::builtin())?;
        Ok(Self { mode, reads, rules, text: text.to_owned() })
    }

    /// The text that it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many rules there are.
    pub fn rules(&self) -> usize {
        self.rules.len()
    }
}
