//! Profiles to recipes. Nothing is asked or run here.

use std::path::PathBuf;

use host_client::Endpoints;
use host_model::{Arn, Principal, Region, SecretText, Timestamp, quote_within};
use host_policy::SessionPolicy;
use host_sign::AccessKey;

use crate::chain::Allowance;
use crate::config::NAME_SHOWN_MAX;
use crate::environment::{Environment, variable};
use crate::fields::Fields;
use crate::source::{Ending, RoleRequest, Source};
use crate::{CredentialError, Profiles};

/// Profiles that may each be the source of the next.
const SOURCE_DEPTH_MAX: usize = 5;
/// Limits of STS for a session, in seconds; a chained one is not asked for longer than the default.
const DURATION_MIN: i64 = 900;
const DURATION_MAX: i64 = 43_200;
const CHAINED_DURATION_MAX: i64 = 3_600;

/// What an address of STS has to be: secrets of sessions come back from it.
const ADDRESS_WANTED: &str = "an address with HTTPS, such as `sts-vpc.cn-hangzhou.aliyuncs.com`";

/// Everything besides the profile itself that decides what it comes to.
pub(crate) struct Reader<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) allowance: Allowance,
    /// For roles whose profile names no session.
    pub(crate) session_name: &'a str,
    /// Where `source_profile` is looked for.
    pub(crate) profiles: Option<&'a Profiles>,
}

impl Reader<'_> {
    /// What a profile comes to.
    pub(crate) fn source(&self, name: &str, fields: &Fields) -> Result<Source, CredentialError> {
        self.visit(fields, &mut vec![name.to_owned()])
    }

    fn visit(&self, fields: &Fields, visited: &mut Vec<String>) -> Result<Source, CredentialError> {
        // The command line writes no mode for the oldest profiles, which hold a key.
        let mode = fields.text("mode").unwrap_or("AK");
        match mode.to_ascii_lowercase().as_str() {
            "ak" => Ok(Source::Key { key: permanent(fields)?, ending: None }),
            "ststoken" => Ok(Source::Key { key: temporary(fields)?, ending: None }),
            "cloudsso" => signed_in(fields, "CloudSSO", last(visited)),
            "oauth" => signed_in(fields, "OAuth", last(visited)),
            "ramrolearn" => self.role(fields),
            "chainableramrolearn" => self.chained(fields, visited),
            "ecsramrole" => self.instance(fields),
            "oidc" => self.web_identity(fields),
            "external" => self.process(fields),
            "credentialsuri" => {
                self.uri(fields.origin.clone(), fields.need_secret("credentials_uri")?)
            }
            _ => Err(CredentialError::ModeUnsupported {
                origin: fields.origin.clone(),
                mode: quote_within(mode, NAME_SHOWN_MAX),
            }),
        }
    }

    fn role(&self, fields: &Fields) -> Result<Source, CredentialError> {
        let request = self.request(fields, DURATION_MAX)?;
        // Other tools ignore a token here and then fail with a puzzling error.
        let key = match fields.secret("sts_token") {
            Some(_) => temporary(fields)?,
            None => permanent(fields)?,
        };
        let base = Box::new(Source::Key { key, ending: None });
        Ok(Source::Role { base, base_origin: fields.origin.clone(), request })
    }

    fn chained(
        &self,
        fields: &Fields,
        visited: &mut Vec<String>,
    ) -> Result<Source, CredentialError> {
        let request = self.request(fields, CHAINED_DURATION_MAX)?;
        let next = fields.need("source_profile")?.to_owned();
        let is_cyclic = visited.contains(&next);
        visited.push(next.clone());
        let names = visited.iter().map(|name| format!("`{}`", quote_within(name, NAME_SHOWN_MAX)));
        let chain = names.collect::<Vec<_>>().join(" → ");
        if is_cyclic {
            return Err(CredentialError::SourceCyclic { chain });
        }
        if visited.len() > SOURCE_DEPTH_MAX {
            return Err(CredentialError::SourceDeep { chain, limit: SOURCE_DEPTH_MAX });
        }
        let found = self.profiles.and_then(|profiles| profiles.get(&next));
        let base = found.ok_or_else(|| CredentialError::ProfileUnknown {
            profile: quote_within(&next, NAME_SHOWN_MAX),
            places: format!("the file of {}, which names it as its source", fields.origin),
            known: self.profiles.map(shown_names).unwrap_or_default(),
        })?;
        let base_origin = base.origin.clone();
        let base = Box::new(hop(self.visit(base, visited)?, &request.role));
        Ok(Source::Role { base, base_origin, request })
    }

    fn instance(&self, fields: &Fields) -> Result<Source, CredentialError> {
        let role = fields.text("ram_role_name").map(str::to_owned);
        if role.as_deref().is_some_and(|role| !is_role_name(role)) {
            return Err(fields.invalid("ram_role_name", "the name of a role"));
        }
        Ok(self.instance_of(role))
    }

    pub(crate) fn instance_of(&self, role: Option<String>) -> Source {
        let is_v1_allowed = !self.environment.is_on(variable::METADATA_V1_OFF);
        Source::Instance { role, is_v1_allowed }
    }

    fn web_identity(&self, fields: &Fields) -> Result<Source, CredentialError> {
        let token_file = PathBuf::from(fields.need("oidc_token_file")?);
        if !token_file.is_absolute() {
            return Err(fields.invalid("oidc_token_file", "an absolute path"));
        }
        Ok(Source::WebIdentity {
            provider: fields.need("oidc_provider_arn")?.to_owned(),
            token_file,
            request: self.request(fields, DURATION_MAX)?,
        })
    }

    fn process(&self, fields: &Fields) -> Result<Source, CredentialError> {
        let command = fields.need_secret("process_command")?.clone();
        let origin = || fields.origin.clone();
        if self.environment.is_on(variable::PROCESS_OFF) {
            let reason = "`ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS` forbids it";
            return Err(CredentialError::ProcessForbidden { origin: origin(), reason });
        }
        if !self.allowance.process {
            let reason = "your configuration does not allow it";
            return Err(CredentialError::ProcessForbidden { origin: origin(), reason });
        }
        Ok(Source::Process { command })
    }

    pub(crate) fn uri(&self, origin: String, uri: &SecretText) -> Result<Source, CredentialError> {
        if self.environment.is_on(variable::PROCESS_OFF) {
            let reason = "`ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS` forbids it";
            return Err(CredentialError::UriForbidden { origin, reason });
        }
        if !self.allowance.uri {
            let reason = "your configuration does not allow it";
            return Err(CredentialError::UriForbidden { origin, reason });
        }
        Ok(Source::Uri { uri: uri.clone() })
    }

    pub(crate) fn request(
        &self,
        fields: &Fields,
        duration_max: i64,
    ) -> Result<RoleRequest, CredentialError> {
        let role: Option<Arn> = fields.need("ram_role_arn")?.parse().ok();
        let role = role.filter(|arn| matches!(arn.principal(), Principal::Role(_)));
        let wanted = "a role's ARN, `acs:ram::<account>:role/<name>`";
        let role = role.ok_or_else(|| fields.invalid("ram_role_arn", wanted))?;
        let session_name = fields.text("ram_session_name").unwrap_or(self.session_name);
        if !is_session_name(session_name) {
            let wanted = "2 to 64 letters, digits, `.`, `@`, `-` or `_`";
            return Err(fields.invalid("ram_session_name", wanted));
        }
        let duration = fields.number("expired_seconds")?;
        if duration.is_some_and(|seconds| !(DURATION_MIN..=DURATION_MAX).contains(&seconds)) {
            return Err(fields.invalid("expired_seconds", "900 to 43200"));
        }
        let region = match fields.text("sts_region") {
            Some(text) => {
                Some(text.parse().map_err(|_| fields.invalid("sts_region", "a region id"))?)
            }
            None => self.environment.text(variable::STS_REGION).and_then(|text| text.parse().ok()),
        };
        let endpoint =
            match (fields.text("sts_endpoint"), self.environment.text(variable::STS_ENDPOINT)) {
                (Some(text), _) => Some(
                    address(text).ok_or_else(|| fields.invalid("sts_endpoint", ADDRESS_WANTED))?,
                ),
                (None, Some(text)) => {
                    Some(address(text).ok_or_else(|| CredentialError::FieldInvalid {
                        origin: "the environment".to_owned(),
                        field: variable::STS_ENDPOINT,
                        wanted: ADDRESS_WANTED,
                    })?)
                }
                (None, None) => None,
            };
        Ok(RoleRequest {
            role,
            session_name: session_name.to_owned(),
            external_id: fields.text("external_id").map(str::to_owned),
            policy: fields.text("policy").map(str::to_owned),
            duration: duration.map(|seconds| seconds.min(duration_max)),
            region,
            endpoint,
        })
    }
}

/// A session on the way to a role may assume that and nothing else, unless its profile says what it may.
fn hop(source: Source, next: &Arn) -> Source {
    match source.request() {
        Some(request) if request.policy.is_none() => {
            source.narrowed(SessionPolicy::to_assume(&next.to_string()))
        }
        _ => source,
    }
}

/// An address of STS, if it is one that requests may go to.
fn address(text: &str) -> Option<String> {
    Endpoints::default().with_fallback("sts", text).ok().map(|_| text.to_owned())
}

/// The region that a profile works in, if it names one.
pub(crate) fn region(fields: &Fields) -> Result<Option<Region>, CredentialError> {
    let parsed = fields.text("region_id").map(str::parse).transpose();
    parsed.map_err(|_| fields.invalid("region_id", "a region id"))
}

/// The names of all profiles, for hints.
pub(crate) fn shown_names(profiles: &Profiles) -> Vec<String> {
    profiles.names().map(|name| format!("`{}`", quote_within(name, NAME_SHOWN_MAX))).collect()
}

/// Whether a text can be a role's name, and so a part of a path.
pub(crate) fn is_role_name(text: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(fine) && !text.starts_with('.')
}

fn is_session_name(text: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b".@_-".contains(&byte);
    (2..=64).contains(&text.len()) && text.bytes().all(fine)
}

fn permanent(fields: &Fields) -> Result<AccessKey, CredentialError> {
    let id = fields.need("access_key_id")?;
    Ok(AccessKey::permanent(id, trimmed(fields.need_secret("access_key_secret")?)))
}

fn temporary(fields: &Fields) -> Result<AccessKey, CredentialError> {
    let id = fields.need("access_key_id")?;
    let secret = trimmed(fields.need_secret("access_key_secret")?);
    Ok(AccessKey::temporary(id, secret, trimmed(fields.need_secret("sts_token")?)))
}

// The command line keeps the session's keys in the profile after a person signed in.
fn signed_in(fields: &Fields, mode: &str, name: &str) -> Result<Source, CredentialError> {
    let name = quote_within(name, NAME_SHOWN_MAX);
    let sign_in = format!("aliyun configure --mode {mode} --profile {name}");
    let Some(seconds) = fields.number("sts_expiration")? else {
        return Err(CredentialError::SessionEnded { origin: fields.origin.clone(), sign_in });
    };
    let ending = Ending { at: Timestamp::from_seconds(seconds), sign_in };
    Ok(Source::Key { key: temporary(fields)?, ending: Some(ending) })
}

fn trimmed(secret: &SecretText) -> SecretText {
    SecretText::new(secret.expose().trim())
}

fn last(visited: &[String]) -> &str {
    visited.last().map_or("", String::as_str)
}
