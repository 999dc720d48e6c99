//! `apply` against the same vectors: an unsigned request, the vector's date and nonce, and out
//! comes the signature of the official signer. Only the committed vectors are used, since others
//! may hold requests that a client of ours never writes.

use host_model::{HttpRequest, Scheme as Protocol, Timestamp};
use host_sign::{Api, Scheme, Stamp, apply, encode};
use serde_json::Value;

use crate::folder::{key, pairs, root, text, vectors};
use crate::report::Report;

/// Headers that `apply` writes: they are taken out of the vector's before.
fn is_written(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("x-acs-").unwrap_or(&name);
    name.starts_with("signature-")
        || ["date", "action", "version", "content-sha256", "accesskey-id", "security-token"]
            .contains(&name)
}

#[test]
fn acs3_writes_the_headers_that_the_node_signer_signs() {
    let mut report = Report::new("applied v3 vectors");
    let folder = root().join("tests/vectors");
    let sources = vectors(&folder, "v3.json");
    for vector in vectors(&folder, "v3_node_subset.json") {
        let same_as = text(&vector, "same_inputs_as");
        let source = sources.iter().find(|other| text(other, "id") == same_as).unwrap();
        let inputs = &source["inputs"];
        let body = text(inputs, "wire_body").as_bytes().to_vec();
        let request = unsigned(inputs, "query", body);
        let sent = applied(Scheme::Acs3, request, inputs, text(inputs, "x_acs_date"));

        let expected = text(&vector["expected"], "authorization");
        let actual = sent.header("authorization").unwrap();
        report.count();
        report.equal(text(&vector, "id"), "authorization", expected, actual);
    }
    report.finish();
}

#[test]
fn roa_v1_writes_the_headers_that_the_python_signer_signs() {
    let mut report = Report::new("applied roa_v1 vectors");
    for vector in new_signer("roa_v1.json") {
        let inputs = &vector["inputs"];
        let request = unsigned(inputs, "query", text(inputs, "body").as_bytes().to_vec());
        let date = text(inputs, "date");
        let at = jiff::fmt::rfc2822::parse(date).unwrap().timestamp().to_string();
        let sent = applied(Scheme::RoaV1, request, inputs, &at);

        let expected = text(&vector["expected"], "authorization");
        let (id, actual) = (text(&vector, "id"), sent.header("authorization").unwrap());
        report.count();
        report.equal(id, "authorization", expected, actual);
        report.equal(id, "date", date, sent.header("date").unwrap());
    }
    report.finish();
}

#[test]
fn rpc_v1_writes_the_parameters_that_the_python_signer_signs() {
    let mut report = Report::new("applied rpc_v1 vectors");
    for vector in new_signer("rpc_v1.json") {
        let inputs = &vector["inputs"];
        if inputs["params_are_complete"] == Value::Bool(true) {
            continue;
        }
        let form = pairs(inputs, "form_params_flat");
        let body = encode::form(&form).into_bytes();
        let mut request = unsigned(inputs, "query_params_flat", body);
        if !form.is_empty() {
            let kind = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
            request.headers.push(("content-type".to_owned(), kind));
        }
        let sent = applied(Scheme::RpcV1, request, inputs, text(inputs, "timestamp"));

        let (_, actual) = sent.query.iter().find(|(name, _)| name == "Signature").unwrap();
        report.count();
        let expected = text(&vector["expected"], "signature");
        report.equal(text(&vector, "id"), "signature", expected, actual);
    }
    report.finish();
}

/// The vectors of the new Python SDK: the old one writes other public parameters and headers.
fn new_signer(file: &str) -> Vec<Value> {
    let mut vectors = vectors(&root().join("tests/vectors"), file);
    vectors.retain(|vector| text(vector, "signer").starts_with("alibabacloud-tea-openapi"));
    vectors
}

fn unsigned(inputs: &Value, query: &str, body: Vec<u8>) -> HttpRequest {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let headers = inputs.get("headers").map(|_| pairs(inputs, "headers")).unwrap_or_default();
    HttpRequest {
        method: text(inputs, "method").to_owned(),
        scheme: Protocol::Https,
        authority: text(inputs, "host").to_owned(),
        path: text(inputs, "path").to_owned(),
        query: pairs(inputs, query).into_iter().map(owned).collect(),
        headers: headers.into_iter().filter(|(name, _)| !is_written(name)).map(owned).collect(),
        body,
    }
}

fn applied(scheme: Scheme, request: HttpRequest, inputs: &Value, at: &str) -> HttpRequest {
    let at: jiff::Timestamp = at.parse().unwrap();
    let stamp = Stamp {
        at: Timestamp::from_millis(at.as_millisecond()),
        nonce: text(inputs, "nonce").to_owned(),
    };
    let api = Api { action: text(inputs, "action"), version: text(inputs, "version") };
    apply(scheme, request, &key(inputs), stamp, api).unwrap()
}
