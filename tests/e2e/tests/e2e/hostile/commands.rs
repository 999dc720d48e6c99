//! Rules 3, 7 and 10 at machines: what runs there, with what, and what is read of it.

use host_e2e::Home;

use super::{LICENSE_KEY, Spoils, attack, attack_in, home, home_with, nothing_leaked, secrets_of};

/// The first machine of the built-in scenario.
const MACHINE: &str =
    r#"machine = { services = [{ name = "invoice", restarted = "after 30 seconds" }] }"#;

/// The license key in a form that nobody redacts, and in two that are found.
const BACKWARDS: &str = "edcba9876543210@yekesnecilekaf";
const BASE64: &str = "ZmFrZWxpY2Vuc2VrZXlAMDEyMzQ1Njc4OWFiY2Rl";
const HEX: &str = "66616b656c6963656e73656b657940303132333435363738396162636465";

/// A home where scripts write the license key in every form, and spell it with markers.
fn talkative() -> Home {
    let printed = format!(r"{LICENSE_KEY}\n{BASE64}\n{HEX}\n");
    let spelled = r"zero\none\none\n zero\nzero one\nplaced\none\nlooked\n";
    let trouble = format!(
        r#"manner = {{ trouble = [
             {{ code = "ExitCodeNonzero", script = "install", output = "{spelled}{BACKWARDS}\n{printed}" }},
             {{ code = "ExitCodeNonzero", script = "look", output = "facts\n{printed}" }} ] }}"#
    );
    home_with(&[(MACHINE, &format!("{MACHINE}\n{}", trouble.replace('\n', " ")))])
}

#[test]
fn rule_7_a_license_key_goes_into_a_declared_script_and_nowhere_else() {
    let home = home();
    let spoils = attack_in(&home, "license-key", &[]);
    assert!(spoils.got.len() >= 18, "{}", spoils.seen);
    spoils.all_refused_but(&["whole"]);
    for what in ["another parameter", "beside", "a script that is not declared"] {
        spoils.denied(what, "policy.secret-misplaced");
    }
    spoils.denied("a script that is not declared, bare", "policy.command-undeclared");
    spoils.denied("stored, bare", "policy.command-stored");
    spoils.denied("kept", "policy.command-parameter");
    for what in ["CommandContent", "Name", "Description", "WorkingDir", "Username"] {
        spoils.denied(what, "catalog.secret-misplaced");
    }
    assert_eq!(spoils.kind("whole"), "ok", "{}", spoils.seen);
    nothing_leaked(&home, &secrets_of(&home), &spoils);
}

#[test]
fn rule_3_parameters_that_are_closed_or_the_hosts_cannot_be_given() {
    let spoils = attack("command-closed");
    spoils.all_refused_but(&["look"]);
    for what in
        ["OssOutputDelivery", "Launcher", "Frequency", "Timed", "ResourceTag", "ContainerId"]
    {
        spoils.denied(what, "catalog.parameter-closed");
    }
    spoils.denied("ClientToken", "catalog.parameter-owned");
    assert_eq!(spoils.value("look"), 0, "nothing ran: {}", spoils.seen);
}

/// What the guest read of an output, in every encoding, without what was not there.
fn outputs(spoils: &Spoils, what: &str) -> Vec<String> {
    let read = spoils.of(what).into_iter().map(|attempt| {
        assert_eq!(attempt["kind"], "ok", "{attempt}");
        attempt["value"].as_str().unwrap_or_default().chars().rev().collect()
    });
    read.collect()
}

#[test]
fn rule_7_the_output_of_a_command_with_a_secret_is_markers_and_spells_nothing() {
    let home = talkative();
    let spoils = attack_in(&home, "command-output", &[]);
    for output in outputs(&spoils, "secret output") {
        assert_eq!(output, "one\nplaced\nzero", "each once, in the manifest's order");
    }
    for raw in outputs(&spoils, "secret raw") {
        assert!(raw.contains("InvokeId"), "{raw}");
        for part in [BACKWARDS, "zero\\none", "host-script", "license_key", "printf"] {
            assert!(!raw.contains(part), "`{part}`: {raw}");
        }
    }
    for output in outputs(&spoils, "plain output") {
        assert!(output.starts_with("facts\n"), "{output}");
    }
    nothing_leaked(&home, &secrets_of(&home), &spoils);
}

#[test]
fn rule_7_another_run_reads_no_more_of_an_output() {
    let home = talkative();
    let first = attack_in(&home, "command-output", &[]);
    let object = format!("object={}", first.value("invocation").as_str().unwrap_or_default());
    let spoils = attack_in(&home, "command-output-of-another", &["-p", &object]);
    for output in outputs(&spoils, "secret output") {
        assert_eq!(output, "looked\none\nplaced\nzero");
    }
    for raw in outputs(&spoils, "secret raw") {
        assert!(!raw.contains(BACKWARDS) && !raw.contains("facts"), "{raw}");
    }
    // This run knows no license key, so that it could not redact one.
    let shown = spoils.seen.events_of("output");
    assert!(shown.is_empty(), "a person reads what an earlier run's script wrote: {shown:?}");
    nothing_leaked(&home, &secrets_of(&home), &spoils);
}

#[test]
fn rule_10_a_person_reads_the_end_of_an_output_without_the_secret() {
    let home = talkative();
    let spoils = attack_in(&home, "command-output", &[]);
    let shown = spoils.seen.events_of("output");
    assert_eq!(shown.len(), 2, "one for each script that failed: {}", spoils.seen);
    for event in shown {
        assert!(event["tail"].as_str().is_some_and(|tail| tail.contains("[secret]")), "{event}");
    }
}
