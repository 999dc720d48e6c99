//! The two sides of the delegation.

use host_workflow_sdk::Account;

use crate::names;
use crate::parameters::Scope;

/// Who takes part, once both sides have said who they are.
#[derive(Debug)]
pub(crate) struct Parties {
    /// Runs ARMS and has the role.
    pub(crate) monitoring: Account,
    /// Has the users: the source account, or the monitoring account itself.
    pub(crate) people: Account,
    /// The domain of the users' sign-in names, if anything needs it.
    pub(crate) domain: Option<String>,
}

impl Parties {
    /// The ARN of a user on the people's side.
    pub(crate) fn user_arn(&self, user: &str) -> String {
        names::user_arn(self.people.id(), user)
    }

    /// How Resource Management calls a user.
    pub(crate) fn user_principal(&self, user: &str) -> String {
        names::user_principal(user, self.domain.as_deref(), self.people.id())
    }
}

/// For people: `in the whole account`, `in resource group …`.
pub(crate) fn place(scope: &Scope) -> String {
    match scope {
        Scope::Account => "in the whole account".to_owned(),
        Scope::Group(id) => format!("in resource group `{id}`"),
    }
}
