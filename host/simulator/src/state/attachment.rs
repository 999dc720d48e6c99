//! Policies, and who has them.

use host_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::Tags;
use super::{Collection, Facet};

/// Who wrote a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PolicyType {
    /// The cloud.
    System,
    /// Somebody in the account.
    Custom,
}

impl PolicyType {
    /// The word of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Custom => "Custom",
        }
    }

    /// The type of that word; what is not `System` is `Custom`.
    pub(crate) fn named(word: &str) -> Self {
        if word == "System" { Self::System } else { Self::Custom }
    }
}

/// A custom policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Words of its maker.
    pub description: Option<String>,
    /// Its versions, by id.
    pub versions: Collection<PolicyVersion>,
    /// The id of the version that counts.
    pub default_version: String,
    /// How many versions were ever made.
    pub version_count: u32,
    /// When it was made.
    pub created: Timestamp,
    /// When it was changed last.
    pub updated: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// A version of a policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// `v1`, `v2`, …
    pub id: String,
    /// The document, as it was written.
    pub document: Facet<String>,
    /// When it was made.
    pub created: Timestamp,
}

/// A policy with one version.
pub(crate) fn new_policy(name: &str, document: &str, now: Timestamp) -> Policy {
    let first = PolicyVersion {
        id: "v1".to_owned(),
        document: Facet::Known(document.to_owned()),
        created: now,
    };
    let mut versions = Collection::default();
    versions.insert("v1", first);
    Policy {
        name: name.to_owned(),
        description: None,
        versions,
        default_version: "v1".to_owned(),
        version_count: 1,
        created: now,
        updated: now,
        tags: Tags::new(),
    }
}

/// A policy that somebody has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Who wrote it.
    pub policy_type: PolicyType,
    /// Its name.
    pub policy_name: String,
    /// The resource group where it counts; everywhere in the account if there is none.
    pub scope: Option<String>,
    /// When it was attached.
    pub attached: Timestamp,
    /// From when on it counts.
    pub effective_from: Timestamp,
}

impl Attachment {
    fn key(policy_type: PolicyType, name: &str, scope: Option<&str>) -> String {
        format!("{}/{name}@{}", policy_type.as_str(), scope.unwrap_or_default())
    }

    pub(crate) fn own_key(&self) -> String {
        Self::key(self.policy_type, &self.policy_name, self.scope.as_deref())
    }

    pub(crate) fn is_of(&self, policy_type: PolicyType, name: &str) -> bool {
        self.policy_type == policy_type && self.policy_name.eq_ignore_ascii_case(name)
    }
}

/// The policies that a user, group or role has.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Attachments {
    /// Those that are attached.
    pub current: Collection<Attachment>,
    /// Those that are detached but still count, because the news has not reached everywhere.
    pub lingering: Vec<Lingering>,
}

/// A detached policy that still counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Lingering {
    /// What was detached.
    pub attachment: Attachment,
    /// Until when it counts.
    pub until: Timestamp,
}

impl Attachments {
    /// Attaches a policy.
    pub fn attach(&mut self, attachment: Attachment) {
        let key = attachment.own_key();
        self.lingering.retain(|old| old.attachment.own_key() != key);
        self.current.insert(&key, attachment);
    }

    /// Detaches a policy; until `until` it counts all the same. Whether it was attached.
    pub fn detach(&mut self, attachment: &Attachment, until: Timestamp) {
        if let Some(attachment) = self.current.remove(&attachment.own_key()) {
            self.lingering.push(Lingering { attachment, until });
        }
    }

    pub(crate) fn get(
        &self,
        policy_type: PolicyType,
        name: &str,
        scope: Option<&str>,
    ) -> Facet<&Attachment> {
        self.current.get(&Attachment::key(policy_type, name, scope))
    }

    /// What counts now: attached and effective, or detached and not forgotten yet.
    pub(crate) fn effective(&self, now: Timestamp) -> impl Iterator<Item = &Attachment> {
        let current = self.current.known().filter(move |it| it.effective_from <= now);
        let lingering = self.lingering.iter().filter(move |old| now < old.until);
        current.chain(lingering.map(|old| &old.attachment))
    }

    pub(crate) fn is_in_use(&self, now: Timestamp) -> bool {
        self.current.known().next().is_some() || self.lingering.iter().any(|old| now < old.until)
    }
}
