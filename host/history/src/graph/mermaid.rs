//! The picture as text for Mermaid, which many wikis and trackers draw.

use super::text::{fitted, mermaid, note};
use super::{Graph, Kind, Node, Relation, Standing};

/// Columns of a name in a label.
const NAME_SHOWN: usize = 48;

pub(super) fn write(graph: &Graph) -> String {
    let title = mermaid(&note(&format!("{} · {}", graph.title, graph.subtitle)));
    let mut lines = vec!["flowchart LR".to_owned(), format!("  %% {title}")];
    for (index, lane) in graph.lanes.iter().enumerate() {
        let names = if lane.names.is_empty() {
            "another account".to_owned()
        } else {
            lane.names.join(", ")
        };
        let title = label(&[&names, &lane.account]);
        lines.push(format!("  subgraph lane{index}[\"{title}\"]"));
        for card in &lane.cards {
            lines.push(format!("    {}", node(graph, *card)));
            for inside in (0..graph.nodes.len()).filter(|it| graph.nodes[*it].inside == Some(*card))
            {
                lines.push(format!("    {}", node(graph, inside)));
                lines.push(format!("    {}", belongs(graph, inside, *card)));
            }
        }
        lines.push("  end".to_owned());
    }
    for edge in &graph.edges {
        let arrow = match edge.relation {
            Relation::Trusts | Relation::Reads => "-.->",
            Relation::Assumes | Relation::SignsWith => "-->",
            Relation::ReportsTo => "==>",
        };
        let (from, to, words) = (edge.from, edge.to, edge.relation.as_str());
        lines.push(format!("  n{from} {arrow}|{words}| n{to}"));
    }
    lines.extend(styles(graph));
    lines.push(String::new());
    lines.join("\n")
}

fn node(graph: &Graph, index: usize) -> String {
    let Node { kind, name, about, standing, inside, .. } = &graph.nodes[index];
    let mut parts = vec![kind.as_str(), name.as_str()];
    parts.extend(about.as_deref());
    parts.push(standing.word(*kind, inside.is_some()));
    let label = label(&parts);
    let (open, close) = match kind {
        Kind::User | Kind::Account => ("(", ")"),
        Kind::Role => ("{{", "}}"),
        Kind::Arms => ("[(", ")]"),
        _ => ("[", "]"),
    };
    format!("n{index}{open}\"{label}\"{close}:::{}", class(*standing))
}

/// What is inside of something belongs to it: a policy points at its holder, everything else is pointed at.
fn belongs(graph: &Graph, inside: usize, card: usize) -> String {
    let kind = graph.nodes[inside].kind;
    let words = kind.belongs();
    match kind {
        Kind::Policy => format!("n{inside} ---|{words}| n{card}"),
        _ => format!("n{card} ---|{words}| n{inside}"),
    }
}

fn label(parts: &[&str]) -> String {
    let parts = parts.iter().map(|part| mermaid(&fitted(part, NAME_SHOWN)));
    parts.collect::<Vec<_>>().join("<br/>")
}

const fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Found => "found",
        Standing::Changed => "changed",
        Standing::Made => "made",
        Standing::Removed => "removed",
    }
}

fn styles(graph: &Graph) -> Vec<String> {
    let styles = [
        (Standing::Found, "fill:#f1f5f9,stroke:#94a3b8,color:#334155"),
        (Standing::Changed, "fill:#fef3c7,stroke:#d97706,color:#78350f"),
        (Standing::Made, "fill:#dcfce7,stroke:#16a34a,color:#14532d"),
        (Standing::Removed, "fill:#fee2e2,stroke:#dc2626,color:#7f1d1d,stroke-dasharray:4 3"),
    ];
    let used = |standing: Standing| graph.nodes.iter().any(|node| node.standing == standing);
    let used = styles.into_iter().filter(|(standing, _)| used(*standing));
    used.map(|(standing, style)| format!("  classDef {} {style}", class(standing))).collect()
}
