//! What the operator allowed beyond a plain yes.

use std::collections::BTreeSet;
use std::sync::Arc;

use host_catalog::Risk;
use host_model::{AccountId, Arn, Principal, quote_within};

use crate::addon::is_reporting;
use crate::{Grants, Mode, PolicyFile, RunFacts};

/// What the operator named on the command line or in the user's own configuration; never what a
/// workflow says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowances {
    /// Classes of risk that may be taken unattended.
    pub risks: BTreeSet<Risk>,
    /// Whether policies may be written and attached that amount to administration.
    pub broad_policies: bool,
    /// Principals that a trust document may name although they are no principals of bound
    /// accounts, exactly as they stand in it. A wildcard is no name: it cannot be granted.
    pub principals: BTreeSet<String>,
    /// RAM users for which credentials may be made although they are not marked: by name (in
    /// whichever bound account) or by ARN.
    pub users: BTreeSet<String>,
    /// Add-ons of clusters that may be changed besides the one that reports.
    pub addons: BTreeSet<String>,
    /// Settings that any of those add-ons may be given: a JSON Pointer, and the value's text.
    pub addon_settings: BTreeSet<(String, String)>,
    /// Whether roles and policies that are there already may be marked as ours.
    pub adopt: bool,
    /// The operator's policy file. With one, nothing leaves that it does not grant.
    pub policy: Option<Arc<PolicyFile>>,
    /// What it grants to this run: [`Allowances::for_run`].
    pub grants: Option<Arc<Grants>>,
}

/// What counts for one call: what was named for every call, and what the rules that match this one allow.
#[derive(Debug)]
pub(crate) struct Allowed<'a> {
    every: &'a Allowances,
    by_rules: Vec<&'a Allowances>,
}

impl<'a> Allowed<'a> {
    /// What was named for every call.
    pub(crate) const fn to_all(every: &'a Allowances) -> Self {
        Self { every, by_rules: Vec::new() }
    }

    pub(crate) const fn of(every: &'a Allowances, by_rules: Vec<&'a Allowances>) -> Self {
        Self { every, by_rules }
    }

    fn any(&self, test: impl Fn(&Allowances) -> bool) -> bool {
        test(self.every) || self.by_rules.iter().any(|it| test(it))
    }

    /// Whether a class of risk was named.
    pub(crate) fn names_risk(&self, risk: Risk) -> bool {
        self.any(|it| it.risks.contains(&risk))
    }

    /// Whether policies may amount to administration.
    pub(crate) fn broad_policies(&self) -> bool {
        self.any(|it| it.broad_policies)
    }

    /// Whether a trust document may name that principal.
    pub(crate) fn names_principal(&self, principal: &str) -> bool {
        self.any(|it| it.names_principal(principal))
    }

    /// Whether credentials may be made for that user although it is not marked.
    pub(crate) fn names_user(&self, account: &AccountId, user: &str) -> bool {
        self.any(|it| it.names_user(account, user))
    }

    /// Whether that add-on may be changed.
    pub(crate) fn names_addon(&self, addon: &str) -> bool {
        self.any(|it| it.addons.contains(addon))
    }

    /// Whether an add-on may be given that very setting.
    pub(crate) fn names_setting(&self, pointer: &str, value: &str) -> bool {
        self.any(|it| it.names_setting(pointer, value))
    }
}

/// A word that allows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{word}` cannot be allowed: it must be one of {}, broad-policy, principal=<principal>, \
     user=<name or ARN>, addon=<name>, addon-setting=</pointer>=<value>",
    known_risks()
)]
pub struct AllowanceUnknown {
    /// The word, escaped and bounded; of a setting, only its name, for the value may be a secret.
    pub word: String,
}

const RISKS: [Risk; 7] = [
    Risk::AccessKey,
    Risk::ConsoleLogin,
    Risk::Mfa,
    Risk::Session,
    Risk::LicenseKey,
    Risk::Command,
    Risk::Purchase,
];

/// How many characters of a wrong word a message shows.
const WORD_SHOWN: usize = 80;

fn known_risks() -> String {
    RISKS.map(Risk::as_str).join(", ")
}

impl Allowances {
    /// Adds what one `--allow` names: a class of risk, `broad-policy`, `principal=…`, `user=…`,
    /// `addon=…` or `addon-setting=…=…`.
    ///
    /// # Errors
    ///
    /// The word is none of these, or names nothing: an empty name, one with wildcards, or a value
    /// for a setting that only the host fills in.
    pub fn allow(&mut self, word: &str) -> Result<(), AllowanceUnknown> {
        let unknown = || AllowanceUnknown { word: quote_within(without_value(word), WORD_SHOWN) };
        if let Some(risk) = RISKS.iter().find(|risk| risk.as_str() == word) {
            self.risks.insert(*risk);
            return Ok(());
        }
        match word.split_once('=') {
            None if word == "broad-policy" => self.broad_policies = true,
            Some(("principal", name)) if is_name(name) => {
                self.principals.insert(name.to_owned());
            }
            Some(("user", name)) if is_name(name) => {
                self.users.insert(name.to_owned());
            }
            Some(("addon", name)) if is_name(name) => {
                self.addons.insert(name.to_owned());
            }
            Some(("addon-setting", pair)) => {
                let (pointer, value) = setting(pair).ok_or_else(unknown)?;
                self.addon_settings.insert((pointer.to_owned(), value.to_owned()));
            }
            _ => return Err(unknown()),
        }
        Ok(())
    }

    /// The same with the rules of the policy file that count in this run. A file that was not bound to a run
    /// grants nothing.
    #[must_use]
    pub fn for_run(&self, run: &RunFacts<'_>) -> Self {
        let grants = self.policy.as_ref().map(|file| Arc::new(file.grants(run)));
        Self { grants, ..self.clone() }
    }

    /// Whether the policy file only says what it would deny.
    pub fn audits(&self) -> bool {
        self.policy.as_ref().is_some_and(|policy| policy.mode == Mode::Audit)
    }

    fn names_principal(&self, principal: &str) -> bool {
        is_name(principal) && self.principals.contains(principal)
    }

    fn names_user(&self, account: &AccountId, user: &str) -> bool {
        let arn = Arn::new(account.clone(), Principal::User(user.to_owned())).to_string();
        self.users.contains(user) || self.users.contains(&arn)
    }

    fn names_setting(&self, pointer: &str, value: &str) -> bool {
        self.addon_settings.contains(&(pointer.to_owned(), value.to_owned()))
    }
}

/// Pointer and value of a setting that can be allowed.
///
/// To whom an add-on reports can be emptied, but never be given here: its secret would stand among
/// the arguments of a program.
fn setting(pair: &str) -> Option<(&str, &str)> {
    let (pointer, value) = pair.split_once('=')?;
    let is_pointer = pointer.len() > 1 && pointer.starts_with('/') && !is_pattern(pointer);
    (is_pointer && (value.is_empty() || !is_reporting(pointer))).then_some((pointer, value))
}

/// A word without the value of a setting, which may be a secret that somebody should not have typed.
fn without_value(word: &str) -> &str {
    const SETTING: &str = "addon-setting=";
    let value = word.strip_prefix(SETTING).and_then(|pair| pair.split_once('=')).map(|(_, it)| it);
    value.and_then(|value| word.strip_suffix(value)).unwrap_or(word)
}

/// Whether a text can name one identity or thing.
fn is_name(text: &str) -> bool {
    !text.is_empty() && !is_pattern(text)
}

/// Whether a text could mean several identities.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// `--allow <word>`, if it can be copied into a shell as it stands and would be understood.
///
/// The word may hold what a hostile workflow wrote, and people copy what they are offered.
pub(crate) fn flag(word: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/._@=-".contains(&byte);
    let understood = Allowances::default().allow(word).is_ok();
    (understood && word.bytes().all(plain)).then(|| format!("--allow {word}"))
}
