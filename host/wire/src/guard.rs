//! Parts of replies that may hold secrets which nobody here knows (`security.md`, rule 10).
//!
//! An add-on's configuration may hold a key that somebody typed in by hand, a command's parameters
//! a license key of last year. They are secret by their place: whoever asked gets what the catalog
//! shows of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use host_catalog::{Action, GuardedForm};
use host_model::Call;
use serde_json::Value as Json;

use crate::tree;

/// What stands where a text stood that nobody may see.
pub const SEALED: &str = "[sealed]";

/// What stands where the cloud itself had put asterisks.
pub const MASKED: &str = "[masked]";

/// So many asterisks make a masked value.
const MASK: &str = "***";

/// What a command wrote on one machine.
#[derive(Clone)]
pub struct FoundOutput {
    /// JSON Pointer of where it stood, without `*`.
    pub at: String,
    /// The decoded text; what is no UTF-8 is replaced.
    pub text: String,
}

// It may hold anything.
impl std::fmt::Debug for FoundOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FoundOutput").field("at", &self.at).finish_non_exhaustive()
    }
}

/// Leaves of guarded parts what may be seen of them. Outputs stay until the list is whole.
pub(crate) fn guard(action: &Action, body: &mut Json) {
    for guarded in &action.guarded {
        for at in places(body, &guarded.at) {
            let Some(part) = body.pointer_mut(&at) else { continue };
            match guarded.form {
                GuardedForm::Hidden => tree::wipe(part.take()),
                GuardedForm::Settings => {
                    *part = Json::String(settings(&part.take(), &guarded.show));
                }
                GuardedForm::Output => {}
            }
        }
    }
}

/// Takes what commands wrote out of a whole reply, all pages together.
pub fn take_outputs(action: &Action, call: &Call, body: &mut Json) -> Vec<FoundOutput> {
    let is_plain = call.text("ContentEncoding") == Some("PlainText");
    let mut outputs = Vec::new();
    for guarded in action.guarded.iter().filter(|it| it.form == GuardedForm::Output) {
        for at in places(body, &guarded.at) {
            let Some(part) = body.pointer_mut(&at) else { continue };
            let taken = std::mem::replace(part, Json::String(String::new()));
            let text = taken.as_str().unwrap_or_default();
            let text = if is_plain { text.to_owned() } else { decoded(text) };
            outputs.push(FoundOutput { at, text });
        }
    }
    outputs
}

/// Base64, or the text itself where it is none.
fn decoded(text: &str) -> String {
    let bytes = STANDARD.decode(text.trim());
    bytes.map_or_else(|_| text.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The concrete pointers that `pattern` stands for in `body`.
fn places(body: &Json, pattern: &str) -> Vec<String> {
    let Some((list, rest)) = pattern.split_once("/*") else {
        let is_there = body.pointer(pattern).is_some_and(|part| !part.is_null());
        return if is_there { vec![pattern.to_owned()] } else { Vec::new() };
    };
    let names: Vec<String> = match body.pointer(list) {
        Some(Json::Array(items)) => (0..items.len()).map(|index| index.to_string()).collect(),
        Some(Json::Object(fields)) => {
            fields.keys().map(|name| name.replace('~', "~0").replace('/', "~1")).collect()
        }
        _ => Vec::new(),
    };
    names.iter().flat_map(|name| places(body, &format!("{list}/{name}{rest}"))).collect()
}

/// A document's names, numbers, flags, and the texts that `show` names. What is no document is
/// sealed as a whole.
fn settings(part: &Json, show: &[String]) -> String {
    let document = match part {
        Json::String(text) if text.is_empty() => return String::new(),
        Json::String(text) => serde_json::from_str::<Json>(text).ok(),
        document => Some(document.clone()),
    };
    let Some(mut document) = document.filter(Json::is_object) else { return SEALED.to_owned() };
    seal(&mut document, "", show);
    document.to_string()
}

fn seal(tree: &mut Json, name: &str, show: &[String]) {
    match tree {
        Json::Object(fields) => fields.iter_mut().for_each(|(name, field)| seal(field, name, show)),
        Json::Array(items) => items.iter_mut().for_each(|item| seal(item, name, show)),
        Json::String(text) if text.is_empty() => {}
        Json::String(text) if text.contains(MASK) => MASKED.clone_into(text),
        Json::String(text) if !show.iter().any(|shown| shown == name) => SEALED.clone_into(text),
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_settings_only_named_texts_are_seen() {
        let show = ["accessKey".to_owned(), "uid".to_owned()];
        let text = |document: Json| Json::String(document.to_string());
        let cases = [
            (
                text(json!({ "accessKey": "LTAI5t", "accessKeySecret": "s3cret", "uid": "1" })),
                json!({ "accessKey": "LTAI5t", "accessKeySecret": SEALED, "uid": "1" }),
            ),
            (
                text(json!({ "accessKey": "LT****1", "accessKeySecret": "******", "on": true })),
                json!({ "accessKey": MASKED, "accessKeySecret": MASKED, "on": true }),
            ),
            (
                text(json!({ "a": { "uid": "2", "b": ["x", 3] }, "empty": "" })),
                json!({ "a": { "uid": "2", "b": [SEALED, 3] }, "empty": "" }),
            ),
        ];
        for (part, expected) in cases {
            let shown: Json = serde_json::from_str(&settings(&part, &show)).unwrap();
            assert_eq!(shown, expected);
        }
        assert_eq!(settings(&json!("accessKeySecret: s3cret"), &show), SEALED);
        assert_eq!(settings(&json!(""), &show), "");
    }

    #[test]
    fn a_star_stands_for_every_item_and_every_field() {
        let body = json!({ "a": [{ "b": [{ "c": 1 }, { "c": 2 }] }, { "b": [{ "d": 3 }] }] });
        assert_eq!(places(&body, "/a/*/b/*/c"), ["/a/0/b/0/c", "/a/0/b/1/c"]);
        assert!(places(&body, "/x/*/c").is_empty());
        assert_eq!(places(&json!([{ "c": 1 }, { "d": 2 }]), "/*/c"), ["/0/c"]);
        assert_eq!(places(&json!({ "a/b": { "c": 1 }, "d": 2 }), "/*/c"), ["/a~1b/c"]);
    }
}
