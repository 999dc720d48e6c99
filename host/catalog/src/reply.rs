//! What an action answers, as workflows see it.

use serde::Deserialize;

/// What an action answers, as workflows see it. Pointers are JSON Pointers into the body.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "ReplyData")]
pub enum ReplyShape {
    /// Nothing but that it is done.
    Nothing,
    /// The whole body as JSON text.
    Tree,
    /// A new identity, whose keys stay in the host.
    Identity,
    /// One record.
    Record {
        /// The record's name.
        record: String,
        /// Where it stands.
        at: String,
    },
    /// All items of all pages.
    List {
        /// The record's name.
        list: String,
        /// Where the list stands.
        at: String,
    },
    /// One text; empty if it is absent.
    Text {
        /// Where it stands.
        at: String,
    },
    /// One secret.
    Secret {
        /// Where it stands.
        at: String,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ReplyData {
    Word(Word),
    Record { record: String, at: String },
    List { list: String, at: String },
    Text { text: String },
    Secret { secret: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Nothing,
    Tree,
    Identity,
}

impl From<ReplyData> for ReplyShape {
    fn from(data: ReplyData) -> Self {
        match data {
            ReplyData::Word(Word::Nothing) => Self::Nothing,
            ReplyData::Word(Word::Tree) => Self::Tree,
            ReplyData::Word(Word::Identity) => Self::Identity,
            ReplyData::Record { record, at } => Self::Record { record, at },
            ReplyData::List { list, at } => Self::List { list, at },
            ReplyData::Text { text } => Self::Text { at: text },
            ReplyData::Secret { secret } => Self::Secret { at: secret },
        }
    }
}
