//! Two operators: exports, imports, and keys of their own.

use host_e2e::{Home, Running};

use super::{
    FIRST, KEY, LOGIN, export, mode, names, own_identity, secret, set_mode, take_over, text, three,
    user_with, vault_of,
};

/// A user with an identity that the program made, and its public key.
fn colleague() -> (Home, String) {
    let home = Home::new();
    let path = home.path("key.txt");
    let seen = home.host(&["vault", "keygen", "-o", text(&path)]).exits(0);
    assert_eq!(mode(&path), 0o600);
    home.host(&["vault", "keygen", "-o", text(&path)]).exits(2).fails_with("vault.file-unwritable");
    let kept = std::fs::read_to_string(&path).expect("it was made");
    assert!(kept.contains("AGE-SECRET-KEY-1") && !seen.both().contains("AGE-SECRET"), "{seen}");
    (home, seen.stdout.trim().to_owned())
}

#[test]
fn an_export_reaches_its_recipients_and_nobody_else() {
    let home = user_with(&three());
    let (bob, bobs) = colleague();
    let (carol, carols) = colleague();
    let file = home.path("export.age");
    let words = ["vault", "export", "-r", &bobs, "--recipient", &carols, "-o", text(&file)];
    home.host(&words).exits(0).says("3 secrets");
    assert_eq!(mode(&file), 0o600);
    let sealed = std::fs::read(&file).unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("S3cret"));
    home.host(&words).exits(2).fails_with("vault.file-unwritable");
    assert_eq!(std::fs::read(&file).unwrap(), sealed, "nothing is written over");

    for person in [&bob, &carol] {
        let key = person.path("key.txt");
        let words = ["vault", "import", text(&file), "-i", text(&key)];
        // Who sealed it the file does not say: a person looks at what comes.
        person.host(&words).exits(3).fails_with("vault.nobody-asked").says("LTAI5tExampleOne");
        person.host_at_terminal(&words, &["no"]).exits(3).says("error[vault.question-declined]");
        assert_eq!(names(person).len(), 0);
        let seen = person.host_at_terminal(&words, &["yes"]).exits(0);
        assert!(!seen.both().contains("S3cret"), "{seen}");
        assert_eq!(names(person), names(&home));
        person.host(&words).exits(0).says("0 kept, 3 there already");
    }
    let words = ["vault", "show", LOGIN, "--reveal"];
    assert_eq!(bob.host(&words).exits(0).stdout, "S3cretOfAlice!\n");
    let (stranger, own) = colleague();
    let key = stranger.path("key.txt");
    let words = ["vault", "import", text(&file), "-i", text(&key), "--yes"];
    let seen = stranger.host(&words).exits(2).fails_with("vault.export-foreign");
    assert!(seen.hint().contains(&own), "{seen}");
}

#[test]
fn an_export_holds_what_was_named() {
    let home = user_with(&three());
    let (bob, bobs) = colleague();
    let file = home.path("export.age");
    home.host(&["vault", "export", "nothing", "-r", &bobs, "-o", text(&file)]).exits(2);
    home.host(&["vault", "export", "-o", text(&file)]).exits(2);
    home.host(&["vault", "export", "-r", "age1nobody", "-o", text(&file)]).exits(2);
    assert!(!file.exists());
    home.host(&["vault", "export", LOGIN, "-r", &bobs, "-o", text(&file)])
        .exits(0)
        .says("1 secret");
    let key = bob.path("key.txt");
    bob.host(&["vault", "import", text(&file), "-i", text(&key), "--yes"]).exits(0);
    assert_eq!(names(&bob), [LOGIN]);
    // It was a real one, and stays apart from what a simulated cloud invented.
    let words = ["vault", "import", text(&file), "-i", text(&key), "--yes", "--simulate"];
    bob.host(&words).exits(2).fails_with("vault.realm-different");
}

#[test]
fn an_import_leaves_other_secrets_alone() {
    let home = user_with(&three()[..1]);
    let came = [
        secret(FIRST, KEY, "host/ack", "S3cretOfSomebodyElse"),
        secret(FIRST, LOGIN, "host/delegate", "S3cretOfAlice!"),
    ];
    let seen = take_over(&home, &came).exits(1).fails_with("vault.entry-taken");
    assert!(seen.stdout.contains("stays") && seen.stdout.contains("new"), "{seen}");
    assert!(!seen.both().contains("S3cret"), "{seen}");
    assert_eq!(names(&home).len(), 2);
    let seen = home.host(&["vault", "show", KEY, "--reveal"]).exits(0);
    assert_eq!(seen.stdout, "S3cretOfTheFirstKey\n");
}

#[test]
fn an_export_that_was_changed_or_is_none_brings_nothing() {
    let home = Home::new();
    let (identity, key) = own_identity(&home);
    let good = export(&identity.to_public(), "real", &three());
    let mut flipped = good.clone();
    flipped[good.len() - 1] ^= 1;
    let other = age::encrypt(&identity.to_public(), b"hello").unwrap();
    for bad in [flipped, good[..good.len() / 2].to_vec(), b"hello".to_vec(), other] {
        let file = home.write("bad.age", bad);
        let words = ["vault", "import", text(&file), "-i", text(&key), "--yes"];
        home.host(&words).exits(2).fails_with("vault.export-damaged").says("bad.age");
    }
    let file = home.write("good.age", good);
    let words = ["vault", "import", text(&file), "--yes"];
    home.host(&words).exits(2).fails_with("vault.identity-unnamed");
    assert_eq!(names(&home).len(), 0);
}

#[test]
fn a_second_operator_opens_a_copy_of_the_vault() {
    let home = user_with(&three());
    let (bob, bobs) = colleague();
    let add = ["vault", "recipients", "add", &bobs, "--label", "Bob"];
    home.host(&add).exits(3).fails_with("vault.nobody-asked");
    home.host_at_terminal(&add, &["no"]).exits(3).says("error[vault.question-declined]");
    home.host_at_terminal(&add, &["yes"]).exits(0).says("added");
    home.host(&add).exits(0).says("already");
    let seen = home.host(&["vault", "recipients"]).exits(0).says("Bob").says(&bobs);
    assert!(!seen.both().contains("AGE-SECRET"), "{seen}");

    for (path, bytes) in Home::files(&vault_of(&home)) {
        let below = path.strip_prefix(home.state()).unwrap();
        if below.file_name().is_some_and(|name| name != "identity.txt") {
            let to = bob.state().join(below);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::write(&to, bytes).unwrap();
            set_mode(&to, 0o600);
            for folder in to.ancestors().skip(1).take_while(|it| it.starts_with(bob.state())) {
                set_mode(folder, 0o700);
            }
        }
    }
    set_mode(&bob.state(), 0o700);
    bob.host(&["vault", "list"]).exits(2).fails_with("vault.lock-different");
    let key = bob.path("key.txt").display().to_string();
    let bob = bob.with_config(&format!("[vault]\nidentity-file = \"{key}\"\n"));
    assert_eq!(names(&bob), names(&home));
    let fingerprint = |home: &Home| {
        let seen = home.host(&["vault", "recipients", "--json"]).exits(0);
        seen.events_of("vault-recipients")[0]["key"].clone()
    };
    assert_eq!(fingerprint(&bob), fingerprint(&home));
    let words = ["vault", "show", LOGIN, "--reveal"];
    assert_eq!(bob.host(&words).exits(0).stdout, "S3cretOfAlice!\n");

    home.host(&["vault", "recipients", "remove", &bobs]).exits(0).says("may still know");
    let seen = home.host(&["vault", "recipients", "remove", &bobs]).exits(2);
    seen.fails_with("vault.recipient-absent");
    // In Bob's copy nothing else opens the vault.
    let seen = bob.host(&["vault", "recipients", "remove", &bobs]).exits(2);
    seen.fails_with("vault.recipient-last");
}

#[test]
fn a_secret_key_given_as_a_recipient_is_refused_and_not_shown() {
    let home = user_with(&three());
    let (bob, _) = colleague();
    let kept = std::fs::read_to_string(bob.path("key.txt")).unwrap();
    let key = kept.lines().find(|line| line.starts_with("AGE-SECRET")).unwrap();
    let file = home.path("export.age");
    for words in [
        &["vault", "recipients", "add", key, "--yes"][..],
        &["vault", "export", "-r", key, "-o", text(&file)],
    ] {
        let seen = home.host(words).exits(2).fails_with("vault.recipient-secret");
        assert!(!seen.both().contains("AGE-SECRET-KEY-1"), "the key is shown");
    }
}

#[test]
fn processes_that_open_a_new_vault_together_make_one_key() {
    let home = Home::new();
    let keys: Vec<String> = (0..4).map(|_| colleague().1).collect();
    let words = |key| ["vault", "recipients", "add", key, "--yes"];
    // All of them wait for the vault, and start together.
    home.host(&["vault", "list"]).exits(0);
    let held = std::fs::File::create(home.state().join("vault.lock")).unwrap();
    held.lock().unwrap();
    let all: Vec<Running> = keys.iter().map(|key| Running::start(&home, &words(key))).collect();
    drop(held);
    for running in all {
        running.end().exits(0);
    }
    let seen = home.host(&["vault", "recipients", "--json"]).exits(0);
    let there = seen.events_of("vault-recipients")[0]["recipients"].clone();
    assert_eq!(there.as_array().map(Vec::len), Some(4), "{seen}");
}

#[test]
fn processes_that_take_over_the_same_secrets_together_agree() {
    let home = Home::new();
    let (identity, key) = own_identity(&home);
    let file = home.write("came.age", export(&identity.to_public(), "real", &three()));
    let words = ["vault", "import", text(&file), "-i", text(&key), "--yes"];
    let all: Vec<Running> = (0..4).map(|_| Running::start(&home, &words)).collect();
    for running in all {
        running.end().exits(0);
    }
    assert_eq!(names(&home).len(), 3);
    let aside = Home::files(&vault_of(&home)).into_iter().filter(|(path, _)| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
    });
    assert_eq!(aside.count(), 0, "something was left aside");
}
