//! What entries are called: as shortly as they can be told apart.

use host_model::{AccountId, Timestamp, quote, quote_within};
use host_vault::{Kept, Pending, Vault};

use crate::failure::Failure;

/// Characters of a name that a message shows.
const NAME_SHOWN: usize = 200;

/// Something in a vault that has a name.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// A secret.
    Secret(Kept),
    /// A secret that was asked for and has not arrived.
    Pending(Pending),
}

/// An item, and what it is called in this vault.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) item: Item,
}

impl Item {
    pub(super) fn account(&self) -> &AccountId {
        match self {
            Self::Secret(kept) => &kept.entry.account,
            Self::Pending(pending) => &pending.intent.account,
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Secret(kept) => kept.entry.kind.as_str(),
            Self::Pending(pending) => pending.intent.kind.as_str(),
        }
    }

    pub(super) fn lineage(&self) -> &str {
        match self {
            Self::Secret(kept) => &kept.entry.lineage,
            Self::Pending(pending) => &pending.intent.lineage,
        }
    }

    pub(super) fn at(&self) -> String {
        let at = match self {
            Self::Secret(kept) => kept.at,
            Self::Pending(pending) => pending.at,
        };
        date(at)
    }

    /// Its names, from the shortest to the one that is its own in any vault.
    fn names(&self) -> [String; 3] {
        let short = match self {
            Self::Secret(kept) => kept.entry.object.clone(),
            Self::Pending(pending) => {
                format!("pending/{}/{}", pending.intent.kind.as_str(), pending.intent.principal)
            }
        };
        let account = format!("{}/{short}", self.account());
        let whole = format!("{account}@{}", self.lineage());
        [quote(&short), quote(&account), quote(&whole)]
    }
}

/// Everything in the vault, under the names that `host vault list` prints.
pub(super) fn all(vault: &dyn Vault) -> Result<Vec<Named>, Failure> {
    let kept = vault.list()?.into_iter().map(Item::Secret);
    let items: Vec<Item> = kept.chain(vault.intents()?.into_iter().map(Item::Pending)).collect();
    let names: Vec<[String; 3]> = items.iter().map(Item::names).collect();
    let is_single = |name: &String| names.iter().flatten().filter(|it| *it == name).count() == 1;
    let all = items.into_iter().zip(&names).map(|(item, names)| {
        let [.., whole] = names;
        let name = names.iter().find(|name| is_single(name)).unwrap_or(whole).clone();
        Named { name, item }
    });
    Ok(all.collect())
}

/// The item of that name, in any form that fits no other.
pub(super) fn pick<'a>(all: &'a [Named], name: &str) -> Result<&'a Named, Failure> {
    let fits = |named: &&Named| named.item.names().iter().any(|it| it == name);
    let found: Vec<&Named> = all.iter().filter(fits).collect();
    let shown = quote_within(name, NAME_SHOWN);
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(unknown(name)),
        many => {
            let names: Vec<String> = many.iter().map(|named| format!("`{}`", named.name)).collect();
            let message = format!("`{shown}` fits {} entries of the vault", many.len());
            Err(Failure::usage("vault.name-ambiguous", message)
                .hint(format!("name one of {}", names.join(", "))))
        }
    }
}

/// The vault has nothing of that name.
pub(super) fn unknown(name: &str) -> Failure {
    let message = format!("the vault has no `{}`", quote_within(name, NAME_SHOWN));
    Failure::usage("vault.name-unknown", message)
        .hint("`host vault list` prints the names; `--simulate` picks the offline cloud's vault")
}

/// The secret's entry; what has not arrived has none.
pub(super) fn kept(named: &Named) -> Result<&Kept, Failure> {
    match &named.item {
        Item::Secret(kept) => Ok(kept),
        Item::Pending(_) => {
            let message = format!("`{}` was asked for, and has not arrived", named.name);
            Err(Failure::usage("vault.secret-pending", message)
                .hint("run the workflow again: it deals with what an earlier run left"))
        }
    }
}

/// The point in time as people and programs read it: UTC, to the second.
pub(super) fn date(at: Timestamp) -> String {
    let whole = jiff::Timestamp::from_second(at.seconds());
    whole.map_or_else(|_| at.seconds().to_string(), |it| it.to_string())
}
