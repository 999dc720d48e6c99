//! Settings: documents whose names and values are judged one by one.

use host_catalog::Catalog;
use host_model::{ErrorKind, SecretKind, Value};
use serde_json::json;

use crate::given::{code, command, installation, json, normal, refusal, secret, settings, text};

const INVALID: Option<&str> = Some("catalog.parameter-invalid");
const MISPLACED: Option<&str> = Some("catalog.secret-misplaced");
const REPEATED: Option<&str> = Some("catalog.setting-repeated");

fn many(count: usize, name: impl Fn(usize) -> String) -> Value {
    Value::Settings((0..count).map(|index| (name(index), text("x"))).collect())
}

#[test]
fn a_commands_parameters_have_limits() {
    let one = |value: Value| settings(vec![("license-key", value)]);
    let named = |name: &str| settings(vec![(name, text("x"))]);
    let cases = [
        ("a license key's text", one(text("abc123@0f1e2d")), None),
        ("a license key", one(secret(SecretKind::LicenseKey)), None),
        ("an AccessKey", one(secret(SecretKind::AccessKey)), MISPLACED),
        ("a password", one(secret(SecretKind::Password)), MISPLACED),
        ("a number", one(json(json!(7))), None),
        ("a flag", one(json(json!(true))), None),
        ("nothing", one(json(json!(null))), INVALID),
        ("a list", one(json(json!(["x"]))), INVALID),
        ("an object", one(json(json!({ "x": "y" }))), INVALID),
        ("settings", one(settings(vec![("x", text("y"))])), INVALID),
        ("no text", one(text("")), None),
        ("the longest text", one(text(&"x".repeat(256))), None),
        ("a longer one", one(text(&"x".repeat(257))), INVALID),
        ("the most", many(10, |index| format!("k{index}")), None),
        ("one more", many(11, |index| format!("k{index}")), INVALID),
        ("twice", settings(vec![("a", text("x")), ("a", text("y"))]), REPEATED),
        ("a plain name", named("License_Key-1"), None),
        ("a name with a space", named("a b"), INVALID),
        ("a name with braces", named("a}}{{b"), INVALID),
        ("a path", named("/a"), INVALID),
        ("no name", named(""), INVALID),
        ("a long name", named(&"x".repeat(257)), INVALID),
        ("text that is a document", text(r#"{"license-key":"x"}"#), None),
        ("a document", json(json!({ "license-key": "x" })), None),
        ("text that is none", text("license-key=x"), INVALID),
        ("a secret in their place", secret(SecretKind::LicenseKey), INVALID),
    ];
    for (what, value, expected) in cases {
        let found = code(command("Parameters", value));
        assert_eq!(found.as_deref(), expected, "{what}");
    }
}

#[test]
fn no_shell_reads_a_commands_parameter_as_anything_but_text() {
    let allowed = "azAZ09@._/:,=-";
    for character in (0_u8..128).map(char::from).chain(['é', '＄', '\u{2028}']) {
        let fits = character.is_ascii_alphanumeric() || allowed.contains(character);
        let value = format!("a{character}b");
        for given in [settings(vec![("k", text(&value))]), json(json!({ "k": value }))] {
            assert_eq!(code(command("Parameters", given)).is_none(), fits, "{character:?}");
        }
    }
}

#[test]
fn an_add_ons_configuration_has_limits() {
    let one = |value: Value| settings(vec![("/accessKeySecret", value)]);
    let named = |name: &str| settings(vec![(name, text("x"))]);
    let deep = |depth: usize| "/a".repeat(depth);
    let cases = [
        ("an AccessKey", one(secret(SecretKind::AccessKey)), None),
        ("a license key", one(secret(SecretKind::LicenseKey)), MISPLACED),
        ("any text", one(text("$(x) \"y\"")), None),
        ("the longest text", one(text(&"x".repeat(4096))), None),
        ("a longer one", one(text(&"x".repeat(4097))), INVALID),
        ("a list", one(json(json!(["x"]))), INVALID),
        ("the most", many(64, |index| format!("/k{index}")), None),
        ("one more", many(65, |index| format!("/k{index}")), INVALID),
        ("no pointer", named("accessKey"), INVALID),
        ("the document itself", named(""), INVALID),
        ("an empty step", named("/a//b"), INVALID),
        ("an escape", named("/a~1b~0c"), None),
        ("a broken escape", named("/a~2b"), INVALID),
        ("a cut escape", named("/a~"), INVALID),
        ("deep", named(&deep(16)), None),
        ("deeper", named(&deep(17)), INVALID),
        ("one in the other", settings(vec![("/a", text("x")), ("/a/b", text("y"))]), REPEATED),
        ("side by side", settings(vec![("/a", text("x")), ("/ab", text("y"))]), None),
    ];
    for (what, value, expected) in cases {
        assert_eq!(code(installation(value)).as_deref(), expected, "{what}");
    }
}

#[test]
fn however_settings_are_given_they_are_judged_as_pairs() {
    let pairs = settings(vec![("/a/uid", text("1")), ("/on", json(json!(true)))]);
    let document = json!({ "a": { "uid": "1" }, "on": true });
    let quoted = settings(vec![("/a/uid", json(json!("1"))), ("/on", json(json!(true)))]);
    for given in [json(document.clone()), text(&document.to_string()), quoted] {
        let call = normal(installation(given));
        let config = call.parameters.iter().find(|(name, _)| name == "config");
        assert_eq!(config.map(|(_, value)| value), Some(&pairs));
    }
}

#[test]
fn a_refusal_names_the_limit_and_never_a_secret() {
    let error = refusal(command("Parameters", settings(vec![("k", text("$HOME"))]))).unwrap();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert_eq!(
        error.message,
        "`ecs:RunCommand`: parameter `Parameters` must be made of A-Za-z0-9@._/:,=-, \
         but is `$HOME`"
    );
}

#[test]
fn a_sentence_names_settings_without_their_values() {
    let mut change = installation(settings(vec![
        ("/accessKey", text("LTAI5tFake")),
        ("/accessKeySecret", secret(SecretKind::AccessKey)),
    ]));
    change.action = "ModifyClusterAddon".to_owned();
    for (name, _) in &mut change.parameters {
        if name == "name" {
            "component_id".clone_into(name);
        }
    }
    let action = Catalog::builtin().action("cs", "ModifyClusterAddon").unwrap();
    assert_eq!(
        action.sentence_of(&change),
        "change /accessKey, /accessKeySecret of add-on `ack-onepilot` in cluster \
         `c82e6987e2961451182edacd74fafake` in `cn-hangzhou`"
    );
}
