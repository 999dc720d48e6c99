//! Words for what is recorded.

use host_model::Effect;
use host_runner::CallOutcome;
use host_runner::record::Known;
use host_runtime::Claim;

use super::words;
use crate::{Past, PastCall};

/// Reads that went well, or found nothing, worry nobody.
pub(super) fn is_quiet(call: &PastCall) -> bool {
    let absent =
        |(code, _): (&str, &str)| code.starts_with("EntityNotExist") || code == "AddonNotFound";
    call.effect == Effect::Read && call.trouble().is_none_or(absent)
}

pub(super) fn sign(call: &PastCall) -> &'static str {
    match (&call.answer, call.effect) {
        (None, _) => "?",
        (Some(Err(_)), _) => "✗",
        (Some(Ok(_)), effect) => sign_of(effect, call.changes()),
    }
}

/// How a call that went well is marked, as in plans: by what the catalog says that it does, and whether it changes
/// anything.
pub const fn sign_of(effect: Effect, changes: bool) -> &'static str {
    match effect {
        Effect::Read => "·",
        _ if !changes => ">",
        Effect::Create => "+",
        Effect::Update => "~",
        Effect::Delete => "-",
    }
}

pub(super) fn outcome(call: &PastCall) -> &'static str {
    match call.outcome() {
        CallOutcome::Ok => "ok",
        CallOutcome::Refused => "was refused by the cloud",
        CallOutcome::Failed => "failed",
        CallOutcome::Denied => "was denied by the host, and not sent",
        CallOutcome::Unknown => "has no known outcome",
    }
}

/// How an outcome is known, unless the cloud simply said so.
pub(super) const fn known(known: Known) -> Option<&'static str> {
    match known {
        Known::Reply => None,
        Known::Found => Some("the reply was lost; what is there is ours, and equal"),
        Known::Repeated => Some("the reply was lost; the call was sent again"),
        Known::Remade => {
            Some("the reply was lost; what nobody could use was removed, and made again")
        }
        Known::Told => Some("the reply was lost, and the workflow was told so"),
    }
}

pub(super) fn agreed(consent: &str) -> Option<String> {
    match consent {
        "offline" | "none" => None,
        "person" => Some("a person agreed".to_owned()),
        "unattended" => Some("agreed with `--yes`".to_owned()),
        "vetted-read" => Some("agreed as a vetted read".to_owned()),
        other => Some(format!("agreed: {}", words(other))),
    }
}

pub(super) const fn claimed(claim: Claim) -> &'static str {
    match claim {
        Claim::Holds => "the workflow claims",
        Claim::Fails => "the workflow found a fault in",
        Claim::Pending => "the workflow waits for",
        Claim::Unknown => "the workflow could not find out",
    }
}

pub(super) fn so_far(past: &Past) -> String {
    format!("; {} so far, {} calls", changes(past.changes()), past.calls().count())
}

pub(super) fn changes(count: u32) -> String {
    match count {
        0 => "no changes".to_owned(),
        1 => "1 change".to_owned(),
        many => format!("{many} changes"),
    }
}

pub(super) fn duration(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..120_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        _ => format!("{} min {} s", millis / 60_000, millis / 1000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_at_a_glance() {
        let cases = [(0, "0 ms"), (999, "999 ms"), (1_250, "1.2 s"), (150_000, "2 min 30 s")];
        for (millis, expected) in cases {
            assert_eq!(duration(millis), expected);
        }
    }
}
