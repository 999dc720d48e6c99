//! Components of every released contract: what was built then is loaded, linked and entered today.
//!
//! Each imports every function of one released package, in the shapes of then. `wit/released.lock` names them;
//! none is ever made anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use host_model::Problem as _;
use host_runtime::{Limits, Package, Prepared};
use wit_parser::{Resolve, WorldItem};

use crate::script::{engine, run, usual};

/// A package that `wit/released.lock` names.
struct Kept {
    name: String,
    version: String,
    /// The folder with its text.
    text: PathBuf,
    component: Vec<u8>,
}

fn kept() -> Vec<Kept> {
    let root = host_testkit::workspace();
    let lock = read(&root.join("wit/released.lock"));
    let lock: toml::Table =
        toml::from_str(&String::from_utf8(lock).expect("it is text")).expect("it is TOML");
    let packages = lock["package"].as_array().expect("packages were released");
    let text = |package: &toml::Value, key: &str| package[key].as_str().expect("a text").to_owned();
    let kept = packages.iter().map(|package| Kept {
        name: text(package, "name"),
        version: text(package, "version"),
        text: root.join(text(package, "text")),
        component: read(&root.join(text(package, "component"))),
    });
    kept.collect()
}

/// Every function that a workflow of that release could import, of one package or, for that of the worlds, of all.
fn promised(kept: &Kept) -> BTreeSet<(String, String)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(&kept.text).expect("the text parses");
    let world = resolve.select_world(&[package], Some("workflow")).expect("it has the world");
    let imports = resolve.worlds[world].imports.values().filter_map(|item| match item {
        WorldItem::Interface { id, .. } => Some(*id),
        WorldItem::Function(_) | WorldItem::Type { .. } => None,
    });
    let mut promised = BTreeSet::new();
    for interface in imports {
        let name = resolve.id_of(interface).expect("it has a name");
        if kept.name == "host:workflow" || name.starts_with(&format!("{}/", kept.name)) {
            let functions = resolve.interfaces[interface].functions.keys();
            promised.extend(functions.map(|function| (name.clone(), function.clone())));
        }
    }
    promised
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| unreachable!("{}: {error}", path.display()))
}

#[test]
fn a_component_of_every_released_package_still_loads() {
    let all = kept();
    assert!(!all.is_empty());
    for Kept { name, version, component, .. } in all {
        let prepared = Prepared::new(engine(), None, &name, &component);
        let prepared = prepared.unwrap_or_else(|error| unreachable!("{name} {version}: {error}"));
        // It does nothing but give up, which it can only do if all its imports were met.
        let outcome = run(&prepared, Limits::default(), "{}", usual);
        let error = outcome.result.unwrap_err();
        assert_eq!(error.code(), "runtime.workflow-trapped", "{name} {version}: {error}");
        assert!(outcome.events.is_empty(), "{name} {version}: {:?}", outcome.events);
    }
}

/// Otherwise the test above would prove nothing.
#[test]
fn the_components_that_are_kept_import_all_that_their_packages_have() {
    for kept in kept() {
        let promised = promised(&kept);
        assert!(!promised.is_empty(), "{}", kept.name);
        let package = Package::read(&kept.name, &kept.component).unwrap();
        let imports = package.imports.into_iter().map(|it| (it.interface, it.function)).collect();
        let lost: Vec<_> = promised.difference(&imports).collect();
        assert!(lost.is_empty(), "{} {}: {lost:?}", kept.name, kept.version);
    }
}

#[test]
fn the_page_says_the_limits_that_a_workflow_has() {
    let page = read(&host_testkit::workspace().join("docs/contract.md"));
    let page = String::from_utf8(page).unwrap();
    let limits = format!("{:?}", Limits::default());
    let limits = limits.trim_start_matches("Limits {").trim_end_matches('}').trim();
    for limit in limits.split(", ") {
        let (name, value) = limit.split_once(": ").unwrap();
        let row = format!("\n| `{name}` | {value} |");
        assert!(page.contains(&row), "docs/contract.md has no row{row}");
    }
}
