//! The last lines of a run, for people: what came of it, and what to type next.

use host_history::{Ending, Summary, Thing, next_after, sign_of};
use host_model::quote_within;

/// How many things of a list are shown.
const THINGS_SHOWN: usize = 10;
/// Characters of one text that are shown.
const TEXT_SHOWN: usize = 300;
/// Characters of a step's name that are shown.
const NAME_SHOWN: usize = 60;

/// What came of a run: before its verdict.
pub(super) fn lists(summary: &Summary, run: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let lists = [
        ("changed", None, &summary.changed),
        ("pending", Some("…"), &summary.pending),
        ("failed", Some("✗"), &summary.failed),
    ];
    for (title, sign, things) in lists {
        if things.is_empty() {
            continue;
        }
        lines.push(format!("{title} ({}):", things.len()));
        for thing in things.iter().take(THINGS_SHOWN) {
            let own = thing.effect.map_or("", |effect| sign_of(effect, true));
            lines.extend(shown(thing, sign.unwrap_or(own)));
        }
        if let Some(more @ 1..) = things.len().checked_sub(THINGS_SHOWN) {
            lines.push(format!("  and {more} more: `host show {run}`"));
        }
    }
    lines.extend(unchanged(&summary.unchanged, run));
    lines
}

/// The steps that found everything in place, on one line.
fn unchanged(steps: &[String], run: &str) -> Option<String> {
    let names = steps.iter().take(THINGS_SHOWN).map(|step| quote_within(step, NAME_SHOWN));
    let names = names.collect::<Vec<_>>().join(", ");
    let more = match steps.len().checked_sub(THINGS_SHOWN) {
        Some(more @ 1..) => format!(" and {more} more: `host show {run}`"),
        _ => String::new(),
    };
    (!steps.is_empty()).then(|| format!("unchanged ({}): {names}{more}", steps.len()))
}

fn shown(thing: &Thing, sign: &str) -> Vec<String> {
    let words = |text: &str| quote_within(text, TEXT_SHOWN);
    let place = thing.account_name.as_ref().or(thing.account.as_ref());
    let place = place.map(|place| format!("{}: ", words(place))).unwrap_or_default();
    // Of an account, the catalog's words say what it is about.
    let step = if place.is_empty() { format!("{}: ", words(&thing.step)) } else { place };
    let request_id = thing.request_id.as_ref();
    let request_id = request_id.map(|id| format!(" (request id {})", words(id)));
    let request_id = request_id.unwrap_or_default();
    let mut lines = vec![format!("  {sign} {step}{}{request_id}", words(&thing.what))];
    lines.extend(thing.why.as_ref().map(|why| format!("      {}", words(why))));
    lines
}

/// How much came to what.
pub(super) fn counts(summary: &Summary) -> String {
    let Summary { done, changed, unchanged, pending, failed } = summary;
    let steps = match done.len() {
        // An undo has none.
        0 => String::new(),
        many => {
            let steps = super::counted(many, "step");
            format!("{steps} done, {} of them unchanged; ", unchanged.len())
        }
    };
    let (changed, pending, failed) = (changed.len(), pending.len(), failed.len());
    format!("{steps}{changed} changed, {pending} pending, {failed} failed")
}

/// What to type next. What the hint says already is not said again.
pub(super) fn next(ending: &Ending<'_>, hint: Option<&str>) -> Vec<String> {
    let mut next = next_after(ending);
    let command = |text: &str| text.split('`').nth(1).map(str::to_owned);
    next.retain(|text| {
        let said = command(text).map(|command| format!("`{command}`"));
        !said.is_some_and(|said| hint.is_some_and(|hint| hint.contains(&said)))
    });
    next
}

#[cfg(test)]
mod tests;
