//! A plan on its way through a file: hashed, and sealed with the installation's key.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use host_model::{Timestamp, quote_within};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::{Plan, PlanError};

/// The form of plans that this program writes and reads.
pub const FORMAT: u32 = 1;

/// The largest file that is read, in bytes.
pub const FILE_LIMIT: usize = 64 * 1024 * 1024;

/// Keeps seals of plans apart from everything else that the key authenticates.
const SEAL_DOMAIN: &[u8] = b"host plan 1";

/// How many characters of somebody else's text are shown.
const SHOWN: usize = 120;

/// How far a clock may be behind the time at which a plan was made.
const CLOCK_BACK_MAX: Duration = Duration::from_mins(1);

/// How a plan was approved. Belongs into the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The hash of the plan.
    pub plan: String,
    /// In which way.
    pub how: How,
    /// Who: the name of the operator, as the system knows it.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

/// In which way a plan was approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Somebody read it on a terminal and typed `yes`.
    Terminal,
    /// By `--yes`, under grants or for a vetted digest.
    Yes,
    /// By handing in the file that it was saved in.
    File,
    /// Nobody was asked: it changes nothing.
    Nothing,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    plan: Json,
    hash: String,
    seal: String,
}

impl Plan {
    /// What an approval is bound to: SHA-256, in hex, of the plan as JSON with sorted names and no spaces.
    pub fn hash(&self) -> String {
        hash_of(&self.to_json())
    }

    fn to_json(&self) -> Json {
        serde_json::to_value(self).expect("a plan has no maps but by text")
    }
}

/// The file of a plan: the plan, its hash, and a seal of this installation.
pub fn seal(plan: &Plan, key: &[u8; 32]) -> String {
    let plan = plan.to_json();
    let hash = hash_of(&plan);
    let seal = hex(&mac(key, &hash).finalize().into_bytes());
    let file = File { plan, hash, seal };
    let mut text = serde_json::to_string_pretty(&file).expect("JSON is written as JSON");
    text.push('\n');
    text
}

/// The plan in a file, if this installation made it, nobody changed it, and it can still be applied.
pub fn open(text: &str, key: &[u8; 32], now: Timestamp) -> Result<Plan, PlanError> {
    if text.len() > FILE_LIMIT {
        return Err(unreadable(&format!("it has more than {FILE_LIMIT} bytes")));
    }
    let file: File = serde_json::from_str(text).map_err(|error| unreadable(&error.to_string()))?;
    let format = file.plan.get("format");
    if format.and_then(Json::as_u64) != Some(u64::from(FORMAT)) {
        let found = format.map_or_else(|| "(none)".to_owned(), Json::to_string);
        return Err(PlanError::FormatUnknown { found: quote_within(&found, SHOWN), known: FORMAT });
    }
    let found = hash_of(&file.plan);
    if found != file.hash {
        return Err(PlanError::Changed { found, said: quote_within(&file.hash, SHOWN) });
    }
    let seal = bytes(&file.seal).unwrap_or_default();
    if mac(key, &found).verify_slice(&seal).is_err() {
        return Err(PlanError::Foreign { hash: found });
    }
    // A name that stands twice would show a reader something else than what is applied.
    let said = serde_json::to_string(&file).map_or(0, |text| text.len());
    if length_without_spaces(text) != said {
        return Err(unreadable("it says more than the plan: a name stands twice in it"));
    }
    let plan: Plan =
        serde_json::from_value(file.plan).map_err(|error| unreadable(&error.to_string()))?;
    if now.plus(CLOCK_BACK_MAX) < plan.made {
        return Err(PlanError::Early { seconds: plan.made.since(now).as_secs() });
    }
    if now >= plan.expires {
        return Err(PlanError::Expired { seconds: now.since(plan.expires).as_secs() });
    }
    Ok(plan)
}

/// Whether a text is a plan's file, of whatever installation and age.
pub fn is_plan(text: &str) -> bool {
    serde_json::from_str::<File>(text).is_ok()
}

/// How long JSON is without the spaces between its parts.
fn length_without_spaces(text: &str) -> usize {
    let (mut length, mut in_text, mut escaped) = (0, false, false);
    for byte in text.bytes() {
        if in_text || !byte.is_ascii_whitespace() {
            length += 1;
        }
        in_text ^= byte == b'"' && !escaped;
        escaped = in_text && byte == b'\\' && !escaped;
    }
    length
}

fn unreadable(reason: &str) -> PlanError {
    PlanError::Unreadable { reason: quote_within(reason, SHOWN) }
}

fn hash_of(plan: &Json) -> String {
    let mut canonical = String::new();
    write_canonical(plan, &mut canonical);
    hex(&Sha256::digest(canonical.as_bytes()))
}

/// JSON with sorted names and no spaces: the same plan has the same bytes, whoever wrote it.
fn write_canonical(json: &Json, out: &mut String) {
    match json {
        Json::Object(members) => {
            let mut sorted: Vec<(&String, &Json)> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (index, (name, value)) in sorted.into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                out.push_str(&Json::from(name.as_str()).to_string());
                out.push(':');
                write_canonical(value, out);
            }
            out.push('}');
        }
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write_canonical(item, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

fn mac(key: &[u8; 32], hash: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(SEAL_DOMAIN);
    mac.update(hash.as_bytes());
    mac
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    (0..hex.len()).step_by(2).map(pair).collect()
}
