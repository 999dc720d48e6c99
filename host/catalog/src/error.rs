//! Why a product's data cannot be used.

use host_model::{Blame, Problem};

/// A data file that contradicts itself. Only a change to the data can cause it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// Not the shape that a product file has.
    #[error("the data of `{product}` cannot be read: {reason}")]
    Unreadable {
        /// The product's key.
        product: String,
        /// The parser's words, with line and column.
        reason: String,
    },
    /// An action names a type, record or action that is not in the file.
    #[error("`{product}:{action}` names {what} `{name}`, which its data does not have")]
    Dangling {
        /// The product's key.
        product: String,
        /// The action.
        action: String,
        /// What is missing: a type, a record, an action.
        what: &'static str,
        /// Its name.
        name: String,
    },
}

impl Problem for CatalogError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "catalog.data-unreadable",
            Self::Dangling { .. } => "catalog.name-dangling",
        }
    }

    fn blame(&self) -> Blame {
        Blame::Host
    }
}
