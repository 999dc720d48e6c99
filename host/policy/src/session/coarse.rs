//! A granted set in fewer words: each step says more than the one before, and never of another product.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::{Action, Catalog};

use super::set::GrantedSet;

/// Patterns of actions, and the resources that they are for.
pub(crate) type Clauses = BTreeMap<BTreeSet<String>, BTreeSet<String>>;

/// How much coarser a session policy is than what is granted, because it has to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coarseness {
    /// Every action on the resources that are granted.
    Exact,
    /// Resources by their kinds, without names.
    Kinds,
    /// Every action on any resource.
    Resources,
    /// Reads by their first word, where nothing but reads begins with it: `ram:Get*`.
    Reads,
    /// Whole products: `ram:*`.
    Products,
}

impl Coarseness {
    /// From the finest to the coarsest.
    pub const ALL: [Self; 5] =
        [Self::Exact, Self::Kinds, Self::Resources, Self::Reads, Self::Products];

    /// To what it was coarsened, for people; nothing for the exact one.
    pub const fn words(self) -> Option<&'static str> {
        match self {
            Self::Exact => None,
            Self::Kinds => Some("kinds of objects, without their names"),
            Self::Resources => Some("actions on any object"),
            Self::Reads => Some("actions on any object, and reads by their first word"),
            Self::Products => Some("every action of the products that are used"),
        }
    }

    /// The set in these words.
    pub(crate) fn of(self, set: &GrantedSet) -> Clauses {
        let any = || BTreeSet::from(["*".to_owned()]);
        let mut clauses = Clauses::new();
        for (action, resources) in &set.actions {
            let resources = match self {
                Self::Exact => resources.clone(),
                Self::Kinds => resources.iter().map(|it| nameless(it)).collect(),
                Self::Resources | Self::Reads | Self::Products => any(),
            };
            let pattern = match self {
                Self::Exact | Self::Kinds | Self::Resources => None,
                Self::Reads => first_word(action, set),
                Self::Products => product(action),
            };
            let pattern = pattern.unwrap_or_else(|| action.clone());
            clauses.entry(resources).or_default().insert(pattern);
        }
        clauses
    }
}

/// `acs:ram:*:1111222233334444:role/*` for every role of that account.
fn nameless(resource: &str) -> String {
    match resource.split_once('/') {
        Some((kind, _)) => format!("{kind}/*"),
        None => resource.to_owned(),
    }
}

fn product(action: &str) -> Option<String> {
    action.split_once(':').map(|(product, _)| format!("{product}:*"))
}

/// `ram:Get*` for `ram:GetRole`, unless an action of the catalog begins so that is more than a read and not in
/// the set.
fn first_word(action: &str, set: &GrantedSet) -> Option<String> {
    let (key, name) = action.split_once(':')?;
    let end = name.char_indices().skip(1).find(|(_, letter)| letter.is_ascii_uppercase());
    let word = &name[..end?.0];
    let product = Catalog::builtin().product(key)?;
    let is_plain = |action: &Action| !action.effect.is_write() && action.risk.is_none();
    let is_in = |other: &str| set.actions.contains_key(&format!("{key}:{other}"));
    let mut alike = product.actions.iter().filter(|(other, _)| other.starts_with(word));
    let fits = is_plain(product.actions.get(name)?)
        && alike.all(|(other, action)| is_plain(action) || is_in(other));
    fits.then(|| format!("{key}:{word}*"))
}
