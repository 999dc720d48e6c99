//! Where a product's requests go.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use host_catalog::Product;
use host_model::{Region, Scheme, quote_within};

use crate::ClientError;

/// How many characters of a wrong address an error shows.
const ADDRESS_SHOWN: usize = 120;

/// Which of a product's endpoints are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// Those that the Internet reaches.
    #[default]
    Public,
    /// Those inside a VPC.
    Vpc,
}

/// Where requests go: the catalog's endpoints, or what the operator says instead. A workflow has
/// no part in it (`security.md`, rule 14).
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    network: Network,
    products: BTreeMap<String, Address>,
    all: Option<Address>,
}

type Address = (Scheme, String);

impl Endpoints {
    /// The catalog's endpoints in this network.
    pub const fn new(network: Network) -> Self {
        Self { network, products: BTreeMap::new(), all: None }
    }

    /// The same, with one address for all products: `name[:port]` with or without `https://`, or
    /// one of this machine's own, which may speak plain HTTP.
    ///
    /// # Errors
    ///
    /// It is no such address.
    pub fn with_all(mut self, address: &str) -> Result<Self, ClientError> {
        self.all = Some(parse(address)?);
        Ok(self)
    }

    /// The same, with another address for one product. It wins over the one for all.
    ///
    /// # Errors
    ///
    /// As for [`Endpoints::with_all`].
    pub fn with_product(mut self, key: &str, address: &str) -> Result<Self, ClientError> {
        self.products.insert(key.to_owned(), parse(address)?);
        Ok(self)
    }

    /// The same, with an address for one product that has none of the operator's.
    ///
    /// # Errors
    ///
    /// As for [`Endpoints::with_all`].
    pub fn with_fallback(self, key: &str, address: &str) -> Result<Self, ClientError> {
        let fallback = parse(address)?;
        if self.all.is_some() || self.products.contains_key(key) {
            return Ok(self);
        }
        let mut products = self.products;
        products.insert(key.to_owned(), fallback);
        Ok(Self { products, ..self })
    }

    /// Where a call to `product` goes.
    ///
    /// # Errors
    ///
    /// The product answers in regions only and the call names none, or one that cannot be.
    pub fn resolve(
        &self,
        product: &Product,
        region: Option<&str>,
    ) -> Result<(Scheme, String), ClientError> {
        let region = match region {
            Some(text) => {
                let invalid = |_| ClientError::RegionInvalid {
                    product: product.key.clone(),
                    region: quote_within(text, ADDRESS_SHOWN),
                };
                Some(text.parse::<Region>().map_err(invalid)?)
            }
            None => None,
        };
        if let Some(address) = self.products.get(&product.key).or(self.all.as_ref()) {
            return Ok(address.clone());
        }
        let endpoint = &product.endpoint;
        let template = match (self.network, &region) {
            (Network::Vpc, _) => Some(&endpoint.vpc),
            (Network::Public, Some(_)) => endpoint.regional.as_ref().or(endpoint.central.as_ref()),
            (Network::Public, None) => endpoint.central.as_ref(),
        };
        let missing = || ClientError::RegionMissing { product: product.key.clone() };
        let template = template.ok_or_else(missing)?;
        if !template.contains("{region}") {
            return Ok((Scheme::Https, template.clone()));
        }
        let region = region.ok_or_else(missing)?;
        Ok((Scheme::Https, template.replace("{region}", region.as_str())))
    }
}

fn parse(address: &str) -> Result<Address, ClientError> {
    let shown = || quote_within(address, ADDRESS_SHOWN);
    let invalid = |reason| ClientError::EndpointInvalid { address: shown(), reason };
    let (given, authority) = match address.split_once("://") {
        Some(("https", rest)) => (Some(Scheme::Https), rest),
        Some(("http", rest)) => (Some(Scheme::Http), rest),
        Some(_) => return Err(invalid("it is neither `https` nor `http`")),
        None => (None, address),
    };
    let authority = authority.strip_suffix('/').unwrap_or(authority).to_ascii_lowercase();
    let (name, port) = split_port(&authority).ok_or_else(|| invalid("its port is no number"))?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let is_plain = !name.is_empty() && name.bytes().all(is_name);
    if !is_plain && bracketed(name).is_none() {
        return Err(invalid("it is no name and no IP address, with nothing else before or after"));
    }
    if port == Some(0) {
        return Err(invalid("its port is 0"));
    }
    let is_loopback = is_loopback(name);
    match given {
        Some(Scheme::Http) if !is_loopback => Err(ClientError::EndpointPlain { address: shown() }),
        Some(scheme) => Ok((scheme, authority)),
        None if is_loopback => Ok((Scheme::Http, authority)),
        None => Ok((Scheme::Https, authority)),
    }
}

/// Name and port; `None` if there is a port that is no number.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    let rest = authority.get(end..)?;
    match rest.rfind(':') {
        None => Some((authority, None)),
        Some(colon) => {
            let (name, port) = authority.split_at(end + colon);
            let digits = port.get(1..)?;
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            Some((name, Some(digits.parse().ok().filter(|_| is_number)?)))
        }
    }
}

fn bracketed(name: &str) -> Option<Ipv6Addr> {
    name.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// Only what needs no resolution to be this machine.
fn is_loopback(name: &str) -> bool {
    name == "localhost"
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || bracketed(name).is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use host_catalog::Catalog;
    use host_model::Problem;

    use super::*;

    fn product(key: &str) -> &'static Product {
        Catalog::builtin().product(key).expect("the catalog has it")
    }

    #[test]
    fn finds_each_products_endpoint() {
        let cases = [
            (Network::Public, "ram", None, Ok("ram.aliyuncs.com")),
            (Network::Public, "ram", Some("cn-hangzhou"), Ok("ram.aliyuncs.com")),
            (Network::Public, "sts", None, Ok("sts.aliyuncs.com")),
            (Network::Public, "sts", Some("cn-beijing"), Ok("sts.cn-beijing.aliyuncs.com")),
            (Network::Public, "arms", Some("cn-hangzhou"), Ok("arms.cn-hangzhou.aliyuncs.com")),
            (Network::Public, "arms", None, Err("client.region-missing")),
            (Network::Public, "arms", Some("evil.example/"), Err("client.region-invalid")),
            (Network::Vpc, "ram", None, Ok("ram.vpc-proxy.aliyuncs.com")),
            (Network::Vpc, "sts", Some("cn-beijing"), Ok("sts-vpc.cn-beijing.aliyuncs.com")),
            (Network::Vpc, "sts", None, Err("client.region-missing")),
        ];
        for (network, key, region, expected) in cases {
            let found = Endpoints::new(network).resolve(product(key), region);
            let found = found.as_ref().map(|(_, authority)| authority.as_str());
            assert_eq!(found.map_err(Problem::code), expected, "{network:?} {key} {region:?}");
        }
    }

    #[test]
    fn the_operators_word_wins() {
        let endpoints = Endpoints::default().with_all("127.0.0.1:8080").unwrap();
        let endpoints = endpoints.with_product("sts", "https://sts.example:8443/").unwrap();
        let resolve = |key| endpoints.resolve(product(key), Some("cn-hangzhou")).unwrap();
        assert_eq!(resolve("arms"), (Scheme::Http, "127.0.0.1:8080".to_owned()));
        assert_eq!(resolve("sts"), (Scheme::Https, "sts.example:8443".to_owned()));
        let profiles = |endpoints: Endpoints| {
            let endpoints = endpoints.with_fallback("sts", "sts-vpc.example").unwrap();
            endpoints.resolve(product("sts"), Some("cn-hangzhou")).unwrap().1
        };
        assert_eq!(profiles(endpoints), "sts.example:8443");
        assert_eq!(profiles(Endpoints::default().with_all("[::1]:1").unwrap()), "[::1]:1");
        assert_eq!(profiles(Endpoints::default()), "sts-vpc.example");
        assert!(Endpoints::default().with_fallback("sts", "http://10.0.0.1").is_err());
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        let cases = [
            ("localhost:1", Ok((Scheme::Http, "localhost:1"))),
            ("[::1]:9", Ok((Scheme::Http, "[::1]:9"))),
            ("http://127.8.9.10", Ok((Scheme::Http, "127.8.9.10"))),
            ("https://localhost", Ok((Scheme::Https, "localhost"))),
            ("Proxy.Example", Ok((Scheme::Https, "proxy.example"))),
            ("127.0.0.1.evil.example", Ok((Scheme::Https, "127.0.0.1.evil.example"))),
            ("http://10.0.0.1", Err("client.endpoint-plain")),
            ("http://localhost.evil.example", Err("client.endpoint-plain")),
            ("http://127.0.0.1@evil.example", Err("client.endpoint-invalid")),
            ("https://a/b", Err("client.endpoint-invalid")),
            ("https://a?b", Err("client.endpoint-invalid")),
            ("ftp://a", Err("client.endpoint-invalid")),
            ("a:+1", Err("client.endpoint-invalid")),
            ("a:70000", Err("client.endpoint-invalid")),
            ("a:0", Err("client.endpoint-invalid")),
            ("a b", Err("client.endpoint-invalid")),
            ("::1", Err("client.endpoint-invalid")),
            ("[::1", Err("client.endpoint-invalid")),
            ("", Err("client.endpoint-invalid")),
        ];
        for (address, expected) in cases {
            let parsed = parse(address);
            let parsed = parsed.as_ref().map(|(scheme, authority)| (*scheme, authority.as_str()));
            assert_eq!(parsed.map_err(Problem::code), expected, "{address}");
        }
    }
}
