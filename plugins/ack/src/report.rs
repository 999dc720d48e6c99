//! What the operator gets on standard output.

use host_reporting::{Application, Ledger, Seen, words};
use host_workflow_access::people;
use serde::Serialize;

use crate::labels::{self, Instruction};
use crate::parties::Parties;
use crate::site::Unfit;
use crate::step::waves::{Done, Ending};

/// What this workflow leaves to others, and why.
const NOT_DONE: [&str; 2] = [
    "workloads are not listed, labelled or restarted: that needs access inside the clusters, which this \
     workflow does not take; it never fetches a kubeconfig",
    "what was recorded in another account so far stays there",
];

/// The report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    monitoring_account: String,
    source_account: String,
    region: String,
    reporting_user: String,
    access_key_id: String,
    clusters: Vec<ClusterReport>,
    before_you_begin: [&'static str; 4],
    to_do: ToDo,
    not_done: [&'static str; 2],
    management: people::Report,
    changes: Ledger,
}

/// One cluster.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct ClusterReport {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// `unchanged`, `installed`, `upgraded`, `configured`, `failed`, `not-started` or `not-possible`.
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    applications: Vec<Application>,
    /// What it waits for, or why it is not done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waits_for: Vec<String>,
}

/// What people do in the clusters: NAME, NAMESPACE and APPLICATION are theirs to fill in.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct ToDo {
    why: &'static str,
    languages: Vec<Instruction>,
}

/// What the report is made of.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) user: String,
    pub(crate) key: String,
    pub(crate) done: Vec<Done>,
    pub(crate) unfit: Vec<Unfit>,
    pub(crate) seen: Vec<Seen>,
    pub(crate) management: people::Report,
    pub(crate) ledger: Ledger,
}

/// Puts it together.
pub(crate) fn write(parties: &Parties, findings: Findings) -> Report {
    let Findings { user, key, done, unfit, mut seen, management, ledger } = findings;
    let good = done.iter().filter(|done| done.is_good());
    let versions: Vec<(String, String)> = good
        .filter_map(|done| Some((done.site.name.clone(), done.after.as_ref()?.version.clone())))
        .collect();
    let done = done.into_iter().map(|done| {
        let at = seen.iter().position(|seen| seen.thing == done.site.id);
        let applications = at.map(|at| seen.swap_remove(at).applications);
        of_done(done, applications.unwrap_or_default())
    });
    let clusters = done.collect::<Vec<_>>().into_iter().chain(unfit.into_iter().map(of_unfit));
    Report {
        monitoring_account: parties.monitoring.id().to_owned(),
        source_account: parties.source.id().to_owned(),
        region: parties.region.clone(),
        reporting_user: user,
        access_key_id: key,
        clusters: clusters.collect(),
        before_you_begin: words::BEFORE_YOU_BEGIN,
        to_do: ToDo {
            why: "pods get the agent when they are made, and only with these labels",
            languages: labels::instructions(&versions),
        },
        not_done: NOT_DONE,
        management,
        changes: ledger,
    }
}

fn of_done(done: Done, applications: Vec<Application>) -> ClusterReport {
    let before = done.site.present.as_ref().map(|present| present.version.clone());
    let version = done.after.as_ref().map(|present| present.version.clone());
    let result = match &done.ending {
        Ending::Kept => "unchanged",
        Ending::Changed if before.is_none() => "installed",
        Ending::Changed if before != version => "upgraded",
        Ending::Changed => "configured",
        Ending::Failed(_) => "failed",
        Ending::NotStarted => "not-started",
    };
    let waits_for = match &done.ending {
        Ending::Failed(reason) => vec![reason.clone()],
        Ending::NotStarted => vec!["others failed before it; run again".to_owned()],
        Ending::Kept | Ending::Changed if applications.is_empty() => {
            vec!["its pods have to get the labels, or be restarted if they have them".to_owned()]
        }
        Ending::Kept | Ending::Changed => Vec::new(),
    };
    ClusterReport {
        id: done.site.id,
        name: Some(done.site.name),
        result,
        version_before: before,
        version,
        state: done.after.map(|present| present.state),
        warnings: done.site.course.warnings,
        notes: done.site.course.notes,
        applications,
        waits_for,
    }
}

fn of_unfit(cluster: Unfit) -> ClusterReport {
    ClusterReport {
        id: cluster.id,
        name: cluster.name,
        result: "not-possible",
        version_before: None,
        version: None,
        state: None,
        warnings: Vec::new(),
        notes: Vec::new(),
        applications: Vec::new(),
        waits_for: cluster.reasons,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deed::{Course, Deed, Present};
    use crate::place::Place;
    use crate::settings::Settings;
    use crate::site::Site;

    fn done(ending: Ending, before: Option<&str>, after: Option<&str>) -> Done {
        let present = |version: &str| Present {
            version: version.to_owned(),
            state: "active".to_owned(),
            settings: Settings::None,
        };
        let site = Site {
            id: "c1".to_owned(),
            name: "shop".to_owned(),
            present: before.map(present),
            place: Place::assumed(),
            course: Course { deed: Deed::Keep, warnings: Vec::new(), notes: Vec::new() },
            tasks: std::collections::BTreeSet::new(),
        };
        Done { site, ending, after: after.map(present), changed: None }
    }

    #[test]
    fn each_cluster_says_what_became_of_it() {
        let failed = || Ending::Failed("why".to_owned());
        let cases = [
            (done(Ending::Kept, Some("5.1.1"), Some("5.1.1")), "unchanged"),
            (done(Ending::Changed, None, Some("5.1.1")), "installed"),
            (done(Ending::Changed, Some("3.0.9"), Some("5.1.1")), "upgraded"),
            (done(Ending::Changed, Some("5.1.1"), Some("5.1.1")), "configured"),
            (done(failed(), Some("5.1.1"), None), "failed"),
            (done(Ending::NotStarted, None, None), "not-started"),
        ];
        for (done, result) in cases {
            let report = of_done(done, Vec::new());
            assert_eq!(report.result, result);
            assert_eq!(report.waits_for.len(), 1, "{result}");
        }
        let unfit = of_unfit(Unfit::unknown("c2", "gone".to_owned()));
        assert_eq!((unfit.result, unfit.waits_for.len()), ("not-possible", 1));
    }
}
