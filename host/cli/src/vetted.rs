//! The workflows that this build vouches for, by digest.

use serde::Deserialize;

const INDEX: &str = include_str!("../../../workflows/index.toml");

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    workflow: Vec<Vetted>,
}

/// A workflow that was built from the sources of this repository.
#[derive(Debug, Deserialize)]
pub(crate) struct Vetted {
    digest: String,
}

/// Whether the index has a component of that digest. An index that cannot be read vouches for nothing.
pub(crate) fn is_vetted(digest: &str) -> bool {
    let index: Option<Index> = toml::from_str(INDEX).ok();
    index.is_some_and(|index| index.workflow.iter().any(|known| known.digest == digest))
}
