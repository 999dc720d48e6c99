//! The cloud's own policies, as far as this project attaches or meets them.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::document::Document;

/// A policy that the cloud provides in every account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemPolicy {
    /// For example `AliyunARMSReadOnlyAccess`; unique whatever the case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it says. **Assumed**: the names are documented, the contents are plausible guesses,
    /// good for the simulator and for nothing that must be right about the real cloud.
    pub document: Document,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    description: String,
    document: serde_json::Value,
}

#[derive(Deserialize)]
struct File {
    policies: Vec<Entry>,
}

const DATA: &str = include_str!("../data/system-policies.json");

/// All known system policies, by name.
pub fn system_policies() -> &'static [SystemPolicy] {
    static POLICIES: OnceLock<Vec<SystemPolicy>> = OnceLock::new();
    POLICIES.get_or_init(|| {
        let file: File = serde_json::from_str(DATA).expect("the data file is well-formed");
        let read = |entry: Entry| SystemPolicy {
            name: entry.name,
            description: entry.description,
            document: Document::parse(&entry.document.to_string())
                .expect("the documents of the data file are well-formed"),
        };
        file.policies.into_iter().map(read).collect()
    })
}

/// The system policy of that name; case does not matter, as it does not to the cloud.
pub fn system_policy(name: &str) -> Option<&'static SystemPolicy> {
    system_policies().iter().find(|policy| policy.name.eq_ignore_ascii_case(name))
}
