//! Actions: one operation of a product, with all that is known of it.

use std::collections::BTreeMap;

use host_model::{Effect, SecretKind};
use serde::Deserialize;

use crate::{Inverse, Parameter, Release, ReplyShape, Shows};

/// One operation of a product.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The API name, for example `CreateRole`.
    #[serde(skip)]
    pub name: String,
    /// The release of the product's package that brought its function.
    #[serde(default)]
    pub since: Release,
    /// What it does to the cloud.
    pub effect: Effect,
    /// One sentence for reference pages and for the doc comment of its WIT function.
    pub summary: String,
    /// What a person approves: words with `{Parameter}` in them.
    pub sentence: String,
    /// The HTTP method.
    #[serde(default = "post")]
    pub method: String,
    /// The path, with `{name}` for path parameters; `/` for RPC-style products.
    #[serde(default = "root")]
    pub path: String,
    /// What it takes, required ones first.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// What it answers.
    pub reply: ReplyShape,
    /// What to do when the reply is lost.
    pub lost: LostReply,
    /// How the read of [`LostReply::ByName`] shows what the call made. Without it nothing here can tell, and
    /// the workflow looks for itself.
    #[serde(default)]
    pub found: Option<Found>,
    /// Codes that say that the goal was reached already.
    #[serde(default)]
    pub done: Vec<String>,
    /// Where it shows that a call began something, where nothing shows what came of it.
    #[serde(default)]
    pub began: Option<Began>,
    /// When a reply with HTTP 200 really is a success.
    #[serde(default)]
    pub success: Option<Success>,
    /// How its list goes on.
    #[serde(default)]
    pub paging: Option<Paging>,
    /// Fields of the reply that are secrets.
    #[serde(default)]
    pub secrets: Vec<SecretField>,
    /// For replies that bring a secret: the only fields that anyone may see.
    #[serde(default)]
    pub keep: Vec<String>,
    /// Parts of the reply that may hold secrets of others.
    #[serde(default)]
    pub guarded: Vec<Guarded>,
    /// A class of risk that is shown and granted apart.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// Reads that show what it touches.
    #[serde(default)]
    pub observe: Vec<String>,
    /// Of a read: the parts of its reply, as JSON Pointers, that stay as they are until somebody changes them. What a
    /// run left is compared by them.
    #[serde(default)]
    pub lasting: Vec<String>,
    /// How later reads show that it took effect.
    #[serde(default)]
    pub shows: Vec<Shows>,
    /// What takes it back.
    #[serde(default)]
    pub inverse: Option<Inverse>,
    /// Why nothing takes it back, or not all of it; for people.
    #[serde(default)]
    pub stays: Option<String>,
    /// Refusals that may only mean that an earlier write is not visible everywhere yet.
    #[serde(default)]
    pub settles: Option<Settles>,
    /// Documented error codes, with their HTTP status.
    #[serde(default)]
    pub errors: BTreeMap<String, u16>,
    /// Those of them that no public source confirms.
    #[serde(default)]
    pub assumed: Vec<String>,
}

impl Action {
    /// The parameter of that API name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// Whether its replies bring a secret, so that only [`Action::keep`] may be seen.
    pub fn brings_secret(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Whether the cloud is another one after it: a read changes nothing, and a session has an effect, but
    /// changes nothing either.
    pub fn changes(&self) -> bool {
        self.effect.is_write() && !self.opens_session()
    }

    /// Whether its reply brings keys of a session.
    pub fn opens_session(&self) -> bool {
        self.secrets.iter().any(|field| field.kind == SecretKind::Session)
    }
}

fn post() -> String {
    "POST".to_owned()
}

fn root() -> String {
    "/".to_owned()
}

/// What a lost reply means: the request was sent and no answer was read (fault rows 1 to 5).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LostReply {
    /// Send it again with a fresh nonce: twice does what once does.
    Repeat,
    /// Look with this read: the name is the idempotency key.
    ByName(String),
    /// Send it again with the same token in this parameter.
    Token(String),
    /// List before and after; never repeated blindly.
    Reconcile,
}

impl LostReply {
    /// The word for records.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Repeat => "repeat",
            Self::ByName(_) => "by-name",
            Self::Token(_) => "token",
            Self::Reconcile => "reconcile",
        }
    }
}

/// How a read shows what a call made whose reply was lost (fault row 3).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// What the read is asked for, by its parameters: words with `{Parameter}` of the call in them.
    pub with: BTreeMap<String, String>,
    /// JSON Pointer into what was read, to a flag that is true if it is there. Otherwise it is there if it
    /// can be read.
    #[serde(default)]
    pub there: Option<String>,
    /// JSON Pointer to the date at which it was made. Without one, whatever is there counts.
    #[serde(default)]
    pub made: Option<String>,
    /// Parameters of the call, and where what was read shows the same.
    #[serde(default)]
    pub equal: BTreeMap<String, String>,
    /// Where tags are read, if the read does not show them.
    #[serde(default)]
    pub tags: Option<TagRead>,
    /// The reply that was lost, by JSON Pointers of it; each with where its like stands in what was read.
    #[serde(default)]
    pub reply: BTreeMap<String, String>,
}

/// A list that shows whether a call began something: a task of that time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Began {
    /// The action, of the same product.
    pub read: String,
    /// Its parameters: words with `{Parameter}` of the call in them.
    pub with: BTreeMap<String, String>,
    /// JSON Pointer of the list in the reply.
    pub items: String,
    /// JSON Pointer into each item, to the date at which it began.
    pub made: String,
}

/// A read of tags.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagRead {
    /// The action, of the same product.
    pub read: String,
    /// Its parameters: words with `{Parameter}` of the call in them.
    pub with: BTreeMap<String, String>,
}

/// When a reply with HTTP 200 really is a success: ARMS can fail inside it (fault row 31).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Success {
    /// JSON Pointer of the flag.
    pub at: String,
    /// What the flag says on success.
    pub is: bool,
}

/// How a list goes on (fault row 33).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// How the next page is asked for.
    pub style: PagingStyle,
    /// JSON Pointer of the list in the reply.
    pub items: String,
    /// JSON Pointer of the total, where there is one; `/TotalCount` where it is left out.
    #[serde(default)]
    pub total: Option<String>,
    /// JSON Pointer of what leads to the next page, where it does not stand at the top as `Marker` or
    /// `NextToken`.
    #[serde(default)]
    pub next: Option<String>,
    /// How many items a page may have at most, where that is less than the style allows.
    #[serde(default)]
    pub size: Option<u32>,
}

/// How the next page is asked for. Products spell the parameters each in their own way: `PageNumber`,
/// `pageNumber` and `page_number` are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PagingStyle {
    /// `Marker` while `IsTruncated`; pages of `MaxItems`, at most 1,000.
    Marker,
    /// `NextToken` while it is not empty; pages of `MaxResults` or else `PageSize`, at most 100.
    NextToken,
    /// `PageNumber` from 1 until the total is reached; pages of `PageSize`, at most 100.
    PageNumber,
}

/// A field of a reply that is a secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretField {
    /// JSON Pointer of the field, or of the object whose fields are secret together.
    pub at: String,
    /// What it is for.
    pub kind: SecretKind,
    /// The object that it belongs to: `{/Pointer}` is filled from the reply, `{Name}` from the call.
    pub object: String,
}

/// A part of a reply that may hold secrets which nobody here knows: secret by its place, not by its
/// value (`security.md`, rule 10).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guarded {
    /// JSON Pointer; `*` stands for each item of a list, and for each value of an object.
    pub at: String,
    /// What may be seen of it.
    pub form: GuardedForm,
    /// Names whose values may be seen, at any depth of settings.
    #[serde(default)]
    pub show: Vec<String>,
}

/// What may be seen of a guarded part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GuardedForm {
    /// Nothing.
    Hidden,
    /// JSON text: its names, numbers and flags, and of its texts only those that are named.
    Settings,
    /// What a command wrote, in base64 unless the call asked for plain text: the run decides.
    Output,
}

/// Classes of risk that are shown first and granted apart (`security.md`, rule 18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// A permanent key is made, or switched on or off.
    AccessKey,
    /// Somebody can sign in, or differently.
    ConsoleLogin,
    /// A multi-factor device is taken away.
    Mfa,
    /// A temporary session of another identity.
    Session,
    /// A key is read with which agents report, and are billed.
    LicenseKey,
    /// A command runs on machines.
    Command,
    /// A service is bought.
    Purchase,
}

impl Risk {
    /// The word for `--allow`, events and questions.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessKey => "access-key",
            Self::ConsoleLogin => "console-login",
            Self::Mfa => "mfa",
            Self::Session => "session",
            Self::LicenseKey => "license-key",
            Self::Command => "command",
            Self::Purchase => "purchase",
        }
    }
}

/// Refusals that may only mean that an earlier write is not visible everywhere yet (fault rows 22, 27).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settles {
    /// The codes.
    pub codes: Vec<String>,
    /// For how many seconds after the run's own last write they are waited out.
    pub seconds: u32,
}
