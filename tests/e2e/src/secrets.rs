//! What no output and no file may hold.

use std::path::Path;

use serde_json::Value as Json;

use crate::Home;

/// Texts that are secret, in every form in which they could slip out.
#[derive(Debug, Clone, Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// The operators' keys and the license key of the built-in scenario.
    pub fn of_scenario(text: &str) -> Self {
        let mut secrets = Self::default();
        let quoted = text.split('"').skip(1).step_by(2);
        quoted
            .filter(|word| word.starts_with("Fake") && word.contains("Secret"))
            .for_each(|word| secrets.learn(word));
        secrets
    }

    /// Adds every secret that the simulated cloud of a state folder knows: it is kept in the clear
    /// there, since everything in it is invented.
    pub fn learn_cloud(&mut self, state: &Path) {
        for (path, bytes) in Home::files(&state.join("simulated")) {
            if path.file_name().is_some_and(|name| name == "cloud.json") {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let json = text.split_once('\n').map_or(text.as_str(), |(_, json)| json);
                let json: Json = serde_json::from_str(json).expect("the cloud's file is JSON");
                self.learn_tree(&json);
            }
        }
    }

    fn learn_tree(&mut self, tree: &Json) {
        const NAMES: [&str; 5] = ["secret", "password", "token", "license", "private"];
        match tree {
            Json::Object(fields) => {
                for (name, value) in fields {
                    let name = name.to_lowercase();
                    let names_one = NAMES.iter().any(|word| name.contains(word));
                    match value {
                        Json::String(text) if names_one => self.learn(text),
                        Json::Object(inner) if name.contains("license") => {
                            inner.values().filter_map(Json::as_str).for_each(|it| self.learn(it));
                        }
                        other => self.learn_tree(other),
                    }
                }
            }
            Json::Array(items) => items.iter().for_each(|item| self.learn_tree(item)),
            _ => {}
        }
    }

    /// Adds one. Short words would be found everywhere.
    pub fn learn(&mut self, secret: &str) {
        if secret.len() >= 12 && !self.0.iter().any(|known| known == secret) {
            self.0.push(secret.to_owned());
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Asserts that a text holds none of them, plainly or encoded.
    #[track_caller]
    pub fn are_not_in(&self, place: &str, text: &str) {
        for secret in &self.0 {
            for form in forms(secret) {
                assert!(!text.contains(&form), "{place} holds the secret `{secret}` as `{form}`");
            }
        }
    }

    /// Asserts that no file below a folder holds one, but for the invented cloud's own file.
    #[track_caller]
    pub fn are_not_below(&self, folder: &Path) {
        for (path, bytes) in Home::files(folder) {
            if path.file_name().is_some_and(|name| name == "cloud.json") {
                continue;
            }
            let text = String::from_utf8_lossy(&bytes);
            self.are_not_in(&path.display().to_string(), &text);
        }
    }
}

/// The secret itself, and what encoders make of it.
fn forms(secret: &str) -> Vec<String> {
    let percent = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        let encode = |byte: u8| match byte {
            byte if plain(byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        };
        text.bytes().map(encode).collect::<String>()
    };
    let digit = |number: u8| char::from_digit(u32::from(number), 16).unwrap_or_default();
    let hex: String = secret.bytes().flat_map(|byte| [byte >> 4, byte & 15].map(digit)).collect();
    let json = Json::String(secret.to_owned()).to_string();
    let json = json.trim_matches('"').to_owned();
    let once = percent(secret);
    let twice = percent(&once);
    vec![secret.to_owned(), once, twice, hex, json, base64(secret.as_bytes())]
}

/// Without padding, so that it is found inside of a longer text as well.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // The last group depends on what follows; only whole groups are looked for.
    let digit = |number: u32| char::from(DIGITS[(number & 63) as usize]);
    let group = |chunk: &[u8]| {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        [18, 12, 6, 0].map(|shift| digit(number >> shift))
    };
    bytes.chunks_exact(3).flat_map(group).collect()
}
