//! Rule 5, first half: trust stays inside.

use host_model::quote_within;
use host_ram::{Risk, RiskClass};

use crate::allowance::{Allowed, flag, is_pattern};
use crate::document::Reading;
use crate::permission::unread;
use crate::{Denial, DocumentKind};

/// How many characters of what a document says are shown.
const SHOWN: usize = 400;

/// Refuses trust in anybody but users, roles and roots of bound accounts, unless the operator
/// named that very principal.
pub(crate) fn judge(allowed: &Allowed<'_>, readings: &[Reading]) -> Result<(), Denial> {
    for reading in readings.iter().filter(|reading| reading.kind == DocumentKind::Trust) {
        let risks = reading.risks.as_ref().map_err(|reason| unread(reading, reason))?;
        for risk in risks {
            one(allowed, &reading.what, risk)?;
        }
    }
    Ok(())
}

fn one(allowed: &Allowed<'_>, what: &str, risk: &Risk) -> Result<(), Denial> {
    let principal = risk.principal.as_deref();
    let pattern = principal.is_some_and(is_pattern);
    let named = principal.is_some_and(|name| allowed.names_principal(name));
    let code = match risk.class {
        RiskClass::TrustsWholeAccount if !pattern => return Ok(()),
        _ if named && is_grantable(risk.class) => return Ok(()),
        _ if pattern => "policy.trust-anyone",
        RiskClass::TrustsAnyone => "policy.trust-anyone",
        RiskClass::TrustsOutside => "policy.trust-outside",
        RiskClass::TrustsService => "policy.trust-service",
        RiskClass::TrustsFederated => "policy.trust-federated",
        _ => "policy.trust-unclear",
    };
    let sentence = format!("{what} is refused: {}", quote_within(&risk.sentence, SHOWN));
    let grant = principal
        .filter(|_| is_grantable(risk.class))
        .and_then(|name| flag(&format!("principal={name}")));
    Err(Denial::new(code, 5, sentence).unless(grant))
}

/// Whether the risk is one principal, so that naming it is to accept it.
const fn is_grantable(class: RiskClass) -> bool {
    matches!(
        class,
        RiskClass::TrustsOutside
            | RiskClass::TrustsService
            | RiskClass::TrustsFederated
            | RiskClass::Unreadable
    )
}
