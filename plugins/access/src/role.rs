//! A role in the monitoring account, for people of the source account.
//!
//! The steps are those of the guide, in the order in which they depend on each other: a trust
//! policy names users, so the users are there first.

use host_workflow_sdk::{Error, progress};

use crate::ledger::Ledger;
use crate::parties::Parties;
use crate::step;
use crate::step::preflight::Found;
use crate::step::role::SettledRole;
use crate::step::users::Person;

pub use crate::parameters::Parameters;
pub use crate::report::Report;

/// What was found, and what there is to do; nothing is changed yet.
#[derive(Debug)]
pub struct Plan<'a> {
    input: &'a Parameters,
    region: &'a str,
    parties: Parties,
    found: Found,
}

/// The role as it is now; nothing is shown yet.
#[derive(Debug)]
pub struct Settled<'a> {
    pub(crate) input: &'a Parameters,
    /// Where ARMS is asked for applications.
    pub(crate) region: &'a str,
    pub(crate) parties: Parties,
    pub(crate) role: SettledRole,
    pub(crate) people: Vec<Person>,
    /// Whether this run took something away from the role.
    pub(crate) is_narrower: bool,
}

/// Looks at both accounts, makes everything so, and shows that it works: a workflow of its own.
///
/// # Errors
///
/// Whatever stands against it; before the first write if it could be known then.
pub fn establish(input: &Parameters, ledger: &mut Ledger) -> Result<Report, Error> {
    progress::step("preflight", "look at both accounts before anything is changed");
    let mut plan = look(input, ledger)?;
    plan.venture(ledger)?;
    plan.settle(ledger)?.prove(ledger)
}

/// Looks at all that the role is about, in the caller's step; writes nothing.
///
/// # Errors
///
/// What is in the way: parameters that contradict each other, objects of others, quotas.
pub fn look<'a>(input: &'a Parameters, ledger: &mut Ledger) -> Result<Plan<'a>, Error> {
    look_in(&input.region, input, ledger)
}

/// The same where the region of ARMS is the caller's.
pub(crate) fn look_in<'a>(
    region: &'a str,
    input: &'a Parameters,
    ledger: &mut Ledger,
) -> Result<Plan<'a>, Error> {
    let parties = step::preflight::meet(input)?;
    let found = step::preflight::look(input, &parties, ledger)?;
    Ok(Plan { input, region, parties, found })
}

impl<'a> Plan<'a> {
    /// The writes that the host may refuse for what they say: before every other write of a run.
    ///
    /// # Errors
    ///
    /// The host's refusal, with what the operator can allow.
    pub fn venture(&mut self, ledger: &mut Ledger) -> Result<(), Error> {
        self.found.access.venture(&self.parties.monitoring, ledger)
    }

    /// Makes everything so: users, role, its access, and the permission to assume it.
    ///
    /// # Errors
    ///
    /// The first refusal or failure; what was done until then is in the ledger.
    pub fn settle(self, ledger: &mut Ledger) -> Result<Settled<'a>, Error> {
        let Self { input, region, parties, found } = self;
        let dropped = found.dropped(input);
        let people = step::users::settle(&input.users, &parties, found.users, ledger)?;
        let role = step::role::settle(input, &parties, found.role, ledger)?;
        progress::step("access", "the role may work in ARMS");
        found.access.settle(&parties.monitoring, ledger)?;
        step::permission::settle(input, &parties, &role, &found.permission, ledger)?;
        for user in dropped {
            ledger.note(format!(
                "user `{user}` is no longer asked for: what earlier runs gave it for this role is \
                 taken back; the user itself, its sign-in and its keys are left as they are"
            ));
        }
        let is_narrower = found.access.takes_away();
        Ok(Settled { input, region, parties, role, people, is_narrower })
    }
}

impl Settled<'_> {
    /// Shows that it works, and writes down how to use it.
    ///
    /// # Errors
    ///
    /// A call that failed for another reason than a refusal.
    pub fn prove(&self, ledger: &mut Ledger) -> Result<Report, Error> {
        let proofs = step::proof::show(self, ledger)?;
        crate::report::write(self, proofs)
    }
}
