//! Proves how plans are composed, matched, sealed and read.

mod bed;
mod composing;
mod conditional;
mod deceiving;
mod drawing;
mod drifting;
mod matching;
mod permitting;
mod properties;
mod publishing;
mod reading;
mod remembering;
mod sealing;
mod standing;
