//! Proves that a policy file is understood whole or refused, with the place of the fault, by the table of
//! `tests/policies`, and what its rules are said to mean.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use host_policy::{Asking, Explained, Mode, PolicyFile, Reads, Standing};
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

/// The rules for a workflow `delegate` that declares four actions, and proves itself by one in `source`.
fn explained(text: &str) -> Explained {
    explained_of(text, &["ram:CreateAccessKey", "ram:CreateUser", "ram:GetUser", "sts:AssumeRole"])
}

fn explained_of(text: &str, declared: &[&str]) -> Explained {
    let declared: BTreeSet<String> = declared.iter().map(|&it| it.to_owned()).collect();
    let accounts = [
        ("monitoring".to_owned(), Some("1111111111111111".parse().unwrap())),
        ("source".to_owned(), None),
    ];
    let file = PolicyFile::parse(text).unwrap_or_else(|fault| panic!("{fault}"));
    file.explain(&Asking {
        workflow: "delegate",
        digest: &"d".repeat(64),
        declared: &declared,
        accounts: &BTreeMap::from(accounts),
        needed: &BTreeSet::from([("sts:AssumeRole".to_owned(), "source".to_owned())]),
    })
}

/// Where an action stands in an account.
#[track_caller]
fn standing(explained: &Explained, action: &str, account: &str) -> Standing {
    let found = explained.actions.iter().find(|it| it.action == action).unwrap();
    found.accounts[account].clone()
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

#[test]
fn a_rule_for_some_objects_or_values_is_not_said_to_allow_all() {
    let narrow = [
        "resources = [\"user/ci-*\"]",
        "resources = [\"user/*\"]",
        "where = { DisplayName = \"x\" }",
        "resources = [\"*\"]\nwhere = { DisplayName = { glob = \"*\" } }",
    ];
    for narrow in narrow {
        let file = format!("[[rule]]\nactions = [\"ram:CreateUser\"]\n{narrow}\n");
        let found = explained_of(&file, &["ram:CreateUser"]);
        let at = |account| standing(&found, "ram:CreateUser", account);
        assert_eq!(at("monitoring"), Standing::Narrowed(vec![1]), "{narrow}");
        assert_eq!(at("source"), Standing::Narrowed(vec![1]), "{narrow}");
        assert!(found.is_complete() && !found.is_unconditional(), "{narrow}: {found:#?}");
        assert!(found.rules[0].narrowed, "{narrow}");
    }
    for wide in ["", "resources = [\"*\"]"] {
        let file = format!("[[rule]]\nactions = [\"ram:CreateUser\"]\n{wide}\n");
        let found = explained_of(&file, &["ram:CreateUser"]);
        assert!(found.is_complete() && found.is_unconditional(), "{wide}: {found:#?}");
        assert!(!found.rules[0].narrowed, "{wide}");
    }
}

#[test]
fn a_rule_for_one_account_is_not_said_to_allow_all() {
    let of = |account: &str| {
        let file = format!("[[rule]]\naccount = {account}\nactions = [\"ram:CreateUser\"]\n");
        let found = explained_of(&file, &["ram:CreateUser"]);
        let at = |account| standing(&found, "ram:CreateUser", account);
        (found.is_complete(), found.is_unconditional(), at("monitoring"), at("source"))
    };
    let (all, none) = (Standing::Allowed, Standing::Unallowed(None));
    let perhaps = || Standing::Narrowed(vec![1]);
    assert_eq!(of("\"monitoring\""), (true, false, all.clone(), none.clone()));
    // `source` may be the same account.
    assert_eq!(of("\"1111111111111111\""), (true, false, all.clone(), perhaps()));
    assert_eq!(of("\"2222222222222222\""), (true, false, none, perhaps()));
    assert_eq!(of("[\"monitoring\", \"source\"]"), (true, true, all.clone(), all));
}

#[test]
fn what_is_needed_in_an_account_has_to_be_allowed_there() {
    let of = |account: &str| {
        explained_of(
            &format!(
                "[[rule]]\naccount = \"{account}\"\nactions = [\"sts:*\"]\nallow = [\"session\"]\n"
            ),
            &["sts:AssumeRole"],
        )
    };
    assert!(of("source").is_complete());
    let found = of("monitoring");
    assert!(!found.is_complete());
    assert_eq!(found.unallowed[0].account.as_deref(), Some("source"));
}

#[test]
fn a_rule_that_can_match_no_call_of_an_action_allows_none() {
    let attach = "ram:AttachPolicyToRole";
    let cases = [
        ("resources = [\"role/x\"]", "no pattern is of its policy, which `PolicyName` names"),
        ("resources = [\"policy/x\"]", "no pattern is of its role, which `RoleName` names"),
        (
            "resources = [\"role/x\", \"acs:ram:cn-hangzhou:*:policy/x\"]",
            "no pattern is of its policy",
        ),
        ("where = { PolicyType = \"Sytem\" }", "its `PolicyType` never is `Sytem`"),
        ("where = { UserName = \"x\" }", "it has no parameter `UserName`"),
    ];
    for (narrow, why) in cases {
        let file = format!("[[rule]]\nactions = [\"ram:Attach*\"]\n{narrow}\n");
        let found = explained_of(&file, &[attach]);
        assert!(found.rules[0].never[attach].contains(why), "{narrow}: {found:#?}");
        assert_eq!(standing(&found, attach, "source"), Standing::Unallowed(None), "{narrow}");
        assert!(!found.rules[0].matches() && !found.is_complete(), "{narrow}: {found:#?}");
    }
    let file =
        format!("[[rule]]\nactions = [\"{attach}\"]\nresources = [\"role/x\", \"policy/y\"]\n");
    assert!(explained_of(&file, &[attach]).is_complete());
    let found =
        explained_of("[[rule]]\nactions = [\"ram:*\"]\nresources = [\"x\"]\n", &["ram:ListUsers"]);
    assert!(found.rules[0].never["ram:ListUsers"].contains("names no object"), "{found:#?}");
}

#[test]
fn a_pattern_that_matches_nothing_of_its_rule_is_found() {
    let cases: [(&str, &[&str]); 6] = [
        ("actions = [\"ram:GetUser\"]\nresources = [\"user/x\", \"role/x\"]", &["role/x"]),
        ("actions = [\"ram:Get*\"]\nresources = [\"user/x\", \"role/x\"]", &[]),
        (
            "actions = [\"ram:GetUser\"]\nresources = [\"acs:ims:*:*:user/x\", \"x\"]",
            &["acs:ims:*:*:user/x"],
        ),
        ("actions = [\"ram:GetUser\"]\nresources = [\"*\", \"cluster/x\"]", &["cluster/x"]),
        (
            "actions = [\"ram:GetUser\", \"ram:TagResources\"]\nresources = [\"*/x\", \"role/x\"]",
            &[],
        ),
        (
            "actions = [\"ram:GetUser\", \"sts:AssumeRole\"]\nresources = [\"user/*\", \"acs:ram::1111111111111111:role/x\"]",
            &[],
        ),
    ];
    for (rule, idle) in cases {
        let found = explained_of(&format!("[[rule]]\n{rule}\n"), &["ram:GetUser"]);
        assert_eq!(found.rules[0].idle, idle, "{rule}");
        assert_eq!(found.is_complete(), idle.is_empty(), "{rule}");
    }
}
