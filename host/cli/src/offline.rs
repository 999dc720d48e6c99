//! The offline cloud in this process, kept between runs apart from everything real.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use host_catalog::Catalog;
use host_client::{Client, Endpoints, Network, Observer, Settings, StaticKey};
use host_model::{Arn, HttpReply, HttpRequest, Principal, SecretText, Timestamp};
use host_policy::Attempt;
use host_ports::{Clock as _, Entropy as _};
use host_runner::{Bound, BoundAccounts, Run};
use host_sign::AccessKey;
use host_simulator::{
    DirectoryEntry, InProcess, OPERATOR, Scenario, SeededEntropy, Simulator, Snapshot, VirtualClock,
};
use host_vault::{Folder, Lock};
use host_wire::{Transport, TransportError};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::folders::{Folders, prepare, private_file};
use crate::session::Cloud;

/// Where offline clouds are kept, below the state folder.
const CLOUDS: &str = "simulated";
/// The vault of an offline cloud, in the cloud's folder.
const VAULT: &str = "vault";
/// What the name of a file ends with that is written before it takes the place of another.
const ASIDE: &str = ".new";
/// What the vault keeps beside itself: a new cloud has a vault with another key.
const VAULT_PIN: &str = "vault.pin";

/// An offline cloud in this process.
pub(crate) struct Offline {
    clock: Arc<VirtualClock>,
    kept: Arc<Kept>,
    /// What the journal calls the cloud's vault.
    vault_name: String,
    /// Held while the cloud is open: a second run at the same time waits, and does not overwrite.
    _lock: std::fs::File,
}

/// Reads a scenario file, or takes the one that is built in.
pub(crate) fn read_scenario(path: Option<&Path>) -> Result<(Scenario, String), Failure> {
    let Some(path) = path else {
        return Ok((Scenario::builtin(), Scenario::builtin_text().to_owned()));
    };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage("simulator.scenario-missing", format!("`{name}` cannot be read: {error}"))
    })?;
    Ok((Scenario::parse(&name, &text)?, text))
}

impl Offline {
    /// The cloud of a scenario as the last run left it, or a new one.
    pub(crate) fn open(
        folders: &Folders,
        scenario: Option<&Path>,
        fresh: bool,
    ) -> Result<Self, Failure> {
        let (data, text) = read_scenario(scenario)?;
        let folder = place(folders, scenario, &text);
        prepare(&folder)?;
        let lock = lock(&folder)?;
        if fresh {
            forget(&folder)?;
        }
        sweep(&folder);
        let (simulator, clock, entropy, id) = if let Some(read) = read_kept(&folder)? {
            let clock = Arc::new(VirtualClock::new(read.snapshot.now()));
            let entropy = SeededEntropy::resumed(data.seed, read.draws);
            (Simulator::resume(data, read.snapshot, clock.clone()), clock, entropy, read.id)
        } else {
            let clock = Arc::new(VirtualClock::new(data.start));
            let entropy = SeededEntropy::new(data.seed);
            (Simulator::new(data, clock.clone()), clock, entropy, None)
        };
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let kept = Kept {
            // Not the cloud's own randomness: each that begins anew draws the same of that.
            id: id.unwrap_or_else(random),
            simulator: Arc::new(simulator),
            entropy: Arc::new(entropy),
            folder,
        };
        Ok(Self {
            clock,
            kept: Arc::new(kept),
            vault_name: format!("{CLOUDS}/{name}/{VAULT}"),
            _lock: lock,
        })
    }

    /// What the journal calls the cloud's vault.
    pub(crate) fn vault_name(&self) -> &str {
        &self.vault_name
    }

    /// What tells this cloud from those of the same scenario that were there before it.
    pub(crate) fn id(&self) -> &str {
        &self.kept.id
    }

    /// Lets the cloud's time be `at` at least: what it saved last may be older than what a run wrote down.
    pub(crate) fn not_before(&self, at: Timestamp) {
        self.clock.advance(at.since(self.clock.now()));
    }

    /// Inputs of a workflow that suit the scenario.
    pub(crate) fn parameters(&self, workflow: &str) -> Option<Map<String, Value>> {
        let parameters = self.kept.simulator.scenario().parameters.get(workflow)?;
        Some(parameters.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// The ports of a run.
    pub(crate) fn cloud(
        &self,
        names: &[String],
        observer: Arc<dyn Observer>,
    ) -> Result<Cloud, Failure> {
        let entropy = Arc::clone(&self.kept.entropy);
        let vault = Folder::open(
            &self.kept.folder.join(VAULT),
            &Lock::IdentityFile,
            entropy.clone(),
            self.clock.clone(),
        )?
        .forgo_sync();
        let directory = self.kept.simulator.scenario().directory();
        let known = directory.iter().map(|entry| SecretText::new(entry.access_key_secret.expose()));
        Ok(Cloud {
            client: Arc::new(Client::new(
                Arc::new(Keeping {
                    cloud: InProcess::new(Arc::clone(&self.kept.simulator)),
                    kept: Arc::clone(&self.kept),
                }),
                self.clock.clone(),
                entropy.clone(),
                Settings::new(Endpoints::new(Network::Public)),
                observer,
            )),
            clock: self.clock.clone(),
            entropy: entropy.clone(),
            accounts: bind(names, &directory)?,
            vault: Arc::new(vault),
            vault_name: self.vault_name.clone(),
            known: known.collect(),
            run: Run::id_of(self.clock.as_ref(), entropy.as_ref()),
            offline: true,
            provoke: true,
        })
    }

    /// Keeps the cloud for the next run.
    pub(crate) fn save(&self) -> Result<(), Failure> {
        self.kept.save().map_err(|error| unkept(&kept_file(&self.kept.folder), &error))
    }
}

/// The cloud's state, and where it is kept.
#[derive(Debug)]
struct Kept {
    id: String,
    simulator: Arc<Simulator>,
    entropy: Arc<SeededEntropy>,
    folder: PathBuf,
}

impl Kept {
    fn save(&self) -> std::io::Result<()> {
        let (draws, snapshot) = (self.entropy.count(), self.simulator.snapshot().to_json());
        let text = format!("{draws} {}\n{snapshot}", self.id);
        let path = kept_file(&self.folder);
        let temporary = path.with_extension(format!("{}{ASIDE}", random()));
        private_file().open(&temporary).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            host_ports::crash_point("offline cloud: written aside");
            std::fs::rename(&temporary, &path)?;
            host_ports::crash_point("offline cloud: kept");
            Ok(())
        })
    }
}

/// A cloud that keeps what it changed before it answers: it must not forget what a journal remembers.
#[derive(Debug)]
struct Keeping {
    cloud: InProcess,
    kept: Arc<Kept>,
}

#[async_trait]
impl Transport for Keeping {
    async fn send(
        &self,
        attempt: Attempt,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError> {
        let authority = request.authority.clone();
        let action = Catalog::builtin()
            .product(attempt.product())
            .and_then(|product| product.actions.get(attempt.action()));
        let writes = action.is_none_or(|action| action.effect.is_write());
        let reply = self.cloud.send(attempt, request).await;
        if writes {
            self.kept.save().map_err(|error| TransportError::Lost {
                authority,
                reason: format!("the offline cloud cannot be kept: {error}"),
            })?;
        }
        reply
    }
}

/// Where the vault of a scenario's cloud lies, or will.
pub(crate) fn vault_folder(folders: &Folders, scenario: Option<&Path>) -> Result<PathBuf, Failure> {
    let (_, text) = read_scenario(scenario)?;
    Ok(place(folders, scenario, &text).join(VAULT))
}

/// Where a scenario's cloud is kept.
fn place(folders: &Folders, scenario: Option<&Path>, text: &str) -> PathBuf {
    let name = scenario.and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| "two-accounts".to_owned());
    // An edited scenario is another cloud: what was kept of the old one does not fit it.
    let digest = host_runtime::digest(text.as_bytes());
    let digest = digest.get(..12).unwrap_or(&digest);
    folders.state.join(CLOUDS).join(format!("{name}-{digest}"))
}

/// Removes the cloud and its vault, and leaves the lock.
fn forget(folder: &Path) -> Result<(), Failure> {
    let trouble = |error: std::io::Error| unkept(folder, &error);
    let gone = |outcome: std::io::Result<()>| match outcome {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(trouble(error)),
        _ => Ok(()),
    };
    gone(std::fs::remove_file(kept_file(folder)))?;
    gone(std::fs::remove_dir_all(folder.join(VAULT)))?;
    gone(std::fs::remove_file(folder.join(VAULT_PIN)))
}

/// Removes what processes that died had written aside: whoever has the lock is the only one.
fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().ends_with(ASIDE) {
            // What stays is in nobody's way.
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// Eight digits that no other process draws.
fn random() -> String {
    let mut bytes = [0; 4];
    host_net::SystemEntropy.fill(&mut bytes);
    format!("{:08x}", u32::from_be_bytes(bytes))
}

/// Waits for another run of the same cloud to end.
fn lock(folder: &Path) -> Result<std::fs::File, Failure> {
    let path = folder.join("lock");
    let mut options = private_file();
    options.create_new(false).create(true).truncate(false);
    let file = options.open(&path).map_err(|error| unkept(&path, &error))?;
    if file.try_lock().is_err() {
        crate::output::line(&format!(
            "{} has the offline cloud in `{}` open; waiting for it to end",
            holder(&path),
            folder.display()
        ));
        file.lock().map_err(|error| unkept(&path, &error))?;
    }
    // For those who wait; the lock itself does not depend on it.
    drop(file.set_len(0).and_then(|()| writeln!(&file, "{}", std::process::id())));
    Ok(file)
}

/// Who holds the lock, as far as it said.
fn holder(path: &Path) -> String {
    let said = std::fs::read_to_string(path).unwrap_or_default();
    match said.trim().parse::<u32>() {
        Ok(process) => format!("another run (process {process})"),
        Err(_) => "another run".to_owned(),
    }
}

fn kept_file(folder: &Path) -> PathBuf {
    folder.join("cloud.json")
}

/// A cloud, as it was kept.
struct Read {
    /// None of one that was kept before clouds had ids.
    id: Option<String>,
    draws: u64,
    snapshot: Snapshot,
}

fn read_kept(folder: &Path) -> Result<Option<Read>, Failure> {
    let path = kept_file(folder);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unkept(&path, &error)),
    };
    let damaged = |reason: &str| {
        let message = format!("the offline cloud in `{}` is damaged: {reason}", path.display());
        Failure::usage("simulator.cloud-damaged", message).hint("begin anew with `--fresh`")
    };
    let (head, cloud) = text.split_once('\n').ok_or_else(|| damaged("it is cut off"))?;
    let (draws, id) = head.split_once(' ').map_or((head, None), |(draws, id)| (draws, Some(id)));
    let draws = draws.parse().map_err(|_| damaged("its first line is no number"))?;
    let snapshot = Snapshot::from_json(cloud).map_err(|error| damaged(&error.to_string()))?;
    Ok(Some(Read { id: id.map(str::to_owned), draws, snapshot }))
}

fn unkept(path: &Path, error: &std::io::Error) -> Failure {
    let message = format!("the offline cloud cannot be kept in `{}`: {error}", path.display());
    Failure::usage("simulator.cloud-unkept", message)
        .hint("set `HOST_STATE` to a folder of your own")
}

/// A name of the manifest is the operator of the account of that name, or the user of that name.
fn bind(names: &[String], directory: &[DirectoryEntry]) -> Result<BoundAccounts, Failure> {
    let mut accounts = BoundAccounts::default();
    for name in names {
        let operator = directory.iter().find(|e| e.user == OPERATOR && e.account == *name);
        let found = operator.or_else(|| directory.iter().find(|entry| entry.user == *name));
        let Some(entry) = found else { continue };
        let account: host_model::AccountId = entry.account_id.parse().map_err(|_| {
            let message = format!("the scenario's account `{}` has no usable id", entry.account);
            Failure::usage("simulator.scenario-contradictory", message)
        })?;
        let arn = Arn::new(account.clone(), Principal::User(entry.user.clone())).to_string();
        let secret = SecretText::new(entry.access_key_secret.expose());
        let key = AccessKey::permanent(entry.access_key_id.clone(), secret);
        let bound = Bound { account, arn, keys: Arc::new(StaticKey::new(key)), session: None };
        accounts.0.insert(name.clone(), bound);
    }
    Ok(accounts)
}

impl std::fmt::Debug for Offline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offline").field("now", &self.clock.now()).finish_non_exhaustive()
    }
}
