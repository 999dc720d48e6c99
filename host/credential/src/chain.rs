//! The places in which keys are looked for, and their order.

use std::path::PathBuf;

use host_model::{RunId, SecretText, quote_within};
use host_sign::AccessKey;

use crate::config::NAME_SHOWN_MAX;
use crate::environment::{Environment, variable};
use crate::fields::Fields;
use crate::ini::Sections;
use crate::profile::{Reader, is_role_name, region, shown_names};
use crate::{Credential, CredentialError, Ports, Profiles, Source};

const DEFAULT_SECTION: &str = "default";

/// What the user's own configuration allows beyond reading files and asking the cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowance {
    /// Programs that profiles name may be run.
    pub process: bool,
    /// URIs that profiles or variables name may be fetched.
    pub uri: bool,
}

/// Looks for credentials.
#[derive(Debug)]
pub struct Chain {
    environment: Environment,
    allowance: Allowance,
    session_name: String,
    ports: Ports,
}

/// A source, before it becomes a credential.
struct Found {
    origin: String,
    region: Option<host_model::Region>,
    source: Source,
}

impl Chain {
    /// A chain for one run. Sessions whose profile names none are called `host-<run>`.
    pub fn new(environment: Environment, allowance: Allowance, run: &RunId, ports: Ports) -> Self {
        Self { environment, allowance, session_name: format!("host-{run}"), ports }
    }

    /// The profile of that name, and no other: variables with keys are not looked at.
    pub fn named(&self, profile: &str) -> Result<Credential, CredentialError> {
        let profiles = self.profiles()?;
        if let Some(fields) = profiles.as_ref().and_then(|profiles| profiles.get(profile)) {
            return self.found(profile, fields, profiles.as_ref()).map(|it| self.ready(it));
        }
        let sections = self.sections()?;
        if let Some(fields) = sections.as_ref().and_then(|sections| sections.get(profile)) {
            return self.found(profile, fields, None).map(|found| self.ready(found));
        }
        Err(unknown(profile, profiles.as_ref(), sections.as_ref()))
    }

    /// What the official libraries would take, in their order. A place that is filled and wrong
    /// ends the search.
    pub async fn unnamed(&self) -> Result<Credential, CredentialError> {
        let mut looked = Vec::new();
        if let Some(found) = self.variables()? {
            return self.regional(found);
        }
        looked.push(format!("`{}` is not set, nor another name of it", variable::KEYS[0].id));
        if let Some(found) = self.web_identity()? {
            return self.regional(found);
        }
        if let Some(found) = self.files(&mut looked)? {
            return self.regional(found);
        }
        if let Some(credential) = self.instance(&mut looked).await? {
            return Ok(credential);
        }
        match self.environment.secret(variable::CREDENTIALS_URI) {
            Some(uri) => {
                let origin = format!("`{}`", variable::CREDENTIALS_URI);
                let source = self.reader(None).uri(origin.clone(), uri)?;
                self.regional(Found { origin, region: None, source })
            }
            None => Err(CredentialError::NoneFound { looked }),
        }
    }

    fn variables(&self) -> Result<Option<Found>, CredentialError> {
        let partial = |present, missing| CredentialError::EnvironmentPartial { present, missing };
        for names in &variable::KEYS {
            let given = (self.environment.text(names.id), self.environment.secret(names.secret));
            let (id, secret) = match given {
                (Some(id), Some(secret)) => (id, trimmed(secret)),
                (None, None) => continue,
                _ if names.is_anybodys => continue,
                (Some(_), None) => return Err(partial(names.id, names.secret)),
                (None, Some(_)) => return Err(partial(names.secret, names.id)),
            };
            let key = match self.environment.secret(names.token) {
                Some(token) => AccessKey::temporary(id, secret, trimmed(token)),
                None => AccessKey::permanent(id, secret),
            };
            let origin = format!("`{}`", names.id);
            let source = Source::Key { key, ending: None };
            return Ok(Some(Found { origin, region: None, source }));
        }
        Ok(None)
    }

    fn web_identity(&self) -> Result<Option<Found>, CredentialError> {
        let provider = self.environment.first(&variable::OIDC_PROVIDER_ARN);
        let file = self.environment.first(&variable::OIDC_TOKEN_FILE);
        let role = self.environment.first(&variable::ROLE_ARN);
        // A role's ARN alone is set for other purposes too.
        let Some((present, _)) = provider.or(file) else { return Ok(None) };
        let need = |found: Option<(&'static str, _)>, names: [&'static str; 2]| {
            // The libraries' own spelling, which comes last, is the one to recommend.
            found.ok_or(CredentialError::EnvironmentPartial { present, missing: names[1] })
        };
        let (name, provider) = need(provider, variable::OIDC_PROVIDER_ARN)?;
        let (file_name, file) = need(file, variable::OIDC_TOKEN_FILE)?;
        let (_, role) = need(role, variable::ROLE_ARN)?;
        self.environment.path(file_name)?;
        let values = [
            ("mode", Some("OIDC")),
            ("oidc_provider_arn", Some(provider)),
            ("oidc_token_file", Some(file)),
            ("ram_role_arn", Some(role)),
            ("ram_session_name", self.environment.text(variable::ROLE_SESSION_NAME)),
        ];
        let texts =
            values.into_iter().filter_map(|(name, text)| Some((name, SecretText::new(text?))));
        let fields = Fields::new(format!("`{name}`"), texts.collect());
        self.found("", &fields, None).map(Some)
    }

    fn files(&self, looked: &mut Vec<String>) -> Result<Option<Found>, CredentialError> {
        let named = self.environment.first(&variable::PROFILE).map(|(_, name)| name);
        let is_off = self.environment.is_on(variable::PROFILES_OFF)
            || self.environment.is_first_on(&variable::PROFILES_IGNORED);
        let profiles = if is_off { None } else { self.profiles()? };
        if let Some(profiles) = &profiles {
            let name = named.or(profiles.current()).unwrap_or(DEFAULT_SECTION);
            if let Some(fields) = profiles.get(name) {
                return self.found(name, fields, Some(profiles)).map(Some);
            }
            if named.is_none() && profiles.current().is_some() {
                return Err(unknown(name, Some(profiles), None));
            }
            looked.push(format!("`{}` has no current profile", profiles.path().display()));
        } else {
            looked.push("there is no `config.json`, or it is switched off".to_owned());
        }
        let sections = self.sections()?;
        let name = named.unwrap_or(DEFAULT_SECTION);
        if let Some(fields) = sections.as_ref().and_then(|sections| sections.get(name)) {
            return self.found(name, fields, None).map(Some);
        }
        // Whoever named a profile wants that one.
        if let Some(name) = named {
            return Err(unknown(name, profiles.as_ref(), sections.as_ref()));
        }
        looked.push("there is no `credentials` file with a default section".to_owned());
        Ok(None)
    }

    /// Asks right away, because an instance without a role is nothing wrong.
    async fn instance(
        &self,
        looked: &mut Vec<String>,
    ) -> Result<Option<Credential>, CredentialError> {
        if self.environment.is_on(variable::METADATA_OFF) {
            looked.push(format!("`{}` is set", variable::METADATA_OFF));
            return Ok(None);
        }
        let named = self.environment.text(variable::METADATA_ROLE);
        if named.is_some_and(|role| !is_role_name(role)) {
            return Err(CredentialError::FieldInvalid {
                origin: "the environment".to_owned(),
                field: variable::METADATA_ROLE,
                wanted: "the name of a role",
            });
        }
        let source = self.reader(None).instance_of(named.map(str::to_owned));
        let origin = "the role of this ECS instance".to_owned();
        let credential = self.regional(Found { origin, region: None, source })?;
        if named.is_some() {
            return Ok(Some(credential));
        }
        match credential.current().await {
            Ok(_) => Ok(Some(credential)),
            Err(error) => {
                looked.push(format!("{error}"));
                Ok(None)
            }
        }
    }

    fn found(
        &self,
        name: &str,
        fields: &Fields,
        profiles: Option<&Profiles>,
    ) -> Result<Found, CredentialError> {
        let source = self.reader(profiles).source(name, fields)?;
        Ok(Found { origin: fields.origin.clone(), region: region(fields)?, source })
    }

    fn reader<'a>(&'a self, profiles: Option<&'a Profiles>) -> Reader<'a> {
        Reader {
            environment: &self.environment,
            allowance: self.allowance,
            session_name: &self.session_name,
            profiles,
        }
    }

    /// The same where nobody named a profile: without a region of its own it works in that of the variables.
    fn regional(&self, found: Found) -> Result<Credential, CredentialError> {
        let region = match (found.region, self.environment.first(&variable::REGION)) {
            (None, Some((name, text))) => {
                Some(text.parse().map_err(|_| CredentialError::FieldInvalid {
                    origin: "the environment".to_owned(),
                    field: name,
                    wanted: "a region id",
                })?)
            }
            (region, _) => region,
        };
        Ok(self.ready(Found { region, ..found }))
    }

    fn ready(&self, found: Found) -> Credential {
        let Found { origin, region, source } = found;
        Credential::new(origin, region, source, &self.environment, &self.ports)
    }

    fn profiles(&self) -> Result<Option<Profiles>, CredentialError> {
        let path = match self.environment.path(variable::CONFIG_FILE)? {
            Some(path) => Some(path),
            None => self.at_home(&[".aliyun", "config.json"]),
        };
        path.map_or(Ok(None), |path| Profiles::read(&path))
    }

    fn sections(&self) -> Result<Option<Sections>, CredentialError> {
        if let Some(path) = self.environment.path(variable::CREDENTIALS_FILE)? {
            return Sections::read(&path);
        }
        // The SDKs do not agree on the name.
        for name in ["credentials", "credentials.ini"] {
            if let Some(path) = self.at_home(&[".alibabacloud", name])
                && let Some(sections) = Sections::read(&path)?
            {
                return Ok(Some(sections));
            }
        }
        Ok(None)
    }

    fn at_home(&self, parts: &[&str]) -> Option<PathBuf> {
        let home = self.environment.home().filter(|home| home.is_absolute())?;
        Some(parts.iter().fold(home.to_owned(), |path, part| path.join(part)))
    }
}

fn unknown(
    name: &str,
    profiles: Option<&Profiles>,
    sections: Option<&Sections>,
) -> CredentialError {
    let mut known = profiles.map(shown_names).unwrap_or_default();
    if let Some(sections) = sections {
        let names =
            sections.names().map(|name| format!("`{}`", quote_within(name, NAME_SHOWN_MAX)));
        known.extend(names);
    }
    let paths: Vec<_> = profiles
        .map(Profiles::path)
        .into_iter()
        .chain(sections.map(|sections| sections.path.as_path()))
        .map(|path| format!("`{}`", path.display()))
        .collect();
    let places =
        if paths.is_empty() { "any file of profiles".to_owned() } else { paths.join(" or ") };
    CredentialError::ProfileUnknown { profile: quote_within(name, NAME_SHOWN_MAX), places, known }
}

fn trimmed(secret: &SecretText) -> SecretText {
    SecretText::new(secret.expose().trim())
}
