//! Principals that a trust names for an earlier run only.

use host_ram::Document;
use host_workflow_sdk::Error;
use serde_json::Value;

use crate::statements::{Apart, one, own};

/// The principals that statements of this workflow name; those of other statements are the
/// business of whoever wrote them.
pub(crate) fn named_by_us(trust: &Document) -> Result<Vec<String>, Error> {
    let own = Apart::of(trust)?.statements.iter().filter_map(own).collect::<Vec<_>>();
    Ok(own.into_iter().flat_map(|own| own.principals).collect())
}

/// `trust` without `dropped` in the statements of this workflow; `None` if nothing is left of it.
pub(crate) fn without(trust: &Document, dropped: &[String]) -> Result<Option<Document>, Error> {
    if dropped.is_empty() {
        return Ok(Some(trust.clone()));
    }
    let mut apart = Apart::of(trust)?;
    let mut statements: Vec<Value> = Vec::new();
    for statement in std::mem::take(&mut apart.statements) {
        let Some(own) = own(&statement) else {
            statements.push(statement);
            continue;
        };
        let (gone, rest): (Vec<String>, Vec<String>) =
            own.principals.into_iter().partition(|name| dropped.contains(name));
        if gone.is_empty() {
            statements.push(statement);
        } else if !rest.is_empty() {
            statements.push(one(&rest, own.external_id.as_deref())?);
        }
    }
    if statements.is_empty() { Ok(None) } else { apart.with(statements).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::read;

    const ALICE: &str = "acs:ram::2000000000000002:user/alice";
    const CAROL: &str = "acs:ram::2000000000000002:user/carol";

    fn trust(statements: &[Value]) -> Document {
        let text = serde_json::json!({ "Version": "1", "Statement": statements }).to_string();
        read("x", &text).unwrap()
    }

    fn ours(named: &[&str], id: Option<&str>) -> Value {
        let named: Vec<String> = named.iter().map(ToString::to_string).collect();
        one(&named, id).unwrap()
    }

    #[test]
    fn a_place_in_our_statements_can_be_taken_back_and_nothing_else() {
        let foreign = serde_json::json!({
            "Effect": "Allow", "Action": "sts:*", "Principal": { "RAM": [CAROL] }
        });
        let gone = [CAROL.to_owned()];
        let cases = [
            (vec![ours(&[ALICE, CAROL], None)], Some(vec![ours(&[ALICE], None)])),
            (
                vec![ours(&[ALICE], Some("x-1")), ours(&[CAROL], Some("x-1"))],
                Some(vec![ours(&[ALICE], Some("x-1"))]),
            ),
            (vec![ours(&[CAROL], None)], None),
            (vec![foreign.clone(), ours(&[CAROL], None)], Some(vec![foreign])),
            (vec![ours(&[ALICE], None)], Some(vec![ours(&[ALICE], None)])),
        ];
        for (before, after) in cases {
            let found = without(&trust(&before), &gone).unwrap().map(|left| left.to_json());
            assert_eq!(found, after.map(|after| trust(&after).to_json()), "{before:?}");
        }
    }

    #[test]
    fn only_statements_of_ours_name_whom_we_know() {
        let foreign = serde_json::json!({
            "Effect": "Allow", "Action": "sts:*", "Principal": { "RAM": [CAROL] }
        });
        let named = named_by_us(&trust(&[foreign, ours(&[ALICE], Some("x-1"))])).unwrap();
        assert_eq!(named, [ALICE]);
    }
}
