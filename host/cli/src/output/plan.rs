//! A plan, for people and for programs.

use host_plan::Line;
use host_runner::Planned;

use super::{data, document, line};

/// The plan as what a command answers: to standard output.
pub(crate) fn answer(planned: &Planned, json: bool) {
    if json {
        data(document(&host_plan::json(&planned.plan)).trim_end());
        return;
    }
    show(planned, &host_plan::words(&planned.plan), data);
}

/// The plan as what a person is asked about: beside the prompt.
pub(crate) fn ask(planned: &Planned) {
    show(planned, &host_plan::question(&planned.plan), line);
}

fn show(planned: &Planned, lines: &[Line], write: fn(&str)) {
    for shown in lines {
        write(&shown.to_string());
    }
    if let Some((code, words)) = &planned.error {
        write("");
        write(&format!("The run would end with an error after that: {code}"));
        write(&format!("  {}", host_model::quote_within(words, 1000)));
    }
}
