//! Components that are kept: each imports every function of one package, in the shapes of its release.

use host_catalog::Catalog;
use serde_json::json;
use wasm_encoder::{ComponentSection as _, CustomSection};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve, WorldId};

use super::item::{Kind, Package};
use super::tree::{Tree, WORLD};

/// The section of a component that holds its manifest.
const SECTION: &str = "host:manifest";

/// A workflow that imports all of `package`, and does nothing.
pub(super) fn build(tree: &Tree, package: &Package) -> Result<Vec<u8>, String> {
    let (resolve, world) = world(tree, package)?;
    let wrong = |error: &dyn std::fmt::Display| format!("{error:#}");
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .map_err(|error| wrong(&error))?;
    let encoder = ComponentEncoder::default().validate(true).module(&module);
    let made = encoder.and_then(|mut encoder| encoder.encode());
    let mut component = made.map_err(|error| wrong(&error))?;
    let manifest = manifest(package).to_string();
    let section = CustomSection { name: SECTION.into(), data: manifest.as_bytes().into() };
    section.append_to_component(&mut component);
    Ok(component)
}

/// A world that imports every interface of the package and exports what a workflow exports.
fn world(tree: &Tree, package: &Package) -> Result<(Resolve, WorldId), String> {
    let version = tree.version().ok_or("the contract has no version")?;
    let text = if package.name == WORLD {
        format!("include {WORLD}/workflow@{version};")
    } else {
        let interfaces = package.items.iter().filter(|(_, item)| item.kind == Kind::Interface);
        let imports = interfaces
            .map(|(name, _)| format!("import {}/{name}@{}; ", package.name, package.version));
        format!("{} export {WORLD}/entry@{version};", imports.collect::<String>())
    };
    let mut resolve = tree.resolve.clone();
    let text = format!("package contract:kept; world kept {{ {text} }}");
    let kept = resolve.push_source("kept.wit", &text).map_err(|error| format!("{error:?}"))?;
    let world =
        resolve.select_world(&[kept], Some("kept")).map_err(|error| format!("{error:?}"))?;
    Ok((resolve, world))
}

/// A manifest that declares what the component imports.
fn manifest(package: &Package) -> serde_json::Value {
    let products = Catalog::builtin().products();
    let own = |key: &str| package.name == WORLD || package.name == format!("aliyun:{key}");
    let products = products.filter(|product| own(&product.key));
    let actions: Vec<String> = products
        .flat_map(|product| {
            product.actions.keys().map(|action| format!("{}:{action}", product.key))
        })
        .collect();
    json!({
        "format": 1,
        "name": "kept",
        "version": package.version.to_string(),
        "title": format!("imports every function of {}", package.name),
        "lineage": "kept",
        "accounts": [{ "name": "monitoring", "what": "runs ARMS" }],
        "actions": actions,
        "parameters": { "type": "object" },
        "proofs": [],
    })
}
