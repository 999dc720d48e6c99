//! The real cloud, or a simulated one behind an address, reached with the user's own keys.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use host_catalog::{Catalog, Product};
use host_client::{Client, Endpoints, Network, Observer, Settings};
use host_model::{Scheme as HttpScheme, SecretText};
use host_net::{AddressPolicy, HttpTransport, Proxy, SystemClock, SystemEntropy};
use host_runner::BoundAccounts;
use host_sign::Scheme;
use host_vault::{Lock, Vault};

use crate::command::Cloud;
use crate::config::{self, Config};
use crate::context::Context;
use crate::failure::Failure;

/// The real cloud, or a simulated one behind an address.
#[derive(Debug)]
pub(crate) struct Online {
    client: Arc<Client>,
    loopback: bool,
}

impl Online {
    /// Endpoints, transport and client, from the operator's own settings.
    pub(crate) fn open(
        config: &Config,
        context: &Context,
        endpoint: Option<&str>,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, Failure> {
        let (endpoints, loopback) = endpoints(config, endpoint)?;
        let transport = HttpTransport::new(&transport(config, context))?;
        let mut settings = Settings::new(endpoints);
        settings.scheme = match config.signature {
            config::Signature::Acs3 => Scheme::Acs3,
            config::Signature::V1 => Scheme::RpcV1,
        };
        let client = Client::new(
            Arc::new(transport),
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
            settings,
            observer,
        );
        Ok(Self { client: Arc::new(client), loopback })
    }

    /// Whether every call stays on this machine.
    pub(crate) const fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// What sends calls.
    pub(crate) fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// The ports of a run.
    pub(crate) fn cloud(
        &self,
        accounts: BoundAccounts,
        folder: &Path,
        lock: &Lock,
        provoke: bool,
    ) -> Result<Cloud, Failure> {
        let vault = Vault::open(folder, lock, Arc::new(SystemEntropy), Arc::new(SystemClock))?;
        Ok(Cloud {
            client: Arc::clone(&self.client),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            accounts,
            vault,
            known: Vec::new(),
            offline: false,
            provoke,
        })
    }
}

/// `--endpoint` wins over `all`, and a product's own address over both.
fn endpoints(config: &Config, flag: Option<&str>) -> Result<(Endpoints, bool), Failure> {
    let network = match config.network {
        config::Network::Public => Network::Public,
        config::Network::Vpc => Network::Vpc,
    };
    let mut endpoints = Endpoints::new(network);
    let all = flag.or_else(|| config.endpoints.get("all").map(String::as_str));
    if let Some(address) = all {
        endpoints = endpoints.with_all(address)?;
    }
    for (product, address) in config.endpoints.iter().filter(|(product, _)| *product != "all") {
        if Catalog::builtin().product(product).is_none() {
            let message = format!("`[endpoints]` of `host.toml` names `{product}`, which is no product");
            return Err(Failure::usage("config.product-unknown", message));
        }
        endpoints = endpoints.with_product(product, address)?;
    }
    let loopback = Catalog::builtin().products().all(|product| is_loopback(&endpoints, product));
    Ok((endpoints, loopback))
}

/// Only loopback may be reached in the clear, so the scheme tells.
fn is_loopback(endpoints: &Endpoints, product: &Product) -> bool {
    let place = endpoints.resolve(product, Some("cn-hangzhou"));
    place.is_ok_and(|(scheme, _)| scheme == HttpScheme::Http)
}

fn transport(config: &Config, context: &Context) -> host_net::Settings {
    let http = &config.http;
    let mut settings = host_net::Settings::default();
    let seconds = |value: Option<u64>, default: Duration| value.map_or(default, Duration::from_secs);
    settings.connect_timeout = seconds(http.connect_seconds, settings.connect_timeout);
    settings.read_timeout = seconds(http.read_seconds, settings.read_timeout);
    settings.total_timeout = seconds(http.total_seconds, settings.total_timeout);
    settings.reply_bytes_max = http.reply_bytes_max.unwrap_or(settings.reply_bytes_max);
    settings.addresses = AddressPolicy { allow_private: http.allow_private };
    settings.authorities_file.clone_from(&http.ca_file);
    let proxy = ["HTTPS_PROXY", "https_proxy"].iter().find_map(|name| context.variable(name));
    let except = ["NO_PROXY", "no_proxy"].iter().find_map(|name| context.variable(name));
    settings.proxy = proxy.map(|url| Proxy {
        url: SecretText::new(url),
        except: except.unwrap_or_default().to_owned(),
    });
    settings
}
