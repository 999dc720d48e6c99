//! Exports and imports.

use std::fs;
use std::path::PathBuf;

use host_model::{Problem, SecretText};
use tempfile::TempDir;

use super::{LINEAGE, OBJECT, SECRET, code, contains, entry, filled, find, open};
use crate::{Found, Identity, Realm, Vault, VaultError, export, open_export};

fn all(vault: &dyn Vault) -> Vec<Found> {
    let kept = vault.list().unwrap();
    let found = kept.iter().map(|kept| {
        let entry = &kept.entry;
        vault.find(&entry.account, &entry.object, &entry.lineage).unwrap().unwrap()
    });
    found.collect()
}

/// A vault's export for two people, in a file.
fn exported(people: [&Identity; 2]) -> (TempDir, PathBuf) {
    let (root, _dir, vault) = filled();
    let pem = "-----BEGIN-----\nabc \"\\\u{1}\n\n";
    vault.keep(&entry("odd \n name", LINEAGE), &SecretText::new(pem)).unwrap();
    let to = people.map(Identity::recipient);
    let path = root.path().join("export.age");
    let sealed = export(&all(&vault), &to, Realm::Real).unwrap();
    assert!(!contains(&sealed, SECRET) && !contains(&sealed, OBJECT));
    fs::write(&path, sealed).unwrap();
    (root, path)
}

#[test]
fn every_recipient_and_nobody_else_imports_what_was_exported() {
    let people = [Identity::generate(), Identity::generate()];
    let (root, path) = exported([&people[0], &people[1]]);
    for (index, person) in people.iter().enumerate() {
        let vault = open(&root.path().join(format!("vault-{index}"))).unwrap();
        let came = open_export(&path, person, Realm::Real).unwrap();
        assert_eq!(came.len(), 2);
        for found in &came {
            assert!(vault.receive(found).unwrap());
            assert!(!vault.receive(found).unwrap(), "it was there already");
        }
        assert_eq!(find(&vault, &entry(OBJECT, LINEAGE)).unwrap().as_deref(), Some(SECRET));
        let (ours, theirs): (Vec<_>, Vec<_>) = (all(&vault), came);
        let mut theirs: Vec<_> = theirs.into_iter().map(|found| found.kept).collect();
        theirs.sort();
        assert_eq!(ours.into_iter().map(|found| found.kept).collect::<Vec<_>>(), theirs);
    }
    let stranger = Identity::generate();
    let error = open_export(&path, &stranger, Realm::Real).unwrap_err();
    assert_eq!(error.code(), "vault.export-foreign");
    assert!(error.hint().unwrap().contains(&stranger.recipient().to_string()));
}

#[test]
fn an_import_never_puts_one_secret_in_the_place_of_another() {
    let own = Identity::generate();
    let (root, path) = exported([&own, &own]);
    let vault = open(&root.path().join("other")).unwrap();
    vault.keep(&entry(OBJECT, LINEAGE), &SecretText::new("s3cr3t-older")).unwrap();
    let came = open_export(&path, &own, Realm::Real).unwrap();
    let taken = came.iter().find(|found| found.kept.entry.object == OBJECT).unwrap();
    assert_eq!(code(vault.receive(taken)), "vault.entry-taken");
    let kept = find(&vault, &entry(OBJECT, LINEAGE)).unwrap();
    assert_eq!(kept.as_deref(), Some("s3cr3t-older"));
}

#[test]
fn what_a_simulated_cloud_invented_stays_apart() {
    let own = Identity::generate();
    let (_root, path) = exported([&own, &own]);
    for realm in [Realm::Simulated, Realm::Loopback] {
        let error = open_export(&path, &own, realm).unwrap_err();
        assert_eq!(error.code(), "vault.realm-different");
        assert!(error.to_string().contains("real accounts"), "{error}");
    }
}

#[test]
fn what_is_no_export_is_named() {
    let own = Identity::generate();
    let (root, path) = exported([&own, &own]);
    let good = fs::read(&path).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() - 1] ^= 1;
    let seal = |text: &str| age_of(&own, text);
    let header = r#"{"host_vault_export":1,"realm":"real"}"#;
    for bad in [
        flipped,
        good[..good.len() - 9].to_vec(),
        b"hello".to_vec(),
        Vec::new(),
        seal(""),
        seal("hello\n"),
        seal(r#"{"host_vault_export":2,"realm":"real"}"#),
        seal(&format!("{header}\n{{}}\n")),
        seal(&format!("{header}\ns3cr3t\n")),
    ] {
        fs::write(&path, bad).unwrap();
        assert_eq!(code(open_export(&path, &own, Realm::Real)), "vault.export-damaged");
    }
    let missing = open_export(&root.path().join("missing"), &own, Realm::Real);
    assert_eq!(code(missing), "vault.file-unusable");
}

#[test]
fn an_export_is_for_somebody() {
    let (_root, _dir, vault) = filled();
    let nobody: Result<Vec<u8>, VaultError> = export(&all(&vault), &[], Realm::Real);
    assert_eq!(code(nobody), "vault.seal-failed");
}

fn age_of(own: &Identity, text: &str) -> Vec<u8> {
    let recipient: age::x25519::Recipient = own.recipient().to_string().parse().unwrap();
    age::encrypt(&recipient, text.as_bytes()).unwrap()
}
