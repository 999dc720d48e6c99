//! Scripts of a workflow that nobody vetted: nobody can agree to what is cut off (rule 18). Those of a vetted
//! one are known by their digests, and `host inspect` shows them.

use std::collections::BTreeSet;

use super::line::{Lines, Mark};
use crate::Plan;

/// Each script once, whole.
pub(crate) fn scripts(lines: &mut Lines, plan: &Plan) {
    if plan.workflow.vetted {
        return;
    }
    let mut shown = BTreeSet::new();
    for step in &plan.steps {
        let Some(text) = step.call.text("CommandContent") else { continue };
        if !shown.insert(text) {
            continue;
        }
        lines.head(&format!("The script of step {}, whole", step.number));
        for line in text.lines() {
            lines.push(1, Mark::Paste, &format!("\u{2502} {line}"));
        }
    }
}
