//! `host doctor`.

use clap::Args;

use crate::context::Context;
use crate::failure::Failure;

/// Say which identities, clock skew, endpoints and cache were found, and what is wrong with each.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// One JSON object a line instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(_: Arguments, _: &Context) -> Result<u8, Failure> {
    Ok(0)
}
