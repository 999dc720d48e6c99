//! A plan for people: lines that read the same without color and in any width.
//!
//! ```text
//! what to know first ─▶ account by account, thing by thing ─▶ what is not known ─▶ the workflow's own words
//!                    ─▶ what it has to be allowed to do ─▶ one line that sums it up
//! ```
//!
//! Sentences are the catalog's, values are literal. What the workflow wrote stands apart, escaped and bounded.

mod account;
mod before;
mod document;
mod drift;
mod letters;
mod line;
mod names;
mod object;
mod reader;
mod risk;
mod script;
mod settings;
mod since;
mod step;
mod thing;

use host_model::{AccountId, quote_within};
use serde_json::Value as Json;

pub(crate) use account::words as account_words;
pub(crate) use document::{Kind, kind_of};
pub use drift::{changes, differences, drift, subject};
pub(crate) use letters::harmless;
use line::Lines;
pub use line::{Line, Mark};
use names::Names;
pub(crate) use names::action_of;
pub(crate) use reader::Reader;
pub use since::{Drift, since};
pub(crate) use step::mark_of;
pub(crate) use thing::{Thing, things};

use crate::moment::seconds;
use crate::{Counts, Forecast, Needed, Plan, Seen, Step};

/// How many characters of a name or a title are shown.
const NAME_SHOWN: usize = 120;

/// How many characters of a reason are shown.
const REASON_SHOWN: usize = 400;

/// How many of the workflow's own titles are shown.
const TITLES_SHOWN: usize = 40;

/// The plan for people, with the permissions that the run needs.
pub fn words(plan: &Plan) -> Vec<Line> {
    lines_of(plan, true)
}

/// The plan as a question: all that a yes is about, and no more.
pub fn question(plan: &Plan) -> Vec<Line> {
    lines_of(plan, false)
}

fn lines_of(plan: &Plan, with_permissions: bool) -> Vec<Line> {
    let reader = Reader::new(plan);
    let mut lines = Lines::default();
    about(&mut lines, plan, &reader.names);
    risks(&mut lines, &reader);
    accounts(&mut lines, &reader);
    conditionals(&mut lines, plan);
    unread(&mut lines, plan, &reader.names);
    titles(&mut lines, plan);
    if with_permissions {
        permissions(&mut lines, &plan.needed());
    }
    script::scripts(&mut lines, plan);
    forecast(&mut lines, plan, &reader.names);
    lines.head(&summary(plan));
    lines.into_vec()
}

/// The line that sums a plan up.
pub fn summary(plan: &Plan) -> String {
    let counts = plan.counts();
    let looks: usize = counts.iter().map(|(_, counts)| counts.look).sum();
    let besides = match looks {
        0 => String::new(),
        1 => " One step changes nothing.".to_owned(),
        more => format!(" {more} steps change nothing."),
    };
    let maybe: usize = counts.iter().map(|(_, counts)| counts.maybe).sum();
    let besides = match maybe {
        0 => besides,
        1 => format!("{besides} One step only if it turns out to be needed."),
        more => format!("{besides} {more} steps only if they turn out to be needed."),
    };
    let forecast = match &plan.forecast {
        None => "",
        Some(Forecast { seen: None, .. }) => " More or other changes may come.",
        Some(Forecast { seen: Some(_), .. }) => " What is on machines was seen by an earlier run.",
    };
    if !plan.has_changes() {
        let nothing = match (plan.may_change(), plan.unread.is_empty()) {
            (true, _) => "Nothing is certain to change.",
            (false, true) => "No changes.",
            (false, false) => "No changes, as far as it can be read.",
        };
        let guessed = match plan.guessed() {
            0 => String::new(),
            1 => " One step is a forecast.".to_owned(),
            more => format!(" {more} steps are a forecast."),
        };
        return format!("{nothing}{guessed}{besides}{forecast}");
    }
    let one = |(account, counts): &(AccountId, Counts)| {
        let Counts { add, change, remove, .. } = counts;
        format!(
            "{add} to add, {change} to change, {remove} to remove in {}",
            account_words(plan, account)
        )
    };
    let changed = |it: &&(AccountId, Counts)| it.1.add + it.1.change + it.1.remove > 0;
    let all: Vec<String> = counts.iter().filter(changed).map(one).collect();
    format!("Plan: {}.{besides}{forecast}", all.join("; "))
}

fn about(lines: &mut Lines, plan: &Plan, names: &Names) {
    let workflow = &plan.workflow;
    let vetted = if workflow.vetted { "vetted" } else { "not vetted: nobody here has read it" };
    lines.head(&format!(
        "Plan of workflow `{}`, version `{}` ({vetted})",
        names.ticked(&workflow.name),
        names.ticked(&workflow.version),
    ));
    lines.plain(
        1,
        &format!("run {}, component {}", plan.run, quote_within(&workflow.digest, NAME_SHOWN)),
    );
    lines.plain(1, &format!("made {}, good until {}", seconds(plan.made), seconds(plan.expires)));
    lines.plain(1, &place(&plan.terms.place));
    account::enforcement(lines, plan);
    // In the offline cloud they always are, and nobody hears of it.
    let is_heard = plan.terms.provoke && plan.terms.place["cloud"] != "offline";
    for (is_set, words) in [
        (plan.terms.adopt, "takes over what is there without the mark (`--adopt`)"),
        (is_heard, "sends calls that are meant to be refused (`--provoke`)"),
    ] {
        if is_set {
            lines.plain(1, words);
        }
    }
    if !plan.allowed.is_empty() {
        let words: Vec<String> =
            plan.allowed.iter().map(|it| quote_within(it, NAME_SHOWN)).collect();
        lines.plain(1, &format!("allowed by the operator: {}", words.join(", ")));
    }
}

/// Which cloud it is for.
fn place(place: &Json) -> String {
    let text = |name: &str| place[name].as_str().map(|text| quote_within(text, REASON_SHOWN));
    match place["cloud"].as_str() {
        Some("offline") => "for the offline cloud: nothing leaves this machine".to_owned(),
        _ => match text("endpoint") {
            Some(endpoint) => format!("for the cloud at `{endpoint}`"),
            None => "for the real cloud".to_owned(),
        },
    }
}

fn risks(lines: &mut Lines, reader: &Reader<'_>) {
    let risks = reader.risks();
    if risks.is_empty() {
        return;
    }
    lines.head("Know first");
    for (words, steps) in risks {
        lines.push(1, Mark::Risk, &format!("{words} ({})", risk::steps(&steps)));
    }
}

fn accounts(lines: &mut Lines, reader: &Reader<'_>) {
    for (account, things) in things(reader) {
        lines.head(&account_words(reader.plan, account));
        for thing in things {
            lines.plain(1, &thing.name);
            for (step, deed) in thing.steps {
                reader.tell(lines, 2, step, deed);
            }
        }
    }
}

/// What may not be needed, by the workflow's words for it.
fn conditionals(lines: &mut Lines, plan: &Plan) {
    let mut told = plan.conditionals.iter().filter_map(|it| {
        let steps = plan.steps.iter().filter(|step| plan.stands_in(step, it.number));
        let steps: Vec<u32> = steps.map(|step| step.number).collect();
        (!steps.is_empty()).then_some((it, steps))
    });
    let shown: Vec<_> = told.by_ref().take(TITLES_SHOWN).collect();
    if shown.is_empty() {
        return;
    }
    lines.head("Only if it turns out to be needed (`?`), in the workflow's own words");
    for (it, steps) in shown {
        let title = own_words(&it.title);
        lines.plain(1, &format!("{}: {title}", risk::steps(&steps)));
    }
    let more = told.count();
    if more > 0 {
        lines.plain(1, &format!("and {more} more"));
    }
}

/// Words of the workflow, in quotes that they cannot leave.
fn own_words(text: &str) -> String {
    format!("\"{}\"", quote_within(text, NAME_SHOWN).replace('"', "'"))
}

fn unread(lines: &mut Lines, plan: &Plan, names: &Names) {
    if plan.unread.is_empty() {
        return;
    }
    lines.head("Could not be read, so nobody knows what is there");
    for it in &plan.unread {
        let action = names.ticked(&it.action);
        let what = names.said(&quote_within(&it.what, REASON_SHOWN));
        let account = account_words(plan, &it.account);
        let code = names.ticked(&it.code);
        lines.plain(
            1,
            &format!("{what} in {account}: `{action}` is needed, and was refused with `{code}`"),
        );
    }
}

/// What somebody else says, as a line of its own below a plan: a workflow, or the cloud through it.
pub fn claimed(plan: &Plan, mark: Mark, claim: &str) -> Line {
    let text = Names::new(&plan.placeholders).claimed(claim);
    Line { depth: 1, mark, maybe: false, text }
}

/// The workflow's own titles, apart from all that the host says.
fn titles(lines: &mut Lines, plan: &Plan) {
    let mut parts: Vec<(&Step, u32)> = Vec::new();
    for step in plan.steps.iter().filter(|step| !step.within.title.is_empty()) {
        match parts.last_mut() {
            Some((first, last)) if first.within == step.within && *last + 1 == step.number => {
                *last = step.number;
            }
            _ => parts.push((step, step.number)),
        }
    }
    if parts.is_empty() {
        return;
    }
    lines.head("In the workflow's own words, which nobody checks");
    for (step, last) in parts.iter().take(TITLES_SHOWN) {
        let first = step.number;
        let which = if first == *last {
            format!("step {first}")
        } else {
            format!("steps {first} to {last}")
        };
        lines.plain(1, &format!("{which}: {}", own_words(&step.within.title)));
    }
    if parts.len() > TITLES_SHOWN {
        lines.plain(1, &format!("and {} more", parts.len() - TITLES_SHOWN));
    }
}

fn permissions(lines: &mut Lines, needed: &[Needed]) {
    if needed.is_empty() {
        return;
    }
    lines.head("What the run has to be allowed to do");
    for it in needed {
        let (name, arn) = (quote_within(&it.name, NAME_SHOWN), quote_within(&it.arn, REASON_SHOWN));
        lines.plain(1, &format!("{name} ({}), as {arn}", it.account));
        let actions: Vec<&str> = it.actions.keys().map(String::as_str).collect();
        lines.plain(2, &actions.join(", "));
        lines.plain(2, "the least policy of RAM for it:");
        if !it.is_fine() {
            lines.plain(
                2,
                "(with all resources, because naming each would be longer than RAM takes)",
            );
        }
        for line in it.policy().lines() {
            lines.push(3, Mark::Paste, line);
        }
    }
}

fn forecast(lines: &mut Lines, plan: &Plan, names: &Names) {
    let Some(forecast) = &plan.forecast else { return };
    lines.head("Forecast");
    if let Some(Seen { run, at }) = &forecast.seen {
        let at = seconds(*at);
        let words = format!(
            "Machines are supposed to be as {run} saw them at {at}: scripts look again, and somebody is asked \
             if something else has to be done"
        );
        lines.push(1, Mark::Risk, &words);
        return;
    }
    let reason = names.said(&quote_within(&forecast.reason, REASON_SHOWN));
    let from = forecast.from;
    let is_after = usize::try_from(from).is_ok_and(|from| from > plan.steps.len());
    let words = if is_after {
        format!("After the last step it is not certain that nothing follows: {reason}")
    } else {
        format!("From step {from} on this is a forecast, and somebody is asked again: {reason}")
    };
    lines.push(1, Mark::Risk, &words);
}
