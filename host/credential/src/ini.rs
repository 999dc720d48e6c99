//! `credentials` of the SDKs: an ini file with a section for each identity.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use host_model::{SecretText, quote_within};

use crate::CredentialError;
use crate::config::{NAME_SHOWN_MAX, read_file};
use crate::fields::Fields;

/// The file's names for fields, and those of `config.json` for the same.
const NAMES: [(&str, &str); 14] = [
    ("type", "mode"),
    ("access_key_id", "access_key_id"),
    ("access_key_secret", "access_key_secret"),
    ("security_token", "sts_token"),
    ("role_arn", "ram_role_arn"),
    ("role_session_name", "ram_session_name"),
    ("policy", "policy"),
    ("external_id", "external_id"),
    ("duration_seconds", "expired_seconds"),
    ("role_name", "ram_role_name"),
    ("oidc_provider_arn", "oidc_provider_arn"),
    ("oidc_token_file_path", "oidc_token_file"),
    ("region_id", "region_id"),
    ("enable", "enable"),
];

/// The file's words for modes, and those of `config.json`.
const MODES: [(&str, &str); 5] = [
    ("access_key", "AK"),
    ("sts", "StsToken"),
    ("ram_role_arn", "RamRoleArn"),
    ("oidc_role_arn", "OIDC"),
    ("ecs_ram_role", "EcsRamRole"),
];

/// The sections of a `credentials` file.
#[derive(Debug)]
pub(crate) struct Sections {
    pub(crate) path: PathBuf,
    sections: BTreeMap<String, Fields>,
}

impl Sections {
    /// Reads the file; `None` if there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, CredentialError> {
        match read_file(path)? {
            Some(bytes) => parse(path, &bytes).map(Some),
            None => Ok(None),
        }
    }

    /// A section that is not switched off.
    pub(crate) fn get(&self, name: &str) -> Option<&Fields> {
        let is_on = |fields: &&Fields| {
            !fields.text("enable").is_some_and(|text| text.eq_ignore_ascii_case("false"))
        };
        self.sections.get(name).filter(is_on)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str)
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Sections, CredentialError> {
    let invalid = |line: usize, field: &str| CredentialError::FileInvalid {
        path: path.to_owned(),
        line,
        column: 1,
        field: field.to_owned(),
    };
    let text = std::str::from_utf8(bytes).map_err(|_| invalid(1, "?"))?;
    let mut sections: BTreeMap<String, BTreeMap<&'static str, SecretText>> = BTreeMap::new();
    let mut current: Option<&mut BTreeMap<&'static str, SecretText>> = None;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let name = rest.strip_suffix(']').ok_or_else(|| invalid(number, "?"))?.trim();
            if sections.contains_key(name) {
                let profile = quote_within(name, NAME_SHOWN_MAX);
                return Err(CredentialError::ProfileRepeated { path: path.to_owned(), profile });
            }
            current = Some(sections.entry(name.to_owned()).or_default());
            continue;
        }
        let (name, value) = line.split_once('=').ok_or_else(|| invalid(number, "?"))?;
        let section = current.as_mut().ok_or_else(|| invalid(number, "?"))?;
        let Some(field) = translate(&NAMES, name.trim()) else { continue };
        if section.insert(field, SecretText::new(value.trim())).is_some() {
            return Err(invalid(number, field));
        }
    }
    let sections = sections.into_iter().map(|(name, texts)| {
        let fields = Fields::new(origin(&name), with_mode(texts));
        (name, fields)
    });
    Ok(Sections { path: path.to_owned(), sections: sections.collect() })
}

fn origin(name: &str) -> String {
    format!("section `{}`", quote_within(name, NAME_SHOWN_MAX))
}

fn with_mode(mut texts: BTreeMap<&'static str, SecretText>) -> BTreeMap<&'static str, SecretText> {
    let mode = texts.get("mode").map(|mode| mode.expose().to_owned()).unwrap_or_default();
    if let Some(known) = translate(&MODES, mode.as_str()) {
        let has_token = texts.get("sts_token").is_some_and(|token| !token.expose().is_empty());
        let known = if known == "AK" && has_token { "StsToken" } else { known };
        texts.insert("mode", SecretText::new(known));
    }
    texts
}

fn translate(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours)
}
