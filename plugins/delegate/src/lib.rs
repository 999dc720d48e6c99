//! People of the source account work in the monitoring account's ARMS, with no key of it.
//!
//! ```text
//! monitoring account (A)                       source account (B)
//!   role ── trusts ───────────────────────────▶ user
//!    └── AliyunARMSFullAccess, …ReadOnlyAccess    └── may assume exactly this role
//! ```
//!
//! The work is that of [`host_workflow_access::role`], which other workflows do as one part of
//! theirs; here it is the whole.

use host_workflow_access::{Ledger, role};
use host_workflow_sdk::{Error, Workflow, export};
use serde::Serialize;

/// The workflow.
#[derive(Debug)]
pub struct Delegate;

/// The output: the role and how to use it, and what the run did.
#[derive(Debug, Serialize)]
pub struct Report {
    #[serde(flatten)]
    role: role::Report,
    #[serde(flatten)]
    ledger: Ledger,
}

impl Workflow for Delegate {
    type Input = role::Parameters;
    type Output = Report;

    fn run(input: role::Parameters) -> Result<Report, Error> {
        let mut ledger = Ledger::default();
        let role = role::establish(&input, &mut ledger)?;
        ledger.close();
        Ok(Report { role, ledger })
    }
}

export!(Delegate);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_schema_has_the_same_parameters_and_defaults() {
        let read = |text: &str| serde_json::from_str::<role::Parameters>(text).unwrap();
        let schema = include_str!("../parameters.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        let given = properties
            .iter()
            .filter_map(|(name, property)| Some((name.clone(), property.get("default")?.clone())));
        let filled = Value::Object(given.collect()).to_string();
        let default = role::Parameters::default();
        assert_eq!(format!("{:?}", read(&filled)), format!("{default:?}"));
        for (name, property) in properties {
            let sample = if property["type"] == "integer" { "3600" } else { "\"sample\"" };
            let sample = property.get("default").map_or(sample.to_owned(), Value::to_string);
            read(&format!("{{\"{name}\": {sample}}}"));
        }
    }

    #[test]
    fn every_proof_has_a_title_of_its_own() {
        let manifest = include_str!("../plugin.toml");
        let titles: Vec<&str> =
            manifest.lines().filter(|line| line.starts_with("title = ")).collect();
        for (place, title) in titles.iter().enumerate() {
            assert!(!titles[..place].contains(title), "{title}");
        }
    }
}
