//! A recorded run that a command goes on with, or takes back.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use host_journal::{Journal, Writer};
use host_model::RunId;
use host_policy::{Allowances, PolicyFile};
use host_runner::record::{self, Begun, Numbered, Place, RecordError};

use crate::config::{self, Config};
use crate::context::Context;
use crate::failure::Failure;
use crate::policy;
use crate::select::{self, Last};
use crate::session::{self, Installation, Realm, Session};

/// Which run, and how what is done with it is shown.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The run: its id, a beginning of it that no other has, or `last`.
    run: String,
    /// Another `host.toml` than the one that the run began with.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Show reads as well.
    #[arg(short, long)]
    verbose: bool,
    /// JSON instead of text: a plan as one document, all else as one object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A run that this process holds: nobody writes it meanwhile, or takes it back.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) id: RunId,
    pub(crate) entries: Vec<Numbered>,
    pub(crate) begun: Begun,
    pub(crate) writer: Box<dyn Writer>,
}

impl Which {
    /// The run, and what its command stands on, with the settings that it began with.
    pub(crate) async fn open<'a>(
        &self,
        context: &'a Context,
        last: Last,
    ) -> Result<(Session<'a>, Recorded), Failure> {
        let installation = Installation::open(context)?;
        let journal = installation.file.as_ref();
        let id = select::run(journal, &self.run, last).await?;
        let recorded = Recorded::hold(journal, id).await?;
        let config = match (&self.config, recorded.begun.place.config()) {
            (None, Some(then)) => recorded.config(context, Path::new(then))?,
            (named, _) => Config::read(context, named.as_deref())?,
        };
        Ok((Session::new(context, installation, config, self.json, self.verbose), recorded))
    }
}

impl Recorded {
    /// Takes the run's lock, and reads and verifies all of it.
    pub(crate) async fn hold(journal: &dyn Journal, id: RunId) -> Result<Self, Failure> {
        let (entries, writer) = journal.reopen(&id).await?;
        let entries = record::read(&id, &entries)?;
        let begun = record::begun(&entries)
            .ok_or_else(|| RecordError::BeginningMissing { run: id.clone() })?
            .clone();
        Ok(Self { id, entries, begun, writer })
    }

    /// The settings that the run began with.
    fn config(&self, context: &Context, path: &Path) -> Result<Config, Failure> {
        Config::read(context, Some(path)).map_err(|failure| {
            if failure.code != config::UNREADABLE {
                return failure;
            }
            let message =
                format!("`{}` was begun with `--config`, and {}", self.id, failure.message);
            Failure::usage("run.config-gone", message)
                .hint("put the file back, or name another one with `--config FILE`")
        })
    }

    /// What the run was allowed, by the policy file that it began with if no other is given.
    pub(crate) fn allowances(
        &self,
        session: &Session<'_>,
        policy: Option<Arc<PolicyFile>>,
    ) -> Result<Allowances, Failure> {
        let begun = &self.begun;
        let policy = match (policy, &begun.policy) {
            (Some(policy), _) => Some(policy),
            (None, Some(text)) => {
                Some(policy::parse("the policy file that the run began with", text)?)
            }
            (None, None) => policy::chosen(None, &session.config)?,
        };
        Ok(Allowances { policy, ..session::allowances(&begun.allowed, begun.adopt)? })
    }

    /// The cloud that the run was in, at a time that is not before its last entry.
    pub(crate) async fn realm(&self, session: &Session<'_>) -> Result<Realm, Failure> {
        let realm = session.realm(&self.begun.place, false).await?;
        if let (Realm::Offline(offline), Place::Offline { id: Some(then), .. }) =
            (&realm, &self.begun.place)
            && offline.id() != then
        {
            let id = &self.id;
            let message = format!(
                "the offline cloud of `{id}` is gone: it was begun anew since then, or its scenario was changed"
            );
            return Err(Failure::usage("run.cloud-gone", message).hint(format!(
                "`host show {id}` tells what was done in it; `host run` begins in the cloud of now"
            )));
        }
        self.not_before(&realm);
        Ok(realm)
    }

    /// Lets no time of the run's own past lie ahead: what an offline cloud saved last may be older.
    pub(crate) fn not_before(&self, realm: &Realm) {
        if let (Realm::Offline(offline), Some(last)) = (realm, self.entries.last()) {
            offline.not_before(last.at);
        }
    }
}
