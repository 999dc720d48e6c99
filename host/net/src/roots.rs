//! Whom TLS trusts.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore, crypto};
use rustls_platform_verifier::Verifier;

use crate::NetError;

/// TLS 1.2 and later with ring; the machine's authorities and those of `file`.
///
/// A machine without any authority is no error yet: a run against the simulator needs none. There
/// every certificate is refused.
pub(crate) fn tls(file: Option<&Path>) -> Result<ClientConfig, NetError> {
    let provider = Arc::new(crypto::ring::default_provider());
    let extra = file.map(read).transpose()?.unwrap_or_default();
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| NetError::ClientUnusable { source: error.into() })?;
    let mut config = match Verifier::new_with_extra_roots(extra, provider) {
        Ok(verifier) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth(),
        Err(_) => builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
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
