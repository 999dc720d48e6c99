//! The real cloud, or a simulated one behind an address, reached with the user's own keys.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use host_catalog::{Catalog, Product};
use host_client::{Client, Endpoints, Network, Observer, Settings};
use host_credential::{
    Allowance, Chain, Credential, Environment, METADATA_AUTHORITY, Ports, identify,
};
use host_model::{AccountId, RunId, Scheme as HttpScheme, SecretText};
use host_net::{AddressPolicy, HttpFetch, HttpTransport, Proxy, SystemClock, SystemEntropy};
use host_plan::Enforced;
use host_runner::{Bound, BoundAccounts, Run};
use host_sign::Scheme;
use host_vault::{Folder, Lock};

use crate::config::{self, Config};
use crate::context::Context;
use crate::failure::Failure;
use crate::narrow::{self, Work};
use crate::output::{line, word};
use crate::session::Cloud;
use crate::terminal::answer;

/// The real cloud, or a simulated one behind an address.
#[derive(Debug)]
pub(crate) struct Online {
    client: Arc<Client>,
    chain: Chain,
    endpoints: Endpoints,
    run: RunId,
    loopback: bool,
    can_ask: bool,
}

/// An account as the operator named it: `PROFILE[@ID]`.
#[derive(Debug)]
struct Named<'a> {
    profile: &'a str,
    pinned: Option<AccountId>,
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
        let http = transport(config, context);
        let transport = HttpTransport::new(&http)?;
        let mut settings = Settings::new(endpoints.clone());
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
        let client = Arc::new(client);
        let run = Run::id_of(&SystemClock, &SystemEntropy);
        let ports = Ports {
            client: Arc::clone(&client),
            fetch: Arc::new(HttpFetch::new(&http)?),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            endpoints: endpoints.clone(),
            metadata_authority: METADATA_AUTHORITY.to_owned(),
        };
        let allowance = Allowance {
            process: config.credentials.allow_process,
            uri: config.credentials.allow_uri,
        };
        let environment = Environment::new(context.environment.clone(), Some(context.home.clone()));
        let chain = Chain::new(environment, allowance, &run, ports);
        Ok(Self { client, chain, endpoints, run, loopback, can_ask: context.can_ask })
    }

    /// Whether every call stays on this machine.
    pub(crate) const fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Where keys are looked for.
    pub(crate) const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The accounts, each behind its profile and no other, and each confirmed by the cloud.
    pub(crate) async fn accounts(
        &self,
        named: &[(String, String)],
        unattended: bool,
        work: &Work<'_>,
    ) -> Result<(BoundAccounts, Vec<SecretText>), Failure> {
        let mut accounts = BoundAccounts::default();
        let mut known = Vec::new();
        let mut roles = Vec::new();
        for (name, value) in named {
            let named = read_named(name, value)?;
            // Without a profile the official order decides, as it does for the SDKs.
            let credential = match named.profile {
                "" => self.chain.unnamed().await?,
                profile => self.chain.named(profile)?,
            };
            // What a session may do depends on which accounts there are: roles come last.
            if credential.source().request().is_some() {
                roles.push((name, named, credential));
                continue;
            }
            let bound = self.bind(name, &named, (credential, None), unattended).await?;
            keep(&mut accounts, &mut known, name, bound).await?;
        }
        let ids = accounts.0.iter().map(|(name, bound)| (name.clone(), bound.account.clone()));
        let mut ids: BTreeMap<String, AccountId> = ids.collect();
        for (name, _, credential) in &roles {
            let request = credential.source().request();
            ids.extend(request.map(|it| ((*name).clone(), it.role.account().clone())));
        }
        for (name, named, credential) in roles {
            let narrowed = narrow::narrowed(name, credential, work, &ids)?;
            let bound = self.bind(name, &named, narrowed, unattended).await?;
            keep(&mut accounts, &mut known, name, bound).await?;
        }
        Ok((accounts, known))
    }

    async fn bind(
        &self,
        name: &str,
        named: &Named<'_>,
        (credential, session): (Credential, Option<Enforced>),
        unattended: bool,
    ) -> Result<Bound, Failure> {
        let origin = credential.origin().to_owned();
        let identity = identify(&self.client, &credential, &origin, named.pinned.as_ref()).await?;
        if named.pinned.is_none() && !self.loopback {
            self.confirm(name, named.profile, &identity.account, unattended)?;
        }
        let (account, arn) = (identity.account, identity.arn.to_string());
        Ok(Bound { account, arn, keys: Arc::new(credential), session })
    }

    /// Work in the wrong account is the costliest mistake there is (fault row 18): the id is typed.
    fn confirm(
        &self,
        name: &str,
        profile: &str,
        account: &AccountId,
        unattended: bool,
    ) -> Result<(), Failure> {
        let refused = |message: String| {
            let pin = word(&format!("{name}={profile}@{account}"));
            Failure::new("run.account-unpinned", message, 3)
                .hint(format!("pin it: `--account {pin}`"))
        };
        if unattended || !self.can_ask {
            return Err(refused(format!(
                "profile `{profile}` is of account {account}, and nobody confirmed that this is `{name}`"
            )));
        }
        line(&format!("profile `{profile}` is of account {account}"));
        let typed = answer(&format!("type the account id of `{name}` to confirm: "));
        if typed == account.as_str() {
            return Ok(());
        }
        Err(refused(format!("account {account} was not confirmed as `{name}`")))
    }

    /// Where each product answers, as it would be asked without a region.
    pub(crate) fn places(&self) -> Vec<(String, String)> {
        let place = |product: &Product| match self.endpoints.resolve(product, None) {
            Ok((HttpScheme::Http, authority)) => format!("http://{authority}"),
            Ok((HttpScheme::Https, authority)) => format!("https://{authority}"),
            Err(_) => product.endpoint.regional.clone().unwrap_or_default(),
        };
        Catalog::builtin().products().map(|product| (product.key.clone(), place(product))).collect()
    }

    /// What sends calls.
    pub(crate) fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// The ports of a run.
    pub(crate) fn cloud(
        &self,
        (accounts, known): (BoundAccounts, Vec<SecretText>),
        folder: &Path,
        lock: &Lock,
        provoke: bool,
    ) -> Result<Cloud, Failure> {
        let vault = Folder::open(folder, lock, Arc::new(SystemEntropy), Arc::new(SystemClock))?;
        let vault_name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Cloud {
            client: Arc::clone(&self.client),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            accounts,
            vault: Arc::new(vault),
            vault_name,
            known,
            run: self.run.clone(),
            offline: false,
            provoke,
        })
    }
}

/// Binds an account, and remembers the session that is known so far.
async fn keep(
    accounts: &mut BoundAccounts,
    known: &mut Vec<SecretText>,
    name: &str,
    bound: Bound,
) -> Result<(), Failure> {
    let key = bound.keys.key().await;
    known.extend(key.ok().and_then(|key| key.security_token().cloned()));
    if accounts.0.insert(name.to_owned(), bound).is_some() {
        let message = format!("the account `{name}` is bound twice");
        return Err(Failure::usage("run.account-repeated", message));
    }
    Ok(())
}

fn read_named<'a>(name: &str, value: &'a str) -> Result<Named<'a>, Failure> {
    let (profile, pinned) = match value.rsplit_once('@') {
        Some((profile, id)) => {
            let pinned: AccountId = id.parse().map_err(|error| {
                let id = host_model::quote_within(id, 40);
                let message = format!("`--account {name}`: `{id}` is no account id: {error}");
                Failure::usage("run.account-invalid", message)
            })?;
            (profile, Some(pinned))
        }
        None => (value, None),
    };
    if profile.is_empty() && pinned.is_none() {
        let message = format!("`--account {name}` names no profile");
        return Err(Failure::usage("run.account-invalid", message)
            .hint(format!("write `--account {name}=PROFILE@ID`")));
    }
    Ok(Named { profile, pinned })
}

/// Whether every call would stay on this machine.
pub(crate) fn stays_here(config: &Config, flag: Option<&str>) -> Result<bool, Failure> {
    endpoints(config, flag).map(|(_, loopback)| loopback)
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
            let message =
                format!("`[endpoints]` of `host.toml` names `{product}`, which is no product");
            return Err(Failure::usage("config.product-unknown", message));
        }
        endpoints = endpoints.with_product(product, address)?;
    }
    let loopback = Catalog::builtin().products().all(|product| is_loopback(&endpoints, product));
    Ok((endpoints, loopback))
}

/// Only loopback may be reached in the clear; with TLS the name tells.
fn is_loopback(endpoints: &Endpoints, product: &Product) -> bool {
    let Ok((scheme, authority)) = endpoints.resolve(product, Some("cn-hangzhou")) else {
        return false;
    };
    let name = authority.rsplit_once(':').map_or(authority.as_str(), |(name, _)| name);
    let address = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    scheme == HttpScheme::Http || name == "localhost" || address.is_ok_and(|ip| ip.is_loopback())
}

fn transport(config: &Config, context: &Context) -> host_net::Settings {
    let http = &config.http;
    let mut settings = host_net::Settings::default();
    let seconds =
        |value: Option<u64>, default: Duration| value.map_or(default, Duration::from_secs);
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
