//! Requests of the official SDK, captured as they were sent: `tests/wire`.

use std::fs;
use std::path::{Path, PathBuf};

use host_model::{HttpRequest, Scheme};
use serde_json::Value as Json;

/// The actions that no key signs: a token among the parameters vouches.
const ANONYMOUS: [&str; 2] = ["AssumeRoleWithOIDC", "AssumeRoleWithSAML"];

/// A captured request.
#[derive(Debug)]
pub struct Captured {
    /// `product/Action scheme`, for messages.
    pub name: String,
    /// What was sent; path as it was, query decoded.
    pub request: HttpRequest,
    /// The invented secret that it was signed with.
    pub secret: String,
    /// Whether it has to be signed.
    pub is_signed: bool,
}

/// All captured requests below `folder`, in order; at least one in each file.
pub fn captured(folder: &Path) -> Vec<Captured> {
    let mut all = Vec::new();
    for file in json_files(folder) {
        let text = fs::read_to_string(&file).expect("a capture is text");
        let capture: Json = serde_json::from_str(&text).expect("a capture is JSON");
        let name = file.strip_prefix(folder).unwrap_or(&file).with_extension("");
        let before = all.len();
        for (scheme, sent) in capture.as_object().into_iter().flatten() {
            if sent["method"].is_string() {
                all.push(Captured {
                    name: format!("{} {scheme}", name.display()),
                    request: request(sent),
                    secret: secret(&capture, scheme),
                    is_signed: !ANONYMOUS.iter().any(|action| name.ends_with(action)),
                });
            }
        }
        assert!(all.len() > before, "{} holds no request", file.display());
    }
    all
}

/// Every JSON file below `folder`, in order; at least one.
fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder);
        assert!(entries.is_ok(), "{} is no folder", folder.display());
        for entry in entries.into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    assert!(!files.is_empty(), "{} holds no JSON file", folder.display());
    files.sort();
    files
}

fn request(sent: &Json) -> HttpRequest {
    let target = text(sent, "target");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = headers(sent);
    let host = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
    HttpRequest {
        method: text(sent, "method").to_owned(),
        scheme: Scheme::Http,
        authority: host.expect("a request names its host").1.clone(),
        path: path.to_owned(),
        query: query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect(),
        body: text(sent, "body").as_bytes().to_vec(),
        headers,
    }
}

fn text<'a>(object: &'a Json, field: &str) -> &'a str {
    let text = object[field].as_str();
    assert!(text.is_some(), "`{field}` is no text in {object}");
    text.unwrap_or_default()
}

/// Texts, or lists of texts for headers that are repeated.
fn headers(sent: &Json) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, value) in sent["headers"].as_object().expect("a request has headers") {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            let value = value.as_str().expect("a header is text");
            all.push((name.clone(), value.to_owned()));
        }
    }
    all
}

/// The secret is said in the file's note: one for all schemes, one for those with a session.
fn secret(capture: &Json, scheme: &str) -> String {
    let word = if scheme.ends_with("_sts") { "*_sts " } else { "secret " };
    let (_, rest) = text(capture, "note").split_once(word).expect("the note says the secret");
    rest.split(',').next().unwrap_or(rest).to_owned()
}

/// Decodes a pair of a query as a server does.
fn pair(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (decoded(name), decoded(value))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()].map(|digit| {
                    let digit = digit.and_then(|digit| char::from(digit).to_digit(16));
                    digit.and_then(|digit| u8::try_from(digit).ok()).expect("two digits follow `%`")
                });
                digits[0] * 16 + digits[1]
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).expect("a query is text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_was_sent() {
        let all = captured(&crate::workspace().join("tests/wire"));
        assert!(all.len() > 150, "{}", all.len());
        let unsigned = all.iter().filter(|captured| !captured.is_signed).count();
        assert!((1..10).contains(&unsigned), "{unsigned}");
        let signed = |captured: &Captured| {
            let header = captured.request.headers.iter().any(|(name, _)| name == "authorization");
            header || captured.request.query.iter().any(|(name, _)| name == "Signature")
        };
        for captured in all {
            assert_eq!(signed(&captured), captured.is_signed, "{}", captured.name);
            assert!(captured.secret.len() > 8, "{}", captured.name);
        }
    }

    #[test]
    fn queries_are_decoded_as_servers_do() {
        assert_eq!(pair("a%20b=c+d%2Fe"), ("a b".to_owned(), "c d/e".to_owned()));
        assert_eq!(pair("flag"), ("flag".to_owned(), String::new()));
        assert_eq!(pair("x=%E8%B4%A6=1"), ("x".to_owned(), "账=1".to_owned()));
    }
}
