//! What a recorded run tells afterwards: a row of a list, a timeline, a picture, evidence.
//!
//! ```text
//! entries of a run ─▶ Past ─┬─▶ Row             `host runs`
//!                           ├─▶ lines, stream   `host show`, for people and for programs
//!                           ├─▶ Graph           SVG, Mermaid
//!                           └─▶ evidence        `host export`
//! events of a run ─▶ Tally ─▶ Summary           the end of `host run`, `apply`, `resume`, `undo`
//! ```
//!
//! Pure: entries in, text or JSON out. Nothing here opens a journal, prints, or reads a clock.
//!
//! # Invariants
//!
//! - What is not known is said: a call without a recorded outcome is `unknown`, never left out.
//! - Texts of workflow and cloud are quoted and bounded before a person sees them (`security.md`, rule 12);
//!   in pictures each character that could be markup is written as a character reference.
//! - Nothing is added to what the journal holds, which is free of secrets; so are all of these.

mod evidence;
mod graph;
mod lines;
mod moment;
mod next;
mod past;
mod row;
mod stream;
mod summary;

pub use evidence::{Chain, evidence};
pub use graph::{Edge, Graph, Kind, Lane, Node, Relation, Standing};
pub use lines::{lines, sign_of};
pub use moment::{day, iso, time_of_day};
pub use next::{next, next_after};
pub use past::{Item, Past, PastCall, Sending, What};
pub use row::{Row, State};
pub use stream::stream;
pub use summary::{Ending, Summary, Tally, Thing};
