//! A scenario made into a state, and what cannot be refused.

use std::collections::BTreeSet;

use host_model::Timestamp;

use super::{AccountData, Activation, AppData, KeyData, RoleData, Scenario, UserData};
use crate::permission;
use crate::state::{
    AccessKey, Account, Attachment, Attachments, Collection, Facet, Group, LoginProfile, Mint,
    PolicyType, ResourceGroup, Role, State, TraceApp, User, advance, new_policy,
};

/// Something that cannot be.
pub(super) struct Contradiction {
    /// The value that is wrong, to find its line.
    pub(super) value: String,
    /// Why.
    pub(super) reason: String,
}

fn contradiction(value: &str, reason: impl Into<String>) -> Contradiction {
    Contradiction { value: value.to_owned(), reason: reason.into() }
}

/// The operator's name in every account.
pub const OPERATOR: &str = "operator";

pub(super) fn state(scenario: &Scenario) -> Result<State, Contradiction> {
    let mut state = State {
        mint: Mint::new(scenario.seed),
        quotas: scenario.quotas.clone(),
        consistency: scenario.consistency.clone(),
        regions_without_arms: scenario.regions_without_arms.clone(),
        ..State::default()
    };
    let mut builder =
        Builder { start: scenario.start, mint: &mut state.mint, keys: BTreeSet::new() };
    for (name, data) in &scenario.accounts {
        let account = builder.account(name, data)?;
        if state.accounts.insert(data.id.clone(), account).is_some() {
            let id = data.id.as_str();
            return Err(contradiction(id, format!("two accounts have the id `{id}`")));
        }
    }
    for rule in &scenario.fault {
        rule.check().map_err(|reason| contradiction(&rule.on, reason))?;
    }
    // What reports from the start is listed from the start.
    advance(&mut state, scenario.start);
    Ok(state)
}

struct Builder<'a> {
    start: Timestamp,
    mint: &'a mut Mint,
    keys: BTreeSet<String>,
}

impl Builder<'_> {
    fn account(&mut self, name: &str, data: &AccountData) -> Result<Account, Contradiction> {
        let mut account = Account::empty(name, data.id.clone());
        account.alias.clone_from(&data.alias);
        account.password_policy = data.password_policy.clone();
        account.license_keys = data.license_keys.clone();
        for group in &data.resource_groups {
            let group = ResourceGroup {
                id: group.id.clone(),
                name: group.name.clone(),
                display_name: group.display_name.clone().unwrap_or_else(|| group.name.clone()),
                status: "OK".to_owned(),
                created: self.start,
                tags: group.tags.clone(),
            };
            account.resource_groups.insert(&group.id.clone(), group);
        }
        for policy in &data.policies {
            permission::check_permission_document(&policy.document)
                .map_err(|error| contradiction(&policy.name, error.message))?;
            let mut made = new_policy(&policy.name, &policy.document, self.start);
            made.description.clone_from(&policy.description);
            made.tags = policy.tags.clone();
            account.policies.insert(&policy.name, made);
        }
        for group in &data.groups {
            let policies = self.attachments(&account, &group.policies)?;
            let (name, comments) = (group.name.clone(), group.comments.clone());
            account.groups.insert(&group.name, Group { name, comments, policies });
        }
        self.users(&mut account, data)?;
        for role in &data.roles {
            let made = self.role(&account, role)?;
            account.roles.insert(&role.name, made);
        }
        for app in &data.apps {
            let apps = account.apps.entry(app.region.clone()).or_default();
            apps.insert(&app.pid, trace_app(app, self.start));
        }
        account.root_keys = self.access_keys(&data.root_keys)?;
        account.arms_open = data.arms == Activation::Open;
        self.things(&mut account, data)?;
        Ok(account)
    }

    /// Clusters and instances.
    fn things(&mut self, account: &mut Account, data: &AccountData) -> Result<(), Contradiction> {
        let twice =
            |id: &str, what: &str| contradiction(id, format!("two {what} have the id `{id}`"));
        for cluster in &data.clusters {
            if !account.clusters.get(&cluster.id).is_absent() {
                return Err(twice(&cluster.id, "clusters"));
            }
            let made = cluster.build(self.start, self.mint);
            account.clusters.insert(&cluster.id, made);
        }
        for instance in &data.instances {
            if !account.instances.get(&instance.id).is_absent() {
                return Err(twice(&instance.id, "instances"));
            }
            account.instances.insert(&instance.id, instance.build(self.start));
        }
        Ok(())
    }

    fn users(&mut self, account: &mut Account, data: &AccountData) -> Result<(), Contradiction> {
        let key = KeyData {
            id: data.operator.access_key_id.clone(),
            secret: data.operator.access_key_secret.clone(),
            active: true,
        };
        let mut operator = User::new(OPERATOR, self.mint.user_id(), self.start);
        operator.keys = self.access_keys(&[key])?;
        operator.policies = self.attachments(account, &["AdministratorAccess".to_owned()])?;
        account.users.insert(OPERATOR, operator);
        for user in &data.users {
            if matches!(account.users.get(&user.name), Facet::Known(_)) {
                let reason = format!("there are two users named `{}`", user.name);
                return Err(contradiction(&user.name, reason));
            }
            let made = self.user(account, user)?;
            account.users.insert(&user.name, made);
        }
        Ok(())
    }

    fn user(&mut self, account: &Account, data: &UserData) -> Result<User, Contradiction> {
        if let Some(group) = data.groups.iter().find(|group| account.groups.get(group).is_absent())
        {
            return Err(contradiction(group, format!("there is no group `{group}`")));
        }
        let mut user = User::new(&data.name, self.mint.user_id(), self.start);
        user.display_name.clone_from(&data.display_name);
        user.comments.clone_from(&data.comments);
        user.login = Facet::from(data.login.as_ref().map(|login| LoginProfile {
            mfa_bind_required: login.mfa_bind_required,
            password_reset_required: login.password_reset_required,
            status: "Active".to_owned(),
            password_set: true,
            created: self.start,
            updated: self.start,
        }));
        user.mfa = Facet::from(data.mfa.clone());
        user.keys = self.access_keys(&data.keys)?;
        user.policies = self.attachments(account, &data.policies)?;
        user.groups.clone_from(&data.groups);
        user.tags = data.tags.clone();
        Ok(user)
    }

    fn role(&mut self, account: &Account, data: &RoleData) -> Result<Role, Contradiction> {
        permission::check_trust_document(&data.trust)
            .map_err(|error| contradiction(&data.name, error.message))?;
        Ok(Role {
            name: data.name.clone(),
            id: self.mint.role_id(),
            description: data.description.clone(),
            trust: Facet::Known(data.trust.clone()),
            max_session_seconds: i64::from(data.max_session_seconds),
            allow_console_login: true,
            created: self.start,
            updated: self.start,
            visible_from: self.start,
            policies: self.attachments(account, &data.policies)?,
            tags: data.tags.clone(),
        })
    }

    fn access_keys(&mut self, data: &[KeyData]) -> Result<Collection<AccessKey>, Contradiction> {
        let mut keys = Collection::default();
        for key in data {
            if !self.keys.insert(key.id.clone()) {
                let reason = format!("the AccessKey `{}` stands there twice", key.id);
                return Err(contradiction(&key.id, reason));
            }
            let made = AccessKey {
                id: key.id.clone(),
                secret: key.secret.clone(),
                active: key.active,
                created: self.start,
                usable_from: self.start,
                last_used: None,
            };
            keys.insert(&key.id, made);
        }
        Ok(keys)
    }

    /// Policies as `name` or `name@resource-group`.
    fn attachments(
        &self,
        account: &Account,
        names: &[String],
    ) -> Result<Attachments, Contradiction> {
        let mut attachments = Attachments::default();
        for text in names {
            let (name, scope) = match text.split_once('@') {
                Some((name, group)) => (name, Some(group)),
                None => (text.as_str(), None),
            };
            if let Some(group) = scope
                && account.resource_groups.get(group).is_absent()
            {
                return Err(contradiction(text, format!("there is no resource group `{group}`")));
            }
            let (policy_type, policy_name) = match permission::system_policy(name) {
                Some(policy) => (PolicyType::System, policy.name.clone()),
                None if account.policies.get(name).is_absent() => {
                    return Err(contradiction(text, format!("there is no policy `{name}`")));
                }
                None => (PolicyType::Custom, name.to_owned()),
            };
            attachments.attach(Attachment {
                policy_type,
                policy_name,
                scope: scope.map(str::to_owned),
                attached: self.start,
                effective_from: self.start,
            });
        }
        Ok(attachments)
    }
}

fn trace_app(data: &AppData, start: Timestamp) -> TraceApp {
    TraceApp {
        name: data.name.clone(),
        pid: data.pid.clone(),
        app_id: data.app_id,
        app_type: data.app_type.clone(),
        language: data.language.clone(),
        source: data.source.clone(),
        resource_group: data.resource_group.clone(),
        cluster_id: data.cluster_id.clone(),
        namespace: data.namespace.clone(),
        workload_name: None,
        workload_kind: None,
        tags: data.tags.clone(),
        created: start,
        updated: start,
    }
}
