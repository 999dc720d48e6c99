//! The keys of an ECS instance's role, from the metadata service.

use host_model::{HttpReply, HttpRequest, Scheme};
use host_ports::FetchPurpose;

use crate::profile::is_role_name;
use crate::session::{Session, from_reply};
use crate::{CredentialError, Ports};

const TOKEN_PATH: &str = "/latest/api/token";
const ROLES_PATH: &str = "/latest/meta-data/ram/security-credentials/";
const TOKEN_LIFE_HEADER: &str = "x-aliyun-ecs-metadata-token-ttl-seconds";
const TOKEN_HEADER: &str = "x-aliyun-ecs-metadata-token";
/// Seconds; a token is used for one round of requests only.
const TOKEN_LIFE: &str = "60";
const TOKEN_LENGTH_MAX: usize = 1024;

/// Token, role name, keys.
pub(crate) async fn fetch(
    ports: &Ports,
    role: Option<&str>,
    is_v1_allowed: bool,
    origin: &str,
) -> Result<Session, CredentialError> {
    let service = Service { ports, origin };
    let token = match service.token().await {
        Ok(token) => Some(token),
        Err(error) if is_forbidden(&error) || !is_v1_allowed => return Err(error),
        Err(_) => None,
    };
    let role = match role {
        Some(role) => role.to_owned(),
        None => service.role(token.as_deref()).await?,
    };
    let reply = service.get(&format!("{ROLES_PATH}{role}"), token.as_deref()).await?;
    match reply.status {
        200 => from_reply(&reply.body, origin),
        404 => Err(service.invalid("the instance does not have this role")),
        status => Err(service.invalid(&format!("status {status}"))),
    }
}

struct Service<'a> {
    ports: &'a Ports,
    origin: &'a str,
}

impl Service<'_> {
    async fn token(&self) -> Result<String, CredentialError> {
        let reply = self.send("PUT", TOKEN_PATH, (TOKEN_LIFE_HEADER, TOKEN_LIFE)).await?;
        let text = String::from_utf8(reply.body).unwrap_or_default().trim().to_owned();
        let is_token = (1..=TOKEN_LENGTH_MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if reply.status == 200 && is_token {
            Ok(text)
        } else {
            Err(self.invalid(&format!("no token, status {}", reply.status)))
        }
    }

    async fn role(&self, token: Option<&str>) -> Result<String, CredentialError> {
        let reply = self.get(ROLES_PATH, token).await?;
        if reply.status == 404 {
            return Err(self.invalid("the instance has no role"));
        }
        let text = String::from_utf8(reply.body).unwrap_or_default();
        let name = text.lines().next().unwrap_or_default().trim();
        if reply.status == 200 && is_role_name(name) {
            Ok(name.to_owned())
        } else {
            Err(self.invalid(&format!("no role's name, status {}", reply.status)))
        }
    }

    async fn get(&self, path: &str, token: Option<&str>) -> Result<HttpReply, CredentialError> {
        match token {
            Some(token) => self.send("GET", path, (TOKEN_HEADER, token)).await,
            None => self.send("GET", path, ("accept", "*/*")).await,
        }
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        (name, value): (&str, &str),
    ) -> Result<HttpReply, CredentialError> {
        let request = HttpRequest {
            method: method.to_owned(),
            scheme: Scheme::Http,
            authority: self.ports.metadata_authority.clone(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: vec![(name.to_owned(), value.to_owned())],
            body: Vec::new(),
        };
        let sent = self.ports.fetch.fetch(FetchPurpose::Metadata, request).await;
        sent.map_err(|source| CredentialError::FetchFailed {
            origin: self.origin.to_owned(),
            source,
        })
    }

    fn invalid(&self, reason: &str) -> CredentialError {
        CredentialError::ReplyInvalid { origin: self.origin.to_owned(), reason: reason.to_owned() }
    }
}

fn is_forbidden(error: &CredentialError) -> bool {
    matches!(error, CredentialError::FetchFailed { source, .. } if source.is_forbidden)
}
