//! Whom TLS trusts.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream, crypto};
use tempfile::TempDir;

use super::server::{Server, read_request, reply};
use super::*;
use crate::NetError;

/// An authority of its own, with its certificate in a file.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    pub(super) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A TLS server with a certificate for `name`.
    pub(super) fn serve(&self, name: &str) -> Server {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        let config = Arc::new(config);
        Server::start(move |mut socket, requests| {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            let request = read_request(&mut stream);
            if !request.is_empty() {
                requests.send(request).unwrap();
                stream.write_all(&reply("200 OK", "", "sealed")).unwrap();
            }
        })
    }
}

#[tokio::test]
async fn trusts_the_operators_own_authority() {
    let authority = Authority::new();
    let mut server = authority.serve("localhost");
    let settings = Settings { authorities_file: Some(authority.file()), ..settings() };
    let transport = HttpTransport::new(&settings).unwrap();
    let name = format!("localhost:{}", server.address.port());
    let got = send(&transport, request(Scheme::Https, &name)).await.unwrap();
    assert_eq!(got.body, b"sealed");
    assert!(server.request().await.contains(&format!("\r\nhost: {name}\r\n")));
}

#[tokio::test]
async fn refuses_an_authority_that_nobody_named() {
    let (known, stranger) = (Authority::new(), Authority::new());
    let mut server = stranger.serve("localhost");
    let name = format!("localhost:{}", server.address.port());
    for authorities_file in [None, Some(known.file())] {
        let transport = HttpTransport::new(&Settings { authorities_file, ..settings() }).unwrap();
        let sent = send(&transport, request(Scheme::Https, &name)).await;
        assert_eq!(code(&sent), "net.endpoint-unreachable");
        let message = sent.unwrap_err().to_string();
        assert!(message.contains("TLS: invalid peer certificate"), "{message}");
    }
    assert!(!server.has_requests());
}

#[tokio::test]
async fn refuses_a_certificate_for_another_name() {
    let authority = Authority::new();
    let server = authority.serve("ram.example.com");
    let settings = Settings { authorities_file: Some(authority.file()), ..settings() };
    let transport = HttpTransport::new(&settings).unwrap();
    let name = format!("localhost:{}", server.address.port());
    let sent = send(&transport, request(Scheme::Https, &name)).await;
    assert_eq!(code(&sent), "net.endpoint-unreachable");
}

#[test]
fn names_a_file_of_authorities_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (name, text, wanted) in [
        ("missing.pem", None, "net.authorities-unreadable"),
        ("empty.pem", Some(""), "net.authorities-invalid"),
        ("words.pem", Some("s3cr3t"), "net.authorities-invalid"),
        ("broken.pem", Some(block), "net.authorities-invalid"),
    ] {
        let path = folder.path().join(name);
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        let settings = Settings { authorities_file: Some(path.clone()), ..settings() };
        let error: NetError = HttpTransport::new(&settings).unwrap_err();
        assert_eq!(error.code(), wanted, "{name}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
}
