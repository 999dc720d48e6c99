//! The contract that this host offers, read from `wit/`.
//!
//! A package has tracks, `0.1` and perhaps `0.2`, and this host has the newest release of each. Within a track a
//! release only adds, so whatever was built for one of them finds here what it needs, or is told what came later.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use host_catalog::{Catalog, Release, package_text};
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
    /// By name and track, for example `host:run/clock@0.1`.
    imports: BTreeMap<String, Offered>,
    entry: Offered,
}

/// An interface that this host has.
#[derive(Debug, Clone)]
struct Offered {
    /// With its version, for example `host:run/clock@0.1.0`.
    name: String,
    shapes: Shapes,
}

/// An interface's name with the track of its version: within a track, names differ and mean the same. `None` for
/// drafts, which are met by nothing.
pub(crate) fn on_track(interface: &str) -> Option<String> {
    let (stem, version) = interface.split_once('@')?;
    Some(format!("{stem}@{}", Release::parse(version)?.track()))
}

impl Contract {
    /// The contract of this host.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Contract> = OnceLock::new();
        BUILTIN.get_or_init(|| Self::read().expect("a test reads the contract"))
    }

    fn read() -> Result<Self, String> {
        Self::of(contract_files(Catalog::builtin()))
    }

    fn of(files: Vec<(String, String)>) -> Result<Self, String> {
        let mut resolve = Resolve::default();
        let mut last = None;
        for (path, text) in files {
            let package =
                resolve.push_source(&path, &text).map_err(|e| format!("{path}: {e:#}"))?;
            last = Some(package);
        }
        let package = last.ok_or("no package")?;
        let world =
            resolve.select_world(&[package], Some("workflow")).map_err(|e| e.to_string())?;
        let world = &resolve.worlds[world];
        let imports = world.imports.values().filter_map(interface);
        let imports = imports.map(|id| offered(&resolve, id)).map(|offered| {
            let key = on_track(&offered.name);
            key.map(|key| (key, offered)).ok_or("an interface without a release")
        });
        let entry = world.exports.values().find_map(interface).ok_or("no entry")?;
        Ok(Self { imports: imports.collect::<Result<_, _>>()?, entry: offered(&resolve, entry) })
    }

    /// What a workflow gets when it imports `interface`: of the contract, or of the empty layer of WASI.
    pub(crate) fn offered(&self, interface: &str) -> Option<&Shapes> {
        let layer = || Layer::builtin().find(interface).map(|found| &found.shapes);
        let found = || on_track(interface).and_then(|key| self.imports.get(&key));
        found().map(|found| &found.shapes).or_else(layer)
    }

    /// The name, with version, of the interface that this host has under `stem`; of the newest track, if it has
    /// several.
    pub(crate) fn version_of(&self, stem: &str) -> Option<&str> {
        let same = |found: &&Offered| found.name.split('@').next() == Some(stem);
        let layer = || Layer::builtin().interfaces().get(stem).map(|found| &found.name);
        let own = self.imports.values().filter(same).map(|found| &found.name);
        own.max_by_key(|name| release_of(name)).or_else(layer).map(String::as_str)
    }

    /// The release of a package, for example `host:run`, that this host has on the track of `wanted`.
    pub(crate) fn release_on_track(&self, package: &str, wanted: Release) -> Option<Release> {
        let same = |found: &&Offered| found.name.split('/').next() == Some(package);
        let releases =
            self.imports.values().filter(same).filter_map(|found| release_of(&found.name));
        releases.filter(|release| release.track() == wanted.track()).max()
    }

    /// The interface that a workflow exports.
    pub fn entry(&self) -> &str {
        &self.entry.name
    }

    /// Whether an exported interface is that one, in any release of its track.
    pub(crate) fn is_entry(&self, exported: &str) -> bool {
        on_track(exported).is_some_and(|exported| Some(exported) == on_track(&self.entry.name))
    }

    /// The shapes of the functions of that interface.
    pub(crate) const fn entry_functions(&self) -> &BTreeMap<String, String> {
        &self.entry.shapes.functions
    }
}

/// The release in an interface's name.
pub(crate) fn release_of(interface: &str) -> Option<Release> {
    Release::parse(interface.split_once('@')?.1)
}

fn interface(item: &WorldItem) -> Option<InterfaceId> {
    match item {
        WorldItem::Interface { id, .. } => Some(*id),
        WorldItem::Function(_) | WorldItem::Type { .. } => None,
    }
}

fn offered(resolve: &Resolve, id: InterfaceId) -> Offered {
    let name = resolve.id_of(id).unwrap_or_default();
    Offered { name, shapes: Shapes::of(resolve, &resolve.interfaces[id]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_can_be_read_and_says_what_a_function_looks_like() {
        let contract = Contract::read().unwrap();
        let ram = &contract.imports["aliyun:ram/queries@0.1"].shapes;
        assert!(ram.functions["get-role"].starts_with("func(borrow<identity>, string, record {"));
        assert_eq!(contract.entry(), "host:workflow/entry@0.1.0");
    }

    /// What a later host is: everything that is here, under later versions.
    #[test]
    fn a_later_release_of_a_track_has_what_an_earlier_one_is_asked_for() {
        let later = |(path, text): (String, String)| (path, text.replace("@0.1.0", "@0.1.3"));
        let files = contract_files(Catalog::builtin()).into_iter().map(later).collect();
        let contract = Contract::of(files).unwrap();
        for met in ["host:run/clock@0.1.0", "host:run/clock@0.1.3", "host:run/clock@0.1.9"] {
            let shapes = contract.offered(met).unwrap();
            assert!(shapes.functions.contains_key("now"), "{met}");
        }
        for other in ["0.2.0", "0.1.0-rc.1", "1.1.0", "0.0.1", "0.1", ""] {
            assert!(contract.offered(&format!("host:run/clock@{other}")).is_none(), "{other}");
        }
        assert!(contract.offered("host:run/clock").is_none());
        assert!(contract.is_entry("host:workflow/entry@0.1.0"));
        assert!(!contract.is_entry("host:workflow/entry@0.2.0"));
        let wanted = Release::parse("0.1.9").unwrap();
        assert_eq!(contract.release_on_track("host:run", wanted), Release::parse("0.1.3"));
        assert_eq!(contract.release_on_track("host:moon", wanted), None);
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
