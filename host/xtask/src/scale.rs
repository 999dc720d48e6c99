//! The workflow `ack` for more and more clusters: does it stay linear, and small?

use std::time::Duration;

use crate::bench::Bench;
use crate::crowd;
use crate::error::XtaskError;
use crate::program::Measured;

const CLUSTERS: [usize; 3] = [1, 10, 100];

/// One size.
#[derive(Debug)]
struct Row {
    clusters: usize,
    best: Duration,
    peak: Option<u64>,
}

/// Runs every size against a new offline cloud, warm, and gives a table of the best of several.
pub(crate) fn measure(bench: &Bench<'_>, runs: u32) -> Result<String, XtaskError> {
    let mut rows = Vec::new();
    for clusters in CLUSTERS {
        let scenario = format!("clusters-{clusters}.toml");
        let scenario = bench.write(&scenario, &crowd::scenario(clusters, false))?;
        let mut row = Row { clusters, best: Duration::MAX, peak: None };
        for _ in 0..runs.max(1) {
            let Measured { elapsed, peak } = bench.workflow("ack", Some(&scenario)).measured()?;
            row.best = row.best.min(elapsed);
            row.peak = row.peak.max(peak);
        }
        rows.push(row);
    }
    Ok(table(&rows))
}

/// A table with the time for each cluster, and the greatest memory.
fn table(rows: &[Row]) -> String {
    let mut table =
        format!("\nclusters of `ack`  {:>10}  {:>12}  {:>10}", "best", "a cluster", "peak");
    for Row { clusters, best, peak } in rows {
        let milliseconds = best.as_secs_f64() * 1000.0;
        let share = best.div_f64(f64::from(u32::try_from(*clusters).unwrap_or(u32::MAX)));
        let share = share.as_secs_f64() * 1000.0;
        let peak = peak.map_or("unknown".to_owned(), |kib| format!("{} MiB", kib / 1024));
        table.push_str(&format!(
            "\n{clusters:<17}  {milliseconds:7.1} ms  {share:9.1} ms  {peak:>10}"
        ));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_shared_out_among_the_clusters() {
        let row = |clusters, milliseconds, peak| Row {
            clusters,
            best: Duration::from_millis(milliseconds),
            peak,
        };
        let expected = "\nclusters of `ack`        best     a cluster        peak\
                        \n1                     40.0 ms       40.0 ms     unknown\
                        \n100                  500.0 ms        5.0 ms      40 MiB";
        assert_eq!(table(&[row(1, 40, None), row(100, 500, Some(40 * 1024))]), expected);
    }
}
