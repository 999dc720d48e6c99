//! The nouns of the project: accounts, calls, replies, secrets, limits, errors.
//!
//! Nothing here does anything. A value of these types says what is meant; the rooms above decide,
//! sign, send and remember. Serializable types hold no secret: a secret travels as a
//! [`SecretRef`], and only [`SecretText`] holds bytes, which cannot be printed or serialized.

mod account;
mod arn;
mod call;
mod effect;
mod error;
mod http;
mod id;
mod region;
mod secret;
mod text;
mod time;

pub use account::{AccountId, AccountIdInvalid};
pub use arn::{Arn, ArnInvalid, Principal};
pub use call::{Call, IdentityFacts, IdentityRef, Reply, Value};
pub use effect::Effect;
pub use error::{Blame, CallError, ErrorKind, Problem};
pub use http::{HttpReply, HttpRequest, Scheme};
pub use id::{RunId, RunIdInvalid};
pub use region::{Region, RegionInvalid};
pub use secret::{SecretKind, SecretRef, SecretText};
pub use text::{quote, quote_within};
pub use time::Timestamp;
