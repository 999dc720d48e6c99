//! What sessions of roles may do at most: the granted set of each account, which the cloud enforces.

use std::collections::{BTreeMap, BTreeSet};

use host_credential::Credential;
use host_model::{AccountId, quote_within};
use host_plan::Enforced;
use host_policy::{Allowances, GrantedSet, RunFacts};
use host_runner::record::{Entry, Numbered};
use host_runtime::Package;

use crate::failure::Failure;
use crate::output::line;

/// What keys are had for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work<'a> {
    /// A run of a workflow, or its plan.
    Run {
        /// The workflow.
        package: &'a Package,
        /// What the operator allowed, with the policy file.
        allowances: &'a Allowances,
    },
    /// Taking back what a journal says was done.
    Undo {
        /// The journal's entries of the run.
        entries: &'a [Numbered],
    },
}

impl Work<'_> {
    /// What may be sent in one of these accounts, which are by the manifest's names.
    fn granted(&self, account: &AccountId, accounts: &BTreeMap<String, AccountId>) -> GrantedSet {
        match self {
            Self::Run { package, allowances } => {
                let manifest = &package.manifest;
                // A file that only audits denies nothing; where that is no harm, `for_run` says so.
                let allowances = allowances.for_run(&RunFacts {
                    workflow: &manifest.name,
                    digest: &package.digest,
                    accounts,
                    harmless: allowances.audits(),
                });
                GrantedSet::of_run(&manifest.actions, account, &allowances)
            }
            Self::Undo { entries } => {
                let sent = |it: &Numbered| match &it.entry {
                    Entry::Intent(intent) if intent.account == account.as_str() => {
                        Some((intent.sent.product.clone(), intent.sent.action.clone()))
                    }
                    _ => None,
                };
                let made: BTreeSet<(String, String)> = entries.iter().filter_map(sent).collect();
                GrantedSet::of_undo(
                    made.iter().map(|(product, action)| (product.as_str(), action.as_str())),
                )
            }
        }
    }
}

/// A credential whose session, if the host assumes a role for it, may do what is granted in its account and no
/// more; and what goes along to say so. Of an account that is called so.
pub(crate) fn narrowed(
    name: &str,
    credential: Credential,
    work: &Work<'_>,
    accounts: &BTreeMap<String, AccountId>,
) -> Result<(Credential, Option<Enforced>), Failure> {
    let Some(request) = credential.source().request() else { return Ok((credential, None)) };
    let granted = work.granted(request.role.account(), accounts);
    let policy = granted.session_policy(request.policy.as_deref(), credential.origin())?;
    let remarks = policy.words();
    if policy.coarseness.words().is_some() {
        let name = quote_within(name, NAME_SHOWN);
        line(&format!("the session policy of account `{name}` is {}", remarks.join("; ")));
    }
    let credential = credential.narrowed(policy.text.clone());
    Ok((credential, Some(Enforced { policy: policy.text, remarks })))
}

/// The same for somebody who only asks who is behind a key. What the profile itself says is narrower than the
/// role, and stays.
pub(crate) fn to_identify(credential: Credential) -> Result<Credential, Failure> {
    let has_none = credential.source().request().is_some_and(|request| request.policy.is_none());
    if !has_none {
        return Ok(credential);
    }
    let policy = GrantedSet::of_nothing().session_policy(None, credential.origin())?;
    Ok(credential.narrowed(policy.text))
}

/// How many characters of an account's name are shown.
const NAME_SHOWN: usize = 120;
