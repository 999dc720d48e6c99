//! `host export`: evidence of a run, for an auditor.

use std::path::PathBuf;

use clap::Args;
use host_history::{Chain, evidence};
use host_net::SystemClock;
use host_ports::Clock as _;

use crate::context::Context;
use crate::failure::Failure;
use crate::journal;
use crate::output::{data, document, line};

/// Write evidence of a run, without any secret: who did what, when, with whose consent, and to what end.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The run's id, the first characters of it, or `last`.
    run: String,
    /// The file to write; standard output if it is left out.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<u8, Failure> {
    let journal = journal::open(context)?;
    let told = journal::tell(&journal, &arguments.run).await?;
    // Half of a run is no evidence.
    if let Some(damage) = told.damage {
        return Err(damage.into());
    }
    let chain = Chain::over(&told.entries);
    let text = document(&evidence(&told.past, &told.state, &chain, SystemClock.now()));
    let Some(path) = &arguments.output else {
        text.lines().for_each(data);
        return Ok(0);
    };
    std::fs::write(path, text).map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        Failure::usage("export.file-unwritable", message)
    })?;
    line(&format!("wrote {}: {} entries, chain {}", path.display(), chain.entries, chain.head));
    Ok(0)
}
