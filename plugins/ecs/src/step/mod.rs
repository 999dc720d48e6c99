//! The steps, in the order in which they are taken.

pub(crate) mod applications;
pub(crate) mod install;
pub(crate) mod look;
pub(crate) mod people;
pub(crate) mod preflight;
pub(crate) mod send;
pub(crate) mod uninstall;
