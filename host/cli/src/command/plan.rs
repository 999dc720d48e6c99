//! `host plan`: what a run would change, without changing anything.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use host_net::SystemClock;
use host_plan::Plan;
use host_ports::Clock as _;
use host_runner::Planned;

use crate::command::invocation::Invocation;
use crate::command::proposal;
use crate::context::Context;
use crate::failure::Failure;
use crate::output;
use crate::session::Session;

/// Show what a workflow would change in both accounts, without changing anything.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    what: Invocation,
    /// Save the plan, so that `host apply FILE` does exactly this, or nothing. A plan that would end with an
    /// error is not saved.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw it as well, as Mermaid text: to a file, or `-` for standard output in place of the words.
    #[arg(long, value_name = "FILE")]
    graph: Option<PathBuf>,
}

impl Arguments {
    pub(super) const fn json(&self) -> bool {
        self.what.json
    }
}

/// The exit status of a plan that changes something.
pub(super) const CHANGES: u8 = 4;

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    if arguments.what.fresh {
        let message = "`--fresh` removes the offline cloud, and a plan changes nothing".to_owned();
        return Err(Failure::usage("plan.cloud-kept", message)
            .hint("`host run … --fresh` begins with a new one"));
    }
    check_outputs(&arguments)?;
    let ready = arguments.what.ready(context).await?;
    let run = proposal::run(&ready, arguments.what.terms(&ready, false)).await?;
    let planned = proposal::plan(&run, &ready).await?;
    let (can_apply, output) = (planned.error.is_none(), arguments.output);
    match output.as_deref() {
        Some(path) if can_apply => save(&planned.plan, path, &ready.session)?,
        Some(path) => forget(path, &ready.session)?,
        None => {}
    }
    match &arguments.graph {
        Some(path) if path.as_os_str() == "-" => {
            output::data(host_plan::graph(&planned.plan).trim_end());
        }
        Some(path) => {
            write(path, &host_plan::graph(&planned.plan))?;
            output::plan::answer(&planned, ready.session.json, context.is_colored);
        }
        None => output::plan::answer(&planned, ready.session.json, context.is_colored),
    }
    if !ready.session.json {
        let saved = output.as_deref().map(|path| saved(&planned, path));
        let next = next(&planned, saved.is_some());
        for words in saved.into_iter().chain(next) {
            output::line(&format!("\n{words}"));
        }
    }
    Ok(status(&planned))
}

/// What came of `-o`.
fn saved(planned: &Planned, path: &Path) -> String {
    let path = output::path_word(path);
    match (&planned.error, &planned.plan.forecast) {
        (Some(_), _) => {
            format!("not saved as {path}: nothing is applied that would end with an error")
        }
        (None, None) => format!("saved: `host apply {path}` does exactly this"),
        (None, Some(_)) => format!(
            "saved: `host apply {path}` does exactly this up to the forecast, and asks again there"
        ),
    }
}

/// What can be typed next, if there is anything to do.
fn next(planned: &Planned, is_saved: bool) -> Option<String> {
    let words = match &planned.error {
        Some(error) if error.unread => {
            "once what is listed above may be read, `host plan …` with the same words tells the rest"
        }
        Some(_) => "once that is mended, `host plan …` with the same words tells the rest",
        None if planned.plan.may_change() && is_saved => return None,
        None if planned.plan.may_change() => {
            "`host run …` with the same words shows this, asks, and does it; `host plan … -o FILE` saves it for `host apply FILE`"
        }
        None if planned.faults.is_empty() => return None,
        None => {
            "once that is mended by hand, `host plan …` with the same words tells whether it is"
        }
    };
    Some(format!("next: {words}"))
}

fn status(planned: &Planned) -> u8 {
    match (&planned.error, planned.plan.may_change()) {
        (None, true) => CHANGES,
        (None, false) if planned.faults.is_empty() => 0,
        _ => 1,
    }
}

/// Standard output has one kind of data, and a plan to be applied is a file of its own.
fn check_outputs(arguments: &Arguments) -> Result<(), Failure> {
    let is_dash = |path: &PathBuf| path.as_os_str() == "-";
    if arguments.output.as_ref().is_some_and(is_dash) {
        let message = "`-o -`: a plan is saved to a file, for `host apply FILE`".to_owned();
        return Err(Failure::usage("plan.file-unwritable", message).hint("`--json` prints it"));
    }
    if arguments.graph.as_ref().is_some_and(is_dash) && arguments.json() {
        let message = "`--graph -` and `--json` would both write to standard output".to_owned();
        return Err(Failure::usage("plan.file-unwritable", message).hint("give `--graph` a file"));
    }
    if arguments.output.is_some() && arguments.output == arguments.graph {
        let message = "`-o` and `--graph` name the same file".to_owned();
        return Err(Failure::usage("plan.file-unwritable", message).hint("give each its own"));
    }
    arguments.output.as_deref().map_or(Ok(()), check_place)
}

/// A plan that was saved there before is no longer what was planned last: nobody should apply it by mistake.
fn forget(path: &Path, session: &Session<'_>) -> Result<(), Failure> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    if host_plan::open(&text, &session.key, SystemClock.now()).is_err() {
        return Ok(());
    }
    std::fs::remove_file(path).map_err(|error| {
        let message =
            format!("the earlier plan in `{}` cannot be removed: {error}", path.display());
        Failure::usage("plan.file-unwritable", message)
    })
}

/// Writes the plan where nobody else can change it unseen: it is sealed with the installation's key. What was read
/// of both accounts is in it, so that its owner only can read it; and there is a whole one, or the one before.
fn save(plan: &Plan, path: &Path, session: &Session<'_>) -> Result<(), Failure> {
    let text = host_plan::seal(plan, &session.key);
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let written = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    written().map_err(|error| unwritable(path, &error))
}

/// Only a plan gives way to a plan: a workflow, a link or a device that is named by mistake stays.
fn check_place(path: &Path) -> Result<(), Failure> {
    let Ok(there) = std::fs::symlink_metadata(path) else { return Ok(()) };
    let is_plan = there.is_file()
        && std::fs::read_to_string(path).is_ok_and(|text| host_plan::is_plan(&text));
    if is_plan {
        return Ok(());
    }
    let message = format!("`{}` is there, and is no plan: it is left as it is", path.display());
    Err(Failure::usage("plan.file-unwritable", message).hint("give another name"))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let message = format!("`{}` cannot be written: {error}", path.display());
    Failure::usage("plan.file-unwritable", message)
}
