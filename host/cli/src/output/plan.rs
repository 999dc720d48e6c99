//! A plan, for people and for programs.

use host_plan::Line;
use host_runner::Planned;
use serde_json::{Value as Json, json};

use super::human::audited;
use super::{data, document, event, line};

/// The plan as what a command answers: to standard output.
pub(crate) fn answer(planned: &Planned, json: bool) {
    if json {
        data(document(&whole(planned)).trim_end());
        return;
    }
    show(planned, &host_plan::words(&planned.plan), data);
}

/// The plan as a line of the stream of its run.
pub(crate) fn stream(planned: &Planned) {
    let run = planned.plan.run.to_string();
    event("plan", json!({ "run": run, "plan": whole(planned) }));
}

/// All that planning told, for programs.
fn whole(planned: &Planned) -> Json {
    let mut plan = host_plan::json(&planned.plan);
    plan["faults"] = json!(planned.faults);
    if let Some(denials) = &planned.would_deny {
        plan["would_deny"] = json!(denials);
    }
    plan
}

/// The plan as what a person is asked about: beside the prompt.
pub(crate) fn ask(planned: &Planned) {
    show(planned, &host_plan::question(&planned.plan), line);
}

fn show(planned: &Planned, lines: &[Line], write: fn(&str)) {
    for shown in lines {
        write(&shown.to_string());
    }
    if !planned.faults.is_empty() {
        write("");
        write("What the workflow finds to be wrong, and would leave so");
        for fault in &planned.faults {
            write(&format!("  ! {}", host_model::quote_within(fault, 1000)));
        }
    }
    if let Some((code, words)) = &planned.error {
        write("");
        write(&format!("The run would end with an error after that: {code}"));
        write(&format!("  {}", host_model::quote_within(words, 1000)));
    }
    if let Some(denials) = &planned.would_deny {
        audited(denials, write);
    }
}
