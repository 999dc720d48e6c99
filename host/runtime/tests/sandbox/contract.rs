//! Components of every released contract: what was built then is loaded, linked and entered today.
//!
//! Each imports every function of one released package, in the shapes of then. `wit/released.lock` names them;
//! none is ever made anew.

use std::path::Path;

use host_model::Problem as _;
use host_runtime::{Limits, Prepared};

use crate::script::{engine, run, usual};

/// The lock, and the bytes of every component that it names, with the package.
fn kept() -> Vec<(String, String, Vec<u8>)> {
    let root = host_testkit::workspace();
    let lock = read(&root.join("wit/released.lock"));
    let lock: toml::Table = toml::from_str(&String::from_utf8(lock).unwrap()).unwrap();
    let packages = lock["package"].as_array().unwrap();
    let text = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
    let kept = packages.iter().map(|package| {
        let bytes = read(&root.join(text(package, "component")));
        (text(package, "name"), text(package, "version"), bytes)
    });
    kept.collect()
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| unreachable!("{}: {error}", path.display()))
}

#[test]
fn a_component_of_every_released_package_still_loads() {
    let kept = kept();
    assert!(!kept.is_empty());
    for (name, version, bytes) in kept {
        let prepared = Prepared::new(engine(), None, &name, &bytes);
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
    let all: Vec<_> = kept().into_iter().filter(|(name, ..)| name == "host:workflow").collect();
    for (name, version, bytes) in all {
        let prepared = Prepared::new(engine(), None, &name, &bytes).unwrap();
        let imports = &prepared.package().imports;
        for (other, its, bytes) in kept().iter().filter(|(_, its, _)| *its == version) {
            let part = Prepared::new(engine(), None, other, bytes).unwrap();
            let lost = part.package().imports.iter().find(|import| !imports.contains(import));
            assert_eq!(lost, None, "{other} {its} of {name} {version}");
        }
        let functions =
            |interface: &str| imports.iter().filter(|it| it.interface == interface).count();
        assert!(functions(&format!("host:run/context@{version}")) >= 7, "{imports:?}");
        assert!(imports.len() > 100, "{}", imports.len());
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
