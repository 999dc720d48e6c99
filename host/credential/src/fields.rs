//! What a profile says: names and texts, any of which may be a secret.

use std::collections::BTreeMap;
use std::fmt;

use host_model::SecretText;

use crate::CredentialError;

/// The fields of a profile that mean something to this program, in the spelling of `config.json`.
pub(crate) const KNOWN: [&str; 21] = [
    "name",
    "mode",
    "access_key_id",
    "access_key_secret",
    "sts_token",
    "sts_region",
    "sts_endpoint",
    "sts_expiration",
    "ram_role_name",
    "ram_role_arn",
    "ram_session_name",
    "external_id",
    "expired_seconds",
    "policy",
    "source_profile",
    "region_id",
    "oidc_provider_arn",
    "oidc_token_file",
    "credentials_uri",
    "process_command",
    "enable",
];

/// One profile, whatever file it stands in.
#[derive(Clone)]
pub(crate) struct Fields {
    /// Its name, quoted, for messages: "profile `x`".
    pub(crate) origin: String,
    texts: BTreeMap<&'static str, SecretText>,
}

impl Fields {
    pub(crate) fn new(origin: String, texts: BTreeMap<&'static str, SecretText>) -> Self {
        Self { origin, texts }
    }

    /// A field that is there and not empty: tools write empty texts for what was never set.
    pub(crate) fn secret(&self, field: &str) -> Option<&SecretText> {
        self.texts.get(field).filter(|text| !text.expose().trim().is_empty())
    }

    /// The same, for fields that are no secrets.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.secret(field).map(|text| text.expose().trim())
    }

    pub(crate) fn need_secret(&self, field: &'static str) -> Result<&SecretText, CredentialError> {
        self.secret(field).ok_or_else(|| self.missing(field))
    }

    pub(crate) fn need(&self, field: &'static str) -> Result<&str, CredentialError> {
        self.text(field).ok_or_else(|| self.missing(field))
    }

    /// A whole number; 0 counts as not set, as the command line writes it.
    pub(crate) fn number(&self, field: &'static str) -> Result<Option<i64>, CredentialError> {
        match self.text(field).map(str::parse::<i64>) {
            None | Some(Ok(0)) => Ok(None),
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => Err(self.invalid(field, "a whole number")),
        }
    }

    pub(crate) fn invalid(&self, field: &'static str, wanted: &'static str) -> CredentialError {
        CredentialError::FieldInvalid { origin: self.origin.clone(), field, wanted }
    }

    fn missing(&self, field: &'static str) -> CredentialError {
        CredentialError::FieldMissing { origin: self.origin.clone(), field }
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fields").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// The known field of that name.
pub(crate) fn known(name: &str) -> Option<&'static str> {
    KNOWN.into_iter().find(|field| *field == name)
}
