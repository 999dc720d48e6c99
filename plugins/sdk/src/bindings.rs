//! What `wit-bindgen` makes of `wit/`, and nothing else.
#![expect(
    missing_docs,
    clippy::pedantic,
    reason = "generated from the contract, which has the documentation"
)]

wit_bindgen::generate!({
    path: "../../wit",
    world: "workflow",
    generate_all,
    pub_export_macro: true,
    additional_derives: [Default],
    additional_derives_ignore: [
        // Hold a secret or an identity, or have no natural first case.
        "new-access-key", "value", "error", "error-kind", "level", "outcome",
    ],
});
