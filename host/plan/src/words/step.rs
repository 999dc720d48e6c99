//! One step: its sentence, what it gives, and what that changes.

use host_model::{Effect, Value};

use super::before::of_parameter;
use super::line::{Lines, Mark};
use super::names::{Names, action_of};
use super::{document, settings};
use crate::difference::text_of;
use crate::{Deed, Step};

/// How many characters of a value the catalog's sentence shows whole.
const IN_SENTENCE: usize = 160;

pub(crate) const fn mark_of(deed: Deed) -> Mark {
    match deed {
        Deed::Create => Mark::Create,
        Deed::Update => Mark::Update,
        Deed::Delete => Mark::Delete,
        Deed::Replace => Mark::Replace,
        Deed::Look | Deed::Refused => Mark::Look,
    }
}

/// Says one step, with notes behind its sentence.
pub(crate) fn step(
    lines: &mut Lines,
    depth: usize,
    (step, deed, notes): (&Step, Deed, &[String]),
    names: &Names,
) {
    let sentence = names.sentence(step);
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    let text = format!("{}. {sentence}{notes}", step.number);
    if step.conditional.is_some() {
        lines.maybe(depth, mark_of(deed), &text);
    } else {
        lines.push(depth, mark_of(deed), &text);
    }
    let depth = depth + 2;
    for (name, value) in &step.sent.parameters {
        parameter(lines, depth, (name, value), step, names);
    }
    for (name, value) in &step.call.parameters {
        if !step.sent.parameters.iter().any(|(sent, _)| sent == name) {
            let line = format!("{}: {} (not sent)", names.said(name), names.value(value));
            lines.plain(depth, &line);
        }
    }
    if step.effect == Effect::Delete {
        document::gone(lines, depth, step, names);
    }
}

fn parameter(
    lines: &mut Lines,
    depth: usize,
    (name, value): (&String, &Value),
    step: &Step,
    names: &Names,
) {
    match value {
        Value::Text(text) if document::kind_of(step, name).is_some() => {
            document::given(lines, depth, (name, text), step, names);
            return;
        }
        Value::Settings(given) => {
            settings::given(lines, depth, (name, given), step, names);
            return;
        }
        _ => {}
    }
    let asked = step.call.parameters.iter().find(|(asked, _)| asked == name).map(|(_, it)| it);
    if asked == Some(value) && is_in_sentence(step, name, value) {
        return;
    }
    let added = if asked == Some(value) { "" } else { " (by the host)" };
    let shown = names.value(value);
    let name_shown = names.said(name);
    let old = of_parameter(step, name).filter(|_| step.effect == Effect::Update);
    let old = old.map(|old| names.json(old));
    let line = match old {
        Some(old) if old == shown => format!("{name_shown}: {shown} (as it is)"),
        Some(old) => format!("{name_shown}: {old} → {shown}"),
        None => format!("{name_shown}: {shown}"),
    };
    lines.plain(depth, &format!("{line}{added}"));
}

/// Whether the catalog's sentence shows the whole value already.
fn is_in_sentence(step: &Step, name: &str, value: &Value) -> bool {
    let said = action_of(&step.call).is_some_and(|it| it.sentence.contains(&format!("{{{name}}}")));
    said && text_of(value).chars().count() <= IN_SENTENCE
}
