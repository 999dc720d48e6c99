//! Several operators, and people who can write the folder but not open the vault.

use std::fs;
use std::path::Path;

use host_model::{Problem, SecretText};
use host_ports::Clock;

use super::{
    LINEAGE, OBJECT, SECRET, Still, code, entry, filled, find, mode, open, open_with, set_mode,
};
use crate::seal::{self, Header};
use crate::{Folder, Identity, Lock, Opener, Recipient, Vault as _, VaultError};

fn file_of(dir: &Path, recipient: &Recipient) -> std::path::PathBuf {
    dir.join(format!("recipients/{recipient}.age"))
}

/// What reaches a second operator: everything but the first one's key file, and no fingerprint.
fn copy_without_key(dir: &Path, to: &Path) {
    for folder in ["", "entries", "recipients", "pending"] {
        let target = to.join(folder);
        fs::create_dir_all(&target).unwrap();
        set_mode(&target, 0o700);
        for item in fs::read_dir(dir.join(folder)).unwrap() {
            let path = item.unwrap().path();
            if path.is_file() && path.file_name().unwrap() != "identity.txt" {
                fs::copy(&path, target.join(path.file_name().unwrap())).unwrap();
            }
        }
    }
}

#[test]
fn a_second_operator_opens_a_copy_and_both_see_the_same_key() {
    let (root, dir, vault) = filled();
    let second = Identity::generate();
    assert!(vault.add_recipient(&second.recipient(), Some("Bob")).unwrap());
    assert!(!vault.add_recipient(&second.recipient(), None).unwrap());
    assert_eq!(mode(&file_of(&dir, &second.recipient())), 0o600);
    let copy = root.path().join("elsewhere/vault");
    copy_without_key(&dir, &copy);
    let theirs = open_with(&copy, &Lock::Own(second.clone())).unwrap();
    assert_eq!(theirs.fingerprint(), vault.fingerprint());
    assert_eq!(find(&theirs, &entry(OBJECT, LINEAGE)).unwrap().as_deref(), Some(SECRET));
    // What the second one keeps, the first one opens.
    let other = entry("ram:access-key/LTAI2", LINEAGE);
    theirs.keep(&other, &SecretText::new("s3cr3t-two")).unwrap();
    copy_without_key(&copy, &dir);
    assert_eq!(find(&vault, &other).unwrap().as_deref(), Some("s3cr3t-two"));
    let all = theirs.recipients().unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].recipient, second.recipient().to_string());
    assert_eq!(all[0].label.as_deref(), Some("Bob"));
}

#[test]
fn a_new_vault_of_an_own_identity_has_no_key_in_the_clear() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("vault");
    let own = Identity::generate();
    let vault = open_with(&dir, &Lock::Own(own.clone())).unwrap();
    vault.keep(&entry(OBJECT, LINEAGE), &SecretText::new(SECRET)).unwrap();
    drop(vault);
    assert!(!dir.join("identity.txt").exists() && !dir.join("identity.age").exists());
    let vault = open_with(&dir, &Lock::Own(own.clone())).unwrap();
    assert_eq!(find(&vault, &entry(OBJECT, LINEAGE)).unwrap().as_deref(), Some(SECRET));
    assert_eq!(code(open(&dir)), "vault.lock-different");
    let passphrase = Lock::Passphrase(SecretText::new("s3cr3t passphrase"));
    assert_eq!(code(open_with(&dir, &passphrase)), "vault.lock-different");
    // The last way in stays; with another one it may go.
    assert_eq!(code(vault.remove_recipient(&own.recipient())), "vault.recipient-last");
    let second = Identity::generate();
    vault.add_recipient(&second.recipient(), None).unwrap();
    assert!(vault.remove_recipient(&own.recipient()).unwrap());
    assert!(!vault.remove_recipient(&own.recipient()).unwrap());
    assert_eq!(code(open_with(&dir, &Lock::Own(own))), "vault.recipient-unknown");
    assert!(open_with(&dir, &Lock::Own(second)).is_ok());
}

#[test]
fn an_identity_that_was_not_added_opens_nothing() {
    let (_root, dir, vault) = filled();
    let stranger = Identity::generate();
    let error = open_with(&dir, &Lock::Own(stranger.clone())).unwrap_err();
    assert_eq!(error.code(), "vault.recipient-unknown");
    assert!(error.hint().unwrap().contains(&stranger.recipient().to_string()));
    // Nor does the file of another, under its name.
    let second = Identity::generate();
    vault.add_recipient(&second.recipient(), None).unwrap();
    let (theirs, own) = (second.recipient(), stranger.recipient());
    fs::copy(file_of(&dir, &theirs), file_of(&dir, &own)).unwrap();
    assert_eq!(code(open_with(&dir, &Lock::Own(stranger))), "vault.entry-damaged");
    assert_eq!(code(vault.recipients()), "vault.recipient-forged");
}

/// The attacker has a vault of their own, and the operator's public key, which is no secret.
fn attackers(root: &Path, victim: &Recipient) -> (std::path::PathBuf, Folder) {
    let dir = root.join("attacker/vault");
    let vault = open(&dir).unwrap();
    vault.keep(&entry(OBJECT, LINEAGE), &SecretText::new("s3cr3t-planted")).unwrap();
    vault.add_recipient(victim, None).unwrap();
    (dir, vault)
}

#[test]
fn whoever_only_writes_the_folder_plants_nothing() {
    let (root, dir, vault) = filled();
    let own = Identity::generate();
    vault.add_recipient(&own.recipient(), None).unwrap();
    let (theirs, _) = attackers(root.path(), &own.recipient());
    let file = |dir: &Path| file_of(dir, &own.recipient());
    let planted = fs::read_dir(theirs.join("entries")).unwrap().next().unwrap().unwrap().path();
    let target = dir.join("entries").join(planted.file_name().unwrap());

    // An entry of theirs does not open, although its name is right.
    let good = fs::read(&target).unwrap();
    fs::copy(&planted, &target).unwrap();
    assert_eq!(code(find(&vault, &entry(OBJECT, LINEAGE))), "vault.entry-damaged");
    fs::write(&target, &good).unwrap();

    // A key of theirs under the operator's name is seen by whoever lists, and by its owner.
    let genuine = fs::read(file(&dir)).unwrap();
    fs::copy(file(&theirs), file(&dir)).unwrap();
    assert_eq!(code(vault.recipients()), "vault.recipient-forged");
    assert_eq!(code(open_with(&dir, &Lock::Own(own.clone()))), "vault.key-replaced");
    fs::write(file(&dir), genuine).unwrap();
    assert!(open_with(&dir, &Lock::Own(own.clone())).is_ok());

    // The whole vault in exchange for theirs.
    fs::remove_dir_all(&dir).unwrap();
    copy_without_key(&theirs, &dir);
    assert_eq!(code(open_with(&dir, &Lock::Own(own))), "vault.key-replaced");
    fs::copy(theirs.join("identity.txt"), dir.join("identity.txt")).unwrap();
    let error = open(&dir).unwrap_err();
    assert_eq!(error.code(), "vault.key-replaced");
    assert!(error.hint().unwrap().contains(&format!("{}.pin", dir.display())));
}

/// Even somebody who once had the vault's public half cannot pass another key off as the vault's.
#[test]
fn a_recipients_file_holds_this_key_under_this_name() {
    let (_root, dir, vault) = filled();
    let (own, other) = (Identity::generate(), Identity::generate());
    let key = Identity::read(&dir.join("identity.txt")).unwrap();
    let to = [own.recipient(), key.recipient()];
    let file = file_of(&dir, &own.recipient());
    for (named, held, lists, opens) in [
        (&own, &key, true, "fine"),
        (&own, &other, false, "vault.key-replaced"),
        (&other, &key, false, "vault.recipient-forged"),
    ] {
        let at = Still.now();
        let opener = Opener { recipient: named.recipient().to_string(), label: None, at };
        let sealed = seal::seal(&to, &Header::opener(opener), &held.to_text()).unwrap();
        fs::write(&file, sealed).unwrap();
        set_mode(&file, 0o600);
        assert_eq!(vault.recipients().is_ok(), lists);
        match open_with(&dir, &Lock::Own(own.clone())) {
            Ok(_) => assert_eq!(opens, "fine"),
            refused => assert_eq!(code(refused), opens),
        }
    }
}

#[test]
fn a_vault_that_is_gone_is_not_made_anew_in_silence() {
    let (_root, dir, vault) = filled();
    drop(vault);
    fs::remove_dir_all(&dir).unwrap();
    let error = open(&dir).unwrap_err();
    assert_eq!(error.code(), "vault.folder-emptied");
    let pin = dir.with_file_name("vault.pin");
    assert_eq!(mode(&pin), 0o600);
    assert!(error.hint().unwrap().contains(&pin.display().to_string()));
    fs::remove_file(pin).unwrap();
    assert!(open(&dir).is_ok());
}

#[test]
fn identities_and_passphrases_come_from_files_of_their_owner() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("key.txt");
    let write = |text: &str, mode: u32| {
        fs::write(&path, text).unwrap();
        set_mode(&path, mode);
    };
    let own = Identity::generate();
    let text = own.to_text();
    write(&format!("# made today\n# public key: x\n\n{}\n", text.expose()), 0o600);
    let Lock::Own(read) = Lock::from_identity_file(&path).unwrap() else { unreachable!() };
    assert_eq!(read.recipient(), own.recipient());
    set_mode(&path, 0o644);
    assert_eq!(code(Lock::from_identity_file(&path)), "vault.mode-loose");
    for (text, wanted) in [
        ("", "vault.identity-damaged"),
        ("nonsense", "vault.identity-damaged"),
        ("age-encryption.org/v1\n-> scrypt", "vault.identity-unsupported"),
        ("AGE-PLUGIN-YUBIKEY-1XYZ", "vault.identity-unsupported"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "vault.identity-unsupported"),
    ] {
        write(text, 0o600);
        assert_eq!(code(Lock::from_identity_file(&path)), wanted, "{text}");
    }
    for text in ["right horse", "right horse\n", "right horse\r\n", "right horse\nsecond line"] {
        write(text, 0o600);
        let Lock::Passphrase(read) = Lock::from_passphrase_file(&path).unwrap() else {
            unreachable!()
        };
        assert_eq!(read.expose(), "right horse", "{text:?}");
    }
    assert_eq!(code(Lock::from_passphrase_file(root.path())), "vault.path-unexpected");
    assert_eq!(code(Lock::from_passphrase_file(&root.path().join("no"))), "vault.file-unusable");
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert_eq!(code(Lock::from_passphrase_file(&path)), "vault.passphrase-unreadable");
}

#[test]
fn a_passphrase_comes_through_a_descriptor() {
    use std::os::fd::AsRawFd;
    let (reader, mut writer) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut writer, b"right horse\n").unwrap();
    drop(writer);
    let path = format!("/dev/fd/{}", reader.as_raw_fd());
    let Lock::Passphrase(read) = Lock::from_passphrase_file(Path::new(&path)).unwrap() else {
        unreachable!()
    };
    assert_eq!(read.expose(), "right horse");
}

#[test]
fn a_recipient_is_a_public_key_and_a_secret_one_is_not_shown() {
    let own = Identity::generate();
    assert!(own.recipient().to_string().parse::<Recipient>().is_ok());
    assert_eq!(code("age1xyz".parse::<Recipient>()), "vault.recipient-invalid");
    let secret: Result<Recipient, VaultError> = own.to_text().expose().parse();
    assert_eq!(code(secret), "vault.recipient-secret");
    assert_eq!(format!("{own:?}"), "[identity]");
}
