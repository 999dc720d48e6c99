//! Who signed this request? An implementation of its own, so that a mistake in the client's signer
//! is found here instead of being shared.
//!
//! [`verify`] makes the gateway's checks in the gateway's order (`signing.md`, server-side checks):
//! claim complete ▸ key known and active ▸ token ▸ time ▸ nonce ▸ signature ▸ digest of the body.

mod acs3;
mod canonical;
mod claim;
mod nonce;
mod roa_v1;
mod rpc_v1;

use host_model::{HttpRequest, Timestamp};
use subtle::ConstantTimeEq as _;

pub(crate) use canonical::{decode_path, form_pairs};
pub(crate) use nonce::Nonces;

use crate::instant::{from_iso8601, from_rfc1123};
use crate::state::{AccessKey, Caller, CallerIdentity, CloudError, Session, State, is_token};
use canonical::{base64_md5, header};
use claim::{Claim, Scheme};

/// How far a request's time may be from the server's, in milliseconds.
const CLOCK_TOLERANCE: i64 = 15 * 60 * 1000;

/// The caller that signed `request`, or why it is not accepted.
pub(crate) fn verify(
    request: &HttpRequest,
    state: &State,
    nonces: &mut Nonces,
    now: Timestamp,
) -> Result<Verified, CloudError> {
    let claim = Claim::read(request)?;
    let signer = signer(&claim, state, now)?;
    let at = time(&claim)?;
    if (at.millis() - now.millis()).abs() > CLOCK_TOLERANCE {
        return Err(CloudError::invalid(
            "InvalidTimeStamp.Expired",
            "Specified time stamp or date value is expired.",
        ));
    }
    nonces.forget_before(now.plus_millis(-CLOCK_TOLERANCE));
    if nonces.knows(&claim.key_id, claim.nonce.as_deref()) {
        return Err(CloudError::invalid(
            "SignatureNonceUsed",
            "Specified signature nonce was used already.",
        ));
    }
    check_signature(&claim, request, &signer.secret)?;
    check_digest(request)?;
    nonces.note(&claim.key_id, claim.nonce.as_deref(), at);
    Ok(Verified { caller: signer.caller, key_id: claim.key_id })
}

/// The id of the key that `request` says it is signed with; nothing is verified.
pub(crate) fn key_id(request: &HttpRequest) -> Result<String, CloudError> {
    Claim::read(request).map(|claim| claim.key_id)
}

/// A request whose signature is right.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) caller: Caller,
    pub(crate) key_id: String,
}

struct Signer {
    caller: Caller,
    secret: String,
}

fn signer(claim: &Claim, state: &State, now: Timestamp) -> Result<Signer, CloudError> {
    let id = claim.key_id.as_str();
    if let Some((caller, key)) = state.key(id) {
        return permanent(claim, caller, key, now);
    }
    match state.sessions.get(id) {
        Some(session) => temporary(claim, session, now),
        None => Err(key_unknown()),
    }
}

fn key_unknown() -> CloudError {
    CloudError::new("InvalidAccessKeyId.NotFound", 404, "Specified access key is not found.")
}

fn permanent(
    claim: &Claim,
    caller: Caller,
    key: &AccessKey,
    now: Timestamp,
) -> Result<Signer, CloudError> {
    if now < key.usable_from {
        return Err(key_unknown());
    }
    if !key.active {
        return Err(CloudError::invalid(
            "InvalidAccessKeyId.Inactive",
            "Specified access key is disabled.",
        ));
    }
    if claim.token.is_some() {
        return Err(mismatch());
    }
    Ok(Signer { caller, secret: key.secret.expose().to_owned() })
}

fn temporary(claim: &Claim, session: &Session, now: Timestamp) -> Result<Signer, CloudError> {
    let token = claim.token.as_deref().filter(|token| !token.is_empty()).ok_or_else(|| {
        CloudError::invalid("MissingSecurityToken", "SecurityToken is required for this action.")
    })?;
    if !is_token(token) {
        return Err(CloudError::invalid(
            "InvalidSecurityToken.Malformed",
            "Specified SecurityToken is malformed.",
        ));
    }
    if !same(token.as_bytes(), session.token.expose().as_bytes()) {
        return Err(mismatch());
    }
    if session.expires <= now {
        return Err(CloudError::invalid(
            "InvalidSecurityToken.Expired",
            "Specified SecurityToken is expired.",
        ));
    }
    let identity = CallerIdentity::Session {
        role: session.role.clone(),
        role_id: session.role_id.clone(),
        session: session.name.clone(),
        policy: session.policy.clone(),
    };
    let caller = Caller { account: session.account.clone(), identity };
    Ok(Signer { caller, secret: session.secret.expose().to_owned() })
}

fn mismatch() -> CloudError {
    CloudError::invalid(
        "InvalidSecurityToken.MismatchWithAccessKey",
        "Specified SecurityToken mismatch with the AccessKey.",
    )
}

fn time(claim: &Claim) -> Result<Timestamp, CloudError> {
    let read = match claim.scheme {
        Scheme::RoaV1 => from_rfc1123(&claim.time),
        Scheme::Acs3 | Scheme::RpcV1 => from_iso8601(&claim.time),
    };
    read.ok_or_else(|| {
        CloudError::invalid(
            "InvalidTimeStamp.Format",
            "Specified time stamp or date value is not well formatted.",
        )
    })
}

/// Compares with every text that the signer may have signed: official signers differ in two
/// corners (`signing.md`, V3 names and ROA empty values).
fn check_signature(claim: &Claim, request: &HttpRequest, secret: &str) -> Result<(), CloudError> {
    // Nearly every signer agrees with the first: the second is made if it is needed.
    let mut attempts: Box<dyn Iterator<Item = Attempt>> = match claim.scheme {
        Scheme::Acs3 => Box::new(acs3::attempts(claim, request, secret)),
        Scheme::RpcV1 => Box::new(std::iter::once(rpc_v1::attempt(request, secret))),
        Scheme::RoaV1 => Box::new(roa_v1::attempts(request, secret)),
    };
    let mut shown = None;
    let right = attempts.any(|attempt| {
        let right = same(attempt.signature.as_bytes(), claim.signature.as_bytes());
        shown.get_or_insert(attempt.shown);
        right
    });
    let body_right = claim.scheme != Scheme::Acs3 || acs3::body_matches(request);
    if right && body_right {
        return Ok(());
    }
    let shown = shown.unwrap_or_default();
    // SDKs cut the text behind the first colon and compare it with their own; the expected
    // signature never stands in it.
    Err(CloudError::invalid(
        "SignatureDoesNotMatch",
        format!(
            "Specified signature is not matched with our calculation. \
             server string to sign is:{shown}"
        ),
    ))
}

/// The old signature of resources covers the body by this header alone.
fn check_digest(request: &HttpRequest) -> Result<(), CloudError> {
    let claimed = header(request, "content-md5").filter(|claimed| !claimed.is_empty());
    if claimed.is_none_or(|claimed| claimed == base64_md5(&request.body)) {
        return Ok(());
    }
    Err(CloudError::invalid(
        "ContentMD5NotMatched",
        "Specified Content-MD5 is not matched with the body that was received.",
    ))
}

fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// A signature that would have been right, and the text that a refusal shows.
struct Attempt {
    signature: String,
    shown: String,
}
