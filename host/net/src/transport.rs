//! The real cloud, or the simulator over HTTP.

use std::sync::Arc;

use async_trait::async_trait;
use host_model::{HttpReply, HttpRequest};
use host_policy::Attempt;
use host_wire::{Transport, TransportError};
use reqwest::{Client, Url};

use crate::resolver::{Lookup, SystemLookup};
use crate::{AddressPolicy, NetError, Settings, client, destination, exchange};

/// Sends judged calls over TLS, and to loopback in the clear.
#[derive(Debug)]
pub struct HttpTransport {
    client: Client,
    addresses: AddressPolicy,
    reply_bytes_max: usize,
}

impl HttpTransport {
    /// A transport with a pool of its own.
    pub fn new(settings: &Settings) -> Result<Self, NetError> {
        Self::with_lookup(settings, Arc::new(SystemLookup))
    }

    pub(crate) fn with_lookup(
        settings: &Settings,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, NetError> {
        Ok(Self {
            client: client::build(settings, lookup)?,
            addresses: settings.addresses,
            reply_bytes_max: settings.reply_bytes_max,
        })
    }

    pub(crate) async fn exchange(&self, request: HttpRequest) -> Result<HttpReply, TransportError> {
        let url = destination::url(&request)?;
        destination::judge(&request, &url, self.addresses)?;
        self.exchange_unjudged(url, request).await
    }

    /// For a destination that the caller has judged by a rule of its own; names are still judged
    /// when they are resolved.
    pub(crate) async fn exchange_unjudged(
        &self,
        url: Url,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError> {
        exchange::exchange(&self.client, url, request, self.reply_bytes_max).await
    }
}

#[async_trait]
impl Transport for HttpTransport {
    // The attempt is proof that the call was judged; it is spent here.
    async fn send(&self, _: Attempt, request: HttpRequest) -> Result<HttpReply, TransportError> {
        self.exchange(request).await
    }
}
