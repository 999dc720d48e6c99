//! People of the source account work in the monitoring account's ARMS, with no key of it.
//!
//! ```text
//! monitoring account (A)                       source account (B)
//!   role ── trusts ───────────────────────────▶ user
//!    └── AliyunARMSFullAccess, …ReadOnlyAccess    └── may assume exactly this role
//! ```
//!
//! The steps are those of the guide, in the order in which they depend on each other: a trust
//! policy names users, so the users are there first. Every step finds, compares, and then adopts,
//! creates or leaves alone; a second run changes nothing and says so. What must hold:
//!
//! - All that can stop the run is looked at before anything is changed (`step::preflight`).
//! - What the host may refuse by what it says, a policy of the operator's, is the first write: a
//!   refusal leaves nothing half done.
//! - Objects of others are left as they are, statements of others in the role's trust too. What an
//!   earlier run of this workflow gave its own role, and is no longer wanted, is taken back.
//! - What the run claims at its end is shown by calls, or by reading the documents that decide;
//!   the report says which.

mod attachment;
mod diagnosis;
mod documents;
mod evidence;
mod external_id;
mod ledger;
mod names;
mod ownership;
mod parameters;
mod parties;
mod policy;
mod quota;
mod report;
mod step;

use host_workflow_sdk::{Error, Workflow, export};

use ledger::Ledger;
use parameters::Parameters;
use report::Report;

/// The workflow.
#[derive(Debug)]
pub struct Delegate;

impl Workflow for Delegate {
    type Input = Parameters;
    type Output = Report;

    fn run(input: Parameters) -> Result<Report, Error> {
        let mut ledger = Ledger::default();
        let parties = step::preflight::meet(&input)?;
        let found = step::preflight::look(&input, &parties, &mut ledger)?;

        step::access::settle_policies(&parties, &found.access, &mut ledger)?;
        let people = step::users::settle(&input, &parties, found.users, &mut ledger)?;
        let role = step::role::settle(&input, &parties, found.role, &mut ledger)?;
        step::access::settle(&parties, &role, &found.access, &mut ledger)?;
        step::permission::settle(&input, &parties, &role, &found.permission, &mut ledger)?;

        let is_narrower = found.access.takes_away();
        let proofs = step::proof::show(&input, &parties, &role, &people, is_narrower, &mut ledger)?;
        ledger.close();
        report::write(&input, &parties, &role, &people, proofs, ledger)
    }
}

export!(Delegate);
