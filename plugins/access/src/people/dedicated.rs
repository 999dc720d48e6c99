//! A user of the monitoring account for nothing but seeing the data.

use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::{Account, Error, arms, ims, sts};
use serde::Serialize;

use super::Setting;
use super::management::User;
use crate::attachment::Holder;
use crate::ledger::Ledger;
use crate::parameters::{Scope, SignIn, UserWish};
use crate::parties::Parties;
use crate::report::{self, Proof, Source, UserLine};
use crate::step::access::{self, AccessPlan, Grant, Origin};
use crate::step::proof::Claim;
use crate::step::sign_in::Key;
use crate::step::users::{self, FoundUser, Person};

/// The step in which the user and its policies are made.
const STEP: &str = "management-user";
/// The step and the claim that the user sees the data.
const PROOF: &str = "user-answers";

#[derive(Debug)]
pub(crate) struct Plan<'a> {
    region: &'a str,
    wish: UserWish,
    parties: Parties,
    found: FoundUser,
    access: AccessPlan,
}

#[derive(Debug)]
pub(crate) struct Settled<'a> {
    region: &'a str,
    parties: Parties,
    person: Person,
}

/// A user for nothing else, how it signs in, and what shows that it works.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DedicatedUser {
    user: UserLine,
    proofs: Vec<Proof>,
    /// In words, ready to be passed on.
    next: Vec<String>,
}

/// Looks whether the user is there, is ours, and what it has.
pub(super) fn look<'a>(
    user: &'a User,
    setting: &Setting<'a>,
    ledger: &mut Ledger,
) -> Result<Plan<'a>, Error> {
    let monitoring = Account::open_confirmed("monitoring")?;
    let people = Account::open("monitoring")?;
    let wish = user.wish();
    let needs_domain = wish.sign_in == SignIn::Console || !wish.tags.is_empty();
    let domain = if needs_domain { Some(ims::get_default_domain(&people)?) } else { None };
    let parties = Parties { monitoring, people, domain };
    let found = users::find_one(&wish, &parties)?;
    let holder =
        Holder::User { name: wish.name.clone(), principal: parties.user_principal(&wish.name) };
    let origin = Origin::of(found.user.is_some(), found.is_ours);
    let grant = Grant { access: &user.access, scope: &Scope::Account, holder, origin };
    let access = access::find(grant, &parties.monitoring, ledger)?;
    Ok(Plan { region: setting.region, wish, parties, found, access })
}

impl<'a> Plan<'a> {
    pub(super) fn venture(&mut self, ledger: &mut Ledger) -> Result<(), Error> {
        self.access.venture(&self.parties.monitoring, ledger)
    }

    pub(super) fn settle(self, ledger: &mut Ledger) -> Result<Settled<'a>, Error> {
        let Self { region, wish, parties, found, access } = self;
        progress::step(STEP, "a user of its own may see the data");
        let person = users::settle_one(&wish, found, &parties, ledger)?;
        access.settle(&parties.monitoring, ledger)?;
        Ok(Settled { region, parties, person })
    }
}

impl Settled<'_> {
    pub(super) fn prove(self) -> Result<DedicatedUser, Error> {
        let proofs = match &self.person.key {
            Some(key) => vec![self.sees_applications(key)?],
            None => Vec::new(),
        };
        let user = report::line(&self.person, &self.parties);
        let next = vec![next(&user)];
        Ok(DedicatedUser { user, proofs, next })
    }

    /// The user lists applications with its own key; the key works first, or a refusal would have
    /// two meanings.
    fn sees_applications(&self, key: &Key) -> Result<Proof, Error> {
        progress::step(PROOF, "ARMS answers the user who is to see the data");
        let name = &self.person.name;
        let caller = Account::with_access_key(&key.id, &key.secret)?;
        sts::get_caller_identity(&caller)?;
        let mut claim = Claim::new(PROOF);
        let options = arms::ListTraceAppsOptions::default();
        let region = self.region;
        match arms::list_trace_apps(&caller, region, &options) {
            Ok(apps) => {
                let count = apps.len();
                let text = format!("applications in `{region}` that user `{name}` sees: {count}");
                claim.add(Outcome::Holds, text);
            }
            Err(refusal) if refusal.is_forbidden() => {
                let code = &refusal.code;
                let text = format!(
                    "ARMS refuses user `{name}` in `{region}` with `{code}`: the policy is \
                     attached and may not be visible yet, or does not allow `arms:ListTraceApps`"
                );
                claim.add(Outcome::Pending, text);
            }
            Err(error) => return Err(error),
        }
        Ok(claim.make(Source::Call))
    }
}

fn next(user: &UserLine) -> String {
    let name = &user.name;
    let open = "open the ARMS console: Application Monitoring > Applications";
    if let Some(sign_in) = &user.sign_in {
        let (sign_in_name, place) = (&sign_in.name, &sign_in.place);
        let password = &sign_in.password;
        return format!(
            "{name}: sign in as `{sign_in_name}` at {place} (password: {password}), {open}"
        );
    }
    match (&user.access_key_id, &user.access_key_secret) {
        (Some(id), Some(secret)) => {
            format!("{name}: call ARMS with AccessKey `{id}` (secret: {secret})")
        }
        _ => format!("{name}: has no way to sign in yet; give it one, then {open}"),
    }
}
