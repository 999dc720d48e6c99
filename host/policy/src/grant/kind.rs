//! Kinds of objects: which there are, and which of them an action can be about.

use std::collections::BTreeSet;

use host_catalog::{Action, Catalog, ParameterType, Product};

use super::near::nearest;
use super::object::{NAMED_BY, TAGGED};
use super::pattern::Pattern;

/// A kind of objects, as resource names have it: product and kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind<'a> {
    pub(super) product: &'a str,
    pub(super) kind: &'a str,
}

/// What one parameter of an action names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Naming<'a> {
    pub(super) parameter: &'a str,
    /// The kinds of which it can be.
    pub(super) kinds: Vec<Kind<'a>>,
    pub(super) required: bool,
}

/// The role that a session is of, whichever product is asked.
const ROLE: Kind<'_> = Kind { product: "ram", kind: "role" };

/// Every kind that there is.
pub(super) fn all() -> BTreeSet<Kind<'static>> {
    let named = NAMED_BY.iter().map(|(product, _, kind)| kind_of(product, kind));
    named.chain([ROLE]).collect()
}

/// What each parameter of an action names; nothing for those that name no object.
pub(super) fn namings<'a>(product: &'a Product, action: &'a Action) -> Vec<Naming<'a>> {
    let one = |parameter: &'a host_catalog::Parameter| {
        let named = NAMED_BY.iter().find(|it| it.0 == product.key && it.1 == parameter.is);
        let kinds = if parameter.is == "role-arn" {
            vec![ROLE]
        } else if product.key == TAGGED.0 && parameter.name == TAGGED.1 {
            tagged(product, action)
        } else {
            vec![kind_of(&product.key, named?.2)]
        };
        Some(Naming { parameter: &parameter.name, kinds, required: parameter.required })
    };
    action.parameters.iter().filter_map(one).collect()
}

/// The kinds of things that can be tagged.
fn tagged<'a>(product: &'a Product, action: &'a Action) -> Vec<Kind<'a>> {
    let kind = action.parameter(TAGGED.2).and_then(|parameter| product.type_of(parameter));
    match kind {
        Some(ParameterType::Text { values, .. }) => {
            values.iter().map(|kind| kind_of(&product.key, kind)).collect()
        }
        _ => Vec::new(),
    }
}

/// Policies are RAM's, whichever product attaches them.
fn kind_of<'a>(product: &'a str, kind: &'a str) -> Kind<'a> {
    let product = if product == "resourcemanager" && kind == "policy" { "ram" } else { product };
    Kind { product, kind }
}

/// Whether objects of that product have an empty region in their names.
pub(super) fn is_without_region(product: &str) -> bool {
    Catalog::builtin().product(product).is_some_and(|product| product.directory)
}

/// Why no object is of a kind that a pattern asks for, with what was perhaps meant; `None` if there is one.
pub(super) fn unknown(product: &Pattern, kind: &Pattern) -> Option<String> {
    let all = all();
    if all.iter().any(|it| product.matches(it.product) && kind.matches(it.kind)) {
        return None;
    }
    let of_product: BTreeSet<&str> =
        all.iter().filter(|it| product.matches(it.product)).map(|it| it.kind).collect();
    let (what, known, meant) = if of_product.is_empty() {
        ("has a product that no object is of", all.iter().map(|it| it.product).collect(), product)
    } else {
        ("is of no kind of object that is known", of_product, kind)
    };
    let near = nearest(known.iter().copied(), meant.as_str());
    let near = near.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
    let known = known.into_iter().collect::<Vec<_>>().join(", ");
    Some(format!("{what}: {known}{near}"))
}
