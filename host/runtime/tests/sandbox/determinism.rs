//! The same answers lead to the same events and the same output, on every machine.

use host_runtime::{Engine, Limits, Prepared};

use crate::component::component;
use crate::guest::hostile;
use crate::script::{engine, run, run_bytes, usual};

#[test]
fn the_bits_of_a_nan_are_the_same_everywhere() {
    // 0/0 as eight bytes of text would be no text: the low bytes are counted instead.
    let body = "(local.set $i (i32.wrap_i64 (i64.shr_u
            (i64.reinterpret_f64 (f64.neg (f64.div (f64.const 0) (f64.const 0)))) (i64.const 32))))
        (if (i32.ne (local.get $i) (i32.const 0xfff80000)) (then (unreachable)))
        (local.set $j (i32.reinterpret_f32 (f32.mul (f32.const nan:0x2bcdef) (f32.const 1))))
        (if (i32.ne (local.get $j) (i32.const 0x7fc00000)) (then (unreachable)))";
    let outcome = run_bytes(&component("", "", body), Limits::default());
    assert_eq!(outcome.result.unwrap(), "{}");
}

#[test]
fn the_same_answers_lead_to_the_same_events() {
    let second = Engine::new(&Limits::default()).unwrap();
    for attack in ["extra-overriding", "call-uncatalogued", "words", "trust-open"] {
        let input = format!(r#"{{"attack": "{attack}"}}"#);
        let outcomes: Vec<_> = [engine(), engine(), &second]
            .into_iter()
            .map(|engine| {
                let prepared = Prepared::new(engine, None, "hostile.wasm", hostile()).unwrap();
                let outcome = run(&prepared, Limits::default(), &input, usual);
                (outcome.events, outcome.result.map_err(|error| error.to_string()))
            })
            .collect();
        assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]), "{attack}: {outcomes:?}");
    }
}
