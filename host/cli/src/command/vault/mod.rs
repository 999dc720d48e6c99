//! `host vault`: the secrets that runs kept, for the person who answers for them.

mod delete;
mod export;
mod import;
mod keygen;
mod list;
mod name;
mod recipients;
mod show;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use host_net::{SystemClock, SystemEntropy};
use host_vault::{Folder, Identity, Lock, Realm};

use crate::config::Config;
use crate::context::Context;
use crate::failure::Failure;
use crate::folders::Folders;
use crate::terminal::answer;
use crate::{offline, online, unlock};

/// The exit status of a question that nobody answered with yes.
const REFUSED: u8 = 3;

/// Look into the vault of secrets that runs kept, hand one over, or share them with another operator.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::Arguments),
    Show(show::Arguments),
    Delete(delete::Arguments),
    Export(export::Arguments),
    Import(import::Arguments),
    Recipients(recipients::Arguments),
    Keygen(keygen::Arguments),
}

impl Arguments {
    pub(crate) fn json(&self) -> bool {
        match &self.verb {
            Verb::List(arguments) => arguments.json,
            Verb::Import(arguments) => arguments.json,
            Verb::Recipients(arguments) => arguments.json,
            Verb::Show(_) | Verb::Delete(_) | Verb::Export(_) | Verb::Keygen(_) => false,
        }
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<u8, Failure> {
    match &arguments.verb {
        Verb::List(arguments) => list::run(arguments, context),
        Verb::Show(arguments) => show::run(arguments, context),
        Verb::Delete(arguments) => delete::run(arguments, context),
        Verb::Export(arguments) => export::run(arguments, context),
        Verb::Import(arguments) => import::run(arguments, context),
        Verb::Recipients(arguments) => recipients::run(arguments, context),
        Verb::Keygen(arguments) => keygen::run(arguments),
    }
}

/// Which vault: the same as `host run` with the same flags.
#[derive(Debug, Args)]
struct Place {
    /// The vault of the offline cloud, or of that of a scenario file.
    #[expect(clippy::option_option, reason = "absent, bare and with a file are three things")]
    #[arg(long, value_name = "SCENARIO", num_args = 0..=1, require_equals = true, conflicts_with = "endpoint", global = true)]
    simulate: Option<Option<PathBuf>>,
    /// The vault of runs with this address.
    #[arg(long, value_name = "ADDR", global = true)]
    endpoint: Option<String>,
    /// Another `host.toml`.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

/// A vault that was opened.
struct Opened {
    vault: Folder,
    folder: PathBuf,
    realm: Realm,
    /// The operator's own identity, if that opened it.
    own: Option<Identity>,
}

impl Place {
    /// The vault, or `None` if no run has made it yet.
    fn find(&self, context: &Context) -> Result<Option<Opened>, Failure> {
        let found = self.locate(context)?;
        if found.folder.exists() { found.open(context).map(Some) } else { Ok(None) }
    }

    /// The vault, made where there is none.
    fn open(&self, context: &Context) -> Result<Opened, Failure> {
        self.locate(context)?.open(context)
    }

    fn locate(&self, context: &Context) -> Result<Located, Failure> {
        let config = Config::read(context, self.config.as_deref())?;
        let folders = Folders::prepare(context)?;
        let (folder, realm) = if let Some(scenario) = &self.simulate {
            (offline::vault_folder(&folders, scenario.as_deref())?, Realm::Simulated)
        } else {
            let loopback = online::stays_here(&config, self.endpoint.as_deref())?;
            let realm = if loopback { Realm::Loopback } else { Realm::Real };
            (unlock::folder(&folders, loopback), realm)
        };
        Ok(Located { config, folder, realm })
    }
}

/// A vault that is still shut.
struct Located {
    config: Config,
    folder: PathBuf,
    realm: Realm,
}

impl Located {
    fn open(self, context: &Context) -> Result<Opened, Failure> {
        let Self { config, folder, realm } = self;
        let lock = match realm {
            // Everything in it is invented.
            Realm::Simulated => Lock::IdentityFile,
            Realm::Real | Realm::Loopback => unlock::lock(context, &config, &folder)?,
        };
        let vault = Folder::open(&folder, &lock, Arc::new(SystemEntropy), Arc::new(SystemClock))?;
        let own = match lock {
            Lock::Own(own) => Some(own),
            _ => None,
        };
        Ok(Opened { vault, folder, realm, own })
    }
}

/// Goes on only after a person's yes, or `--yes`.
fn confirm(context: &Context, yes: bool, question: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !context.can_ask {
        let failure =
            Failure::new("vault.nobody-asked", format!("nobody to ask: {question}"), REFUSED);
        return Err(failure.hint("run it at a terminal, or add `--yes`"));
    }
    if answer(&format!("{question}? only `yes` goes on: ")) == "yes" {
        return Ok(());
    }
    let failure = Failure::new("vault.question-declined", format!("declined: {question}"), REFUSED);
    Err(failure.hint("nothing was changed, and nothing handed over"))
}
