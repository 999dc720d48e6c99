//! Requests to signatures, purely: RPC V1, ROA V1 and ACS3-HMAC-SHA256.
//!
//! [`apply`] is what a client calls: it takes an unsigned request and gives back the one to send.
//! Below it stands one module for each scheme, which signs a borrowed [`Request`] (or plain
//! parameters) and returns every text on the way, so that a mismatch reported by the cloud is
//! found by comparing lines instead of hashes:
//!
//! ```text
//! HttpRequest ─▶ apply ─▶ acs3 | roa_v1 | rpc_v1 ─▶ HttpRequest with its signature
//!                              │
//!              canonical pieces ▶ string to sign ▶ signature
//! ```
//!
//! | scheme | signs | hash | signature travels as |
//! |---|---|---|---|
//! | [`acs3`] | method, path, query, chosen headers, hash of the body | HMAC-SHA256, hex | header `authorization` |
//! | [`roa_v1`] | method, path, query, four headers, `x-acs-*` | HMAC-SHA1, base64 | header `authorization` |
//! | [`rpc_v1`] | method, query and form parameters | HMAC-SHA1, base64 | parameter `Signature` |
//!
//! New requests use ACS3. The two older schemes are spoken because clients in the field speak
//! them. Calls that no key signs (an identity provider vouches for the caller) go through
//! [`anonymous`].
//!
//! # Invariants
//!
//! - **Pure.** No clock, no randomness, no I/O: date and nonce are arguments ([`Stamp`]).
//! - **The secret stays inside.** [`AccessKey`] offers HMACs, not bytes. Canonical texts may hold
//!   secret parameters and the session's token, so no `Debug` of this room shows them.
//! - **No injection.** A control character in any header, signed or not, is refused.
//! - **No second meaning.** What the scheme writes (`x-acs-*`, `Signature`, …) cannot be given
//!   beforehand, and a parameter cannot be given twice.
//!
//! ```
//! use host_model::SecretText;
//! use host_sign::{AccessKey, rpc_v1};
//!
//! let key = AccessKey::permanent("testid", SecretText::new("testsecret"));
//! let signed = rpc_v1::sign("GET", [("Action", "ListUsers"), ("MaxItems", "5")], &key);
//! assert_eq!(signed.string_to_sign, "GET&%2F&Action%3DListUsers%26MaxItems%3D5");
//! ```

pub mod acs3;
mod apply;
pub mod date;
mod digest;
mod draft;
pub mod encode;
mod error;
mod headers;
mod key;
mod request;
pub mod roa_v1;
pub mod rpc_v1;

pub use apply::{Api, Scheme, Stamp, anonymous, apply};
pub use error::SignError;
pub use key::AccessKey;
pub use request::Request;
