//! Where the keys come from that sign.

use std::fmt::Debug;

use async_trait::async_trait;
use host_model::CallError;
use host_sign::AccessKey;

/// Gives the key of one identity. Asked before every attempt, so that a key that lives for a short
/// time can be renewed between two of them.
#[async_trait]
pub trait KeySource: Debug + Send + Sync {
    /// A key that is good now.
    async fn key(&self) -> Result<AccessKey, CallError>;
}

/// A key that stays what it is.
#[derive(Debug, Clone)]
pub struct StaticKey(AccessKey);

impl StaticKey {
    /// Always this key.
    pub const fn new(key: AccessKey) -> Self {
        Self(key)
    }
}

#[async_trait]
impl KeySource for StaticKey {
    async fn key(&self) -> Result<AccessKey, CallError> {
        Ok(self.0.clone())
    }
}
