//! Somebody else's hands in the vault: each is refused by name, with a next step.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use host_e2e::{Home, Seen};

use super::{entry_files, own_identity, set_mode, take_over, text, three, user_with, vault_of};

/// The list is refused, by this code, for this file, and says what to do.
#[track_caller]
fn refused(home: &Home, code: &str, path: &Path, hint: &str) -> Seen {
    let seen = home.host(&["vault", "list"]).exits(2).fails_with(code);
    let seen = seen.says(&path.display().to_string());
    assert!(seen.hint().contains(hint), "no `{hint}` in the hint: {seen}");
    assert!(!seen.both().contains("S3cret"), "{seen}");
    seen
}

#[test]
fn an_entry_that_was_changed_swapped_or_planted_is_refused() {
    let home = user_with(&three());
    let (identity, _) = own_identity(&home);
    let recipient = identity.to_public();
    let words = ["vault", "recipients", "add", &recipient.to_string(), "--yes"];
    home.host(&words).exits(0);
    let files = entry_files(&home);
    let good: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();

    for place in [good[0].len() - 1, good[0].len() / 2, 30] {
        let mut flipped = good[0].clone();
        flipped[place] ^= 1;
        fs::write(&files[0], flipped).unwrap();
        refused(&home, "vault.entry-damaged", &files[0], "restore");
    }
    fs::write(&files[0], &good[1]).unwrap();
    fs::write(&files[1], &good[0]).unwrap();
    refused(&home, "vault.entry-misplaced", &files[0], "restore");
    fs::write(&files[1], &good[1]).unwrap();

    // The operator's public key is no secret: what is sealed for it is not the vault's.
    let planted = age::encrypt(&recipient, b"{}\nplanted").unwrap();
    fs::write(&files[0], &planted).unwrap();
    refused(&home, "vault.entry-damaged", &files[0], "restore").says("sealed for another key");
    fs::write(&files[0], &good[0]).unwrap();
    let new = files[0].with_file_name("1000000000000001-00112233445566778899aabbccddeeff.age");
    fs::write(&new, planted).unwrap();
    set_mode(&new, 0o600);
    refused(&home, "vault.entry-damaged", &new, "move it out");
    fs::remove_file(&new).unwrap();
    assert_eq!(super::names(&home).len(), 3);
}

#[test]
fn what_others_can_read_or_write_is_refused() {
    let home = user_with(&three());
    let dir = vault_of(&home);
    let entry = entry_files(&home)[0].clone();
    for (path, loose, tight) in [
        (entry, 0o644, 0o600),
        (dir.join("identity.txt"), 0o640, 0o600),
        (dir.join("entries"), 0o755, 0o700),
        (dir.join("recipients"), 0o777, 0o700),
        (dir.join("pending"), 0o750, 0o700),
        (dir, 0o755, 0o700),
    ] {
        set_mode(&path, loose);
        let fix = format!("chmod {tight:o} {}", path.display());
        refused(&home, "vault.mode-loose", &path, &fix);
        set_mode(&path, tight);
    }
    assert_eq!(super::names(&home).len(), 3);
}

#[test]
fn links_are_not_followed() {
    let home = user_with(&three());
    let dir = vault_of(&home);
    let entry = entry_files(&home)[0].clone();
    for path in [entry, dir.join("identity.txt"), dir.join("entries"), dir] {
        let moved = home.path("moved");
        fs::rename(&path, &moved).unwrap();
        symlink(&moved, &path).unwrap();
        refused(&home, "vault.path-unexpected", &path, "move it aside");
        fs::remove_file(&path).unwrap();
        fs::rename(&moved, &path).unwrap();
    }
    assert_eq!(super::names(&home).len(), 3);
}

#[test]
fn another_vault_in_its_place_is_refused() {
    let home = user_with(&three());
    let other = user_with(&three()[..1]);
    let (dir, kept) = (vault_of(&home), home.path("kept"));
    fs::rename(&dir, &kept).unwrap();
    fs::rename(vault_of(&other), &dir).unwrap();
    let pin = home.state().join("vault.pin").display().to_string();
    refused(&home, "vault.key-replaced", &dir, &pin);
    fs::remove_dir_all(&dir).unwrap();
    // Nor is a new one made over a vault that is gone: its disk may not be mounted.
    let seen = take_over(&home, &three()).exits(2).fails_with("vault.folder-emptied");
    assert!(seen.hint().contains(&pin), "{seen}");
    fs::remove_dir_all(&dir).unwrap();
    fs::rename(kept, &dir).unwrap();
    assert_eq!(super::names(&home).len(), 3);
}

#[test]
fn a_recipient_that_nobody_added_is_refused() {
    let home = user_with(&three());
    let (identity, key) = own_identity(&home);
    let recipient = identity.to_public().to_string();
    let file = vault_of(&home).join(format!("recipients/{recipient}.age"));
    fs::write(&file, age::encrypt(&identity.to_public(), b"{}\nplanted").unwrap()).unwrap();
    set_mode(&file, 0o600);
    let seen = home.host(&["vault", "recipients"]).exits(2).fails_with("vault.recipient-forged");
    let seen = seen.says(&recipient);
    assert!(seen.hint().contains("remove `"), "{seen}");
    let home = home.with("HOST_VAULT_IDENTITY_FILE", text(&key));
    home.host(&["vault", "list"]).exits(2);
}
