//! What the cloud offers, as data.
//!
//! One file for each product under `data/` says everything the project knows about its actions:
//! parameters with limits, replies, effects, what a lost reply means, secret fields, error codes.
//! The typed WIT packages, the dispatch of calls, the offline cloud's checks, redaction, the words
//! of plans and the reference pages all come from here. Adding an action is adding data.
//!
//! ```
//! let catalog = host_catalog::Catalog::builtin();
//! let action = catalog.action("ram", "CreateRole").expect("ram has CreateRole");
//! assert!(action.effect.is_write());
//! ```
//!
//! # Invariants
//!
//! - The catalog, never a workflow, decides an action's effect.
//! - What is not in the catalog does not exist: no call to it can be built.
//! - Every pointer, type and record that an action names is there ([`Product::parse`] refuses others).

mod action;
mod check;
mod code;
mod error;
mod inverse;
mod limit;
mod load;
mod name;
mod package;
mod parameter;
mod product;
mod record;
mod release;
mod reply;
mod sentence;
mod settings;
mod shows;
mod wit;

pub use action::{
    Action, Began, Found, Guarded, GuardedForm, LostReply, Paging, PagingStyle, Risk, SecretField,
    Settles, Success, TagRead,
};
pub use check::ParameterError;
pub use code::{gateway_errors, kind_of};
pub use error::CatalogError;
pub use inverse::{First, Inverse, InverseKind, Source, pick};
pub use load::Catalog;
pub use name::{kebab, wit_name};
pub use package::package_text;
pub use parameter::{CharacterSet, Encoding, Owner, Parameter, ParameterType, SettingNames};
pub use product::{Endpoint, Product, Style};
pub use record::{Field, FieldType, Record};
pub use release::Release;
pub use reply::ReplyShape;
pub use shows::{Item, Shows};
pub use wit::{Argument, ArgumentType, CORE, Function, Interface};
