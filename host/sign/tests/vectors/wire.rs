//! Captured requests: the signature is derived again from the bytes that were sent.

use std::path::Path;

use host_model::SecretText;
use host_sign::acs3::HeaderSelection;
use host_sign::roa_v1::EmptyValue;
use host_sign::{AccessKey, Request, acs3, encode, roa_v1, rpc_v1};
use host_testkit::{Captured, captured};

use crate::folder::Pairs;
use crate::report::Report;

/// How many requests were seen of each kind.
#[derive(Default)]
struct Kinds {
    v3: usize,
    rpc_v1: usize,
    roa_v1: usize,
    anonymous: usize,
}

pub(crate) fn compare(folder: &Path) -> Report {
    let mut report = Report::new("captured requests");
    let mut kinds = Kinds::default();
    for captured in captured(folder) {
        compare_one(&mut report, &mut kinds, &captured);
    }
    let Kinds { v3, rpc_v1, roa_v1, anonymous } = kinds;
    report.note(format!(
        "of them {v3} V3, {rpc_v1} RPC V1, {roa_v1} ROA V1, {anonymous} anonymous (unsigned)"
    ));
    report
}

fn compare_one(report: &mut Report, kinds: &mut Kinds, captured: &Captured) {
    let Captured { name: id, request: sent, secret, is_signed } = captured;
    let (query, headers) = (borrowed(&sent.query), borrowed(&sent.headers));
    let request = Request {
        method: &sent.method,
        path: &sent.path,
        query: &query,
        headers: &headers,
        body: &sent.body,
    };
    let authorization = find(&headers, "authorization");
    let (counter, step, captured, derived) = match (authorization, find(&query, "Signature")) {
        (Some(captured), None) if captured.starts_with(acs3::ALGORITHM) => {
            (&mut kinds.v3, "authorization", captured, derive_v3(&request, captured, secret))
        }
        (Some(captured), None) => (
            &mut kinds.roa_v1,
            "authorization",
            captured,
            derive_roa_v1(&request, captured, secret),
        ),
        (None, Some(captured)) => {
            (&mut kinds.rpc_v1, "Signature", captured, derive_rpc_v1(&request, secret))
        }
        (None, None) => {
            let signed = if *is_signed { "yes" } else { "no" };
            (&mut kinds.anonymous, "is signed", "no", signed.to_owned())
        }
        (Some(_), Some(_)) => (&mut kinds.anonymous, "signatures", "one", "two".to_owned()),
    };
    *counter += 1;
    report.count();
    report.equal(id, step, captured, &derived);
}

/// Signs the headers that the capture lists: others were added by the HTTP library.
fn derive_v3(request: &Request<'_>, captured: &str, secret: &str) -> String {
    let id = between(captured, "Credential=", ",");
    let listed: Vec<&str> = between(captured, "SignedHeaders=", ",").split(';').collect();
    let headers: Pairs<'_> = request
        .headers
        .iter()
        .filter(|(name, _)| listed.contains(&name.to_ascii_lowercase().as_str()))
        .copied()
        .collect();
    let request = Request { headers: &headers, ..*request };
    match acs3::sign(&request, &key(id, secret), HeaderSelection::All) {
        Ok(signed) => signed.authorization,
        Err(error) => error.to_string(),
    }
}

fn derive_roa_v1(request: &Request<'_>, captured: &str, secret: &str) -> String {
    let id = between(captured, "acs ", ":");
    match roa_v1::sign(request, &key(id, secret), EmptyValue::Bare) {
        Ok(signed) => signed.authorization,
        Err(error) => error.to_string(),
    }
}

fn derive_rpc_v1(request: &Request<'_>, secret: &str) -> String {
    let kind = find(request.headers, "content-type").unwrap_or_default();
    let form = if kind.starts_with("application/x-www-form-urlencoded") {
        encode::form_decode(std::str::from_utf8(request.body).unwrap()).unwrap()
    } else {
        Vec::new()
    };
    let form = form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let id = find(request.query, "AccessKeyId").unwrap_or_default();
    let params = request.query.iter().copied().chain(form);
    rpc_v1::sign(request.method, params, &key(id, secret)).signature
}

/// What stands after `start` up to `end`, or to the end of the text.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no `{start}` in `{text}`"));
    rest.split_once(end).map_or(rest, |(found, _)| found)
}

fn key(id: &str, secret: &str) -> AccessKey {
    AccessKey::permanent(id, SecretText::new(secret))
}

fn find<'a>(pairs: &[(&'a str, &'a str)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
}

fn borrowed(pairs: &[(String, String)]) -> Pairs<'_> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
