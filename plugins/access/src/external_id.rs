//! A trust whose external id comes, goes or changes: our own statements follow, and nobody else's
//! may leave the role open without it.

use std::collections::BTreeMap;

use host_model::{Arn, Principal};
use host_ram::{Document, evaluate_trust};
use host_workflow_sdk::{Error, ErrorKind};
use serde_json::Value;

use crate::statements::{Apart, one, own, principals};

/// `trust` of a role of ours, with the statements that an earlier run wrote for the principals of
/// `wanted` put under the external id of today, or under none.
///
/// A statement is known by its meaning: it is what this workflow would have written under another
/// id or without one. Principals that are not wanted today keep the terms that they have.
pub(crate) fn restated(
    trust: &Document,
    wanted: &Document,
    external_id: Option<&str>,
) -> Result<Document, Error> {
    let mut apart = Apart::of(trust)?;
    let principals = principals(wanted.statements());
    let mut statements: Vec<Value> = Vec::new();
    for statement in std::mem::take(&mut apart.statements) {
        let Some(own) = own(&statement) else {
            statements.push(statement);
            continue;
        };
        let (ours, rest): (Vec<String>, Vec<String>) =
            own.principals.into_iter().partition(|name| principals.contains(name));
        if ours.is_empty() || own.external_id.as_deref() == external_id {
            statements.push(statement);
            continue;
        }
        statements.push(one(&ours, external_id)?);
        if !rest.is_empty() {
            statements.push(one(&rest, own.external_id.as_deref())?);
        }
    }
    apart.with(statements)
}

/// Refuses a trust that lets a principal of `wanted` in without the external id that is asked for.
pub(crate) fn refuse_open(trust: &Document, wanted: &Document) -> Result<(), Error> {
    let open = callers(trust, wanted).into_iter().find_map(|caller| {
        let verdict = evaluate_trust(trust, &caller, &BTreeMap::default());
        verdict.is_allowed().then_some((caller, verdict))
    });
    let Some((caller, verdict)) = open else { return Ok(()) };
    let message = format!(
        "cannot demand the external id: a statement of the role's trust that this workflow did \
         not write lets `{caller}` in without it: {}",
        verdict.why.join("; ")
    );
    Err(Error::new(ErrorKind::Conflict, "delegate.trust-open", message).hint(
        "take that statement out of the role's trust, or let the delegation have a role of its own",
    ))
}

/// Whom to try: the wanted, and of a wanted account everybody that the trust names and a stranger.
fn callers(trust: &Document, wanted: &Document) -> Vec<Arn> {
    let read = |document: &Document| -> Vec<Arn> {
        let names = principals(document.statements());
        names.iter().filter_map(|name| name.parse().ok()).collect()
    };
    let mut callers = Vec::new();
    for arn in read(wanted) {
        if *arn.principal() != Principal::Root {
            callers.push(arn);
            continue;
        }
        let account = arn.account();
        callers.push(Arn::new(account.clone(), Principal::User("anybody".to_owned())));
        callers.extend(read(trust).into_iter().filter(|named| named.account() == account));
    }
    callers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::read;

    const ALICE: &str = "acs:ram::2000000000000002:user/alice";
    const CAROL: &str = "acs:ram::2000000000000002:user/carol";
    const ROOT: &str = "acs:ram::2000000000000002:root";

    fn trust(statements: &[(&[&str], Option<&str>)]) -> Document {
        let one = |(named, id): &(&[&str], Option<&str>)| {
            let named: Vec<String> = named.iter().map(ToString::to_string).collect();
            one(&named, *id).unwrap()
        };
        let statements: Vec<Value> = statements.iter().map(one).collect();
        let text = serde_json::json!({ "Version": "1", "Statement": statements }).to_string();
        read("x", &text).unwrap()
    }

    /// Whom the trust is for, under which id, and the same after.
    type Terms<'a> = &'a [(&'a [&'a str], Option<&'a str>)];

    #[test]
    fn our_statements_follow_the_external_id() {
        let cases: [(Terms<'_>, Option<&str>, Terms<'_>); 6] = [
            (&[(&[ALICE], None)], Some("x-1"), &[(&[ALICE], Some("x-1"))]),
            (&[(&[ALICE], Some("x-1"))], None, &[(&[ALICE], None)]),
            (&[(&[ALICE], Some("x-1"))], Some("x-2"), &[(&[ALICE], Some("x-2"))]),
            (&[(&[ALICE], None), (&[ALICE], Some("x-1"))], Some("x-1"), &[(&[ALICE], Some("x-1"))]),
            (&[(&[ALICE, CAROL], Some("x-1"))], None, &[(&[ALICE], None), (&[CAROL], Some("x-1"))]),
            (&[(&[CAROL], None)], Some("x-1"), &[(&[CAROL], None)]),
        ];
        for (before, id, after) in cases {
            let wanted = trust(&[(&[ALICE], id)]);
            let restated = restated(&trust(before), &wanted, id).unwrap();
            assert_eq!(restated.to_json(), trust(after).to_json(), "{before:?} {id:?}");
        }
    }

    #[test]
    fn a_statement_on_other_terms_is_not_taken_for_ours() {
        let foreign = format!(
            r#"{{"Version": "1", "Statement": {{"Effect": "Allow", "Action": "sts:*",
            "Principal": {{"RAM": "{ALICE}"}}}}}}"#
        );
        let foreign = read("x", &foreign).unwrap();
        let wanted = trust(&[(&[ALICE], Some("x-1"))]);
        let same = restated(&foreign, &wanted, Some("x-1")).unwrap();
        assert_eq!(same.to_json(), foreign.to_json());
        let error = refuse_open(&same, &wanted).unwrap_err();
        assert_eq!(error.code, "delegate.trust-open");
        assert!(error.message.contains(ALICE), "{}", error.message);
    }

    #[test]
    fn whoever_comes_in_without_the_external_id_is_found() {
        let cases: [(Terms<'_>, &str, bool); 6] = [
            (&[(&[ALICE], Some("x-1"))], ALICE, false),
            (&[(&[ALICE], None)], ALICE, true),
            (&[(&[ROOT], None)], ALICE, true),
            (&[(&[ALICE], None)], ROOT, true),
            (&[(&[CAROL], None)], ALICE, false),
            (&[(&["acs:ram::3000000000000003:root"], None)], ROOT, false),
        ];
        for (before, wanted, open) in cases {
            let verdict = refuse_open(&trust(before), &trust(&[(&[wanted], Some("x-1"))]));
            assert_eq!(verdict.is_err(), open, "{before:?} {wanted}");
        }
    }
}
