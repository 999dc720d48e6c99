//! A guest on Rust's whole standard library, in the empty layer of WASI: what it sees, what it leaves.
//!
//! `tests/guests/standard` is built here for `wasm32-wasip2`, as its authors would build it; a script
//! answers it and records every event. Imports that the layer does not have are written by hand.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use host_catalog::Catalog;
use host_model::Problem as _;
use host_runtime::{
    Answer, Cache, CacheKey, Driver, Engine, Event, Limits, LogLevel, Package, Prepared, RunOutput,
    RuntimeError, SECTION, Stop, contract_files,
};
use serde_json::{Value as Json, json};
use wasm_encoder::{ComponentSection as _, CustomSection};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

const TARGET: &str = "wasm32-wasip2";

/// What the script's clock shows at first, in seconds since the epoch.
const START: i64 = 1_700_000_000;

/// Answers with a clock of its own and with bytes that count up from a seed.
struct Script {
    events: Arc<Mutex<Vec<Event>>>,
    seconds: i64,
    seed: u8,
    stop_at_log: bool,
}

#[async_trait]
impl Driver for Script {
    async fn answer(&mut self, event: Event) -> Result<Answer, Stop> {
        let answer = match &event {
            Event::Log { .. } if self.stop_at_log => return Err(Stop::Interrupted),
            Event::Now => Answer::Number { number: self.seconds },
            Event::Sleep { seconds } => {
                self.seconds += i64::from(*seconds);
                Answer::Done
            }
            Event::Random { bytes } => {
                let drawn = (0..*bytes).map(|_| {
                    self.seed = self.seed.wrapping_mul(37).wrapping_add(11);
                    self.seed
                });
                Answer::Bytes { bytes: drawn.collect() }
            }
            _ => Answer::Done,
        };
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        Ok(answer)
    }
}

/// What a run came to, and what it asked for on the way.
#[derive(Debug)]
struct Outcome {
    result: Result<RunOutput, RuntimeError>,
    events: Vec<Event>,
}

impl Outcome {
    fn output(&self) -> Json {
        let output = self.result.as_ref().expect("the run ended well");
        serde_json::from_str(output).expect("the output is JSON")
    }

    /// Lines of the log: level, stream, text.
    fn lines(&self) -> Vec<(LogLevel, &str, &str)> {
        fn line(event: &Event) -> Option<(LogLevel, &str, &str)> {
            let Event::Log { level, message, fields } = event else { return None };
            let [(key, stream)] = fields.as_slice() else { return None };
            (key == "stream").then_some((*level, stream.as_str(), message.as_str()))
        }
        self.events.iter().filter_map(line).collect()
    }
}

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(&Limits::default()).expect("the engine can be set up"))
}

fn guest() -> &'static Prepared {
    static GUEST: OnceLock<Prepared> = OnceLock::new();
    GUEST.get_or_init(|| {
        Prepared::new(engine(), None, "standard.wasm", bytes()).expect("the layer is enough for it")
    })
}

fn act(act: &str) -> Outcome {
    act_with(act, 1, Limits::default(), false)
}

fn act_with(act: &str, seed: u8, limits: Limits, stop_at_log: bool) -> Outcome {
    run(guest(), &json!({ "act": act }).to_string(), seed, limits, stop_at_log)
}

fn run(prepared: &Prepared, input: &str, seed: u8, limits: Limits, stop_at_log: bool) -> Outcome {
    let events = Arc::new(Mutex::new(Vec::new()));
    let script = Script { events: Arc::clone(&events), seconds: START, seed, stop_at_log };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without I/O can be made");
    let result = runtime.block_on(prepared.run(Box::new(script), limits, input));
    let events = events.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Outcome { result, events }
}

/// The guest with its manifest, built once.
fn bytes() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let workspace = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let target = workspace.join("target/guests");
        // Without rustup the target may have come with the compiler; cargo says so if it did not.
        drop(Command::new("rustup").args(["target", "add", TARGET]).output());
        let status = Command::new(env!("CARGO"))
            .current_dir(workspace)
            .env("CARGO_TARGET_DIR", &target)
            .env_remove("RUSTFLAGS")
            .args(["build", "--quiet", "--release", "--target", TARGET, "--package", "standard"])
            .status()
            .expect("cargo can be started");
        assert!(status.success(), "the guest does not build: `rustup target add {TARGET}`");
        let file = target.join(TARGET).join("release/standard.wasm");
        sealed(std::fs::read(file).expect("cargo made the component"))
    })
}

fn sealed(mut component: Vec<u8>) -> Vec<u8> {
    let manifest = json!({
        "format": 1, "name": "standard", "version": "0.1.0", "title": "looks around",
        "lineage": "standard", "accounts": [], "actions": [], "parameters": { "type": "object" },
    });
    let data = manifest.to_string().into_bytes();
    CustomSection { name: SECTION.into(), data: data.into() }.append_to_component(&mut component);
    component
}

#[test]
fn the_machine_is_not_there() {
    let look = act("look");
    let found = look.output();
    let file = found["file"].as_str().expect("the file cannot be read");
    assert!(!file.is_empty());
    let expected = json!({
        "variables": 0, "home": null, "arguments": [], "folder": found["folder"], "file": file,
        "relative": true, "list": true, "written": false, "input": "", "process": true,
    });
    assert_eq!(found, expected);
    assert!(found["folder"].is_null() || found["folder"] == "/", "{found}");
    assert!(!Path::new("/tmp/left-behind").exists());
    let asked = look.events.iter().filter(|event| !matches!(event, Event::Random { .. }));
    assert_eq!(asked.count(), 0, "{:?}", look.events);
}

#[test]
fn prints_are_lines_of_the_log() {
    use LogLevel::{Info, Warn};
    let print = act("print");
    assert_eq!(print.output(), json!({}));
    let expected = [
        (Info, "stdout", "one"),
        (Info, "stdout", "two halves"),
        (Info, "stdout", "three"),
        (Info, "stdout", ""),
        (Warn, "stderr", "a \u{1b}[2J b c"),
        (Info, "stdout", "\u{fffd}\u{fffd}"),
        (Info, "stdout", "no end"),
    ];
    assert_eq!(print.lines(), expected);
}

#[test]
fn time_is_the_drivers_and_sleep_is_its_event() {
    let tell = act("tell");
    assert_eq!(tell.output(), json!({ "before": START, "after": START + 3, "slept": 3 }));
    let sleeps = tell.events.iter().filter(|event| matches!(event, Event::Sleep { .. }));
    assert_eq!(sleeps.collect::<Vec<_>>(), [&Event::Sleep { seconds: 3 }]);
}

#[test]
fn the_same_answers_lead_to_the_same_events() {
    for word in ["look", "print", "tell", "draw"] {
        let [first, second] = [act(word), act(word)];
        assert_eq!(first.events, second.events, "{word}");
        assert_eq!(first.output(), second.output(), "{word}");
    }
    let other = act_with("draw", 2, Limits::default(), false).output();
    assert_ne!(act("draw").output(), other, "the order of a map is what the driver drew");
}

#[test]
fn leaving_ends_the_run() {
    let well = act("leave");
    assert_eq!(well.output(), Json::Null);
    let badly = act("leave-badly").result.unwrap_err();
    assert_eq!(badly.code(), "run.workflow-failed", "{badly}");
    assert!(badly.to_string().contains("left with status"), "{badly}");
}

#[test]
fn last_words_of_a_broken_guest_are_kept() {
    let broken = act("break");
    let error = broken.result.as_ref().unwrap_err();
    assert_eq!(error.code(), "runtime.workflow-trapped", "{error}");
    let lines = broken.lines();
    assert!(lines.iter().any(|(_, _, text)| text.contains("broken on purpose")), "{lines:?}");
    assert!(lines.contains(&(LogLevel::Info, "stdout", "before ")), "{lines:?}");
}

#[test]
fn prints_are_bounded() {
    let limits = Limits { log_bytes_max: 10_000, ..Limits::default() };
    let flood = act_with("flood", 1, limits, false);
    assert_eq!(flood.lines().len(), 10, "each line has 1000 bytes");
    let error = flood.result.unwrap_err();
    assert_eq!(error.code(), "runtime.limit-reached");
    assert!(error.to_string().contains("`log_bytes_max` of 10000"), "{error}");
}

#[test]
fn a_driver_that_stops_the_run_is_heard_even_at_the_last_line() {
    for word in ["print", "break"] {
        let stopped = act_with(word, 1, Limits::default(), true).result.unwrap_err();
        assert!(matches!(stopped, RuntimeError::Stopped(Stop::Interrupted)), "{word}: {stopped}");
    }
}

#[test]
fn the_layer_is_listed_among_the_imports_as_no_action() {
    let package = Package::read("standard.wasm", bytes()).unwrap();
    let layer = package.imports.iter().filter(|import| import.interface.starts_with("wasi:"));
    let layer: Vec<_> = layer.collect();
    let names: Vec<&str> = layer.iter().map(|import| import.function.as_str()).collect();
    for function in ["get-environment", "exit", "get-stdout", "insecure-seed", "now"] {
        assert!(names.contains(&function), "{names:?}");
    }
    assert!(layer.iter().all(|import| import.action.is_none()));
}

#[test]
fn a_cached_guest_is_the_same_guest() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().to_owned(), CacheKey::new([7; 32]));
    let prepared =
        [(); 2].map(|()| Prepared::new(engine(), Some(&cache), "standard.wasm", bytes()).unwrap());
    assert_eq!(prepared.each_ref().map(Prepared::is_warm), [false, true]);
    let input = r#"{"act": "draw"}"#;
    let [cold, warm] = prepared.map(|guest| run(&guest, input, 1, Limits::default(), false).events);
    assert_eq!(cold, warm);
}

/// A component that imports one function of one interface, whose package is `text`.
fn importing(text: &str, interface: &str, function: &str, core: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    for (path, text) in contract_files(Catalog::builtin()) {
        resolve.push_source(&path, &text).expect("the contract parses");
    }
    resolve.push_source("wasi.wit", text).expect("the WIT of a test parses");
    let world = format!(
        "package test:guest; world guest {{ import {interface}; export host:workflow/entry@0.1.0; }}"
    );
    let package = resolve.push_source("guest.wit", &world).expect("the world of a test parses");
    let world = resolve.select_world(&[package], Some("guest")).expect("it was just made");
    let module = format!(
        r#"(module (import "{interface}" "{function}" (func {core})) (memory (export "memory") 1)
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
          (func (export "host:workflow/entry@0.1.0#run") (param i32 i32) (result i32) unreachable))"#
    );
    let mut module = wat::parse_str(module).expect("the module of a test parses");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("the world of a test can be embedded");
    let mut encoder =
        ComponentEncoder::default().module(&module).expect("the module fits its world");
    sealed(encoder.encode().expect("the module becomes a component"))
}

/// What is not in the layer: package and interface, what it holds, function, its core type.
const REFUSED: [(&str, &str, &str, &str, &str); 7] = [
    ("sockets@0.2.6", "instance-network", "get: func() -> u32;", "get", "(result i32)"),
    ("sockets@0.2.6", "network", "resource network;", "[resource-drop]network", "(param i32)"),
    ("http@0.2.6", "outgoing-handler", "handle: func(a: u32);", "handle", "(param i32)"),
    ("clocks@0.2.6", "timezone", "offset: func() -> u32;", "offset", "(result i32)"),
    ("keyvalue@0.2.0", "store", "open: func() -> u32;", "open", "(result i32)"),
    ("random@0.2.6", "random", "draw: func() -> u64;", "draw", "(result i64)"),
    ("cli@0.2.0-rc-2023-11-10", "exit", "leave: func(a: u32);", "leave", "(param i32)"),
];

#[test]
fn what_is_not_in_the_layer_is_refused_by_name() {
    for (package, interface, item, function, core) in REFUSED {
        let text = format!("package wasi:{package}; interface {interface} {{ {item} }}");
        let (stem, version) = package.split_once('@').unwrap();
        let name = format!("wasi:{stem}/{interface}@{version}");
        let bytes = importing(&text, &name, function, core);
        let error = Package::read("file.wasm", &bytes).unwrap_err();
        assert_eq!(error.code(), "runtime.import-missing", "{error}");
        let text = error.to_string();
        assert!(text.contains(&name), "{text}");
        let reason = match stem {
            "sockets" | "http" => "no network",
            "cli" => "it offers `wasi:cli/exit@0.2.12`",
            _ => "empty layer",
        };
        assert!(text.contains(reason), "{text}");
        assert!(error.hint().is_some_and(|hint| hint.contains("wit/")));
    }
}

#[test]
fn a_function_of_another_shape_is_refused_and_every_release_of_the_track_is_met() {
    let other = "package wasi:cli@0.2.6; interface exit { exit: func(status: u32); }";
    let bytes = importing(other, "wasi:cli/exit@0.2.6", "exit", "(param i32)");
    let error = Package::read("file.wasm", &bytes).unwrap_err();
    assert_eq!(error.code(), "runtime.import-differs", "{error}");
    for version in ["0.2.0", "0.2.3", "0.2.12", "0.2.40"] {
        let text =
            format!("package wasi:cli@{version}; interface exit {{ exit: func(s: result); }}");
        let name = format!("wasi:cli/exit@{version}");
        let bytes = importing(&text, &name, "exit", "(param i32)");
        Prepared::new(engine(), None, "file.wasm", &bytes).unwrap();
    }
}
