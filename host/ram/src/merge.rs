//! One more trusted principal, in a document that others wrote too.

use std::collections::BTreeSet;

use host_model::{Arn, Principal, quote};

use crate::compare::{Atom, atoms};
use crate::document::{Document, Kind, TRUST_LIMIT, within};
use crate::error::RamError;
use crate::statement::{Effect, PrincipalKind, Statement};

type Named = (PrincipalKind, String);

/// `existing` with what it lacks of `wanted`; its own statements stay as they are, in their order.
///
/// If nothing is lacking, the result means the same as `existing`. Refused where somebody else's
/// statement rules over the same principal in its own way (a condition other than ours, a deny,
/// parts that are not understood): trust without that rule beside it would undo it.
pub fn merge_trust(existing: &Document, wanted: &Document) -> Result<Document, RamError> {
    existing.check_shape(Kind::Trust)?;
    wanted.check_shape(Kind::Trust)?;
    let mut present = atoms(existing);
    let mut merged = existing.clone();
    for (index, statement) in wanted.statements.iter().enumerate() {
        if statement.is_opaque() || !wanted.unknown.is_empty() {
            return Err(RamError::StatementOpaque { statement: index });
        }
        let Some(lacking) = lacking(statement, &present) else { continue };
        for (index, foreign) in existing.statements.iter().enumerate() {
            refuse_contested(index, foreign, &lacking)?;
        }
        present.extend(lacking.atoms());
        merged.statements.push(lacking);
    }
    within(&merged.to_json(), TRUST_LIMIT, "trust policy")?;
    Ok(merged)
}

/// `statement` for those principals that do not have all of it yet.
pub(crate) fn lacking(statement: &Statement, present: &BTreeSet<Atom>) -> Option<Statement> {
    if statement.atoms().is_subset(present) {
        return None;
    }
    let mut lacking = statement.clone();
    if let Some(principals) = lacking.principal.as_mut().filter(|principals| !principals.negated) {
        principals.named.retain(|named| {
            let mut single = statement.clone();
            if let Some(principals) = single.principal.as_mut() {
                principals.named = BTreeSet::from([named.clone()]);
            }
            !single.atoms().is_subset(present)
        });
    }
    Some(lacking)
}

fn refuse_contested(index: usize, foreign: &Statement, ours: &Statement) -> Result<(), RamError> {
    let why = if foreign.is_opaque() {
        "it has parts that are not understood"
    } else if foreign.effect == Effect::Deny {
        "it denies"
    } else if foreign.condition != ours.condition && foreign.has_condition() {
        "it has a condition of its own"
    } else {
        return Ok(());
    };
    let (Some(theirs), Some(ours)) = (&foreign.principal, &ours.principal) else { return Ok(()) };
    // Whoever says "everybody but" may mean anybody.
    let anybody = theirs.negated || ours.negated || !theirs.unknown.is_empty();
    let touches = |own: &&Named| anybody || theirs.named.iter().any(|other| touch(own, other));
    match ours.named.iter().find(touches) {
        Some((_, name)) => {
            let principal = quote(name);
            Err(RamError::TrustContested { statement: index, principal, why })
        }
        None => Ok(()),
    }
}

/// Whether two principals may mean a common caller; in doubt they do.
fn touch(own: &Named, other: &Named) -> bool {
    if own.0 != other.0 {
        return false;
    }
    let (Ok(own), Ok(other)) = (plain(&own.1), plain(&other.1)) else {
        let open = own.0 == PrincipalKind::Ram || own.1.contains('*') || other.1.contains('*');
        return open || own.1.eq_ignore_ascii_case(&other.1);
    };
    let role = |arn: &Arn| match arn.principal() {
        Principal::Role(role) | Principal::Session(role, _) => Some(role.to_ascii_lowercase()),
        Principal::Root | Principal::User(_) => None,
    };
    let whole = [&own, &other].iter().any(|arn| *arn.principal() == Principal::Root);
    let same_role = role(&own).is_some() && role(&own) == role(&other);
    own.account() == other.account() && (whole || same_role || own.is_same(&other))
}

/// The identity that a name without wildcards means.
fn plain(name: &str) -> Result<Arn, ()> {
    if name.contains(['*', '?']) { Err(()) } else { name.parse().map_err(|_| ()) }
}
