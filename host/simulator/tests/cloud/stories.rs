//! Causes and effects, told as data: `stories/*.toml` over `tests/scenarios/*.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use host_simulator::Scenario;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::stage::{Stage, code};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    /// The name of a file in `tests/scenarios`; the built-in scenario if it is left out.
    scenario: Option<String>,
    step: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// How many seconds pass before.
    #[serde(default)]
    wait: u64,
    /// `account/user`; the source account's operator if it is left out.
    by: Option<String>,
    call: String,
    /// Parameters; `<name>` stands for what was kept.
    #[serde(default)]
    with: BTreeMap<String, String>,
    /// The code of the refusal.
    code: Option<String>,
    /// What the reply says, by JSON Pointer; `null` for what it does not have.
    #[serde(default)]
    is: BTreeMap<String, Json>,
    /// What the reply's text has, quotes of inner documents without their backslashes.
    #[serde(default)]
    has: Vec<String>,
    /// What is kept of the reply, by JSON Pointer.
    #[serde(default)]
    keep: BTreeMap<String, String>,
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn stage(story: &Story) -> Stage {
    let Some(name) = &story.scenario else { return Stage::of(Scenario::builtin()) };
    let path = folder("../../tests/scenarios").join(format!("{name}.toml"));
    Stage::of(Scenario::parse(name, &std::fs::read_to_string(path).unwrap()).unwrap())
}

fn tell(title: &str, story: &Story) {
    let stage = stage(story);
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    for (number, step) in story.step.iter().enumerate() {
        let title = format!("{title}, step {}: {}", number + 1, step.call);
        stage.wait(step.wait);
        let (account, user) =
            step.by.as_deref().unwrap_or("source/operator").split_once('/').unwrap();
        let with: Vec<(&str, String)> = step
            .with
            .iter()
            .map(|(name, value)| {
                let fill = |text: String, (name, value): (&String, &String)| {
                    text.replace(&format!("<{name}>"), value)
                };
                (name.as_str(), kept.iter().fold(value.clone(), fill))
            })
            .collect();
        let with: Vec<(&str, &str)> = with.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let (status, body) = stage.ask(&stage.key(account, user), &step.call, &with);
        match &step.code {
            Some(expected) => assert_eq!(code(&body), expected, "{title}: {body}"),
            None => assert_eq!(status, 200, "{title}: {body}"),
        }
        for (pointer, expected) in &step.is {
            let found = body.pointer(pointer).cloned().unwrap_or_default();
            let absent = expected.as_str() == Some("<absent>") && found.is_null();
            assert!(absent || found == *expected, "{title} {pointer}: {found} in {body}");
        }
        for text in &step.has {
            let found = body.to_string().replace('\\', "").contains(text);
            assert!(found, "{title}: no {text} in {body}");
        }
        for (name, pointer) in &step.keep {
            let found = body.pointer(pointer).and_then(Json::as_str);
            kept.insert(
                name.clone(),
                found.unwrap_or_else(|| panic!("{title}: {body}")).to_owned(),
            );
        }
    }
}

#[test]
fn every_story_ends_as_it_is_told() {
    let mut count = 0;
    for entry in std::fs::read_dir(folder("tests/cloud/stories")).unwrap() {
        let path = entry.unwrap().path();
        let title = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let story = toml::from_str(&text).unwrap_or_else(|error| panic!("{title}: {error}"));
        tell(&title, &story);
        count += 1;
    }
    assert!(count > 15, "{count}");
}

#[test]
fn every_scenario_of_a_fault_row_can_be_read() {
    let mut rows = Vec::new();
    for entry in std::fs::read_dir(folder("../../tests/scenarios")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let scenario = Scenario::parse(&name, &std::fs::read_to_string(&path).unwrap()).unwrap();
        if let Some(rest) = name.strip_prefix("row-") {
            let row: u32 = rest.split('-').next().unwrap().parse().unwrap();
            let workflow = if row < 56 { "ack" } else { "ecs" };
            assert!(scenario.parameters.contains_key(workflow), "{name}");
            rows.push(row);
        }
    }
    let missing: Vec<u32> = (47..=63).filter(|row| !rows.contains(row)).collect();
    assert!(missing.is_empty(), "rows without a scenario: {missing:?}");
}
