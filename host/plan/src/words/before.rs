//! What the cloud shows now of what a step changes.

use serde_json::Value as Json;

use crate::Step;

/// How deep into a reply a value is looked for.
const DEPTH: usize = 3;

/// The body of a read, whether it is named `GetRole` or `ram:GetRole`.
pub(crate) fn of_read<'a>(step: &'a Step, read: &str) -> Option<&'a Json> {
    let is_it = |action: &str| action.rsplit(':').next() == Some(read);
    step.before.iter().find(|(action, _)| is_it(action)).map(|(_, body)| body)
}

/// The value that a parameter gets in place of: what a read shows under its name.
pub(crate) fn of_parameter<'a>(step: &'a Step, parameter: &str) -> Option<&'a Json> {
    let name = parameter.strip_prefix("New").filter(|it| !it.is_empty()).unwrap_or(parameter);
    step.before.values().find_map(|body| find(body, name, DEPTH))
}

fn find<'a>(body: &'a Json, name: &str, depth: usize) -> Option<&'a Json> {
    let members = body.as_object()?;
    if let Some(found) = members.get(name) {
        return (!found.is_object() && !found.is_array()).then_some(found);
    }
    let inner = depth.checked_sub(1)?;
    members.values().find_map(|it| find(it, name, inner))
}
