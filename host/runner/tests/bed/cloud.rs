//! The offline cloud in this process, and what stands beside it of an installation: its journal and its keys. Tests of whole runs, tests of single calls and the benchmark begin here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use host_client::{Client, Endpoints, Network, Settings, Silent, StaticKey};
use host_journal::Sqlite;
use host_model::{AccountId, SecretText};
use host_sign::AccessKey;
use host_simulator::{Scenario, SeededEntropy, Simulator, VirtualClock};
use host_wire::Transport;

/// A cloud, and the folder of an installation.
pub(crate) struct Cloud {
    pub(crate) simulator: Arc<Simulator>,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) entropy: Arc<SeededEntropy>,
    pub(crate) folder: PathBuf,
}

/// A user of the cloud, with the key.
pub(crate) struct Caller {
    pub(crate) account: AccountId,
    pub(crate) arn: String,
    pub(crate) keys: Arc<StaticKey>,
}

impl Cloud {
    pub(crate) fn new(scenario: Scenario, folder: &Path) -> Self {
        let clock = Arc::new(VirtualClock::new(scenario.start));
        let entropy = Arc::new(SeededEntropy::new(scenario.seed));
        let simulator = Arc::new(Simulator::new(scenario, clock.clone()));
        Self { simulator, clock, entropy, folder: folder.to_owned() }
    }

    /// The journal of the installation, opened once more.
    pub(crate) fn journal(&self) -> Arc<Sqlite> {
        let journal = Sqlite::open(&self.folder.join("state"), [5; 32], "a test");
        Arc::new(journal.expect("a temporary folder takes a journal"))
    }

    /// What sends calls that way.
    pub(crate) fn client(&self, way: Arc<dyn Transport>) -> Arc<Client> {
        let settings = Settings::new(Endpoints::new(Network::Public));
        let (clock, entropy) = (self.clock.clone(), self.entropy.clone());
        Arc::new(Client::new(way, clock, entropy, settings, Arc::new(Silent)))
    }

    /// The user of that name in the account that the scenario calls so.
    pub(crate) fn caller(&self, account: &str, user: &str) -> Option<Caller> {
        let directory = self.simulator.scenario().directory();
        let entry = directory.into_iter().find(|it| it.account == account && it.user == user)?;
        let secret = SecretText::new(entry.access_key_secret.expose());
        let key = AccessKey::permanent(entry.access_key_id, secret);
        Some(Caller {
            account: entry.account_id.parse().expect("a scenario has account ids"),
            arn: format!("acs:ram::{}:user/{user}", entry.account_id),
            keys: Arc::new(StaticKey::new(key)),
        })
    }
}
