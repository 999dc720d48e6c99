//! The steps, in the order of the guide. Each module finds first and changes later.

pub(crate) mod access;
pub(crate) mod guard;
pub(crate) mod permission;
pub(crate) mod preflight;
pub(crate) mod proof;
pub(crate) mod role;
pub(crate) mod sign_in;
pub(crate) mod users;
