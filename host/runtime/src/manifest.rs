//! What a workflow says of itself, in a custom section of its component.

use std::collections::BTreeSet;

use host_catalog::Catalog;
use host_model::{Blame, Problem, quote_within};
use serde::{Deserialize, Serialize};

/// The custom section that holds the manifest, as JSON.
pub const SECTION: &str = "host:manifest";

/// The greatest size of a manifest, in bytes.
const SIZE_MAX: usize = 256 << 10;

/// The most markers that one script may have.
const MARKERS_MAX: usize = 64;

/// What a workflow says of itself: what it may do, for whom, and what will prove that it worked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// The format of this manifest: 1.
    pub format: u32,
    /// The workflow's name: lower-case letters, digits, dashes.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One line for people.
    pub title: String,
    /// The line of descent that secrets and marks belong to; a new version keeps it.
    pub lineage: String,
    /// The accounts that it works in.
    pub accounts: Vec<AccountSlot>,
    /// Every action that it may call, as `product:Action`.
    pub actions: BTreeSet<String>,
    /// The JSON Schema of its input.
    pub parameters: serde_json::Value,
    /// The calls that prove that it worked.
    #[serde(default)]
    pub proofs: Vec<Proof>,
    /// The scripts that it may run on machines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<CommandScript>,
}

/// An account that a workflow works in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AccountSlot {
    /// The name that the operator binds, for example `monitoring`.
    pub name: String,
    /// What it is, for people.
    pub what: String,
    /// Whether the workflow does without it.
    #[serde(default)]
    pub optional: bool,
}

/// A recorded call that proves something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Proof {
    /// The step in which the call is made, and the check that claims it.
    pub id: String,
    /// What it proves, for people.
    pub title: String,
    /// The call, as `product:Action`.
    pub action: String,
    /// Which kind of identity makes it.
    pub by: IdentityClass,
    /// The account that the identity acts in, by name.
    pub account: String,
    /// What must come back.
    pub expects: Expectation,
    /// What it is worth.
    pub level: Level,
    /// Whether it counts only in runs that enter its step: what was not asked for needs no proof.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub when_entered: bool,
    /// For proofs that are made for each of several things: what must be found in the reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,
}

/// A proof for each of several things, such as clusters: an item of the reply's list that names it.
///
/// The proving call stands in the step `<id of the proof>`, or in `<id>/<thing>`. If the run changed
/// something about the thing, an item counts only against the list as it was before: it is new, or was
/// touched since (`security.md`, rule 13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Each {
    /// What the things are, for people: `cluster`.
    pub of: String,
    /// The parameter by which changes name things; `Parameter/setting` for a setting in it.
    pub named_by: String,
    /// JSON Pointer of the list in the reply.
    pub items: String,
    /// JSON Pointer, in an item, of the thing that it is about.
    pub thing: String,
    /// JSON Pointer, in an item, of what tells it apart from all others.
    pub id: String,
    /// JSON Pointer, in an item, of when the cloud saw it last, in milliseconds.
    pub touched: String,
}

/// A script that the workflow may run on machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CommandScript {
    /// Its name, for people.
    pub name: String,
    /// The SHA-256 of its text, in lower-case hexadecimal digits.
    pub digest: String,
    /// Whether it only looks: the author's word, by which the host counts changes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub looks: bool,
    /// Whole lines of its output that the workflow may read even if the script got a secret.
    #[serde(default)]
    pub markers: BTreeSet<String>,
}

/// Kinds of identities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityClass {
    /// The one that the operator bound.
    Account,
    /// An AccessKey that the host holds.
    Key,
    /// A session of a role.
    Session,
}

/// What must come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expectation {
    /// A reply.
    Reply,
    /// The cloud's refusal for lack of permission.
    Refusal,
}

/// What a proof is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Access is proven.
    Access,
    /// Data was asked for and came.
    Data,
    /// Those who must not, cannot. Not needed for a verdict, but one that fails spoils it.
    Guard,
}

/// What is wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// There is none.
    #[error("there is no section `{SECTION}`")]
    Missing,
    /// There are several, so nobody knows which one counts.
    #[error("there is more than one section `{SECTION}`")]
    Repeated,
    /// Too large to be read.
    #[error("it is larger than {SIZE_MAX} bytes")]
    TooLarge,
    /// Not the JSON that a manifest is.
    #[error("it cannot be read: {reason}")]
    Unreadable {
        /// The parser's words.
        reason: String,
    },
    /// A format of another time.
    #[error("its format is {format}, and this host reads format 1")]
    FormatUnknown {
        /// The format.
        format: u32,
    },
    /// A name that cannot be used.
    #[error("its {what} `{name}` must be lower-case letters, digits and dashes, 1 to 64 of them")]
    NameInvalid {
        /// Which name.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// An action that is not catalogued.
    #[error("it declares `{action}`, which is not in the catalog")]
    ActionUnknown {
        /// The action.
        action: String,
    },
    /// An import that it does not declare.
    #[error("the component imports `{import}`, but the manifest does not declare `{action}`")]
    Undeclared {
        /// The function.
        import: String,
        /// The action that it stands for.
        action: String,
    },
    /// A declaration without an import.
    #[error("it declares `{action}`, but the component imports nothing that could call it")]
    Unused {
        /// The action.
        action: String,
    },
    /// A proof that cannot be made.
    #[error("its proof `{proof}` {reason}")]
    ProofInvalid {
        /// The proof's id.
        proof: String,
        /// Why.
        reason: String,
    },
    /// A script that cannot be one.
    #[error("its command `{command}` {reason}")]
    CommandInvalid {
        /// The command's name.
        command: String,
        /// Why.
        reason: String,
    },
    /// A schema that is none.
    #[error("its parameters are no JSON Schema of an object")]
    SchemaInvalid,
}

impl Problem for ManifestError {
    fn code(&self) -> &'static str {
        match self {
            Self::Missing => "manifest.section-missing",
            Self::Repeated => "manifest.section-repeated",
            Self::TooLarge => "manifest.section-too-large",
            Self::Unreadable { .. } => "manifest.json-unreadable",
            Self::FormatUnknown { .. } => "manifest.format-unknown",
            Self::NameInvalid { .. } => "manifest.name-invalid",
            Self::ActionUnknown { .. } => "manifest.action-unknown",
            Self::Undeclared { .. } => "manifest.import-undeclared",
            Self::Unused { .. } => "manifest.action-unused",
            Self::ProofInvalid { .. } => "manifest.proof-invalid",
            Self::CommandInvalid { .. } => "manifest.command-invalid",
            Self::SchemaInvalid => "manifest.schema-invalid",
        }
    }

    fn blame(&self) -> Blame {
        Blame::Workflow
    }
}

impl Manifest {
    /// Reads a manifest and checks everything but the imports.
    pub fn parse(bytes: &[u8], catalog: &Catalog) -> Result<Self, ManifestError> {
        if bytes.len() > SIZE_MAX {
            return Err(ManifestError::TooLarge);
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| {
            // The parser's words hold names that the manifest's author chose.
            ManifestError::Unreadable { reason: quote_within(&error.to_string(), 300) }
        })?;
        manifest.check(catalog)?;
        Ok(manifest)
    }

    fn check(&self, catalog: &Catalog) -> Result<(), ManifestError> {
        if self.format != 1 {
            return Err(ManifestError::FormatUnknown { format: self.format });
        }
        check_name("name", &self.name)?;
        check_name("lineage", &self.lineage)?;
        for slot in &self.accounts {
            check_name("account name", &slot.name)?;
        }
        for action in &self.actions {
            let known = action.split_once(':').and_then(|(p, a)| catalog.action(p, a));
            if known.is_none() {
                let action = quote_within(action, 80);
                return Err(ManifestError::ActionUnknown { action });
            }
        }
        if self.parameters.get("type").and_then(serde_json::Value::as_str) != Some("object") {
            return Err(ManifestError::SchemaInvalid);
        }
        self.commands.iter().try_for_each(check_command)?;
        self.proofs.iter().try_for_each(|proof| self.check_proof(proof))
    }

    fn check_proof(&self, proof: &Proof) -> Result<(), ManifestError> {
        let invalid = |reason: &str| ManifestError::ProofInvalid {
            proof: quote_within(&proof.id, 64),
            reason: reason.to_owned(),
        };
        check_name("proof", &proof.id)?;
        if !self.actions.contains(&proof.action) {
            return Err(invalid("names an action that the manifest does not declare"));
        }
        if !self.accounts.iter().any(|slot| slot.name == proof.account) {
            return Err(invalid("names an account that the manifest does not have"));
        }
        Ok(())
    }
}

/// A marker must not be able to carry anything: what a workflow reads of a secret's script is one of a
/// few words that stood in the manifest before.
fn check_command(command: &CommandScript) -> Result<(), ManifestError> {
    check_name("command", &command.name)?;
    let invalid = |reason: &str| ManifestError::CommandInvalid {
        command: command.name.clone(),
        reason: reason.to_owned(),
    };
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if command.digest.len() != 64 || !command.digest.bytes().all(is_digit) {
        return Err(invalid("has no SHA-256 in lower-case hexadecimal digits"));
    }
    if command.markers.len() > MARKERS_MAX {
        return Err(invalid(&format!("has more than {MARKERS_MAX} markers")));
    }
    command.markers.iter().try_for_each(|marker| check_name("marker", marker))
}

fn check_name(what: &'static str, name: &str) -> Result<(), ManifestError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=64).contains(&name.len()) && name.bytes().all(fits) {
        Ok(())
    } else {
        Err(ManifestError::NameInvalid { what, name: quote_within(name, 80) })
    }
}
