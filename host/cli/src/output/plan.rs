//! A plan, for people and for programs.

use clap::builder::styling::AnsiColor;
use host_plan::{Drift, Line, Mark};
use host_runner::{Planned, PlannedError};
use serde_json::{Value as Json, json};

use super::human::audited;
use super::{data, document, event, line};

/// What a check found beside the plan.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    /// What is not as the run left it.
    pub(crate) drift: &'a [Drift],
    /// What the workflow warns of, and did not in the run.
    pub(crate) warnings: &'a [&'a str],
}

/// The plan as what a command answers: to standard output.
pub(crate) fn answer(planned: &Planned, json: bool, colored: bool) {
    if json {
        data(document(&whole(planned)).trim_end());
        return;
    }
    let warnings: Vec<&str> = planned.warnings.iter().map(String::as_str).collect();
    let lines = host_plan::words(&planned.plan);
    show(planned, &lines, ("What the workflow warns of", &warnings), (data, colored));
}

/// The same of a run that was made, with what was found beside the plan.
pub(crate) fn check(planned: &Planned, found: &Found<'_>, json: bool, colored: bool) {
    if json {
        let mut whole = whole(planned);
        whole["drift"] = found.drift.iter().map(Drift::json).collect();
        data(document(&whole).trim_end());
        return;
    }
    let mut lines = host_plan::words(&planned.plan);
    let since = host_plan::since(found.drift);
    lines.extend((!since.is_empty()).then(Line::empty));
    lines.extend(since);
    let title = "What the workflow warns of now, and did not in the run";
    show(planned, &lines, (title, found.warnings), (data, colored));
}

/// The plan as a line of the stream of its run.
pub(crate) fn stream(planned: &Planned) {
    let run = planned.plan.run.to_string();
    event("plan", json!({ "run": run, "plan": whole(planned) }));
}

/// All that planning told, for programs.
fn whole(planned: &Planned) -> Json {
    let mut plan = host_plan::json(&planned.plan);
    let faults: Vec<&String> = planned.faults.iter().map(|fault| &fault.detail).collect();
    plan["faults"] = json!(faults);
    plan["warnings"] = json!(planned.warnings);
    plan["error"] = json!(planned.error.as_ref().map(
        |PlannedError { code, words, after, .. }| json!({ "code": code, "message": words, "after": after })
    ));
    plan["requests"] = json!(planned.requests);
    if let Some(denials) = &planned.would_deny {
        plan["would_deny"] = json!(denials);
    }
    plan
}

/// The plan as what a person is asked about: beside the prompt.
pub(crate) fn ask(planned: &Planned, colored: bool) {
    let warnings: Vec<&str> = planned.warnings.iter().map(String::as_str).collect();
    let lines = host_plan::question(&planned.plan);
    show(planned, &lines, ("What the workflow warns of", &warnings), (line, colored));
}

fn show(
    planned: &Planned,
    lines: &[Line],
    (title, warnings): (&str, &[&str]),
    (write, colored): (fn(&str), bool),
) {
    let shown = |line: &Line| if colored { painted(line) } else { line.to_string() };
    for line in lines {
        write(&shown(line));
    }
    let faults: Vec<&str> = planned.faults.iter().map(|fault| fault.detail.as_str()).collect();
    let wrong = "What the workflow finds to be wrong, and would leave so";
    for (title, claims) in [(title, warnings), (wrong, &faults)] {
        if !claims.is_empty() {
            write("");
            write(title);
        }
        for claim in claims {
            write(&shown(&host_plan::claimed(&planned.plan, Mark::Risk, claim)));
        }
    }
    if let Some(error) = &planned.error {
        write("");
        write(&ends(error, planned.plan.steps.len()));
        write(&shown(&host_plan::claimed(&planned.plan, Mark::Plain, &error.words)));
    }
    if let Some(denials) = &planned.would_deny {
        audited(denials, write);
    }
}

/// Where and by which error a run would end whose plan has so many steps.
fn ends(error: &PlannedError, steps: usize) -> String {
    let PlannedError { code, after, unread, .. } = error;
    let place = match after {
        0 => "before the first step".to_owned(),
        after if *after == steps => "after the last step".to_owned(),
        after => format!("after step {after}"),
    };
    let cause = if *unread { ", as long as what is listed above may not be read" } else { "" };
    format!("The run would end with an error {place}{cause}: {code}")
}

/// The line with its sign in color; all else stays as it is.
fn painted(line: &Line) -> String {
    let plain = line.to_string();
    let sign = line.sign();
    let Some((before, after)) = plain.split_once(sign.as_str()).filter(|_| !sign.is_empty()) else {
        return plain;
    };
    let style = color_of(line.mark).on_default();
    format!("{before}{}{sign}{}{after}", style.render(), style.render_reset())
}

/// The colors that people know of other tools.
const fn color_of(mark: Mark) -> AnsiColor {
    match mark {
        Mark::Create => AnsiColor::Green,
        Mark::Delete | Mark::Replace => AnsiColor::Red,
        Mark::Update | Mark::Risk => AnsiColor::Yellow,
        Mark::Look | Mark::Head | Mark::Plain | Mark::Paste => AnsiColor::Cyan,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_sign_is_colored() {
        let line = |mark, maybe, text: &str| Line { depth: 1, mark, maybe, text: text.to_owned() };
        let cases = [
            (line(Mark::Create, false, "1. a + b"), "  \u{1b}[32m+\u{1b}[0m 1. a + b"),
            (line(Mark::Update, true, "2. x"), "  \u{1b}[33m? ~\u{1b}[0m 2. x"),
            (line(Mark::Replace, false, "3. x"), "  \u{1b}[31m-/+\u{1b}[0m 3. x"),
            (line(Mark::Risk, false, "x"), "  \u{1b}[33m!\u{1b}[0m x"),
            (line(Mark::Plain, false, "x + y"), "  x + y"),
            (line(Mark::Head, false, ""), ""),
        ];
        for (line, expected) in cases {
            assert_eq!(painted(&line), expected);
        }
    }
}
