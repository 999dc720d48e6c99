//! What the operator asks for; `parameters.schema.json` has the limits, which the host checks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

/// What is wanted of the role: the parameters of the workflow `delegate`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Parameters {
    pub(crate) role_name: String,
    /// Left out: a description for a new role, and no change to that of an existing one.
    pub(crate) role_description: Option<String>,
    /// Seconds. Left out: what the role has, or the cloud's default.
    pub(crate) session_duration: Option<i64>,
    pub(crate) trust: Trust,
    pub(crate) external_id: Option<String>,
    pub(crate) access: Access,
    pub(crate) scope: Scope,
    pub(crate) region: String,
    pub(crate) users: Vec<UserWish>,
    pub(crate) assume_permission: AssumePermission,
    pub(crate) assume_scope: Scope,
    pub(crate) untrusted_user: Option<String>,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            role_name: "arms-delegate".to_owned(),
            role_description: None,
            session_duration: None,
            trust: Trust::default(),
            external_id: None,
            access: Access::Named(NamedAccess::Full),
            scope: Scope::Account,
            region: "cn-hangzhou".to_owned(),
            users: Vec::new(),
            assume_permission: AssumePermission::ExactRole,
            assume_scope: Scope::Account,
            untrusted_user: None,
        }
    }
}

/// Who may assume the role.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Trust {
    /// Left out: named identities if any are known, else the whole account.
    pub(crate) kind: Option<TrustKind>,
    /// Left out: all of [`Parameters::users`].
    pub(crate) users: Option<Vec<String>>,
    pub(crate) roles: Vec<String>,
    pub(crate) of: TrustedAccount,
}

/// How wide the trust is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TrustKind {
    /// Every identity of the account that may call `sts:AssumeRole`.
    Account,
    /// The named users and roles only.
    Identities,
}

/// Whose people use the role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TrustedAccount {
    #[default]
    Source,
    Monitoring,
}

/// What the role, or a user, may do.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Access {
    Named(NamedAccess),
    Custom(CustomAccess),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NamedAccess {
    Full,
    ReadOnly,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct CustomAccess {
    pub(crate) name: String,
    pub(crate) document: Value,
}

/// Where a policy holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) enum Scope {
    Account,
    /// One resource group, by its id.
    Group(String),
}

impl From<String> for Scope {
    fn from(text: String) -> Self {
        if text == "account" { Self::Account } else { Self::Group(text) }
    }
}

/// A RAM user who is to use the role.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct UserWish {
    pub(crate) name: String,
    /// The user must be there already; nothing of it is changed but what is asked for.
    #[serde(default)]
    pub(crate) existing: bool,
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) sign_in: SignIn,
    #[serde(default = "yes")]
    pub(crate) password_reset: bool,
    #[serde(default = "yes")]
    pub(crate) mfa: bool,
}

const fn yes() -> bool {
    true
}

/// How a user proves who it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SignIn {
    #[default]
    None,
    Console,
    AccessKey,
}

/// What lets a user assume the role, on its own side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum AssumePermission {
    /// A custom policy for this very role.
    #[serde(rename = "exact-role")]
    ExactRole,
    /// The cloud's policy, which is for every role there is.
    #[serde(rename = "AliyunSTSAssumeRoleAccess")]
    AnyRole,
}

impl Parameters {
    /// Whom the trust policy is to name: users and roles, or nobody if it names the account.
    pub(crate) fn trusted(&self) -> (Vec<&str>, Vec<&str>) {
        let users: Vec<&str> = match &self.trust.users {
            Some(named) => named.iter().map(String::as_str).collect(),
            None => self.users.iter().map(|user| user.name.as_str()).collect(),
        };
        let roles: Vec<&str> = self.trust.roles.iter().map(String::as_str).collect();
        let kind = self.trust.kind.unwrap_or(if users.is_empty() && roles.is_empty() {
            TrustKind::Account
        } else {
            TrustKind::Identities
        });
        match kind {
            TrustKind::Account => (Vec::new(), Vec::new()),
            TrustKind::Identities => (users, roles),
        }
    }

    /// Whether identities are to be named, and none is.
    pub(crate) fn trusts_nobody(&self) -> bool {
        self.trust.kind == Some(TrustKind::Identities) && self.trusted() == (Vec::new(), Vec::new())
    }

    /// A user that is asked for twice; the cloud may take names in either case for the same.
    pub(crate) fn repeated_user(&self) -> Option<&str> {
        let mut names = BTreeSet::new();
        let names_of = self.users.iter().map(|user| user.name.as_str());
        names_of.into_iter().find(|name| !names.insert(name.to_ascii_lowercase()))
    }

    /// The account name of the manifest that the users belong to.
    pub(crate) const fn people(&self) -> &'static str {
        match self.trust.of {
            TrustedAccount::Source => "source",
            TrustedAccount::Monitoring => "monitoring",
        }
    }

    /// Whether the role is to read and nothing else.
    pub(crate) const fn is_read_only(&self) -> bool {
        matches!(self.access, Access::Named(NamedAccess::ReadOnly))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Parameters {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn everything_has_a_default() {
        let parameters = read("{}");
        assert_eq!(parameters.role_name, "arms-delegate");
        assert_eq!(parameters.scope, Scope::Account);
        assert_eq!(parameters.people(), "source");
        assert_eq!(parameters.assume_permission, AssumePermission::ExactRole);
        assert!(!parameters.is_read_only());
    }

    #[test]
    fn a_user_stands_once() {
        let twice = r#"{"users": [{"name": "alice"}, {"name": "bob"}, {"name": "Alice"}]}"#;
        assert_eq!(read(twice).repeated_user(), Some("Alice"));
        assert_eq!(read(r#"{"users": [{"name": "alice"}]}"#).repeated_user(), None);
    }

    #[test]
    fn trust_is_as_narrow_as_the_input_allows() {
        let cases: [(&str, &[&str], &[&str]); 5] = [
            ("{}", &[], &[]),
            (r#"{"users": [{"name": "alice"}]}"#, &["alice"], &[]),
            (r#"{"users": [{"name": "alice"}], "trust": {"kind": "account"}}"#, &[], &[]),
            (r#"{"users": [{"name": "a"}], "trust": {"users": ["b"]}}"#, &["b"], &[]),
            (r#"{"trust": {"roles": ["ops"]}}"#, &[], &["ops"]),
        ];
        for (text, users, roles) in cases {
            assert_eq!(read(text).trusted(), (users.to_vec(), roles.to_vec()), "{text}");
        }
        assert!(read(r#"{"trust": {"kind": "identities"}}"#).trusts_nobody());
    }

    #[test]
    fn reads_the_three_kinds_of_access() {
        assert!(read(r#"{"access": "read-only"}"#).is_read_only());
        assert!(!read(r#"{"access": "full"}"#).is_read_only());
        let custom = read(r#"{"access": {"name": "own", "document": {"Version": "1"}}}"#);
        assert!(matches!(custom.access, Access::Custom(own) if own.name == "own"));
    }

    #[test]
    fn refuses_a_word_that_is_not_known() {
        for text in [r#"{"role": "x"}"#, r#"{"users": [{"name": "a", "mail": "b"}]}"#] {
            serde_json::from_str::<Parameters>(text).unwrap_err();
        }
    }
}
