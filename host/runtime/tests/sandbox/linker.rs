//! What breaks a component that was built before, on the linker of this engine: the ground on which docs/contract.md
//! stands. An engine that changes a row is noticed here.

use wasmtime::component::{
    Component, ComponentType, Lift, Linker, Lower, Resource, ResourceType, flags,
};
use wasmtime::{Engine, Result};

#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
enum Size {
    #[component(name = "small")]
    Small,
    #[component(name = "large")]
    Large,
}

#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(variant)]
enum Mood {
    #[component(name = "calm")]
    Calm,
    #[component(name = "other")]
    Other(u32),
}

#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(record)]
struct Pet {
    legs: u32,
}

flags! {
    Habits {
        #[component(name = "barks")]
        const BARKS;
        #[component(name = "bites")]
        const BITES;
    }
}

/// A resource of the host.
struct Door;

/// A host that has the shop in these versions; in the later ones of a track there is more.
fn host(versions: &[&str], engine: &Engine) -> Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    for version in versions {
        let mut shop = linker.instance(&format!("example:shop/sales@{version}"))?;
        shop.resource("door", ResourceType::host::<Door>(), |_, _| Ok(()))?;
        shop.func_wrap("[method]door.knock", |_, (_,): (Resource<Door>,)| Ok(()))?;
        shop.func_wrap("sell", |_, (_,): (u32,)| Ok(()))?;
        shop.func_wrap("size", |_, (size,): (Size,)| {
            let other = match size {
                Size::Small => Size::Large,
                Size::Large => Size::Small,
            };
            Ok((other,))
        })?;
        shop.func_wrap("mood", |_, ()| Ok((Mood::Calm,)))?;
        shop.func_wrap("pet", |_, (pet,): (Pet,)| Ok((pet.legs,)))?;
        shop.func_wrap("habits", |_, (_,): (Habits,)| Ok(()))?;
        if *version != "0.1.0" {
            shop.func_wrap("pause", |_, (): ()| Ok(()))?;
        }
    }
    Ok(linker)
}

/// Whether a component that imports this from the shop can be linked.
fn links(versions: &[&str], import: &str, wanted: &str) -> bool {
    let engine = Engine::default();
    let text = format!(r#"(component (import "{import}" (instance {wanted})))"#);
    let component =
        Component::new(&engine, wat::parse_str(&text).expect("the text of a case parses"));
    let component = component.unwrap_or_else(|error| unreachable!("{text}: {error:#}"));
    let linker = host(versions, &engine).expect("the host can be made");
    linker.instantiate_pre(&component).is_ok()
}

/// A function that takes a type which the interface defines.
fn taking(function: &str, name: &str, is: &str) -> String {
    format!(
        r#"(type $is {is}) (export "{name}" (type $it (eq $is))) (export "{function}" (func (param "it" $it)))"#
    )
}

const SELL: &str = r#"(export "sell" (func (param "many" u32)))"#;
const PAUSE: &str = r#"(export "pause" (func))"#;

#[test]
fn the_linker_breaks_what_it_broke_and_nothing_else() {
    let shape = |text: &str| text.to_owned();
    let giving = |is: &str| {
        format!(
            r#"(type $is {is}) (export "mood-is" (type $it (eq $is))) (export "mood" (func (result $it)))"#
        )
    };
    let rows = [
        (true, "the host has an extra function", shape(SELL)),
        (true, "a parameter is renamed", shape(r#"(export "sell" (func (param "number" u32)))"#)),
        (
            true,
            "a resource has a method that nobody wants",
            shape(r#"(export "door" (type (sub resource)))"#),
        ),
        (false, "a function that the host lacks", shape(PAUSE)),
        (
            false,
            "a resource that the host lacks",
            shape(r#"(export "window" (type (sub resource)))"#),
        ),
        (
            false,
            "one parameter more, even an option",
            shape(
                r#"(type $why (option u32)) (export "sell" (func (param "many" u32) (param "why" $why)))"#,
            ),
        ),
        (
            false,
            "one result more",
            shape(r#"(export "sell" (func (param "many" u32) (result bool)))"#),
        ),
        (true, "the enum as it is", taking_size(r#"(enum "small" "large")"#)),
        (false, "an enum with one case more", taking_size(r#"(enum "small" "large" "huge")"#)),
        (true, "the variant as it is", giving(r#"(variant (case "calm") (case "other" u32))"#)),
        (
            false,
            "a variant with one case more, as a result",
            giving(r#"(variant (case "calm") (case "other" u32) (case "wild"))"#),
        ),
        (true, "the record as it is", taking_pet(r#"(record (field "legs" u32))"#)),
        (
            false,
            "a record with one option more",
            taking_pet(r#"(record (field "legs" u32) (field "tail" (option bool)))"#),
        ),
        (
            true,
            "the flags as they are",
            taking("habits", "habits-are", r#"(flags "barks" "bites")"#),
        ),
        (
            false,
            "flags with one flag more",
            taking("habits", "habits-are", r#"(flags "barks" "bites" "purrs")"#),
        ),
    ];
    for (expected, case, wanted) in rows {
        assert_eq!(links(&["0.1.0"], "example:shop/sales@0.1.0", &wanted), expected, "{case}");
    }
    let waits = r#"(component (import "example:shop/sales@0.1.0"
        (instance (export "sell" (func async (param "many" u32))))))"#;
    let waits = Component::new(&Engine::default(), wat::parse_str(waits).unwrap());
    assert!(waits.is_err(), "an async function is not even read");
}

fn taking_size(is: &str) -> String {
    format!(
        r#"(type $is {is}) (export "size-is" (type $it (eq $is)))
           (export "size" (func (param "it" $it) (result $it)))"#
    )
}

fn taking_pet(is: &str) -> String {
    format!(
        r#"(type $is {is}) (export "pet-is" (type $it (eq $is)))
           (export "pet" (func (param "it" $it) (result u32)))"#
    )
}

#[test]
fn versions_of_a_track_meet_each_other() {
    let rows: [(bool, &[&str], &str, &str); 14] = [
        (true, &["0.1.3"], "0.1.0", SELL),
        (true, &["0.1.0"], "0.1.3", SELL),
        (true, &["1.5.1"], "1.2.0", SELL),
        (true, &["1.2.0"], "1.5.1", SELL),
        (false, &["0.1.0"], "0.2.0", SELL),
        (false, &["1.0.0"], "2.0.0", SELL),
        (false, &["0.0.2"], "0.0.1", SELL),
        (false, &["0.2.0-draft2"], "0.2.0-draft", SELL),
        (false, &["0.1.0"], "0.1.0-rc.1", SELL),
        (true, &["0.1.0"], "0.1.0+b1", SELL),
        (true, &["0.1.3", "0.2.0"], "0.2.5", SELL),
        (true, &["0.1.0", "0.1.3"], "0.1.1", PAUSE),
        // Why a host has the newest release of a track and no other.
        (false, &["0.1.0", "0.1.3"], "0.1.0", PAUSE),
        (true, &["0.1.3"], "0.1.0", PAUSE),
    ];
    for (expected, versions, wanted, what) in rows {
        let import = format!("example:shop/sales@{wanted}");
        assert_eq!(links(versions, &import, what), expected, "{versions:?} and {wanted}");
    }
    assert!(!links(&["0.1.0"], "example:shop/sales", SELL), "without a version");
    assert!(!links(&["0.1.0"], "example:shop/returns@0.1.0", SELL), "another interface");
    let only_types = r#"(type $is (record (field "legs" u32))) (export "pet" (type $it (eq $is)))"#;
    assert!(links(&["0.1.0"], "example:shop/kinds@0.1.0", only_types), "nothing but types");
}
