//! A package as it was released, and as it is now: only additions are allowed.
//!
//! What is compared is what a component that was built then needs today (measured on the linker, one test for each
//! row of docs/contract.md): names and shapes, not the names of parameters, and not the words of comments.

use super::item::{Item, Kind, Package};

/// What is not an addition, in words. Empty if every component of `released` still fits.
pub(super) fn faults(released: &Package, current: Option<&Package>) -> Vec<String> {
    let version = released.version;
    let Some(current) = current else {
        let track = version.track();
        let name = &released.name;
        return vec![format!("package `{name}` of track {track} was released and is gone")];
    };
    let mut faults = Vec::new();
    if current.version < version {
        let (name, now) = (&current.name, current.version);
        faults.push(format!("package `{name}` is {now}, and {version} was released"));
    }
    for (key, was) in &released.items {
        match current.items.get(key) {
            Some(now) => faults.extend(changed(was, now)),
            // What stood in it went with it.
            None if was.within.as_ref().is_some_and(|key| !current.items.contains_key(key)) => {}
            None => faults.push(format!(
                "{was} was released in {version} and is gone: components that were built with it find nothing"
            )),
        }
    }
    for (key, item) in &current.items {
        if !released.items.contains_key(key) {
            faults.extend(added(released, item));
        }
    }
    faults
}

fn changed(was: &Item, now: &Item) -> Option<String> {
    if was.kind != now.kind || was.shape != now.shape {
        return Some(format!(
            "{was} is not what was released: {}\n  released: {}\n  now:      {}",
            rule(was.kind),
            was.shape,
            now.shape
        ));
    }
    let said =
        |since: Option<_>| since.map_or_else(|| "nothing".to_owned(), |since| format!("{since}"));
    (was.since != now.since).then(|| {
        let (before, after) = (said(was.since), said(now.since));
        format!(
            "{was} was released with `@since` {before}, and now says {after}: that never changes"
        )
    })
}

fn added(released: &Package, item: &Item) -> Option<String> {
    let version = released.version;
    let exported = item.within.as_ref().is_some_and(|within| released.exported.contains(within));
    if item.kind == Kind::Export || (exported && item.kind == Kind::Function) {
        return Some(format!(
            "{item} is new, and workflows of {version} do not have it: put it into a world and an interface of \
             their own, and let the host look for it"
        ));
    }
    match item.since {
        Some(since) if since > version => None,
        Some(since) => Some(format!(
            "{item} is new, and says that it is there since {since}: {version} was released without it, so it \
             says `@since` of a later version, and the package has that version"
        )),
        // Said by the rule that everything has `@since`.
        None => None,
    }
}

/// Why a shape is frozen, and what is done instead.
const fn rule(kind: Kind) -> &'static str {
    match kind {
        Kind::Record => {
            "fields are frozen; what came later goes where the record is open (`extra`, `raw`, `details`, \
             `parameters`), or into a record of another name"
        }
        Kind::Variant | Kind::Enum | Kind::Flags => {
            "cases are frozen; another type of another name can have more, for new functions"
        }
        Kind::Function | Kind::Method => {
            "parameters and result are frozen; what takes or gives something else has another name"
        }
        _ => "it is another thing now; what is different has another name",
    }
}
