//! A workflow that makes one call again and again, and nothing else.

use host_catalog::Catalog;
use host_runtime::{SECTION, contract_files};
use serde_json::json;
use wasm_encoder::{ComponentSection as _, CustomSection};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The workflow's name and lineage.
pub(crate) const NAME: &str = "calls";

const WORLD: &str = "package bench:calls;
world guest {
  import host:run/accounts@0.1.0;
  import aliyun:sts/queries@0.1.0;
  export host:workflow/entry@0.1.0;
}
";

/// Its only input is `count`: whatever digits the text has are that number. Memory: texts below 64, what
/// replies bring from 4096 on, and every call brings it to the same place.
const CORE: &str = r#"(module
  (import "host:run/accounts@0.1.0" "open" (func $open (param i32 i32 i32)))
  (import "aliyun:sts/queries@0.1.0" "get-caller-identity"
    (func $ask (param i32 i32 i32 i32 i32 i32 i32)))
  (memory (export "memory") 4)
  (global $heap (mut i32) (i32.const 4096))
  (data (i32.const 0) "monitoring{}")
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get 3)))
    (local.get $at))
  (func (export "host:workflow/entry@0.1.0#run") (param $text i32) (param $length i32) (result i32)
    (local $count i32) (local $digit i32) (local $caller i32)
    (block $read (loop $next
      (br_if $read (i32.eqz (local.get $length)))
      (local.set $digit (i32.sub (i32.load8_u (local.get $text)) (i32.const 48)))
      (if (i32.lt_u (local.get $digit) (i32.const 10))
        (then (local.set $count
          (i32.add (i32.mul (local.get $count) (i32.const 10)) (local.get $digit)))))
      (local.set $text (i32.add (local.get $text) (i32.const 1)))
      (local.set $length (i32.sub (local.get $length) (i32.const 1)))
      (br $next)))
    (call $open (i32.const 0) (i32.const 10) (i32.const 256))
    (if (i32.load8_u (i32.const 256)) (then unreachable))
    (local.set $caller (i32.load (i32.const 260)))
    (block $done (loop $again
      (br_if $done (i32.eqz (local.get $count)))
      (global.set $heap (i32.const 4096))
      (call $ask (local.get $caller) (i32.const 0) (i32.const 0) (i32.const 0)
        (i32.const 0) (i32.const 0) (i32.const 512))
      (if (i32.load8_u (i32.const 512)) (then unreachable))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $again)))
    (i32.store8 (i32.const 16) (i32.const 0))
    (i32.store (i32.const 20) (i32.const 10))
    (i32.store (i32.const 24) (i32.const 2))
    (i32.const 16)))"#;

/// The workflow as a component.
pub(crate) fn component() -> Vec<u8> {
    let mut resolve = Resolve::default();
    for (path, text) in contract_files(Catalog::builtin()) {
        resolve.push_source(&path, &text).expect("the contract parses");
    }
    let package = resolve.push_source("calls.wit", WORLD).expect("the world parses");
    let world = resolve.select_world(&[package], Some("guest")).expect("it was just made");
    let mut module = wat::parse_str(CORE).expect("the module parses");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("the world can be embedded");
    let encoder = ComponentEncoder::default().module(&module).expect("the module fits its world");
    let mut component = encoder.validate(true).encode().expect("the module becomes a component");
    let manifest = json!({
        "format": 1,
        "name": NAME,
        "version": "0.1.0",
        "title": "one call, again and again",
        "lineage": NAME,
        "accounts": [
            { "name": "monitoring", "what": "is asked" },
            { "name": "source", "what": "is left alone" },
        ],
        "actions": ["sts:GetCallerIdentity"],
        "parameters": { "type": "object" },
        "proofs": [],
    });
    let text = manifest.to_string();
    let section = CustomSection { name: SECTION.into(), data: text.as_bytes().into() };
    section.append_to_component(&mut component);
    component
}
