//! One case for each row of the table of what breaks, seen from the WIT (docs/contract.md).

use std::collections::BTreeMap;

use super::compare::faults;
use super::item::Package;
use super::lock::digest_of;
use super::tree::Tree;

const SHOP: &str = "\
package example:shop@0.1.0;

@since(version = 0.1.0)
interface types {
  @since(version = 0.1.0)
  resource door {
    @since(version = 0.1.0)
    knock: func() -> string;
  }
  @since(version = 0.1.0)
  record pet { name: string, legs: u32 }
  @since(version = 0.1.0)
  variant mood { calm, other(string) }
  @since(version = 0.1.0)
  enum size { small, large }
  @since(version = 0.1.0)
  flags habits { barks, bites }
}

@since(version = 0.1.0)
interface sales {
  @since(version = 0.1.0)
  use types.{door, pet, mood};
  @since(version = 0.1.0)
  sell: func(at: borrow<door>, pet: pet) -> result<mood, string>;
  @since(version = 0.1.0)
  close: func();
}

@since(version = 0.1.0)
interface entry {
  @since(version = 0.1.0)
  run: func(input: string) -> string;
}

@since(version = 0.1.0)
world imports {
  @since(version = 0.1.0)
  import sales;
}

@since(version = 0.1.0)
world plugin {
  @since(version = 0.1.0)
  include imports;
  @since(version = 0.1.0)
  export entry;
}
";

/// A gate and a line, as a later release adds them.
const LATER: &str = "@since(version = 0.1.1)\n  ";

fn tree(text: &str) -> Tree {
    Tree::of(BTreeMap::from([("shop.wit".to_owned(), text.to_owned())])).unwrap()
}

fn package(text: &str) -> Package {
    let tree = tree(text);
    assert!(tree.faults.is_empty(), "{:?}", tree.faults);
    tree.packages[0].clone()
}

/// The shop as a later release: one text replaced, which must be there, and the version with it.
fn later(old: &str, new: &str) -> String {
    assert!(SHOP.contains(old), "{old}");
    SHOP.replacen(old, new, 1).replace("shop@0.1.0;", "shop@0.1.1;")
}

fn found(old: &str, new: &str) -> Vec<String> {
    faults(&package(SHOP), Some(&package(&later(old, new))))
}

#[test]
fn additions_are_fine_and_nothing_else() {
    let added = |line: &str| format!("{LATER}{line}\n  @since(version = 0.1.0)\n  close");
    let close = "@since(version = 0.1.0)\n  close";
    let fine = [
        ("the host has an extra function", close, added("pause: func();")),
        ("a parameter is renamed", "pet: pet) ->", "animal: pet) ->".to_owned()),
        (
            "a resource gains a method",
            "    knock",
            format!("    knock: func() -> string;\n    {LATER}    ring"),
        ),
        ("a new type", close, added("record receipt { price: u32 }")),
        (
            "a new interface, only types",
            "@since(version = 0.1.0)\ninterface entry",
            "@since(version = 0.1.1)\ninterface cages {\n  @since(version = 0.1.1)\n  record cage { wide: u32 }\n}\n\
             @since(version = 0.1.0)\ninterface entry"
                .to_owned(),
        ),
        (
            "a new interface, imported",
            "  import sales;",
            format!("  import sales;\n  {LATER}import types;"),
        ),
        ("a later version, without anything new", "record pet", "record pet".to_owned()),
        ("an experiment", close, "@unstable(feature = shop-pause)\n  pause: func();\n  @since(version = 0.1.0)\n  close".to_owned()),
        (
            "a function that will go",
            "@since(version = 0.1.0)\n  close",
            "@since(version = 0.1.0)\n  @deprecated(version = 0.1.1)\n  close".to_owned(),
        ),
        ("words of comments", "  record pet", "  /// An animal.\n  record pet".to_owned()),
    ];
    for (case, old, new) in fine {
        assert_eq!(found(old, &new), Vec::<String>::new(), "{case}");
    }
}

/// What was done, how, and the words that name it.
type Case = (&'static str, &'static str, &'static str, &'static str);

const FROZEN: [Case; 14] = [
    (
        "a function is gone",
        "  close: func();",
        "  %flags: func();",
        "function `example:shop/sales.close` was released in 0.1.0 and is gone",
    ),
    (
        "a method is gone",
        "knock: func() -> string;",
        "ring: func() -> string;",
        "method `example:shop/types.door.knock` was released",
    ),
    (
        "a parameter, even an option",
        "close: func();",
        "close: func(why: option<string>);",
        "function `example:shop/sales.close` is not what was released",
    ),
    ("a result", "close: func();", "close: func() -> bool;", "now:      func() -> bool"),
    (
        "an enum gains a case",
        "small, large",
        "small, large, huge",
        "enum `example:shop/types.size` is not",
    ),
    (
        "a variant gains a case",
        "calm, other(string)",
        "calm, wild, other(string)",
        "variant `example:shop/types.mood` is not",
    ),
    (
        "a record gains an option",
        "legs: u32 }",
        "legs: u32, tail: option<bool> }",
        "record `example:shop/types.pet` is not",
    ),
    (
        "a record has another order",
        "name: string, legs: u32",
        "legs: u32, name: string",
        "record `example:shop/types.pet` is not",
    ),
    (
        "flags gain a flag",
        "barks, bites",
        "barks, bites, purrs",
        "flags `example:shop/types.habits` is not",
    ),
    (
        "a function becomes async",
        "close: func();",
        "close: async func();",
        "function `example:shop/sales.close` is not",
    ),
    (
        "a record becomes a variant",
        "record pet { name: string, legs: u32 }",
        "variant pet { name(string), legs(u32) }",
        "record `example:shop/types.pet` is not",
    ),
    (
        "a gate moves",
        "@since(version = 0.1.0)\n  record",
        "@since(version = 0.1.1)\n  record",
        "was released with `@since` 0.1.0, and now says 0.1.1",
    ),
    (
        "an import is gone",
        "  @since(version = 0.1.0)\n  import sales;",
        "",
        "import `example:shop/sales@0.1 into example:shop/imports` was released",
    ),
    (
        "an export is gone",
        "  @since(version = 0.1.0)\n  export entry;",
        "",
        "export `example:shop/entry@0.1 of example:shop/plugin` was released",
    ),
];

#[test]
fn whatever_breaks_a_component_is_named_in_words() {
    for (case, old, new, words) in FROZEN {
        let found = found(old, new);
        assert!(found.iter().any(|fault| fault.contains(words)), "{case}: {found:#?}");
    }
}

#[test]
fn what_is_gone_with_its_interface_is_said_once() {
    let start = SHOP.find("@since(version = 0.1.0)\ninterface entry").unwrap();
    let end = SHOP.find("@since(version = 0.1.0)\nworld imports").unwrap();
    let export = "  @since(version = 0.1.0)\n  export entry;\n";
    let without = SHOP.replace(&SHOP[start..end], "").replace(export, "");
    let found = faults(&package(SHOP), Some(&package(&without)));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("interface `example:shop/entry` was released"), "{found:#?}");
}

#[test]
fn whatever_is_new_says_that_it_came_later() {
    for (old, new, words) in [
        (
            "  close: func();",
            "  close: func();\n  @since(version = 0.1.0)\n  pause: func();",
            "function `example:shop/sales.pause` is new, and says that it is there since 0.1.0",
        ),
        (
            "  close: func();",
            "  close: func();\n  @since(version = 0.1.0)\n  enum coin { cent }",
            "enum `example:shop/sales.coin` is new",
        ),
        (
            "  import sales;",
            "  import sales;\n  @since(version = 0.1.0)\n  import entry;",
            "import `example:shop/entry@0.1 into example:shop/imports` is new",
        ),
    ] {
        let found = found(old, new);
        assert!(found.iter().any(|fault| fault.contains(words)), "{words}: {found:#?}");
    }
}

#[test]
fn nothing_is_added_to_what_workflows_export() {
    for (old, new) in [
        (
            "  run: func(input: string) -> string;",
            format!("  run: func(input: string) -> string;\n  {LATER}stop: func();"),
        ),
        ("  export entry;", format!("  export entry;\n  {LATER}export sales;")),
    ] {
        let found = found(old, &new);
        assert!(
            found.iter().any(|fault| fault.contains("workflows of 0.1.0 do not have it")),
            "{found:#?}"
        );
    }
}

#[test]
fn every_item_has_a_gate_that_tools_see() {
    let cases = [
        (
            "  @since(version = 0.1.0)\n  close",
            "  close",
            "function `example:shop/sales.close` has no `@since`",
        ),
        (
            "  @since(version = 0.1.0)\n  record",
            "  record",
            "record `example:shop/types.pet` has no `@since`",
        ),
        (
            "    @since(version = 0.1.0)\n    knock",
            "    knock",
            "method `example:shop/types.door.knock` has no `@since`",
        ),
        (
            "@since(version = 0.1.0)\ninterface sales",
            "interface sales",
            "interface `example:shop/sales` has no `@since`",
        ),
        (
            "@since(version = 0.1.0)\n  use types",
            "use types",
            "name `example:shop/sales.door` has no `@since`",
        ),
        (
            "  @since(version = 0.1.0)\n  import",
            "  import",
            "import `example:shop/sales@0.1 into example:shop/imports` has no",
        ),
        (
            "@since(version = 0.1.0)\nworld imports",
            "world imports",
            "world `example:shop/imports` has no `@since`",
        ),
    ];
    for (old, new, words) in cases {
        assert!(SHOP.contains(old), "{old}");
        let faults = tree(&SHOP.replacen(old, new, 1)).faults;
        assert!(faults.iter().any(|fault| fault.contains(words)), "{words}: {faults:#?}");
    }
    let close = "@since(version = 0.1.0)\n  close";
    let late = SHOP.replacen(close, "@since(version = 0.1.1)\n  close", 1);
    let refused = Tree::of(BTreeMap::from([("shop.wit".to_owned(), late)]));
    let refused = refused.err().unwrap_or_default();
    assert!(refused.contains("unreleased version 0.1.1"), "{refused}");
}

#[test]
fn a_draft_is_no_contract() {
    for version in ["0.1.0-rc.1", "0.1.0+b1"] {
        let faults = tree(&SHOP.replace("0.1.0", version)).faults;
        assert!(
            faults.iter().any(|fault| fault.contains("only releases")),
            "{version}: {faults:?}"
        );
    }
    let unversioned = SHOP.replace("@since(version = 0.1.0)", "").replace("shop@0.1.0", "shop");
    assert!(tree(&unversioned).faults.iter().any(|fault| fault.contains("only releases")));
}

#[test]
fn a_released_track_stays_beside_another() {
    let released = package(SHOP);
    let next = tree(&SHOP.replace("shop@0.1.0;", "shop@0.2.0;"));
    let gone = faults(&released, next.package("example:shop", released.version));
    assert_eq!(gone, ["package `example:shop` of track 0.1 was released and is gone"]);
    let back = faults(&package(&later("record pet", "record pet")), Some(&released));
    assert!(
        back.iter().any(|fault| fault.contains("is 0.1.0, and 0.1.1 was released")),
        "{back:?}"
    );
}

#[test]
fn a_digest_is_about_items_and_not_about_words() {
    let digest = |text: &str| digest_of(&package(text));
    let same =
        SHOP.replace("  record", "  /// An animal.\n  record").replace("pet: pet", "it: pet");
    assert_eq!(digest(&same), digest(SHOP));
    assert_ne!(digest(&SHOP.replace("legs: u32", "legs: u64")), digest(SHOP));
    assert_ne!(digest(&later("record pet", "record pet")), digest(SHOP), "the version counts");
}
