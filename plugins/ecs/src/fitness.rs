//! Whether an instance can take a command at all, from what the cloud says of it.

use host_workflow_sdk::ecs::{CloudAssistant, Instance};

/// Least memory of a machine, in MiB: a Java agent wants 256 MiB of heap, and the system the rest.
const MEMORY_MIN: i64 = 512;

/// Tags that the cloud puts on nodes of its clusters; the pods there are another workflow's.
const CLUSTER_TAGS: [&str; 3] = ["ack.aliyun.com", "ack.alibabacloud.com", "k8s.aliyun.com"];

/// Why an instance is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfit {
    pub(crate) reason: String,
    /// Whether the workflow is not for such an instance, rather than hindered by its state.
    pub(crate) is_by_kind: bool,
}

impl Unfit {
    fn by_kind(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_by_kind: true }
    }

    pub(crate) fn by_state(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_by_kind: false }
    }
}

/// The first thing that stands against an instance.
pub(crate) fn of(instance: &Instance, assistant: Option<&CloudAssistant>) -> Option<Unfit> {
    if let Some(cluster) = cluster_of(instance) {
        return Some(Unfit::by_kind(format!(
            "it is a node of cluster `{cluster}`, whose applications the workflow `ack` is for"
        )));
    }
    let system = instance.os_type.as_deref().unwrap_or("linux");
    if !system.eq_ignore_ascii_case("linux") {
        return Some(Unfit::by_kind(format!(
            "its system is `{system}`, and the scripts are for Linux"
        )));
    }
    if instance.status != "Running" {
        return Some(Unfit::by_state(format!("it is not running: `{}`", instance.status)));
    }
    if let Some(memory) = instance.memory.filter(|memory| *memory < MEMORY_MIN) {
        return Some(Unfit::by_state(format!(
            "it has {memory} MiB of memory, and less than {MEMORY_MIN} is too little for an agent"
        )));
    }
    match assistant {
        None => Some(Unfit::by_state("it has no Cloud Assistant: install it and try again")),
        Some(assistant) if !is_online(assistant) => Some(Unfit::by_state(offline(assistant))),
        Some(assistant) if is_old(assistant) => Some(Unfit::by_state(format!(
            "its Cloud Assistant is version `{}`, which knows no parameters of commands: update it",
            assistant.version.as_deref().unwrap_or_default()
        ))),
        Some(_) => None,
    }
}

fn cluster_of(instance: &Instance) -> Option<&str> {
    let tags = instance.tags.iter();
    let mut tags = tags.filter(|tag| CLUSTER_TAGS.contains(&tag.key.as_str()));
    tags.next().map(|tag| tag.value.as_str())
}

/// The cloud writes a truth value as text.
fn is_online(assistant: &CloudAssistant) -> bool {
    assistant.status.eq_ignore_ascii_case("true")
}

fn offline(assistant: &CloudAssistant) -> String {
    if assistant.version.as_deref().unwrap_or_default().is_empty() {
        return "it has no Cloud Assistant: install it and try again".to_owned();
    }
    let last = assistant.last_heartbeat_time.as_deref().filter(|time| !time.is_empty());
    let last = last.map_or_else(String::new, |time| format!(" since {time}"));
    format!("its Cloud Assistant is silent{last}: start it and try again")
}

/// The first line of versions came before parameters.
fn is_old(assistant: &CloudAssistant) -> bool {
    let major = assistant.version.as_deref().and_then(|version| version.split('.').next());
    major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major < 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_workflow_sdk::Tag;

    fn instance() -> Instance {
        Instance {
            status: "Running".to_owned(),
            os_type: Some("linux".to_owned()),
            memory: Some(8192),
            ..Default::default()
        }
    }

    fn assistant() -> CloudAssistant {
        CloudAssistant {
            status: "true".to_owned(),
            version: Some("2.2.3.845".to_owned()),
            ..Default::default()
        }
    }

    #[test]
    fn an_instance_is_fit_or_the_reason_is_said() {
        let tagged = |key: &str| Instance {
            tags: vec![Tag { key: key.to_owned(), value: "c-1".to_owned() }],
            ..instance()
        };
        let with = |status: &str, version: &str| CloudAssistant {
            status: status.to_owned(),
            version: Some(version.to_owned()),
            last_heartbeat_time: Some("2026-01-01T00:00:00Z".to_owned()),
            ..Default::default()
        };
        let cases: [(Instance, Option<CloudAssistant>, &str, bool); 11] = [
            (instance(), Some(assistant()), "", false),
            (tagged("team"), Some(assistant()), "", false),
            (tagged("ack.aliyun.com"), Some(assistant()), "node of cluster `c-1`", true),
            (
                Instance { os_type: Some("windows".to_owned()), ..instance() },
                Some(assistant()),
                "`windows`",
                true,
            ),
            (
                Instance { status: "Stopped".to_owned(), ..instance() },
                Some(assistant()),
                "not running: `Stopped`",
                false,
            ),
            (Instance { memory: Some(256), ..instance() }, Some(assistant()), "256 MiB", false),
            (Instance { memory: None, ..instance() }, Some(assistant()), "", false),
            (instance(), None, "no Cloud Assistant", false),
            (instance(), Some(with("false", "")), "no Cloud Assistant", false),
            (instance(), Some(with("false", "2.2.3")), "silent since 2026", false),
            (instance(), Some(with("true", "1.0.2.569")), "`1.0.2.569`", false),
        ];
        for (instance, assistant, words, is_by_kind) in cases {
            let found = of(&instance, assistant.as_ref());
            let reason = found.as_ref().map_or("", |unfit| unfit.reason.as_str());
            assert_eq!(reason.is_empty(), words.is_empty(), "{reason}");
            assert!(reason.contains(words), "{reason} {words}");
            assert_eq!(found.is_some_and(|unfit| unfit.is_by_kind), is_by_kind, "{words}");
        }
    }
}
