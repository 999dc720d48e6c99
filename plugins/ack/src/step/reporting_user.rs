//! The RAM user of the monitoring account that the clusters report as.

use host_reporting::Ledger;
use host_workflow_sdk::ownership::{self, Claim};
use host_workflow_sdk::{Account, Error, Tolerant, progress, ram};

/// What is there of the user.
#[derive(Debug)]
pub(crate) struct FoundUser {
    pub(crate) name: String,
    is_there: bool,
    /// Whether an earlier run made it, or this one will.
    pub(crate) is_ours: bool,
}

impl FoundUser {
    pub(crate) const fn is_there(&self) -> bool {
        self.is_there
    }
}

/// Looks at the user; one of others needs the operator's word.
pub(crate) fn find(monitoring: &Account, name: &str) -> Result<FoundUser, Error> {
    let user = ram::get_user(monitoring, name).or_absent()?;
    let claim = user.as_ref().map(|user| claim(monitoring, user)).transpose()?;
    Ok(FoundUser {
        name: user.as_ref().map_or_else(|| name.to_owned(), |user| user.user_name.clone()),
        is_there: user.is_some(),
        is_ours: claim != Some(Claim::Adopted),
    })
}

/// Nobody can mark a user later, so its AccessKey needs the operator's word for that very user too.
fn claim(monitoring: &Account, user: &ram::User) -> Result<Claim, Error> {
    let name = &user.user_name;
    let hint = format!(
        "give another name in `reporting-user`; or, to have an AccessKey made for this user, run with \
         `--adopt --allow user={name}`"
    );
    ownership::claim_user(monitoring, user, &hint)
}

/// Makes it, unless it is there.
pub(crate) fn settle(
    monitoring: &Account,
    found: &FoundUser,
    source: &str,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    progress::step("reporting-user", "the reporting user is there");
    let object = format!("user `{}` of account `{}`", found.name, monitoring.id());
    if found.is_there {
        ledger.unchanged(object);
        return Ok(());
    }
    let options = ram::CreateUserOptions {
        display_name: Some(format!("ARMS reporter of {source}")),
        ..Default::default()
    };
    ram::create_user(monitoring, &found.name, &options)?;
    ledger.created(object);
    Ok(())
}
