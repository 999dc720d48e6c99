//! What an undo does: planned from journals that are written by hand, one case for each rule, and carried
//! out after real runs of every workflow against the offline cloud.

#[path = "../bed/mod.rs"]
mod bed;
mod cloud;
mod journal;
mod plans;
mod undone;
