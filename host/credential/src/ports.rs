//! What the chain reaches the outside through.

use std::fmt;
use std::sync::Arc;

use host_client::{Client, Endpoints};
use host_ports::{Clock, Entropy, Fetch};

/// Where the metadata service of ECS listens.
pub const METADATA_AUTHORITY: &str = "100.100.100.200";

/// Everything outside. Cheap to clone.
#[derive(Clone)]
pub struct Ports {
    /// Makes the calls that assume roles and identify keys.
    pub client: Arc<Client>,
    /// Asks the metadata service, credential URIs, and STS without a signature.
    pub fetch: Arc<dyn Fetch>,
    /// Decides when a session has to be renewed.
    pub clock: Arc<dyn Clock>,
    /// Makes nonces.
    pub entropy: Arc<dyn Entropy>,
    /// Where STS is.
    pub endpoints: Endpoints,
    /// Where the metadata service is: [`METADATA_AUTHORITY`], or loopback.
    pub metadata_authority: String,
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ports")
            .field("metadata_authority", &self.metadata_authority)
            .finish_non_exhaustive()
    }
}
