//! Settings of an add-on or a command, key by key.

use host_model::Value;
use serde_json::Value as Json;

use super::before::of_read;
use super::line::{Lines, Mark};
use super::names::Names;
use crate::Step;

/// Says what each setting is, and what it was.
pub(crate) fn given(
    lines: &mut Lines,
    depth: usize,
    (parameter, settings): (&str, &[(String, Value)]),
    step: &Step,
    names: &Names,
) {
    let before = before(step, parameter);
    lines.plain(depth, &format!("{}:", names.said(parameter)));
    for (name, value) in settings {
        let shown = names.value(value);
        let name_shown = names.ticked(name);
        let old = before.as_ref().map(|it| (it, old(it, name)));
        match old {
            None => lines.plain(depth + 1, &format!("{name_shown}: {shown}")),
            Some((_, None)) => {
                lines.push(depth + 1, Mark::Create, &format!("{name_shown}: {shown}"));
            }
            Some((_, Some(old))) if names.json(old) == shown => {
                lines.plain(depth + 1, &format!("{name_shown}: {shown} (as it is)"));
            }
            Some((_, Some(old))) => {
                let line = format!("{name_shown}: {} → {shown}", names.json(old));
                lines.push(depth + 1, Mark::Update, &line);
            }
        }
    }
}

/// The settings that are there: JSON, or JSON as text.
fn before(step: &Step, parameter: &str) -> Option<Json> {
    let shown = of_read(step, "GetClusterAddonInstance")?.get(parameter)?;
    match shown {
        Json::String(text) => serde_json::from_str(text).ok(),
        other => Some(other.clone()),
    }
}

fn old<'a>(before: &'a Json, name: &str) -> Option<&'a Json> {
    if name.starts_with('/') { before.pointer(name) } else { before.get(name) }
}
