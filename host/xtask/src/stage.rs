//! The stages of `cargo xtask check`, cheapest first.

use clap::ValueEnum;

use crate::error::XtaskError;
use crate::generated::Mode;
use crate::watch::Watch;
use crate::workspace::Workspace;
use crate::{artifact, conformance, guests, print, reference, tidy, wit};

/// A stage of `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stage {
    /// The code is formatted.
    Fmt,
    /// The rules of the house hold.
    Tidy,
    /// The product packages below `wit/` are what the catalog says, and what was released only grows.
    Wit,
    /// The reference pages are what the code says.
    Docs,
    /// The lints are content.
    Clippy,
    /// The documentation of the code builds without a warning.
    Rustdoc,
    /// Every program and every test builds.
    Build,
    /// The committed workflows are what their sources make.
    Guests,
    /// Official clients are content with the offline cloud, as the table of them says.
    Conformance,
    /// All tests pass. The last one, so that its summaries end the output.
    Test,
}

impl Stage {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn help(self) -> String {
        let value = self.to_possible_value();
        value.and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
    }

    fn run(self, workspace: &Workspace) -> Result<(), XtaskError> {
        match self {
            Self::Fmt => workspace.cargo("fmt").args(["--all", "--check"]).run(),
            Self::Tidy => tidy::check(workspace),
            Self::Wit => wit::check(workspace),
            Self::Docs => reference::pages(workspace, Mode::Check),
            Self::Clippy => clippy(workspace),
            Self::Rustdoc => rustdoc(workspace),
            Self::Build => artifact::all(workspace),
            Self::Guests => guests::build(workspace, Mode::Check),
            Self::Conformance => conformance::run(workspace, Mode::Check, &[]),
            Self::Test => test(workspace),
        }
    }
}

/// Runs the chosen stages, or all, in their order; stops at the first that fails.
pub(crate) fn run(workspace: &Workspace, chosen: &[Stage]) -> Result<(), XtaskError> {
    let stages: Vec<Stage> = select(chosen);
    let whole = Watch::start();
    for (index, stage) in stages.iter().enumerate() {
        let name = stage.name();
        let count = stages.len();
        print::line(&format!("\n── {name} ({}/{count}): {}", index + 1, stage.help()));
        let watch = Watch::start();
        stage.run(workspace).map_err(|source| {
            print::line(&format!("── {name} failed after {watch}\n"));
            XtaskError::StageFailed { stage: name.clone(), source: Box::new(source) }
        })?;
        print::line(&format!("── {name}: {watch}"));
    }
    print::line(&format!("── check: all {} stages passed in {whole}", stages.len()));
    Ok(())
}

fn select(chosen: &[Stage]) -> Vec<Stage> {
    let all = Stage::value_variants().iter().copied();
    all.filter(|stage| chosen.is_empty() || chosen.contains(stage)).collect()
}

/// Runs all tests of all rooms.
pub(crate) fn test(workspace: &Workspace) -> Result<(), XtaskError> {
    // Tests build workflows, and run the program, which is the one that is built here.
    artifact::guest_target(workspace)?;
    let host = artifact::host(workspace)?;
    workspace.cargo("test").arg("--workspace").env("HOST_BINARY", host).run()
}

fn clippy(workspace: &Workspace) -> Result<(), XtaskError> {
    let cargo = workspace.cargo("clippy");
    cargo.args(["--workspace", "--all-targets", "--", "--deny", "warnings"]).run()
}

fn rustdoc(workspace: &Workspace) -> Result<(), XtaskError> {
    let cargo = workspace.cargo("doc").args(["--workspace", "--no-deps"]);
    cargo.env("RUSTDOCFLAGS", "--deny warnings").run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_stages_keep_their_order() {
        assert_eq!(select(&[Stage::Clippy, Stage::Fmt]), [Stage::Fmt, Stage::Clippy]);
        assert_eq!(select(&[]).len(), Stage::value_variants().len());
    }

    #[test]
    fn tests_come_last() {
        // Who reads only the end of a log looks there for the summaries of the tests.
        assert_eq!(select(&[]).last(), Some(&Stage::Test));
    }

    #[test]
    fn every_stage_says_what_it_proves() {
        for stage in Stage::value_variants() {
            assert!(!stage.help().is_empty(), "{}", stage.name());
        }
    }
}
