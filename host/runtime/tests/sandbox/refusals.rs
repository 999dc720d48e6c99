//! Files that are no workflow: each is named for what it is, with what to do about it.

use host_model::Problem as _;
use host_runtime::{Package, Prepared};

use crate::component::{ENTRY, bare, component, contract, manifest, sealed, workflow};
use crate::script::engine;

/// Both ways to read a component refuse it with this code; the text names the file.
fn refused(bytes: &[u8], code: &str, says: &str, hint: Option<&str>) {
    let read = Package::read("file.wasm", bytes).expect_err("it must not pass");
    let prepared = Prepared::new(engine(), None, "file.wasm", bytes).expect_err("it must not pass");
    assert_eq!(read.to_string(), prepared.to_string());
    assert_eq!(read.code(), code, "{read}");
    let text = read.to_string();
    assert!(text.contains("`file.wasm`") && text.contains(says), "{text}");
    let given = read.hint().unwrap_or_default();
    assert!(given.contains(hint.unwrap_or_default()), "{given}");
}

#[test]
fn a_file_that_is_no_webassembly_is_called_so() {
    for bytes in [&b""[..], b"\0as", b"hello, this is text", b"\x7fELF\x02\x01", b"(component)"] {
        refused(bytes, "runtime.file-not-wasm", "no WebAssembly", Some("workflows/"));
    }
}

#[test]
fn a_core_module_is_sent_to_the_builder() {
    let module = wat::parse_str(workflow("", "")).unwrap();
    refused(&module, "runtime.file-core-module", "core module", Some("host build"));
}

#[test]
fn a_damaged_component_is_refused_wherever_it_is_damaged() {
    let whole = component("", "", "");
    Package::read("whole.wasm", &whole).unwrap();
    for keep in [8, 9, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let cut = whole.get(..keep).unwrap();
        let error = Package::read("file.wasm", cut).expect_err("it must not pass");
        let fits = ["runtime.component-invalid", "manifest.section-missing"];
        assert!(fits.contains(&error.code()), "{keep} bytes: {error}");
    }
    let mut header = whole.clone();
    header[4] = 0x7f;
    refused(&header, "runtime.component-invalid", "damaged", None);
}

#[test]
fn a_flipped_byte_never_brings_the_host_down() {
    let whole = component("", "", "");
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x55;
        // Refused or still a component, as the byte decides; what matters is that it returns.
        drop(Package::read("file.wasm", &damaged));
    }
}

#[test]
fn a_component_of_another_world_is_no_workflow() {
    let core = r#"(module (func (export "other") (result i32) (i32.const 1)))"#;
    let other = bare(&contract(), "export other: func() -> u32;", core);
    let other = sealed(other, &manifest(&[]));
    refused(&other, "runtime.entry-missing", "host:workflow/entry@0.1.0", Some("host build"));
}

#[test]
fn an_entry_of_another_shape_is_not_run() {
    let files = crate::component::contract_with(
        "run: func(input: string) -> result<string, error>;",
        "run: func(input: string) -> u32;",
    );
    let core = r#"(module (memory (export "memory") 1)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
        (func (export "host:workflow/entry@0.1.0#run") (param i32 i32) (result i32) (i32.const 1)))"#;
    let other = sealed(bare(&files, ENTRY, core), &manifest(&[]));
    let says = "host:workflow/entry@0.1.0.run";
    refused(&other, "runtime.import-differs", says, Some("wit/"));
    refused(&other, "runtime.import-differs", "func(string) -> u32", None);
}
