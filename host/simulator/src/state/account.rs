//! Accounts and what they own.

use std::collections::{BTreeMap, BTreeSet};

use host_model::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    AccessKey, Attachments, CloudError, Cluster, Collection, Facet, Instance, InventedSecret,
    Invocation, Policy, Remembered, TraceApp,
};

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// What the scenario calls it, for example `monitoring`.
    pub name: String,
    /// Its id.
    pub id: AccountId,
    /// Its alias, part of domain names.
    pub alias: Option<String>,
    /// What passwords of its users must look like.
    pub password_policy: PasswordPolicy,
    /// RAM users.
    pub users: Collection<User>,
    /// RAM user groups.
    pub groups: Collection<Group>,
    /// RAM roles.
    pub roles: Collection<Role>,
    /// Custom policies.
    pub policies: Collection<Policy>,
    /// Resource groups.
    pub resource_groups: Collection<ResourceGroup>,
    /// Applications in ARMS, by region.
    pub apps: BTreeMap<String, Collection<TraceApp>>,
    /// License keys of ARMS, by region.
    pub license_keys: BTreeMap<String, InventedSecret>,
    /// Permanent keys of the account itself.
    pub root_keys: Collection<AccessKey>,
    /// Whether ARMS is activated.
    pub arms_open: bool,
    /// Clusters of Container Service, by id.
    pub clusters: Collection<Cluster>,
    /// Instances of ECS, by id.
    pub instances: Collection<Instance>,
    /// Commands that were sent to instances, by id.
    pub invocations: BTreeMap<String, Invocation>,
    /// What was sent with a client token: the request's digest, and the invocation that it made.
    pub client_tokens: BTreeMap<String, (String, String)>,
    /// What scripts wrote before on instances that nobody has looked at, by instance: known in plans only.
    #[serde(skip)]
    pub(crate) remembered: BTreeMap<String, Vec<Remembered>>,
}

impl Account {
    /// An account that owns nothing.
    pub fn empty(name: &str, id: AccountId) -> Self {
        Self {
            name: name.to_owned(),
            id,
            alias: None,
            password_policy: PasswordPolicy::default(),
            users: Collection::default(),
            groups: Collection::default(),
            roles: Collection::default(),
            policies: Collection::default(),
            resource_groups: Collection::default(),
            apps: BTreeMap::new(),
            license_keys: BTreeMap::new(),
            root_keys: Collection::default(),
            arms_open: true,
            clusters: Collection::default(),
            instances: Collection::default(),
            invocations: BTreeMap::new(),
            client_tokens: BTreeMap::new(),
            remembered: BTreeMap::new(),
        }
    }

    /// An account of which nothing is known.
    pub(crate) fn unknown(id: AccountId) -> Self {
        Self {
            users: Collection::unknown(),
            groups: Collection::unknown(),
            roles: Collection::unknown(),
            policies: Collection::unknown(),
            resource_groups: Collection::unknown(),
            root_keys: Collection::unknown(),
            clusters: Collection::unknown(),
            instances: Collection::unknown(),
            // A purchase is foreseen, unless it is known that nothing is left to buy.
            arms_open: false,
            ..Self::empty("", id)
        }
    }

    /// Takes it that nothing is there but what is known: what nobody has looked at is absent, and ARMS is
    /// activated.
    pub(crate) fn suppose_nothing_else(&mut self) {
        self.users.complete();
        self.groups.complete();
        self.roles.complete();
        self.policies.complete();
        self.resource_groups.complete();
        self.root_keys.complete();
        self.clusters.complete();
        self.instances.complete();
        self.arms_open = true;
        for user in self.users.known_mut() {
            user.login.suppose_absent();
            user.mfa.suppose_absent();
            user.keys.complete();
            user.policies.current.complete();
        }
        for role in self.roles.known_mut() {
            role.policies.current.complete();
        }
    }

    /// The domain of its users' login names.
    pub fn domain(&self) -> String {
        format!("{}.onaliyun.com", self.domain_label())
    }

    /// The domain of its roles' principal names.
    pub fn role_domain(&self) -> String {
        format!("role.{}.onaliyunservice.com", self.domain_label())
    }

    fn domain_label(&self) -> &str {
        self.alias.as_deref().unwrap_or(self.id.as_str())
    }

    /// Whether `domain` is one of its login domains: by id, or by alias.
    pub(crate) fn owns_domain(&self, domain: &str, suffix: &str) -> bool {
        let label = domain.strip_suffix(suffix);
        label.is_some_and(|label| label == self.id.as_str() || Some(label) == self.alias.as_deref())
    }

    /// The id of the resource group that new objects belong to; empty if there is none.
    pub(crate) fn default_group(&self) -> String {
        let mut groups = self.resource_groups.known();
        groups.find(|group| group.name == "default").map(|it| it.id.clone()).unwrap_or_default()
    }

    pub(crate) fn user(&self, name: &str) -> Result<&User, CloudError> {
        let user = self.users.get(name).looked_at(|| format!("user `{name}`"))?;
        user.ok_or_else(|| CloudError::not_exist("User", name))
    }

    pub(crate) fn user_mut(&mut self, name: &str) -> Result<&mut User, CloudError> {
        let user = self.users.get_mut(name).looked_at(|| format!("user `{name}`"))?;
        user.ok_or_else(|| CloudError::not_exist("User", name))
    }

    pub(crate) fn role(&self, name: &str) -> Result<&Role, CloudError> {
        let role = self.roles.get(name).looked_at(|| format!("role `{name}`"))?;
        role.ok_or_else(|| CloudError::not_exist("Role", name))
    }

    pub(crate) fn role_mut(&mut self, name: &str) -> Result<&mut Role, CloudError> {
        let role = self.roles.get_mut(name).looked_at(|| format!("role `{name}`"))?;
        role.ok_or_else(|| CloudError::not_exist("Role", name))
    }

    pub(crate) fn policy(&self, name: &str) -> Result<&Policy, CloudError> {
        let policy = self.policies.get(name).looked_at(|| format!("policy `{name}`"))?;
        policy.ok_or_else(|| CloudError::not_exist("Policy", name))
    }

    pub(crate) fn policy_mut(&mut self, name: &str) -> Result<&mut Policy, CloudError> {
        let policy = self.policies.get_mut(name).looked_at(|| format!("policy `{name}`"))?;
        policy.ok_or_else(|| CloudError::not_exist("Policy", name))
    }
}

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// A RAM user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// What consoles show.
    pub display_name: Option<String>,
    /// Words of its maker.
    pub comments: Option<String>,
    /// Its address.
    pub email: Option<String>,
    /// Its telephone number, `<country>-<number>`.
    pub mobile_phone: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was changed last.
    pub updated: Timestamp,
    /// How it signs in to the console.
    pub login: Facet<LoginProfile>,
    /// The serial number of its multi-factor device.
    pub mfa: Facet<String>,
    /// Its permanent keys.
    pub keys: Collection<AccessKey>,
    /// Its policies.
    pub policies: Attachments,
    /// The groups that it is in, by name.
    pub groups: BTreeSet<String>,
    /// Its tags.
    pub tags: Tags,
}

impl User {
    /// A user that can do nothing.
    pub fn new(name: &str, id: String, now: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            id,
            display_name: None,
            comments: None,
            email: None,
            mobile_phone: None,
            created: now,
            updated: now,
            login: Facet::Absent,
            mfa: Facet::Absent,
            keys: Collection::default(),
            policies: Attachments::default(),
            groups: BTreeSet::new(),
            tags: Tags::new(),
        }
    }
}

/// A group of RAM users. Scenarios make them; no action in the catalog does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Words of its maker.
    pub comments: Option<String>,
    /// Its policies.
    pub policies: Attachments,
}

/// How a user signs in to the console. The password itself is not kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginProfile {
    /// Whether a multi-factor device has to be bound.
    pub mfa_bind_required: bool,
    /// Whether the password has to be changed at the next sign-in.
    pub password_reset_required: bool,
    /// `Active` or `Inactive`.
    pub status: String,
    /// Whether there is a password.
    pub password_set: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it was changed last.
    pub updated: Timestamp,
}

/// A RAM role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Words of its maker.
    pub description: Option<String>,
    /// Who may assume it: the document, as it was written.
    pub trust: Facet<String>,
    /// The longest session, in seconds.
    pub max_session_seconds: i64,
    /// Whether people may switch to it in the console.
    pub allow_console_login: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it was changed last.
    pub updated: Timestamp,
    /// From when on STS sees it.
    pub visible_from: Timestamp,
    /// Its policies.
    pub policies: Attachments,
    /// Its tags.
    pub tags: Tags,
}

/// A resource group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResourceGroup {
    /// Its id, `rg-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What consoles show.
    pub display_name: String,
    /// `Creating`, `OK` or `PendingDelete`.
    pub status: String,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// What passwords must look like.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Least length, at least 8.
    pub minimum_length: usize,
    /// Whether there must be a lower-case letter.
    pub require_lowercase: bool,
    /// Whether there must be an upper-case letter.
    pub require_uppercase: bool,
    /// Whether there must be a digit.
    pub require_numbers: bool,
    /// Whether there must be something else.
    pub require_symbols: bool,
    /// Whether a password that has run out locks its user out.
    pub hard_expiry: bool,
    /// Days that a password lasts; 0 for ever.
    pub max_age: u32,
    /// How many earlier passwords are refused.
    pub reuse_prevention: u32,
    /// How many failed attempts lock the user out.
    pub max_login_attempts: u32,
}

impl Default for PasswordPolicy {
    /// The real default's character classes are not confirmed; this is a strict guess.
    fn default() -> Self {
        Self {
            minimum_length: 8,
            require_lowercase: true,
            require_uppercase: true,
            require_numbers: true,
            require_symbols: true,
            hard_expiry: false,
            max_age: 0,
            reuse_prevention: 0,
            max_login_attempts: 5,
        }
    }
}

impl PasswordPolicy {
    /// Whether `password` satisfies it.
    pub fn accepts(&self, password: &str) -> bool {
        let length = password.chars().count();
        let has = |wanted: bool, test: fn(char) -> bool| !wanted || password.chars().any(test);
        (self.minimum_length.max(8)..=32).contains(&length)
            && has(self.require_lowercase, |character| character.is_ascii_lowercase())
            && has(self.require_uppercase, |character| character.is_ascii_uppercase())
            && has(self.require_numbers, |character| character.is_ascii_digit())
            && has(self.require_symbols, |character| !character.is_ascii_alphanumeric())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a plan has read of a user is there; nothing else is.
    #[test]
    fn what_nobody_has_looked_at_is_supposed_to_be_absent() {
        let id: AccountId = "1234567890123456".parse().expect("an account");
        let unread = || Attachments { current: Collection::unknown(), lingering: Vec::new() };
        let mut account = Account::unknown(id);
        let user = User {
            login: Facet::Unknown,
            mfa: Facet::Unknown,
            keys: Collection::unknown(),
            policies: unread(),
            ..User::new("alice", String::new(), Timestamp::default())
        };
        account.users.insert("alice", user);
        account.suppose_nothing_else();
        let user = account.user("alice").expect("she was read");
        assert!(user.login.is_absent() && user.mfa.is_absent());
        assert_eq!(user.keys.all("keys").map(|keys| keys.len()), Ok(0));
        assert_eq!(user.policies.current.all("policies").map(|held| held.len()), Ok(0));
        assert!(account.users.get("bob").is_absent());
        assert!(account.roles.get("admin").is_absent() && account.policies.get("p").is_absent());
        assert!(account.clusters.get("c").is_absent() && account.instances.get("i").is_absent());
        assert!(account.arms_open, "nothing is bought for a supposition");
    }
}
