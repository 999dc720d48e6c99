//! Notes of secrets that were asked for: what a process that died leaves to the next run.

use std::fs;

use host_model::{Problem, RunId};

use super::{LINEAGE, OBJECT, Still, code, entry_files, filled, open};
use crate::{Intent, Vault};
use host_model::SecretKind;
use host_ports::Clock;

fn run(last: u8) -> RunId {
    RunId::new(Still.now(), [0, 0, 0, last])
}

fn intent(user: &str, lineage: &str, run: RunId) -> Intent {
    Intent {
        account: "1000000000000001".parse().unwrap(),
        principal: format!("user/{user}"),
        kind: SecretKind::AccessKey,
        lineage: lineage.to_owned(),
        run,
    }
}

fn note_files(vault_dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let items = fs::read_dir(vault_dir.join("pending")).unwrap();
    items.map(|item| item.unwrap().path()).collect()
}

#[test]
fn a_note_outlives_the_process_and_the_next_run_finds_it() {
    let (_root, dir, vault) = filled();
    let noted = intent("host-reporter", LINEAGE, run(1));
    assert_eq!(vault.intend(&noted).unwrap(), None);
    // The process dies here, after the cloud made the key.
    drop(vault);
    let vault = open(&dir).unwrap();
    let pending = vault.intents().unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!((&pending[0].intent, pending[0].at), (&noted, Still.now()));
    // The next run hears of it before it asks for a second key, and does not write over it.
    let again = intent("host-reporter", LINEAGE, run(2));
    assert_eq!(vault.intend(&again).unwrap().unwrap().intent.run, run(1));
    assert_eq!(vault.intents().unwrap()[0].intent.run, run(1));
    // Once the orphan is dealt with, whoever settles it goes on.
    assert!(vault.settle(&again).unwrap());
    assert!(!vault.settle(&again).unwrap());
    assert_eq!(vault.intend(&again).unwrap(), None);
    assert_eq!(vault.intents().unwrap()[0].intent.run, run(2));
}

#[test]
fn notes_of_other_users_accounts_and_lineages_are_other_notes() {
    let (_root, _dir, vault) = filled();
    let mut others = vec![
        intent("host-reporter", LINEAGE, run(1)),
        intent("host-reporter", "acme/ecs", run(1)),
        intent("somebody", LINEAGE, run(1)),
    ];
    let mut foreign = intent("host-reporter", LINEAGE, run(1));
    foreign.account = "1000000000000002".parse().unwrap();
    others.push(foreign);
    let mut password = intent("host-reporter", LINEAGE, run(1));
    password.kind = SecretKind::Password;
    others.push(password);
    for other in &others {
        assert_eq!(vault.intend(other).unwrap(), None, "{other:?}");
    }
    others.sort();
    let noted: Vec<_> = vault.intents().unwrap().into_iter().map(|note| note.intent).collect();
    assert_eq!(noted, others);
}

#[test]
fn a_note_is_no_entry_and_an_entry_is_no_note() {
    let (_root, dir, vault) = filled();
    vault.intend(&intent("host-reporter", LINEAGE, run(1))).unwrap();
    assert_eq!(vault.list().unwrap().len(), 1);
    let (entry, note) = (entry_files(&dir)[0].clone(), note_files(&dir)[0].clone());
    let planted = dir.join("entries").join(note.file_name().unwrap());
    fs::copy(&note, &planted).unwrap();
    assert_eq!(code(vault.list()), "vault.entry-misplaced");
    fs::remove_file(planted).unwrap();
    // Nor does a note pass for the note of another user.
    let other = intent("somebody", LINEAGE, run(1));
    fs::copy(&note, dir.join("pending").join(other.file_name())).unwrap();
    assert_eq!(code(vault.intend(&other)), "vault.entry-misplaced");
    fs::remove_file(dir.join("pending").join(other.file_name())).unwrap();
    fs::copy(&entry, dir.join("pending").join(entry.file_name().unwrap())).unwrap();
    assert_eq!(code(vault.intents()), "vault.entry-misplaced");
}

#[test]
fn nobody_plants_a_note_or_changes_one() {
    let (_root, dir, vault) = filled();
    vault.intend(&intent("host-reporter", LINEAGE, run(1))).unwrap();
    let file = note_files(&dir)[0].clone();
    let good = fs::read(&file).unwrap();
    let stranger = age::x25519::Identity::generate();
    let planted = age::encrypt(&stranger.to_public(), b"{}\n").unwrap();
    let mut flipped = good.clone();
    flipped[good.len() - 1] ^= 1;
    for bad in [planted, flipped] {
        fs::write(&file, bad).unwrap();
        let error = vault.intents().unwrap_err();
        assert_eq!(error.code(), "vault.entry-damaged");
        assert!(error.to_string().contains(&file.display().to_string()), "{error}");
        // It must not pass for a free name, or the orphan would be forgotten.
        let next = vault.intend(&intent("host-reporter", LINEAGE, run(2)));
        assert_eq!(code(next), "vault.entry-damaged");
    }
}

#[test]
fn a_vault_with_notes_and_no_key_gets_no_new_one() {
    let (_root, dir, vault) = filled();
    vault.intend(&intent("host-reporter", LINEAGE, run(1))).unwrap();
    assert!(vault.delete(&"1000000000000001".parse().unwrap(), OBJECT, LINEAGE).unwrap());
    drop::<Vault>(vault);
    fs::remove_file(dir.join("identity.txt")).unwrap();
    assert_eq!(code(open(&dir)), "vault.identity-missing");
}
