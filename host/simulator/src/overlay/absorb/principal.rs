//! Users and roles, and what hangs on them.

use host_model::Timestamp;
use serde_json::Value as Json;

use super::{Page, date, flag, required, tags, text};
use crate::state::{
    AccessKey, Account, Attachment, Attachments, Collection, Facet, InventedSecret, LoginProfile,
    PolicyType, Role, Tags, User,
};

impl Page<'_> {
    /// Whether the reply was about users or roles.
    pub(super) fn principal(&mut self) -> bool {
        let name = self.named();
        match (self.read.product.key.as_str(), self.read.action.name.as_str()) {
            (_, "GetUser") => self.user(&name),
            (_, "ListUsers") => self.users(),
            (_, "GetRole") => self.role(&name),
            (_, "ListRoles") => self.roles(),
            (_, "ListPoliciesForUser") => self.held_by_user(&name),
            (_, "ListPoliciesForRole") => self.held_by_role(),
            (_, "ListAccessKeys") => self.keys(&name),
            (_, "GetLoginProfile") => self.login(&name),
            (_, "GetUserMFAInfo") => self.mfa(&name),
            _ => return false,
        }
        true
    }

    /// The user that the call names: RAM by its name, IMS by its principal name.
    fn named(&self) -> String {
        let principal = self.text("UserPrincipalName");
        let name = principal.split_once('@').map(|(name, _)| name);
        name.unwrap_or_else(|| self.text("UserName")).to_owned()
    }

    fn user(&mut self, name: &str) {
        match self.outcome {
            Ok(body) => {
                let Some(body) = body.get("User") else { return };
                learn_user(self.account, body);
            }
            Err(_) if self.is_absent() && !name.is_empty() => {
                self.account.users.remove(name);
            }
            Err(_) => {}
        }
    }

    fn users(&mut self) {
        let (items, whole) = self.items("/Users/User");
        for item in &items {
            learn_user(self.account, item);
        }
        if whole && self.outcome.is_ok() {
            self.account.users.complete();
        }
    }

    fn role(&mut self, _: &str) {
        let name = self.text("RoleName").to_owned();
        match self.outcome {
            Ok(body) => {
                let Some(body) = body.get("Role") else { return };
                learn_role(self.account, body);
            }
            Err(_) if self.is_absent() => {
                self.account.roles.remove(&name);
            }
            Err(_) => {}
        }
    }

    fn roles(&mut self) {
        let (items, whole) = self.items("/Roles/Role");
        for item in &items {
            learn_role(self.account, item);
        }
        if whole && self.outcome.is_ok() && self.read.parameters.tags("Tag").is_empty() {
            self.account.roles.complete();
        }
    }

    fn held_by_user(&mut self, name: &str) {
        let (items, whole) = self.items("/Policies/Policy");
        if self.outcome.is_ok()
            && let Some(user) = user_stub(self.account, name)
        {
            learn_held(&mut user.policies, &items, whole);
        }
    }

    fn held_by_role(&mut self) {
        let name = self.text("RoleName").to_owned();
        let (items, whole) = self.items("/Policies/Policy");
        if self.outcome.is_ok()
            && let Some(role) = role_stub(self.account, &name)
        {
            learn_held(&mut role.policies, &items, whole);
        }
    }

    fn keys(&mut self, name: &str) {
        let (items, _) = self.items("/AccessKeys/AccessKey");
        if self.outcome.is_err() || name.is_empty() {
            return;
        }
        let mut keys = Collection::default();
        for item in &items {
            let key = AccessKey {
                id: required(item, "AccessKeyId"),
                secret: InventedSecret::new(""),
                active: required(item, "Status") == "Active",
                created: date(item, "CreateDate"),
                usable_from: Timestamp::default(),
                last_used: None,
            };
            keys.insert(&key.id.clone(), key);
        }
        if let Some(user) = user_stub(self.account, name) {
            user.keys = keys;
        }
    }

    fn login(&mut self, name: &str) {
        let login = match self.outcome {
            Ok(body) => {
                let Some(body) = body.get("LoginProfile") else { return };
                let status = text(body, "Status").unwrap_or_else(|| "Active".to_owned());
                Facet::Known(LoginProfile {
                    mfa_bind_required: flag(body, "MFABindRequired").unwrap_or(false),
                    password_reset_required: flag(body, "PasswordResetRequired").unwrap_or(false),
                    status,
                    password_set: true,
                    created: date(body, "CreateDate"),
                    updated: date(body, "UpdateDate"),
                })
            }
            Err(code) if code.ends_with("LoginProfile") => Facet::Absent,
            Err(_) => return,
        };
        if let Some(user) = user_stub(self.account, name) {
            user.login = login;
        }
    }

    fn mfa(&mut self, name: &str) {
        let mfa = match self.outcome {
            Ok(body) => {
                let serial = body.pointer("/MFADevice/SerialNumber").and_then(Json::as_str);
                serial.filter(|it| !it.is_empty()).map(str::to_owned).into()
            }
            Err(code) if code.ends_with("MFADevice") => Facet::Absent,
            Err(_) => return,
        };
        if let Some(user) = user_stub(self.account, name) {
            user.mfa = mfa;
        }
    }
}

/// The user that something hangs on, of whom only the name may be known. What hangs on somebody who is not there, or
/// is supposed not to be, makes nobody.
pub(super) fn user_stub<'a>(account: &'a mut Account, name: &str) -> Option<&'a mut User> {
    (!account.users.get(name).is_absent()).then(|| user_of(account, name))
}

/// A user of whom only the name is known.
fn user_of<'a>(account: &'a mut Account, name: &str) -> &'a mut User {
    if !matches!(account.users.get(name), Facet::Known(_)) {
        let user = User {
            login: Facet::Unknown,
            mfa: Facet::Unknown,
            keys: Collection::unknown(),
            policies: unknown_attachments(),
            ..User::new(name, String::new(), Timestamp::default())
        };
        account.users.insert(name, user);
    }
    match account.users.get_mut(name) {
        Facet::Known(user) => user,
        Facet::Absent | Facet::Unknown => unreachable!("it was inserted"),
    }
}

/// The role that something hangs on, as with users.
pub(super) fn role_stub<'a>(account: &'a mut Account, name: &str) -> Option<&'a mut Role> {
    (!account.roles.get(name).is_absent()).then(|| role_of(account, name))
}

/// A role of which only the name is known.
fn role_of<'a>(account: &'a mut Account, name: &str) -> &'a mut Role {
    if !matches!(account.roles.get(name), Facet::Known(_)) {
        let role = Role {
            name: name.to_owned(),
            id: String::new(),
            description: None,
            trust: Facet::Unknown,
            max_session_seconds: 3600,
            allow_console_login: true,
            created: Timestamp::default(),
            updated: Timestamp::default(),
            visible_from: Timestamp::default(),
            policies: unknown_attachments(),
            tags: Tags::new(),
        };
        account.roles.insert(name, role);
    }
    match account.roles.get_mut(name) {
        Facet::Known(role) => role,
        Facet::Absent | Facet::Unknown => unreachable!("it was inserted"),
    }
}

const fn unknown_attachments() -> Attachments {
    Attachments { current: Collection::unknown(), lingering: Vec::new() }
}

fn learn_user(account: &mut Account, body: &Json) {
    let principal = required(body, "UserPrincipalName");
    let part = principal.split_once('@').map(|(name, _)| name.to_owned());
    let Some(name) = text(body, "UserName").or(part) else { return };
    let user = user_of(account, &name);
    user.name = name;
    user.id = required(body, "UserId");
    user.display_name = text(body, "DisplayName");
    user.comments = text(body, "Comments");
    user.email = text(body, "Email");
    user.mobile_phone = text(body, "MobilePhone");
    user.created = date(body, "CreateDate");
    user.updated = date(body, "UpdateDate");
    if body.pointer("/Tags/Tag").is_some() {
        user.tags = tags(body);
    }
}

fn learn_role(account: &mut Account, body: &Json) {
    let Some(name) = text(body, "RoleName") else { return };
    let role = role_of(account, &name);
    role.name = name;
    role.id = required(body, "RoleId");
    role.description = text(body, "Description");
    role.created = date(body, "CreateDate");
    role.updated = date(body, "UpdateDate");
    if let Some(seconds) = body.get("MaxSessionDuration").and_then(Json::as_i64) {
        role.max_session_seconds = seconds;
    }
    if let Some(allowed) = flag(body, "AllowConsoleLogin") {
        role.allow_console_login = allowed;
    }
    if let Some(trust) = text(body, "AssumeRolePolicyDocument") {
        role.trust = Facet::Known(trust);
    }
    if body.pointer("/Tags/Tag").is_some() {
        role.tags = tags(body);
    }
}

/// What counts in the whole account; what counts in a resource group is listed elsewhere, and what is
/// known of that stays.
fn learn_held(policies: &mut Attachments, items: &[Json], whole: bool) {
    let mut held = if whole { Collection::default() } else { Collection::unknown() };
    let scoped = policies.current.known().filter(|it| it.scope.is_some()).cloned();
    let found = items.iter().filter_map(|item| {
        Some(Attachment {
            policy_type: PolicyType::named(&text(item, "PolicyType")?),
            policy_name: text(item, "PolicyName")?,
            scope: None,
            attached: date(item, "AttachDate"),
            effective_from: Timestamp::default(),
        })
    });
    for attachment in scoped.chain(found).collect::<Vec<_>>() {
        held.insert(&attachment.own_key(), attachment);
    }
    policies.current = held;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of attachments names a role that nobody may read: where it is supposed not to be there, it is not
    /// planned as one that is.
    #[test]
    fn what_hangs_on_somebody_who_is_not_there_makes_nobody() {
        let id = "1234567890123456".parse().expect("an account");
        let mut account = Account::unknown(id);
        account.users.remove("gone");
        account.roles.remove("gone");
        assert!(user_stub(&mut account, "gone").is_none());
        assert!(role_stub(&mut account, "gone").is_none());
        assert!(account.users.get("gone").is_absent() && account.roles.get("gone").is_absent());
        assert!(user_stub(&mut account, "alice").is_some());
        assert!(role_stub(&mut account, "admin").is_some());
    }
}
