//! Users, roles and what they hold; sessions.

use host_model::{Arn, Principal};

use super::reply::{at, before_at, items, text, user};
use super::scene::Scene;
use super::{Kind, Standing};
use crate::PastCall;

impl Scene {
    pub(super) fn identity(&mut self, call: &PastCall) {
        match call.call.action.as_str() {
            "CreateUser" => self.user_was(call, Standing::Made),
            "GetUser" => self.user_was(call, Standing::Found),
            "UpdateUser" => self.user_was(call, Standing::Changed),
            "DeleteUser" => self.user_was(call, Standing::Removed),
            "CreateRole" => self.role_was(call, Standing::Made, "AssumeRolePolicyDocument"),
            "GetRole" => self.role_was(call, Standing::Found, ""),
            "UpdateRole" => self.role_was(call, Standing::Changed, "NewAssumeRolePolicyDocument"),
            "DeleteRole" => self.role_was(call, Standing::Removed, ""),
            "CreatePolicy" => self.policy_was_made(call),
            "DeletePolicy" => self.policy_was_removed(call),
            "AttachPolicyToUser" | "AttachPolicyToRole" | "AttachPolicy" => {
                self.policy_was(call, Standing::Made);
            }
            "DetachPolicyFromUser" | "DetachPolicyFromRole" | "DetachPolicy" => {
                self.policy_was(call, Standing::Removed);
            }
            "ListPoliciesForUser" | "ListPoliciesForRole" => self.policies_are(call),
            "CreateLoginProfile" => self.login_was(call, Standing::Made),
            "GetLoginProfile" => self.login_was(call, Standing::Found),
            "UpdateLoginProfile" => self.login_was(call, Standing::Changed),
            "DeleteLoginProfile" => self.login_was(call, Standing::Removed),
            "CreateAccessKey" | "ListAccessKeys" | "UpdateAccessKey" | "DeleteAccessKey" => {
                self.key(call);
            }
            _ => {}
        }
    }

    /// The user that a call is about; the caller's own if it names none.
    pub(super) fn user_of(&mut self, call: &PastCall) -> Option<usize> {
        match user(&call.call) {
            Some(name) => Some(self.node(&call.account, Kind::User, name)),
            None => self.caller(call),
        }
    }

    /// Looking at something is no change, whatever was done to it before.
    fn was(&mut self, index: usize, standing: Standing) {
        if standing != Standing::Found {
            self.mark(index, standing);
        }
    }

    fn user_was(&mut self, call: &PastCall, standing: Standing) {
        if let Some(name) = user(&call.call) {
            let user = self.node(&call.account, Kind::User, name);
            self.was(user, standing);
        }
    }

    fn login_was(&mut self, call: &PastCall, standing: Standing) {
        if let Some(user) = self.user_of(call) {
            let login = self.inside(user, Kind::Login, "signs in with a password");
            self.was(login, standing);
        }
    }

    fn role_was(&mut self, call: &PastCall, standing: Standing, document: &str) {
        let Some(name) = text(&call.call, "RoleName") else { return };
        let role = self.node(&call.account, Kind::Role, name);
        self.was(role, standing);
        let replied = call
            .reply()
            .and_then(|reply| at(&reply.body, "/Role/AssumeRolePolicyDocument"))
            .filter(|_| standing == Standing::Found);
        if let Some(document) = text(&call.call, document).or(replied) {
            self.trust.insert(role, principals(document));
        }
    }

    fn policy_was_made(&mut self, call: &PastCall) {
        if let Some(name) = text(&call.call, "PolicyName") {
            self.policies.insert((call.account.clone(), name.to_owned()));
        }
    }

    fn policy_was_removed(&mut self, call: &PastCall) {
        if let Some(name) = text(&call.call, "PolicyName") {
            self.policies.remove(&(call.account.clone(), name.to_owned()));
            let policy = self.node(&call.account, Kind::Policy, name);
            self.mark(policy, Standing::Removed);
        }
    }

    /// The user or role whose policies a call is about.
    fn holder(&mut self, call: &PastCall) -> Option<usize> {
        if let Some(role) = text(&call.call, "RoleName") {
            return Some(self.node(&call.account, Kind::Role, role));
        }
        if let Some(principal) = text(&call.call, "PrincipalName") {
            let is_role = text(&call.call, "PrincipalType").is_some_and(|it| it == "ServiceRole");
            let kind = if is_role { Kind::Role } else { Kind::User };
            return Some(self.node(&call.account, kind, before_at(principal)));
        }
        self.user_of(call)
    }

    fn policy_was(&mut self, call: &PastCall, standing: Standing) {
        let Some(name) = text(&call.call, "PolicyName") else { return };
        let Some(holder) = self.holder(call) else { return };
        let policy = self.inside(holder, Kind::Policy, name);
        self.mark(policy, standing);
        if let Some(group) = text(&call.call, "ResourceGroupId") {
            self.about(policy, group);
        }
    }

    fn policies_are(&mut self, call: &PastCall) {
        let Some(holder) = self.holder(call) else { return };
        let Some(reply) = call.reply() else { return };
        for item in items(&reply.body, "/Policies/Policy") {
            if let Some(name) = at(item, "/PolicyName") {
                self.inside(holder, Kind::Policy, name);
            }
        }
    }

    pub(super) fn session(&mut self, call: &PastCall) {
        if call.call.action != "AssumeRole" {
            return;
        }
        let arn: Option<Arn> = text(&call.call, "RoleArn").and_then(|arn| arn.parse().ok());
        let Some(arn) = arn else { return };
        let Principal::Role(name) = arn.principal() else { return };
        let role = self.node(arn.account().as_str(), Kind::Role, name);
        if let Some(caller) = self.caller(call) {
            self.assumed.insert((caller, role));
        }
        if let Some(facts) = call.reply().and_then(|reply| reply.identity.as_ref()) {
            self.sessions.insert(facts.identity.0.clone(), role);
        }
    }

    /// The user or role that calls.
    pub(super) fn caller(&mut self, call: &PastCall) -> Option<usize> {
        let identity = &call.call.identity.0;
        if let Some(role) = self.sessions.get(identity) {
            return Some(*role);
        }
        if let Some(holder) = identity.rsplit_once("/key/").and_then(|(_, id)| self.holder_of(id)) {
            return Some(holder);
        }
        let arn: Arn = call.arn.as_deref()?.parse().ok()?;
        match arn.principal() {
            Principal::User(name) => Some(self.node(arn.account().as_str(), Kind::User, name)),
            Principal::Role(name) | Principal::Session(name, _) => {
                Some(self.node(arn.account().as_str(), Kind::Role, name))
            }
            Principal::Root => Some(self.node(arn.account().as_str(), Kind::Account, "")),
        }
    }
}

/// Whom a trust document names, as it writes them. A document that cannot be read names nobody.
fn principals(document: &str) -> Vec<String> {
    let Ok(document) = host_ram::Document::parse_as(host_ram::Kind::Trust, document) else {
        return Vec::new();
    };
    let allowing = document.statements().iter().filter(|it| it.effect() == host_ram::Effect::Allow);
    let trusted = allowing.filter_map(host_ram::Statement::principal);
    let mut names: Vec<String> =
        trusted.flat_map(|it| it.named().map(|(_, name)| name.to_owned())).collect();
    names.sort();
    names.dedup();
    names
}
