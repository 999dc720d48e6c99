//! Offline clouds with as many clusters as one likes.

/// Both accounts, and nothing in them but who acts. Every id and key is invented.
const ACCOUNTS: &str = r#"seed = 20260107
start = "2026-01-05T09:00:00Z"

[accounts.monitoring]
id = "1234567890123456"
license_keys = { cn-hangzhou = "fakelicensekey@0123456789abcde" }

[accounts.monitoring.operator]
access_key_id = "LTAI5tFakeMonitoringOperator1"
access_key_secret = "FakeMonitoringOperatorSecret01"

[accounts.source]
id = "6543210987654321"

[accounts.source.operator]
access_key_id = "LTAI5tFakeSourceOperator00001"
access_key_secret = "FakeSourceOperatorSecret00001"
"#;

/// Everybody knows at once, and tasks end when they begin: for clients that do not wait.
const AT_ONCE: &str = "
[consistency]
role = 0
attachment = 0
key = 0
detach = 0
app = 0
";

/// A scenario for the workflow `ack`, with so many clusters that lack the add-on.
pub(crate) fn scenario(clusters: usize, at_once: bool) -> String {
    let ids: Vec<String> = (0..clusters).map(|number| format!("c0fakebench{number:022}")).collect();
    let manner = if at_once { "manner = { task_seconds = 0 }\n" } else { "" };
    let consistency = if at_once { AT_ONCE } else { "" };
    let each = ids.iter().enumerate().map(|(number, id)| {
        format!(
            "\n[[accounts.source.clusters]]\nid = \"{id}\"\nname = \"bench-{number}\"\n\
             region = \"cn-hangzhou\"\n{manner}workloads = [{{ name = \"w\", namespace = \"n\", \
             app = \"service-{number}\", restarted = true }}]\n"
        )
    });
    let each: String = each.collect();
    format!(
        "{ACCOUNTS}{consistency}{each}\n[parameters.ack]\nregion = \"cn-hangzhou\"\n\
         clusters = {ids:?}\nreporting-user = \"ack-reporter\"\n"
    )
}
