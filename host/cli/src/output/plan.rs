//! A plan, for people and for programs.

use host_runner::Planned;

/// Shows a plan.
pub(crate) fn show(planned: &Planned, json: bool) {
    if json {
        println!("{}", serde_json::to_string(&planned.plan).unwrap_or_default());
        return;
    }
    for step in &planned.plan.steps {
        println!("{} {} {} {:?}", step.number, step.account_name, step.sentence, step.expected);
    }
    println!("{:?} {:?}", planned.plan.forecast, planned.error);
}
