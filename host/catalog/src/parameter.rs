//! What an action takes.

use host_model::SecretKind;
use serde::Deserialize;

/// A parameter of an action.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The API name, for example `RoleName`.
    pub name: String,
    /// The name of its type, in the product's `types`; `page` for the parameters of paging.
    pub is: String,
    /// Whether the cloud insists on it.
    #[serde(default)]
    pub required: bool,
    /// How a list or tree travels.
    #[serde(default)]
    pub encode: Encoding,
    /// Who fills it in.
    #[serde(default)]
    pub owner: Owner,
    /// Whether it became known after the function was released: options are frozen then, so that it is given
    /// through `extra`, by its API name.
    #[serde(default)]
    pub late: bool,
    /// Where it stands in a JSON body, as a JSON Pointer. Without it, a parameter of a resource path
    /// goes where the path names it, then into the query of a `GET`, else into the body under its name.
    #[serde(default)]
    pub at: Option<String>,
}

impl Parameter {
    /// Whether it belongs to paging, which is the host's business: lists come whole.
    pub fn is_paging(&self) -> bool {
        self.is == "page"
    }

    /// Whether a workflow may give it.
    pub fn is_open(&self) -> bool {
        self.owner == Owner::Workflow && !self.is_paging()
    }
}

/// How a list or tree travels in a query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// `Name.1`, `Name.2.Key`: one parameter for each leaf.
    #[default]
    Flat,
    /// One parameter that holds the whole as compact JSON.
    Json,
}

/// Who fills a parameter in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// The workflow.
    #[default]
    Workflow,
    /// The host; a workflow that gives it is refused.
    Host,
    /// Nobody: the cloud knows it, and other clients of the offline cloud may give it.
    Closed,
}

/// What the names of settings are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingNames {
    /// JSON Pointers into the document, such as `/accessKey`.
    Pointers,
    /// Plain names of letters, digits, `_` and `-`.
    Plain,
}

/// What a value must be. Lengths are in characters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ParameterType {
    /// Text.
    Text {
        /// Least length.
        #[serde(default)]
        min: Option<usize>,
        /// Greatest length.
        #[serde(default)]
        max: Option<usize>,
        /// The characters it may have.
        #[serde(default)]
        chars: Option<CharacterSet>,
        /// The only texts it may be.
        #[serde(default)]
        values: Vec<String>,
    },
    /// A whole number.
    Number {
        /// Least value.
        min: i64,
        /// Greatest value.
        max: i64,
        /// What it counts, for people.
        #[serde(default)]
        unit: Option<String>,
    },
    /// True or false.
    Flag,
    /// A list of texts.
    Texts {
        /// Greatest count.
        max: usize,
    },
    /// Tags.
    Tags {
        /// Greatest count.
        max: usize,
        /// Greatest length of a key.
        key_max: usize,
        /// Greatest length of a value.
        value_max: usize,
    },
    /// A permission policy, as JSON text.
    PermissionDocument {
        /// Least length.
        min: usize,
        /// Greatest length.
        max: usize,
    },
    /// A trust policy, as JSON text.
    TrustDocument {
        /// Least length.
        min: usize,
        /// Greatest length.
        max: usize,
    },
    /// The ARN of a role.
    RoleArn,
    /// A region id.
    Region,
    /// A JSON tree.
    Tree,
    /// Named values of a document that the product does not describe, sent as one JSON text.
    Settings {
        /// What their names are.
        names: SettingNames,
        /// Greatest count.
        max: usize,
        /// Greatest length of a name, and of a value that is text.
        value_max: usize,
        /// The characters that a text may have; any, where it is left out.
        #[serde(default)]
        value_chars: Option<CharacterSet>,
        /// The kinds of secrets that may stand among them.
        secrets: Vec<SecretKind>,
    },
    /// A secret of this kind, and nothing else.
    Secret {
        /// The kind that may be placed here.
        kind: SecretKind,
    },
}

/// A set of characters, written like the inside of a regular expression's brackets: `A-Za-z0-9._-`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct CharacterSet {
    text: String,
    ranges: Vec<(char, char)>,
}

impl CharacterSet {
    /// Whether `character` is in it.
    pub fn contains(&self, character: char) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&character))
    }

    /// The set as it stands in the data, for messages.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<String> for CharacterSet {
    fn from(text: String) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let mut ranges = Vec::new();
        let mut rest = characters.as_slice();
        while let Some((first, tail)) = rest.split_first() {
            if let ['-', last, after @ ..] = tail {
                ranges.push((*first, *last));
                rest = after;
            } else {
                ranges.push((*first, *first));
                rest = tail;
            }
        }
        Self { text, ranges }
    }
}
