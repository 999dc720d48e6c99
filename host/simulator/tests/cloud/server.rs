//! The same cloud over HTTP.

use std::sync::Arc;

use host_model::{HttpRequest, Problem as _};
use host_simulator::{Tls, serve, serve_tls};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsConnector;

use crate::stage::Stage;

fn text(request: &HttpRequest, authority: &str) -> Vec<u8> {
    let query: Vec<String> =
        request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut text = format!("{} /?{} HTTP/1.1\r\n", request.method, query.join("&"));
    for (name, value) in &request.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if request.header("host").is_none() {
        text.push_str(&format!("host: {authority}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(&request.body);
    bytes
}

/// Reads one reply; empty if the connection ends first.
async fn reply(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return text,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}

/// Runs a client against a served stage, then stops the server.
fn with_server<F: Future<Output = ()>>(stage: &Stage, client: impl FnOnce(String) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move { stopped.await.unwrap() };
        let server = tokio::spawn(serve(listener, Arc::clone(&stage.simulator), stopped));
        client(authority).await;
        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
    });
}

#[test]
fn one_connection_serves_many_requests_and_ends_gracefully() {
    let stage = Stage::crowded();
    with_server(&stage, async |authority| {
        let mut stream = TcpStream::connect(&authority).await.unwrap();
        for expected in ["200", "404", "200"] {
            let name = if expected == "200" { "free" } else { "new" };
            let request = stage.request(&stage.operator(), "ram:GetUser", &[("UserName", name)]);
            stream.write_all(&text(&request, &authority)).await.unwrap();
            let reply = reply(&mut stream).await;
            assert!(reply.starts_with(&format!("HTTP/1.1 {expected}")), "{reply}");
            assert!(reply.contains("x-acs-request-id: "), "{reply}");
        }
    });
}

#[test]
fn a_lost_reply_closes_the_connection_without_a_word() {
    let fault = "[[fault]]\non = \"ram:CreateUser\"\nkind = \"drop-reply\"";
    let stage = Stage::crowded_with(fault);
    with_server(&stage, async |authority| {
        let mut stream = TcpStream::connect(&authority).await.unwrap();
        let request = stage.request(&stage.operator(), "ram:CreateUser", &[("UserName", "new")]);
        stream.write_all(&text(&request, &authority)).await.unwrap();
        assert_eq!(reply(&mut stream).await, "");
    });
    stage.done(&stage.operator(), "ram:GetUser", &[("UserName", "new")]);
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let stage = Stage::crowded();
    with_server(&stage, async |authority| {
        let mut stream = TcpStream::connect(&authority).await.unwrap();
        let mut request = stage.request(&stage.operator(), "ram:ListUsers", &[]);
        request.body = vec![b'x'; 1024 * 1024 + 1];
        // The server may close while it is still being written to.
        let _ = stream.write_all(&text(&request, &authority)).await;
        let reply = reply(&mut stream).await;
        assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 413"), "{reply}");
    });
}

fn trusting(authority: Option<&str>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = authority {
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

#[test]
fn a_certificate_is_made_and_trusted_by_those_who_are_told() {
    let stage = Stage::crowded();
    let tls = Tls::made_for(&["sts.aliyuncs.com".to_owned()]).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let (simulator, shown) = (Arc::clone(&stage.simulator), tls.clone());
        let server = tokio::spawn(async move {
            let stopped = async move { stopped.await.unwrap() };
            serve_tls(listener, simulator, &shown, stopped).await
        });
        for name in ["127.0.0.1", "localhost", "sts.aliyuncs.com", "ram.aliyuncs.com"] {
            let stream = TcpStream::connect(&authority).await.unwrap();
            let server_name = ServerName::try_from(name).unwrap();
            let opened = trusting(tls.authority()).connect(server_name, stream).await;
            assert_eq!(opened.is_ok(), name != "ram.aliyuncs.com", "{name}");
            let Ok(mut stream) = opened else { continue };
            let request = stage.request(&stage.operator(), "ram:GetUser", &[("UserName", "free")]);
            stream.write_all(&text(&request, &authority)).await.unwrap();
            let reply = reply(&mut stream).await;
            assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
        }
        let stranger = TcpStream::connect(&authority).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        assert!(trusting(None).connect(name, stranger).await.is_err());
        // One that never says a word does not keep the server.
        let _silent = TcpStream::connect(&authority).await.unwrap();
        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
    });
}

#[test]
fn a_certificate_that_cannot_be_shown_says_so_without_its_key() {
    let error = Tls::from_pem("no chain", "-----BEGIN PRIVATE KEY-----\nsecret").unwrap_err();
    assert_eq!(error.code(), "simulator.certificate-unusable");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(error.hint().is_some());
}
