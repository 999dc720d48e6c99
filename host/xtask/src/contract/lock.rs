//! `wit/released.lock`: what was released, by digest.

use std::fs;

use host_catalog::Release;
use serde::{Deserialize, Serialize};

use super::item::Package;
use crate::digest;
use crate::error::XtaskError;
use crate::workspace::Workspace;

/// Where it is.
pub(super) const PATH: &str = "wit/released.lock";

const OPENING: &str = "\
# Written by `cargo xtask wit release`: never edited by hand.
# What was released of the contract. `digest` is the SHA-256 over every item of the package with its shape and its
# `@since`; `text` is the contract of which the package was a part. `component` imports every function of the
# package, and has to load for ever; a workflow has to run for ever, in the offline cloud.
";

/// Everything that was released, in the order of releases and names.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lock {
    #[serde(default)]
    pub(super) package: Vec<Released>,
    #[serde(default)]
    pub(super) workflow: Vec<Kept>,
}

/// A released package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Released {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) digest: String,
    /// The folder with the text of the whole contract of then.
    pub(super) text: String,
    /// A component that imports every function.
    pub(super) component: String,
    pub(super) component_digest: String,
}

/// A workflow that was built against a released contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    /// The contract's version.
    pub(super) contract: String,
    pub(super) file: String,
    pub(super) digest: String,
}

impl Lock {
    /// The committed one; nothing was released if there is none.
    pub(super) fn read(workspace: &Workspace) -> Result<Self, XtaskError> {
        let path = workspace.path(PATH);
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(&path).map_err(|source| XtaskError::FileUnusable {
            path,
            what: "read",
            source,
        })?;
        Self::parse(&text)
            .map_err(|reason| XtaskError::Unreadable { what: format!("`{PATH}`"), reason })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let lock: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        match lock.package.iter().find(|released| Release::parse(&released.version).is_none()) {
            Some(odd) => Err(format!("`{}` is no release of `{}`", odd.version, odd.name)),
            None => Ok(lock),
        }
    }

    /// The lock as a file.
    pub(super) fn to_text(&self) -> String {
        let body = toml::to_string(self).expect("tables of texts are always TOML");
        format!("{OPENING}\n{body}")
    }

    /// What was released of that package in that version.
    pub(super) fn find(&self, package: &Package) -> Option<&Released> {
        let version = package.version.to_string();
        self.package.iter().find(|it| it.name == package.name && it.version == version)
    }
}

impl Released {
    /// The version: the lock was read, so that it is one.
    pub(super) fn release(&self) -> Release {
        Release::parse(&self.version).unwrap_or_default()
    }
}

/// The digest of a package.
pub(super) fn digest_of(package: &Package) -> String {
    digest::hex(package.canonical().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_survives_its_file() {
        let released = Released {
            name: "aliyun:ram".to_owned(),
            version: "0.1.0".to_owned(),
            digest: "aa".to_owned(),
            text: "wit/released/0.1.0".to_owned(),
            component: "tests/contract/aliyun-ram-0.1.0.wasm".to_owned(),
            component_digest: "bb".to_owned(),
        };
        let lock = Lock { package: vec![released], workflow: Vec::new() };
        assert_eq!(Lock::parse(&lock.to_text()).unwrap(), lock);
        let odd = lock.to_text().replace("0.1.0\"", "0.1.0-rc.1\"");
        assert!(Lock::parse(&odd).unwrap_err().contains("no release"));
    }
}
