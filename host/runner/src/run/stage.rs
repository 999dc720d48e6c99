//! What a live run stands on, by its settings and the workflow's manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use host_catalog::Catalog;
use host_policy::{Allowances, RunFacts, Scene};
use host_runtime::{Manifest, Prepared};

use super::Run;
use crate::Reporter;
use crate::live::Stage;
use crate::record::Recorder;

impl Run {
    /// What the operator allows in this run; `harmless` if no effect of it can leave the machine.
    pub(crate) fn allowances(&self, workflow: &Prepared, harmless: bool) -> Allowances {
        let (package, settings) = (workflow.package(), &self.settings);
        let accounts = settings.accounts.0.iter();
        self.settings.allowances.for_run(&RunFacts {
            workflow: &package.manifest.name,
            digest: &package.digest,
            accounts: &accounts.map(|(name, it)| (name.clone(), it.account.clone())).collect(),
            harmless,
        })
    }

    pub(crate) fn stage(
        &self,
        workflow: &Prepared,
        reporter: &Arc<dyn Reporter>,
        recorder: &Arc<Recorder>,
    ) -> Stage {
        let settings = &self.settings;
        let manifest = &workflow.package().manifest;
        let bound = settings.accounts.0.values().map(|bound| bound.account.clone());
        Stage {
            run: self.id.clone(),
            catalog: Catalog::builtin(),
            client: Arc::clone(&settings.client),
            clock: Arc::clone(&settings.clock),
            entropy: Arc::clone(&settings.entropy),
            accounts: settings.accounts.clone(),
            needed: needed(manifest),
            recorder: Arc::clone(recorder),
            vault: settings.vault.clone(),
            scene: Scene {
                declared: manifest.actions.clone(),
                bound: bound.collect(),
                commands: manifest.commands.iter().map(|it| it.digest.clone()).collect(),
                allowances: self.allowances(workflow, settings.offline),
                mark: settings.mark.text(),
                offline: settings.offline,
                made_up: BTreeSet::new(),
            },
            mark: settings.mark.clone(),
            secrets: Arc::clone(&settings.secrets),
            reporter: Arc::clone(reporter),
            approver: Arc::clone(&settings.approver),
            interrupted: Arc::clone(&settings.interrupted),
            unattended: settings.unattended,
            vetted: settings.vetted,
            provoke: settings.provoke,
            proofs: manifest.proofs.clone(),
            markers: markers(manifest),
            looks: looks(manifest),
            planning: None,
        }
    }
}

/// The accounts that it cannot do without.
pub(super) fn needed(manifest: &Manifest) -> BTreeSet<String> {
    let slots = manifest.accounts.iter().filter(|slot| !slot.optional);
    slots.map(|slot| slot.name.clone()).collect()
}

/// The scripts that only look.
pub(crate) fn looks(manifest: &Manifest) -> BTreeSet<String> {
    let commands = manifest.commands.iter().filter(|command| command.looks);
    commands.map(|command| command.digest.clone()).collect()
}

/// The markers of every script; one that is declared twice has those of both.
fn markers(manifest: &Manifest) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for command in &manifest.commands {
        all.entry(command.digest.clone()).or_default().extend(command.markers.iter().cloned());
    }
    all
}
