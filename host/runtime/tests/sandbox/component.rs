//! Components made by hand: a world, a core module, a manifest.

use host_catalog::Catalog;
use host_runtime::{SECTION, contract_files};
use serde_json::{Value as Json, json};
use wasm_encoder::{ComponentSection, CustomSection, NestedComponentSection};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The export that the contract asks for.
pub(crate) const ENTRY: &str = "export host:workflow/entry@0.1.0;";

/// Packages of WIT, as path and text.
pub(crate) type Files = Vec<(String, String)>;

/// The contract of this host.
pub(crate) fn contract() -> Files {
    contract_files(Catalog::builtin())
}

/// The contract with a text replaced, which must be there.
pub(crate) fn contract_with(old: &str, new: &str) -> Files {
    let mut files = contract();
    assert!(
        files.iter().any(|(_, text)| text.contains(old)),
        "no file of the contract has `{old}`"
    );
    for (_, text) in &mut files {
        *text = text.replace(old, new);
    }
    files
}

/// A core module whose `run` does `body` and then answers ok with the text at `$ok` (`{}` at first).
///
/// Locals `$i` and `$j` are free; address 256 is a scratch area of 256 bytes, texts stand from 1024 on.
pub(crate) fn workflow(imports: &str, body: &str) -> String {
    format!(
        r#"(module
          {imports}
          (memory (export "memory") 1)
          (global $heap (mut i32) (i32.const 4096))
          (global $ok (mut i32) (i32.const 64))
          (global $ok-length (mut i32) (i32.const 2))
          (data (i32.const 64) "{{}}")
          (data (i32.const 1024) "first\1b[2J  second  monitoring")
          (func $allocate (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (local $at i32)
            (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
            (global.set $heap (i32.add (local.get $at) (local.get 3)))
            (block $fits
              (br_if $fits (i32.lt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
              (drop (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get 3) (i32.const 65536)))))) 
            (local.get $at))
          (func (export "host:workflow/entry@0.1.0#run") (param i32 i32) (result i32)
            (local $i i32) (local $j i32)
            {body}
            (i32.store8 (i32.const 16) (i32.const 0))
            (i32.store (i32.const 20) (global.get $ok))
            (i32.store (i32.const 24) (global.get $ok-length))
            (i32.const 16)))"#
    )
}

/// The core module as a component of `world`, whose text is the inside of the braces. No manifest.
pub(crate) fn bare(files: &Files, world: &str, core: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    for (path, text) in files {
        resolve.push_source(path, text).expect("the WIT of a test parses");
    }
    let text = format!("package test:guest;\nworld guest {{ {world} }}\n");
    let package = resolve.push_source("guest.wit", &text).expect("the world of a test parses");
    let world = resolve.select_world(&[package], Some("guest")).expect("it was just made");
    let mut module = wat::parse_str(core).expect("the core module of a test parses");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("the world of a test can be embedded");
    encode(&module)
}

/// A core module with its world inside, as a component.
pub(crate) fn encode(module: &[u8]) -> Vec<u8> {
    let encoder = ComponentEncoder::default().module(module).expect("the module fits its world");
    encoder.validate(true).encode().expect("the module becomes a component")
}

/// The same with a manifest.
pub(crate) fn sealed(mut component: Vec<u8>, manifest: &Json) -> Vec<u8> {
    append_custom(&mut component, SECTION, manifest.to_string().as_bytes());
    component
}

/// A workflow of the contract: imports of the world, imports of the module, body of `run`.
pub(crate) fn component(world: &str, imports: &str, body: &str) -> Vec<u8> {
    let world = format!("{world} {ENTRY}");
    sealed(bare(&contract(), &world, &workflow(imports, body)), &manifest(&[]))
}

/// Appends a custom section at the top level.
pub(crate) fn append_custom(component: &mut Vec<u8>, name: &str, data: &[u8]) {
    CustomSection { name: name.into(), data: data.into() }.append_to_component(component);
}

/// Appends a component inside of the component, with a custom section of its own.
pub(crate) fn append_nested(component: &mut Vec<u8>, name: &str, data: &[u8]) {
    let mut nested = wasm_encoder::Component::new();
    nested.section(&CustomSection { name: name.into(), data: data.into() });
    NestedComponentSection(&nested).append_to_component(component);
}

/// A manifest that fits a workflow of these actions.
pub(crate) fn manifest(actions: &[&str]) -> Json {
    json!({
        "format": 1,
        "name": "test",
        "version": "0.1.0",
        "title": "a workflow of a test",
        "lineage": "test",
        "accounts": [{ "name": "monitoring", "what": "runs ARMS" }],
        "actions": actions,
        "parameters": { "type": "object" },
        "proofs": [],
    })
}
