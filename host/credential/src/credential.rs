//! A key that is good whenever it is asked for.

use std::time::Duration;

use async_trait::async_trait;
use host_client::KeySource;
use host_model::{CallError, ErrorKind, Region, Timestamp};
use host_sign::AccessKey;
use tokio::sync::Mutex;

use crate::session::Session;
use crate::{CredentialError, Environment, Ports, Source, instance, oidc, process, role, uri};

/// Sessions are renewed this long before their end, as the official libraries do it: a call that
/// starts now, with its retries, is over by then.
const RENEWAL_MARGIN: Duration = Duration::from_mins(3);
/// The metadata service has the next keys well before the old ones end.
const INSTANCE_RENEWAL_MARGIN: Duration = Duration::from_mins(15);
/// With this much left, an old session is used when a new one cannot be had just now.
const GRACE: Duration = Duration::from_secs(30);

/// The keys of one identity of the user's.
#[derive(Debug)]
pub struct Credential {
    origin: String,
    region: Option<Region>,
    source: Source,
    /// The credential that assumes the role, if that is how this one comes about.
    base: Option<Box<Self>>,
    environment: Environment,
    ports: Ports,
    /// Locked while a session is fetched, so that all who need one wait for the same.
    session: Mutex<Option<Session>>,
}

impl Credential {
    pub(crate) fn new(
        origin: String,
        region: Option<Region>,
        source: Source,
        environment: &Environment,
        ports: &Ports,
    ) -> Self {
        let base = match &source {
            Source::Role { base, base_origin, .. } => Some(Box::new(Self::new(
                base_origin.clone(),
                None,
                base.as_ref().clone(),
                environment,
                ports,
            ))),
            _ => None,
        };
        let (environment, ports) = (environment.clone(), ports.clone());
        Self { origin, region, source, base, environment, ports, session: Mutex::new(None) }
    }

    /// Where it comes from, for people: "profile `x`".
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The region that the profile names. No other one is assumed.
    pub const fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// How its keys are come by.
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// The same, whose sessions may do no more than this policy says: it takes the place of the profile's own,
    /// so it has to be narrower. What assumes no role stays as it is.
    #[must_use]
    pub fn narrowed(self, to: String) -> Self {
        // A session that was had before could do more.
        Self { source: self.source.narrowed(to), session: Mutex::new(None), ..self }
    }

    /// When the present session ends, if there is one and it does. Steps that take longer are
    /// better not begun.
    pub async fn ends(&self) -> Option<Timestamp> {
        match &self.source {
            Source::Key { ending, .. } => ending.as_ref().map(|ending| ending.at),
            _ => self.session.lock().await.as_ref().and_then(|session| session.ends),
        }
    }

    /// A key that is good now.
    pub(crate) async fn current(&self) -> Result<AccessKey, CredentialError> {
        if let Source::Key { key, ending } = &self.source {
            return match ending {
                Some(ending) if ending.at <= self.ports.clock.now() => {
                    Err(CredentialError::SessionEnded {
                        origin: self.origin.clone(),
                        sign_in: ending.sign_in.clone(),
                    })
                }
                _ => Ok(key.clone()),
            };
        }
        let mut kept = self.session.lock().await;
        if let Some(session) = kept.as_ref().filter(|session| self.has(session, self.margin())) {
            return Ok(session.key.clone());
        }
        match self.fetch().await {
            Ok(session) => {
                let key = session.key.clone();
                *kept = Some(session);
                Ok(key)
            }
            Err(error) if is_passing(&error) => match kept.as_ref() {
                Some(session) if self.has(session, GRACE) => Ok(session.key.clone()),
                _ => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    async fn fetch(&self) -> Result<Session, CredentialError> {
        let (ports, origin) = (&self.ports, self.origin.as_str());
        let session = match &self.source {
            Source::Key { key, .. } => Session { key: key.clone(), ends: None },
            Source::Role { request, base_origin, .. } => {
                let base = self.base.as_deref().expect("a role is made with its base");
                role::assume(ports, base, request, base_origin).await?
            }
            Source::WebIdentity { provider, token_file, request } => {
                oidc::exchange(ports, provider, token_file, request, origin).await?
            }
            Source::Instance { role, is_v1_allowed } => {
                instance::fetch(ports, role.as_deref(), *is_v1_allowed, origin).await?
            }
            Source::Process { command } => process::run(command, &self.environment, origin).await?,
            Source::Uri { uri } => uri::fetch(ports, uri, origin).await?,
        };
        if self.has(&session, Duration::ZERO) {
            Ok(session)
        } else {
            Err(CredentialError::ReplyInvalid {
                origin: self.origin.clone(),
                reason: "the session has ended already; is this machine's clock right?".to_owned(),
            })
        }
    }

    fn has(&self, session: &Session, margin: Duration) -> bool {
        session.ends.is_none_or(|ends| self.ports.clock.now().plus(margin) < ends)
    }

    const fn margin(&self) -> Duration {
        match self.source {
            Source::Instance { .. } => INSTANCE_RENEWAL_MARGIN,
            _ => RENEWAL_MARGIN,
        }
    }
}

#[async_trait]
impl KeySource for Credential {
    async fn key(&self) -> Result<AccessKey, CallError> {
        self.current().await.map_err(CallError::from)
    }
}

/// Whether waiting may help.
fn is_passing(error: &CredentialError) -> bool {
    match error {
        CredentialError::FetchFailed { source, .. } => !source.is_forbidden,
        CredentialError::CloudUnreached { source, .. } => matches!(
            source.kind,
            ErrorKind::Throttled | ErrorKind::Unavailable | ErrorKind::OutcomeUnknown
        ),
        CredentialError::ProcessFailed { .. } | CredentialError::ReplyInvalid { .. } => true,
        _ => false,
    }
}
