//! Rule 5, second half: what amounts to administration needs the operator's own flag.

use host_model::quote_within;
use host_ram::RiskClass;

use crate::allowance::{Allowed, flag};
use crate::document::Reading;
use crate::{Denial, DocumentKind};

/// How many characters of what a document says are shown.
const SHOWN: usize = 400;

/// Refuses permission documents that give everything, power over identities, or nobody knows
/// what, by what they say and never by their name. One that could not be read is refused whatever
/// the operator allowed.
///
/// Assuming any role (`AliyunSTSAssumeRoleAccess`, which the documented procedure attaches) is
/// not refused: the trust of each role decides too. It is a risk that is shown.
pub(crate) fn judge(allowed: &Allowed<'_>, readings: &[Reading]) -> Result<(), Denial> {
    for reading in readings.iter().filter(|reading| reading.kind == DocumentKind::Permission) {
        let risks = reading.risks.as_ref().map_err(|reason| unread(reading, reason))?;
        let broad = risks.iter().find(|risk| !is_harmless(risk.class));
        if let Some(risk) = broad.filter(|_| !allowed.broad_policies()) {
            let sentence =
                format!("{} is refused: {}", reading.what, quote_within(&risk.sentence, SHOWN));
            let denial = Denial::new("policy.document-broad", 5, sentence);
            return Err(denial.unless(flag("broad-policy")));
        }
    }
    Ok(())
}

/// A class that is not listed, because it was added later, is not harmless.
const fn is_harmless(class: RiskClass) -> bool {
    matches!(class, RiskClass::PassEverything | RiskClass::AllowsAllBut)
}

/// A document that nobody has read.
pub(crate) fn unread(reading: &Reading, reason: &str) -> Denial {
    let reason = quote_within(reason, SHOWN);
    let sentence = format!("{} cannot be judged: {reason}", reading.what);
    Denial::new("policy.document-unread", 5, sentence)
}
