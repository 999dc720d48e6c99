//! Proofs for each of several things: what replies showed of them, and whether that counts.
//!
//! A thing that the run changed counts as seen only against the list as it was before the change
//! (`security.md`, rule 13): an item must be new, or the cloud must have seen it since. A list that was
//! there all along proves nothing about what the run did.

use std::collections::BTreeSet;

use host_model::{Call, Reply, Timestamp, Value};
use host_runtime::{Each, Proof};
use serde_json::Value as Json;

use crate::ledger::{CallRecord, Ledger, Recorded};

/// An item of a list that names a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sighting {
    /// The proof that looks at it.
    pub(crate) proof: String,
    /// The thing that it is about.
    pub(crate) thing: String,
    /// What tells it apart.
    pub(crate) id: String,
    /// When the cloud saw it last.
    pub(crate) touched: Option<i64>,
}

/// What a reply shows of the things of `proofs`.
pub(crate) fn sightings(proofs: &[Proof], action: &str, reply: &Reply) -> Vec<Sighting> {
    let wanted = proofs.iter().filter(|proof| proof.action == action);
    let each = wanted.filter_map(|proof| proof.each.as_ref().map(|each| (proof, each)));
    each.flat_map(|(proof, each)| {
        let items = reply.body.pointer(&each.items).and_then(Json::as_array);
        items.into_iter().flatten().filter_map(|item| sighting(&proof.id, each, item))
    })
    .collect()
}

fn sighting(proof: &str, each: &Each, item: &Json) -> Option<Sighting> {
    let text = |at: &str| item.pointer(at).and_then(Json::as_str).map(str::to_owned);
    Some(Sighting {
        proof: proof.to_owned(),
        thing: text(&each.thing).filter(|thing| !thing.is_empty())?,
        id: text(&each.id)?,
        touched: item.pointer(&each.touched).and_then(Json::as_i64),
    })
}

/// The things that a change is about, as `(proof, thing)`.
pub(crate) fn named(proofs: &[Proof], call: &Call) -> BTreeSet<(String, String)> {
    let each = proofs.iter().filter_map(|proof| proof.each.as_ref().map(|each| (proof, each)));
    each.filter_map(|(proof, each)| Some((proof.id.clone(), value_at(call, &each.named_by)?)))
        .collect()
}

fn value_at(call: &Call, path: &str) -> Option<String> {
    match path.split_once('/') {
        None => call.text(path).map(str::to_owned),
        Some((parameter, setting)) => {
            call.settings(parameter)?.iter().find_map(|(name, value)| match value {
                Value::Text(text) if name == setting => Some(text.clone()),
                // It is sent as it stands, and names a thing as well as a text does.
                Value::Json(json) if name == setting => Some(json.to_string()),
                _ => None,
            })
        }
    }
}

/// What became of one thing of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// An item names it, and counts.
    Seen,
    /// No item that counts names it yet.
    Unseen,
    /// The last change about it did not succeed.
    Failed,
}

/// All things of a proof: those that the run changed, and those that a step or a claim of the workflow
/// names as `<id of the proof>/<thing>`. A workflow cannot make a thing disappear that it changed.
pub(crate) fn things(proof: &Proof, ledger: &Ledger) -> BTreeSet<String> {
    let changed = ledger.calls.iter().filter(|call| call.writes).flat_map(|call| &call.named);
    let changed = changed.filter(|(id, _)| *id == proof.id).map(|(_, thing)| thing.clone());
    let prefix = format!("{}/", proof.id);
    let claimed = ledger.checks.iter().map(|check| &check.id);
    let named = ledger.steps.iter().chain(claimed).filter_map(|id| id.strip_prefix(&prefix));
    changed.chain(named.map(str::to_owned)).collect()
}

/// What became of `thing`, and the requests that showed it. `proving` says which calls count for the
/// proof at all.
pub(crate) fn standing<'a>(
    proof: &Proof,
    thing: &str,
    calls: &'a [CallRecord],
    proving: impl Fn(&CallRecord) -> bool,
) -> (Standing, Vec<&'a CallRecord>) {
    let about = |call: &CallRecord| {
        call.writes && call.named.iter().any(|(id, named)| *id == proof.id && named == thing)
    };
    let first = calls.iter().position(about);
    let last = calls.iter().rposition(about);
    let answer =
        last.and_then(|index| calls.get(index)).map_or(Recorded::Reply, |call| call.answer);
    if !matches!(answer, Recorded::Reply | Recorded::Unknown) {
        return (Standing::Failed, Vec::new());
    }
    let earlier = first.map(|index| (index, calls.get(..index).unwrap_or_default()));
    let before = |call: &CallRecord| {
        let (index, earlier) = earlier?;
        let changed = calls.get(index)?.at;
        Some(Baseline { list: list_before(earlier, call), changed })
    };
    let since = last.map_or(0, |index| index + 1);
    let showing: Vec<&CallRecord> = calls
        .iter()
        .skip(since)
        .filter(|call| call.answer == Recorded::Reply && proving(call))
        .filter(|call| {
            let items = call.sightings.iter();
            let mut items = items.filter(|item| item.proof == proof.id && item.thing == thing);
            let before = before(call);
            items.any(|item| before.as_ref().is_none_or(|before| before.lets_count(item)))
        })
        .collect();
    // What was changed in two regions under one name is shown in both.
    let mut regions = calls.iter().filter(|call| about(call)).map(|call| &call.region);
    let is_shown = regions.all(|region| showing.iter().any(|call| call.region == *region));
    let standing = match answer {
        _ if is_shown && !showing.is_empty() => Standing::Seen,
        // Nothing shows that the change whose reply was lost took effect.
        Recorded::Unknown => Standing::Failed,
        _ => Standing::Unseen,
    };
    (standing, showing)
}

/// The same list as `call` reads, as it was last before.
fn list_before<'a>(earlier: &'a [CallRecord], call: &CallRecord) -> Option<&'a CallRecord> {
    earlier.iter().rfind(|list| {
        list.answer == Recorded::Reply
            && list.action == call.action
            && list.account == call.account
            && list.region == call.region
            && list.asked == call.asked
    })
}

/// What was there before the first change about a thing.
struct Baseline<'a> {
    list: Option<&'a CallRecord>,
    changed: Timestamp,
}

impl Baseline<'_> {
    /// Without a list nobody knows what was there.
    fn lets_count(&self, item: &Sighting) -> bool {
        let Some(list) = self.list else { return false };
        let mut known = list.sightings.iter();
        let known = known.find(|known| known.proof == item.proof && known.id == item.id);
        let Some(known) = known else { return true };
        item.touched > known.touched
            && item.touched.is_some_and(|touched| touched > self.changed.millis())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use host_model::{AccountId, IdentityRef};
    use host_runtime::{Claim, IdentityClass};
    use serde_json::json;

    use super::*;
    use crate::ledger::{Asked, CheckRecord};

    const LIST: &str = "arms:ListTraceApps";

    fn proof() -> Proof {
        let proof = json!({
            "id": "applications", "title": "t", "action": LIST, "by": "account",
            "account": "monitoring", "expects": "reply", "level": "data",
            "each": {
                "of": "cluster", "named-by": "cluster_id", "items": "/TraceApps",
                "thing": "/ClusterId", "id": "/Pid", "touched": "/UpdateTime"
            }
        });
        serde_json::from_value(proof).unwrap()
    }

    fn call(action: &str, step: &str, at: i64) -> CallRecord {
        CallRecord {
            step: step.to_owned(),
            action: action.to_owned(),
            class: IdentityClass::Account,
            account: "1234567890123456".parse::<AccountId>().unwrap(),
            region: Some("cn-hangzhou".to_owned()),
            asked: None,
            at: Timestamp::from_millis(at),
            writes: false,
            looks: false,
            answer: Recorded::Reply,
            request_id: None,
            grant: None,
            named: BTreeSet::new(),
            sightings: Vec::new(),
        }
    }

    /// A list with `(cluster, application, seen at)`.
    fn list(step: &str, at: i64, items: &[(&str, &str, i64)]) -> CallRecord {
        let items: Vec<Json> = items
            .iter()
            .map(|(thing, id, touched)| {
                json!({ "ClusterId": thing, "Pid": id, "UpdateTime": touched })
            })
            .collect();
        let body = json!({ "TraceApps": items });
        let reply = Reply { body, secrets: BTreeMap::default(), identity: None, request_id: None };
        CallRecord { sightings: sightings(&[proof()], LIST, &reply), ..call(LIST, step, at) }
    }

    fn change(cluster: &str, at: i64, answer: Recorded) -> CallRecord {
        let named = BTreeSet::from([("applications".to_owned(), cluster.to_owned())]);
        CallRecord { writes: true, named, answer, ..call("cs:ModifyClusterAddon", "configure", at) }
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table of cases")]
    fn what_was_changed_counts_only_against_the_list_before() {
        use Recorded::{Other, Reply as Yes, Unknown};
        let before = |items| list("look", 100, items);
        let after = |items| list("applications", 300, items);
        let elsewhere = CallRecord { region: Some("cn-beijing".to_owned()), ..before(&[]) };
        let asked = |who: &str, filter: &str| Asked {
            identity: IdentityRef(who.to_owned()),
            parameters: vec![("ResourceGroupId".to_owned(), Value::Text(filter.to_owned()))],
        };
        let filtered = CallRecord { asked: Some(asked("monitoring", "rg-empty")), ..before(&[]) };
        let narrow = CallRecord { asked: Some(asked("session/1", "rg")), ..before(&[]) };
        let whole = |list| CallRecord { asked: Some(asked("monitoring", "rg")), ..list };
        let cases: Vec<(&str, Vec<CallRecord>, Standing)> = vec![
            (
                "a new application",
                vec![before(&[]), change("c1", 200, Yes), after(&[("c1", "p", 250)])],
                Standing::Seen,
            ),
            (
                "one that was there, and not seen since",
                vec![before(&[("c1", "p", 90)]), change("c1", 200, Yes), after(&[("c1", "p", 90)])],
                Standing::Unseen,
            ),
            (
                "one that was there, seen again but before the change",
                vec![
                    before(&[("c1", "p", 90)]),
                    change("c1", 200, Yes),
                    after(&[("c1", "p", 150)]),
                ],
                Standing::Unseen,
            ),
            (
                "one that was there, and seen since",
                vec![
                    before(&[("c1", "p", 90)]),
                    change("c1", 200, Yes),
                    after(&[("c1", "p", 250)]),
                ],
                Standing::Seen,
            ),
            (
                "another cluster's",
                vec![before(&[]), change("c1", 200, Yes), after(&[("c2", "p", 250)])],
                Standing::Unseen,
            ),
            (
                "without a list before",
                vec![change("c1", 200, Yes), after(&[("c1", "p", 250)])],
                Standing::Unseen,
            ),
            (
                "with a list of another region before",
                vec![elsewhere, change("c1", 200, Yes), after(&[("c1", "p", 250)])],
                Standing::Unseen,
            ),
            (
                "with a list before that was asked for less",
                vec![filtered, change("c1", 200, Yes), whole(after(&[("c1", "p", 90)]))],
                Standing::Unseen,
            ),
            (
                "with a list before of somebody who sees less",
                vec![narrow, change("c1", 200, Yes), whole(after(&[("c1", "p", 90)]))],
                Standing::Unseen,
            ),
            (
                "with the same list before",
                vec![whole(before(&[])), change("c1", 200, Yes), whole(after(&[("c1", "p", 90)]))],
                Standing::Seen,
            ),
            (
                "a list that is older than the last change",
                vec![
                    before(&[]),
                    change("c1", 200, Yes),
                    after(&[("c1", "p", 250)]),
                    change("c1", 400, Yes),
                ],
                Standing::Unseen,
            ),
            (
                "changed in two regions, and shown in one",
                vec![
                    before(&[]),
                    change("c1", 200, Yes),
                    CallRecord { region: Some("cn-beijing".to_owned()), ..change("c1", 210, Yes) },
                    after(&[("c1", "p", 250)]),
                ],
                Standing::Unseen,
            ),
            ("nothing was changed", vec![after(&[("c1", "p", 10)])], Standing::Seen),
            (
                "a change that failed",
                vec![before(&[]), change("c1", 200, Other), after(&[("c1", "p", 250)])],
                Standing::Failed,
            ),
            (
                "a change that nobody knows of, and nothing shows",
                vec![before(&[]), change("c1", 200, Unknown), after(&[])],
                Standing::Failed,
            ),
            (
                "a change that nobody knows of, and an application shows",
                vec![before(&[]), change("c1", 200, Unknown), after(&[("c1", "p", 250)])],
                Standing::Seen,
            ),
            (
                "a change that worked the second time",
                vec![
                    before(&[]),
                    change("c1", 200, Other),
                    change("c1", 210, Yes),
                    after(&[("c1", "p", 250)]),
                ],
                Standing::Seen,
            ),
            (
                "a list in a step that is no proof",
                vec![before(&[]), change("c1", 200, Yes), list("look", 300, &[("c1", "p", 250)])],
                Standing::Unseen,
            ),
        ];
        for (what, calls, expected) in cases {
            let proving = |call: &CallRecord| call.step == "applications";
            let (standing, _) = standing(&proof(), "c1", &calls, proving);
            assert_eq!(standing, expected, "{what}");
        }
    }

    #[test]
    fn a_change_names_its_thing_whatever_the_form() {
        let mut proof = proof();
        if let Some(each) = &mut proof.each {
            "Parameters/app_name".clone_into(&mut each.named_by);
        }
        let forms = [(Value::Text("shop".to_owned()), "shop"), (Value::Json(json!(5)), "5")];
        for (value, thing) in forms {
            let settings = Value::Settings(vec![("app_name".to_owned(), value)]);
            let call = Call {
                identity: IdentityRef("source".to_owned()),
                product: "ecs".to_owned(),
                version: "2014-05-26".to_owned(),
                action: "RunCommand".to_owned(),
                region: None,
                parameters: vec![("Parameters".to_owned(), settings)],
            };
            let expected = BTreeSet::from([("applications".to_owned(), thing.to_owned())]);
            assert_eq!(named(&[proof.clone()], &call), expected);
        }
    }

    #[test]
    fn things_come_from_changes_steps_and_claims() {
        let check = |id: &str| CheckRecord {
            id: id.to_owned(),
            claim: Claim::Holds,
            detail: String::new(),
        };
        let ledger = Ledger {
            steps: BTreeSet::from(["applications".to_owned(), "applications/c1".to_owned()]),
            calls: vec![change("c2", 1, Recorded::Reply)],
            checks: vec![check("applications/c3"), check("key-works")],
            ..Ledger::default()
        };
        let found = things(&proof(), &ledger);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["c1", "c2", "c3"]);
    }
}
