//! What takes an action back: templates that are filled from the call, its reply, and what was there
//! before.
//!
//! An undo writes no former text over what stands there now. So a template says of each parameter what it
//! is: the name of what is meant (`with`), a value that gets back what stood there (`back`), or something
//! that many wrote, from which only what the call added is taken (`less`).

use std::collections::BTreeMap;

use host_model::{Call, Value};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::{Action, ParameterType, Product};

/// What takes an action back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inverse {
    /// What there is to take back.
    #[serde(default)]
    pub kind: InverseKind,
    /// The action that takes it back, of the same product.
    pub action: String,
    /// Its parameters, each with where its value comes from: see [`Source::read`].
    pub with: BTreeMap<String, String>,
    /// Parameters that get back what stood there before, each by where the first read of
    /// [`Action::observe`] showed it. Only those count that the call gave, under the same name.
    #[serde(default)]
    pub back: BTreeMap<String, String>,
    /// Parameters from which only what the call added is taken away, each by the name of the call's
    /// parameter that added it: statements of a trust, settings, tags.
    #[serde(default)]
    pub less: BTreeMap<String, String>,
    /// What has to be done before.
    #[serde(default)]
    pub first: Option<First>,
}

/// What there is to take back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InverseKind {
    /// Something that the call made: it goes.
    #[default]
    Made,
    /// Something that was there, and that the call changed: it stays, without the change.
    Changed,
    /// What only the workflow knows: it registers a call of that action, which must agree with the journaled
    /// call in all of `with`. A list may be shorter.
    Registered,
}

/// What has to be done before something can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct First {
    /// The action.
    pub action: String,
    /// Its parameters, as in [`Inverse::with`].
    pub with: BTreeMap<String, String>,
    /// The flag of the call without which there is nothing to do first.
    #[serde(default)]
    pub when: Option<String>,
}

/// Where a value of a template comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    /// A parameter of the call, by name.
    Given(&'a str),
    /// A place in the reply.
    Reply(&'a str),
    /// A place in what the first read of [`Action::observe`] showed before the call.
    Before(&'a str),
    /// This text.
    Text(&'a str),
}

impl<'a> Source<'a> {
    /// Reads a source: `Name` of a parameter, `/Pointer` into the reply, `before:/Pointer`, or `=text`.
    pub fn read(text: &'a str) -> Self {
        if let Some(text) = text.strip_prefix('=') {
            Self::Text(text)
        } else if let Some(at) = text.strip_prefix("before:") {
            Self::Before(at)
        } else if text.starts_with('/') {
            Self::Reply(text)
        } else {
            Self::Given(text)
        }
    }

    /// The value, if it is there.
    pub fn value(self, call: &Call, reply: &Json, before: &Json) -> Option<Value> {
        match self {
            Self::Given(name) => {
                call.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
            }
            Self::Reply(at) => pick(reply, at, call).and_then(value_of),
            Self::Before(at) => pick(before, at, call).and_then(value_of),
            Self::Text(text) => Some(Value::Text(text.to_owned())),
        }
    }
}

/// The value at a JSON Pointer. A part `{Name=true}` picks the item of a list whose `Name` is that, and
/// `{Name=$Parameter}` the one whose `Name` is what the call gave.
pub fn pick<'a>(body: &'a Json, at: &str, call: &Call) -> Option<&'a Json> {
    let mut value = body;
    for part in at.split('/').skip(1) {
        value = match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(choice) => {
                let (name, wanted) = choice.split_once('=')?;
                let wanted = match wanted.strip_prefix('$') {
                    Some(parameter) => call.text(parameter)?,
                    None => wanted,
                };
                value.as_array()?.iter().find(|item| is(item.get(name), wanted))?
            }
            None => value.get(part.replace("~1", "/").replace("~0", "~"))?,
        };
    }
    Some(value).filter(|value| !value.is_null())
}

fn is(value: Option<&Json>, wanted: &str) -> bool {
    match value {
        Some(Json::String(text)) => text == wanted,
        Some(other) => {
            let text = other.to_string();
            text == wanted
        }
        None => false,
    }
}

fn value_of(json: &Json) -> Option<Value> {
    match json {
        Json::String(text) if text.is_empty() => None,
        Json::String(text) => Some(Value::Text(text.clone())),
        other => Some(Value::Json(other.clone())),
    }
}

/// Under which names calls give what a read asks for by another.
const SYNONYMS: [(&str, &[&str]); 2] = [
    ("instance_name", &["component_id", "component_name", "name"]),
    ("addon_name", &["component_id", "component_name", "name"]),
];

impl Product {
    /// The call of `read` that shows what `call` is about; `None` if the call does not name it.
    ///
    /// A policy whose type is not given is a custom one: only those can be written.
    pub fn look(&self, read: &Action, call: &Call) -> Option<Call> {
        let given = |name: &str| call.parameters.iter().find(|(key, _)| key == name);
        let mut parameters = Vec::new();
        for parameter in read.parameters.iter().filter(|parameter| parameter.is_open()) {
            let is = self.type_of(parameter);
            if matches!(is, Some(ParameterType::Tags { .. } | ParameterType::Region)) {
                continue;
            }
            let named = SYNONYMS.iter().find(|(name, _)| *name == parameter.name);
            let found = given(&parameter.name).or_else(|| {
                named.and_then(|(_, others)| others.iter().find_map(|name| given(name)))
            });
            let value = match found {
                Some((_, value)) => value.clone(),
                None if parameter.name == "PolicyType" && parameter.required => {
                    Value::Text("Custom".to_owned())
                }
                None if parameter.required => return None,
                None => continue,
            };
            parameters.push((parameter.name.clone(), value));
        }
        Some(Call {
            identity: call.identity.clone(),
            product: self.key.clone(),
            version: self.version.clone(),
            action: read.name.clone(),
            region: call.region.clone(),
            parameters,
        })
    }

    /// The read that shows what there was before an action, if its inverse needs that: the first of
    /// [`Action::observe`].
    pub fn look_before<'a>(&'a self, action: &Action) -> Option<&'a Action> {
        let inverse = action.inverse.as_ref()?;
        let firsts = inverse.first.iter().flat_map(|first| first.with.values());
        let sources = inverse.with.values().chain(firsts);
        let needs = !inverse.back.is_empty()
            || !inverse.less.is_empty()
            || sources.map(|source| Source::read(source)).any(|it| matches!(it, Source::Before(_)));
        action.observe.first().filter(|_| needs).and_then(|name| self.actions.get(name))
    }
}

#[cfg(test)]
mod tests {
    use host_model::IdentityRef;
    use serde_json::json;

    use super::*;
    use crate::Catalog;

    fn call(product: &str, action: &str, parameters: &[(&str, &str)]) -> Call {
        let catalog = Catalog::builtin();
        let text =
            |(name, text): &(&str, &str)| ((*name).to_owned(), Value::Text((*text).to_owned()));
        Call {
            identity: IdentityRef("source".to_owned()),
            product: product.to_owned(),
            version: catalog.product(product).unwrap().version.clone(),
            action: action.to_owned(),
            region: None,
            parameters: parameters.iter().map(text).collect(),
        }
    }

    #[test]
    fn an_item_is_picked_by_what_it_says() {
        let call = call("ram", "UpdateAccessKey", &[("UserAccessKeyId", "LTAIb")]);
        let keys =
            json!({ "k": [{ "id": "LTAIa", "s": "1" }, { "id": "LTAIb", "s": "2", "d": true }] });
        let cases = [
            ("/k/{id=$UserAccessKeyId}/s", Some(json!("2"))),
            ("/k/{d=true}/s", Some(json!("2"))),
            ("/k/{id=LTAIa}/s", Some(json!("1"))),
            ("/k/{id=$Other}/s", None),
            ("/k/{id=LTAIc}/s", None),
            ("/x/y", None),
            ("", Some(keys.clone())),
        ];
        for (at, expected) in cases {
            assert_eq!(pick(&keys, at, &call), expected.as_ref(), "{at}");
        }
    }

    #[test]
    fn a_look_asks_for_what_the_call_names() {
        let ram = Catalog::builtin().product("ram").unwrap();
        let cs = Catalog::builtin().product("cs").unwrap();
        let cases = [
            (ram, "GetPolicy", call("ram", "DeletePolicy", &[("PolicyName", "p")]), 2),
            (ram, "ListPoliciesForUser", call("ram", "DeleteUser", &[("UserName", "u")]), 1),
            (
                cs,
                "GetClusterAddonInstance",
                call("cs", "ModifyClusterAddon", &[("cluster_id", "c"), ("component_id", "a")]),
                2,
            ),
            (
                cs,
                "GetClusterAddonInstance",
                call("cs", "UpgradeClusterAddons", &[("cluster_id", "c"), ("component_name", "a")]),
                2,
            ),
        ];
        for (product, read, call, count) in cases {
            let look = product.look(&product.actions[read], &call).unwrap();
            assert_eq!(look.parameters.len(), count, "{look:?}");
            product
                .check(
                    &product.actions[read],
                    &Call { region: Some("cn-hangzhou".to_owned()), ..look },
                )
                .unwrap();
        }
        assert_eq!(ram.look(&ram.actions["GetUser"], &call("ram", "DeletePolicy", &[])), None);
    }
}
