//! One client, set up so that it does nothing on its own account.

use std::sync::Arc;

use reqwest::{Client, NoProxy, Url, redirect, retry};

use crate::resolver::{GuardedResolver, Lookup};
use crate::{NetError, Proxy, Settings, roots};

/// Names that no proxy is asked for.
const LOOPBACK: &str = "localhost,127.0.0.0/8,::1";

pub(crate) fn build(settings: &Settings, lookup: Arc<dyn Lookup>) -> Result<Client, NetError> {
    let proxy = settings.proxy.as_ref().map(Destined::of).transpose()?;
    let resolver = GuardedResolver {
        policy: settings.addresses,
        proxy_name: proxy.as_ref().map(|proxy| proxy.name.clone()),
        lookup,
    };
    let builder = Client::builder()
        .tls_backend_preconfigured(roots::tls(settings.authorities_file.as_deref())?)
        // The signature names `host` and the header order is ours: the older protocol does as told.
        .http1_only()
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.read_timeout)
        .timeout(settings.total_timeout)
        .pool_max_idle_per_host(settings.idle_connections_max)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        // The cloud's trail then tells this program from a person (fault row 72).
        .user_agent(concat!("host/", env!("CARGO_PKG_VERSION")))
        .referer(false)
        .dns_resolver(resolver)
        .no_proxy();
    let builder = match proxy {
        Some(proxy) => builder.proxy(proxy.proxy),
        None => builder,
    };
    builder.build().map_err(|error| NetError::ClientUnusable { source: error.without_url().into() })
}

/// A proxy and the name that it is reached by.
struct Destined {
    proxy: reqwest::Proxy,
    name: String,
}

impl Destined {
    fn of(setting: &Proxy) -> Result<Self, NetError> {
        let text = setting.url.expose();
        // `name:port` without a scheme is common in environments.
        let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&text).map_err(|_| NetError::ProxyInvalid)?;
        let name = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https"));
        let name = name.ok_or(NetError::ProxyInvalid)?.to_owned();
        let except = NoProxy::from_string(&format!("{LOOPBACK},{}", setting.except));
        let proxy = reqwest::Proxy::https(url).map_err(|_| NetError::ProxyInvalid)?;
        Ok(Self { proxy: proxy.no_proxy(except), name })
    }
}
