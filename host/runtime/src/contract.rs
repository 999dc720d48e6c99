//! The contract that this host offers, read from `wit/`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use host_catalog::{Catalog, package_text};
use wit_parser::{InterfaceId, Resolve, WorldItem};

use crate::shape::Shapes;
use crate::wasi::Layer;

const WORLD: &str = include_str!("../../../wit/world.wit");
const CORE: &str = include_str!("../../../wit/deps/aliyun-core/types.wit");
const OPENAPI: &str = include_str!("../../../wit/deps/aliyun-openapi/openapi.wit");
const RUN: &str = include_str!("../../../wit/deps/host-run/run.wit");

/// The files of `wit/` that belong to the contract, by path below `wit/`, in order of dependence.
///
/// Product packages are made from the catalog here; a test compares them with what is committed.
pub fn contract_files(catalog: &Catalog) -> Vec<(String, String)> {
    let mut files = vec![
        ("deps/aliyun-core/types.wit".to_owned(), CORE.to_owned()),
        ("deps/aliyun-openapi/openapi.wit".to_owned(), OPENAPI.to_owned()),
        ("deps/host-run/run.wit".to_owned(), RUN.to_owned()),
    ];
    for product in catalog.products() {
        let path = format!("deps/aliyun-{key}/{key}.wit", key = product.key);
        files.push((path, package_text(product)));
    }
    files.push(("world.wit".to_owned(), WORLD.to_owned()));
    files
}

/// Interfaces and their shapes.
#[derive(Debug, Clone)]
pub struct Contract {
    imports: BTreeMap<String, Shapes>,
    entry: (String, Shapes),
}

impl Contract {
    /// The contract of this host.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Contract> = OnceLock::new();
        BUILTIN.get_or_init(|| Self::read().expect("a test reads the contract"))
    }

    fn read() -> Result<Self, String> {
        let mut resolve = Resolve::default();
        let mut last = None;
        for (path, text) in contract_files(Catalog::builtin()) {
            let package =
                resolve.push_source(&path, &text).map_err(|e| format!("{path}: {e:#}"))?;
            last = Some(package);
        }
        let package = last.ok_or("no package")?;
        let world =
            resolve.select_world(&[package], Some("workflow")).map_err(|e| e.to_string())?;
        let world = &resolve.worlds[world];
        let imports = world.imports.values().filter_map(interface);
        let entry = world.exports.values().find_map(interface).ok_or("no entry")?;
        Ok(Self {
            imports: imports.map(|id| offered(&resolve, id)).collect(),
            entry: offered(&resolve, entry),
        })
    }

    /// What a workflow gets when it imports `interface`: of the contract, or of the empty layer of WASI.
    pub(crate) fn offered(&self, interface: &str) -> Option<&Shapes> {
        let layer = || Layer::builtin().find(interface).map(|found| &found.shapes);
        self.imports.get(interface).or_else(layer)
    }

    /// The name, with version, of the interface that this host has under `stem`.
    pub(crate) fn version_of(&self, stem: &str) -> Option<&str> {
        let exact = |name: &&String| name.split('@').next() == Some(stem);
        let layer = || Layer::builtin().interfaces().get(stem).map(|found| &found.name);
        self.imports.keys().find(exact).or_else(layer).map(String::as_str)
    }

    /// The interface that a workflow exports.
    pub fn entry(&self) -> &str {
        &self.entry.0
    }

    /// The shapes of the functions of that interface.
    pub(crate) const fn entry_functions(&self) -> &BTreeMap<String, String> {
        &self.entry.1.functions
    }
}

fn interface(item: &WorldItem) -> Option<InterfaceId> {
    match item {
        WorldItem::Interface { id, .. } => Some(*id),
        WorldItem::Function(_) | WorldItem::Type { .. } => None,
    }
}

fn offered(resolve: &Resolve, id: InterfaceId) -> (String, Shapes) {
    (resolve.id_of(id).unwrap_or_default(), Shapes::of(resolve, &resolve.interfaces[id]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_can_be_read_and_says_what_a_function_looks_like() {
        let contract = Contract::read().unwrap();
        let ram = &contract.imports["aliyun:ram/queries@0.1.0"];
        assert!(ram.functions["get-role"].starts_with("func(borrow<identity>, string, record {"));
        assert_eq!(contract.entry(), "host:workflow/entry@0.1.0");
    }

    #[test]
    fn committed_packages_are_what_the_catalog_says() {
        let wit = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        for (path, text) in contract_files(Catalog::builtin()) {
            let committed = std::fs::read_to_string(wit.join(&path)).unwrap_or_default();
            assert!(committed == text, "wit/{path} is stale: run `cargo xtask wit`");
        }
    }
}
