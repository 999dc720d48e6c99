//! Proves that signatures agree with the official signers: every vector of `tests/vectors`, at
//! every step, and every captured request of `tests/wire`.
//!
//! `HOST_VECTORS` and `HOST_WIRE` name other folders with the same file names and format; relative
//! ones start at the workspace's root. A folder that is missing or holds nothing is a failure.

// `cfg(test)` always holds here; it tells the lints that these modules are tests throughout.
#[cfg(test)]
mod applied;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod report;
#[cfg(test)]
mod roa_v1;
#[cfg(test)]
mod rpc_v1;
#[cfg(test)]
mod v3;
#[cfg(test)]
mod wire;

use folder::{vectors_folder, wire_folder};

#[test]
fn rpc_v1_agrees_at_every_step() {
    rpc_v1::compare(&vectors_folder()).finish();
}

#[test]
fn roa_v1_agrees_at_every_step() {
    roa_v1::compare(&vectors_folder()).finish();
}

#[test]
fn v3_agrees_at_every_step() {
    v3::compare(&vectors_folder()).finish();
}

#[test]
fn v3_with_the_standard_headers_agrees_at_every_step() {
    v3::compare_node_subset(&vectors_folder()).finish();
}

#[test]
fn captured_requests_have_the_signature_that_we_derive() {
    wire::compare(&wire_folder()).finish();
}
