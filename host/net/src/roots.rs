//! Whom TLS trusts.

use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use rustls_platform_verifier::Verifier;

use crate::NetError;

/// TLS 1.2 and later with ring; the machine's authorities and those of `file`.
///
/// A machine without any authority is no error yet: a run against the simulator needs none. There
/// every certificate is refused.
pub(crate) fn tls(file: Option<&Path>) -> Result<ClientConfig, NetError> {
    let provider = Arc::new(crypto::ring::default_provider());
    let extra = file.map(read).transpose()?.unwrap_or_default();
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| NetError::ClientUnusable { source: error.into() })?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Machine {
            extra,
            provider,
            verifier: OnceLock::new(),
        }))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The platform's verifier, made when the first certificate has to be judged: reading the machine's
/// authorities takes longer than a whole run against the simulator, which needs none of them.
#[derive(Debug)]
struct Machine {
    extra: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
    verifier: OnceLock<Option<Verifier>>,
}

impl Machine {
    /// The verifier; on a machine without any authority every certificate is refused.
    fn verifier(&self) -> Result<&Verifier, rustls::Error> {
        let make = || {
            let provider = Arc::clone(&self.provider);
            Verifier::new_with_extra_roots(self.extra.clone(), provider).ok()
        };
        let unknown = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        self.verifier.get_or_init(make).as_ref().ok_or(unknown)
    }
}

impl ServerCertVerifier for Machine {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verifier = self.verifier()?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier()?.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier()?.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, NetError> {
    let pem = fs::read(path)
        .map_err(|source| NetError::AuthoritiesUnreadable { path: path.to_owned(), source })?;
    let invalid = || NetError::AuthoritiesInvalid { path: path.to_owned() };
    let all: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|_| invalid())?;
    // A file that is parsed but not usable would otherwise look like a machine without any.
    let mut store = RootCertStore::empty();
    let usable = all.iter().all(|certificate| store.add(certificate.clone()).is_ok());
    if usable && !all.is_empty() { Ok(all) } else { Err(invalid()) }
}
