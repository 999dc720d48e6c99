//! What is assumed rather than documented.

use serde::Deserialize;

const DATA: &str = include_str!("../data/assumptions.toml");

/// Something that the offline cloud does although no public source says so.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumption {
    /// A word for it.
    pub name: String,
    /// What it is about, as `product:Action` or in words.
    pub about: String,
    /// What the offline cloud does.
    pub does: String,
    /// Why that was chosen, and what it costs to be wrong.
    pub because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    assumption: Vec<Assumption>,
}

/// What is assumed rather than documented, in the order of the data file.
///
/// Error codes that no public source gives for an action stand in the catalog (`assumed`), and the
/// contents of system policies in the room `ram`; neither is repeated here.
pub fn assumptions() -> Vec<Assumption> {
    let file: File = toml::from_str(DATA).expect("a test reads the data file");
    file.assumption
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_assumption_has_a_name_of_its_own() {
        let all = assumptions();
        let names: BTreeSet<&str> = all.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names.len(), all.len());
        assert!(names.contains("arms-refusal-code"));
    }
}
