//! Proves how plans are composed, matched, sealed and read.

mod bed;
mod composing;
mod matching;
mod properties;
mod sealing;
