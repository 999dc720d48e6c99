//! The applications as they were before a change, and what counts against them.

use std::collections::BTreeMap;

use host_workflow_sdk::arms::{self, TraceApp};
use host_workflow_sdk::{Account, Error};

use crate::service;

/// The applications of one region, as they were listed before the run changed anything.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    region: String,
    /// When each application was seen last, in milliseconds, by its id.
    known: BTreeMap<String, Option<i64>>,
}

/// From when on an application counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Nothing was changed: whatever is listed counts.
    Always,
    /// Something was changed at that time, in seconds since the epoch: only what is new, or was seen
    /// later than that, counts.
    Change(i64),
}

impl Baseline {
    /// Lists the applications of a region. Call it before the first change.
    pub fn take(monitoring: &Account, region: &str) -> Result<Self, Error> {
        Ok(Self::of(region, &list(monitoring, region)?))
    }

    /// Stands in where nothing will be changed: then every application that is listed counts.
    pub fn unneeded(region: &str) -> Self {
        Self::of(region, &[])
    }

    fn of(region: &str, apps: &[TraceApp]) -> Self {
        let known = apps.iter().map(|app| (app.pid.clone(), app.update_time)).collect();
        Self { region: region.to_owned(), known }
    }

    /// The region that was listed.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// How many applications there were.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there was none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether an application that is listed now shows that a change had its effect.
    ///
    /// The host judges by the same rule, with its own record of the times.
    pub fn lets_count(&self, app: &TraceApp, since: Since) -> bool {
        let Since::Change(changed) = since else { return true };
        let Some(before) = self.known.get(&app.pid) else { return true };
        app.update_time > *before
            && app.update_time.is_some_and(|seen| seen > changed.saturating_mul(1000))
    }
}

/// All applications of a region of the account.
pub(crate) fn list(account: &Account, region: &str) -> Result<Vec<TraceApp>, Error> {
    arms::list_trace_apps(account, region, &arms::ListTraceAppsOptions::default())
        .map_err(|error| service::explain(error, account, region))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(pid: &str, seen: Option<i64>) -> TraceApp {
        TraceApp { pid: pid.to_owned(), update_time: seen, ..Default::default() }
    }

    #[test]
    fn what_was_there_counts_only_if_it_was_seen_since() {
        let baseline = Baseline::of("cn-hangzhou", &[app("a", Some(500)), app("b", None)]);
        let cases = [
            ("a", Some(500), Since::Always, true),
            ("a", Some(500), Since::Change(0), false),
            ("a", Some(900), Since::Change(1), false),
            ("a", Some(1001), Since::Change(1), true),
            ("b", Some(1001), Since::Change(1), true),
            ("b", None, Since::Change(1), false),
            ("new", None, Since::Change(1), true),
        ];
        for (pid, seen, since, counts) in cases {
            let counted = baseline.lets_count(&app(pid, seen), since);
            assert_eq!(counted, counts, "{pid} {seen:?} {since:?}");
        }
    }
}
