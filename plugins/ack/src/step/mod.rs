//! The steps, in the order in which they depend on each other.

pub(crate) mod access_key;
pub(crate) mod find;
pub(crate) mod look;
pub(crate) mod policies;
pub(crate) mod preflight;
pub(crate) mod reporting_user;
pub(crate) mod survey;
pub(crate) mod waves;
