//! List, show, delete.

use host_e2e::{Home, Secrets, hostile};

use serde_json::Value as Json;

use super::{
    FIRST, KEY, LOGIN, SECOND, export, names, own_identity, secret, set_mode, text, three,
    user_with, vault_of,
};

#[test]
fn a_list_says_what_is_kept_and_no_secret() {
    let home = user_with(&three());
    let of_first = format!("{FIRST}/{KEY}");
    let of_second = format!("{SECOND}/{KEY}");
    assert_eq!(names(&home), [of_first.clone(), LOGIN.to_owned(), of_second.clone()]);
    let seen = home.host(&["vault", "list"]).exits(0);
    let lines: Vec<&str> = seen.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{seen}");
    for (line, words) in lines.iter().zip([
        ["account", "kind", "kept", "lineage", "name"],
        [FIRST, "access-key", "2026-07-19T00:00:00Z", "host/ack", &of_first],
        [FIRST, "password", "2026-07-19T00:00:00Z", "host/delegate", LOGIN],
        [SECOND, "access-key", "2026-07-19T00:00:00Z", "host/ack", &of_second],
    ]) {
        assert_eq!(line.split_whitespace().collect::<Vec<_>>(), words, "{seen}");
    }
    assert!(!seen.both().contains("S3cret"), "{seen}");
    let seen = home.host(&["vault", "list", "--json"]).exits(0);
    assert_eq!(seen.events()[0]["object"], KEY, "{seen}");
    assert!(!seen.both().contains("S3cret"), "{seen}");
}

#[test]
fn looking_makes_no_vault() {
    let home = Home::new();
    home.host(&["vault", "list"]).exits(0).says("keeps nothing");
    home.host(&["vault", "recipients"]).exits(0).says("no vault yet");
    for words in [&["vault", "show", "x", "--reveal"][..], &["vault", "delete", "x", "--yes"]] {
        let seen = home.host(words).exits(2).fails_with("vault.name-unknown");
        assert!(seen.hint().contains("host vault list"), "{seen}");
    }
    assert!(!vault_of(&home).exists());
}

#[test]
fn a_secret_is_shown_to_a_person_who_said_yes_and_to_nobody_else() {
    let home = user_with(&three());
    let words = ["vault", "show", LOGIN];
    let question = "show the password of `ram:login-profile/alice` in account 1000000000000001";
    let seen = home.host_in_dialogue(&words, &[(question, "yes")]).exits(0);
    assert!(seen.stderr.lines().any(|line| line == "S3cretOfAlice!"), "{seen}");
    for answer in ["no", "", "y", "YES", "yes please"] {
        let seen = home.host_in_dialogue(&words, &[("only `yes` goes on", answer)]).exits(3);
        let seen = seen.fails_with("vault.question-declined");
        assert!(!seen.stderr.contains("S3cret"), "{seen}");
    }
    // Neither without a terminal, nor into a pipe whatever a person would say.
    let piped = home.host_at_terminal(&words, &["yes"]);
    for seen in [home.host(&words), piped] {
        let seen = seen.exits(3).fails_with("vault.show-refused");
        assert!(!seen.both().contains("S3cret"), "{seen}");
        assert!(seen.hint().contains("--reveal"), "{seen}");
    }
    let seen = home.host(&["vault", "show", LOGIN, "--reveal"]).exits(0);
    assert_eq!(seen.stdout, "S3cretOfAlice!\n");
    assert!(seen.stderr.is_empty(), "{seen}");
}

#[test]
fn a_secret_that_would_command_the_terminal_is_not_shown_on_it() {
    let odd = "a\u{1b}[2Jb";
    let home = user_with(&[secret(FIRST, LOGIN, "host/delegate", odd)]);
    let seen = home.host_in_dialogue(&["vault", "show", LOGIN], &[("only `yes`", "yes")]).exits(2);
    let seen = seen.fails_with("vault.secret-unprintable");
    assert!(!seen.stderr.contains('\u{1b}'), "{seen:?}");
    let seen = home.host(&["vault", "show", LOGIN, "--reveal"]).exits(0);
    assert_eq!(seen.stdout, format!("{odd}\n"));
}

#[test]
fn a_name_that_fits_several_is_refused_with_the_names_that_do_not() {
    let mut secrets = three().to_vec();
    secrets.push(secret(FIRST, LOGIN, "acme/other", "S3cretOfAnother"));
    let home = user_with(&secrets);
    for (name, longer) in [
        (KEY, [format!("{FIRST}/{KEY}"), format!("{SECOND}/{KEY}")]),
        (LOGIN, [format!("{FIRST}/{LOGIN}@acme/other"), format!("{FIRST}/{LOGIN}@host/delegate")]),
    ] {
        let seen = home.host(&["vault", "show", name, "--reveal"]).exits(2);
        let seen = seen.fails_with("vault.name-ambiguous");
        for name in longer {
            assert!(seen.hint().contains(&format!("`{name}`")), "{seen}");
            home.host(&["vault", "show", &name, "--reveal"]).exits(0);
        }
    }
    let name = format!("{FIRST}/{LOGIN}@acme/other");
    let seen = home.host(&["vault", "show", &name, "--reveal"]).exits(0);
    assert_eq!(seen.stdout, "S3cretOfAnother\n");
}

#[test]
fn only_what_is_named_is_deleted_and_only_after_a_yes() {
    let home = user_with(&three());
    let words = ["vault", "delete", LOGIN];
    let seen = home.host(&words).exits(3).fails_with("vault.nobody-asked");
    assert!(seen.hint().contains("--yes"), "{seen}");
    for answer in ["no", "", "y"] {
        home.host_at_terminal(&words, &[answer]).exits(3).says("error[vault.question-declined]");
    }
    assert_eq!(names(&home).len(), 3);
    home.host_at_terminal(&words, &["yes"]).exits(0).says("deleted");
    assert!(!names(&home).contains(&LOGIN.to_owned()));
    home.host(&["vault", "delete", LOGIN, "--yes"]).exits(2).fails_with("vault.name-unknown");
    home.host(&["vault", "delete", &format!("{FIRST}/{KEY}"), "--yes"]).exits(0);
    // What is left is no longer ambiguous.
    assert_eq!(names(&home), [KEY]);
}

#[test]
fn the_offline_cloud_has_a_vault_of_its_own() {
    let home = user_with(&three());
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let name = "ram:login-profile/kept";
    let object = format!("object={name}");
    let run = ["run", &workflow, "--simulate", "-p", "attack=vault-keep", "-p", &object];
    home.host(&run);
    let simulated = ["vault", "list", "--json", "--simulate"];
    let seen = home.host(&simulated).exits(0);
    let kept = seen.events_of("vault-entry");
    assert_eq!(kept.len(), 1, "{seen}");
    assert_eq!((&kept[0]["name"], &kept[0]["kind"]), (&name.into(), &"password".into()), "{seen}");
    assert_eq!(names(&home).len(), 3, "the real vault is another one");
    // An operator hands a login password to its owner.
    let words = ["vault", "show", name, "--simulate", "--reveal"];
    let password = home.host(&words).exits(0).stdout.trim_end().to_owned();
    let mut secrets = Secrets::default();
    secrets.learn(&password);
    assert_eq!(secrets.count(), 1, "`{password}` is no password");
    secrets.are_not_below(&home.state());
    // A new cloud begins with a new vault.
    home.host(&[&run[..], &["--fresh"]].concat());
    let again = home.host(&words).exits(0).stdout.trim_end().to_owned();
    assert!(!again.is_empty());
    home.host(&["vault", "list", "--simulate=nowhere.toml"]).exits(2);
}

/// What `host doctor` says of each vault: whether it is fine, and how.
#[track_caller]
fn vaults(home: &Home) -> Vec<(String, bool, String)> {
    let findings = home.host(&["doctor", "--json"]).events_of("finding");
    let vaults = findings.into_iter().filter(|finding| finding["what"] == "vault");
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    vaults.map(|it| (text(&it["name"]), it["fine"] == true, text(&it["detail"]))).collect()
}

#[test]
fn doctor_looks_at_the_vault_of_loopback_clouds_where_there_is_one() {
    let home = user_with(&three());
    let real = ("vault".to_owned(), true, "3 secrets".to_owned());
    assert_eq!(vaults(&home), std::slice::from_ref(&real));
    let (identity, key) = own_identity(&home);
    let one = [secret(FIRST, KEY, "host/ack", "S3cretOfTheFirstKey")];
    let file = home.write("came.age", export(&identity.to_public(), "loopback", &one));
    let words = ["vault", "import", text(&file), "-i", text(&key), "--yes"];
    home.host(&[&words[..], &["--endpoint", "127.0.0.1:9"]].concat()).exits(0);
    let loopback = ("vault-loopback".to_owned(), true, "1 secret".to_owned());
    assert_eq!(vaults(&home), [real.clone(), loopback]);
    set_mode(&home.state().join("vault-loopback/identity.txt"), 0o644);
    let [first, (name, is_fine, detail)] = &vaults(&home)[..] else { panic!("there are two") };
    assert_eq!((first, name.as_str(), *is_fine), (&real, "vault-loopback", false));
    assert!(detail.contains("vault.mode-loose"), "{detail}");
}
