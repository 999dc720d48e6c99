//! What an offered rule says of the parameters of a denied call: each value that can be said, and the names of
//! those that it leaves free.

use std::collections::BTreeSet;

use host_catalog::{Parameter, ParameterType};

use super::condition::{self, REGION};
use super::kind::{Kind, namings};
use super::object::Object;
use super::offer::{list, quoted};
use crate::Subject;
use crate::given::Given;

/// Names of users with a domain, of which patterns of objects see the name alone.
const WITH_DOMAIN: &str = "user-principal";

/// What is said of parameters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Literals {
    /// Name and value, as `where` has them.
    pub(super) said: Vec<(String, String)>,
    /// Those that may have any value.
    pub(super) free: Vec<String>,
}

/// What can be said of the parameters of a call whose objects are listed; `made_up` are texts that the cloud
/// will not use.
pub(super) fn literals(
    subject: &Subject<'_>,
    objects: &[Object<'_>],
    made_up: &BTreeSet<String>,
) -> Literals {
    let mut literals = Literals::default();
    let mut region = subject.call.region.as_deref().and_then(quoted);
    for parameter in subject.action.parameters.iter().filter(|it| it.is_open()) {
        if is_object(subject, parameter, objects) {
            continue;
        }
        let name = &parameter.name;
        let own = if name == REGION { region.take() } else { None };
        match own.or_else(|| literal(subject, parameter, made_up)) {
            Some(value) => literals.said.push((name.clone(), value)),
            None if Given(subject.call).has(name) || is_grave(subject) => {
                literals.free.push(name.clone());
            }
            None => {}
        }
    }
    literals.said.extend(region.map(|region| (REGION.to_owned(), region)));
    literals
}

/// Whether a parameter that is left free is worth a word although the call does not have it.
fn is_grave(subject: &Subject<'_>) -> bool {
    subject.action.effect.is_write() || subject.action.risk.is_some()
}

/// Whether the listed objects say what the parameter is: it names some of them, alone of their kind, or it is
/// not there and could name no other.
fn is_object(subject: &Subject<'_>, parameter: &Parameter, objects: &[Object<'_>]) -> bool {
    let all = namings(subject.product, subject.action);
    let Some(own) = all.iter().find(|it| it.parameter == parameter.name) else { return false };
    if objects.is_empty() {
        return false;
    }
    let is_given = |name: &str| Given(subject.call).has(name);
    let shares = |kinds: &[Kind<'_>]| kinds.iter().any(|kind| own.kinds.contains(kind));
    let mut others = all.iter().filter(|it| it.parameter != own.parameter);
    let is_alone = !others.any(|it| is_given(it.parameter) && shares(&it.kinds));
    !is_given(own.parameter) || (is_alone && parameter.is != WITH_DOMAIN)
}

/// The value of a parameter, as `where` has it; `None` if it is not given, a secret, made up, not plain, or
/// nothing that conditions can be put on.
fn literal(
    subject: &Subject<'_>,
    parameter: &Parameter,
    made_up: &BTreeSet<String>,
) -> Option<String> {
    let Subject { product, action, .. } = *subject;
    if !condition::is_known(product, action, &parameter.name) {
        return None;
    }
    let texts = condition::texts(subject, &parameter.name)?;
    let is_made_up = |text: &String| made_up.iter().any(|it| text.contains(it.as_str()));
    if texts.is_empty() || texts.iter().any(is_made_up) {
        return None;
    }
    match (product.type_of(parameter)?, texts.as_slice()) {
        (ParameterType::Number { .. } | ParameterType::Flag, [one]) => Some(one.clone()),
        (ParameterType::Texts { .. }, _) => list(texts),
        (_, [one]) => quoted(one),
        _ => None,
    }
}
