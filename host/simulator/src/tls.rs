//! What the offline cloud shows when it is asked over TLS.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::SimulatorError;

/// A certificate that the offline cloud shows, ready to be served with.
#[derive(Debug, Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    authority: Option<String>,
}

fn unusable(error: impl std::fmt::Display) -> SimulatorError {
    SimulatorError::CertificateUnusable { reason: error.to_string() }
}

impl Tls {
    /// A certificate made on the spot for this machine's own names (`localhost`, `127.0.0.1`,
    /// `::1`) and for `names`, signed by an authority that is made with it and whose key is thrown
    /// away. Clients have to be told to trust [`Tls::authority`].
    ///
    /// The keys come from the operating system: a seed would let others make them too.
    pub fn made_for(names: &[String]) -> Result<Self, SimulatorError> {
        let authority_key = KeyPair::generate().map_err(unusable)?;
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "host simulate");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root = authority.self_signed(&authority_key).map_err(unusable)?;
        let issuer = Issuer::new(authority, authority_key);
        let mut own: Vec<String> = vec!["localhost".to_owned()];
        own.extend(names.iter().cloned());
        let mut leaf = CertificateParams::new(own).map_err(unusable)?;
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        leaf.subject_alt_names.extend(loopback.map(SanType::IpAddress));
        // Another name than the authority's: OpenSSL takes a certificate for self-signed by its names.
        leaf.distinguished_name.push(DnType::CommonName, "localhost");
        leaf.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(unusable)?;
        let certificate = leaf.signed_by(&key, &issuer).map_err(unusable)?;
        let chain = vec![certificate.der().clone()];
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        Ok(Self { authority: Some(root.pem()), ..Self::of(chain, key)? })
    }

    /// A certificate that is there: its chain and its key, each as PEM.
    pub fn from_pem(chain: &str, key: &str) -> Result<Self, SimulatorError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain.as_bytes()).collect();
        // The reason of a key that cannot be read could repeat a part of it.
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
            .map_err(|_| unusable("the key is no PEM"))?;
        Self::of(chain.map_err(unusable)?, key)
    }

    fn of(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, SimulatorError> {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(unusable)?;
        Ok(Self { config: Arc::new(config), authority: None })
    }

    /// The authority that clients have to trust, as PEM, where it was made with the certificate.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}
