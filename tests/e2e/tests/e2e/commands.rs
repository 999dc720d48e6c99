//! Words, help and files: what the command line does before anything runs.

use std::path::Path;

use host_e2e::{Home, hostile};

#[test]
fn wrong_words_are_usage() {
    let home = Home::new();
    let cases: [&[&str]; 10] = [
        &[],
        &["moon"],
        &["run"],
        &["run", "a.wasm", "--moon"],
        &["run", "a.wasm", "-p", "novalue"],
        &["run", "a.wasm", "-p", "=x"],
        &["run", "a.wasm", "--fresh"],
        &["run", "a.wasm", "--simulate", "--account", "source=x"],
        &["simulate", "--listen", "nowhere"],
        &["build", "."],
    ];
    for words in cases {
        let seen = home.host(words).exits(2);
        assert!(!seen.stderr.is_empty(), "{seen}");
        assert!(seen.stdout.is_empty(), "an error is no data: {seen}");
    }
}

#[test]
fn help_and_version_are_data() {
    let home = Home::new();
    for words in [&["--help"][..], &["--version"], &["run", "--help"]] {
        let seen = home.host(words).exits(0);
        assert!(!seen.stdout.is_empty() && seen.stderr.is_empty(), "{seen}");
    }
}

#[test]
fn help_pages_are_the_documented_ones() {
    let home = Home::new();
    let pages = [
        ("host", &["--help"][..]),
        ("run", &["run", "--help"]),
        ("runs", &["runs", "--help"]),
        ("show", &["show", "--help"]),
        ("export", &["export", "--help"]),
        ("inspect", &["inspect", "--help"]),
        ("simulate", &["simulate", "--help"]),
        ("doctor", &["doctor", "--help"]),
        ("build", &["build", "--help"]),
        ("vault", &["vault", "--help"]),
        ("vault-show", &["vault", "show", "--help"]),
        ("vault-export", &["vault", "export", "--help"]),
    ];
    for (name, words) in pages {
        let seen = home.host(words).exits(0);
        insta::assert_snapshot!(format!("help-{name}"), seen.stdout);
    }
}

#[test]
fn every_flag_of_the_contract_is_on_its_help_page() {
    let home = Home::new();
    let contract = [
        (
            "run",
            &[
                "-p",
                "--params",
                "--account",
                "--simulate",
                "--fresh",
                "--yes",
                "--allow",
                "--policy",
                "--adopt",
                "--provoke",
                "--endpoint",
                "--json",
            ][..],
        ),
        ("simulate", &["--listen", "--scenario", "--write-config", "--json"]),
        ("inspect", &["--json"]),
        ("doctor", &["--json"]),
        ("build", &["-o"]),
    ];
    for (command, flags) in contract {
        let page = home.host(&[command, "--help"]).exits(0).stdout;
        for flag in flags {
            let shown = page.split([' ', ',', '\n', '[', '=']).any(|word| word == *flag);
            assert!(shown, "`host {command}` has no `{flag}`: {page}");
        }
    }
}

#[test]
fn files_that_are_no_workflow_are_named_for_what_they_are() {
    let home = Home::new();
    let text = home.write("text.wasm", "hello").display().to_string();
    let module = home.write("core.wasm", b"\0asm\x01\0\0\0").display().to_string();
    let whole = hostile();
    let cut = home.write("cut.wasm", &whole[..whole.len() / 2]).display().to_string();
    let folder = home.path("home").display().to_string();
    let cases = [
        (text.as_str(), "runtime.file-not-wasm", 2),
        (module.as_str(), "runtime.file-core-module", 2),
        (cut.as_str(), "runtime.component-invalid", 2),
        (folder.as_str(), "run.file-unreadable", 2),
        ("nowhere.wasm", "run.file-unreadable", 2),
    ];
    for (path, code, exit) in cases {
        for words in [&["inspect", path][..], &["run", path, "--simulate"]] {
            let seen = home.host(words).exits(exit).fails_with(code).says(path);
            assert!(seen.stdout.is_empty(), "{seen}");
        }
    }
}

#[test]
fn a_failure_is_an_event_where_events_are_asked_for() {
    let home = Home::new();
    let seen = home.host(&["run", "nowhere.wasm", "--simulate", "--json"]).exits(2);
    let events = seen.events();
    assert_eq!(events.len(), 1, "{seen}");
    assert_eq!(events[0]["event"], "error", "{seen}");
    assert_eq!(events[0]["code"], "run.file-unreadable", "{seen}");
}

#[test]
fn a_configuration_that_is_none_says_where() {
    for (text, says) in [
        ("[limits]\nmemory = 1\n", "memory"),
        ("moon = true\n", "moon"),
        ("network = \"moon\"\n", "moon"),
        ("[limits\n", "line 1"),
    ] {
        let home = Home::new().with_config(text);
        let workflow = home.write("hostile.wasm", hostile()).display().to_string();
        let seen = home.host(&["run", &workflow, "--simulate", "-p", "attack=claims"]);
        seen.exits(2).fails_with("config.file-invalid").says(says).says("host.toml");
    }
}

#[test]
fn a_configuration_that_is_named_and_missing_says_what_to_do() {
    let home = Home::new();
    let missing = home.path("missing.toml").display().to_string();
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let ran = home.host(&["run", &workflow, "--simulate", "--config", &missing]).exits(2);
    let ran = ran.fails_with("config.file-unreadable").says(&missing);
    assert!(ran.hint().contains("HOST_CONFIG"), "{ran}");
    let looked = home.host(&["doctor", "--config", &missing]).exits(1);
    assert!(looked.stdout.contains("config.file-unreadable"), "{looked}");
    assert!(looked.stdout.contains("hint: ") && looked.stdout.contains("HOST_CONFIG"), "{looked}");
}

#[test]
fn configuration_of_the_working_directory_is_not_read() {
    // The workspace is the working directory; the user's own folder counts.
    let home = Home::new();
    home.write("home/.config/host/host.toml", "moon = true\n");
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let seen = home.host(&["run", &workflow, "--simulate", "-p", "attack=claims"]);
    seen.exits(2).fails_with("config.file-invalid");
}

#[test]
fn doctor_looks_and_changes_nothing() {
    let home = Home::new();
    let before = Home::files(&home.path("home"));
    let seen = home.host(&["doctor"]);
    assert!(!seen.both().trim().is_empty(), "it says nothing: {seen}");
    assert!([0, 1, 2].contains(&seen.exit.unwrap_or(-1)), "{seen}");
    assert_eq!(Home::files(&home.path("home")).len(), before.len());
    let seen = home.host(&["doctor", "--json"]);
    assert!(!seen.events().is_empty(), "{seen}");
}

#[test]
fn folders_of_the_program_are_for_their_user_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::untouched();
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let words = ["run", &workflow, "--simulate", "-p", "attack=own-user"];
    home.host(&words).exits(6);
    let mode = |path: &Path| {
        std::fs::metadata(path).map(|facts| facts.permissions().mode() & 0o777).unwrap_or_default()
    };
    for folder in [home.state(), home.cache().to_owned()] {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for (path, _) in Home::files(&folder) {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }
    std::fs::set_permissions(home.state(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let seen = home.host(&words).exits(2).fails_with("state.folder-open");
    assert!(seen.hint().contains("chmod 700"), "{seen}");
}

#[test]
fn a_cache_that_was_tampered_with_is_made_anew() {
    let home = Home::untouched();
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let words = ["run", &workflow, "--simulate", "--json", "-p", "attack=claims"];
    let first = home.host(&words).exits(6);
    let entries = Home::files(home.cache());
    assert_eq!(entries.len(), 1, "{entries:?}");
    let (path, mut bytes) = entries.into_iter().next().unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let second = home.host(&words).exits(6);
    assert_eq!(first.ended()["output"], second.ended()["output"]);
    assert_ne!(std::fs::read(&path).unwrap(), bytes, "the damaged entry is still there");
}

/// Whoever saves over an earlier plan what cannot be saved, must not apply the earlier one.
#[test]
fn a_plan_that_would_end_with_an_error_leaves_none_behind() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let file = home.path("saved.plan");
    let saving = file.display().to_string();
    let ack = ["plan", "workflows/ack.wasm", "--simulate"];
    home.host(&[&ack[..], &["-o", &saving]].concat()).exits(4);
    let mode = std::fs::metadata(&file).expect("the plan was saved").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds what was read of both accounts");
    let none = r#"clusters=["c0fakenobodyhasthis0000000000001"]"#;
    let seen = home.host(&[&ack[..], &["-o", &saving, "-p", none]].concat()).exits(1);
    assert!(seen.stderr.contains("nothing is applied that would end with an error"), "{seen}");
    assert!(!file.exists(), "the earlier plan is not what was planned last");
    home.host(&[&ack[..], &["-o", "-"]].concat()).exits(2).fails_with("plan.file-unwritable");
    let both = [&ack[..], &["--graph", "-", "--json"]].concat();
    home.host(&both).exits(2).fails_with("plan.file-unwritable");
}

#[test]
fn a_plan_takes_the_place_of_plans_only() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let home = Home::new();
    let ack = ["plan", "workflows/ack.wasm", "--simulate"];
    let save = |path: &Path| {
        let path = path.display().to_string();
        home.host(&[&ack[..], &["-o", &path]].concat())
    };
    let notes = home.write("notes.txt", "mine");
    save(&notes).exits(2).fails_with("plan.file-unwritable");
    assert_eq!(std::fs::read_to_string(&notes).expect("it is there"), "mine");
    let plan = home.path("saved.plan");
    save(&plan).exits(4);
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(&plan, open).expect("it is mine");
    save(&plan).exits(4);
    let mode = std::fs::metadata(&plan).expect("it was saved").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "whatever it was before");
    let link = home.path("link.plan");
    symlink(&plan, &link).expect("a link can be made");
    save(&link).exits(2).fails_with("plan.file-unwritable");
    let path = plan.display().to_string();
    let twice = [&ack[..], &["-o", &path, "--graph", &path]].concat();
    home.host(&twice).exits(2).fails_with("plan.file-unwritable");
}
