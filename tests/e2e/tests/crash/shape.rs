//! What is the same in every run: ids, keys, request ids, times and digests are not.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// Fields whose values are made up anew.
const SECRETS: [&str; 3] = ["secret", "token", "accessKeySecret"];
/// Numbers from here on are times, in milliseconds or seconds.
const TIME_MIN: f64 = 1.5e9;

/// A value without what differs from run to run.
pub(crate) fn shape(value: &Json) -> Json {
    match value {
        Json::String(text) => Json::String(words(text)),
        Json::Number(number) if number.as_f64().is_some_and(|it| it >= TIME_MIN) => "TIME".into(),
        Json::Array(items) => Json::Array(items.iter().map(shape).collect()),
        Json::Object(fields) => {
            let mut by_name: BTreeMap<String, Vec<Json>> = BTreeMap::new();
            for (name, value) in fields {
                let is_secret = SECRETS.contains(&name.as_str()) && value.is_string();
                let value = match value {
                    _ if is_secret => "SECRET".into(),
                    _ if name == "app_id" => "ID".into(),
                    // How often something was looked at depends on how late it was.
                    Json::Array(ids) if name == "request_ids" => (!ids.is_empty()).into(),
                    value => shape(value),
                };
                by_name.entry(words(name)).or_default().push(value);
            }
            let one = |(name, mut values): (String, Vec<Json>)| {
                values.sort_by_key(ToString::to_string);
                let value = if values.len() == 1 { values.remove(0) } else { values.into() };
                (name, value)
            };
            Json::Object(by_name.into_iter().map(one).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// A text with every made-up word replaced by its kind.
fn words(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() || "-_@:.".contains(letter) {
            word.push(letter);
            continue;
        }
        out.push_str(&replaced(&word));
        word.clear();
        out.push(letter);
    }
    out.push_str(&replaced(&word));
    out
}

fn replaced(word: &str) -> String {
    let between = |letter: char| letter == ':' || letter == '.';
    if is_date(word) {
        return "DATE".to_owned();
    }
    if word.contains(between) {
        return word
            .split_inclusive(between)
            .map(|part| {
                let name = part.trim_end_matches(between);
                format!("{}{}", kind(name).unwrap_or(name), &part[name.len()..])
            })
            .collect();
    }
    kind(word).unwrap_or(word).to_owned()
}

/// What a made-up word is.
fn kind(word: &str) -> Option<&'static str> {
    let is_hex = |text: &str| {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text.len() >= 12
            && text.bytes().all(is_digit)
            && !text.bytes().all(|it| it.is_ascii_digit())
    };
    let after = |start: &str| word.strip_prefix(start);
    if word.contains("Fake") || word.contains("fake") {
        return None;
    }
    if after("LTAI5t").or(after("ltai5t")).is_some_and(|rest| rest.len() == 18) {
        return Some("KEY");
    }
    if after("STS.").is_some() || after("NU").is_some_and(|rest| rest.len() == 22) {
        return Some("SESSION");
    }
    if word.len() == 36 && word.split('-').map(str::len).eq([8, 4, 4, 4, 12]) {
        return Some("REQUEST");
    }
    if [15, 18].contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some("ID");
    }
    if let Some((_, rest)) = word.split_once('@')
        && is_hex(rest)
    {
        return Some("PID");
    }
    for (start, kind) in
        [("T-", "TASK"), ("c-hz", "COMMAND"), ("t-hz", "INVOCATION"), ("host-", "TOKEN")]
    {
        if after(start).is_some_and(|rest| is_hex(rest) || rest.split('-').any(is_hex)) {
            return Some(kind);
        }
    }
    if word.split_once("run-").is_some_and(|(_, rest)| rest.split('-').count() == 2) {
        return Some("RUN");
    }
    is_hex(word).then_some("HEX")
}

fn is_date(word: &str) -> bool {
    word.len() >= 17 && word.starts_with("20") && word.ends_with('Z') && word.contains('T')
}
