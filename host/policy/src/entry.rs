//! Rules 1 and 3: only what is catalogued, declared, and the workflow's to give.

use host_model::quote_within;

use crate::{Denial, Scene, Subject};

/// How many characters of a name that nobody knows are shown.
const NAME_SHOWN: usize = 64;

/// The subject with the catalog's own action, so that nothing else is looked at afterwards.
pub(crate) fn catalogued<'a>(subject: &Subject<'a>) -> Result<Subject<'a>, Denial> {
    let Subject { call, product, .. } = *subject;
    let known = product.actions.get(&call.action).filter(|known| {
        call.product == product.key
            && call.version == product.version
            && known.name == subject.action.name
    });
    let action = known.ok_or_else(|| {
        let sentence = format!(
            "`{}:{}` version `{}` is not in the catalog, so it cannot be called",
            quote_within(&call.product, NAME_SHOWN),
            quote_within(&call.action, NAME_SHOWN),
            quote_within(&call.version, NAME_SHOWN),
        );
        Denial::new("policy.action-unknown", 1, sentence)
    })?;
    Ok(Subject { action, ..*subject })
}

/// Refuses what the manifest does not declare, and parameters that the catalog refuses.
pub(crate) fn judge(scene: &Scene, subject: &Subject<'_>) -> Result<(), Denial> {
    let title = title(subject);
    if !scene.declared.contains(&title) {
        let sentence = format!(
            "`{title}` is not declared: the workflow's manifest does not have it among its actions"
        );
        return Err(Denial::new("policy.action-undeclared", 1, sentence));
    }
    Ok(subject.product.check(subject.action, subject.call)?)
}

/// `product:Action`.
pub(crate) fn title(subject: &Subject<'_>) -> String {
    format!("{}:{}", subject.product.key, subject.action.name)
}
