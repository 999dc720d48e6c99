//! A plan, for people and for programs.

use clap::builder::styling::AnsiColor;
use host_plan::{Line, Mark};
use host_runner::{Planned, PlannedError};
use serde_json::{Value as Json, json};

use super::human::audited;
use super::{data, document, event, line};

/// The plan as what a command answers: to standard output.
pub(crate) fn answer(planned: &Planned, json: bool, colored: bool) {
    if json {
        data(document(&whole(planned)).trim_end());
        return;
    }
    show(planned, &host_plan::words(&planned.plan), (data, colored));
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
    show(planned, &host_plan::question(&planned.plan), (line, colored));
}

fn show(planned: &Planned, lines: &[Line], (write, colored): (fn(&str), bool)) {
    for shown in lines {
        write(&if colored { painted(shown) } else { shown.to_string() });
    }
    if !planned.faults.is_empty() {
        write("");
        write("What the workflow finds to be wrong, and would leave so");
        for fault in &planned.faults {
            write(&format!("  ! {}", host_model::quote_within(&fault.detail, 1000)));
        }
    }
    if let Some(error) = &planned.error {
        write("");
        write(&ends(error, planned.plan.steps.len()));
        write(&format!("  {}", host_model::quote_within(&error.words, 1000)));
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

/// What a workflow warns of that it did not warn of before.
pub(crate) fn new_warnings(warnings: &[&str]) {
    if warnings.is_empty() {
        return;
    }
    data("");
    data("What the workflow warns of now, and did not in the run");
    for warning in warnings {
        data(&format!("  ! {}", host_model::quote_within(warning, 1000)));
    }
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
