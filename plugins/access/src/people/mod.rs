//! The choice of how people get at the data: one parameter, `management`, of several workflows.
//!
//! ```text
//! let mut people = people::look(&input.management, &setting, &mut ledger)?;  // in preflight
//! people.venture(&mut ledger)?;                  // before every other write of the workflow
//! …                                              // the workflow's own work
//! let report = people.settle(&mut ledger)?.prove(&mut ledger)?;
//! ```

mod dedicated;
mod existing;
mod management;

use host_workflow_sdk::Error;
use serde::Serialize;

use crate::ledger::Ledger;
use crate::role;

pub use dedicated::DedicatedUser;
pub use existing::ExistingUser;
pub use management::{Management, User, Way};

/// What the workflow knows and the parameter does not say.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Where ARMS is asked for applications, to show that the access works.
    pub region: &'a str,
    /// The user whose AccessKey reports the data, if there is one: it is the `existing-user` unless
    /// another is named, and never the `dedicated-user`.
    pub reporting_user: Option<&'a str>,
}

/// What was found, and what there is to do; nothing is changed yet.
#[derive(Debug)]
pub struct Plan<'a>(Found<'a>);

/// The access as it is now; nothing is shown yet.
#[derive(Debug)]
pub struct Settled<'a>(Done<'a>);

#[derive(Debug)]
enum Found<'a> {
    Existing(existing::Looked),
    Dedicated(Box<dedicated::Plan<'a>>),
    Role(Box<role::Plan<'a>>),
}

#[derive(Debug)]
enum Done<'a> {
    Existing(existing::Looked),
    Dedicated(Box<dedicated::Settled<'a>>),
    Role(Box<role::Settled<'a>>),
}

/// How people get at the data now: a part of the workflow's report, with the way in `way`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "way")]
pub enum Report {
    /// A user who was there before.
    ExistingUser(ExistingUser),
    /// A user for nothing else.
    DedicatedUser(Box<DedicatedUser>),
    /// A role, for people of the source account.
    Role(Box<role::Report>),
}

/// Looks at all that the chosen way is about, in the caller's step; writes nothing.
///
/// # Errors
///
/// What is in the way: parameters that do not go with it, users who are not there or may not read,
/// objects of others, quotas.
pub fn look<'a>(
    management: &'a Management,
    setting: &Setting<'a>,
    ledger: &mut Ledger,
) -> Result<Plan<'a>, Error> {
    management.check(setting)?;
    let found = match management.way {
        Way::ExistingUser => Found::Existing(existing::look(management, setting)?),
        Way::DedicatedUser => {
            Found::Dedicated(Box::new(dedicated::look(management.user()?, setting, ledger)?))
        }
        Way::Role => {
            Found::Role(Box::new(role::look_in(setting.region, management.role(), ledger)?))
        }
    };
    Ok(Plan(found))
}

impl<'a> Plan<'a> {
    /// The writes that the host may refuse for what they say: before every other write of a run.
    ///
    /// # Errors
    ///
    /// The host's refusal, with what the operator can allow.
    pub fn venture(&mut self, ledger: &mut Ledger) -> Result<(), Error> {
        match &mut self.0 {
            Found::Existing(_) => Ok(()),
            Found::Dedicated(plan) => plan.venture(ledger),
            Found::Role(plan) => plan.venture(ledger),
        }
    }

    /// Makes everything so.
    ///
    /// # Errors
    ///
    /// The first refusal or failure; what was done until then is in the ledger.
    pub fn settle(self, ledger: &mut Ledger) -> Result<Settled<'a>, Error> {
        let done = match self.0 {
            Found::Existing(looked) => Done::Existing(looked),
            Found::Dedicated(plan) => Done::Dedicated(Box::new(plan.settle(ledger)?)),
            Found::Role(plan) => Done::Role(Box::new(plan.settle(ledger)?)),
        };
        Ok(Settled(done))
    }
}

impl Settled<'_> {
    /// Shows that it works, in steps that the manifest names as proofs, and writes down how to use
    /// it.
    ///
    /// # Errors
    ///
    /// A call that failed for another reason than a refusal.
    pub fn prove(self, ledger: &mut Ledger) -> Result<Report, Error> {
        Ok(match self.0 {
            Done::Existing(looked) => Report::ExistingUser(looked.prove()),
            Done::Dedicated(settled) => Report::DedicatedUser(Box::new(settled.prove()?)),
            Done::Role(settled) => Report::Role(Box::new(settled.prove(ledger)?)),
        })
    }
}
