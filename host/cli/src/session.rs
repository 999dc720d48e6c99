//! What `run`, `resume` and `undo` share: the cloud behind its ports, the journal, and a run's settings.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use host_client::{Client, Observer};
use host_history::{Past, Tally};
use host_journal::{Journal, Sqlite};
use host_model::{RunId, SecretText};
use host_net::OperatorClock;
use host_policy::Allowances;
use host_ports::{Clock, Entropy};
use host_runner::record::Place;
use host_runner::{BoundAccounts, Mark, Reporter, RunSettings, Secrets};
use host_vault::{SealedEntry, Vault};

use crate::config::Config;
use crate::context::Context;
use crate::failure::Failure;
use crate::folders::Folders;
use crate::narrow::Work;
use crate::offline::Offline;
use crate::online::Online;
use crate::output::{self, Audience, Human, Json, Notes, Story};
use crate::terminal::Terminal;
use crate::{interrupt, unlock};

/// A cloud, offline or real, behind the ports that a run reaches it through.
pub(crate) struct Cloud {
    pub(crate) client: Arc<Client>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) accounts: BoundAccounts,
    pub(crate) vault: Arc<dyn Vault>,
    /// The vault's folder, as the journal calls it: below the state folder.
    pub(crate) vault_name: String,
    /// Secrets that are known before the run begins.
    pub(crate) known: Vec<SecretText>,
    pub(crate) run: RunId,
    pub(crate) offline: bool,
    pub(crate) provoke: bool,
}

/// The cloud of a place, before anybody is bound to it.
#[derive(Debug)]
pub(crate) enum Realm {
    Offline(Offline),
    Online(Box<Online>),
}

/// What this user has of the program, whatever the settings are.
pub(crate) struct Installation {
    pub(crate) folders: Folders,
    /// The installation's key.
    pub(crate) key: [u8; 32],
    /// The journal's file, of which it depends on the cloud how it is synced.
    pub(crate) file: Arc<Sqlite>,
}

impl Installation {
    pub(crate) fn open(context: &Context) -> Result<Self, Failure> {
        let folders = Folders::prepare(context)?;
        let key = folders.key(&host_net::SystemEntropy)?;
        let file = Arc::new(open_journal(&folders, key)?);
        Ok(Self { folders, key, file })
    }
}

/// What is the same for every run of this installation.
pub(crate) struct Session<'a> {
    pub(crate) context: &'a Context,
    pub(crate) config: Config,
    pub(crate) folders: Folders,
    /// The installation's key.
    pub(crate) key: [u8; 32],
    pub(crate) journal: Arc<dyn Journal>,
    /// The journal's file, of which it depends on the cloud how it is synced.
    file: Arc<Sqlite>,
    /// Waits and corrections of the client, while they happen.
    pub(crate) notes: Arc<Notes>,
    pub(crate) json: bool,
    pub(crate) verbose: bool,
}

/// What the operator agreed to before a run begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// `--yes`.
    pub(crate) unattended: bool,
    /// Whether the component's digest is in the vetted index.
    pub(crate) vetted: bool,
    /// `--provoke`.
    pub(crate) provoke: bool,
}

impl<'a> Session<'a> {
    pub(crate) fn open(
        context: &'a Context,
        config: Option<&Path>,
        json: bool,
        verbose: bool,
    ) -> Result<Self, Failure> {
        let config = Config::read(context, config)?;
        Ok(Self::new(context, Installation::open(context)?, config, json, verbose))
    }

    pub(crate) fn new(
        context: &'a Context,
        installation: Installation,
        config: Config,
        json: bool,
        verbose: bool,
    ) -> Self {
        let Installation { folders, key, file } = installation;
        let notes = Arc::new(Notes::default());
        let journal = Arc::clone(&file) as Arc<dyn Journal>;
        Self { context, config, folders, key, journal, file, notes, json, verbose }
    }

    /// The cloud of a place.
    pub(crate) async fn realm(&self, place: &Place, fresh: bool) -> Result<Realm, Failure> {
        match place {
            Place::Offline { scenario, .. } => {
                // A cloud that a power cut may take needs no record that survives one.
                self.file.forgo_sync()?;
                let scenario = scenario.as_ref().map(PathBuf::from);
                let offline = Offline::open(&self.folders, scenario.as_deref(), fresh)?;
                if fresh {
                    // What was sealed for the vault that is gone opens nowhere.
                    for sealed in self.sealed(offline.vault_name()).await? {
                        self.journal.placed(&sealed).await?;
                    }
                }
                Ok(Realm::Offline(offline))
            }
            Place::Online { endpoint, .. } => {
                let observer = Arc::clone(&self.notes) as Arc<dyn Observer>;
                let online =
                    Online::open(&self.config, self.context, endpoint.as_deref(), observer)?;
                Ok(Realm::Online(Box::new(online)))
            }
        }
    }

    /// Accounts bound, vault open, and in it what a process that died left in the journal.
    pub(crate) async fn cloud(
        &self,
        realm: &Realm,
        place: &Place,
        names: &[String],
        terms: Terms,
        work: Work<'_>,
    ) -> Result<Cloud, Failure> {
        let cloud = match (realm, place) {
            (Realm::Online(online), Place::Online { profiles, .. }) => {
                let bindings: Vec<(String, String)> =
                    profiles.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
                let accounts = online.accounts(&bindings, terms.unattended, &work).await?;
                // What a simulated cloud made is no secret of a real account: the two never share a folder.
                let folder = unlock::folder(&self.folders, online.is_loopback());
                let lock = unlock::lock(self.context, &self.config, &folder)?;
                online.cloud(accounts, &folder, &lock, terms.provoke)?
            }
            (Realm::Offline(offline), _) => {
                offline.cloud(names, Arc::clone(&self.notes) as Arc<dyn Observer>)?
            }
            (Realm::Online(_), Place::Offline { .. }) => {
                return Err(Failure::usage(
                    "run.place-different",
                    "the run belongs to another cloud",
                ));
            }
        };
        for sealed in self.sealed(&cloud.vault_name).await? {
            let entry = SealedEntry { name: sealed.name.clone(), bytes: sealed.bytes.clone() };
            cloud.vault.place(&entry)?;
            self.journal.placed(&sealed).await?;
        }
        Ok(cloud)
    }

    /// The id of a new run: the cloud's, unless the journal has a run of it. An offline cloud that begins
    /// anew draws the same ones again.
    pub(crate) async fn new_id(&self, cloud: &Cloud) -> Result<RunId, Failure> {
        let mut id = cloud.run.clone();
        while self.journal.has(&id).await? {
            // Nothing is drawn for it: the cloud goes on as if it had got the first.
            id = id.following();
        }
        Ok(id)
    }

    async fn sealed(&self, vault: &str) -> Result<Vec<host_journal::Sealed>, Failure> {
        let all = self.journal.sealed().await?;
        Ok(all.into_iter().filter(|sealed| sealed.vault == vault).collect())
    }

    /// The settings of a run of this lineage.
    pub(crate) fn settings(
        &self,
        cloud: Cloud,
        run: &RunId,
        lineage: &str,
        allowances: Allowances,
        terms: Terms,
    ) -> RunSettings {
        let secrets = Secrets::new(cloud.vault, lineage, &self.key, run);
        cloud.known.iter().for_each(|text| secrets.know(text));
        let mark = &self.config.mark;
        let tags = mark.tags.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        RunSettings {
            client: cloud.client,
            clock: cloud.clock,
            entropy: cloud.entropy,
            accounts: cloud.accounts,
            allowances,
            mark: Mark::new(&mark.key, lineage, tags),
            secrets: Arc::new(secrets),
            journal: Arc::clone(&self.journal),
            vault: cloud.vault_name,
            approver: Arc::new(Terminal { can_ask: self.context.can_ask }),
            interrupted: interrupt::watch(),
            limits: self.config.limits,
            offline: cloud.offline,
            unattended: terms.unattended,
            vetted: terms.vetted,
            provoke: cloud.provoke,
        }
    }

    /// Tells a run that begins.
    pub(crate) fn reporter(&self, run: &RunId) -> Arc<dyn Reporter> {
        self.telling(run, None, Tally::default())
    }

    /// Tells a run that goes on.
    pub(crate) fn reporter_after(&self, past: &Past) -> Arc<dyn Reporter> {
        self.telling(&past.run, past.begun.undoes.clone(), Tally::of(past))
    }

    /// Tells a run that takes back another one.
    pub(crate) fn reporter_of_undo(&self, run: &RunId, of: &RunId) -> Arc<dyn Reporter> {
        self.telling(run, Some(of.to_string()), Tally::default())
    }

    fn telling(&self, run: &RunId, undoes: Option<String>, tally: Tally) -> Arc<dyn Reporter> {
        let story = Story { run: run.to_string(), undoes };
        let tally = Mutex::new(tally);
        if self.json {
            self.attached(Json { story, tally })
        } else {
            output::open(Arc::new(OperatorClock), self.context.is_live);
            self.attached(Human { verbose: self.verbose, story, tally })
        }
    }

    fn attached(&self, audience: impl Audience + 'static) -> Arc<dyn Reporter> {
        let audience = Arc::new(audience);
        self.notes.attach(Arc::clone(&audience) as Arc<dyn Audience>);
        audience
    }
}

impl Realm {
    /// The place, with the id of the cloud that is there now.
    pub(crate) fn at(&self, place: Place) -> Place {
        match (self, place) {
            (Self::Offline(offline), Place::Offline { scenario, config, .. }) => {
                Place::Offline { scenario, id: Some(offline.id().to_owned()), config }
            }
            (_, place) => place,
        }
    }

    /// Keeps an offline cloud for the next run.
    pub(crate) fn save(&self) -> Result<(), Failure> {
        match self {
            Self::Offline(offline) => offline.save(),
            Self::Online(_) => Ok(()),
        }
    }
}

/// The journal of this user.
pub(crate) fn open_journal(folders: &Folders, key: [u8; 32]) -> Result<Sqlite, Failure> {
    let holder = format!("process {}", std::process::id());
    Ok(Sqlite::open(&folders.state, key, &holder)?)
}

/// The operator's allowances, in the words of `--allow`.
pub(crate) fn allowances(words: &[String], adopt: bool) -> Result<Allowances, Failure> {
    let mut allowances = Allowances { adopt, ..Allowances::default() };
    for word in words {
        allowances
            .allow(word)
            .map_err(|error| Failure::usage("policy.allowance-unknown", error.to_string()))?;
    }
    Ok(allowances)
}
