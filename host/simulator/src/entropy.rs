//! Randomness that is the same for the same seed.

use std::sync::atomic::{AtomicU64, Ordering};

use host_ports::Entropy;
use sha2::{Digest as _, Sha256};

/// Bytes from a seed and a counter. For simulated runs only: whoever knows the seed knows all.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    count: AtomicU64,
}

impl SeededEntropy {
    /// Starts at the beginning.
    pub const fn new(seed: u64) -> Self {
        Self::resumed(seed, 0)
    }

    /// Goes on where one with [`SeededEntropy::count`] stopped.
    pub const fn resumed(seed: u64, count: u64) -> Self {
        Self { seed, count: AtomicU64::new(count) }
    }

    /// How many blocks were drawn.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let block = block(b"entropy", self.seed, self.count.fetch_add(1, Ordering::SeqCst));
            chunk.copy_from_slice(block.get(..chunk.len()).unwrap_or(&block));
        }
    }
}

/// 32 bytes that depend on purpose, seed and number only.
pub(crate) fn block(purpose: &[u8], seed: u64, number: u64) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(purpose);
    hash.update(seed.to_be_bytes());
    hash.update(number.to_be_bytes());
    hash.finalize().into()
}

/// The same bytes as lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
