//! `host vault`: what an operator sees of it, and what somebody who tampers with it runs into.

mod exchange;
mod look;
mod tampered;
mod unlocked;

use std::path::{Path, PathBuf};

use age::x25519::{Identity, Recipient};
use host_e2e::{Home, Seen};
use serde_json::{Value as Json, json};

const FIRST: &str = "1000000000000001";
const SECOND: &str = "1000000000000002";
const KEY: &str = "ram:access-key/LTAI5tExampleOne";
const LOGIN: &str = "ram:login-profile/alice";

/// What an export holds of one secret.
fn secret(account: &str, object: &str, lineage: &str, text: &str) -> Json {
    let kind = if object.starts_with("ram:login") { "password" } else { "access-key" };
    let entry = json!({
        "account": account, "principal": null, "kind": kind, "object": object, "lineage": lineage,
    });
    json!({ "kept": { "entry": entry, "at": 1_784_419_200_000_i64 }, "secret": text })
}

/// Three secrets: two of them of the same name in different accounts.
fn three() -> [Json; 3] {
    [
        secret(FIRST, KEY, "host/ack", "S3cretOfTheFirstKey"),
        secret(SECOND, KEY, "host/ack", "S3cretOfTheSecondKey"),
        secret(FIRST, LOGIN, "host/delegate", "S3cretOfAlice!"),
    ]
}

/// An export, as a colleague with the same program would send it.
fn export(to: &Recipient, realm: &str, secrets: &[Json]) -> Vec<u8> {
    let mut text = json!({ "host_vault_export": 1, "realm": realm }).to_string();
    for secret in secrets {
        text.push_str(&format!("\n{secret}"));
    }
    age::encrypt(to, text.as_bytes()).expect("it can be sealed")
}

/// An identity of the operator's own, as `age-keygen` would write it.
fn own_identity(home: &Home) -> (Identity, PathBuf) {
    let identity = Identity::generate();
    let text = age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
    let path = home.write("own-key.txt", format!("{text}\n"));
    set_mode(&path, 0o600);
    (identity, path)
}

/// A user whose vault of real accounts has these secrets.
fn user_with(secrets: &[Json]) -> Home {
    let home = Home::new();
    take_over(&home, secrets).exits(0);
    home
}

fn take_over(home: &Home, secrets: &[Json]) -> Seen {
    let (identity, key) = own_identity(home);
    let file = home.write("came.age", export(&identity.to_public(), "real", secrets));
    let words = ["vault", "import", text(&file), "--identity", text(&key), "--yes"];
    home.host(&words)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are text")
}

fn vault_of(home: &Home) -> PathBuf {
    home.state().join("vault")
}

fn entry_files(home: &Home) -> Vec<PathBuf> {
    let files = Home::files(&vault_of(home).join("entries"));
    let mut files: Vec<PathBuf> = files.into_iter().map(|(path, _)| path).collect();
    files.sort();
    files
}

fn set_mode(path: &Path, mode: u32) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
    std::fs::set_permissions(path, mode).expect("the test owns its files");
}

fn mode(path: &Path) -> u32 {
    let facts = std::fs::symlink_metadata(path).expect("it is there");
    std::os::unix::fs::PermissionsExt::mode(&facts.permissions()) & 0o777
}

/// The names that the list prints, of secrets only.
#[track_caller]
fn names(home: &Home) -> Vec<String> {
    let seen = home.host(&["vault", "list", "--json"]).exits(0);
    let name = |entry: Json| entry["name"].as_str().unwrap_or_default().to_owned();
    seen.events_of("vault-entry").into_iter().map(name).collect()
}
