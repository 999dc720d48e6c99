//! Manifests that are missing, broken, or lie.

use host_model::Problem as _;
use host_runtime::{Package, SECTION};
use serde_json::{Value as Json, json};

use crate::component::{
    ENTRY, append_custom, append_nested, bare, component, contract, manifest, sealed, workflow,
};

const GET_ROLE: &str = "import aliyun:ram/queries@0.1.0;";

fn plain() -> Vec<u8> {
    bare(&contract(), ENTRY, &workflow("", ""))
}

/// A component that imports `get-role` and `delete-role`, and nothing else of products.
fn with_roles() -> Vec<u8> {
    let imports = r#"
        (import "aliyun:ram/queries@0.1.0" "get-role" (func (param i32 i32 i32 i32 i32 i32)))
        (import "aliyun:ram/changes@0.1.0" "delete-role" (func (param i32 i32 i32 i32 i32 i32)))"#;
    let world = format!("{GET_ROLE} import aliyun:ram/changes@0.1.0; {ENTRY}");
    bare(&contract(), &world, &workflow(imports, ""))
}

fn refused(bytes: &[u8], code: &str, says: &str) {
    let error = Package::read("file.wasm", bytes).expect_err("it must not pass");
    assert_eq!(error.code(), code, "{error}");
    let text = error.to_string();
    assert!(text.contains("`file.wasm`") && text.contains(says), "{text}");
    assert!(error.hint().is_some_and(|hint| hint.contains("host build")), "{:?}", error.hint());
}

fn changed(path: &str, value: Json) -> Json {
    let mut manifest = manifest(&[]);
    *manifest.pointer_mut(path).expect("the manifest has it") = value;
    manifest
}

#[test]
fn no_manifest_and_two_manifests_are_refused() {
    refused(&plain(), "manifest.section-missing", SECTION);
    let twice = sealed(sealed(plain(), &manifest(&[])), &manifest(&[]));
    refused(&twice, "manifest.section-repeated", SECTION);
}

#[test]
fn a_manifest_that_cannot_be_read_says_where() {
    let mut text = plain();
    append_custom(&mut text, SECTION, b"{\"format\": 1,\n oops}");
    refused(&text, "manifest.json-unreadable", "line 2");
    let mut binary = plain();
    append_custom(&mut binary, SECTION, b"\xff\xfe\x00");
    refused(&binary, "manifest.json-unreadable", "cannot be read");
    let mut empty = plain();
    append_custom(&mut empty, SECTION, b"");
    refused(&empty, "manifest.json-unreadable", "cannot be read");
    let mut deep = plain();
    let nested = format!("{{\"parameters\": {}", "[".repeat(200_000));
    append_custom(&mut deep, SECTION, nested.as_bytes());
    refused(&deep, "manifest.json-unreadable", "recursion limit");
    let unknown = json!({ "format": 1, "root": true });
    refused(&sealed(plain(), &unknown), "manifest.json-unreadable", "root");
}

#[test]
fn a_manifest_has_a_greatest_size() {
    let fits = changed("/title", json!("x".repeat(200 << 10)));
    Package::read("file.wasm", &sealed(plain(), &fits)).unwrap();
    let large = changed("/title", json!("x".repeat(256 << 10)));
    refused(&sealed(plain(), &large), "manifest.section-too-large", "262144 bytes");
}

#[test]
fn values_that_no_host_can_use_are_refused() {
    let proof = |id: &str, action: &str, account: &str| {
        json!([{
            "id": id, "title": "t", "action": action, "by": "session", "account": account,
            "expects": "reply", "level": "access",
        }])
    };
    let cases = [
        ("/format", json!(2), "manifest.format-unknown", "format 1"),
        ("/name", json!("Test"), "manifest.name-invalid", "`Test`"),
        ("/name", json!(""), "manifest.name-invalid", "1 to 64"),
        ("/name", json!("x".repeat(65)), "manifest.name-invalid", "1 to 64"),
        ("/name", json!("../../etc"), "manifest.name-invalid", "../../etc"),
        ("/lineage", json!("a\u{1b}[2J"), "manifest.name-invalid", "\\u{1b}"),
        ("/accounts/0/name", json!("a b"), "manifest.name-invalid", "account name"),
        ("/actions", json!(["ram:GetMoon"]), "manifest.action-unknown", "ram:GetMoon"),
        ("/actions", json!(["*"]), "manifest.action-unknown", "`*`"),
        ("/actions", json!(["ram:*"]), "manifest.action-unknown", "ram:*"),
        ("/actions", json!(["ram\u{202e}"]), "manifest.action-unknown", "\\u{202e}"),
        ("/parameters", json!(true), "manifest.schema-invalid", "JSON Schema"),
        ("/parameters", json!({}), "manifest.schema-invalid", "JSON Schema"),
        ("/proofs", proof("p", "ram:GetRole", "monitoring"), "manifest.proof-invalid", "action"),
        ("/proofs", proof("P", "ram:GetRole", "monitoring"), "manifest.name-invalid", "proof"),
    ];
    for (path, value, code, says) in cases {
        refused(&sealed(plain(), &changed(path, value)), code, says);
    }
    let mut declared = manifest(&["ram:GetRole", "ram:DeleteRole"]);
    declared["proofs"] = proof("p", "ram:GetRole", "nobody");
    refused(&sealed(with_roles(), &declared), "manifest.proof-invalid", "account");
}

#[test]
fn a_manifest_that_hides_an_import_lies() {
    let hides = sealed(with_roles(), &manifest(&["ram:GetRole"]));
    refused(&hides, "manifest.import-undeclared", "`ram:DeleteRole`");
    refused(&hides, "manifest.import-undeclared", "aliyun:ram/changes@0.1.0.delete-role");
}

#[test]
fn a_manifest_that_declares_what_it_cannot_do_lies() {
    let boasts = sealed(with_roles(), &manifest(&["ram:GetRole", "ram:DeleteRole", "ram:GetUser"]));
    refused(&boasts, "manifest.action-unused", "`ram:GetUser`");
}

#[test]
fn an_honest_manifest_is_read_with_the_imports_that_it_names() {
    let honest = sealed(with_roles(), &manifest(&["ram:GetRole", "ram:DeleteRole"]));
    let package = Package::read("file.wasm", &honest).unwrap();
    let imports: Vec<(&str, &str)> = package
        .imports
        .iter()
        .map(|import| (import.function.as_str(), import.action.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(imports, [("delete-role", "ram:DeleteRole"), ("get-role", "ram:GetRole")]);
    assert_eq!(package.size, honest.len());
    assert_eq!(package.digest.len(), 64);
}

#[test]
fn any_action_may_be_declared_by_who_imports_the_generic_interface() {
    let imports = r#"(import "aliyun:openapi/queries@0.1.0" "invoke"
        (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))"#;
    let world = format!("import aliyun:openapi/queries@0.1.0; {ENTRY}");
    let generic = bare(&contract(), &world, &workflow(imports, ""));
    Package::read("file.wasm", &sealed(generic, &manifest(&["ram:GetUser"]))).unwrap();
}

#[test]
fn a_manifest_inside_of_a_nested_component_or_module_is_not_the_manifest() {
    let other = manifest(&["ram:GetUser"]).to_string();
    let mut nested = plain();
    append_nested(&mut nested, SECTION, other.as_bytes());
    refused(&nested, "manifest.section-missing", SECTION);

    let mut both = component("", "", "");
    append_nested(&mut both, SECTION, other.as_bytes());
    let package = Package::read("file.wasm", &both).unwrap();
    assert!(package.manifest.actions.is_empty());

    let section = format!("(module (@custom \"{SECTION}\" \"{{}}\")");
    let module = workflow("", "").replacen("(module", &section, 1);
    let inside = bare(&contract(), ENTRY, &module);
    refused(&inside, "manifest.section-missing", SECTION);
}
