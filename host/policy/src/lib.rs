//! Decides, purely, whether a call may leave: a permit or a denial.

mod permit;

pub use permit::{Attempt, HostPurpose, Permit};
