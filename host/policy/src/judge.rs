//! The decision.

use crate::document::readings;
use crate::{Denial, Permit, Scene, Subject};
use crate::{addon, command, consent, entry, grant, mark, permission, reach, sink, trust, user};

/// Decides whether a call may leave.
///
/// # Errors
///
/// The first rule that refuses it, in the order of this room's essay.
pub fn judge(scene: &Scene, subject: &Subject<'_>) -> Result<Permit, Denial> {
    decide(scene, subject).map_err(|denial| {
        grant::offered(scene, subject, denial, |scene, subject| decide(scene, subject).err())
    })
}

fn decide(scene: &Scene, subject: &Subject<'_>) -> Result<Permit, Denial> {
    let subject = entry::catalogued(subject)?;
    entry::judge(scene, &subject)?;
    reach::judge(scene, &subject)?;
    let allowed = grant::judge(scene, &subject)?;
    sink::judge(scene, &subject)?;
    addon::judge(&allowed, &subject)?;
    command::judge(scene, &subject)?;
    let readings = readings(scene, &subject);
    trust::judge(&allowed, &readings)?;
    permission::judge(&allowed, &readings)?;
    user::judge(&allowed, &subject)?;
    mark::judge(scene, &subject)?;
    consent::judge(scene, &allowed, &subject)?;
    Ok(Permit::new(&subject.product.key, &subject.action.name, subject.action.effect))
}

/// What the policy file refuses, or would refuse if it were in force, of a call that every other rule
/// allows: for audits, which only say it. Nothing can be sent with the answer.
pub fn audit(scene: &Scene, subject: &Subject<'_>) -> Option<Denial> {
    let subject = entry::catalogued(subject).ok()?;
    let denial = grant::audit(scene, &subject)?;
    // As if a person had said yes: only the file is asked about.
    let asked = Subject { consent: crate::Consent::Person, ..subject };
    let decide = |scene: &Scene, subject: &Subject<'_>| decide(scene, subject).err();
    Some(grant::offered(scene, &asked, denial, decide))
}
