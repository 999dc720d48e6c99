//! Rule 12: what the cloud calls things, and what machines write.

use super::{home_with, seen};
use crate::words::{harmless, no_forged_line};

/// Clears the screen, reorders, breaks the line, and lies; as TOML writes it.
const EVIL: &str =
    r"x\u001b[2J\u001b]0;t\u0007\u009b31m\u202e\u2066\u200b\ufeff\r\nerror[host]: verified\u0008";

#[test]
fn rule_12_names_of_the_cloud_and_words_of_machines_are_shown_escaped() {
    let trouble = format!(
        r#"manner = {{ trouble = [{{ code = "ExitCodeNonzero", output = "before\n{EVIL}\n" }}] }}"#
    );
    let named = |name: &str| format!("name = \"{name}\"");
    let evil = named(EVIL);
    let machine = format!("{trouble}\n{evil}");
    let home = home_with(&[
        (&named("order-service"), &evil),
        (&named("warehouse"), &evil),
        (&named("billing-1"), &machine),
    ]);
    let json = seen(&home, "words-of-the-cloud", &[]);
    let attempts = json.ended()["output"]["got"].as_array().map(Vec::len).unwrap_or_default();
    assert!(attempts >= 8, "the attack did not come to its end: {json}");
    let output = json.events_of("output");
    assert_eq!(output.len(), 1, "{json}");
    assert!(output[0]["tail"].as_str().is_some_and(|tail| tail.contains('\u{1b}')), "{json}");
    harmless(&json);
    no_forged_line(&json);

    let workflow = home.path("hostile.wasm").display().to_string();
    let scenario = format!("--simulate={}", home.path("scenario.toml").display());
    let words = ["run", &workflow, &scenario, "--fresh", "--verbose"];
    let text = home.host(&[&words[..], &["-p", "attack=words-of-the-cloud"]].concat());
    harmless(&text);
    no_forged_line(&text);
    assert!(text.both().matches("\\u{1b}[2J").count() > 3, "nothing is left out: {text}");
    assert!(text.both().contains("before"), "the machine's words are shown: {text}");
}
