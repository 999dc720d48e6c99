//! The contract that is committed is the one that the catalog stands for.

use std::fs;
use std::path::PathBuf;

use host_catalog::{Catalog, Product, package_text};

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

/// What a later release does to the data of a product, and to its package.
#[test]
fn what_comes_later_says_so_and_leaves_what_was_released() {
    let data = include_str!("../../data/sts.toml");
    let later = data
        .replace(
            "[actions.GetCallerIdentity]\n",
            "[actions.GetCallerIdentity]\nsince = \"0.1.1\"\n",
        )
        .replace("is = \"external-id\" }", "is = \"external-id\", late = true }");
    let (before, after) =
        (Product::parse("sts", data).unwrap(), Product::parse("sts", &later).unwrap());
    assert_eq!(after.release().to_string(), "0.1.1");
    assert_eq!(after.interfaces()[0].name, "aliyun:sts/queries@0.1.1");
    let text = package_text(&after);
    assert!(text.contains("\npackage aliyun:sts@0.1.1;\n"));
    let gate = |version: &str, item: &str| format!("@since(version = {version})\n{item}");
    for new in
        ["interface queries", "  get-caller-identity: func", "  record get-caller-identity-options"]
    {
        assert!(text.contains(&gate("0.1.1", new)), "{new}");
    }
    for old in [
        "interface changes",
        "  assume-role: func",
        "  record assume-role-options",
        "  record caller-identity",
    ] {
        assert!(text.contains(&gate("0.1.0", old)), "{old}");
    }
    assert!(text.contains("  @since(version = 0.1.1)\n  use types.{caller-identity};\n"));
    assert!(package_text(&before).contains("external-id: option<string>"));
    assert!(!text.contains("external-id"), "a late parameter has no place but `extra`");
}

#[test]
fn what_is_late_is_optional() {
    for product in Catalog::builtin().products() {
        for action in product.actions.values() {
            let late = action.parameters.iter().find(|it| it.late && it.required);
            assert!(late.is_none(), "{}: {late:?} would have been required before", action.name);
        }
    }
}
