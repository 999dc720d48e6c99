//! A plan, for people and for programs.

use host_runner::Planned;

use super::{data, document, line};

/// The plan as what a command answers: to standard output.
pub(crate) fn answer(planned: &Planned, json: bool) {
    if json {
        data(document(&host_plan::json(&planned.plan)).trim_end());
        return;
    }
    show(planned, data);
}

/// The plan as what a person is asked about: beside the prompt.
pub(crate) fn ask(planned: &Planned) {
    show(planned, line);
}

fn show(planned: &Planned, write: fn(&str)) {
    for shown in host_plan::words(&planned.plan) {
        write(&shown.to_string());
    }
    if let Some((code, words)) = &planned.error {
        write("");
        write(&format!("The run would end with an error after that: {code}"));
        write(&format!("  {}", host_model::quote_within(words, 1000)));
    }
}
