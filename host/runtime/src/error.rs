//! Why a component cannot be run, or a run did not end well.

use host_model::{Blame, CallError, Problem};

use crate::{ManifestError, Stop};

/// Why a component cannot be run, or a run did not end well.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// Not WebAssembly at all.
    #[error("`{name}` is no WebAssembly file")]
    NotWebAssembly {
        /// The file, as the user named it.
        name: String,
    },
    /// A core module, not a component.
    #[error("`{name}` is a core module, not a component")]
    CoreModule {
        /// The file, as the user named it.
        name: String,
    },
    /// A component that does not validate.
    #[error("`{name}` is a damaged component: {reason}")]
    Invalid {
        /// The file, as the user named it.
        name: String,
        /// The validator's words.
        reason: String,
    },
    /// No manifest, a broken one, or one that lies.
    #[error("the manifest of `{name}` cannot be used: {source}")]
    Manifest {
        /// The file, as the user named it.
        name: String,
        /// What is wrong with it.
        source: ManifestError,
    },
    /// No `host:workflow/entry`.
    #[error("`{name}` exports no `{expected}`, so it is no workflow of this contract")]
    NoEntry {
        /// The file, as the user named it.
        name: String,
        /// The export that a workflow has.
        expected: String,
    },
    /// An import that this host does not have.
    #[error("`{name}` needs {import}, which this host does not offer: {reason}")]
    ImportMissing {
        /// The file, as the user named it.
        name: String,
        /// The interface or function.
        import: String,
        /// What the host offers instead, or why not.
        reason: String,
    },
    /// An import of another shape.
    #[error(
        "`{name}` expects `{import}` in another shape\n  the component: {found}\n  this host:     {expected}"
    )]
    ImportDiffers {
        /// The file, as the user named it.
        name: String,
        /// Interface and function.
        import: String,
        /// The shape in the component.
        found: String,
        /// The shape in the contract.
        expected: String,
    },
    /// A limit of the budget.
    #[error("the workflow reached the limit `{limit}` of {value} in step `{step}`")]
    LimitReached {
        /// The limit's name in the configuration.
        limit: &'static str,
        /// Its value.
        value: u64,
        /// The step.
        step: String,
    },
    /// The guest trapped.
    #[error("the workflow broke in step `{step}`: {reason}")]
    Trapped {
        /// The step.
        step: String,
        /// The trap.
        reason: String,
    },
    /// The driver ended the run.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// The workflow gave up with an error of its own.
    #[error("the workflow failed in step `{step}`: {error}")]
    Failed {
        /// The step.
        step: String,
        /// Its error.
        error: CallError,
    },
    /// The sandbox itself could not be set up.
    #[error("the sandbox cannot be set up: {reason}")]
    Setup {
        /// Why.
        reason: String,
    },
}

impl Problem for RuntimeError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotWebAssembly { .. } => "runtime.file-not-wasm",
            Self::CoreModule { .. } => "runtime.file-core-module",
            Self::Invalid { .. } => "runtime.component-invalid",
            Self::Manifest { source, .. } => source.code(),
            Self::NoEntry { .. } => "runtime.entry-missing",
            Self::ImportMissing { .. } => "runtime.import-missing",
            Self::ImportDiffers { .. } => "runtime.import-differs",
            Self::LimitReached { .. } => "runtime.limit-reached",
            Self::Trapped { .. } => "runtime.workflow-trapped",
            Self::Stopped(Stop::Interrupted) => "run.interrupted",
            Self::Stopped(Stop::Declined { .. }) => "run.declined",
            Self::Stopped(Stop::Indeterminate { .. }) => "run.indeterminate",
            Self::Stopped(Stop::Diverged { .. }) => "run.replay-diverged",
            Self::Stopped(Stop::Unrecorded { .. }) => "run.journal-unkept",
            Self::Stopped(Stop::Stale { .. }) => "plan.stale",
            Self::Stopped(Stop::Unplanned { .. }) => "plan.violated",
            Self::Stopped(Stop::Unkept { .. }) => "run.secret-unkept",
            Self::Failed { .. } => "run.workflow-failed",
            Self::Setup { .. } => "runtime.sandbox-broken",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Stopped(Stop::Declined { .. } | Stop::Unplanned { .. }) => Blame::Policy,
            Self::Stopped(Stop::Indeterminate { .. }) => Blame::Cloud,
            // A file that cannot be run is the wrong file; what breaks while it runs is the workflow's.
            Self::NotWebAssembly { .. }
            | Self::CoreModule { .. }
            | Self::Invalid { .. }
            | Self::Manifest { .. }
            | Self::NoEntry { .. }
            | Self::ImportMissing { .. }
            | Self::ImportDiffers { .. }
            | Self::Stopped(_) => Blame::User,
            Self::Setup { .. } => Blame::Host,
            _ => Blame::Workflow,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotWebAssembly { .. } => {
                Some("give a workflow's component, for example `workflows/delegate.wasm`".to_owned())
            }
            Self::CoreModule { .. } => Some(
                "build it with `host build DIR -o FILE`, which makes a component of it".to_owned(),
            ),
            Self::Manifest { .. } | Self::NoEntry { .. } => {
                Some("build it with `host build DIR -o FILE`".to_owned())
            }
            Self::ImportMissing { .. } | Self::ImportDiffers { .. } => Some(
                "use a host of the contract that it was built for, or build it against `wit/` of this host"
                    .to_owned(),
            ),
            Self::Stopped(Stop::Indeterminate { hint, .. }) => Some(hint.clone()),
            Self::Stopped(Stop::Diverged { .. }) => Some(
                "the component, or the host, is not the one that began this run: start a new run, which \
                 finds what is there"
                    .to_owned(),
            ),
            Self::Stopped(Stop::Stale { .. }) => Some(
                "look at what changed, and make the plan again: what is done already is found".to_owned(),
            ),
            Self::Stopped(Stop::Unplanned { .. }) => Some(
                "the workflow does not do what it did while it was planned: make the plan again, and if \
                 this comes again, do not trust the workflow"
                    .to_owned(),
            ),
            Self::LimitReached { limit, .. } => {
                Some(format!("raise `{limit}` under `[limits]` in `host.toml`"))
            }
            Self::Failed { error, .. } => {
                let grant = || error.details.get("grant").map(|grant| format!("allow it with `{grant}`"));
                // Marked as the words of the workflow, which may advise what suits it.
                let hint = error.details.get("hint");
                let hint = hint.map(|hint| format!("“{}”", host_model::quote_within(hint, 500)));
                hint.or_else(grant)
            }
            _ => None,
        }
    }
}
