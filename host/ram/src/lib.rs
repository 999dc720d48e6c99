//! Trust and permission policy documents: parse, compare by meaning, evaluate, explain.
//!
//! ```text
//! text ──▶ Document ──┬─▶ means_same, difference, merge_trust    what changed, what is missing
//!                     ├─▶ added, without                       what a change added, and the rest
//!                     ├─▶ evaluate, evaluate_trust ──▶ Verdict   may this be done, and why
//!                     ├─▶ risks ──▶ [Risk]                       what does it give away
//!                     └─▶ to_json                                the same bytes every time
//! ```
//!
//! What must hold:
//!
//! * **Nothing is dropped.** A member, a kind of principal or an operator that is not understood
//!   is kept, comes out again, and makes its statement *opaque*. A member that stands twice, or
//!   that differs from a known one in case only, is refused: two readers could disagree.
//! * **Doubt never opens a door.** Where the language of the cloud is not confirmed, an Allow does
//!   not apply, a Deny does, and a risk counts in full.
//! * **Meaning, not spelling.** Risks are found by trying patterns, so that `r?m:*`, `NotAction`
//!   and rights that are spread over several statements are what they are.
//! * **Bounded.** Documents have limits; no pattern takes more than `pattern × text` steps.
//!
//! What is compared how: names of elements, effects and operators exactly; actions without case;
//! resources of RAM and names of roles without case; other resources and names of users exactly,
//! and a difference in nothing but case leaves doubt; condition keys likewise; values of
//! conditions as their operator says. `NotAction`, `NotResource` and `NotPrincipal` do not occur
//! in the reference of 2021; they are taken at their word, and reported as a risk.
//!
//! ```
//! use host_ram::{Document, Kind, Request, evaluate};
//!
//! let policy = r#"{"Version": "1", "Statement": {"Effect": "Allow",
//!     "Action": "arms:Get*", "Resource": "*"}}"#;
//! let document = Document::parse_as(Kind::Permission, policy)?;
//! let mut request = Request { action: "arms:GetTraceApp".into(), ..Request::default() };
//! assert!(evaluate(&request, &[("read-arms", &document)], None).is_allowed());
//!
//! request.action = "arms:DeleteTraceApp".into();
//! let verdict = evaluate(&request, &[("read-arms", &document)], None);
//! assert_eq!(verdict.why, ["no policy of the identity allows it"]);
//! # Ok::<(), host_ram::RamError>(())
//! ```

mod compare;
mod compose;
mod condition;
mod decimal;
mod describe;
mod document;
mod error;
mod evaluate;
mod glob;
mod holds;
mod instant;
mod json;
mod merge;
mod network;
mod read;
mod risk;
mod statement;
mod subtract;
mod system;
mod trust;
mod verdict;
mod write;

pub use compare::{Change, Direction, difference};
pub use compose::{assume_role_document, trust_document};
pub use condition::Context;
pub use document::{DOCUMENT_LIMIT, Document, Kind, PERMISSION_LIMIT, SESSION_LIMIT, TRUST_LIMIT};
pub use error::RamError;
pub use evaluate::{Request, SESSION, evaluate};
pub use merge::merge_trust;
pub use risk::{Risk, RiskClass, Scene, risks};
pub use statement::{Clause, Effect, PrincipalKind, Principals, Statement};
pub use subtract::{added, without};
pub use system::{SystemPolicy, system_policies, system_policy};
pub use trust::{ASSUME_ROLE, TRUST, evaluate_trust};
pub use verdict::{Decider, Outcome, Verdict, WHY_LIMIT};
