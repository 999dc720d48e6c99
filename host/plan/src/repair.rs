//! What the host may mend by itself while a plan is applied. No step can stand for it, because nobody knows
//! before whether a reply will be lost: so it is approved as a class, in the words of the risk that such a step has.

use host_catalog::{Catalog, LostReply, Risk};
use serde::{Deserialize, Serialize};

use crate::Step;

/// A class of repairs, with the steps that may need one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "class")]
pub enum Repair {
    /// An AccessKey that the cloud made and whose secret nobody got, because the reply was lost (fault rows 1
    /// and 2): it is disabled and deleted, and another one is made.
    OrphanedKey {
        /// The steps that make keys.
        steps: Vec<u32>,
    },
}

impl Repair {
    /// What may have to be mended of these steps.
    pub fn of(steps: &[Step]) -> Vec<Self> {
        let makes_key = |step: &&Step| {
            let action = Catalog::builtin().action(&step.call.product, &step.call.action);
            action.is_some_and(|it| {
                it.lost == LostReply::Reconcile && it.risk == Some(Risk::AccessKey)
            })
        };
        let steps: Vec<u32> = steps.iter().filter(makes_key).map(|step| step.number).collect();
        if steps.is_empty() { Vec::new() } else { vec![Self::OrphanedKey { steps }] }
    }
}
