//! What the operator may set.

use std::path::PathBuf;
use std::time::Duration;

use host_model::SecretText;

use crate::AddressPolicy;

/// How requests are sent. [`Settings::default`] suits the real cloud.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Until a connection stands, TLS included; 10 s.
    pub connect_timeout: Duration,
    /// Between two arrivals of bytes; 30 s.
    pub read_timeout: Duration,
    /// For the whole exchange; 60 s.
    pub total_timeout: Duration,
    /// Bytes of a reply's body; 8 MiB.
    pub reply_bytes_max: usize,
    /// Idle connections kept for each authority; 4.
    pub idle_connections_max: usize,
    /// Which addresses may be reached.
    pub addresses: AddressPolicy,
    /// A proxy for requests over TLS, if there is one. Never asked for loopback.
    pub proxy: Option<Proxy>,
    /// A PEM file of certificate authorities that are trusted besides those of the machine.
    pub authorities_file: Option<PathBuf>,
}

/// A proxy, as `HTTPS_PROXY` and `NO_PROXY` have it.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// Its URL; secret, as it may hold a password.
    pub url: SecretText,
    /// Names that are reached without it, separated by commas; may be empty.
    pub except: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_mins(1),
            reply_bytes_max: 8 * 1024 * 1024,
            idle_connections_max: 4,
            addresses: AddressPolicy::default(),
            proxy: None,
            authorities_file: None,
        }
    }
}
