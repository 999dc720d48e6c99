//! Decides, purely, whether a call may leave: a permit or a denial.
//!
//! ```text
//! Call ─▶ needs ─▶ (the runner reads documents and marks) ─▶ Subject ─┬─▶ judge ─▶ Permit │ Denial
//!                                     Scene (declared, bound, allowed) ┴─▶ risks ─▶ lines for a person
//! ```
//!
//! The workflow is assumed hostile, and so is every text of the cloud. One file holds one rule,
//! and [`judge`] asks them all, in this order:
//!
//! | file | what it refuses | rules |
//! |---|---|---|
//! | `entry` | what is not catalogued, not declared, or not the workflow's to give | 1, 3 |
//! | `reach` | callers and roles of accounts that the operator did not bind | 4 |
//! | `grant` | what the operator's policy file does not grant, if there is one | 16 to 18 |
//! | `sink` | secrets anywhere but where they belong | 7 |
//! | `addon` | add-ons and settings through which a cluster's data could go elsewhere, and values that were read masked | 7, 11 |
//! | `command` | scripts that the component does not declare, or that run differently | 18 |
//! | `trust` | trust in anybody outside | 5 |
//! | `permission` | policies that amount to administration | 5 |
//! | `user` | credentials for users that are not ours | 6 |
//! | `mark` | forging the mark by which a user is ours | 6 |
//! | `consent` | what nobody agreed to | 16 to 18 |
//!
//! What of all this a session of a role may do at most goes along to the cloud (`session`).
//!
//! What takes a run back is judged by a rule of its own (`undo`): it follows from the journal, and from
//! nothing else.
//!
//! # Invariants
//!
//! - **Deny by default.** What is unknown, unread, unnamed or ambiguous is refused.
//! - **More allowances never refuse, fewer never permit.** No rule is switched on by an allowance; a policy
//!   file switches one on, and each of its rules can only permit more.
//! - **The catalog decides.** Effect, risk and types come from the product's data, never from the
//!   call or from how it was asked.
//! - **A value is read as it is sent.** Text that comes as JSON is the same text (`given`).
//! - **A grant is what the operator would type**, and is offered only if it can be copied into a
//!   shell, or into the policy file, without meaning anything else.
//!
//! A [`Permit`] is proof that all of this was done. Nobody else can make one:
//!
//! ```compile_fail,E0624
//! let permit = host_policy::Permit::new("ram", "CreateRole", host_model::Effect::Create);
//! ```
//!
//! ```compile_fail,E0451
//! let permit = host_policy::Permit {
//!     product: "ram".to_owned(),
//!     action: "CreateRole".to_owned(),
//!     effect: host_model::Effect::Create,
//! };
//! ```
//!
//! nor use one twice:
//!
//! ```compile_fail,E0382
//! fn send(permit: host_policy::Permit) {}
//! let permit = host_policy::Permit::for_host(host_policy::HostPurpose::Identify);
//! send(permit);
//! send(permit);
//! ```
//!
//! Leave to remove a key that nobody has comes from the leave to make it, and from nothing else:
//!
//! ```compile_fail,E0451
//! let host = || host_policy::Permit::for_host(host_policy::HostPurpose::Identify);
//! let repair = host_policy::Repair { disable: host(), delete: host() };
//! ```
//!
//! ```compile_fail,E0382
//! fn remove(permit: &host_policy::Permit) {
//!     let repair = permit.repair().expect("it makes a key");
//!     let (disable, delete) = repair.into_permits();
//!     let (disable, delete) = repair.into_permits();
//! }
//! ```
//!
//! Only the few calls that the host makes for itself need no judgment:
//!
//! ```
//! let permit = host_policy::Permit::for_host(host_policy::HostPurpose::Identify);
//! assert_eq!((permit.product(), permit.action()), ("sts", "GetCallerIdentity"));
//! ```

mod addon;
mod allowance;
mod command;
mod consent;
mod denial;
mod document;
mod entry;
mod given;
mod grant;
mod judge;
mod mark;
mod need;
mod permission;
mod permit;
mod reach;
mod risk;
mod scene;
mod session;
mod sink;
mod subject;
mod trust;
mod undo;
mod user;

pub use allowance::{AllowanceUnknown, Allowances};
pub use consent::{Consent, is_high};
pub use denial::Denial;
pub use grant::{
    ActionExplained, Asking, Explained, Grants, Mode, PolicyFault, PolicyFile, RULE, Reads,
    RuleExplained, RunFacts, Standing, Unallowed,
};
pub use judge::{audit, judge};
pub use need::{Need, needs};
pub use permit::{Attempt, HostPurpose, Permit, ReadAttempt, Repair};
pub use risk::risks;
pub use scene::Scene;
pub use session::{Coarseness, GrantedSet, SessionFault, SessionPolicy, former_name};
pub use subject::{DocumentKind, Judged, Subject, UserFacts};
pub use undo::{Past, Reversal, judge_registration, judge_undo, undo_risks};
