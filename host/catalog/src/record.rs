//! Parts of replies that workflows see typed.

use serde::Deserialize;

use crate::Release;

/// A WIT record that mirrors a part of a reply. Every record ends in `raw`, the part as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The release of the product's package that brought it. Its fields are frozen from then on: what the
    /// cloud adds later stands in `raw`, or in a record of another name.
    #[serde(default)]
    pub since: Release,
    /// Its fields, in the order of the WIT record.
    pub fields: Vec<Field>,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The WIT name.
    pub name: String,
    /// JSON Pointer within the record's part of the reply; `*` stands for each item of a list.
    pub at: String,
    /// What it is.
    pub is: FieldType,
    /// Whether the cloud may leave it out.
    #[serde(default)]
    pub maybe: bool,
    /// What a number counts, for the doc comment.
    #[serde(default)]
    pub unit: Option<String>,
}

/// What a field is. A field that is absent and not `maybe` reads as empty, zero or false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldType {
    /// Text: `string`.
    Text,
    /// A whole number: `s64`.
    Number,
    /// True or false: `bool`.
    Flag,
    /// A list of texts: `list<string>`.
    Texts,
    /// Tags, whose names the cloud spells `TagKey`, `Key`, `tag_key` or `key`: `list<tag>`.
    Tags,
    /// A secret that stays in the host: `secret`.
    Secret,
}
