//! Rule 13 and the limits: how a run ends is for the host to say.

use host_e2e::{Home, hostile};

use super::{home, seen};

#[test]
fn rule_13_a_claim_without_its_call_proves_nothing() {
    let home = home();
    let seen = seen(&home, "claims", &[]);
    let ended = seen.ended();
    assert_ne!(ended["verdict"], "verified", "{seen}");
    let proofs = ended["proofs"].as_array().unwrap();
    assert!(!proofs.is_empty() && proofs.iter().all(|proof| proof["seen"] == false), "{seen}");
    let seen = seen.exits(6);
    let checks = seen.events_of("check");
    assert_eq!(checks.len(), 4, "{seen}");
    assert!(checks.iter().all(|check| check["claim"] == "holds"), "{seen}");
}

#[test]
fn a_flood_of_log_lines_ends_the_run_and_says_how_to_allow_it() {
    let home = home();
    let workflow = home.path("hostile.wasm").display().to_string();
    let seen = home.host(&["run", &workflow, "--simulate", "-p", "attack=log-flood"]).exits(1);
    assert!(seen.stderr.contains("`log_bytes_max`"), "{seen}");
    assert!(seen.hint().contains("raise `log_bytes_max`"), "{seen}");
    assert!(seen.both().len() < 8 << 20, "{} bytes of output", seen.both().len());
}

#[test]
fn an_endless_loop_ends_at_the_limit_of_the_configuration() {
    let home = Home::new().with_config("[limits]\ncompute_seconds_max = 1\n");
    home.write("hostile.wasm", hostile());
    let seen = seen(&home, "endless", &[]).exits(1);
    let ended = seen.ended();
    assert_eq!(ended["code"], "runtime.limit-reached", "{seen}");
    assert!(ended["reason"].as_str().unwrap().contains("`compute_seconds_max` of 1"), "{seen}");
}

#[test]
fn an_error_of_the_workflow_ends_the_run_with_its_code() {
    let home = home();
    let seen = seen(&home, "no-such-attack", &[]).exits(1);
    assert_eq!(seen.ended()["code"], "hostile.attack-unknown", "{seen}");
    assert_eq!(seen.ended()["verdict"], "failed", "{seen}");
}

#[test]
fn rule_13_a_denial_that_the_workflow_made_up_is_its_own_words() {
    let home = home();
    let json = seen(&home, "forged-denial", &[]);
    assert_eq!(json.ended()["verdict"], "failed", "nothing was denied: {json}");
    let workflow = home.path("hostile.wasm").display().to_string();
    let seen = home.host(&["run", &workflow, "--simulate", "-p", "attack=forged-denial"]);
    let advice = seen.stderr.lines().find(|line| line.contains("--allow broad-policy"));
    let marked = advice.is_none_or(|line| line.contains('\u{201c}'));
    assert!(marked, "the host advises what the workflow wants: {seen}");
}

#[test]
fn waiting_for_ages_ends_at_the_limit() {
    let seen = seen(&home(), "oversleep", &[]).exits(1);
    let ended = seen.ended();
    assert_eq!(ended["code"], "runtime.limit-reached", "{seen}");
    assert!(ended["hint"].as_str().unwrap().contains("raise `wait_seconds_max`"), "{seen}");
}

#[test]
fn parts_inside_of_parts_end_at_the_limit() {
    let seen = seen(&home(), "nest", &[]).exits(1);
    let ended = seen.ended();
    assert_eq!(ended["code"], "runtime.limit-reached", "{seen}");
    assert!(ended["reason"].as_str().unwrap().contains("conditionals_deep_max"), "{seen}");
    assert_eq!(seen.events_of("conditional").len(), 16, "{seen}");
}

#[test]
fn a_run_whose_writes_were_all_denied_has_done_no_part_of_it() {
    let home = home();
    let seen = seen(&home, "give-up", &[]).exits(1);
    let ended = seen.ended();
    assert_eq!(ended["verdict"], "failed", "{seen}");
    assert_eq!(ended["changes"], 0, "{seen}");
}
