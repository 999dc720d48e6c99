//! `host vault keygen`

use std::path::PathBuf;

use clap::Args;
use host_vault::Identity;

use super::export::write_new;
use crate::failure::Failure;
use crate::output::data;

/// Make an age identity of your own, and print its public key for others.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Where the identity goes; must not be there yet.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let identity = Identity::generate();
    let recipient = identity.recipient();
    let text = identity.to_text();
    let mut bytes = Vec::with_capacity(512);
    bytes.extend_from_slice(format!("# public key: {recipient}\n").as_bytes());
    bytes.extend_from_slice(text.expose().as_bytes());
    bytes.push(b'\n');
    let written = write_new(&arguments.output, &bytes);
    bytes.fill(0);
    written?;
    data(&recipient.to_string());
    Ok(0)
}
