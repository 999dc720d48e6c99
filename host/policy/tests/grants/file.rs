//! Proves that a policy file is understood whole or refused, with the place of the fault, by the table of
//! `tests/policies`, and what its rules are said to mean.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use host_policy::{Explained, Mode, PolicyFile, Reads};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    name: String,
    text: String,
    /// Line and column, from 1.
    at: (usize, usize),
    /// What is underlined.
    #[serde(default)]
    meant: Option<String>,
    says: String,
}

fn faults() -> Vec<Fault> {
    #[derive(Deserialize)]
    struct File {
        fault: Vec<Fault>,
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/policies/faults.toml");
    let file: File = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    file.fault
}

#[test]
fn every_fault_is_refused_with_its_place() {
    let faults = faults();
    assert!(faults.len() >= 35, "only {} rows", faults.len());
    for Fault { name, text, at, meant, says } in faults {
        let found = PolicyFile::parse(&text).expect_err(&name);
        assert_eq!((found.line, found.column), at, "{name}: {found}");
        assert!(found.reason.contains(&says), "{name}: {found}");
        assert!(!found.to_string().contains("Hunter2"), "{name}: {found}");
        let picture = found.picture();
        let [_, line, under] = picture.as_slice() else { panic!("{name}: {picture:?}") };
        let start = under.find('^').expect("something is underlined");
        let width = under.matches('^').count();
        let underlined: String = line.chars().skip(start).take(width).collect();
        if let Some(meant) = meant {
            assert_eq!(underlined, meant, "{name}\n{}", picture.join("\n"));
        }
    }
}

#[test]
fn what_is_left_out_is_the_careful_choice() {
    let file = PolicyFile::parse("[[rule]]\nactions = [\"ram:GetRole\"]\n").unwrap();
    assert_eq!((file.mode, file.reads, file.rules()), (Mode::Enforce, Reads::Granted, 1));
    let file = PolicyFile::parse("format = 1\nmode = \"audit\"\nreads = \"declared\"\n").unwrap();
    assert_eq!((file.mode, file.reads, file.rules()), (Mode::Audit, Reads::Declared, 0));
}

/// The rules for a workflow `delegate` that declares four actions.
fn explained(text: &str) -> Explained {
    let declared = ["ram:CreateAccessKey", "ram:CreateUser", "ram:GetUser", "sts:AssumeRole"];
    let declared: BTreeSet<String> = declared.map(str::to_owned).into();
    let accounts = [
        ("monitoring".to_owned(), Some("1111111111111111".parse().unwrap())),
        ("source".to_owned(), None),
    ];
    let digest = "d".repeat(64);
    let file = PolicyFile::parse(text).unwrap_or_else(|fault| panic!("{fault}"));
    file.explain(("delegate", &digest), &declared, &BTreeMap::from(accounts))
}

fn unallowed(explained: &Explained) -> Vec<(&str, Option<usize>)> {
    explained.unallowed.iter().map(|it| (it.action.as_str(), it.line)).collect()
}

#[test]
fn what_no_rule_allows_is_named_with_the_rule_that_nearly_does() {
    let found = explained("[[rule]]\nactions = [\"ram:*\"]\n");
    assert_eq!(unallowed(&found), [("ram:CreateAccessKey", Some(1)), ("sts:AssumeRole", None)]);
    assert_eq!(found.unallowed[0].class, Some("access-key"));
    assert_eq!(found.rules[0].declared, ["ram:CreateAccessKey", "ram:CreateUser", "ram:GetUser"]);
    assert_eq!(found.rules[0].unnamed["access-key"], ["ram:CreateAccessKey"]);
    assert!(!found.is_complete());

    let found = explained(
        "[[rule]]\nactions = [\"*\"]\nallow = [\"access-key\"]\n\
         [[rule]]\nactions = [\"sts:*\"]\nallow = [\"session\"]\n",
    );
    assert!(found.is_complete(), "{found:#?}");

    let found = explained("reads = \"declared\"\n");
    let writes =
        [("ram:CreateAccessKey", None), ("ram:CreateUser", None), ("sts:AssumeRole", None)];
    assert_eq!(unallowed(&found), writes);
}

#[test]
fn a_rule_that_matches_nothing_is_found() {
    let all = "[[rule]]\nactions = [\"*\"]\nallow = [\"access-key\", \"session\"]\n";
    let cases = [
        ("[[rule]]\nactions = [\"cs:*\"]\n", true, false),
        ("[[rule]]\naccount = \"billing\"\nactions = [\"ram:*\"]\n", true, false),
        ("[[rule]]\naccount = [\"billing\", \"source\"]\nactions = [\"ram:*\"]\n", true, true),
        // It may be the one whose id is not known.
        ("[[rule]]\naccount = \"9999999999999999\"\nactions = [\"ram:*\"]\n", true, true),
        ("[[rule]]\nworkflow = \"ack\"\nactions = [\"cs:*\"]\n", false, false),
    ];
    for (rule, applies, matches) in cases {
        let found = explained(&format!("{all}{rule}"));
        let last = found.rules.last().unwrap();
        assert_eq!((last.applies, last.matches()), (applies, matches), "{rule}");
        assert_eq!(found.is_complete(), !applies || matches, "{rule}");
    }
}
