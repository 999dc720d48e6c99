//! Requests through a proxy.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;

use host_model::SecretText;

use super::server::{Server, read_request, reply};
use super::tls::Authority;
use super::*;
use crate::{NetError, Proxy};

/// A proxy that leads every tunnel to `target`, whatever name it was asked for.
fn tunnel_to(target: SocketAddr) -> Server {
    Server::start(move |mut stream, requests| {
        requests.send(read_request(&mut stream)).unwrap();
        stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
        let onward = TcpStream::connect(target).unwrap();
        let (mut from_client, mut to_target) =
            (stream.try_clone().unwrap(), onward.try_clone().unwrap());
        thread::spawn(move || io::copy(&mut from_client, &mut to_target));
        thread::spawn(move || io::copy(&mut { onward }, &mut { stream }));
    })
}

fn through(proxy: &str, except: &str) -> Settings {
    let url = SecretText::new(proxy);
    Settings { proxy: Some(Proxy { url, except: except.to_owned() }), ..settings() }
}

#[tokio::test]
async fn tunnels_through_the_proxy_with_its_password() {
    let authority = Authority::new();
    let mut target = authority.serve("ram.example.com");
    let mut proxy = tunnel_to(target.address);
    for url in [format!("http://user:pass@{}", proxy.address), proxy.authority()] {
        let mut settings = through(&url, "");
        settings.authorities_file = Some(authority.file());
        let transport = HttpTransport::new(&settings).unwrap();
        let got = send(&transport, request(Scheme::Https, "ram.example.com")).await.unwrap();
        assert_eq!(got.body, b"sealed");
        let connect = proxy.request().await;
        assert!(connect.starts_with("CONNECT ram.example.com:443 HTTP/1.1\r\n"), "{connect}");
        assert!(!connect.contains("s3cr3t"), "{connect}");
        let authorized = connect.to_lowercase().contains("proxy-authorization: basic dxnlcjpwyxnz");
        assert_eq!(authorized, url.contains("user"), "{connect}");
        assert!(!target.request().await.to_lowercase().contains("proxy-authorization"));
    }
}

#[tokio::test]
async fn says_a_default_port_that_was_signed() {
    let authority = Authority::new();
    let mut target = authority.serve("ram.example.com");
    let proxy = tunnel_to(target.address);
    let mut settings = through(&proxy.authority(), "");
    settings.authorities_file = Some(authority.file());
    let transport = HttpTransport::new(&settings).unwrap();
    send(&transport, request(Scheme::Https, "ram.example.com:443")).await.unwrap();
    assert!(target.request().await.contains("\r\nhost: ram.example.com:443\r\n"));
}

#[tokio::test]
async fn says_that_the_proxy_refused_and_not_its_password() {
    let proxy = Server::answer(reply("407 Proxy Authentication Required", "", ""));
    let url = format!("http://user:s3cr3t@{}", proxy.address);
    let transport = HttpTransport::new(&through(&url, "")).unwrap();
    let sent = send(&transport, request(Scheme::Https, "ram.example.com")).await;
    assert_eq!(code(&sent), "net.endpoint-unreachable");
    assert!(sent.unwrap_err().to_string().contains("proxy"));
    assert!(!format!("{:?}", through(&url, "")).contains("s3cr3t"));
}

#[tokio::test]
async fn asks_no_proxy_for_loopback() {
    let authority = Authority::new();
    let target = authority.serve("localhost");
    let mut proxy = tunnel_to(target.address);
    let mut settings = through(&format!("http://{}", proxy.address), "");
    settings.authorities_file = Some(authority.file());
    let transport = HttpTransport::new(&settings).unwrap();
    let name = format!("localhost:{}", target.address.port());
    send(&transport, request(Scheme::Https, &name)).await.unwrap();
    assert!(!proxy.has_requests());
}

#[tokio::test]
async fn a_proxy_is_no_way_around_the_rules() {
    let mut proxy = Server::answer(reply("200 Connected", "", ""));
    let transport = HttpTransport::new(&through(&format!("http://{}", proxy.address), "")).unwrap();
    for (scheme, authority) in
        [(Scheme::Https, "100.100.100.200"), (Scheme::Http, "ram.example.com")]
    {
        let sent = send(&transport, request(scheme, authority)).await;
        assert_eq!(code(&sent), "net.address-forbidden");
    }
    assert!(!proxy.has_requests());
}

#[test]
fn refuses_a_proxy_that_is_none_without_showing_it() {
    for url in ["", "http://", "socks5://s3cr3t@localhost:1", "http://s3cr3t@:x", "ftp://s3cr3t"] {
        let error: NetError = HttpTransport::new(&through(url, "")).unwrap_err();
        assert_eq!(error.code(), "net.proxy-invalid", "{url}");
        assert!(!format!("{error} {error:?}").contains("s3cr3t"));
    }
}
