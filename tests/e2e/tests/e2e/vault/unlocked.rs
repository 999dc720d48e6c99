//! Opening a vault with and without a terminal, and never by a secret that others could see.

use host_e2e::Home;

use super::{names, set_mode, take_over, text, three, user_with, vault_of};

const PASSPHRASE: &str = "correct horse battery";

/// A passphrase's file.
fn passphrase_file(home: &Home, mode: u32) -> String {
    let path = home.write("passphrase", format!("{PASSPHRASE}\n"));
    set_mode(&path, mode);
    text(&path).to_owned()
}

#[test]
fn a_passphrase_comes_from_a_file_that_settings_or_a_variable_name() {
    let home = Home::new();
    let file = passphrase_file(&home, 0o600);
    let home = home.with_config(&format!("[vault]\npassphrase-file = \"{file}\"\n"));
    take_over(&home, &three()).exits(0);
    assert!(vault_of(&home).join("identity.age").exists());
    assert!(!vault_of(&home).join("identity.txt").exists());
    assert_eq!(names(&home).len(), 3);
    home.host(&["doctor", "--json"]).says("3 secrets");
    set_mode(&home.path("passphrase"), 0o644);
    let seen = home.host(&["vault", "list"]).exits(2).fails_with("vault.mode-loose");
    assert!(seen.hint().contains("chmod 600"), "{seen}");
    home.write("wrong", "correct horse batterz");
    set_mode(&home.path("wrong"), 0o600);
    // The variable comes before the settings.
    let wrong = home.path("wrong").display().to_string();
    let home = home.with("HOST_VAULT_PASSPHRASE_FILE", &wrong);
    let seen = home.host(&["vault", "list"]).exits(2).fails_with("vault.passphrase-wrong");
    assert!(!seen.both().contains("horse"), "{seen}");
}

#[test]
fn a_passphrase_is_typed_at_a_terminal_and_not_shown() {
    let home = Home::new();
    let file = passphrase_file(&home, 0o600);
    let config = home.write("with.toml", format!("[vault]\npassphrase-file = \"{file}\"\n"));
    let made = ["vault", "recipients", "--config", text(&config)];
    home.host(&made).exits(0);
    take_over_with(&home, text(&config));
    let words = ["vault", "list"];
    let seen = home.host(&words).exits(2).fails_with("vault.lock-different");
    assert!(seen.hint().contains("[vault]"), "{seen}");
    let seen = home.host_in_dialogue(&words, &[("passphrase of `", PASSPHRASE)]).exits(0);
    assert!(seen.stderr.contains("ram:login-profile/alice"), "{seen}");
    assert!(!seen.stderr.contains("horse"), "the passphrase is on the screen: {seen}");
    let seen = home.host_in_dialogue(&words, &[("passphrase of `", "something else")]).exits(2);
    seen.fails_with("vault.passphrase-wrong");
}

fn take_over_with(home: &Home, config: &str) {
    let (identity, key) = super::own_identity(home);
    let file = home.write("came.age", super::export(&identity.to_public(), "real", &three()));
    let words = ["vault", "import", text(&file), "-i", text(&key), "--yes", "--config", config];
    home.host(&words).exits(0);
}

#[test]
fn an_identity_of_ones_own_opens_the_vault_that_it_made() {
    let home = Home::new();
    let path = home.path("key.txt");
    home.host(&["vault", "keygen", "-o", text(&path)]).exits(0);
    let home = home.with("HOST_VAULT_IDENTITY_FILE", text(&path));
    take_over(&home, &three()).exits(0);
    assert_eq!(names(&home).len(), 3);
    assert!(!vault_of(&home).join("identity.txt").exists());
    // What opens the vault opens exports as well.
    let recipient = std::fs::read_to_string(&path).unwrap();
    let recipient = recipient.lines().next().unwrap().trim_start_matches("# public key: ");
    let file = home.path("export.age");
    home.host(&["vault", "export", "-r", recipient, "-o", text(&file)]).exits(0);
    home.host(&["vault", "import", text(&file)]).exits(0).says("3 there already");
    std::fs::remove_file(&path).unwrap();
    home.host(&["vault", "list"]).exits(2).fails_with("vault.file-unusable").says("key.txt");
}

#[test]
fn what_is_ambiguous_or_exposed_is_refused() {
    let home = user_with(&three());
    let file = passphrase_file(&home, 0o600);
    let home = home.with("HOST_VAULT_PASSPHRASE_FILE", &file);
    home.host(&["vault", "list"]).exits(2).fails_with("vault.lock-different");
    let home = home.with("HOST_VAULT_IDENTITY_FILE", &file);
    home.host(&["vault", "list"]).exits(2).fails_with("vault.lock-ambiguous");
    let home = home.with("HOST_VAULT_PASSPHRASE", PASSPHRASE);
    let seen = home.host(&["vault", "list"]).exits(2).fails_with("vault.passphrase-exposed");
    assert!(seen.hint().contains("HOST_VAULT_PASSPHRASE_FILE"), "{seen}");
    assert!(!seen.both().contains("horse"), "{seen}");
    let home = Home::new().with_config("[vault]\nidentity-file = \"key.txt\"\n");
    let seen = home.host(&["vault", "import", "x.age", "--yes"]).exits(2);
    seen.fails_with("vault.path-relative");
}
