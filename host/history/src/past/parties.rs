//! Who is who: the identities of a run, by the names that calls have for them.

use std::collections::BTreeMap;

use host_model::{IdentityFacts, IdentityRef};
use host_runner::record::Begun;

/// The identities that a run had so far.
#[derive(Debug)]
pub(super) struct Parties {
    /// Account and ARN by name.
    known: BTreeMap<IdentityRef, (String, String)>,
    /// The operator's names for accounts: name and id, those first that the workflow cannot do without.
    bound: Vec<(String, String)>,
}

impl Parties {
    pub(super) fn new(begun: &Begun) -> Self {
        let accounts = begun.accounts.iter();
        let known = accounts.clone().map(|(name, party)| {
            (IdentityRef(name.clone()), (party.account.clone(), party.arn.clone()))
        });
        let (optional, needed): (Vec<_>, Vec<_>) = accounts.partition(|(_, party)| party.optional);
        let bound = needed.into_iter().chain(optional);
        let bound = bound.map(|(name, party)| (name.clone(), party.account.clone()));
        Self { known: known.collect(), bound: bound.collect() }
    }

    pub(super) fn learn(&mut self, facts: &IdentityFacts) {
        let who = (facts.account.to_string(), facts.arn.clone());
        self.known.insert(facts.identity.clone(), who);
    }

    /// Account and ARN of an identity.
    pub(super) fn who(&self, identity: &IdentityRef) -> Option<&(String, String)> {
        self.known.get(identity)
    }

    /// What the operator calls the account that an identity acts in: its own name where that is bound to
    /// this account, else the name of a binding of the account that the workflow needs, else of any.
    pub(super) fn name_of(&self, identity: &IdentityRef, account: &str) -> Option<&str> {
        let root = identity.0.split('/').next().unwrap_or_default();
        let of = |(_, bound): &&(String, String)| bound == account;
        let own = self.bound.iter().filter(of).find(|(name, _)| name == root);
        own.or_else(|| self.bound.iter().find(of)).map(|(name, _)| name.as_str())
    }
}
