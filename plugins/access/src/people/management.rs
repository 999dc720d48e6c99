//! The parameter `management`; `management.schema.json` has the limits, which the host checks.

use std::collections::BTreeMap;

use host_workflow_sdk::{Error, ErrorKind};
use serde::Deserialize;

use super::Setting;
use crate::parameters::{Access, NamedAccess, SignIn, UserWish};
use crate::role::Parameters;

/// How people get at the data.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Management {
    pub(crate) way: Way,
    user: Option<User>,
    role: Option<Parameters>,
    /// What `role` means if it is left out.
    #[serde(skip)]
    plain_role: Parameters,
}

/// The three ways of the guide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// A user of the monitoring account who is there; nothing of it is changed.
    #[default]
    ExistingUser,
    /// A user of the monitoring account for nothing but this.
    DedicatedUser,
    /// A role of the monitoring account, for people of the source account.
    Role,
}

/// A user of the monitoring account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct User {
    pub(crate) name: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default = "console")]
    sign_in: SignIn,
    #[serde(default = "yes")]
    password_reset: bool,
    #[serde(default = "yes")]
    mfa: bool,
    #[serde(default = "full")]
    pub(crate) access: Access,
}

const fn yes() -> bool {
    true
}

const fn console() -> SignIn {
    SignIn::Console
}

const fn full() -> Access {
    Access::Named(NamedAccess::Full)
}

impl User {
    /// The same as a wish of the users' step.
    pub(crate) fn wish(&self) -> UserWish {
        UserWish {
            name: self.name.clone(),
            existing: false,
            display_name: self.display_name.clone(),
            tags: self.tags.clone(),
            sign_in: self.sign_in,
            password_reset: self.password_reset,
            mfa: self.mfa,
        }
    }
}

impl Management {
    /// The way that was chosen.
    pub const fn way(&self) -> Way {
        self.way
    }

    pub(crate) fn role(&self) -> &Parameters {
        self.role.as_ref().unwrap_or(&self.plain_role)
    }

    pub(crate) fn named_user(&self) -> Option<&str> {
        self.user.as_ref().map(|user| user.name.as_str())
    }

    /// The user that `dedicated-user` needs.
    pub(crate) fn user(&self) -> Result<&User, Error> {
        self.user.as_ref().ok_or_else(unnamed)
    }

    /// Refuses what would be passed over in silence, and a user who is to be two.
    pub(crate) fn check(&self, setting: &Setting<'_>) -> Result<(), Error> {
        let idle = match self.way {
            Way::ExistingUser | Way::DedicatedUser => self.role.is_some().then_some("role"),
            Way::Role => self.user.is_some().then_some("user"),
        };
        if let Some(name) = idle {
            let message = format!("`management.{name}` does not go with the chosen `way`");
            return Err(Error::new(ErrorKind::Invalid, "access.parameter-idle", message).hint(
                format!("leave `management.{name}` out, or choose the `way` that it is for"),
            ));
        }
        let Some(reporting) = setting.reporting_user else { return Ok(()) };
        let is_same = |name: &str| name.eq_ignore_ascii_case(reporting);
        if self.way == Way::DedicatedUser && self.named_user().is_some_and(is_same) {
            let message = format!(
                "user `{reporting}` reports the data, so it cannot be the dedicated user as well"
            );
            return Err(Error::new(ErrorKind::Conflict, "access.user-taken", message)
                .hint("give `management.user` another name, or choose `existing-user`"));
        }
        Ok(())
    }
}

/// Somebody must be named, and nobody is.
pub(crate) fn unnamed() -> Error {
    let message = "it is not said which user of the monitoring account is to see the data";
    Error::new(ErrorKind::Invalid, "access.user-unnamed", message)
        .hint("give `management.user.name`, or choose `role`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, reporting_user: Option<&str>) -> String {
        let management: Management = serde_json::from_str(text).unwrap();
        let setting = Setting { region: "cn-hangzhou", reporting_user };
        management.check(&setting).map_or_else(|error| error.code, |()| String::new())
    }

    #[test]
    fn what_would_be_passed_over_is_refused() {
        let cases = [
            (r"{}", ""),
            (r#"{"way": "existing-user", "user": {"name": "ada"}}"#, ""),
            (r#"{"way": "existing-user", "role": {}}"#, "access.parameter-idle"),
            (r#"{"way": "role"}"#, ""),
            (r#"{"way": "role", "user": {"name": "ada"}}"#, "access.parameter-idle"),
            (r#"{"way": "dedicated-user", "user": {"name": "ada"}}"#, ""),
            (r#"{"way": "dedicated-user", "user": {"name": "Reporter"}}"#, "access.user-taken"),
        ];
        for (text, code) in cases {
            assert_eq!(check(text, Some("reporter")), code, "{text}");
        }
        let dedicated = r#"{"way": "dedicated-user", "user": {"name": "reporter"}}"#;
        assert_eq!(check(dedicated, None), "");
    }

    #[test]
    fn a_dedicated_user_signs_in_to_the_console_unless_told_otherwise() {
        let read = |text: &str| serde_json::from_str::<User>(text).unwrap();
        let wish = read(r#"{"name": "ada"}"#).wish();
        assert_eq!((wish.sign_in, wish.mfa, wish.existing), (SignIn::Console, true, false));
        assert!(matches!(read(r#"{"name": "ada"}"#).access, Access::Named(NamedAccess::Full)));
        let wish = read(r#"{"name": "ada", "sign-in": "access-key"}"#).wish();
        assert_eq!(wish.sign_in, SignIn::AccessKey);
        serde_json::from_str::<User>(r#"{"name": "ada", "existing": true}"#).unwrap_err();
    }
}
