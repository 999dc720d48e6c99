//! `host runs`, `host show` and `host export`, over journals that hold recorded runs (`tests/runs`).

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use host_journal::{Journal as _, NewEntry, Sqlite, Writer};
use host_model::{RunId, Timestamp};
use jsonschema::Validator;
use serde_json::{Value, json};
use tempfile::TempDir;

const KEY: [u8; 32] = [7; 32];

/// A user of the machine, with a journal.
struct User(TempDir);

impl User {
    fn new() -> Self {
        let user = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        let state = user.path("state");
        std::fs::DirBuilder::new().mode(0o700).create(&state).expect("it is new");
        std::fs::write(state.join("installation.key"), KEY).expect("the folder is ours");
        user
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn journal(&self, key: [u8; 32]) -> Sqlite {
        Sqlite::open(&self.path("state"), key, "process 7 of a test").expect("it can be opened")
    }

    /// Writes a recorded run, or its first entries, with another id; the writer is still at it.
    fn record(&self, name: &str, id: &str, entries: usize) -> Box<dyn Writer> {
        self.record_with(KEY, name, id, entries)
    }

    fn record_with(&self, key: [u8; 32], name: &str, id: &str, entries: usize) -> Box<dyn Writer> {
        let text = std::fs::read_to_string(root().join(format!("tests/runs/{name}.jsonl")));
        let text = text.expect("the run is there");
        let mut all = text.lines().map(|line| {
            let body: Value = serde_json::from_str(line).expect("each line is JSON");
            NewEntry {
                at: Timestamp::from_millis(body["at"].as_i64().expect("it has a time")),
                kind: body["kind"].as_str().expect("it has a kind").to_owned(),
                body: line.to_owned(),
            }
        });
        let run: RunId = id.parse().expect("it is an id");
        let journal = self.journal(key);
        let first = all.next().expect("there is a first line");
        let rest: Vec<NewEntry> = all.take(entries.saturating_sub(1)).collect();
        wait(async {
            let mut writer = journal.begin(&run, None, first).await.expect("it is new");
            writer.append(&rest, &[]).await.expect("it can be written");
            writer
        })
    }

    fn host(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_host"));
        command.args(arguments).env_clear().stdin(Stdio::null());
        for (name, folder) in [("HOME", "home"), ("HOST_STATE", "state"), ("HOST_CACHE", "cache")] {
            command.env(name, self.path(folder));
        }
        command.output().expect("the program can be started")
    }

    /// Standard output, of a command that ends well.
    #[track_caller]
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.host(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", both(&output));
        String::from_utf8(output.stdout).expect("it is UTF-8")
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(future)
}

fn both(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn schema(name: &str) -> Validator {
    let text = std::fs::read_to_string(root().join("docs").join(name)).expect("it is published");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema can be used")
}

#[track_caller]
fn events(text: &str) -> Vec<Value> {
    let schema = schema("events.schema.json");
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON"));
    let lines: Vec<Value> = lines.collect();
    for line in &lines {
        let errors: Vec<String> = schema.iter_errors(line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{line}\n{errors:#?}");
    }
    lines
}

const ENDED: &str = "run-19b8d627a80-aaaa0001";
const KILLED: &str = "run-19b8d627a81-bbbb0002";
const HELD: &str = "run-19b8d627a82-cccc0003";
const FOREIGN: &str = "run-19b8d627a83-dddd0004";

/// A run that ended, one that was killed after an intent, one that is under way, one that is damaged.
fn four() -> (User, Box<dyn Writer>) {
    let user = User::new();
    drop(user.record("delegate", ENDED, usize::MAX));
    drop(user.record("delegate", KILLED, 15));
    let held = user.record("ack", HELD, 40);
    drop(user.record_with([8; 32], "ecs", FOREIGN, 3));
    (user, held)
}

#[test]
fn a_new_user_has_no_runs_and_reads_how_to_begin() {
    let user = User::new();
    let output = user.host(&["runs"]);
    assert!(output.status.success() && output.stdout.is_empty());
    assert!(both(&output).contains("no run was recorded yet; `host run WORKFLOW --simulate`"));
    assert!(user.says(&["runs", "--json"]).is_empty());
    let output = user.host(&["show", "last"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(both(&output).contains("error[run.none-recorded]"), "{}", both(&output));
}

#[test]
fn runs_are_listed_the_newest_first_with_how_they_stand() {
    let (user, _held) = four();
    let text = user.says(&["runs"]);
    let expected = format!(
        "{FOREIGN}  cannot be read\n    \
         error[journal.run-damaged]: run `{FOREIGN}` was damaged or changed: it was written with the key of \
         another installation\n\
         {HELD}  2026-01-05 09:01:07  ack 0.1.0\n    \
         under way (held by process 7 of a test), 2 changes\n    \
         offline: monitoring 1234567890123456, outsider and source 6543210987654321\n\
         {KILLED}  2026-01-05 09:00:00  delegate 0.1.0\n    \
         did not end (`host resume {KILLED}`), no changes\n    \
         offline: monitoring 1234567890123456, outsider and source 6543210987654321\n\
         {ENDED}  2026-01-05 09:00:00  delegate 0.1.0\n    \
         verified, 9 changes\n    \
         offline: monitoring 1234567890123456, outsider and source 6543210987654321\n"
    );
    assert_eq!(text, expected);
    let lines = events(&user.says(&["runs", "--json"]));
    let facts: Vec<(&str, &str)> = lines
        .iter()
        .map(|line| (line["run"].as_str().unwrap(), line["state"].as_str().unwrap_or("-")))
        .collect();
    assert_eq!(facts, [(FOREIGN, "-"), (HELD, "under-way"), (KILLED, "open"), (ENDED, "ended")]);
    assert_eq!(
        (&lines[1]["holder"], &lines[3]["verdict"]),
        (&json!("process 7 of a test"), &json!("verified"))
    );
}

#[test]
fn a_run_is_shown_by_any_of_its_names() {
    let (user, _held) = four();
    for word in [ENDED, "run-19b8d627a80", "19b8d627a80", "aaaa"] {
        let text = user.says(&["show", word]);
        assert!(text.starts_with(&format!("{ENDED}: delegate 0.1.0 (vetted")), "{word}: {text}");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        assert!(text.contains("+ source (6543210987654321): create user `alice`"), "{text}");
        assert!(text.contains(&format!("next: `host undo {ENDED}`")), "{text}");
    }
    let cases = [("run-19b8d627a8", "run.name-ambiguous"), ("eeee", "run.name-unknown")];
    for (word, code) in cases {
        let output = user.host(&["show", word]);
        assert_eq!(output.status.code(), Some(2), "{word}");
        assert!(both(&output).contains(&format!("error[{code}]")), "{}", both(&output));
    }
}

#[test]
fn a_run_is_told_again_in_published_events() {
    let (user, _held) = four();
    for (word, last, code) in
        [(ENDED, "run-ended", 0), (KILLED, "run-open", 0), (HELD, "run-open", 0)]
    {
        let output = user.host(&["show", word, "--json"]);
        assert_eq!(output.status.code(), Some(code));
        let lines = events(&String::from_utf8(output.stdout).unwrap());
        assert_eq!(lines[0]["event"], "run-started");
        assert_eq!(lines.last().unwrap()["event"], last);
        let state = match word {
            KILLED => json!("open"),
            HELD => json!("under-way"),
            _ => Value::Null,
        };
        assert_eq!(lines.last().unwrap()["state"], state);
        assert!(lines.iter().all(|line| line["run"] == word));
        let numbers: Vec<u64> = lines.iter().filter_map(|line| line["number"].as_u64()).collect();
        assert!(numbers.is_sorted() && numbers.len() > 5, "{numbers:?}");
    }
    drop(user.record("interrupted", "run-19b8d627a84-eeee0005", usize::MAX));
    let lines = events(&user.says(&["show", "eeee", "--json"]));
    drop(user.record("ecs", "run-19b8d627a85-ffff0006", usize::MAX));
    let lines = [lines, events(&user.says(&["show", "ffff", "--json"]))].concat();
    for kind in ["renewed", "resumed", "wait", "log", "check", "step", "call"] {
        assert!(lines.iter().any(|line| line["event"] == kind), "no `{kind}`");
    }
}

#[test]
fn what_can_be_read_of_a_damaged_run_is_shown_and_no_more() {
    let user = User::new();
    drop(user.record("delegate", ENDED, usize::MAX));
    damage(&user);
    let output = user.host(&["show", "last"]);
    assert_eq!(output.status.code(), Some(2));
    let text = both(&output);
    assert!(
        text.contains("error[journal.run-damaged]") && text.contains("create user `alice`"),
        "{text}"
    );
    assert!(text.contains("what follows was damaged or changed, and is not shown"), "{text}");
    assert!(!text.contains("host resume"), "{text}");
    let output = user.host(&["show", "last", "--json"]);
    let lines = events(&String::from_utf8(output.stdout).unwrap());
    let last: Vec<&Value> = lines.iter().rev().take(2).collect();
    assert_eq!(
        (&last[0]["event"], &last[0]["code"]),
        (&json!("error"), &json!("journal.run-damaged"))
    );
    assert_eq!((&last[1]["event"], &last[1]["state"]), (&json!("run-open"), &json!("damaged")));
    let output = user.host(&["export", "last"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "half of a run is no evidence");
}

/// Changes one word in the journal's file: the description of the role, in its intent.
fn damage(user: &User) {
    let path = user.path("state/journal.sqlite");
    let mut bytes = std::fs::read(&path).expect("the journal is there");
    let wal = user.path("state/journal.sqlite-wal");
    let beside = std::fs::metadata(wal).map_or(0, |facts| facts.len());
    assert_eq!(beside, 0, "not all is in the file");
    let word = b"RoleSessionName";
    let places: Vec<usize> = bytes
        .windows(word.len())
        .enumerate()
        .filter(|(_, it)| it == word)
        .map(|(at, _)| at)
        .collect();
    for place in places {
        bytes[place..place + 4].copy_from_slice(b"rOLE");
    }
    std::fs::write(&path, bytes).expect("the folder is ours");
}

#[test]
fn a_picture_is_a_file_or_text() {
    let (user, _held) = four();
    let (svg, mmd) = (user.path("run.svg"), user.path("run.mmd"));
    let path = |path: &Path| path.display().to_string();
    user.says(&["show", ENDED, "--graph", &path(&svg)]);
    user.says(&["show", ENDED, "--graph", &path(&mmd)]);
    let svg = std::fs::read_to_string(svg).unwrap();
    assert!(svg.starts_with("<svg xmlns=") && svg.contains(">arms-admin</text>"), "{svg}");
    let text = user.says(&["show", ENDED, "--graph", "-"]);
    assert_eq!(text, std::fs::read_to_string(mmd).unwrap());
    assert!(text.starts_with("flowchart LR\n"), "{text}");
    let cases = [
        (user.path("run.png"), "show.graph-unknown"),
        (user.path("absent/run.svg"), "show.graph-unwritable"),
    ];
    for (file, code) in cases {
        let output = user.host(&["show", ENDED, "--graph", &path(&file)]);
        assert_eq!(output.status.code(), Some(2));
        assert!(both(&output).contains(&format!("error[{code}]")), "{}", both(&output));
    }
}

#[test]
fn evidence_is_published_json_on_standard_output_or_in_a_file() {
    let (user, _held) = four();
    let schema = schema("evidence.schema.json");
    let read = |text: &str| -> Value { serde_json::from_str(text).expect("it is JSON") };
    let shown = read(&user.says(&["export", ENDED]));
    let file = user.path("evidence.json");
    let said = user.host(&["export", ENDED, "-o", &file.display().to_string()]);
    assert!(said.status.success(), "{}", both(&said));
    let text = std::fs::read_to_string(&file).unwrap();
    let written = read(&text);
    for bundle in [&shown, &written, &read(&user.says(&["export", KILLED]))] {
        let errors: Vec<String> =
            schema.iter_errors(bundle).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    assert_eq!(shown["journal"], written["journal"]);
    let head = written["journal"]["head"].as_str().unwrap();
    assert!(both(&said).contains(head), "who exports can compare the chain");
    assert!(!text.chars().any(|it| it.is_control() && it != '\n'), "a control character");
    let output =
        user.host(&["export", ENDED, "-o", &user.path("absent/e.json").display().to_string()]);
    assert!(both(&output).contains("error[export.file-unwritable]"), "{}", both(&output));
}
