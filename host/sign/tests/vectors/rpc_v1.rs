//! RPC V1 against `rpc_v1.json`.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use host_sign::{encode, rpc_v1};
use serde_json::{Value, json};
use sha1::Sha1;

use crate::folder::{Pairs, key, object, pairs, text, vectors};
use crate::report::{Report, Steps};

pub(crate) fn compare(folder: &Path) -> Report {
    let mut report = Report::new("rpc_v1 vectors");
    for vector in vectors(folder, "rpc_v1.json") {
        let (id, expected) = (text(&vector, "id"), object(&vector, "expected"));
        let steps = steps(&vector);
        report.case(id, expected, &steps);
        compare_key(&mut report, &vector, &steps);
        if let Some(documented) = vector["documented_signature"].as_str() {
            report.equal(id, "documented_signature", documented, text_of(&steps, "signature"));
        }
    }
    report
}

fn steps(vector: &Value) -> Steps {
    let inputs = &vector["inputs"];
    let query = all_query(vector);
    let form = pairs(inputs, "form_params_flat");
    let params = query.iter().chain(&form).copied();
    let signed = rpc_v1::sign(text(inputs, "method"), params, &key(inputs));

    let by_name: BTreeMap<&str, &str> = signed.signed_params.iter().copied().collect();
    let mut wire_query = query;
    wire_query.push(("Signature", &signed.signature));
    Steps::from([
        ("signed_params", json!(by_name)),
        ("canonical_query", json!(signed.canonical_query)),
        ("string_to_sign", json!(signed.string_to_sign)),
        ("hmac_key", json!(format!("{}&", text(inputs, "access_key_secret")))),
        ("signature", json!(signed.signature)),
        (
            "wire_query_python_sdk",
            json!(in_the_order_of(vector, "wire_query_python_sdk", &wire_query)),
        ),
        ("wire_body_python_sdk", json!(in_the_order_of(vector, "wire_body_python_sdk", &form))),
    ])
}

/// The query's parameters: those of the input, and the public ones unless they are among them.
fn all_query(vector: &Value) -> Pairs<'_> {
    let inputs = &vector["inputs"];
    let mut query = pairs(inputs, "query_params_flat");
    if inputs["params_are_complete"] == json!(true) {
        return query;
    }
    query.extend([
        ("Action", text(inputs, "action")),
        ("Version", text(inputs, "version")),
        ("Format", text(inputs, "format")),
        ("AccessKeyId", text(inputs, "access_key_id")),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("SignatureNonce", text(inputs, "nonce")),
        ("Timestamp", text(inputs, "timestamp")),
    ]);
    query.extend(inputs["security_token"].as_str().map(|token| ("SecurityToken", token)));
    if text(vector, "signer").starts_with("aliyun-python-sdk-core") {
        query.push(("SignatureType", ""));
    }
    query
}

/// Our parameters as a form, in the order in which the SDK wrote its own (that of a dictionary).
/// What the SDK did not send comes last, so that it shows up as a difference. The new SDK writes a
/// space as `+`, the old one as `%20`; a `+` of the text itself is always escaped.
fn in_the_order_of(vector: &Value, field: &str, ours: &[(&str, &str)]) -> String {
    let theirs = vector["expected"][field].as_str().unwrap_or_default();
    let order: Vec<String> =
        encode::form_decode(theirs).unwrap().into_iter().map(|(name, _)| name).collect();
    let mut ours = ours.to_vec();
    ours.sort_by_key(|(name, _)| {
        order.iter().position(|other| other == name).unwrap_or(usize::MAX)
    });
    if theirs.contains('+') { encode::form(&ours) } else { encode::query(&ours) }
}

/// The key is never shown, so what it was is proven by signing with the expected one.
fn compare_key(report: &mut Report, vector: &Value, steps: &Steps) {
    let mac = Hmac::<Sha1>::new_from_slice(text(&vector["expected"], "hmac_key").as_bytes());
    let mac = mac.unwrap().chain_update(text_of(steps, "string_to_sign"));
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    let step = "hmac_key, by its signature";
    report.equal(text(vector, "id"), step, &signature, text_of(steps, "signature"));
}

fn text_of<'a>(steps: &'a Steps, step: &str) -> &'a str {
    steps[step].as_str().unwrap()
}
