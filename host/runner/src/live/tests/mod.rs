//! Calls of a run against the offline cloud, through the driver.

pub(in crate::live) mod bed;
#[path = "../../../tests/bed/cloud.rs"]
mod cloud;
mod gate;
mod late;
