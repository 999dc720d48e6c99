//! The decision.

use crate::document::readings;
use crate::{Denial, Permit, Scene, Subject};
use crate::{addon, command, consent, entry, mark, permission, reach, sink, trust, user};

/// Decides whether a call may leave.
///
/// # Errors
///
/// The first rule that refuses it, in the order of this room's essay.
pub fn judge(scene: &Scene, subject: &Subject<'_>) -> Result<Permit, Denial> {
    let subject = entry::catalogued(subject)?;
    entry::judge(scene, &subject)?;
    reach::judge(scene, &subject)?;
    sink::judge(scene, &subject)?;
    addon::judge(scene, &subject)?;
    command::judge(scene, &subject)?;
    let readings = readings(scene, &subject);
    trust::judge(scene, &readings)?;
    permission::judge(scene, &readings)?;
    user::judge(scene, &subject)?;
    mark::judge(scene, &subject)?;
    consent::judge(scene, &subject)?;
    Ok(Permit::new(&subject.product.key, &subject.action.name, subject.action.effect))
}
