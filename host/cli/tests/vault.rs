//! What a run that died left behind, as `host vault` shows it; and its lines of JSON, as they are published.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use host_model::{RunId, SecretKind, SecretText, Timestamp};
use host_net::{SystemClock, SystemEntropy};
use host_vault::{Entry, Folder, Intent, Lock, Vault as _};
use serde_json::Value;
use tempfile::TempDir;

const ACCOUNT: &str = "1234567890123456";
const PENDING: &str = "pending/access-key/user/host-reporter";

/// A user whose vault has one secret, and the note of another that never arrived.
fn user() -> (TempDir, Folder, Intent) {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let state = home.path().join("state");
    let vault = state.join("vault");
    let ports = (Arc::new(SystemEntropy), Arc::new(SystemClock));
    let vault = Folder::open(&vault, &Lock::IdentityFile, ports.0, ports.1);
    let vault = vault.expect("a vault can be made");
    let account = || ACCOUNT.parse().expect("it is an id");
    let intent = Intent {
        account: account(),
        principal: "user/host-reporter".to_owned(),
        kind: SecretKind::AccessKey,
        lineage: "host/ack".to_owned(),
        run: RunId::new(Timestamp::from_seconds(1_784_419_200), [0, 0, 0, 1]),
    };
    let earlier = vault.intend(&intent).expect("a note can be written");
    assert_eq!(earlier, None);
    let entry = Entry {
        account: account(),
        principal: Some("user/alice".to_owned()),
        kind: SecretKind::Password,
        object: "ram:login-profile/alice".to_owned(),
        lineage: "host/delegate".to_owned(),
    };
    vault.keep(&entry, &SecretText::new("S3cretOfAlice!")).expect("a secret can be kept");
    (home, vault, intent)
}

fn host(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    for (name, folder) in [("HOME", "home"), ("HOST_STATE", "state"), ("HOST_CACHE", "cache")] {
        command.env(name, home.join(folder));
    }
    command.output().expect("the program can be started")
}

fn words(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_secret_that_never_arrived_is_shown_until_somebody_deals_with_it() {
    let (home, vault, intent) = user();
    let listed = host(home.path(), &["vault", "list"]);
    assert_eq!(listed.status.code(), Some(0), "{}", words(&listed));
    for part in [PENDING, intent.run.as_str(), "that nobody knows", "host vault delete"] {
        assert!(words(&listed).contains(part), "no `{part}`: {}", words(&listed));
    }
    let shown = host(home.path(), &["vault", "show", PENDING, "--reveal"]);
    assert_eq!(shown.status.code(), Some(2));
    assert!(words(&shown).contains("error[vault.secret-pending]"), "{}", words(&shown));
    let asked = host(home.path(), &["vault", "delete", PENDING]);
    assert_eq!(asked.status.code(), Some(3), "{}", words(&asked));
    assert_eq!(vault.intents().unwrap().len(), 1);
    let deleted = host(home.path(), &["vault", "delete", PENDING, "--yes"]);
    assert_eq!(deleted.status.code(), Some(0), "{}", words(&deleted));
    assert_eq!(vault.intents().unwrap().len(), 0);
    assert_eq!(vault.list().unwrap().len(), 1, "the secret beside it stays");
}

#[test]
fn lines_of_the_vault_are_published_events() {
    let (home, _vault, _) = user();
    let key = home.path().join("key.txt").display().to_string();
    let made = host(home.path(), &["vault", "keygen", "-o", &key]);
    let recipient = String::from_utf8(made.stdout).unwrap();
    let recipient = recipient.trim();
    host(home.path(), &["vault", "recipients", "add", recipient, "--label", "Bob", "--yes"]);
    let file = home.path().join("export.age").display().to_string();
    host(home.path(), &["vault", "export", "-r", recipient, "-o", &file]);
    let cases: [(&[&str], &[&str], i32); 4] = [
        (&["vault", "list", "--json"], &["vault-entry", "vault-pending"], 0),
        (&["vault", "recipients", "--json"], &["vault-recipients"], 0),
        (&["vault", "import", &file, "-i", &key, "--json"], &["vault-arrival"], 0),
        (&["vault", "import", "nowhere", "-i", &key, "--json"], &["error"], 2),
    ];
    let schema = schema();
    for (arguments, names, exit) in cases {
        let output = host(home.path(), arguments);
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {}", words(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains("S3cret") && !text.contains("AGE-SECRET"), "{text}");
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.iter().map(|line| &line["event"]).collect::<Vec<_>>(), names);
        for line in &lines {
            let errors: Vec<String> =
                schema.iter_errors(line).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{line}\n{errors:#?}");
        }
        let mut broken = lines[0].clone();
        broken.as_object_mut().unwrap().remove(
            names[0]
                .split_once('-')
                .map_or("code", |_| if names[0] == "vault-recipients" { "key" } else { "account" }),
        );
        assert!(!schema.is_valid(&broken), "{broken} is accepted");
    }
}

fn schema() -> jsonschema::Validator {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("docs/events.schema.json"));
    let schema = serde_json::from_str(&text.expect("the schema is there"));
    jsonschema::validator_for(&schema.expect("it is JSON")).expect("it can be used")
}
