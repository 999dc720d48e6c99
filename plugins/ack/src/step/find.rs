//! Which clusters are meant.

use host_workflow_sdk::{Error, ErrorKind, Tolerant, cs};

use crate::parameters::Choice;
use crate::parties::Parties;
use crate::reason;
use crate::site::Unfit;

/// All that were found, and what was asked for and cannot be found.
pub(crate) fn find(
    parties: &Parties,
    choice: &Choice,
) -> Result<(Vec<cs::Cluster>, Vec<Unfit>), Error> {
    match choice {
        Choice::Ids(ids) => named(parties, ids),
        Choice::Fitting { .. } => {
            let all = list(parties)?;
            let count = all.len();
            let mut fitting: Vec<cs::Cluster> =
                all.into_iter().filter(|it| choice.takes(&it.name, &it.tags)).collect();
            if fitting.is_empty() {
                return Err(none(parties, count));
            }
            fitting.sort_by(|a, b| (&a.name, &a.cluster_id).cmp(&(&b.name, &b.cluster_id)));
            Ok((fitting, Vec::new()))
        }
    }
}

/// One list serves all ids, unless there is only one, or listing is not permitted.
fn named(parties: &Parties, ids: &[String]) -> Result<(Vec<cs::Cluster>, Vec<Unfit>), Error> {
    let mut listed = match ids {
        [_] => Vec::new(),
        _ => match list(parties) {
            Err(error) if error.is_forbidden() => Vec::new(),
            listed => listed?,
        },
    };
    let (mut found, mut unfit) = (Vec::new(), Vec::new());
    for id in ids {
        if let Some(place) = listed.iter().position(|cluster| cluster.cluster_id == *id) {
            found.push(listed.swap_remove(place));
            continue;
        }
        match cs::describe_cluster_detail(&parties.source, &parties.region, id).or_absent() {
            Ok(Some(cluster)) => found.push(cluster),
            Ok(None) => unfit.push(Unfit::unknown(id, missing(parties))),
            Err(error) => {
                let reason = reason::of_cluster("cs:DescribeClusterDetail", error)?;
                unfit.push(Unfit::unknown(id, reason));
            }
        }
    }
    Ok((found, unfit))
}

fn list(parties: &Parties) -> Result<Vec<cs::Cluster>, Error> {
    let options = cs::DescribeClustersV1Options::default();
    cs::describe_clusters_v1(&parties.source, &parties.region, &options)
}

fn missing(parties: &Parties) -> String {
    format!(
        "there is no such cluster in account `{}` that region `{}` knows: it may be another account's",
        parties.source.id(),
        parties.region
    )
}

fn none(parties: &Parties, count: usize) -> Error {
    let message = format!(
        "no cluster of account `{}` in region `{}` fits: {count} were looked at",
        parties.source.id(),
        parties.region
    );
    Error::new(ErrorKind::NotFound, "ack.clusters-none", message)
        .hint("check `region`, `cluster-name` and `cluster-tag`; upper and lower case differ")
}
