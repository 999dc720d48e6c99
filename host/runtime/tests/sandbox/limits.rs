//! Limits: a workflow that takes too much ends there, and the message says which limit and how to
//! raise it; a broken one ends in the step that it was in.

use host_model::Problem as _;
use host_runtime::{Answer, Engine, Event, Limits, Prepared, RuntimeError, Stop};

use crate::component::{component, manifest, sealed};
use crate::script::{Outcome, engine, facts, run, run_bytes, usual};

const STEP: &str =
    r#"(import "host:run/progress@0.1.0" "step" (func $step (param i32 i32 i32 i32)))"#;
const LOG: &str =
    r#"(import "host:run/progress@0.1.0" "log" (func $log (param i32 i32 i32 i32 i32)))"#;
const NOW: &str = r#"(import "host:run/clock@0.1.0" "now" (func $now (result i64)))"#;
const OPEN: &str = r#"(import "host:run/accounts@0.1.0" "open" (func $open (param i32 i32 i32)))"#;
const PROGRESS: &str = "import host:run/progress@0.1.0;";
const CLOCK: &str = "import host:run/clock@0.1.0;";
const ACCOUNTS: &str = "import host:run/accounts@0.1.0;";

/// `step("second", …)`.
const SECOND: &str = "(call $step (i32.const 1035) (i32.const 6) (i32.const 1035) (i32.const 6))";

/// Opens `monitoring` until it fails; answers with the error's code if its kind is
/// `budget-exhausted`.
const OPEN_UNTIL_IT_FAILS: &str = r"
    (loop $again
      (call $open (i32.const 1043) (i32.const 10) (i32.const 256))
      (br_if $again (i32.eqz (i32.load8_u (i32.const 256)))))
    (if (i32.ne (i32.load8_u (i32.const 260)) (i32.const 9)) (then (unreachable)))
    (global.set $ok (i32.load (i32.const 272)))
    (global.set $ok-length (i32.load (i32.const 276)))";

const FOREVER: &str = "(loop $again (br $again))";

fn limits() -> Limits {
    Limits { compute_seconds_max: 1, ..Limits::default() }
}

/// The run ended at this limit, and the operator is told its name, its value and how to raise it.
fn ended_at(outcome: &Outcome, limit: &str, value: usize) {
    let error = outcome.result.as_ref().expect_err("it must not pass");
    assert_eq!(error.code(), "runtime.limit-reached", "{error}");
    let text = error.to_string();
    assert!(text.contains(&format!("`{limit}` of {value}")), "{text}");
    let hint = error.hint().unwrap_or_default();
    assert!(hint.contains(&format!("raise `{limit}`")) && hint.contains("[limits]"), "{hint}");
}

#[test]
fn an_endless_loop_ends() {
    let outcome = run_bytes(&component("", "", FOREVER), limits());
    ended_at(&outcome, "compute_seconds_max", 1);
}

#[test]
fn an_endless_loop_ends_wherever_the_workflow_hides_it() {
    let before = "(func $spin (loop $again (br $again))) (start $spin)";
    let after = r#"(func (export "cabi_post_host:workflow/entry@0.1.0#run") (param i32)
        (loop $again (br $again)))"#;
    for hidden in [before, after] {
        // A function may not stand before a memory's import, and there is none.
        let outcome = run_bytes(&component("", hidden, ""), limits());
        ended_at(&outcome, "compute_seconds_max", 1);
    }
}

#[test]
fn what_was_prepared_is_bounded_without_its_engine() {
    let spin = "(func $spin (loop $again (br $again))) (start $spin)";
    let prepared = {
        let engine = Engine::new(&limits()).expect("an engine");
        Prepared::new(&engine, None, "test.wasm", &component("", spin, "")).expect("a component")
    };
    let outcome = run(&prepared, limits(), "{}", usual);
    ended_at(&outcome, "compute_seconds_max", 1);
}

#[test]
fn the_step_of_an_endless_loop_is_named() {
    let bytes = component(PROGRESS, STEP, &format!("{SECOND} {FOREVER}"));
    let outcome = run_bytes(&bytes, limits());
    ended_at(&outcome, "compute_seconds_max", 1);
    assert!(outcome.result.expect_err("it must not pass").to_string().contains("step `second`"));
}

#[test]
fn memories_count_together() {
    let grow = "(loop $again
        (br_if $again (i32.ne (memory.grow 1 (i32.const 16)) (i32.const -1)))
        (br_if $again (i32.ne (memory.grow 2 (i32.const 16)) (i32.const -1))))";
    let more = "(memory $second 1) (memory $third 1)";
    // The main memory must be the first of the module.
    let core = crate::component::workflow("", grow)
        .replace("(global $heap", &format!("{more} (global $heap"));
    let world = crate::component::ENTRY;
    let bytes = crate::component::bare(&crate::component::contract(), world, &core);
    let bytes = sealed(bytes, &manifest(&[]));
    let outcome = run_bytes(&bytes, Limits { memory_bytes_max: 8 << 20, ..limits() });
    ended_at(&outcome, "memory_bytes_max", 8 << 20);
}

#[test]
fn a_memory_that_is_too_large_from_the_start_ends_the_run() {
    let core = crate::component::workflow("", "")
        .replace("(memory (export \"memory\") 1)", "(memory (export \"memory\") 64)");
    let bytes =
        crate::component::bare(&crate::component::contract(), crate::component::ENTRY, &core);
    let bytes = sealed(bytes, &manifest(&[]));
    let outcome = run_bytes(&bytes, Limits { memory_bytes_max: 1 << 20, ..limits() });
    ended_at(&outcome, "memory_bytes_max", 1 << 20);
}

#[test]
fn memory_that_was_never_given_is_not_counted() {
    // The module's own maximum refuses each growth, 1000 times 1 MiB.
    let grow = "(local.set $i (i32.const 1000))
        (loop $again
          (drop (memory.grow $small (i32.const 16)))
          (local.set $i (i32.sub (local.get $i) (i32.const 1)))
          (br_if $again (local.get $i)))";
    let core = crate::component::workflow("", grow)
        .replace("(global $heap", "(memory $small 1 1) (global $heap");
    let bytes =
        crate::component::bare(&crate::component::contract(), crate::component::ENTRY, &core);
    let bytes = sealed(bytes, &manifest(&[]));
    let outcome = run_bytes(&bytes, Limits { memory_bytes_max: 8 << 20, ..limits() });
    assert_eq!(outcome.result.unwrap(), "{}");
}

#[test]
fn tables_count_together() {
    let tables = "(table $first 1 funcref) (table $second 1 funcref)";
    let grow = "(loop $again
        (drop (table.grow $second (ref.null func) (i32.const 100)))
        (br_if $again (i32.ne (table.grow $first (ref.null func) (i32.const 100)) (i32.const -1))))";
    let outcome =
        run_bytes(&component("", tables, grow), Limits { table_elements_max: 5_000, ..limits() });
    ended_at(&outcome, "table_elements_max", 5_000);
}

#[test]
fn too_many_handles_are_an_error_that_the_workflow_sees() {
    let bytes = component(ACCOUNTS, OPEN, OPEN_UNTIL_IT_FAILS);
    let outcome = run_bytes(&bytes, Limits { handles_max: 50, ..limits() });
    assert_eq!(outcome.result.unwrap(), "runtime.limit-reached");
    assert_eq!(outcome.events.len(), 51);
}

#[test]
fn too_many_calls_are_an_error_where_the_function_has_one() {
    let bytes = component(ACCOUNTS, OPEN, OPEN_UNTIL_IT_FAILS);
    let outcome = run_bytes(&bytes, Limits { host_calls_max: 20, ..limits() });
    assert_eq!(outcome.result.unwrap(), "runtime.limit-reached");
    assert_eq!(outcome.events.len(), 20);
}

#[test]
fn too_many_calls_end_the_run_where_the_function_has_no_error() {
    let body = "(loop $again (drop (call $now)) (br $again))";
    let outcome =
        run_bytes(&component(CLOCK, NOW, body), Limits { host_calls_max: 20, ..limits() });
    ended_at(&outcome, "host_calls_max", 20);
    assert_eq!(outcome.events.len(), 20);
}

#[test]
fn one_call_brings_in_so_many_bytes() {
    // log(info, <60000 bytes>, [])
    let body =
        "(call $log (i32.const 1) (i32.const 0) (i32.const 60000) (i32.const 0) (i32.const 0))";
    let bytes = component(PROGRESS, LOG, body);
    let outcome = run_bytes(&bytes, Limits { call_bytes_max: 4096, ..limits() });
    ended_at(&outcome, "call_bytes_max", 4096);
    assert!(outcome.events.is_empty(), "the driver saw it");
}

#[test]
fn one_call_brings_in_so_many_items() {
    // log(info, "", <4000 pairs of empty texts>)
    let body =
        "(call $log (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 2048) (i32.const 3000))";
    let bytes = component(PROGRESS, LOG, body);
    let outcome = run_bytes(&bytes, Limits { call_bytes_max: 4096, ..limits() });
    ended_at(&outcome, "call_bytes_max", 4096);
    assert!(outcome.events.is_empty(), "the driver saw it");
}

#[test]
fn words_for_people_count_together() {
    let body = "(loop $again
        (call $log (i32.const 1) (i32.const 1024) (i32.const 10) (i32.const 0) (i32.const 0))
        (br $again))";
    let bytes = component(PROGRESS, LOG, body);
    let outcome = run_bytes(&bytes, Limits { log_bytes_max: 100, ..limits() });
    ended_at(&outcome, "log_bytes_max", 100);
    assert_eq!(outcome.events.len(), 10);
}

#[test]
fn waits_count_together() {
    let sleep = r#"(import "host:run/clock@0.1.0" "sleep" (func $sleep (param i32)))"#;
    let body = "(loop $again (call $sleep (i32.const 40)) (br $again))";
    let outcome =
        run_bytes(&component(CLOCK, sleep, body), Limits { wait_seconds_max: 100, ..limits() });
    ended_at(&outcome, "wait_seconds_max", 100);
    assert_eq!(outcome.events.len(), 2);
}

#[test]
fn endless_recursion_ends() {
    let deep = "(func $deep (call $deep) (call $deep))";
    let outcome = run_bytes(&component("", deep, "(call $deep)"), limits());
    ended_at(&outcome, "stack_bytes_max", Limits::default().stack_bytes_max);
}

#[test]
fn a_trap_names_the_step_and_the_cause() {
    let cases = [
        ("(unreachable)", "unreachable"),
        ("(drop (i32.load (i32.const -1)))", "out of bounds"),
        ("(drop (i32.div_u (i32.const 1) (local.get $i)))", "divide by zero"),
        // An invalid text cannot be read by anybody.
        ("(call $step (i32.const -9) (i32.const 6) (i32.const 0) (i32.const 0))", "out of bounds"),
    ];
    for (cause, says) in cases {
        let bytes = component(PROGRESS, STEP, &format!("{SECOND} {cause}"));
        let error = run_bytes(&bytes, limits()).result.expect_err("it must not pass");
        assert_eq!(error.code(), "runtime.workflow-trapped", "{error}");
        let text = error.to_string();
        assert!(text.contains("step `second`") && text.contains(says), "{text}");
    }
}

#[test]
fn a_step_is_quoted_where_it_is_named() {
    let bytes = component(
        PROGRESS,
        STEP,
        "(call $step (i32.const 1024) (i32.const 9) (i32.const 0) (i32.const 0)) (unreachable)",
    );
    let text = run_bytes(&bytes, limits()).result.expect_err("it must not pass").to_string();
    assert!(text.contains("step `first\\u{1b}[2J`"), "{text}");
}

#[test]
fn a_driver_that_stops_ends_the_run_at_once() {
    fn stops(event: &Event) -> Result<Answer, Stop> {
        match event {
            Event::Open { .. } => Err(Stop::Interrupted),
            other => usual(other),
        }
    }
    let bytes = component(ACCOUNTS, OPEN, OPEN_UNTIL_IT_FAILS);
    let prepared = Prepared::new(engine(), None, "test.wasm", &bytes).unwrap();
    let outcome = run(&prepared, limits(), "{}", stops);
    let error = outcome.result.expect_err("it must not pass");
    assert!(matches!(error, RuntimeError::Stopped(Stop::Interrupted)), "{error}");
    assert_eq!(outcome.events.len(), 1);
}

#[test]
fn limits_of_one_run_do_not_weigh_on_the_next() {
    let bytes = component(ACCOUNTS, OPEN, OPEN_UNTIL_IT_FAILS);
    let prepared = Prepared::new(engine(), None, "test.wasm", &bytes).unwrap();
    for _ in 0..3 {
        let outcome = run(&prepared, Limits { handles_max: 5, ..limits() }, "{}", usual);
        assert_eq!(outcome.events.len(), 6);
        assert_eq!(outcome.result.unwrap(), "runtime.limit-reached");
    }
    assert_eq!(facts("monitoring").account.as_str(), "1234567890123456");
}

#[test]
fn a_second_of_computing_is_not_used_up_by_what_the_host_does() {
    // The host takes a while for each answer; the workflow itself computes next to nothing.
    fn slow(event: &Event) -> Result<Answer, Stop> {
        let mut sum = 0_u64;
        for number in 0..20_000_000_u64 {
            sum = std::hint::black_box(sum.wrapping_add(number));
        }
        usual(event)
    }
    let body = "(local.set $i (i32.const 8))
        (loop $again
          (drop (call $now))
          (local.set $i (i32.sub (local.get $i) (i32.const 1)))
          (br_if $again (local.get $i)))";
    let prepared =
        Prepared::new(engine(), None, "test.wasm", &component(CLOCK, NOW, body)).unwrap();
    let outcome = run(&prepared, limits(), "{}", slow);
    assert_eq!(outcome.result.unwrap(), "{}");
}
