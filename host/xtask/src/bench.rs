//! `cargo xtask bench`: the rooms' own benchmarks, then whole runs against scripts, then larger runs.
//!
//! The comparison is what a user would feel: from the start of the process to its end, a shipped
//! workflow against the offline cloud in process, and the same calls as a script with the official SDK
//! for Python against the offline cloud as a server. Both in one session, the best of several runs.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::XtaskError;
use crate::program::Program;
use crate::simulation::Simulation;
use crate::watch::Watch;
use crate::workspace::Workspace;
use crate::{artifact, crowd, print, python, scale};

/// The first column's head.
const HEAD: &str = "whole process";

/// Clusters of the comparison.
const COMPARED_CLUSTERS: usize = 3;

/// What one way costs.
#[derive(Debug)]
struct Row {
    name: String,
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
    let bench = Bench { workspace, folder: &folder, host: &host };
    bench.clear()?;
    let crowd = bench.write("compare.toml", &crowd::scenario(COMPARED_CLUSTERS, true))?;
    let quick = workspace.path("tests/conformance/scenario.toml");
    let delegate =
        Compared { workflow: "delegate", script: "compare.py", server: &quick, own: None };
    let ack =
        Compared { workflow: "ack", script: "compare_ack.py", server: &crowd, own: Some(&crowd) };
    for compared in [delegate, ack] {
        print::line(&table(&bench.compare(&compared, &python, runs)?));
    }
    print::line(&scale::measure(&bench, runs)?);
    Ok(())
}

/// A workflow, and the script that does the same.
struct Compared<'a> {
    workflow: &'static str,
    script: &'static str,
    /// The scenario of the script's cloud.
    server: &'a Path,
    /// The scenario of the workflow's, unless it is the one that is built in.
    own: Option<&'a Path>,
}

/// Where benchmarks run.
pub(crate) struct Bench<'a> {
    workspace: &'a Workspace,
    folder: &'a Path,
    host: &'a Path,
}

impl Bench<'_> {
    /// A run of a shipped workflow; its offline cloud is a new one.
    pub(crate) fn workflow(&self, name: &str, scenario: Option<&Path>) -> Program {
        let simulate = scenario.map(|path| format!("--simulate={}", path.display()));
        Program::new(self.host, &self.workspace.root)
            .args(["run", &format!("workflows/{name}.wasm"), "--fresh", "--yes"])
            .arg(simulate.unwrap_or_else(|| "--simulate".to_owned()))
            .env("HOST_STATE", self.folder.join("state"))
            .env("HOST_CACHE", self.folder.join("cache"))
    }

    /// A plan of a shipped workflow, as JSON. No run is ever made in its offline cloud, so that it stays a new one.
    pub(crate) fn plan(&self, name: &str, scenario: &Path) -> Program {
        Program::new(self.host, &self.workspace.root)
            .args(["plan", &format!("workflows/{name}.wasm"), "--json"])
            .arg(format!("--simulate={}", scenario.display()))
            .env("HOST_STATE", self.folder.join("planned/state"))
            .env("HOST_CACHE", self.folder.join("planned/cache"))
    }

    fn compare(
        &self,
        compared: &Compared<'_>,
        python: &Path,
        runs: u32,
    ) -> Result<[Row; 3], XtaskError> {
        let run = || {
            let program = self.workflow(compared.workflow, compared.own);
            let watch = Watch::start();
            program.feed("")?;
            Ok(watch.elapsed())
        };
        let script = best(runs, || self.script(compared, python))?;
        let first = best(runs, || {
            self.forget()?;
            run()
        })?;
        let again = best(runs, run)?;
        let row = |what: &str, best| Row { name: format!("{}: {what}", compared.workflow), best };
        Ok([
            row("script with the official SDK for Python", script),
            row("host run, compiling the workflow", first),
            row("host run", again),
        ])
    }

    /// The same calls as a script; the server that it talks to is a new one, and runs already.
    fn script(&self, compared: &Compared<'_>, python: &Path) -> Result<Duration, XtaskError> {
        let simulation = Simulation::start(self.host, self.folder, compared.server)?;
        let script = self.workspace.path("tests/conformance").join(compared.script);
        let program = Program::new(python, &self.workspace.root).arg(script);
        let watch = Watch::start();
        program.feed(&simulation.announcement)?;
        Ok(watch.elapsed())
    }

    /// Writes a file beside the runs.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<PathBuf, XtaskError> {
        let path = self.folder.join(name);
        match fs::write(&path, text) {
            Ok(()) => Ok(path),
            Err(source) => Err(XtaskError::FileUnusable { path, what: "written", source }),
        }
    }

    /// Forgets what runs left: what is compiled is good only beside the installation's key.
    fn forget(&self) -> Result<(), XtaskError> {
        ["state", "planned", "cache"].iter().try_for_each(|name| remove(&self.folder.join(name)))
    }

    fn clear(&self) -> Result<(), XtaskError> {
        remove(self.folder)?;
        fs::create_dir_all(self.folder).map_err(|source| XtaskError::FileUnusable {
            path: self.folder.to_owned(),
            what: "made",
            source,
        })
    }
}

fn remove(folder: &Path) -> Result<(), XtaskError> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != ErrorKind::NotFound => {
            Err(XtaskError::FileUnusable { path: folder.to_owned(), what: "emptied", source })
        }
        _ => Ok(()),
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
    let names = rows.iter().map(|row| row.name.as_str()).chain([HEAD]);
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
        let row = |name: &str, milliseconds| Row {
            name: name.to_owned(),
            best: Duration::from_millis(milliseconds),
        };
        let expected = "\nwhole process        best    ratio\
                        \nscript           600.0 ms     1.0×\
                        \nhost              30.0 ms    20.0×";
        assert_eq!(table(&[row("script", 600), row("host", 30)]), expected);
    }
}
