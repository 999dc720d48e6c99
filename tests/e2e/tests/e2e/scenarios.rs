//! Every row of the documents and of the fault table that has a scenario: how the run ends, and what a
//! person reads. The rows stand in `tests/ends.toml`.

use std::collections::BTreeMap;

use host_e2e::{Home, workspace};
use serde::Deserialize;
use serde_json::Value as Json;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    ends: Vec<End>,
}

/// How one run ends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct End {
    /// What it shows, in words.
    what: String,
    /// The file's name without `.toml`; none for the cloud that is built in.
    scenario: Option<String>,
    /// `ack`, `ecs` or `delegate`.
    workflow: String,
    /// Parameters in place of the scenario's.
    #[serde(default)]
    parameters: BTreeMap<String, toml::Value>,
    /// Further words of the command line.
    #[serde(default)]
    words: Vec<String>,
    /// The verdict. A run that is verified is run again, and changes nothing then.
    verdict: String,
    /// The exit status.
    exit: i32,
    /// What a person reads.
    #[serde(default)]
    says: Vec<String>,
    /// What nobody may read.
    #[serde(default)]
    silent: Vec<String>,
    /// Calls that must have been made, and how often.
    #[serde(default)]
    calls: BTreeMap<String, usize>,
}

fn table() -> Vec<End> {
    let path = workspace().join("tests/ends.toml");
    let text = std::fs::read_to_string(path).expect("the table is there");
    let table: Table = toml::from_str(&text).expect("the table can be read");
    table.ends
}

fn words(end: &End) -> Vec<String> {
    let mut words = vec!["run".to_owned(), format!("workflows/{}.wasm", end.workflow)];
    words.push(match &end.scenario {
        Some(name) => format!("--simulate=tests/scenarios/{name}.toml"),
        None => "--simulate".to_owned(),
    });
    for (name, value) in &end.parameters {
        let json = serde_json::to_value(value).expect("a parameter is JSON too");
        let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
        words.extend(["-p".to_owned(), format!("{name}={text}")]);
    }
    words.extend(end.words.iter().cloned());
    words
}

/// Two rows at a time: most of a run is the compiler's and the log's, and this is many runs.
#[test]
fn every_scenario_ends_as_its_row_says() {
    let rows = table();
    let (even, odd): (Vec<_>, Vec<_>) =
        rows.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
    std::thread::scope(|scope| {
        for half in [even, odd] {
            scope.spawn(move || half.iter().for_each(|(_, end)| ends_as_it_says(end)));
        }
    });
}

fn ends_as_it_says(end: &End) {
    let home = Home::new();
    let words = words(end);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let seen = home.host(&words);
    assert_eq!(seen.exit, Some(end.exit), "{}: {seen}", end.what);
    assert!(seen.stderr.contains(&format!("\n{}: ", end.verdict)), "{}: {seen}", end.what);
    for text in &end.says {
        assert!(seen.both().contains(text), "{}: it does not say `{text}`: {seen}", end.what);
    }
    for text in &end.silent {
        assert!(!seen.both().contains(text), "{}: it says `{text}`: {seen}", end.what);
    }
    let again: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
    if end.verdict == "verified" {
        let seen = home.host(&again);
        let ended = seen.ended();
        assert_eq!(ended["verdict"], "verified", "{}, again: {seen}", end.what);
        assert_eq!(ended["changes"], 0, "{}, again: {seen}", end.what);
    }
    if !end.calls.is_empty() {
        let anew: Vec<&str> = again.iter().copied().chain(["--fresh"]).collect();
        count_calls(end, &home.host(&anew).events_of("call"));
    }
}

/// The plan lists the writes that the run then makes: none is missing, none is extra. A run that stops early
/// leaves steps out; one that could not be foreseen is asked about again.
#[test]
fn every_scenario_is_applied_as_it_was_planned() {
    let rows = table();
    let (even, odd): (Vec<_>, Vec<_>) =
        rows.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
    std::thread::scope(|scope| {
        for half in [even, odd] {
            scope.spawn(move || half.iter().for_each(|(_, end)| is_applied_as_planned(end)));
        }
    });
}

fn is_applied_as_planned(end: &End) {
    let home = Home::new();
    let file = home.path("saved.plan");
    let run = words(end);
    let mut words = run.clone();
    "plan".clone_into(&mut words[0]);
    words.retain(|word| word != "--yes");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let saving = file.display().to_string();
    let planned = home.host(&[&words[..], &["-o", &saving, "--json"]].concat());
    let plan: Json = serde_json::from_str(&planned.stdout).expect("a plan is JSON");
    let steps: Vec<&str> = plan["steps"]
        .as_array()
        .expect("a plan has steps")
        .iter()
        .filter_map(|step| step["action"].as_str())
        .collect();
    let seen = if plan["error"].is_null() {
        assert!([Some(0), Some(1), Some(4)].contains(&planned.exit), "{}: {planned}", end.what);
        home.host(&["apply", &saving, "--json"])
    } else {
        assert!(planned.exit == Some(1) && !file.exists(), "{}: {planned}", end.what);
        let run = run.iter().map(String::as_str).chain(["--json"]);
        home.host(&run.collect::<Vec<_>>())
    };
    let ended = seen.ended();
    let calls = seen.events_of("call");
    let writes: Vec<&str> = calls
        .iter()
        .filter(|call| call["effect"] != "read")
        .filter_map(|call| call["action"].as_str())
        .collect();
    if ended["code"] == "plan.stale" {
        // The cloud moves on by itself: a task that ran when the plan was made has ended.
        assert_eq!(end.what, "row 54: clusters that cannot take it", "{planned}{seen}");
        return;
    }
    assert_eq!(ended["verdict"], *end.verdict, "{}: {planned}{seen}", end.what);
    if !plan["forecast"].is_null() {
        assert!(end.workflow == "ecs", "{}: {planned}", end.what);
    } else if end.verdict == "verified" || end.verdict == "pending" {
        assert_eq!(writes, steps, "{}: {planned}{seen}", end.what);
    } else {
        assert!(steps.starts_with(&writes), "{}: {planned}{seen}", end.what);
    }
    let checked = home.host(&["check", "last"]);
    let statuses: &[i32] = match end.verdict.as_str() {
        "verified" | "pending" => &[0],
        // What it left out is no drift; what it could not do may be done now.
        "partial" => &[0, 4],
        _ => &[1],
    };
    let status = checked.exit.unwrap_or_default();
    assert!(statuses.contains(&status), "{}, checked: {checked}", end.what);
    assert!(!checked.both().contains("is not as the run left it"), "{}: {checked}", end.what);
    // What a run saw on a machine is there, also for what would be sent there next.
    assert!(!checked.both().contains("the service is not there"), "{}: {checked}", end.what);
    if end.verdict == "verified" {
        let again = home.host(&words);
        assert_eq!(again.exit, Some(0), "{}, right after it: {again}", end.what);
        assert!(again.stdout.contains("\nNo changes."), "{}, right after it: {again}", end.what);
    }
}

fn count_calls(end: &End, events: &[Json]) {
    for (action, count) in &end.calls {
        let made = events.iter().filter(|event| {
            let name = |field: &str| event[field].as_str().unwrap_or_default();
            format!("{}:{}", name("product"), name("action")) == *action
        });
        assert_eq!(made.count(), *count, "{}: {action}", end.what);
    }
}

#[test]
fn every_scenario_file_has_a_row() {
    let rows = table();
    let files =
        std::fs::read_dir(workspace().join("tests/scenarios")).expect("the folder is there");
    for file in files {
        let path = file.expect("it can be read").path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let is_scenario = path.extension().is_some_and(|end| end == "toml");
        let has_row = rows.iter().any(|row| row.scenario.as_deref() == Some(name.as_str()));
        assert!(!is_scenario || has_row || name == "crowded", "`{name}` has no row");
    }
}

/// The page of the documents' steps names rows that are there, and leaves none of them out.
#[test]
fn the_guide_names_every_row() {
    let page =
        std::fs::read_to_string(workspace().join("docs/guide.md")).expect("the page is there");
    let cells: Vec<&str> = page.lines().filter_map(|line| line.rsplit('|').nth(1)).collect();
    let named: Vec<&str> = cells.iter().flat_map(|cell| cell.split("; ")).map(str::trim).collect();
    let rows: Vec<String> = table().into_iter().map(|row| row.what).collect();
    for name in &named {
        let is_row = rows.iter().any(|row| row == name);
        let is_other = name.starts_with('`') || name.starts_with("---") || *name == "shown by";
        assert!(is_row || is_other, "`{name}` is no row");
    }
    for row in rows.iter().filter(|row| row.starts_with("row ")) {
        assert!(named.contains(&row.as_str()), "the page leaves out `{row}`");
    }
}
