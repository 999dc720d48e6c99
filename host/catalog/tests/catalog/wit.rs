//! The contract that is committed is the one that the catalog stands for.

use std::fs;
use std::path::PathBuf;

use host_catalog::{Catalog, package_text};

fn committed(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    fs::read_to_string(root.join(path)).expect("the contract is committed")
}

#[test]
fn every_package_is_committed_as_it_is_generated() {
    for product in Catalog::builtin().products() {
        let path = format!("deps/aliyun-{0}/{0}.wit", product.key);
        assert!(committed(&path) == package_text(product), "{path} is stale: cargo xtask wit");
    }
}

#[test]
fn the_world_imports_every_interface() {
    let world = committed("world.wit");
    for product in Catalog::builtin().products() {
        for interface in product.interfaces() {
            let import = format!("\n  import {};\n", interface.name);
            assert!(world.contains(&import), "{}", interface.name);
        }
    }
}

#[test]
fn the_contract_has_no_place_for_what_is_closed() {
    for product in Catalog::builtin().products() {
        for interface in product.interfaces() {
            for function in &interface.functions {
                let action = &product.actions[&function.action];
                for argument in function.arguments.iter().chain(&function.options) {
                    let parameter = action.parameter(&argument.parameter);
                    let is_open = parameter.is_none_or(host_catalog::Parameter::is_open);
                    assert!(is_open, "{}: {}", function.action, argument.name);
                }
            }
        }
    }
    let ecs = package_text(Catalog::builtin().product("ecs").unwrap());
    assert!(ecs.contains("    parameters: list<tuple<string, value>>,\n"));
    assert!(!ecs.contains("launcher") && !ecs.contains("client-token"));
}

#[test]
fn settings_are_pairs_in_the_contract() {
    let cs = package_text(Catalog::builtin().product("cs").unwrap());
    assert!(cs.contains(
        "modify-cluster-addon: func(caller: borrow<identity>, region-id: string, \
         cluster-id: string, component-id: string, config: list<tuple<string, value>>, \
         options: modify-cluster-addon-options) -> result<_, error>;"
    ));
}
