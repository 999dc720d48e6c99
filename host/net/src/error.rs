//! What can be wrong with the settings of the network. Replies that did not come are a
//! [`TransportError`](host_wire::TransportError).

use std::io;
use std::path::PathBuf;

use host_model::{Blame, Problem};

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetError {
    /// The operator's file of authorities cannot be read.
    #[error("cannot read the certificate authorities in `{}`", path.display())]
    AuthoritiesUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds no certificate, or a broken one.
    #[error("`{}` holds no usable certificate authority", path.display())]
    AuthoritiesInvalid {
        /// The file.
        path: PathBuf,
    },
    /// The proxy's URL is none. Not shown: it may hold a password.
    #[error("the proxy's URL is not of the form `http://[user:password@]name:port`")]
    ProxyInvalid,
    /// TLS or the client could not be set up.
    #[error("the HTTP client cannot be made")]
    ClientUnusable {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Problem for NetError {
    fn code(&self) -> &'static str {
        match self {
            Self::AuthoritiesUnreadable { .. } => "net.authorities-unreadable",
            Self::AuthoritiesInvalid { .. } => "net.authorities-invalid",
            Self::ProxyInvalid => "net.proxy-invalid",
            Self::ClientUnusable { .. } => "net.client-unusable",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::ClientUnusable { .. } => Blame::Host,
            _ => Blame::User,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::AuthoritiesInvalid { .. } => {
                Some("give a file with `-----BEGIN CERTIFICATE-----` blocks".to_owned())
            }
            _ => None,
        }
    }
}
