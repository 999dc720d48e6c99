//! Secrets found by value, in every form that something could echo them in.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use host_model::SecretText;
use host_sign::encode::{form, percent_encode};
use host_wire::{REDACTED, Redactor};
use serde_json::{Value as Json, json};

/// Secrets with everything that an encoding could change.
const SECRETS: [&str; 5] = [
    "FakeSecret0000000000000000000001",
    "CAISfake/Token+With=Padding==/and~tilde*star",
    "P@ss w0rd+/=~*",
    "qu\"ote\\back/slash%41",
    "päßwört😀",
];

fn form_encoded(text: &str) -> String {
    form(&[("", text)]).trim_start_matches('=').to_owned()
}

fn json_escaped(text: &str) -> String {
    Json::from(text).to_string().trim_matches('"').to_owned()
}

/// As an encoder for a web page writes it: all that is not ASCII as `\u…`, and `\/`.
fn web_escaped(text: &str) -> String {
    let escape = |unit: u16| match char::from_u32(u32::from(unit)) {
        Some(plain @ ('a'..='z' | 'A'..='Z' | '0'..='9')) => plain.to_string(),
        Some('/') => "\\/".to_owned(),
        _ => format!("\\u{unit:04X}"),
    };
    text.encode_utf16().map(escape).collect()
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// Every form that `security.md`, rule 10 names, and mixtures of them.
fn forms(secret: &str) -> Vec<(&'static str, String)> {
    let once = percent_encode(secret);
    vec![
        ("raw", secret.to_owned()),
        ("url", once.clone()),
        ("url, small digits", lower_escapes(&once)),
        ("url twice", percent_encode(&once)),
        ("form", form_encoded(secret)),
        ("form twice", form_encoded(&form_encoded(secret))),
        ("url of form", percent_encode(&form_encoded(secret))),
        ("url as browsers write it", once.replace("%2A", "*").replace("%7E", "~")),
        ("base64", STANDARD.encode(secret)),
        ("base64 without padding", STANDARD_NO_PAD.encode(secret)),
        ("base64url", URL_SAFE.encode(secret)),
        ("base64url without padding", URL_SAFE_NO_PAD.encode(secret)),
        ("url of base64", percent_encode(&STANDARD.encode(secret))),
        ("base64 of user and secret", STANDARD.encode(format!("u:{secret}"))),
        ("base64 of more, one off", STANDARD.encode(format!("user{secret} and so on"))),
        ("base64 of more, two off", URL_SAFE.encode(format!("users{secret}?!"))),
        ("hex", hex(secret)),
        ("HEX", hex(secret).to_uppercase()),
        ("json", json_escaped(secret)),
        ("json twice", json_escaped(&json_escaped(secret))),
        ("json for the web", web_escaped(secret)),
        ("json of url", json_escaped(&percent_encode(secret))),
        ("url of json", percent_encode(&json_escaped(secret))),
    ]
}

/// `%2B` as `%2b`.
fn lower_escapes(text: &str) -> String {
    let mut parts = text.split('%');
    let mut lower = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        lower.push_str(&format!("%{}{rest}", digits.to_lowercase()));
    }
    lower
}

#[test]
fn finds_every_form_and_nothing_else() {
    for secret in SECRETS {
        let redactor = Redactor::of([&SecretText::new(secret)]);
        for (form, echoed) in forms(secret) {
            for (before, after) in [("", ""), ("stringToSign: ", " :end"), ("\"", "\",\"x\":1")] {
                let text = format!("{before}{echoed}{after}");
                assert!(redactor.finds(&text), "{secret} as {form}: {text}");
                let redacted = redactor.redact(&text);
                assert!(redacted.contains(REDACTED), "{form}: {redacted}");
                assert!(!redactor.finds(&redacted), "{form}: {redacted}");
                // What was not part of the secret stays readable.
                if !form.contains("base64") {
                    assert_eq!(redacted, format!("{before}{REDACTED}{after}"), "{secret}: {form}");
                }
            }
        }
        for text in ["", "a text without it", "AccessKeyId", "%", "\\", "%2", "\\u12", "账号"] {
            assert!(!redactor.finds(text), "{secret}: {text}");
            assert_eq!(redactor.redact(text), text);
        }
    }
}

#[test]
fn base64_leaves_no_character_of_the_secret() {
    let secret = SECRETS[0];
    let redactor = Redactor::of([&SecretText::new(secret)]);
    for prefix in ["", "a", "ab", "abc"] {
        for suffix in ["", "y", "yz"] {
            let text = STANDARD_NO_PAD.encode(format!("{prefix}{secret}{suffix}"));
            let redacted = redactor.redact(&text);
            let rest = redacted.len() - REDACTED.len();
            // Four thirds of what surrounds it, less the characters that are shared with it.
            let most = ((prefix.len() + suffix.len()) * 4).div_ceil(3);
            assert!(rest <= most, "{prefix}-{suffix}: {redacted}");
        }
    }
}

#[test]
fn redacts_several_and_overlapping_secrets() {
    let redactor =
        Redactor::of([&SecretText::new("first-secret"), &SecretText::new("secret-second")]);
    assert_eq!(redactor.redact("a first-secret-second b"), "a [secret] b");
    assert_eq!(
        redactor.redact("first-secret, secret-second; first-secret"),
        "[secret], [secret]; [secret]"
    );
    assert_eq!(Redactor::default().redact("first-secret"), "first-secret");
}

#[test]
fn ignores_secrets_that_are_too_short() {
    assert!(!Redactor::of([&SecretText::new("short")]).finds("a short text"));
    assert!(Redactor::of([&SecretText::new("short!")]).finds("a short! text"));
    assert!(!Redactor::of([&SecretText::new("")]).finds("a text"));
}

#[test]
fn redacts_trees_with_their_names() {
    let redactor = Redactor::of([&SecretText::new("FakeSecret01")]);
    let mut tree = json!({ "a": ["x FakeSecret01", 1, null], "FakeSecret01": { "b": "y" } });
    redactor.redact_json(&mut tree);
    assert_eq!(tree, json!({ "a": ["x [secret]", 1, null], "[secret]": { "b": "y" } }));
    assert_eq!(format!("{redactor:?}"), "Redactor { .. }");
}
