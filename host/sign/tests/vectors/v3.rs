//! ACS3 against `v3.json` and `v3_node_subset.json`.

use std::path::Path;

use host_sign::acs3::{HeaderSelection, sign};
use host_sign::{Request, SignError};
use serde_json::{Value, json};

use crate::folder::{key, object, pairs, text, vectors};
use crate::report::{Report, Steps};

/// The Python signer: every given header is signed.
pub(crate) fn compare(folder: &Path) -> Report {
    let mut report = Report::new("v3 vectors");
    for vector in vectors(folder, "v3.json") {
        let id = text(&vector, "id");
        let steps = steps(&vector["inputs"], HeaderSelection::All);
        compare_one(&mut report, &vector, steps);
        if let Some(documented) = vector["documented_signature"].as_str() {
            let signed = text(&vector["expected"], "signature");
            report.equal(id, "documented_signature", documented, signed);
        }
    }
    report
}

/// The Node signer: the same inputs, fewer signed headers.
pub(crate) fn compare_node_subset(folder: &Path) -> Report {
    let mut report = Report::new("v3_node_subset vectors");
    let inputs = vectors(folder, "v3.json");
    for vector in vectors(folder, "v3_node_subset.json") {
        let same_as = text(&vector, "same_inputs_as");
        let source = inputs.iter().find(|other| text(other, "id") == same_as);
        match source {
            Some(source) => {
                let steps = steps(&source["inputs"], HeaderSelection::Standard);
                compare_one(&mut report, &vector, steps);
            }
            None => report.fail(text(&vector, "id"), "same_inputs_as", same_as, "no such vector"),
        }
    }
    report
}

fn compare_one(report: &mut Report, vector: &Value, steps: Result<Steps, SignError>) {
    let id = text(vector, "id");
    match steps {
        Ok(steps) => report.case(id, object(vector, "expected"), &steps),
        Err(error) => report.fail(id, "sign", "a signature", &error.to_string()),
    }
}

fn steps(inputs: &Value, selection: HeaderSelection) -> Result<Steps, SignError> {
    let (query, headers) = (pairs(inputs, "query"), pairs(inputs, "headers"));
    let request = Request {
        method: text(inputs, "method"),
        path: text(inputs, "path"),
        query: &query,
        headers: &headers,
        body: text(inputs, "wire_body").as_bytes(),
    };
    let signed = sign(&request, &key(inputs), selection)?;
    Ok(Steps::from([
        ("canonical_uri", json!(signed.canonical_uri)),
        ("canonical_query", json!(signed.canonical_query)),
        ("canonical_headers", json!(signed.canonical_headers)),
        ("signed_headers", json!(signed.signed_headers)),
        ("hashed_payload", json!(signed.hashed_payload)),
        ("canonical_request", json!(signed.canonical_request)),
        ("string_to_sign", json!(signed.string_to_sign)),
        ("signature", json!(signed.signature)),
        ("authorization", json!(signed.authorization)),
    ]))
}
