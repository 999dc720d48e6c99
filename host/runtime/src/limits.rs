//! What a workflow may use up.

use serde::Deserialize;

/// The budget of one run. Each limit has a name, under which `host.toml` raises it:
///
/// ```toml
/// [limits]
/// memory_bytes_max = 536870912
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Seconds that the workflow itself may compute, without the time it waits for the host.
    pub compute_seconds_max: u32,
    /// Bytes of all its memories together.
    pub memory_bytes_max: usize,
    /// Elements of all its tables together.
    pub table_elements_max: usize,
    /// Identities and secrets that it may hold at once.
    pub handles_max: usize,
    /// Calls of host functions of any kind.
    pub host_calls_max: u32,
    /// Bytes that one host call may bring into the host.
    pub call_bytes_max: usize,
    /// Bytes of all its log lines, step titles and checks together.
    pub log_bytes_max: usize,
    /// Seconds of all its waits together.
    pub wait_seconds_max: u32,
    /// Bytes of its stack.
    pub stack_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            compute_seconds_max: 60,
            memory_bytes_max: 256 << 20,
            table_elements_max: 1 << 20,
            handles_max: 10_000,
            host_calls_max: 1_000_000,
            call_bytes_max: 4 << 20,
            log_bytes_max: 4 << 20,
            wait_seconds_max: 6 * 60 * 60,
            stack_bytes_max: 512 << 10,
        }
    }
}
