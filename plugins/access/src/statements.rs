//! A trust document taken apart: which of its statements this workflow wrote.

use host_ram::{Document, PrincipalKind, Principals, Statement, trust_document};
use host_workflow_sdk::{Error, ErrorKind};
use serde_json::Value;

use crate::documents::read;

/// A statement that this workflow could have written.
#[derive(Debug)]
pub(crate) struct Own {
    pub(crate) principals: Vec<String>,
    pub(crate) external_id: Option<String>,
}

/// A trust document as a list of statements, which stand as they were written.
#[derive(Debug)]
pub(crate) struct Apart {
    whole: Value,
    pub(crate) statements: Vec<Value>,
}

impl Apart {
    pub(crate) fn of(trust: &Document) -> Result<Self, Error> {
        let mut whole: Value = serde_json::from_str(&trust.to_json()).map_err(|error| {
            let message = format!("cannot take the role's trust policy apart: {error}");
            Error::new(ErrorKind::Invalid, "delegate.document-unfit", message)
        })?;
        let statements = match whole["Statement"].take() {
            Value::Array(statements) => statements,
            other => vec![other],
        };
        Ok(Self { whole, statements })
    }

    /// The document with these statements instead, each once.
    pub(crate) fn with(mut self, statements: Vec<Value>) -> Result<Document, Error> {
        let mut distinct: Vec<Value> = Vec::new();
        for statement in statements {
            if !distinct.contains(&statement) {
                distinct.push(statement);
            }
        }
        self.whole["Statement"] = Value::Array(distinct);
        read("the role's trust policy", &self.whole.to_string())
    }
}

/// What a statement says, if this workflow could have written it: known by its meaning.
pub(crate) fn own(statement: &Value) -> Option<Own> {
    let id = statement["Condition"]["StringEquals"]["sts:ExternalId"].as_str().map(str::to_owned);
    let text = serde_json::json!({ "Version": "1", "Statement": [statement] }).to_string();
    let document = read("x", &text).ok()?;
    let named = principals(document.statements());
    let ours = read("x", &trust_document(&named, id.as_deref())).ok()?;
    let is_ours = !named.is_empty() && ours.means_same(&document);
    is_ours.then_some(Own { principals: named, external_id: id })
}

/// The RAM principals that statements name.
pub(crate) fn principals(statements: &[Statement]) -> Vec<String> {
    let named = statements.iter().filter_map(Statement::principal).flat_map(Principals::named);
    named.filter(|(kind, _)| *kind == PrincipalKind::Ram).map(|(_, name)| name.to_owned()).collect()
}

/// One statement, spelled as documents of the cloud are spelled after reading.
pub(crate) fn one(named: &[String], external_id: Option<&str>) -> Result<Value, Error> {
    let document = read("the wanted trust", &trust_document(named, external_id))?;
    Ok(Apart::of(&document)?.statements.into_iter().next().unwrap_or_default())
}
