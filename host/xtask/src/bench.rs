//! `cargo xtask bench`: the rooms' own benchmarks, then a whole run against a script.
//!
//! The comparison is what a user would feel: from the start of the process to its end, the shipped
//! workflow against the offline cloud in process, and the same calls as a script with the official SDK
//! for Python against the offline cloud as a server. Both in one session, the best of several runs.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::artifact;
use crate::error::XtaskError;
use crate::print;
use crate::program::Program;
use crate::python;
use crate::simulation::Simulation;
use crate::watch::Watch;
use crate::workspace::Workspace;

/// The first column's head.
const HEAD: &str = "whole process";

/// What one way costs.
#[derive(Debug)]
struct Row {
    name: &'static str,
    best: Duration,
}

/// Runs the rooms' benchmarks, unless `whole_only`, and the comparison.
pub(crate) fn run(workspace: &Workspace, runs: u32, whole_only: bool) -> Result<(), XtaskError> {
    let benched = workspace
        .packages
        .iter()
        .filter(|(_, package)| !whole_only && package.kinds.iter().any(|kind| kind == "bench"));
    for (name, _) in benched {
        workspace.cargo("bench").args(["--package", name]).run()?;
    }
    let host = artifact::released_host(workspace)?;
    let python = python::interpreter(workspace)?;
    let folder = workspace.target.join("bench");
    let bench = Bench { workspace, folder: &folder };
    bench.clear()?;
    let script = best(runs, || bench.script(&host, &python))?;
    let first = best(runs, || {
        bench.clear()?;
        bench.workflow(&host)
    })?;
    let again = best(runs, || bench.workflow(&host))?;
    print::line(&table(&[
        Row { name: "script with the official SDK for Python", best: script },
        Row { name: "host run, compiling the workflow", best: first },
        Row { name: "host run", best: again },
    ]));
    Ok(())
}

struct Bench<'a> {
    workspace: &'a Workspace,
    folder: &'a Path,
}

impl Bench<'_> {
    /// One run of the shipped workflow; its offline cloud is a new one.
    fn workflow(&self, host: &Path) -> Result<Duration, XtaskError> {
        let program = Program::new(host, &self.workspace.root)
            .args(["run", "workflows/delegate.wasm", "--simulate", "--fresh", "--yes"])
            .env("HOST_STATE", self.folder.join("state"))
            .env("HOST_CACHE", self.folder.join("cache"));
        let watch = Watch::start();
        program.feed("")?;
        Ok(watch.elapsed())
    }

    /// The same calls as a script; the server that it talks to is a new one, and runs already.
    fn script(&self, host: &Path, python: &Path) -> Result<Duration, XtaskError> {
        let scenario = self.workspace.path("tests/conformance/scenario.toml");
        let simulation = Simulation::start(host, self.folder, &scenario)?;
        let script = self.workspace.path("tests/conformance/compare.py");
        let program = Program::new(python, &self.workspace.root).arg(script);
        let watch = Watch::start();
        program.feed(&simulation.announcement)?;
        Ok(watch.elapsed())
    }

    /// Forgets everything: what is compiled is good only beside the installation's key.
    fn clear(&self) -> Result<(), XtaskError> {
        let unusable = |source| XtaskError::FileUnusable {
            path: self.folder.to_owned(),
            what: "emptied",
            source,
        };
        if self.folder.exists() {
            fs::remove_dir_all(self.folder).map_err(unusable)?;
        }
        fs::create_dir_all(self.folder).map_err(unusable)
    }
}

/// The shortest of several times.
fn best(
    runs: u32,
    mut once: impl FnMut() -> Result<Duration, XtaskError>,
) -> Result<Duration, XtaskError> {
    let mut best = Duration::MAX;
    for _ in 0..runs.max(1) {
        best = best.min(once()?);
    }
    Ok(best)
}

/// A table with ratios against the first row.
fn table(rows: &[Row]) -> String {
    let names = rows.iter().map(|row| row.name).chain([HEAD]);
    let width = names.map(str::len).max().unwrap_or_default();
    let first = rows.first().map_or(Duration::ZERO, |row| row.best);
    let mut table = format!("\n{HEAD:width$}  {:>10}  {:>7}", "best", "ratio");
    for Row { name, best } in rows {
        let milliseconds = best.as_secs_f64() * 1000.0;
        let ratio = first.as_secs_f64() / best.as_secs_f64().max(f64::EPSILON);
        table.push_str(&format!("\n{name:width$}  {milliseconds:7.1} ms  {ratio:6.1}×"));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_against_the_first_row() {
        let row = |name, milliseconds| Row { name, best: Duration::from_millis(milliseconds) };
        let expected = "\nwhole process        best    ratio\
                        \nscript           600.0 ms     1.0×\
                        \nhost              30.0 ms    20.0×";
        assert_eq!(table(&[row("script", 600), row("host", 30)]), expected);
    }
}
