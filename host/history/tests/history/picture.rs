//! The picture: what it shows, and that no name in it is anything but a name.

use host_history::{Graph, Kind, Relation, Standing};

use crate::tape::{ALL, Tape};

fn graph(name: &str) -> Graph {
    Graph::new(&Tape::load(name).past())
}

/// `from relation to`, by kind and name.
fn edges(graph: &Graph) -> Vec<String> {
    let name =
        |index: usize| format!("{} {}", graph.nodes[index].kind.as_str(), graph.nodes[index].name);
    let edges = graph.edges.iter();
    let mut all: Vec<String> = edges
        .map(|it| format!("{} {} {}", name(it.from), it.relation.as_str(), name(it.to)))
        .collect();
    all.sort();
    all
}

#[test]
fn a_role_is_drawn_with_whom_it_trusts_and_who_assumed_it() {
    let graph = graph("delegate");
    assert_eq!(
        edges(&graph),
        [
            "role arms-admin reads monitoring ARMS",
            "role arms-admin trusts user alice",
            "role arms-admin trusts user bob",
            "user alice can assume role arms-admin",
        ]
    );
    let lanes: Vec<&str> = graph.lanes.iter().map(|lane| lane.names[0].as_str()).collect();
    assert_eq!(lanes, ["outsider", "monitoring"], "data flow from left to right");
    let find = |kind: Kind, name: &str| {
        graph.nodes.iter().find(|node| node.kind == kind && node.name == name).unwrap()
    };
    assert_eq!(find(Kind::User, "alice").standing, Standing::Made);
    assert_eq!(find(Kind::User, "outsider").standing, Standing::Found);
    let key = graph.nodes.iter().find(|node| node.kind == Kind::AccessKey).unwrap();
    assert_eq!(graph.nodes[key.inside.unwrap()].name, "alice");
}

#[test]
fn clusters_report_into_the_other_account() {
    let graph = graph("ack");
    let reports = |edge: &&host_history::Edge| edge.relation == Relation::ReportsTo;
    let from: Vec<String> = graph
        .edges
        .iter()
        .filter(reports)
        .map(|edge| {
            assert_eq!(graph.nodes[edge.to].kind, Kind::Arms);
            assert_eq!(graph.nodes[edge.to].account, "1234567890123456");
            graph.nodes[graph.nodes[edge.from].inside.unwrap()].name.clone()
        })
        .collect();
    assert_eq!(from, ["shop", "payment", "warehouse"]);
    let signs = graph.edges.iter().filter(|edge| edge.relation == Relation::SignsWith).count();
    assert_eq!(signs, 3, "each add-on signs with the reporter's key");
    let version = graph.nodes.iter().find(|node| node.about.as_deref() == Some("3.0.9 → 3.0.20"));
    assert_eq!(version.unwrap().standing, Standing::Changed);
    let apps = graph.nodes.iter().filter(|node| node.kind == Kind::Application);
    assert!(apps.clone().count() >= 4 && apps.clone().all(|app| app.standing == Standing::Made));
    assert!(apps.clone().all(|app| app.name != "billing-service"), "it was there before");
}

#[test]
fn instances_report_by_the_script_that_got_the_license_key() {
    let graph = graph("ecs");
    assert_eq!(
        edges(&graph),
        [
            "script host-ecs-install reports to monitoring ARMS",
            "script host-ecs-install reports to monitoring ARMS",
        ]
    );
    let machine = graph.nodes.iter().find(|node| node.name == "billing-1").unwrap();
    assert_eq!(
        (machine.kind, machine.about.as_deref()),
        (Kind::Instance, Some("i-fakebilling0000000001"))
    );
}

#[test]
fn what_was_taken_back_is_drawn_as_removed_and_trusts_nobody() {
    let graph = graph("undo");
    assert_eq!(edges(&graph), Vec::<String>::new());
    let removed = graph.nodes.iter().filter(|node| node.standing == Standing::Removed);
    let removed: Vec<&str> = removed.map(|node| node.kind.as_str()).collect();
    for kind in ["user", "role", "policy", "AccessKey", "console"] {
        assert!(removed.contains(&kind), "no {kind} among {removed:?}");
    }
    let own = graph.nodes.iter().find(|it| it.kind == Kind::Policy && it.inside.is_none()).unwrap();
    assert_eq!(own.standing.word(own.kind, false), "removed");
    assert!(graph.title.contains("takes back"), "{}", graph.title);
}

#[test]
fn a_call_that_nobody_answered_draws_nothing() {
    let past = Tape::load("delegate").until(|entry| entry.kind == "intent").past();
    let graph = Graph::new(&past);
    assert!(graph.nodes.iter().all(|node| node.name != "alice"), "{:?}", graph.nodes);
    assert_eq!(graph.lanes.len(), 2);
    well_formed(&graph.to_svg());
}

#[test]
fn pictures_stay_as_they_are() {
    insta::assert_snapshot!("delegate.mmd", graph("delegate").to_mermaid());
    insta::assert_snapshot!("ack.mmd", graph("ack").to_mermaid());
    insta::assert_snapshot!("ecs.mmd", graph("ecs").to_mermaid());
    insta::assert_snapshot!("delegate.svg", graph("delegate").to_svg());
    insta::assert_snapshot!("ack.svg", graph("ack").to_svg());
    insta::assert_snapshot!("ecs.svg", graph("ecs").to_svg());
}

#[test]
fn every_picture_is_whole_and_refers_to_nothing() {
    for name in ALL {
        well_formed(&graph(name).to_svg());
    }
}

/// What could end a text, begin markup, or mean something to Mermaid or to whoever shows the page.
const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><image href=\"https://example.com/x.png\"/>",
    "'/><svg onload=alert(1)>",
    "]]></style><a xlink:href='x'>",
    "&lt;b&gt;&#60;&amp;",
    "a\nb\r\u{2028}c\u{0}\u{1b}[2J\u{202e}",
    "x\"]; click n0 \"https://example.com\" _blank",
    "end",
    "`**bold** <br/>`",
    "%%{init: {'theme':'dark'}}%%",
    "-->|a| n0 ::: made; style n0 fill:#f00",
    "\u{fffe}\u{ffff}#quot;#60;",
];

#[test]
fn rule_12_hostile_names_are_nothing_but_names() {
    let plain = graph("delegate");
    let (svg, mermaid) = (plain.to_svg(), plain.to_mermaid());
    for name in HOSTILE {
        let mut graph = plain.clone();
        for node in &mut graph.nodes {
            node.name = name.to_owned();
            node.about = node.about.as_ref().map(|_| name.to_owned());
        }
        graph.title = name.to_owned();
        graph.subtitle = name.to_owned();
        for lane in &mut graph.lanes {
            lane.names = vec![name.to_owned()];
            lane.account = name.to_owned();
        }
        for node in &mut graph.nodes {
            node.account = name.to_owned();
        }
        graph.lanes.truncate(2);
        let hostile = graph.to_svg();
        well_formed(&hostile);
        for (index, character) in name.char_indices() {
            let _ = index;
            if character.is_control() || character == '\u{202e}' {
                assert!(character == '\n' || !hostile.contains(character), "{character:?}");
            }
        }
        // Not one statement more, and each of the shape that it has with harmless names.
        let hostile = graph.to_mermaid();
        assert_eq!(hostile.lines().count(), mermaid.lines().count(), "{name}: {hostile}");
        for (line, model) in hostile.lines().zip(mermaid.lines()) {
            let shape = |line: &str| {
                let outside: Vec<&str> = line.split('"').step_by(2).collect();
                outside.join("\"")
            };
            if !model.trim_start().starts_with("%%") {
                assert_eq!(shape(line), shape(model), "{name}");
            }
            let inside = line.split('"').skip(1).step_by(2).collect::<String>();
            let inside = inside.replace("<br/>", "");
            assert!(!inside.contains(['<', '>', '`', '%', '{', '[', '(', '|', '\'']), "{line}");
        }
    }
    assert!(svg.len() > 1000);
}

#[test]
fn very_long_names_are_cut_and_say_so() {
    let long = "n".repeat(200_000);
    let mut graph = graph("delegate");
    for node in &mut graph.nodes {
        node.name.clone_from(&long);
    }
    let (svg, mermaid) = (graph.to_svg(), graph.to_mermaid());
    well_formed(&svg);
    assert!(svg.len() < 60_000 && mermaid.len() < 10_000, "{} {}", svg.len(), mermaid.len());
    assert!(svg.contains("… (199700 characters more)") && mermaid.contains('…'));
}

/// Asserts that a text is XML of the few elements and attributes that a picture needs, each closed, and
/// refers to nothing.
#[track_caller]
fn well_formed(svg: &str) {
    const ELEMENTS: [&str; 7] = ["svg", "title", "desc", "style", "rect", "path", "text"];
    const ATTRIBUTES: [&str; 18] = [
        "xmlns",
        "width",
        "height",
        "viewBox",
        "role",
        "class",
        "x",
        "y",
        "rx",
        "fill",
        "stroke",
        "d",
        "stroke-dasharray",
        "",
        "",
        "",
        "",
        "",
    ];
    let mut open: Vec<String> = Vec::new();
    let mut rest = svg.trim_end();
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        assert!(!text.contains('>') && entities_are_known(text), "{text}");
        let end = rest[start..].find('>').expect("each `<` is closed") + start;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "wrongly nested");
            continue;
        }
        let is_empty = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(ELEMENTS.contains(&name), "`{name}` is no element of a picture");
        let parts: Vec<&str> = attributes.split('"').collect();
        for pair in parts.chunks(2).filter(|pair| pair.len() == 2) {
            let attribute = pair[0].trim().trim_end_matches('=');
            assert!(ATTRIBUTES.contains(&attribute), "`{attribute}` is no attribute of a picture");
            let is_name_space = attribute == "xmlns";
            assert!(is_name_space || !pair[1].contains("://"), "{tag}");
            assert!(!pair[1].contains("url(") && !pair[1].contains(['<', '&']), "{tag}");
        }
        if !is_empty {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty() && rest.is_empty(), "{open:?} are not closed");
    let style = svg.split("<style>").nth(1).and_then(|it| it.split("</style>").next());
    let style = style.expect("there is a style");
    assert!(!style.contains(['@', '\\']) && !style.contains("url"), "{style}");
    let allowed = |character: char| !character.is_control() || character == '\n';
    assert!(svg.chars().all(allowed), "a character that XML does not have");
    assert!(!svg.contains(['\u{fffe}', '\u{ffff}']), "a character that XML does not have");
}

fn entities_are_known(text: &str) -> bool {
    let mut parts = text.split('&');
    parts.next();
    parts.all(|part| {
        ["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|known| part.starts_with(known))
    })
}
