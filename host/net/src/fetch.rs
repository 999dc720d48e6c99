//! The few requests of the credential chain, each to where its purpose allows.

use std::time::Duration;

use async_trait::async_trait;
use host_model::{HttpReply, HttpRequest, Scheme};
use host_ports::{Fetch, FetchError, FetchPurpose};
use host_wire::TransportError;

use crate::address::METADATA;
use crate::destination::{self, is_loopback_name, shown};
use crate::{HttpTransport, NetError, Settings};

/// Bytes of a reply that holds keys; a real one has about two thousand.
const REPLY_BYTES_MAX: usize = 64 * 1024;
/// The metadata service is one hop away: silence means that there is none.
const METADATA_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const METADATA_TOTAL_TIMEOUT: Duration = Duration::from_secs(5);

/// Fetches keys. Requests to the metadata service go out in the clear, past every proxy, and to no
/// other address than its own or loopback.
#[derive(Debug)]
pub struct HttpFetch {
    open: HttpTransport,
    metadata: HttpTransport,
}

impl HttpFetch {
    /// With the time-outs, authorities and proxy of `settings`, except for the metadata service.
    pub fn new(settings: &Settings) -> Result<Self, NetError> {
        let open = Settings {
            reply_bytes_max: settings.reply_bytes_max.min(REPLY_BYTES_MAX),
            ..settings.clone()
        };
        let metadata = Settings {
            connect_timeout: settings.connect_timeout.min(METADATA_CONNECT_TIMEOUT),
            read_timeout: settings.read_timeout.min(METADATA_TOTAL_TIMEOUT),
            total_timeout: settings.total_timeout.min(METADATA_TOTAL_TIMEOUT),
            proxy: None,
            ..open.clone()
        };
        Ok(Self { open: HttpTransport::new(&open)?, metadata: HttpTransport::new(&metadata)? })
    }

    async fn metadata(&self, request: HttpRequest) -> Result<HttpReply, TransportError> {
        let url = destination::url(&request)?;
        if !is_metadata(request.scheme, url.host_str().unwrap_or_default()) {
            return Err(TransportError::Forbidden {
                authority: shown(&request.authority),
                address: "something else than the metadata service".to_owned(),
                reason: format!("an instance's keys are asked for at {METADATA} only"),
            });
        }
        self.metadata.exchange_unjudged(url, request).await
    }
}

#[async_trait]
impl Fetch for HttpFetch {
    async fn fetch(
        &self,
        purpose: FetchPurpose,
        request: HttpRequest,
    ) -> Result<HttpReply, FetchError> {
        let authority = shown(&request.authority);
        let fetched = match purpose {
            FetchPurpose::Metadata => self.metadata(request).await,
            FetchPurpose::CredentialUri | FetchPurpose::TokenExchange => {
                self.open.exchange(request).await
            }
        };
        fetched.map_err(|error| FetchError {
            authority,
            is_forbidden: matches!(error, TransportError::Forbidden { .. }),
            reason: reason(error),
        })
    }
}

fn is_metadata(scheme: Scheme, name: &str) -> bool {
    scheme == Scheme::Http && (name == METADATA.to_string() || is_loopback_name(name))
}

fn reason(error: TransportError) -> String {
    match error {
        TransportError::Unreachable { reason, .. }
        | TransportError::Lost { reason, .. }
        | TransportError::Forbidden { reason, .. } => reason,
        _ => "its reply is too large".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_asks_one_address_only() {
        for (scheme, name, fine) in [
            (Scheme::Http, "100.100.100.200", true),
            (Scheme::Http, "127.0.0.1", true),
            (Scheme::Http, "100.100.100.201", false),
            (Scheme::Http, "169.254.169.254", false),
            (Scheme::Http, "ram.aliyuncs.com", false),
            (Scheme::Https, "100.100.100.200", false),
        ] {
            assert_eq!(is_metadata(scheme, name), fine, "{scheme:?} {name}");
        }
    }
}
