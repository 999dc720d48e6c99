//! Policies, tags, and what belongs to the account as a whole.

use host_model::Timestamp;
use serde_json::Value as Json;

use super::{Page, date, flag, required, text};
use crate::state::{
    Account, Collection, Facet, PasswordPolicy, Policy, PolicyType, PolicyVersion, Tags,
};

impl Page<'_> {
    /// Whether the reply was about policies, tags or the account.
    pub(super) fn policy(&mut self) -> bool {
        match self.read.action.name.as_str() {
            "GetPolicy" => self.one_policy(),
            "ListPolicies" => self.policies(),
            "ListPolicyVersions" => self.versions(),
            "GetPolicyVersion" => self.version(),
            "ListTagResources" => self.tagged(),
            "GetAccountAlias" => self.alias(),
            "GetDefaultDomain" => self.domain(),
            "GetPasswordPolicy" => self.password_policy(),
            _ => return false,
        }
        true
    }

    fn is_custom(&self) -> bool {
        PolicyType::named(self.text("PolicyType")) == PolicyType::Custom
    }

    fn one_policy(&mut self) {
        let name = self.text("PolicyName").to_owned();
        if !self.is_custom() {
            return;
        }
        match self.outcome {
            Ok(body) => {
                if let Some(found) = body.get("Policy") {
                    learn_policy(self.account, found);
                }
                if let Some(version) = body.get("DefaultPolicyVersion") {
                    learn_version(policy_stub(self.account, &name), version);
                }
            }
            Err(_) if self.is_absent() => {
                self.account.policies.remove(&name);
            }
            Err(_) => {}
        }
    }

    fn policies(&mut self) {
        let (items, whole) = self.items("/Policies/Policy");
        let custom = |item: &&Json| text(item, "PolicyType").as_deref() == Some("Custom");
        items.iter().filter(custom).for_each(|item| learn_policy(self.account, item));
        let all =
            self.text("PolicyType") != "System" && self.read.parameters.tags("Tag").is_empty();
        if whole && all && self.outcome.is_ok() {
            self.account.policies.complete();
        }
    }

    fn versions(&mut self) {
        let name = self.text("PolicyName").to_owned();
        let (items, whole) = self.items("/PolicyVersions/PolicyVersion");
        if !self.is_custom() || self.outcome.is_err() {
            return;
        }
        let policy = policy_stub(self.account, &name);
        items.iter().for_each(|item| learn_version(policy, item));
        if whole {
            policy.versions.complete();
        }
    }

    fn version(&mut self) {
        let name = self.text("PolicyName").to_owned();
        let Some(found) = self.outcome.ok().and_then(|body| body.get("PolicyVersion")) else {
            return;
        };
        if self.is_custom() {
            learn_version(policy_stub(self.account, &name), found);
        }
    }

    /// Of the objects that the call names, all tags are shown.
    fn tagged(&mut self) {
        let (items, whole) = self.items("/TagResources/TagResource");
        let names = self.read.parameters.texts("ResourceNames");
        let of_role = self.text("ResourceType") == "role";
        let filtered = !self.read.parameters.tags("Tag").is_empty();
        if self.outcome.is_err() || !whole || filtered {
            return;
        }
        for name in &names {
            let own = items.iter().filter(|item| {
                text(item, "ResourceName").is_some_and(|it| it.eq_ignore_ascii_case(name))
            });
            let tags: Tags =
                own.map(|item| (required(item, "TagKey"), required(item, "TagValue"))).collect();
            if of_role {
                if let Facet::Known(role) = self.account.roles.get_mut(name) {
                    role.tags = tags;
                }
            } else if let Facet::Known(policy) = self.account.policies.get_mut(name) {
                policy.tags = tags;
            }
        }
    }

    fn alias(&mut self) {
        if let Ok(body) = self.outcome {
            self.account.alias = text(body, "AccountAlias").filter(|alias| !alias.is_empty());
        }
    }

    /// The default domain says the alias, if there is one.
    fn domain(&mut self) {
        let name = self.outcome.ok().and_then(|body| text(body, "DefaultDomainName"));
        let label = name.and_then(|name| name.strip_suffix(".onaliyun.com").map(str::to_owned));
        if let Some(label) = label {
            self.account.alias = Some(label).filter(|label| label != self.account.id.as_str());
        }
    }

    fn password_policy(&mut self) {
        let Some(body) = self.outcome.ok().and_then(|body| body.get("PasswordPolicy")) else {
            return;
        };
        let number = |name: &str| body.get(name).and_then(Json::as_u64).unwrap_or_default();
        let small = |name: &str| u32::try_from(number(name)).unwrap_or(u32::MAX);
        let wants = |name: &str| flag(body, name).unwrap_or(false);
        self.account.password_policy = PasswordPolicy {
            minimum_length: usize::try_from(number("MinimumPasswordLength")).unwrap_or(8),
            require_lowercase: wants("RequireLowercaseCharacters"),
            require_uppercase: wants("RequireUppercaseCharacters"),
            require_numbers: wants("RequireNumbers"),
            require_symbols: wants("RequireSymbols"),
            hard_expiry: wants("HardExpiry"),
            max_age: small("MaxPasswordAge"),
            reuse_prevention: small("PasswordReusePrevention"),
            max_login_attempts: small("MaxLoginAttemps"),
        };
    }
}

/// A custom policy of which only the name is known.
fn policy_stub<'a>(account: &'a mut Account, name: &str) -> &'a mut Policy {
    if !matches!(account.policies.get(name), Facet::Known(_)) {
        let policy = Policy {
            name: name.to_owned(),
            description: None,
            versions: Collection::unknown(),
            default_version: "v1".to_owned(),
            version_count: 1,
            created: Timestamp::default(),
            updated: Timestamp::default(),
            tags: Tags::new(),
        };
        account.policies.insert(name, policy);
    }
    match account.policies.get_mut(name) {
        Facet::Known(policy) => policy,
        Facet::Absent | Facet::Unknown => unreachable!("it was inserted"),
    }
}

fn learn_policy(account: &mut Account, body: &Json) {
    let Some(name) = text(body, "PolicyName") else { return };
    let policy = policy_stub(account, &name);
    policy.name = name;
    policy.description = text(body, "Description");
    policy.created = date(body, "CreateDate");
    policy.updated = date(body, "UpdateDate");
    if let Some(version) = text(body, "DefaultVersion") {
        policy.default_version = version;
    }
    if body.pointer("/Tags/Tag").is_some() {
        policy.tags = super::tags(body);
    }
}

fn learn_version(policy: &mut Policy, body: &Json) {
    let Some(id) = text(body, "VersionId") else { return };
    let number = id.trim_start_matches('v').parse().unwrap_or(1);
    policy.version_count = policy.version_count.max(number);
    if flag(body, "IsDefaultVersion") == Some(true) {
        policy.default_version.clone_from(&id);
    }
    let known = match policy.versions.get(&id) {
        Facet::Known(version) => version.document.clone(),
        Facet::Absent | Facet::Unknown => Facet::Unknown,
    };
    let document = text(body, "PolicyDocument").map_or(known, Facet::Known);
    policy
        .versions
        .insert(&id.clone(), PolicyVersion { id, document, created: date(body, "CreateDate") });
}
