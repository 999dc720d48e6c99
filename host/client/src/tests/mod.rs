//! Proves what a caller sees of a call, over a cloud that answers by script and a clock that only
//! moves when somebody waits.

mod bed;
mod listing;
mod permission;
mod retrying;
mod secrecy;
mod settling;
