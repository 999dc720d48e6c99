//! A workflow on Rust's whole standard library, built for `wasm32-wasip2`.
//!
//! It looks for everything that a program on a machine would find: variables, arguments, files,
//! input, connections, a clock, randomness. What it finds, it reports.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a guest that knows nothing of the house"
)]

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use host_workflow_sdk::{Error, Workflow};
use serde::Deserialize;
use serde_json::{Value as Json, json};

struct Standard;

/// What to do, in one word.
#[derive(Deserialize)]
struct Input {
    act: String,
}

impl Workflow for Standard {
    type Input = Input;
    type Output = Json;

    fn run(input: Input) -> Result<Json, Error> {
        Ok(match input.act.as_str() {
            "look" => look(),
            "print" => print(),
            "tell" => tell(),
            "draw" => draw(),
            "flood" => flood(),
            "leave" => std::process::exit(0),
            "leave-badly" => std::process::exit(3),
            "break" => broken(),
            other => json!({ "unknown": other }),
        })
    }
}

host_workflow_sdk::export!(Standard);

/// Everything of the machine that a program may look for.
fn look() -> Json {
    let mut input = String::new();
    let read = std::io::stdin().read_to_string(&mut input);
    let folder = std::env::current_dir().map(|path| path.display().to_string());
    let written = std::fs::write("/tmp/left-behind", "x");
    json!({
        "variables": std::env::vars().count(),
        "home": std::env::var("HOME").ok(),
        "arguments": std::env::args().collect::<Vec<_>>(),
        "folder": folder.ok(),
        "file": std::fs::read("/etc/passwd").err().map(|error| error.to_string()),
        "relative": std::fs::read("Cargo.toml").is_err(),
        "list": std::fs::read_dir("/").is_err(),
        "written": written.is_ok(),
        "input": read.map(|_| input).ok(),
        "process": std::process::Command::new("sh").spawn().is_err(),
    })
}

fn print() -> Json {
    println!("one");
    print!("two ");
    println!("halves\r\nthree\n");
    eprint!("a \u{1b}[2J b");
    eprintln!(" c");
    let mut output = std::io::stdout();
    let _ = output.write_all(b"\xff\xfe\n");
    let _ = output.write_all(b"no end");
    let _ = output.flush();
    json!({})
}

fn tell() -> Json {
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let before = seconds(SystemTime::now());
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(2500));
    json!({ "before": before, "after": seconds(SystemTime::now()), "slept": start.elapsed().as_secs() })
}

/// The order of a map is random in Rust: here it is whatever the driver drew.
fn draw() -> Json {
    let map: HashMap<u32, u32> = (0..64).map(|number| (number, number)).collect();
    json!(map.keys().collect::<Vec<_>>())
}

fn flood() -> Json {
    loop {
        println!("{}", "x".repeat(999));
    }
}

#[expect(clippy::panic, reason = "what a broken guest leaves behind is looked at")]
fn broken() -> Json {
    print!("before ");
    let _ = std::io::stdout().flush();
    panic!("broken on purpose");
}
