//! What stays the same in a run.

use std::collections::BTreeSet;

use host_model::AccountId;

use crate::Allowances;

/// What stays the same in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scene {
    /// Every action that the workflow's manifest declares, as `product:Action`.
    pub declared: BTreeSet<String>,
    /// The accounts that the operator bound, confirmed by the cloud.
    pub bound: BTreeSet<AccountId>,
    /// The scripts that the manifest declares, by the SHA-256 of their text in lower-case
    /// hexadecimal digits.
    pub commands: BTreeSet<String>,
    /// What the operator allowed.
    pub allowances: Allowances,
    /// The mark of the workflow's lineage, `<key>=<value>`, for example `host:workflow=delegate`.
    pub mark: String,
    /// Whether nothing leaves the machine: the offline cloud answers.
    pub offline: bool,
    /// Texts in this call that stand for what the cloud will decide, while planning: no rule that is offered
    /// has them in it.
    pub made_up: BTreeSet<String>,
}
