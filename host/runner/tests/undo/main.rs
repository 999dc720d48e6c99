//! What an undo would do, from journals that are written by hand: one case for each rule.

mod journal;
mod plans;
