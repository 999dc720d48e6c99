//! Commands that were sent to instances, and what came of them.

use std::collections::BTreeMap;

use host_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::script::{Ran, word_of};
use super::{Account, CommandTrouble, Facet};

/// A command that was sent.
#[derive(Clone, Serialize, Deserialize)]
pub struct Invocation {
    /// Its id, `t-…`.
    pub id: String,
    /// The command's id, `c-…`.
    pub command_id: String,
    /// The region of its instances.
    pub region: String,
    /// Its name.
    pub name: String,
    /// Words of its maker.
    pub description: String,
    /// `RunShellScript`, …
    pub kind: String,
    /// The script, as it was written.
    pub content: String,
    /// What its places were filled with.
    pub parameters: BTreeMap<String, String>,
    /// Whether the script has places that are filled.
    pub enabled: bool,
    /// Whether the command stays in the account.
    pub kept: bool,
    /// `Once`, `DryRun`, …
    pub repeat_mode: String,
    /// After how many seconds it is given up.
    pub timeout: i64,
    /// The folder that it runs in.
    pub working_dir: String,
    /// Who runs it.
    pub username: String,
    /// When it was sent.
    pub created: Timestamp,
    /// What it was sent to.
    pub targets: Vec<Target>,
}

// Parameters may hold a license key.
impl std::fmt::Debug for Invocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invocation").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A command on one instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Target {
    /// The instance.
    pub instance: String,
    /// When it ends, or has ended.
    pub due: Timestamp,
    /// When the script is through, whether anybody still waits for it or not; `None` if it was
    /// never started, or has been through.
    pub through: Option<Timestamp>,
    /// What goes wrong.
    pub trouble: Option<CommandTrouble>,
    /// How it ended.
    pub ending: Option<Ending>,
}

/// How a command ended on an instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ending {
    /// `Success`, `Failed`, `Timeout`, …
    pub status: String,
    /// For example `ExitCodeNonzero`; empty for a success.
    pub code: String,
    /// The script's exit code.
    pub exit_code: i64,
    /// What the script wrote.
    pub output: String,
}

impl Ending {
    /// The ending that belongs to an `ErrorCode`.
    pub(crate) fn of(code: &str, output: &str) -> Self {
        let status = match code {
            "" => "Success",
            "ExitCodeNonzero" => "Failed",
            "ExecutionTimeout" => "Timeout",
            "ExecutionException" | "ExecutionInterrupted" => "Error",
            "CommandNotApplicable" | "AccountNotExists" | "DirectoryNotExists" => "Invalid",
            "Terminated" => "Terminated",
            // It never arrived.
            _ => "Aborted",
        };
        Self {
            status: status.to_owned(),
            code: if code == "Terminated" { String::new() } else { code.to_owned() },
            exit_code: i64::from(code == "ExitCodeNonzero"),
            output: output.to_owned(),
        }
    }

    /// `InvokeRecordStatus`.
    pub(crate) fn record(&self) -> &'static str {
        match self.status.as_str() {
            "Success" => "Finished",
            "Terminated" => "Stopped",
            _ => "Failed",
        }
    }
}

impl Invocation {
    /// `InvokeStatus` and `InvocationStatus` of the whole.
    pub(crate) fn status(&self) -> (&'static str, &'static str) {
        let records: Vec<&str> = self
            .targets
            .iter()
            .map(|target| target.ending.as_ref().map_or("Running", Ending::record))
            .collect();
        let all = |wanted: &str| records.iter().all(|record| *record == wanted);
        if records.contains(&"Running") {
            ("Running", "Running")
        } else if all("Finished") {
            ("Finished", "Success")
        } else if all("Stopped") {
            ("Stopped", "Stopped")
        } else if records.contains(&"Finished") {
            ("PartialFailed", "PartialFailed")
        } else {
            ("Failed", "Failed")
        }
    }
}

impl Account {
    /// Ends the commands that are due, and lets their scripts have their effect.
    pub(crate) fn finish_commands(&mut self, now: Timestamp) {
        let mut invocations = std::mem::take(&mut self.invocations);
        let open = |target: &Target| target.ending.is_none() || target.through.is_some();
        for invocation in invocations.values_mut().filter(|it| it.targets.iter().any(open)) {
            for target in &mut invocation.targets {
                if open(target) {
                    self.finish_command(&invocation.content, &invocation.parameters, target, now);
                }
            }
        }
        self.invocations = invocations;
    }

    fn finish_command(
        &mut self,
        script: &str,
        parameters: &BTreeMap<String, String>,
        target: &mut Target,
        now: Timestamp,
    ) {
        let trouble = target.trouble.as_ref();
        let mut ending = trouble.map(|trouble| Ending::of(&trouble.code, &trouble.output));
        // Nobody waits any more when it is through.
        if target.through.is_some_and(|through| target.due < through) {
            ending = ending.or_else(|| Some(Ending::of("ExecutionTimeout", "")));
        }
        if let Some(at) = target.through.filter(|at| *at <= now) {
            target.through = None;
            if let Facet::Known(instance) = self.instances.get_mut(&target.instance) {
                let memory = self.remembered.get(&target.instance).map_or(&[][..], Vec::as_slice);
                let ran = match instance.machine.remember(memory, script, parameters) {
                    Some(output) => Ran { exit_code: 0, output },
                    None => instance.machine.run(word_of(script), parameters, at),
                };
                let code = if ran.exit_code == 0 { "" } else { "ExitCodeNonzero" };
                let own = Ending { exit_code: ran.exit_code, ..Ending::of(code, &ran.output) };
                ending = ending.or(Some(own));
            }
        }
        if target.ending.is_none() && target.due <= now {
            target.ending = ending.or_else(|| Some(Ending::of("", "")));
        }
    }
}
