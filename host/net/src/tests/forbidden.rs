//! Addresses that no request may reach, by literal and behind a name.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;

use super::server::{Server, reply};
use super::*;
use crate::resolver::Lookup;

/// Names with their addresses, in place of DNS.
#[derive(Debug)]
struct Table(BTreeMap<&'static str, Vec<IpAddr>>);

#[async_trait]
impl Lookup for Table {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.0.get(name).cloned().ok_or_else(|| io::Error::other("s3cr3t resolver words"))
    }
}

fn knowing(name: &'static str, addresses: &[&str]) -> HttpTransport {
    let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
    let table = Table(BTreeMap::from([(name, addresses)]));
    HttpTransport::with_lookup(&settings(), Arc::new(table)).unwrap()
}

#[tokio::test]
async fn judges_every_address_behind_a_name() {
    for addresses in [
        vec!["100.100.100.200"],
        vec!["169.254.169.254"],
        vec!["10.0.0.7"],
        vec!["127.0.0.1"],
        vec!["::1"],
        vec!["::ffff:127.0.0.1"],
        vec!["0.0.0.0"],
        // One good address does not carry the others.
        vec!["192.0.2.1", "10.0.0.7"],
    ] {
        let transport = knowing("ram.example.com", &addresses);
        let sent = send(&transport, request(Scheme::Https, "ram.example.com")).await;
        assert_eq!(code(&sent), "net.address-forbidden", "{addresses:?}");
        let error = sent.unwrap_err();
        assert!(!error.may_have_taken_effect());
        assert!(error.to_string().contains(addresses.last().unwrap()), "{error}");
    }
}

#[tokio::test]
async fn judges_literal_addresses() {
    let transport = HttpTransport::new(&settings()).unwrap();
    for authority in ["100.100.100.200", "169.254.169.254:443", "10.0.0.7", "[fe80::1]"] {
        let sent = send(&transport, request(Scheme::Https, authority)).await;
        assert_eq!(code(&sent), "net.address-forbidden", "{authority}");
    }
}

#[tokio::test]
async fn plain_http_leaves_only_to_loopback() {
    let transport = HttpTransport::new(&settings()).unwrap();
    for authority in ["ram.aliyuncs.com", "192.0.2.1:8080", "100.100.100.200"] {
        let sent = send(&transport, request(Scheme::Http, authority)).await;
        assert_eq!(code(&sent), "net.address-forbidden", "{authority}");
        assert!(sent.unwrap_err().to_string().contains("plain HTTP is for loopback only"));
    }
}

#[tokio::test]
async fn localhost_means_this_machine() {
    let server = Server::answer(reply("200 OK", "", "fine"));
    let authority = format!("localhost:{}", server.address.port());
    let here = knowing("localhost", &["127.0.0.1"]);
    assert_eq!(send(&here, request(Scheme::Http, &authority)).await.unwrap().status, 200);
    let elsewhere = knowing("localhost", &["192.0.2.1"]);
    let sent = send(&elsewhere, request(Scheme::Http, &authority)).await;
    assert_eq!(code(&sent), "net.address-forbidden");
}

#[tokio::test]
async fn says_that_a_name_has_no_address() {
    for transport in [knowing("other", &[]), knowing("ram.example.com", &[])] {
        let sent = send(&transport, request(Scheme::Https, "ram.example.com")).await;
        let message = sent.unwrap_err().to_string();
        assert_eq!(message, "`ram.example.com` cannot be reached: the name has no address");
    }
}
