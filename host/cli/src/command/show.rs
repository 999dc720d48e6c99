//! `host show`: what a run did, call by call, or as a picture.

use std::path::{Path, PathBuf};

use clap::Args;
use host_history::{Graph, lines, stream};

use crate::context::Context;
use crate::failure::Failure;
use crate::journal::{self, Told};
use crate::output::{data, event, line};

/// Show what a run did: its steps and calls, how it ended, and what to do next; or draw it.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The run's id, the first characters of it, or `last`.
    run: String,
    /// Draw the accounts with what was made, who trusts whom and who reports to whom: an SVG file
    /// (`FILE.svg`), text for Mermaid (`FILE.mmd`), or that text on standard output (`-`).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "verbose"])]
    graph: Option<PathBuf>,
    /// Show reads and waits as well.
    #[arg(short, long)]
    verbose: bool,
    /// One JSON object a line instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<u8, Failure> {
    let form = arguments.graph.as_deref().map(Form::of).transpose()?;
    let journal = journal::open(context)?;
    let told = journal::tell(&journal, &arguments.run).await?;
    match form {
        Some(form) => draw(form, &told)?,
        None if arguments.json => {
            for (name, fields) in stream(&told.past, &told.state) {
                event(name, fields);
            }
        }
        None => {
            for text in lines(&told.past, &told.state, arguments.verbose) {
                data(&text);
            }
        }
    }
    // What could be read was shown; that it is not all is a failure.
    told.damage.map_or(Ok(0), |damage| Err(damage.into()))
}

/// How a picture is written.
#[derive(Clone, Copy)]
enum Form<'a> {
    Svg(&'a Path),
    Mermaid(&'a Path),
    Output,
}

impl<'a> Form<'a> {
    fn of(path: &'a Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::Output);
        }
        match path.extension().and_then(|end| end.to_str()) {
            Some("svg") => Ok(Self::Svg(path)),
            Some("mmd") => Ok(Self::Mermaid(path)),
            _ => {
                let message = format!("`{}` is neither an SVG nor a Mermaid file", path.display());
                Err(Failure::usage("show.graph-unknown", message).hint(
                    "name it `FILE.svg` or `FILE.mmd`, or `-` for Mermaid on standard output",
                ))
            }
        }
    }
}

fn draw(form: Form<'_>, told: &Told) -> Result<(), Failure> {
    let graph = Graph::new(&told.past);
    let (path, text) = match form {
        Form::Output => {
            graph.to_mermaid().lines().for_each(data);
            return Ok(());
        }
        Form::Svg(path) => (path, graph.to_svg()),
        Form::Mermaid(path) => (path, graph.to_mermaid()),
    };
    std::fs::write(path, text).map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        Failure::usage("show.graph-unwritable", message)
    })?;
    line(&format!("wrote {}", path.display()));
    Ok(())
}
