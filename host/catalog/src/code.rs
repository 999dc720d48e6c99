//! The cloud's error codes, sorted for control flow.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use host_model::ErrorKind;
use serde::Deserialize;

const DATA: &str = include_str!("../data/errors.toml");

#[derive(Deserialize)]
struct Codes {
    kinds: Vec<Rule>,
    gateway: BTreeMap<String, u16>,
}

#[derive(Deserialize)]
struct Rule {
    kind: ErrorKind,
    codes: Vec<String>,
}

fn codes() -> &'static Codes {
    static CODES: OnceLock<Codes> = OnceLock::new();
    CODES.get_or_init(|| toml::from_str(DATA).expect("a test reads every data file"))
}

/// What an error code means for control flow. Codes decide, never the HTTP status, because products
/// disagree about it (`facts.md`, envelope); the status helps only where no code is known.
pub fn kind_of(code: &str, status: u16) -> ErrorKind {
    for rule in &codes().kinds {
        if rule.codes.iter().any(|pattern| matches(pattern, code)) {
            return rule.kind.clone();
        }
    }
    match status {
        401 | 403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::Throttled,
        400..=499 => ErrorKind::Invalid,
        500..=599 => ErrorKind::Unavailable,
        _ => ErrorKind::Other("unexpected".to_owned()),
    }
}

/// Codes that every product's gateway may answer, with their HTTP status.
pub fn gateway_errors() -> &'static BTreeMap<String, u16> {
    &codes().gateway
}

fn matches(pattern: &str, code: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(inner), Some(_)) => code.contains(inner.trim_end_matches('*')),
        (Some(end), None) => code.ends_with(end),
        (None, Some(start)) => code.starts_with(start),
        (None, None) => code == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_codes_whatever_their_status() {
        let cases = [
            ("EntityNotExist.Role", 400, ErrorKind::NotFound),
            ("EntityNotExists.ResourceGroup", 404, ErrorKind::NotFound),
            ("EntityAlreadyExists.Role.Policy", 409, ErrorKind::AlreadyExists),
            ("DeleteConflict.User.Policy", 409, ErrorKind::Conflict),
            ("LimitExceeded.User.AccessKey", 409, ErrorKind::Conflict),
            ("InvalidAccessKeyId.NotFound", 404, ErrorKind::Forbidden),
            ("Throttling.User", 400, ErrorKind::Throttled),
            ("Rejected.Throttling", 503, ErrorKind::Throttled),
            ("InvalidParameter.RoleName.Length", 400, ErrorKind::Invalid),
            ("NoPermission", 403, ErrorKind::Forbidden),
            ("ServiceUnavailable", 503, ErrorKind::Unavailable),
            ("ErrorClusterNotFound", 404, ErrorKind::NotFound),
            ("AddonNotFound", 404, ErrorKind::NotFound),
            ("ErrorClusterState", 400, ErrorKind::Conflict),
            ("AddonOperationFailed.ResourceExists", 400, ErrorKind::Conflict),
            ("ErrorCheckAcl", 403, ErrorKind::Forbidden),
            ("APISERVER_403", 403, ErrorKind::Forbidden),
            ("ForbiddenQueryClusterNamespace", 403, ErrorKind::Forbidden),
            ("QPS Limit Exceeded", 400, ErrorKind::Throttled),
            ("InvalidInstance.NotFound", 404, ErrorKind::NotFound),
            ("InvalidInstance.NotMatch", 403, ErrorKind::Invalid),
            ("InvalidParam.PageSize", 403, ErrorKind::Invalid),
            ("Parameter.Disabled", 404, ErrorKind::Invalid),
            ("ParameterKey.Duplicate", 403, ErrorKind::Invalid),
            ("ParameterCount.ExceedLimit", 403, ErrorKind::Conflict),
            ("InstanceIds.ExceedLimit", 403, ErrorKind::Conflict),
            ("CmdCount.ExceedQuota", 403, ErrorKind::Conflict),
            ("InternalError.Dispatch", 500, ErrorKind::Unavailable),
            ("IdempotentParameterMismatch", 400, ErrorKind::Conflict),
            ("ORDER.OPEND", 400, ErrorKind::AlreadyExists),
            ("SomethingNew", 404, ErrorKind::NotFound),
        ];
        for (code, status, kind) in cases {
            assert_eq!(kind_of(code, status), kind, "{code}");
        }
    }
}
