//! Ctrl-C and its like: a run stops between two calls, and says so.

use host_e2e::{Home, Running, hostile};

fn start(home: &Home, attack: &str) -> Running {
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let attack = format!("attack={attack}");
    Running::start(home, &["run", &workflow, "--simulate", "--verbose", "-p", &attack])
}

#[test]
fn one_signal_stops_the_run_between_two_calls() {
    let home = Home::new();
    let mut running = start(&home, "busy");
    assert!(running.wait_for("ask who the caller is"), "it does not call");
    running.terminate();
    let seen = running.end().exits(5);
    assert!(seen.stderr.contains("interrupted"), "{seen}");
    assert!(seen.stderr.contains("\nstopped: "), "{seen}");
}

#[test]
fn two_signals_end_a_run_that_does_not_listen() {
    let home = Home::new();
    let mut running = start(&home, "endless");
    assert!(running.wait_for("nothing leaves this machine"), "it does not start");
    running.terminate();
    assert!(running.wait_for("interrupted"), "it does not notice");
    running.terminate();
    let seen = running.end();
    assert_eq!(seen.exit, Some(5), "{seen}");
}
