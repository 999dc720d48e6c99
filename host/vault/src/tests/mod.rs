//! What a person notices of a folder: modes, refusals that name file and fix, secrets that survive or stay
//! shut. What every vault does is in `tests/conformance`.

mod exchange;
mod intents;
mod operators;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use host_model::{Problem, SecretKind, SecretText, Timestamp};
use host_ports::{Clock, Entropy};
use tempfile::TempDir;

use crate::file::{self, Placed};
use crate::{Entry, Folder, Lock, Vault as _, VaultError};

const SECRET: &str = "s3cr3t-of-key-one";
const OBJECT: &str = "ram:access-key/LTAI5tExample";
const LINEAGE: &str = "acme/ack";

#[derive(Debug)]
struct Still;

#[async_trait::async_trait]
impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_784_419_200)
    }

    async fn sleep(&self, _: Duration) {}
}

#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = u8::try_from(self.0.fetch_add(1, Ordering::Relaxed) % 251).unwrap();
        }
    }
}

fn open_with(dir: &Path, lock: &Lock) -> Result<Folder, VaultError> {
    Folder::open(dir, lock, Arc::new(Counting::default()), Arc::new(Still))
}

fn open(dir: &Path) -> Result<Folder, VaultError> {
    open_with(dir, &Lock::IdentityFile)
}

fn entry(object: &str, lineage: &str) -> Entry {
    Entry {
        account: "1000000000000001".parse().unwrap(),
        principal: Some("user/host-reporter".to_owned()),
        kind: SecretKind::AccessKey,
        object: object.to_owned(),
        lineage: lineage.to_owned(),
    }
}

/// A vault with one entry.
fn filled() -> (TempDir, PathBuf, Folder) {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("state/vault");
    let vault = open(&dir).unwrap();
    vault.keep(&entry(OBJECT, LINEAGE), &SecretText::new(SECRET)).unwrap();
    (root, dir, vault)
}

fn find(vault: &Folder, entry: &Entry) -> Result<Option<String>, VaultError> {
    let found = vault.find(&entry.account, &entry.object, &entry.lineage)?;
    Ok(found.map(|found| found.secret.expose().to_owned()))
}

fn entry_files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(dir.join("entries")).unwrap().map(|item| item.unwrap().path()).collect();
    files.sort();
    files
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The code, after a look that neither message nor hint nor debug text has the secret.
fn code<T: std::fmt::Debug>(result: Result<T, VaultError>) -> &'static str {
    let error = result.unwrap_err();
    for text in [error.to_string(), format!("{error:?}"), error.hint().unwrap_or_default()] {
        assert!(!text.contains("s3cr3t") && !text.contains("AGE-SECRET"), "{text}");
    }
    error.code()
}

#[test]
fn what_is_not_synced_is_there_for_others_all_the_same() {
    let (_root, dir, vault) = filled();
    let (vault, later) = (vault.forgo_sync(), entry("ram:access-key/LATER", LINEAGE));
    vault.rehearse().unwrap();
    vault.keep(&later, &SecretText::new("another s3cr3t")).unwrap();
    assert!(vault.delete(&later.account, OBJECT, LINEAGE).unwrap());
    // As another process sees it while this one is still there.
    let other = open(&dir).unwrap();
    assert_eq!(find(&other, &later).unwrap().as_deref(), Some("another s3cr3t"));
    assert_eq!(find(&other, &entry(OBJECT, LINEAGE)).unwrap(), None);
    assert_eq!(code(other.keep(&later, &SecretText::new("a third s3cr3t"))), "vault.entry-taken");
}

#[test]
fn writes_only_for_its_owner() {
    let (_root, dir, _vault) = filled();
    assert_eq!(mode(&dir), 0o700);
    assert_eq!(mode(&dir.join("entries")), 0o700);
    assert_eq!(mode(&dir.join("identity.txt")), 0o600);
    assert_eq!(entry_files(&dir).len(), 1);
    assert_eq!(mode(&entry_files(&dir)[0]), 0o600);
}

#[test]
fn an_entry_is_an_age_file_that_other_tools_open() {
    let (_root, dir, _vault) = filled();
    let sealed = fs::read(&entry_files(&dir)[0]).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1\n"));
    assert!(!contains(&sealed, SECRET) && !contains(&sealed, OBJECT));
    let key = fs::read_to_string(dir.join("identity.txt")).unwrap();
    let identity: age::x25519::Identity = key.trim().parse().unwrap();
    let plain = String::from_utf8(age::decrypt(&identity, &sealed).unwrap()).unwrap();
    let (header, secret) = plain.split_once('\n').unwrap();
    assert_eq!(secret, SECRET);
    assert!(header.contains(OBJECT) && header.contains("1000000000000001"), "{header}");
}

#[test]
fn names_the_file_that_was_changed() {
    let (_root, dir, vault) = filled();
    let file = entry_files(&dir)[0].clone();
    let good = fs::read(&file).unwrap();
    let last = good.len() - 1;
    let mut flipped = good.clone();
    flipped[last] ^= 1;
    for bad in [flipped, good[..last].to_vec(), Vec::new(), b"no age file".to_vec()] {
        fs::write(&file, bad).unwrap();
        let error = vault.list().unwrap_err();
        assert_eq!(error.code(), "vault.entry-damaged");
        assert!(error.to_string().contains(&file.display().to_string()), "{error}");
        assert_eq!(code(find(&vault, &entry(OBJECT, LINEAGE))), "vault.entry-damaged");
    }
    fs::write(&file, vec![b'x'; 200 * 1024]).unwrap();
    assert!(vault.list().unwrap_err().to_string().contains("too large"));
}

#[test]
fn refuses_an_entry_that_was_sealed_for_another_key() {
    let (_root, dir, vault) = filled();
    let file = entry_files(&dir)[0].clone();
    let stranger = age::x25519::Identity::generate();
    fs::write(&file, age::encrypt(&stranger.to_public(), b"{}\nplanted").unwrap()).unwrap();
    assert!(vault.list().unwrap_err().to_string().contains("sealed for another key"));
}

#[test]
fn ignores_what_a_crash_left_aside() {
    let (_root, dir, vault) = filled();
    drop(vault);
    let vault = open(&dir).unwrap();
    let leftover = dir.join("entries/.aside-0001020304050607");
    fs::write(&leftover, b"half a fi").unwrap();
    assert_eq!(vault.list().unwrap().len(), 1);
    // The counting entropy takes the same name, and then another one.
    let second = entry("ram:access-key/LTAI2", LINEAGE);
    assert!(vault.keep(&second, &SecretText::new("s3cr3t-two")).is_ok());
    assert_eq!(fs::read(&leftover).unwrap(), b"half a fi");
    assert_eq!(vault.list().unwrap().len(), 2);
}

#[test]
fn what_a_crash_left_aside_goes_when_the_vault_is_opened_unless_somebody_has_it() {
    let (_root, dir, _vault) = filled();
    let names = ["entries/.aside-0001", "pending/.aside-0002", "entries/.aside-rehearsal-0003"];
    let left = names.map(|name| dir.join(name));
    let held = left.each_ref().map(|path| {
        fs::write(path, b"half a fi").unwrap();
        let file = fs::File::open(path).unwrap();
        file.lock().unwrap();
        file
    });
    open(&dir).unwrap();
    assert!(left.iter().all(|path| path.exists()), "they belong to somebody");
    drop(held);
    let vault = open(&dir).unwrap();
    assert!(left.iter().all(|path| !path.exists()), "nobody has them");
    assert_eq!(vault.list().unwrap().len(), 1);
}

#[test]
fn leaves_nothing_aside() {
    let (_root, dir, _vault) = filled();
    for folder in [dir.clone(), dir.join("entries")] {
        for item in fs::read_dir(folder).unwrap() {
            let name = item.unwrap().file_name().to_string_lossy().into_owned();
            assert!(!name.starts_with('.'), "{name}");
        }
    }
}

#[test]
fn refuses_what_others_can_read_and_says_the_fix() {
    let (_root, dir, vault) = filled();
    drop(vault);
    for (path, loose, tight) in [
        (dir.clone(), 0o750, 0o700),
        (dir.join("entries"), 0o701, 0o700),
        (dir.join("identity.txt"), 0o640, 0o600),
    ] {
        set_mode(&path, loose);
        let error = open(&dir).unwrap_err();
        assert_eq!(error.code(), "vault.mode-loose");
        let fix = format!("chmod {tight:o} {}", path.display());
        assert!(error.hint().unwrap().contains(&fix), "{:?}", error.hint());
        set_mode(&path, tight);
    }
    let vault = open(&dir).unwrap();
    set_mode(&entry_files(&dir)[0], 0o604);
    assert_eq!(code(vault.list()), "vault.mode-loose");
}

#[test]
fn follows_no_links() {
    let (root, dir, vault) = filled();
    let elsewhere = root.path().join("elsewhere");
    symlink(&dir, &elsewhere).unwrap();
    assert_eq!(code(open(&elsewhere)), "vault.path-unexpected");
    symlink(root.path().join("nowhere"), root.path().join("dangling")).unwrap();
    assert_eq!(code(open(&root.path().join("dangling"))), "vault.path-unexpected");

    let moved = root.path().join("moved.age");
    let file = entry_files(&dir)[0].clone();
    fs::rename(&file, &moved).unwrap();
    symlink(&moved, &file).unwrap();
    assert_eq!(code(find(&vault, &entry(OBJECT, LINEAGE))), "vault.path-unexpected");

    let key = dir.join("identity.txt");
    fs::rename(&key, root.path().join("key")).unwrap();
    symlink(root.path().join("key"), &key).unwrap();
    assert_eq!(code(open(&dir)), "vault.path-unexpected");
    fs::remove_file(&key).unwrap();
    fs::create_dir(&key).unwrap();
    assert_eq!(code(open(&dir)), "vault.path-unexpected");
}

#[test]
fn makes_no_new_key_over_sealed_entries() {
    let (_root, dir, vault) = filled();
    drop(vault);
    fs::remove_file(dir.join("identity.txt")).unwrap();
    assert_eq!(code(open(&dir)), "vault.identity-missing");
    fs::write(dir.join("identity.txt"), "not a key\n").unwrap();
    set_mode(&dir.join("identity.txt"), 0o600);
    assert_eq!(code(open(&dir)), "vault.identity-damaged");
}

#[test]
fn opens_with_the_right_passphrase_only() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("vault");
    let right = Lock::Passphrase(SecretText::new("s3cr3t passphrase"));
    let wrong = Lock::Passphrase(SecretText::new("s3cr3t passphrasf"));
    let vault = open_with(&dir, &right).unwrap();
    vault.keep(&entry(OBJECT, LINEAGE), &SecretText::new(SECRET)).unwrap();
    drop(vault);
    assert!(!dir.join("identity.txt").exists());
    assert_eq!(mode(&dir.join("identity.age")), 0o600);
    let vault = open_with(&dir, &right).unwrap();
    assert_eq!(find(&vault, &entry(OBJECT, LINEAGE)).unwrap().as_deref(), Some(SECRET));
    assert_eq!(code(open_with(&dir, &wrong)), "vault.passphrase-wrong");
    assert_eq!(code(open(&dir)), "vault.lock-different");
    let short = Lock::Passphrase(SecretText::new("s3cr3t"));
    assert_eq!(code(open_with(&dir, &short)), "vault.passphrase-short");
    fs::write(dir.join("identity.age"), "cut").unwrap();
    assert_eq!(code(open_with(&dir, &right)), "vault.identity-damaged");
}

#[test]
fn a_key_file_is_not_opened_with_a_passphrase() {
    let (_root, dir, _vault) = filled();
    let lock = Lock::Passphrase(SecretText::new("s3cr3t passphrase"));
    let error = open_with(&dir, &lock).unwrap_err();
    assert!(error.to_string().contains("a key file"), "{error}");
}

#[test]
fn two_processes_agree_on_one_key() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("vault");
    let (one, two) = (open(&dir).unwrap(), open(&dir).unwrap());
    one.keep(&entry(OBJECT, LINEAGE), &SecretText::new(SECRET)).unwrap();
    assert_eq!(find(&two, &entry(OBJECT, LINEAGE)).unwrap().as_deref(), Some(SECRET));
}

#[test]
fn a_race_for_a_name_has_one_winner() {
    let root = tempfile::tempdir().unwrap();
    let entropy = Counting::default();
    let place = |bytes: &[u8]| {
        let survives = file::Survives::PowerCut;
        file::place(root.path(), "name", bytes, survives, &entropy).unwrap()
    };
    assert_eq!(place(b"first"), Placed::New);
    assert_eq!(place(b"second"), Placed::Taken);
    assert_eq!(fs::read(root.path().join("name")).unwrap(), b"first");
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
}

#[test]
fn a_rehearsal_fails_where_nothing_can_be_kept() {
    let (_root, dir, vault) = filled();
    fs::remove_dir_all(dir.join("entries")).unwrap();
    assert_eq!(code(vault.rehearse()), "vault.file-unusable");
}

#[test]
fn a_lock_shows_no_passphrase() {
    let lock = Lock::Passphrase(SecretText::new("s3cr3t passphrase"));
    assert!(!format!("{lock:?}").contains("s3cr3t"));
}

pub(super) fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
