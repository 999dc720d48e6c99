//! What people still have to do in their clusters, ready to use.

use serde::Serialize;
use serde_json::json;

use crate::version;

/// One language: which add-on it needs, and what its pods need.
struct Language {
    name: &'static str,
    /// The first version of the add-on that brings its agent.
    from: &'static str,
    /// Labels beside those that every language has.
    labels: &'static [(&'static str, &'static str)],
    note: &'static str,
}

const LANGUAGES: [Language; 3] = [
    Language { name: "Java", from: "3.0.14", labels: &[], note: "" },
    Language {
        name: "Python",
        from: "5.0.0",
        labels: &[("aliyun.com/app-language", "python"), ("armsAutoInstrumentationEnable", "on")],
        note: "from 3.2.4 on it works with a changed image too",
    },
    Language {
        name: "Go",
        from: "3.2.0",
        labels: &[("aliyun.com/app-language", "golang")],
        note: "the program has to be built with `instgo`: an agent cannot be added to it later",
    },
];

/// What to run for the workloads of one language.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Instruction {
    language: &'static str,
    /// The first version of the add-on that it works with.
    from_version: &'static str,
    /// Clusters whose add-on is older than that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_in: Vec<String>,
    /// Sets the labels of the pod template by a merge patch; the pods are made anew by that.
    label_command: String,
    /// For workloads that have the labels already.
    restart_command: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'static str,
}

/// One instruction for each language. `clusters`: names, with the version of each.
pub(crate) fn instructions(clusters: &[(String, String)]) -> Vec<Instruction> {
    LANGUAGES.iter().map(|language| instruction(language, clusters)).collect()
}

fn instruction(language: &Language, clusters: &[(String, String)]) -> Instruction {
    let patch = patch(language);
    let is_older = |version: &str| version::reaches(version, language.from) == Some(false);
    let older = clusters.iter().filter(|(_, version)| is_older(version));
    Instruction {
        language: language.name,
        from_version: language.from,
        not_in: older.map(|(name, _)| name.clone()).collect(),
        label_command: format!(
            "kubectl patch deployment NAME --namespace NAMESPACE --type merge --patch '{patch}'"
        ),
        restart_command: "kubectl rollout restart deployment NAME --namespace NAMESPACE",
        note: language.note,
    }
}

/// Values are texts: an `on` without quotes is a boolean in YAML, which is no label.
fn patch(language: &Language) -> serde_json::Value {
    let mut labels = serde_json::Map::new();
    labels.insert("armsPilotAutoEnable".to_owned(), json!("on"));
    labels.insert("armsPilotCreateAppName".to_owned(), json!("APPLICATION"));
    for (name, value) in language.labels {
        labels.insert((*name).to_owned(), json!(value));
    }
    json!({ "spec": { "template": { "metadata": { "labels": labels } } } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_can_be_used_as_they_are() {
        let clusters = [("new", "5.1.1"), ("old", "3.0.20")]
            .map(|(name, version)| (name.to_owned(), version.to_owned()));
        let all = instructions(&clusters);
        let java = &all[0];
        assert_eq!(
            java.label_command,
            "kubectl patch deployment NAME --namespace NAMESPACE --type merge --patch \
             '{\"spec\":{\"template\":{\"metadata\":{\"labels\":{\"armsPilotAutoEnable\":\"on\",\
             \"armsPilotCreateAppName\":\"APPLICATION\"}}}}}'"
        );
        assert!(java.not_in.is_empty());
        for other in &all[1..] {
            assert_eq!(other.not_in, ["old"], "{}", other.language);
        }
        let labels = &patch(&LANGUAGES[1])["spec"]["template"]["metadata"]["labels"];
        assert_eq!(labels["aliyun.com/app-language"], "python");
        assert_eq!(labels["armsAutoInstrumentationEnable"], "on");
    }
}
