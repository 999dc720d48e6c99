//! The cloud's no, and replies that nobody can read.

use std::fmt;

use host_catalog::{Action, Product, kind_of};
use host_model::{CallError, ErrorKind, HttpReply, quote, quote_within};
use serde_json::Value as Json;

use crate::Redactor;

/// The code of a reply that cannot be understood.
pub const REPLY_UNREADABLE: &str = "wire.reply-unreadable";

/// The code of a success whose flag says that it is none, and that names no code.
const SUCCESS_FALSE: &str = "wire.success-false";

// How many characters of the cloud's texts are shown. Nothing is cut before it was redacted: half a
// secret would not be found.
const MESSAGE_SHOWN: usize = 500;
const START_SHOWN: usize = 60;

// How many characters a text may have to be believed.
const CODE_LENGTH_MAX: usize = 128;
const REQUEST_ID_LENGTH_MAX: usize = 64;
const DENIED_PART_LENGTH_MAX: usize = 200;

/// The largest body of which a start is shown, in bytes.
const START_BODY_BYTES_MAX: usize = 64 * 1024;

/// The longest diagnostic message that is kept, in bytes: what `DecodeDiagnosticMessage` takes.
/// A longer one would be of no use when cut.
const DIAGNOSTIC_BYTES_MAX: usize = 8192;

/// The cloud's no, or a reply that nobody can read.
#[derive(Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The cloud's code, for example `EntityNotExist.Role`, or [`REPLY_UNREADABLE`].
    pub code: String,
    /// The cloud's words as they came. They may echo the request, secrets included, and are escaped
    /// and cut only on the way out ([`Rejection::into_call_error`]).
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// The cloud's id of the request.
    pub request_id: Option<String>,
    /// How long the cloud asks to wait, in milliseconds.
    pub retry_after_millis: Option<u64>,
    /// Who was denied what, if the product says so.
    pub access_denied: Option<Box<AccessDenied>>,
    /// A body that is not what it should be, unless it could have brought a secret.
    strange: Option<Box<str>>,
}

/// Why somebody may not do something, as products say that leave this to RAM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessDenied {
    /// Who was denied what and why, in one line.
    pub summary: String,
    /// What `DecodeDiagnosticMessage` explains.
    pub diagnostic: Option<String>,
}

impl Rejection {
    /// What the refusal means for control flow.
    pub fn kind(&self) -> ErrorKind {
        // A code inside a success can be a number, with the meaning of a status.
        let status = self.code.parse().unwrap_or(self.status);
        match kind_of(&self.code, status) {
            ErrorKind::Throttled => ErrorKind::Throttled,
            _ if self.is_unreadable() => ErrorKind::Unavailable,
            kind => kind,
        }
    }

    /// Whether the reply could not be understood.
    pub fn is_unreadable(&self) -> bool {
        self.code == REPLY_UNREADABLE
    }

    /// Whether the request may have taken effect all the same: an unreadable reply, an internal
    /// error, a nonce that was seen before (perhaps with the first copy of this very request).
    pub fn may_have_taken_effect(&self) -> bool {
        self.kind() == ErrorKind::Unavailable && self.code != "InvalidTimeStamp.Expired"
    }

    /// The error that a workflow sees. After a request that carried a secret, nothing of the
    /// cloud's words is left but the code (`security.md`, rule 10).
    pub fn into_call_error(
        self,
        product: &Product,
        action: &Action,
        carried_secret: bool,
    ) -> CallError {
        let kind = self.kind();
        let message = if carried_secret {
            "the cloud's words are left out, because the request carried a secret".to_owned()
        } else {
            let start = self.strange.map(|body| quote_within(&body, START_SHOWN));
            let start = start.map(|start| format!(", and begins with `{start}`"));
            quote_within(&self.message, MESSAGE_SHOWN) + &start.unwrap_or_default()
        };
        let mut error = CallError::new(kind, self.code, message)
            .with("action", format!("{}:{}", product.key, action.name))
            .with("http-status", self.status.to_string());
        error.request_id = self.request_id;
        if let Some(denied) = self.access_denied.filter(|_| !carried_secret) {
            error = error.with("denied", denied.summary);
            if let Some(diagnostic) = denied.diagnostic {
                error = error.with("diagnostic", diagnostic);
            }
        }
        error
    }

    /// The same without the secrets that `redactor` knows.
    #[must_use]
    pub fn redacted(mut self, redactor: &Redactor) -> Self {
        self.code = redactor.redact(&self.code);
        self.message = redactor.redact(&self.message);
        self.strange = self.strange.map(|body| redactor.redact(&body).into());
        self.request_id = self.request_id.map(|id| redactor.redact(&id));
        if let Some(denied) = &mut self.access_denied {
            denied.summary = redactor.redact(&denied.summary);
            denied.diagnostic = denied.diagnostic.take().map(|text| redactor.redact(&text));
        }
        self
    }

    /// From a body that says no. `Code` in RPC style is `code` in ROA style.
    pub(crate) fn read(action: &Action, reply: &HttpReply, json: &Json) -> Self {
        let is_success = (200..300).contains(&reply.status);
        let code = match field(json, "Code", "code") {
            Some(Json::String(code)) if is_word(code, CODE_LENGTH_MAX) => code.clone(),
            Some(Json::Number(code)) => code.to_string(),
            None if is_success => SUCCESS_FALSE.to_owned(),
            _ => {
                return Self::unreadable(reply, "the refusal has no code").beginning(action, reply);
            }
        };
        let message = field(json, "Message", "message").and_then(Json::as_str).unwrap_or_default();
        Self {
            code,
            message: message.to_owned(),
            status: reply.status,
            request_id: request_id_of(reply, Some(json)),
            retry_after_millis: retry_after_millis(reply),
            access_denied: field(json, "AccessDeniedDetail", "accessDeniedDetail")
                .and_then(access_denied)
                .map(Box::new),
            strange: None,
        }
    }

    /// From a body that is no JSON: a proxy's page, a cut reply, nothing at all.
    pub(crate) fn no_json(action: &Action, reply: &HttpReply, error: &serde_json::Error) -> Self {
        if reply.body.is_empty() {
            return Self::unreadable(reply, "the reply is empty");
        }
        let what = if error.is_eof() { "the reply is cut off" } else { "the reply is no JSON" };
        Self::unreadable(reply, what).beginning(action, reply)
    }

    /// From a reply that is not what it should be; `reason` holds nothing secret.
    pub fn unreadable(reply: &HttpReply, reason: &str) -> Self {
        Self {
            code: REPLY_UNREADABLE.to_owned(),
            message: format!("{reason} (HTTP status {})", reply.status),
            status: reply.status,
            request_id: request_id_of(reply, None),
            retry_after_millis: retry_after_millis(reply),
            access_denied: None,
            strange: None,
        }
    }

    /// The same, which also says how the body begins.
    fn beginning(mut self, action: &Action, reply: &HttpReply) -> Self {
        if !action.brings_secret() && reply.body.len() <= START_BODY_BYTES_MAX {
            self.strange = Some(String::from_utf8_lossy(&reply.body).into());
        }
        self
    }
}

// The message may echo what the request carried.
impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("code", &self.code)
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

/// The request's id: in RPC bodies, else in a header.
pub(crate) fn request_id_of(reply: &HttpReply, json: Option<&Json>) -> Option<String> {
    let in_body = json.and_then(|json| {
        ["RequestId", "requestId", "request_id"].iter().find_map(|name| text(json, name))
    });
    let id = in_body.or_else(|| reply.header("x-acs-request-id"))?;
    is_word(id, REQUEST_ID_LENGTH_MAX).then(|| id.to_owned())
}

/// The gateway counts in milliseconds, HTTP in seconds. The form of `retry-after` that is a date is
/// left out: no product sends it.
fn retry_after_millis(reply: &HttpReply) -> Option<u64> {
    let number = |name: &str| reply.header(name)?.trim().parse::<u64>().ok();
    let millis = number("x-acs-retry-after")
        .or_else(|| number("retry-after").map(|seconds| seconds.saturating_mul(1000)));
    millis.filter(|millis| *millis > 0)
}

/// Whether a text is what codes and ids are made of: short, visible, ASCII.
fn is_word(text: &str, length_max: usize) -> bool {
    let is_visible = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    (1..=length_max).contains(&text.len()) && text.bytes().all(is_visible)
}

fn access_denied(detail: &Json) -> Option<AccessDenied> {
    let part = |name| {
        let part = text(detail, name).filter(|part| is_word(part, DENIED_PART_LENGTH_MAX));
        part.unwrap_or("?")
    };
    text(detail, "AuthAction")?;
    let summary = format!(
        "{} is denied to {} {} of account {}: {}, {}",
        part("AuthAction"),
        part("AuthPrincipalType"),
        part("AuthPrincipalDisplayName"),
        part("AuthPrincipalOwnerId"),
        part("NoPermissionType"),
        part("PolicyType"),
    );
    let diagnostic = text(detail, "EncodedDiagnosticMessage");
    let diagnostic = diagnostic.filter(|text| text.len() <= DIAGNOSTIC_BYTES_MAX).map(quote);
    Some(AccessDenied { summary, diagnostic })
}

fn field<'a>(json: &'a Json, name: &str, lower: &str) -> Option<&'a Json> {
    json.get(name).or_else(|| json.get(lower))
}

fn text<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    json.get(name).and_then(Json::as_str)
}
