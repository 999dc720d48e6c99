//! What a guest takes for its process.

use super::stream::Channel;

/// The little that the layer remembers of a run.
#[derive(Debug, Default)]
pub(crate) struct Process {
    /// The latest instant of the monotonic clock, in nanoseconds.
    pub(super) instant: u64,
    /// The status that the guest left with, if it did: 0 is success.
    pub(crate) status: Option<u8>,
    output: Vec<u8>,
    errors: Vec<u8>,
}

impl Process {
    /// The line that is being written.
    pub(super) const fn line(&mut self, channel: Channel) -> &mut Vec<u8> {
        match channel {
            Channel::Output => &mut self.output,
            Channel::Errors => &mut self.errors,
        }
    }
}
