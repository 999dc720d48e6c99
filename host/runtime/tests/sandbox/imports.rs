//! Imports that this host does not have, or has in another shape.

use host_model::Problem as _;
use host_runtime::{Event, Limits, Package, Prepared, RuntimeError};

use crate::component::{ENTRY, Files, bare, contract, contract_with, manifest, sealed, workflow};
use crate::script::{engine, run_bytes};

fn with_package(path: &str, text: &str) -> Files {
    let mut files = contract();
    files.push((path.to_owned(), text.to_owned()));
    files
}

fn read(files: &Files, world: &str, import: &str) -> RuntimeError {
    let world = format!("{world} {ENTRY}");
    let bytes = sealed(bare(files, &world, &workflow(import, "")), &manifest(&[]));
    let read = Package::read("file.wasm", &bytes).expect_err("it must not pass");
    let prepared =
        Prepared::new(engine(), None, "file.wasm", &bytes).expect_err("it must not pass");
    assert_eq!(read.to_string(), prepared.to_string());
    read
}

/// The message names the import and what stands against it; the hint says what to do.
fn missing(error: &RuntimeError, import: &str, reason: &str) {
    assert_eq!(error.code(), "runtime.import-missing", "{error}");
    let text = error.to_string();
    assert!(
        text.contains("`file.wasm`") && text.contains(import) && text.contains(reason),
        "{text}"
    );
    assert!(error.hint().is_some_and(|hint| hint.contains("wit/")), "{:?}", error.hint());
}

#[test]
fn wasi_is_not_there_and_the_message_says_how_to_do_without() {
    let cases = [
        ("clocks", "timezone", "offset: func() -> u64;", "offset", "(result i64)"),
        ("filesystem", "preopens", "count: func() -> u32;", "count", "(result i32)"),
        ("cli", "environment", "count: func() -> u32;", "count", "(result i32)"),
        ("sockets", "network", "open: func() -> u32;", "open", "(result i32)"),
        ("random", "random", "draw: func() -> u64;", "draw", "(result i64)"),
    ];
    for (package, interface, item, function, core) in cases {
        let text = format!("package wasi:{package}@0.2.6; interface {interface} {{ {item} }}");
        let files = with_package("wasi.wit", &text);
        let name = format!("wasi:{package}/{interface}@0.2.6");
        let import = format!(r#"(import "{name}" "{function}" (func {core}))"#);
        let error = read(&files, &format!("import {name};"), &import);
        missing(&error, &name, "wasm32-unknown-unknown");
    }
}

#[test]
fn a_product_that_the_host_does_not_have_is_named() {
    let text = "package aliyun:oss@0.1.0; interface queries { count: func() -> u32; }";
    let files = with_package("oss.wit", text);
    let import = r#"(import "aliyun:oss/queries@0.1.0" "count" (func (result i32)))"#;
    let error = read(&files, "import aliyun:oss/queries@0.1.0;", import);
    missing(&error, "`aliyun:oss/queries@0.1.0`", "not part of the contract");
}

#[test]
fn a_newer_version_is_told_which_one_the_host_has() {
    let text = "package aliyun:ram@0.2.0; interface queries { count: func() -> u32; }";
    let files = with_package("ram.wit", text);
    let import = r#"(import "aliyun:ram/queries@0.2.0" "count" (func (result i32)))"#;
    let error = read(&files, "import aliyun:ram/queries@0.2.0;", import);
    missing(&error, "`aliyun:ram/queries@0.2.0` (function `count`)", "`aliyun:ram/queries@0.1.0`");
    assert!(error.to_string().contains("a host that has `aliyun:ram` 0.2.0 or later"), "{error}");
}

/// The contract as a later release of its track has it, with something that this host does not have.
fn later(old: &str, new: &str) -> Files {
    let files = contract_with(old, new).into_iter();
    files.map(|(path, text)| (path, text.replace("@0.1.0", "@0.1.7"))).collect()
}

#[test]
fn what_came_later_in_a_track_is_told_with_the_release_that_has_it() {
    let gate = "@since(version = 0.1.7)";
    let clock = format!("now: func() -> s64;\n  {gate}\n  midnight: func() -> s64;");
    let moon = format!(
        "{gate}\ninterface moon {{\n  {gate}\n  phase: func() -> u32;\n}}\n@since(version = 0.1.0)\ninterface clock {{"
    );
    let cases = [
        (
            "now: func() -> s64;",
            clock.as_str(),
            "host:run/clock@0.1.7",
            "midnight",
            "(result i64)",
            "function `host:run/clock@0.1.7.midnight`",
        ),
        (
            "@since(version = 0.1.0)\ninterface clock {",
            moon.as_str(),
            "host:run/moon@0.1.7",
            "phase",
            "(result i32)",
            "`host:run/moon@0.1.7` (function `phase`)",
        ),
    ];
    for (old, new, interface, function, core, says) in cases {
        let files = later(old, new);
        let import = format!(r#"(import "{interface}" "{function}" (func {core}))"#);
        let core = workflow(&import, "").replace("entry@0.1.0", "entry@0.1.7");
        let world = format!("import {interface}; {ENTRY}").replace("entry@0.1.0", "entry@0.1.7");
        let bytes = sealed(bare(&files, &world, &core), &manifest(&[]));
        let error = Package::read("file.wasm", &bytes).expect_err("it must not pass");
        missing(&error, says, "has `host:run` up to 0.1.0");
        assert!(error.to_string().contains("a host that has `host:run` 0.1.7 or later"), "{error}");
    }
}

#[test]
fn a_workflow_of_a_later_release_runs_if_it_uses_nothing_that_came_later() {
    let files = later(
        "now: func() -> s64;",
        "now: func() -> s64;\n  @since(version = 0.1.7)\n  midnight: func() -> s64;",
    );
    let import = r#"(import "host:run/clock@0.1.7" "now" (func $now (result i64)))"#;
    let core = workflow(import, "(drop (call $now))").replace("entry@0.1.0", "entry@0.1.7");
    let world = format!("import host:run/clock@0.1.7; {ENTRY}").replace("0.1.0", "0.1.7");
    let bytes = sealed(bare(&files, &world, &core), &manifest(&[]));
    let outcome = run_bytes(&bytes, Limits::default());
    assert_eq!(outcome.result.unwrap(), "{}");
    assert_eq!(outcome.events, [Event::Now]);
}

#[test]
fn a_function_that_is_not_there_is_named_with_its_interface() {
    let line = "now: func() -> s64;";
    let files = contract_with(line, "now: func() -> s64;\n  midnight: func() -> s64;");
    let import = r#"(import "host:run/clock@0.1.0" "midnight" (func (result i64)))"#;
    let error = read(&files, "import host:run/clock@0.1.0;", import);
    missing(&error, "`host:run/clock@0.1.0.midnight`", "no such function");
}

#[test]
fn the_bytes_of_a_secret_have_no_function() {
    let files = contract_with(
        "fingerprint: func() -> string;",
        "fingerprint: func() -> string;\n    reveal: func() -> string;",
    );
    let import = r#"(import "aliyun:core/types@0.1.0" "[method]secret.reveal"
        (func (param i32 i32)))"#;
    let error = read(&files, "import aliyun:core/types@0.1.0;", import);
    missing(&error, "[method]secret.reveal", "no such function");
}

#[test]
fn a_function_of_another_shape_is_shown_in_both_shapes() {
    let cases = [
        (
            "now: func() -> s64;",
            "now: func() -> u64;",
            "host:run/clock@0.1.0",
            "now",
            "(result i64)",
            ["func() -> u64", "func() -> s64"],
        ),
        (
            "sleep: func(seconds: u32);",
            "sleep: func(seconds: u32, minutes: u32);",
            "host:run/clock@0.1.0",
            "sleep",
            "(param i32 i32)",
            ["func(u32, u32)", "func(u32)"],
        ),
        (
            "enum level { debug, info, warn, error }",
            "enum level { debug, info, warn, error, fatal }",
            "host:run/progress@0.1.0",
            "log",
            "(param i32 i32 i32 i32 i32)",
            ["enum { debug, info, warn, error, fatal }", "enum { debug, info, warn, error }"],
        ),
        (
            "  open: func(name: string) -> result<identity, error>;",
            "  open: func(name: string) -> option<identity>;",
            "host:run/accounts@0.1.0",
            "open",
            "(param i32 i32 i32)",
            ["func(string) -> option<own<identity>>", "func(string) -> result<own<identity>"],
        ),
    ];
    for (old, new, interface, function, core, [found, expected]) in cases {
        let files = contract_with(old, new);
        let import = format!(r#"(import "{interface}" "{function}" (func {core}))"#);
        let error = read(&files, &format!("import {interface};"), &import);
        assert_eq!(error.code(), "runtime.import-differs", "{error}");
        let text = error.to_string();
        for part in [&format!("`{interface}.{function}`"), found, expected] {
            assert!(text.contains(part), "`{part}` is not in: {text}");
        }
        let (component, host) = text.split_once("this host:").unwrap();
        assert!(component.contains(found) && host.contains(expected), "{text}");
        assert!(error.hint().is_some_and(|hint| hint.contains("wit/")));
    }
}

#[test]
fn names_of_parameters_are_no_part_of_the_shape() {
    let files = contract_with("sleep: func(seconds: u32);", "sleep: func(duration: u32);");
    let import = r#"(import "host:run/clock@0.1.0" "sleep" (func $sleep (param i32)))"#;
    let world = format!("import host:run/clock@0.1.0; {ENTRY}");
    let bytes = sealed(bare(&files, &world, &workflow(import, "")), &manifest(&[]));
    Prepared::new(engine(), None, "file.wasm", &bytes).unwrap();
}

#[test]
fn a_function_outside_of_any_interface_cannot_be_imported() {
    let import = r#"(import "$root" "escape" (func (result i32)))"#;
    let error = read(&contract(), "import escape: func() -> u32;", import);
    missing(&error, "`escape`", "only interfaces");
}

#[test]
fn an_interface_that_is_only_records_needs_nothing() {
    let text = "package moon:base@0.1.0; interface rocks { record rock { weight: u32 } }
        interface yard { use rocks.{rock}; weigh: func(rock: rock) -> u32; }";
    let files = with_package("moon.wit", text);
    let core = workflow("", "").replace(
        "(global $heap",
        r#"(func (export "moon:base/yard@0.1.0#weigh") (param i32) (result i32) (local.get 0))
           (global $heap"#,
    );
    let world = format!("import moon:base/rocks@0.1.0; export moon:base/yard@0.1.0; {ENTRY}");
    let bytes = sealed(bare(&files, &world, &core), &manifest(&[]));
    Prepared::new(engine(), None, "file.wasm", &bytes).unwrap();
}

/// An interface may need nothing but a resource, of a package that the host does not have or beside what
/// the host has of it.
#[test]
fn a_resource_that_the_host_does_not_have_is_missing_like_a_function() {
    let door = |interface: &str| {
        format!(r#"(import "{interface}" "[resource-drop]door" (func (param i32)))"#)
    };
    let doors =
        with_package("moon.wit", "package moon:base@0.1.0; interface doors { resource door; }");
    let cases = [
        (doors, "moon:base/doors@0.1.0", "`moon:base/doors@0.1.0`", "not part of the contract"),
        (
            contract_with("interface clock {", "interface clock { resource door;"),
            "host:run/clock@0.1.0",
            "resource `host:run/clock@0.1.0.door`",
            "no such resource",
        ),
        (
            with_package("wasi.wit", "package wasi:io@0.2.6; interface poll { resource door; }"),
            "wasi:io/poll@0.2.6",
            "resource `wasi:io/poll@0.2.6.door`",
            "empty layer of WASI has no such resource",
        ),
    ];
    for (files, interface, import, reason) in cases {
        let error = read(&files, &format!("import {interface};"), &door(interface));
        missing(&error, import, reason);
    }
}
