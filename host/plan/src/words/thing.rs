//! The things that a plan is about, with their steps.

use std::collections::BTreeMap;

use host_model::AccountId;

use super::Reader;
use crate::{Deed, Step};

/// What several steps are about.
pub(crate) struct Thing<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) name: String,
    pub(crate) steps: Vec<(&'a Step, Deed)>,
}

/// Things by account, both in the order in which the plan comes to them. The numbers of steps say the order of
/// all.
pub(crate) fn things<'a>(reader: &Reader<'a>) -> Vec<(&'a AccountId, Vec<Thing<'a>>)> {
    let plan = reader.plan;
    let mut accounts: Vec<(&AccountId, Vec<Thing<'_>>)> = Vec::new();
    let mut known: BTreeMap<(&AccountId, String), (usize, usize)> = BTreeMap::new();
    for (step, deed) in plan.steps.iter().zip(plan.deeds()) {
        let (account, name) = (&step.account, reader.object(step));
        let lane = accounts.iter().position(|(known, _)| *known == account);
        let lane = lane.unwrap_or_else(|| {
            accounts.push((account, Vec::new()));
            accounts.len() - 1
        });
        let things = &mut accounts[lane].1;
        let (_, at) = *known.entry((account, name.clone())).or_insert((lane, things.len()));
        if at == things.len() {
            things.push(Thing { account, name, steps: Vec::new() });
        }
        things[at].steps.push((step, deed));
    }
    accounts
}
