//! What a call is about: the objects that its parameters name, as the catalog types them.

use std::fmt;

use host_catalog::Parameter;
use host_model::{Arn, Principal, Value};
use serde_json::Value as Json;

use crate::Subject;
use crate::given::Given;

/// The owner of system policies, in resource names.
pub(super) const SYSTEM: &str = "system";

/// An object that a call names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object<'a> {
    pub(crate) product: &'a str,
    /// Empty where the product has none.
    pub(crate) region: &'a str,
    /// The owner's id, or `system`.
    pub(crate) account: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
}

impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { product, region, account, kind, name } = self;
        write!(f, "acs:{product}:{region}:{account}:{kind}/{name}")
    }
}

/// By which types of parameters calls name objects: product, type, kind of object.
pub(crate) const NAMED_BY: [(&str, &str, &str); 14] = [
    ("arms", "pid", "application"),
    ("cs", "cluster-id", "cluster"),
    ("cs", "task-id", "task"),
    ("ecs", "command-id", "command"),
    ("ecs", "instance-id", "instance"),
    ("ecs", "instance-ids", "instance"),
    ("ecs", "invoke-id", "invocation"),
    ("ims", "user-principal", "user"),
    ("ram", "policy-name", "policy"),
    ("ram", "role-name", "role"),
    ("ram", "user-name", "user"),
    ("resourcemanager", "group-id", "resourcegroup"),
    ("resourcemanager", "policy-name", "policy"),
    ("resourcemanager", "principal-name", "principal"),
];

/// The list that RAM tags things by; what they are stands beside it.
pub(crate) const TAGGED: (&str, &str, &str) = ("ram", "ResourceNames", "ResourceType");

/// Every object that a call names; `None` if any of them is not clear.
pub(crate) fn objects<'a>(subject: &Subject<'a>) -> Option<Vec<Object<'a>>> {
    let Subject { call, action, .. } = *subject;
    let mut found = Vec::new();
    for parameter in &action.parameters {
        if let Some(value) = Given(call).value(&parameter.name) {
            of_parameter(subject, parameter, value, &mut found)?;
        }
    }
    Some(found)
}

fn of_parameter<'a>(
    subject: &Subject<'a>,
    parameter: &'a Parameter,
    value: &'a Value,
    found: &mut Vec<Object<'a>>,
) -> Option<()> {
    let product = subject.product.key.as_str();
    if parameter.is == "role-arn" {
        found.push(role(value)?);
        return Some(());
    }
    let kind = if product == TAGGED.0 && parameter.name == TAGGED.1 {
        Given(subject.call).text(TAGGED.2)?
    } else {
        let named = |(of, is, _): &&(&str, &str, &str)| *of == product && *is == parameter.is;
        match NAMED_BY.iter().find(named) {
            Some((_, _, kind)) => kind,
            None => return Some(()),
        }
    };
    let owner = match kind {
        "policy" if Given(subject.call).text("PolicyType") == Some("System") => SYSTEM,
        _ => subject.account.as_str(),
    };
    let region = match product {
        "ram" | "ims" | "resourcemanager" => "",
        _ => subject.call.region.as_deref().unwrap_or_default(),
    };
    let product = if product == "resourcemanager" && kind == "policy" { "ram" } else { product };
    for name in texts(value)? {
        let name = if parameter.is == "user-principal" { local(name)? } else { name };
        found.push(Object { product, region, account: owner, kind, name });
    }
    Some(())
}

/// A role in whichever account its name says.
fn role(value: &Value) -> Option<Object<'_>> {
    let [text] = *texts(value)?.as_slice() else { return None };
    let arn: Arn = text.parse().ok()?;
    let Principal::Role(name) = arn.principal() else { return None };
    // The parts are taken from the text, which lives as long as the call.
    let name = text.strip_suffix(name.as_str()).map(|rest| &text[rest.len()..])?;
    let account = text.split(':').nth(3)?;
    Some(Object { product: "ram", region: "", account, kind: "role", name })
}

/// The name of a user, of a name with a domain.
fn local(principal: &str) -> Option<&str> {
    let (name, domain) = principal.split_once('@')?;
    (!name.is_empty() && !domain.is_empty() && !domain.contains('@')).then_some(name)
}

/// The texts of a value: one, or those of a list that is not empty.
fn texts(value: &Value) -> Option<Vec<&str>> {
    let found: Vec<&str> = match value {
        Value::Text(text) | Value::Json(Json::String(text)) => {
            // JSON as text: what it names cannot be lent out.
            if text.trim_start().starts_with(['[', '{', '"']) {
                return None;
            }
            vec![text]
        }
        Value::Json(Json::Array(items)) => items.iter().map(Json::as_str).collect::<Option<_>>()?,
        Value::Json(_) | Value::Secret(_) | Value::Settings(_) => return None,
    };
    (!found.is_empty() && found.iter().all(|text| !text.is_empty())).then_some(found)
}
