//! Who is who in an offline cloud, for the people who use it.

use serde_json::{Value as Json, json};

use crate::scenario::Scenario;
use crate::state::{AccessKey, InventedSecret};

/// An invented AccessKey and whose it is.
#[derive(Debug, Clone)]
pub struct DirectoryEntry {
    /// What the scenario calls the account.
    pub account: String,
    /// The account's id.
    pub account_id: String,
    /// The RAM user; `root` for the account itself.
    pub user: String,
    /// The AccessKey's id.
    pub access_key_id: String,
    /// Its invented secret.
    pub access_key_secret: InventedSecret,
}

impl Scenario {
    /// Every AccessKey that the scenario invents, operators' first.
    pub fn directory(&self) -> Vec<DirectoryEntry> {
        let mut entries = Vec::new();
        for account in self.state().accounts.values() {
            let entry = |user: &str, key: &AccessKey| DirectoryEntry {
                account: account.name.clone(),
                account_id: account.id.to_string(),
                user: user.to_owned(),
                access_key_id: key.id.clone(),
                access_key_secret: key.secret.clone(),
            };
            for user in account.users.known() {
                entries.extend(user.keys.known().map(|key| entry(&user.name, key)));
            }
            entries.extend(account.root_keys.known().map(|key| entry("root", key)));
        }
        entries.sort_by_key(|entry| (entry.user != crate::OPERATOR, entry.account.clone()));
        entries
    }

    /// The text of the official command line's `config.json`: one profile for each account, with
    /// the operator's invented AccessKey.
    pub fn config_json(&self, region: &str) -> String {
        let profiles: Vec<Json> = self
            .accounts
            .iter()
            .map(|(name, account)| {
                json!({
                    "name": name,
                    "mode": "AK",
                    "access_key_id": account.operator.access_key_id,
                    "access_key_secret": account.operator.access_key_secret.expose(),
                    "region_id": region,
                    "output_format": "json",
                    "language": "en",
                })
            })
            .collect();
        let current = self.accounts.keys().next().cloned().unwrap_or_default();
        let config = json!({ "current": current, "profiles": profiles, "meta_path": "" });
        format!("{config:#}\n")
    }
}
