//! The order of steps: the journal's, from its end, unless the cloud demands another.
//!
//! RAM refuses to remove what something still stands on (`DeleteConflict.User.Policy` and its kin), and a
//! key that an add-on still reports with must not be disabled. A step that *ends* a thing comes after all
//! others that name it.

use super::step::{Stays, Step};

/// Whether `one` has to be done before `other`.
fn precedes(one: &Step, other: &Step) -> bool {
    if one.takes_back == other.takes_back && one.part != other.part {
        return one.part < other.part;
    }
    let Some(ended) = &other.ends else { return false };
    one.ends.as_ref() != Some(ended) && one.has(ended)
}

/// Steps in the order in which they are done.
pub(crate) fn sort(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by_key(|step| {
        (std::cmp::Reverse(step.takes_back.iter().max().copied().unwrap_or_default()), step.part)
    });
    let mut sorted: Vec<Step> = Vec::new();
    while !steps.is_empty() {
        let is_free =
            |step: &Step| !steps.iter().any(|other| other != step && precedes(other, step));
        // Two that wait for each other are done as the journal has them; the cloud decides then.
        let next = steps.iter().position(is_free).unwrap_or_default();
        sorted.push(steps.remove(next));
    }
    sorted
}

/// A step that is not done, as something that stays: what it would have ended stays as well.
pub(crate) fn held(step: &Step, reason: impl Into<String>) -> Stays {
    let stays = Stays::new(format!("{} ({})", step.about, step.sentence()), reason);
    Stays { holds: step.touches.clone(), ..stays }
}

/// Leaves out every step that would end a thing on which something stays.
pub(crate) fn without_held(mut steps: Vec<Step>, stays: &mut Vec<Stays>) -> Vec<Step> {
    loop {
        let holder = |step: &Step| {
            let ended = step.ends.as_ref()?;
            let holds = |stays: &&Stays| stays.holds.contains(ended);
            stays.iter().find(holds).map(|it| format!("it is still needed: {} stays", it.object))
        };
        let found = steps.iter().enumerate().find_map(|(at, step)| Some((at, holder(step)?)));
        let Some((at, reason)) = found else { return steps };
        let step = steps.remove(at);
        stays.push(held(&step, reason));
        // Its other parts make no sense without it.
        let is_part = |other: &Step| other.takes_back == step.takes_back && other.part > step.part;
        while let Some(at) = steps.iter().position(is_part) {
            let part = steps.remove(at);
            stays.push(held(&part, format!("{} stays", step.about)));
        }
    }
}
