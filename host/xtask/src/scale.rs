//! The workflow `ack` for more and more clusters: do plan and run stay linear, and small?

use std::time::Duration;

use serde_json::Value as Json;

use crate::bench::Bench;
use crate::crowd;
use crate::error::XtaskError;
use crate::program::Measured;
use crate::watch::Watch;

const CLUSTERS: [usize; 3] = [1, 10, 100];

/// One size.
#[derive(Debug)]
struct Row {
    clusters: usize,
    best: Duration,
    peak: Option<u64>,
    /// The best time of a plan.
    plan: Duration,
    /// How many requests a plan sends.
    requests: u64,
}

/// The exit status of a plan that changes something.
const CHANGES: i32 = 4;

/// Runs every size against a new offline cloud, warm, and gives a table of the best of several.
pub(crate) fn measure(bench: &Bench<'_>, runs: u32) -> Result<String, XtaskError> {
    let mut rows = Vec::new();
    for clusters in CLUSTERS {
        let scenario = format!("clusters-{clusters}.toml");
        let scenario = bench.write(&scenario, &crowd::scenario(clusters, false))?;
        let mut row =
            Row { clusters, best: Duration::MAX, peak: None, plan: Duration::MAX, requests: 0 };
        for _ in 0..runs.max(1) {
            let Measured { elapsed, peak } = bench.workflow("ack", Some(&scenario)).measured()?;
            row.best = row.best.min(elapsed);
            row.peak = row.peak.max(peak);
            let watch = Watch::start();
            let plan = bench.plan("ack", &scenario).answer(CHANGES)?;
            row.plan = row.plan.min(watch.elapsed());
            row.requests = requests_of(&plan);
        }
        rows.push(row);
    }
    Ok(table(&rows))
}

/// How many requests a plan says that it sent.
fn requests_of(plan: &[u8]) -> u64 {
    let plan: Json = serde_json::from_slice(plan).unwrap_or_default();
    plan["requests"].as_u64().unwrap_or_default()
}

/// A table with the time for each cluster, the greatest memory, and what a plan takes.
fn table(rows: &[Row]) -> String {
    let mut table = format!(
        "\nclusters of `ack`  {:>10}  {:>12}  {:>10}  {:>10}  {:>8}",
        "best", "a cluster", "peak", "plan", "requests"
    );
    for Row { clusters, best, peak, plan, requests } in rows {
        let milliseconds = |time: &Duration| time.as_secs_f64() * 1000.0;
        let share = best.div_f64(f64::from(u32::try_from(*clusters).unwrap_or(u32::MAX)));
        let (best, share, plan) = (milliseconds(best), milliseconds(&share), milliseconds(plan));
        let peak = peak.map_or("unknown".to_owned(), |kib| format!("{} MiB", kib / 1024));
        table.push_str(&format!(
            "\n{clusters:<17}  {best:7.1} ms  {share:9.1} ms  {peak:>10}  {plan:7.1} ms  {requests:>8}"
        ));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_shared_out_among_the_clusters() {
        let row = |clusters, milliseconds, peak, requests| Row {
            clusters,
            best: Duration::from_millis(milliseconds),
            peak,
            plan: Duration::from_millis(2 * milliseconds),
            requests,
        };
        let expected = "\nclusters of `ack`        best     a cluster        peak        plan  requests\
                        \n1                     40.0 ms       40.0 ms     unknown     80.0 ms        30\
                        \n100                  500.0 ms        5.0 ms      40 MiB   1000.0 ms       700";
        assert_eq!(table(&[row(1, 40, None, 30), row(100, 500, Some(40 * 1024), 700)]), expected);
    }

    #[test]
    fn requests_are_read_from_the_plan() {
        assert_eq!(requests_of(br#"{"format":"host-plan","requests":12}"#), 12);
    }
}
