//! Policy documents: what is wanted, and what it takes to get there from what is there.

use host_ram::{
    Change, Direction, Document, Kind, assume_role_document, difference, merge_trust,
    trust_document,
};
use host_workflow_sdk::{Error, ErrorKind};

use crate::dropped;
use crate::external_id;
use crate::names;
use crate::parameters::Parameters;

/// The trust that the operator asks for: the named identities, or the whole account.
pub(crate) fn wanted_trust(parameters: &Parameters, account: &str) -> Result<Document, Error> {
    let (users, roles) = parameters.trusted();
    let users = users.iter().map(|user| names::user_arn(account, user));
    let roles = roles.iter().map(|role| names::role_arn(account, role));
    let mut principals: Vec<String> = users.chain(roles).collect();
    if principals.is_empty() {
        principals.push(format!("acs:ram::{account}:root"));
    }
    let text = trust_document(&principals, parameters.external_id.as_deref());
    Document::parse_as(Kind::Trust, &text).map_err(|error| unfit("the wanted trust", &error))
}

/// How a role's trust has to change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TrustChange {
    /// The whole document, statements of others included.
    pub(crate) document: String,
    /// What goes and what comes, one line a statement.
    pub(crate) lines: Vec<String>,
}

/// What `existing` lacks of `wanted`; `None` if nothing.
///
/// If the role is ours (`dropped` says whom an earlier run trusted in it and nobody asks for now),
/// statements of earlier runs come under the external id of today first.
pub(crate) fn trust_change(
    existing: &Document,
    wanted: &Document,
    external_id: Option<&str>,
    dropped: Option<&[String]>,
) -> Result<Option<TrustChange>, Error> {
    let left = match dropped {
        Some(dropped) => {
            let restated = external_id::restated(existing, wanted, external_id)?;
            dropped::without(&restated, dropped)?
        }
        None => Some(existing.clone()),
    };
    let merged = match left {
        Some(left) => {
            if external_id.is_some() {
                external_id::refuse_open(&left, wanted)?;
            }
            merge_trust(&left, wanted).map_err(|error| {
                unfit("the role's trust with the wanted one added", &error)
                    .hint("change the trust by hand, or let the delegation have a role of its own")
            })?
        }
        None => wanted.clone(),
    };
    if merged.means_same(existing) {
        return Ok(None);
    }
    let lines = difference(existing, &merged).iter().map(sentence).collect();
    Ok(Some(TrustChange { document: merged.to_json(), lines }))
}

/// A difference of two documents for people.
pub(crate) fn sentence(change: &Change) -> String {
    let word = match change.direction {
        Direction::Removed => "no longer",
        Direction::Added => "now",
    };
    format!("{word} {}", change.line)
}

/// Statements of the trust that were not asked for: who else may come in, or on other terms.
pub(crate) fn beyond(trust: &Document, wanted: &Document) -> Vec<String> {
    let changes = difference(wanted, trust).into_iter();
    changes.filter(|change| change.direction == Direction::Added).map(|c| c.line).collect()
}

/// Lets its holder assume exactly this role.
pub(crate) fn assume_document(role_arn: &str) -> String {
    assume_role_document(&[role_arn.to_owned()])
}

/// Without it ARMS cannot list the applications of a resource group.
pub(crate) fn read_trace_document() -> String {
    let statement = serde_json::json!({
        "Effect": "Allow",
        "Action": "arms:ReadTraceApp",
        "Resource": "*",
    });
    serde_json::json!({ "Version": "1", "Statement": [statement] }).to_string()
}

/// Reads a document of the cloud.
pub(crate) fn read(what: &str, text: &str) -> Result<Document, Error> {
    Document::parse(text).map_err(|error| unfit(what, &error))
}

/// Reads a permission policy that the operator gave.
pub(crate) fn read_permission(what: &str, text: &str) -> Result<Document, Error> {
    Document::parse_as(Kind::Permission, text).map_err(|error| unfit(what, &error))
}

fn unfit(what: &str, error: &host_ram::RamError) -> Error {
    let message = format!("cannot work with {what}: {error}");
    Error::new(ErrorKind::Invalid, "delegate.document-unfit", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const B: &str = "2000000000000002";

    /// A role of ours, in which nobody stands who is not asked for.
    const OURS: Option<&[String]> = Some(&[]);

    fn wanted(input: &str) -> Document {
        wanted_trust(&serde_json::from_str(input).unwrap(), B).unwrap()
    }

    #[test]
    fn trust_names_the_users_under_the_external_id() {
        let trust = wanted(r#"{"users": [{"name": "alice"}], "external-id": "x-1"}"#).to_json();
        assert!(trust.contains(&format!("acs:ram::{B}:user/alice")), "{trust}");
        assert!(trust.contains(r#""sts:ExternalId":"x-1""#), "{trust}");
        let whole = wanted("{}").to_json();
        assert!(whole.contains(&format!("acs:ram::{B}:root")), "{whole}");
    }

    #[test]
    fn statements_of_others_stay_and_a_second_look_changes_nothing() {
        let foreign = r#"{"Version": "1", "Statement": {"Effect": "Allow",
            "Principal": {"Service": "ecs.aliyuncs.com"}, "Action": "sts:AssumeRole"}}"#;
        let foreign = read("x", foreign).unwrap();
        let wanted = wanted(r#"{"users": [{"name": "alice"}]}"#);
        let change = trust_change(&foreign, &wanted, None, OURS).unwrap().unwrap();
        assert!(change.document.contains("ecs.aliyuncs.com"), "{}", change.document);
        assert_eq!(change.lines.len(), 1);
        let merged = read("x", &change.document).unwrap();
        assert_eq!(trust_change(&merged, &wanted, None, OURS).unwrap(), None);
        let beyond = beyond(&merged, &wanted);
        assert_eq!(beyond.len(), 1);
        assert!(beyond[0].contains("ecs.aliyuncs.com"), "{}", beyond[0]);
    }

    #[test]
    fn a_trust_that_denies_our_user_is_not_touched() {
        let foreign = format!(
            r#"{{"Version": "1", "Statement": {{"Effect": "Deny",
            "Principal": {{"RAM": "acs:ram::{B}:user/alice"}}, "Action": "sts:AssumeRole"}}}}"#
        );
        let wanted = wanted(r#"{"users": [{"name": "alice"}]}"#);
        let error = trust_change(&read("x", &foreign).unwrap(), &wanted, None, OURS).unwrap_err();
        assert_eq!(error.code, "delegate.document-unfit");
        assert!(error.detail("hint").unwrap().contains("a role of its own"));
    }

    #[test]
    fn an_external_id_that_comes_or_goes_replaces_what_we_wrote_in_our_own_role_only() {
        let (open, shut) = (
            wanted(r#"{"users": [{"name": "alice"}]}"#),
            wanted(r#"{"users": [{"name": "alice"}], "external-id": "x-1"}"#),
        );
        for (before, after, id) in [(&open, &shut, Some("x-1")), (&shut, &open, None)] {
            let change = trust_change(before, after, id, OURS).unwrap().unwrap();
            assert!(read("x", &change.document).unwrap().means_same(after), "{change:?}");
            assert!(change.lines[0].starts_with("no longer "), "{change:?}");
            assert!(change.lines[1].starts_with("now "), "{change:?}");
            trust_change(before, after, id, None).unwrap_err();
        }
    }

    #[test]
    fn documents_of_this_workflow_are_permission_policies() {
        for text in [read_trace_document(), assume_document("acs:ram::1:role/x")] {
            read_permission("x", &text).unwrap();
        }
    }

    #[test]
    fn whom_nobody_asks_for_any_more_loses_the_place() {
        let both = wanted(r#"{"users": [{"name": "alice"}, {"name": "carol"}]}"#);
        let alice = wanted(r#"{"users": [{"name": "alice"}]}"#);
        let carol = [names::user_arn(B, "carol")];
        let change = trust_change(&both, &alice, None, Some(&carol)).unwrap().unwrap();
        assert!(read("x", &change.document).unwrap().means_same(&alice), "{change:?}");
        assert!(change.lines[0].starts_with("no longer "), "{change:?}");
        // Nothing but what goes: what is wanted comes in its place.
        let only = wanted(r#"{"users": [{"name": "carol"}]}"#);
        let change = trust_change(&only, &alice, None, Some(&carol)).unwrap().unwrap();
        assert!(read("x", &change.document).unwrap().means_same(&alice), "{change:?}");
        assert_eq!(trust_change(&both, &alice, None, OURS).unwrap(), None);
    }
}
