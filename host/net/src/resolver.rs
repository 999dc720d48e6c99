//! Names to addresses, judged before anybody connects.

use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::AddressPolicy;
use crate::destination::is_loopback_name;

/// Where addresses come from: the system, or a table in tests.
#[async_trait]
pub(crate) trait Lookup: Debug + Send + Sync {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's resolver.
#[derive(Debug)]
pub(crate) struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect())
    }
}

/// Refuses a name as soon as one of its addresses is refused: a mixture is what an attack on
/// the resolver looks like.
#[derive(Debug)]
pub(crate) struct GuardedResolver {
    pub(crate) policy: AddressPolicy,
    /// The proxy's own name: the operator chose it, wherever it is.
    pub(crate) proxy_name: Option<String>,
    pub(crate) lookup: Arc<dyn Lookup>,
}

/// An address that the policy refused, on its way through other libraries' errors.
#[derive(Debug, thiserror::Error)]
#[error("{address} is refused: {reason}")]
pub(crate) struct AddressRefused {
    pub(crate) address: IpAddr,
    pub(crate) reason: &'static str,
}

/// A name without an address, likewise.
#[derive(Debug, thiserror::Error)]
#[error("the name has no address")]
pub(crate) struct NameUnknown;

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let (policy, lookup) = (self.policy, Arc::clone(&self.lookup));
        let is_proxy = self.proxy_name.as_deref() == Some(name.as_str());
        Box::pin(async move {
            let found = lookup.addresses(&name).await.map_err(|_| NameUnknown)?;
            if found.is_empty() {
                return Err(NameUnknown.into());
            }
            if !is_proxy {
                for &address in &found {
                    policy
                        .judge(address, is_loopback_name(&name))
                        .map_err(|reason| AddressRefused { address, reason })?;
                }
            }
            let sockets = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(sockets) as Addrs)
        })
    }
}
