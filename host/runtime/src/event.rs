//! What a workflow asks of the host, and what it is answered, as data.

use host_model::{Call, CallError, IdentityFacts, IdentityRef, Reply, SecretRef};
use serde::{Deserialize, Serialize};

/// One thing that a workflow asks of the host. Serializable, and free of secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// A call to the cloud.
    Call(Call),
    /// The identity that the operator bound to a name.
    Open {
        /// The account name of the manifest.
        name: String,
    },
    /// An identity that signs with an AccessKey that the host holds.
    WithAccessKey {
        /// The key's id.
        access_key_id: String,
        /// Its secret.
        secret: SecretRef,
    },
    /// A hash of a secret, keyed per run.
    Fingerprint {
        /// The secret.
        secret: SecretRef,
    },
    /// A secret that an earlier run kept.
    FindSecret {
        /// Whose account.
        caller: IdentityRef,
        /// The object that it belongs to.
        object: String,
    },
    /// A new password, or the one that is kept already.
    GeneratePassword {
        /// Whose account.
        caller: IdentityRef,
        /// The object that it belongs to.
        object: String,
    },
    /// Since when an earlier run waits to learn whether an AccessKey was made for a user.
    Unsettled {
        /// Whose account.
        caller: IdentityRef,
        /// The RAM user.
        user_name: String,
    },
    /// The time.
    Now,
    /// Randomness.
    Random {
        /// How many bytes.
        bytes: u32,
    },
    /// A wait.
    Sleep {
        /// For how long.
        seconds: u32,
    },
    /// A new step.
    Step {
        /// Stable across runs.
        id: String,
        /// The workflow's words.
        title: String,
    },
    /// A line for people.
    Log {
        /// How much it matters.
        level: LogLevel,
        /// The workflow's words.
        message: String,
        /// Data that goes with it.
        fields: Vec<(String, String)>,
    },
    /// A claim about what was reached.
    Check {
        /// The proof's id, or one of the workflow's own.
        id: String,
        /// What is claimed.
        claim: Claim,
        /// The workflow's words.
        detail: String,
    },
    /// The run's id.
    RunId,
    /// The host's version.
    HostVersion,
    /// Whether the host has a feature.
    HasFeature {
        /// Its name.
        name: String,
    },
    /// The mark of what this workflow makes.
    Mark,
    /// Whether unmarked objects may be taken over.
    Adopts,
    /// Whether calls that are meant to be refused may be sent.
    MayProvoke,
    /// The call that takes the next change back. It is not made now.
    Register {
        /// What an undo calls.
        call: Call,
    },
    /// A part that may or may not be needed begins.
    Conditional {
        /// The workflow's words.
        title: String,
        /// Whether it is needed, as far as the workflow knows.
        holds: bool,
    },
    /// The part that was entered last ends.
    ConditionalEnd,
}

/// Characters of an event that [`Event::brief`] shows.
const BRIEF_SHOWN: usize = 600;

impl Event {
    /// The event in one line for people, quoted and cut.
    pub fn brief(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        host_model::quote_within(&text, BRIEF_SHOWN)
    }
}

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// For the workflow's author.
    Debug,
    /// For whoever reads along.
    Info,
    /// Somebody may have to act.
    Warn,
    /// Somebody has to act.
    Error,
}

/// What a workflow claims of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// It is so.
    Holds,
    /// It is not so.
    Fails,
    /// It is not so yet.
    Pending,
    /// It could not be found out.
    Unknown,
}

/// What the driver answers. Secrets and identities are names, never bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
pub enum Answer {
    /// It is done.
    Done,
    /// The cloud's yes.
    Reply {
        /// What it said.
        reply: Reply,
    },
    /// An identity.
    Identity {
        /// What the workflow may know of it.
        facts: IdentityFacts,
    },
    /// A secret, or that there is none.
    Secret {
        /// Its name.
        secret: Option<SecretRef>,
    },
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// A number.
    Number {
        /// The number.
        number: i64,
    },
    /// Randomness: as many bytes as were asked for.
    Bytes {
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Yes or no.
    Flag {
        /// The answer.
        flag: bool,
    },
    /// Refused or failed; the workflow sees it.
    Error {
        /// Why.
        error: CallError,
    },
}
