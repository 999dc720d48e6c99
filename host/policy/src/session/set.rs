//! The granted set of one account: every action that the host may send there, as RAM calls it.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::{Action, Catalog, LostReply, Product};
use host_model::{AccountId, Effect};

use super::name::names_of;
use crate::grant::Scope;
use crate::{Allowances, HostPurpose, Permit};

/// Any resource.
const ANY: &str = "*";

/// Every action that the host may send in one account, as RAM calls it, and on what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantedSet {
    /// By action; `*` stands for whatever it is done to.
    pub(crate) actions: BTreeMap<String, BTreeSet<String>>,
    /// Whether rules of the policy file ask for more than a session policy says: values of parameters.
    pub(crate) is_wider: bool,
}

impl GrantedSet {
    /// What a run may send: what the manifest declares, as `product:Action`, and the policy file grants there
    /// if there is one; and what the host asks and mends for itself on the way. The allowances are those of
    /// the run ([`Allowances::for_run`]).
    pub fn of_run(
        declared: &BTreeSet<String>,
        account: &AccountId,
        allowances: &Allowances,
    ) -> Self {
        let mut set = Self::of_nothing();
        let mut written = BTreeSet::new();
        for (product, action) in declared.iter().filter_map(|title| known(title)) {
            let Some(scope) = scope(product, action, account, allowances) else { continue };
            set.is_wider |= scope.has_conditions;
            set.add(product, action, &scope.resources);
            if action.effect.is_write() {
                written.insert(family(&product.key));
                set.add_looks(product, action);
                set.add_repair(product, action);
            }
        }
        set.add_purposes(&written);
        set
    }

    /// What an undo may send: what takes back each call that was made in this account, and looks. `made` is by
    /// product and action.
    pub fn of_undo<'a>(made: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let catalog = Catalog::builtin();
        let mut set = Self::of_nothing();
        let mut families = BTreeSet::new();
        for (key, name) in made {
            let Some((product, action)) = catalog.product(key).zip(catalog.action(key, name))
            else {
                continue;
            };
            families.insert(family(&product.key));
            let Some(inverse) = &action.inverse else { continue };
            let first = inverse.first.as_ref().map(|first| &first.action);
            for back in first.into_iter().chain([&inverse.action]) {
                if let Some(back) = product.actions.get(back) {
                    set.add_any(product, back);
                }
            }
        }
        // An undo looks at whatever the thing might still have: each of them is a look of the product's.
        let is_near = |product: &&Product| families.contains(family(&product.key));
        for product in catalog.products().filter(is_near) {
            for action in product.actions.values() {
                set.add_looks(product, action);
            }
        }
        set
    }

    /// What everybody may: to ask who they are.
    pub fn of_nothing() -> Self {
        let mut set = Self::default();
        let (product, action, _) = HostPurpose::Identify.action();
        if let Some((product, action)) = known(&format!("{product}:{action}")) {
            set.add_any(product, action);
        }
        set
    }

    /// Whether nothing is in it but what everybody may.
    pub fn is_empty(&self) -> bool {
        self.actions == Self::of_nothing().actions
    }

    /// The actions, as RAM calls them.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.actions.keys().map(String::as_str)
    }

    fn add(&mut self, product: &Product, action: &Action, resources: &BTreeSet<String>) {
        for name in names_of(&product.key, &action.name, !action.effect.is_write()) {
            let all = self.actions.entry(name).or_default();
            all.extend(resources.iter().cloned());
            if all.contains(ANY) {
                *all = BTreeSet::from([ANY.to_owned()]);
            }
        }
    }

    fn add_any(&mut self, product: &Product, action: &Action) {
        self.add(product, action, &BTreeSet::from([ANY.to_owned()]));
    }

    /// The reads that show what an action touches, and those that tell what came of it when its reply was lost.
    fn add_looks(&mut self, product: &Product, action: &Action) {
        let lost = match &action.lost {
            LostReply::ByName(read) => Some(read),
            LostReply::Repeat | LostReply::Token(_) | LostReply::Reconcile => None,
        };
        let tags = action.found.as_ref().and_then(|it| it.tags.as_ref()).map(|it| &it.read);
        let began = action.began.as_ref().map(|it| &it.read);
        for read in action.observe.iter().chain(lost).chain(tags).chain(began) {
            let read = product.actions.get(read).filter(|read| read.effect == Effect::Read);
            if let Some(read) = read {
                self.add_any(product, read);
            }
        }
    }

    /// Whoever agreed to a key agreed that one which nobody has is removed.
    fn add_repair(&mut self, product: &Product, action: &Action) {
        let permit = Permit::new(&product.key, &action.name, action.effect);
        let Some(repair) = permit.repair() else { return };
        let (disable, delete) = repair.into_permits();
        for permit in [disable, delete] {
            if let Some((product, action)) =
                known(&format!("{}:{}", permit.product(), permit.action()))
            {
                self.add_any(product, action);
            }
        }
    }

    /// What the host reads for itself, where something is written that it reads for.
    fn add_purposes(&mut self, written: &BTreeSet<&str>) {
        for purpose in HostPurpose::ALL {
            let (product, action, effect) = purpose.action();
            if effect != Effect::Read || !written.contains(family(product)) {
                continue;
            }
            if let Some((product, action)) = known(&format!("{product}:{action}")) {
                self.add_any(product, action);
            }
        }
    }
}

/// Products whose objects are the same: identities and their policies.
fn family(product: &str) -> &str {
    match product {
        "ims" | "resourcemanager" => "ram",
        other => other,
    }
}

fn known(title: &str) -> Option<(&'static Product, &'static Action)> {
    let (product, action) = title.split_once(':')?;
    let catalog = Catalog::builtin();
    catalog.product(product).zip(catalog.action(product, action))
}

/// On what the operator lets an action be done in an account; nothing if at no time.
fn scope(
    product: &Product,
    action: &Action,
    account: &AccountId,
    allowances: &Allowances,
) -> Option<Scope> {
    match (&allowances.policy, &allowances.grants) {
        (_, Some(grants)) => grants.scope(product, action, account, allowances),
        (None, None) => Some(Scope::any()),
        // A file that was not bound to the run grants nothing.
        (Some(_), None) => None,
    }
}
