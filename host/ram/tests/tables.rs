//! Proves that documents are read, compared, merged, evaluated and judged as the tables in
//! `tests/policies` say. A table is data: a new case needs no code.

use std::collections::BTreeMap;
use std::path::Path;

use host_model::Problem;
use host_ram::{
    Direction, Document, Kind, Outcome, Request, Scene, Verdict, difference, evaluate,
    evaluate_trust, merge_trust, risks, system_policy,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table<Case> {
    #[serde(default)]
    documents: BTreeMap<String, String>,
    case: Vec<Case>,
}

impl<Case: DeserializeOwned> Table<Case> {
    /// The table of that name, which must have `least` cases so that none get lost.
    fn read(name: &str, least: usize) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/policies");
        let path = folder.join(format!("{name}.toml"));
        let text = std::fs::read_to_string(&path).expect("the table is there");
        let table: Self = toml::from_str(&text).expect("the table has the columns of its cases");
        assert!(table.case.len() >= least, "{name} has {} cases only", table.case.len());
        table
    }
}

impl<Case> Table<Case> {
    fn document(&self, name: &str) -> Document {
        match self.documents.get(name) {
            Some(text) => parse(text),
            None => system_policy(name).expect("the name is a system policy").document.clone(),
        }
    }
}

fn parse(text: &str) -> Document {
    Document::parse(text).expect("the document of a case is well-formed")
}

/// Fails with every case that is wrong, not with the first only.
fn report(table: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{table}: {} wrong\n{}", wrong.len(), wrong.join("\n"));
}

fn outcome(verdict: &Verdict) -> &'static str {
    match verdict.outcome {
        Outcome::Allowed => "allowed",
        Outcome::ExplicitDeny => "explicit-deny",
        Outcome::ImplicitDeny => "implicit-deny",
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Evaluation {
    name: String,
    action: String,
    identity: Vec<String>,
    #[serde(default)]
    resource: Option<String>,
    #[serde(default)]
    context: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    session: Option<String>,
    outcome: String,
    #[serde(default)]
    by: Option<String>,
}

#[test]
fn identities_may_do_what_their_policies_say() {
    let table = Table::<Evaluation>::read("evaluation", 120);
    let mut wrong = Vec::new();
    for case in &table.case {
        let request = Request {
            action: case.action.clone(),
            resource: case.resource.clone().unwrap_or_else(|| "*".to_owned()),
            context: case.context.clone(),
        };
        let identity: Vec<(&str, Document)> =
            case.identity.iter().map(|name| (name.as_str(), table.document(name))).collect();
        let identity: Vec<(&str, &Document)> =
            identity.iter().map(|(name, document)| (*name, document)).collect();
        let session = case.session.as_deref().map(|name| table.document(name));
        let verdict = evaluate(&request, &identity, session.as_ref());
        let by = verdict.by.as_ref().map(|by| format!("{}#{}", by.policy, by.statement));
        if outcome(&verdict) != case.outcome || by != case.by || verdict.why.is_empty() {
            wrong.push(format!("{}: {verdict:?}", case.name));
        }
    }
    report("evaluation", &wrong);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trust {
    name: String,
    document: String,
    caller: String,
    #[serde(default)]
    context: BTreeMap<String, Vec<String>>,
    outcome: String,
    #[serde(default)]
    by: Option<usize>,
    #[serde(default)]
    why: String,
}

#[test]
fn roles_are_assumed_by_whom_they_trust() {
    let table = Table::<Trust>::read("trust", 40);
    let mut wrong = Vec::new();
    for case in &table.case {
        let caller = case.caller.parse().unwrap();
        let verdict = evaluate_trust(&table.document(&case.document), &caller, &case.context);
        let by = verdict.by.as_ref().map(|by| by.statement);
        let explained = verdict.why.iter().any(|line| line.contains(&case.why));
        if outcome(&verdict) != case.outcome || by != case.by || !explained {
            wrong.push(format!("{}: {verdict:?}", case.name));
        }
    }
    report("trust", &wrong);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Equality {
    name: String,
    first: String,
    second: String,
    #[serde(default)]
    changes: Vec<String>,
}

fn changes(before: &Document, after: &Document) -> Vec<String> {
    let sign = |direction| match direction {
        Direction::Removed => '-',
        Direction::Added => '+',
    };
    let changes = difference(before, after).into_iter();
    changes.map(|change| format!("{} {}", sign(change.direction), change.line)).collect()
}

#[test]
fn documents_are_compared_by_meaning() {
    let table = Table::<Equality>::read("equality", 28);
    let mut wrong = Vec::new();
    for case in &table.case {
        let (first, second) = (parse(&case.first), parse(&case.second));
        let found = changes(&first, &second);
        let same = first.means_same(&second);
        if found != case.changes || same != case.changes.is_empty() {
            wrong.push(format!("{}: same {same}, {found:#?}", case.name));
        }
        if second.means_same(&first) != same || changes(&second, &first).is_empty() != same {
            wrong.push(format!("{}: not the same the other way around", case.name));
        }
        for document in [first, second] {
            if !parse(&document.to_json()).means_same(&document) {
                wrong.push(format!("{}: {document} lost its meaning", case.name));
            }
        }
    }
    report("equality", &wrong);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Malformed {
    name: String,
    document: String,
    #[serde(default)]
    kind: Option<String>,
    code: String,
    says: String,
}

fn kind(name: Option<&str>) -> Kind {
    match name {
        None | Some("permission") => Kind::Permission,
        Some(other) => {
            assert_eq!(other, "trust", "a case has a kind that there is not");
            Kind::Trust
        }
    }
}

#[test]
fn malformed_documents_are_refused_with_their_place() {
    let table = Table::<Malformed>::read("malformed", 34);
    let mut wrong = Vec::new();
    for case in &table.case {
        let read = match &case.kind {
            None => Document::parse(&case.document),
            Some(name) => Document::parse_as(kind(Some(name)), &case.document),
        };
        match read {
            Err(error) if error.code() == case.code && error.to_string().contains(&case.says) => {}
            other => wrong.push(format!("{}: {other:?}", case.name)),
        }
    }
    report("malformed", &wrong);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    name: String,
    existing: String,
    wanted: String,
    #[serde(default)]
    merged: Option<String>,
    #[serde(default)]
    code: String,
    #[serde(default)]
    says: String,
}

#[test]
fn trust_is_merged_or_refused() {
    let table = Table::<Merge>::read("merge", 17);
    let mut wrong = Vec::new();
    for case in &table.case {
        let (existing, wanted) = (parse(&case.existing), parse(&case.wanted));
        match (merge_trust(&existing, &wanted), &case.merged) {
            (Ok(merged), Some(expected)) => {
                let again = merge_trust(&merged, &wanted).unwrap();
                if merged.to_json() != *expected || again != merged {
                    wrong.push(format!("{}: {merged}, then {again}", case.name));
                }
            }
            (Err(error), None)
                if error.code() == case.code && error.to_string().contains(&case.says) => {}
            (other, _) => wrong.push(format!("{}: {other:?}", case.name)),
        }
    }
    report("merge", &wrong);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RiskCase {
    name: String,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    document: Option<String>,
    #[serde(default)]
    policy: Option<String>,
    risks: Vec<String>,
    #[serde(default)]
    says: String,
}

#[test]
fn risks_are_found_by_meaning() {
    let table = Table::<RiskCase>::read("risk", 90);
    let bound = ["123456", "654321"].map(|account| account.parse().unwrap());
    let scene = Scene { bound: bound.into() };
    let mut wrong = Vec::new();
    for case in &table.case {
        let document = match (&case.document, &case.policy) {
            (Some(text), None) => parse(text),
            (None, Some(name)) => table.document(name),
            _ => panic!("{}: either a document or a policy", case.name),
        };
        let found = risks(&document, kind(case.kind.as_deref()), &scene);
        let words = found.iter().map(|risk| {
            let places: Vec<String> = risk.statements.iter().map(ToString::to_string).collect();
            let principal = risk.principal.iter().map(|name| format!(" {name}"));
            format!("{} {}{}", risk.class.as_str(), places.join(","), principal.collect::<String>())
        });
        let words: Vec<String> = words.collect();
        let said =
            case.says.is_empty() || found.iter().any(|risk| risk.sentence.contains(&case.says));
        if words != case.risks || !said {
            wrong.push(format!("{}: {found:#?}", case.name));
        }
    }
    report("risk", &wrong);
}
