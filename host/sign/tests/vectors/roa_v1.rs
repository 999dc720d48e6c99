//! ROA V1 against `roa_v1.json`.

use std::path::Path;

use host_sign::Request;
use host_sign::roa_v1::{EmptyValue, sign};
use serde_json::{Value, json};

use crate::folder::{key, object, pairs, text, vectors};
use crate::report::{Report, Steps};

pub(crate) fn compare(folder: &Path) -> Report {
    let mut report = Report::new("roa_v1 vectors");
    for vector in vectors(folder, "roa_v1.json") {
        let (id, expected) = (text(&vector, "id"), object(&vector, "expected"));
        match steps(&vector) {
            Ok(steps) => report.case(id, expected, &steps),
            Err(error) => report.fail(id, "sign", "a signature", &error.to_string()),
        }
    }
    report
}

fn steps(vector: &Value) -> Result<Steps, host_sign::SignError> {
    let inputs = &vector["inputs"];
    let (query, headers) = (pairs(inputs, "query"), pairs(inputs, "headers"));
    let request = Request {
        method: text(inputs, "method"),
        path: text(inputs, "path"),
        query: &query,
        headers: &headers,
        body: text(inputs, "body").as_bytes(),
    };
    let signed = sign(&request, &key(inputs), empty_value(text(vector, "signer")))?;
    Ok(Steps::from([
        ("canonical_headers", json!(signed.canonical_headers)),
        ("canonical_resource", json!(signed.canonical_resource)),
        ("string_to_sign", json!(signed.string_to_sign)),
        ("signature", json!(signed.signature)),
        ("authorization", json!(signed.authorization)),
    ]))
}

/// The official signers differ in this one thing.
fn empty_value(signer: &str) -> EmptyValue {
    if signer.starts_with("aliyun-python-sdk-core") { EmptyValue::Equals } else { EmptyValue::Bare }
}
