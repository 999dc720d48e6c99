//! The picture as an SVG file that needs nothing but itself.

use super::layout::{CARD, Card, LANE_HEAD, Layout, MARGIN, ROW, Route, Row, TOP};
use super::text::{fitted, note, xml};
use super::{Graph, Kind, Node, Relation, Standing};

/// Width of a character of the fixed-width font, in hundredths of its size.
const FIXED: i32 = 60;
/// Width of a character of the other font, in hundredths of its size, on average.
const LOOSE: i32 = 56;
/// The same of wide fonts, in bold.
const WIDE: i32 = 66;
/// Room for the word at the end of a row.
const BADGE: i32 = 82;
/// Where the names of inner rows begin.
const NAMES_FROM: i32 = 104;

const STYLE: &str = "\
.page{fill:#ffffff}\
.lane{fill:#f6f7fb;stroke:#dfe3ec}\
.card{fill:#ffffff;stroke:#cfd5e1}\
.title{font:600 20px system-ui,sans-serif;fill:#0f172a}\
.subtitle{font:400 13px system-ui,sans-serif;fill:#64748b}\
.lane-title{font:600 15px system-ui,sans-serif;fill:#0f172a}\
.lane-id{font:400 12px ui-monospace,monospace;fill:#64748b}\
.kind{font:600 10px system-ui,sans-serif;fill:#64748b;letter-spacing:.06em}\
.name{font:600 14px ui-monospace,monospace;fill:#0f172a}\
.about{font:400 11px ui-monospace,monospace;fill:#64748b}\
.inner-kind{font:400 11px system-ui,sans-serif;fill:#64748b}\
.inner{font:400 12px ui-monospace,monospace;fill:#1e293b}\
.word{font:600 10px system-ui,sans-serif;text-anchor:middle}\
.legend{font:400 12px system-ui,sans-serif;fill:#475569}\
.rule{stroke:#e8ebf2}\
.edge{fill:none;stroke-width:1.75}\
.pill{fill:#ffffff;stroke-width:1}";

/// Draws a graph.
pub(super) fn draw(graph: &Graph) -> String {
    let layout = Layout::new(graph);
    let mut page = Page::default();
    let (width, height) = (layout.width, layout.height);
    page.put(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">"
    ));
    page.put(&format!("<title>{}</title>", xml(&note(&graph.title))));
    page.put(&format!("<desc>{}</desc>", xml(&note(&graph.subtitle))));
    page.put(&format!("<style>{STYLE}</style>"));
    page.put(&format!("<rect class=\"page\" width=\"{width}\" height=\"{height}\"/>"));
    let left = layout.lanes.first().map_or(MARGIN, |(x, _)| *x);
    let columns = columns(width - 2 * left, 20, LOOSE);
    page.text("title", (left, 42), &graph.title, columns);
    page.text("subtitle", (left, 66), &graph.subtitle, columns * 3 / 2);
    page.lanes(graph, &layout);
    layout.cards.iter().for_each(|card| page.card(graph, card));
    // Words lie over all lines, so that none is crossed out.
    layout.routes.iter().for_each(|route| page.curve(route));
    layout.routes.iter().for_each(|route| page.pill(route));
    page.legend(graph, (left, height - 26));
    page.put("</svg>");
    page.0.push('\n');
    page.0
}

/// How many characters fit.
fn columns(pixels: i32, size: i32, width: i32) -> usize {
    usize::try_from(pixels.max(0) * 100 / (size * width)).unwrap_or_default()
}

/// How many pixels a word of the program's own takes, in wide fonts too.
fn pixels(word: &str, size: i32) -> i32 {
    i32::try_from(word.chars().count()).unwrap_or_default() * size * WIDE / 100
}

#[derive(Debug, Default)]
struct Page(String);

impl Page {
    fn put(&mut self, line: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(line);
    }

    /// A text of others, cut to what fits; the whole stands in its note.
    fn text(&mut self, class: &str, (x, y): (i32, i32), text: &str, columns: usize) {
        let shown = xml(&fitted(text, columns));
        let whole = xml(&note(text));
        let note = if whole == shown { String::new() } else { format!("<title>{whole}</title>") };
        self.put(&format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{shown}{note}</text>"));
    }

    /// A word of the program's own.
    fn word(&mut self, class: &str, (x, y): (i32, i32), word: &str) {
        self.put(&format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", xml(word)));
    }

    fn lanes(&mut self, graph: &Graph, layout: &Layout) {
        for (lane, (x, width)) in graph.lanes.iter().zip(&layout.lanes) {
            let (x, width, height) = (*x, *width, layout.lane_height);
            self.put(&format!(
                "<rect class=\"lane\" x=\"{x}\" y=\"{TOP}\" width=\"{width}\" height=\"{height}\" rx=\"14\"/>"
            ));
            let names = match lane.names.as_slice() {
                [] => "another account".to_owned(),
                names => names.join(", "),
            };
            self.text("lane-title", (x + 18, TOP + 28), &names, columns(width - 36, 15, LOOSE));
            self.text("lane-id", (x + 18, TOP + 47), &lane.account, columns(width - 36, 12, FIXED));
            if lane.cards.is_empty() {
                self.word("legend", (x + 18, TOP + LANE_HEAD + 14), "nothing was used here");
            }
        }
    }

    fn card(&mut self, graph: &Graph, card: &Card) {
        let Card { x, y, height, rows } = card;
        self.put(&format!(
            "<rect class=\"card\" x=\"{x}\" y=\"{y}\" width=\"{CARD}\" height=\"{height}\" rx=\"9\"/>"
        ));
        let Some((title, inner)) = rows.split_first() else { return };
        let node = &graph.nodes[title.node];
        let color = color_of(node.kind);
        let (bar_y, bar_height) = (y + 10, title.height - 20);
        self.put(&format!(
            "<rect x=\"{}\" y=\"{bar_y}\" width=\"4\" height=\"{bar_height}\" rx=\"2\" fill=\"{color}\"/>",
            x + 10
        ));
        self.title(node, *x, *title);
        for row in inner {
            self.inner(&graph.nodes[row.node], *x, *row);
        }
    }

    fn title(&mut self, node: &Node, x: i32, row: Row) {
        let block = if node.about.is_some() { 46 } else { 30 };
        let top = row.y + (row.height - block) / 2;
        self.word("kind", (x + 24, top + 9), &node.kind.as_str().to_uppercase());
        let room = CARD - 24 - BADGE;
        self.text("name", (x + 24, top + 27), &node.name, columns(room, 14, FIXED));
        if let Some(about) = &node.about {
            self.text("about", (x + 24, top + 44), about, columns(CARD - 48, 11, FIXED));
        }
        self.badge(node, x, top + 14);
    }

    fn inner(&mut self, node: &Node, x: i32, row: Row) {
        let middle = row.y + row.height / 2;
        let (from, to) = (x + 24, x + CARD - 12);
        self.put(&format!("<path class=\"rule\" d=\"M{from} {y}H{to}\"/>", y = row.y));
        self.word("inner-kind", (x + 24, middle + 4), node.kind.as_str());
        let name = match &node.about {
            Some(about) => format!("{}  {about}", node.name),
            None => node.name.clone(),
        };
        let room = columns(CARD - NAMES_FROM - BADGE, 12, FIXED);
        self.text("inner", (x + NAMES_FROM, middle + 4), &name, room);
        self.badge(node, x, middle);
    }

    fn badge(&mut self, node: &Node, x: i32, middle: i32) {
        let word = node.standing.word(node.kind, node.inside.is_some());
        let (fill, ink) = colors_of(node.standing);
        let width = pixels(word, 10) + 16;
        let left = x + CARD - 12 - width;
        let half = ROW / 3;
        self.put(&format!(
            "<rect x=\"{left}\" y=\"{}\" width=\"{width}\" height=\"{}\" rx=\"{half}\" fill=\"{fill}\"/>",
            middle - half,
            2 * half
        ));
        self.put(&format!(
            "<text class=\"word\" x=\"{}\" y=\"{}\" fill=\"{ink}\">{word}</text>",
            left + width / 2,
            middle + 4
        ));
    }

    fn curve(&mut self, route: &Route) {
        let ((x1, y1), (x2, y2)) = (route.from, route.to);
        let x1 = beyond_pill(route, x1);
        let toward = if route.leaves_right { 1 } else { -1 };
        let back = if route.arrives_right { 1 } else { -1 };
        // The arrow's head is eight pixels long; the line ends inside of it.
        let tip = x2 + 6 * back;
        let is_within = route.leaves_right == route.arrives_right;
        let pull = if is_within { 44 } else { ((tip - x1).abs() / 2).max(36) };
        let (c1, c2) =
            (x1 + pull * toward, if is_within { x1 + pull * toward } else { tip + pull * back });
        let color = stroke_of(route.relation);
        let dash = match route.relation {
            Relation::Trusts => " stroke-dasharray=\"5 4\"",
            _ => "",
        };
        self.put(&format!(
            "<path class=\"edge\" stroke=\"{color}\"{dash} d=\"M{x1} {y1}C{c1} {y1} {c2} {y2} {tip} {y2}\"/>"
        ));
        let (base, top, bottom) = (x2 + 8 * back, y2 - 4, y2 + 4);
        self.put(&format!("<path fill=\"{color}\" d=\"M{x2} {y2}L{base} {top}V{bottom}Z\"/>"));
    }

    fn pill(&mut self, route: &Route) {
        let (x, y) = route.from;
        let word = route.relation.as_str();
        let width = pill_width(route.relation);
        let left = if route.leaves_right { x } else { x - width };
        let color = stroke_of(route.relation);
        self.put(&format!(
            "<rect class=\"pill\" x=\"{left}\" y=\"{}\" width=\"{width}\" height=\"16\" rx=\"8\" stroke=\"{color}\"/>",
            y - 8
        ));
        self.put(&format!(
            "<text class=\"word\" x=\"{}\" y=\"{}\" fill=\"{color}\">{word}</text>",
            left + width / 2,
            y + 4
        ));
    }

    fn legend(&mut self, graph: &Graph, (mut x, y): (i32, i32)) {
        for (standing, words) in [
            (Standing::Made, "the run made it"),
            (Standing::Changed, "the run changed it"),
            (Standing::Found, "it was there, and was used"),
            (Standing::Removed, "the run removed it"),
        ] {
            if !graph.nodes.iter().any(|node| node.standing == standing) {
                continue;
            }
            let (fill, ink) = colors_of(standing);
            self.put(&format!(
                "<rect x=\"{x}\" y=\"{}\" width=\"14\" height=\"14\" rx=\"4\" fill=\"{fill}\" stroke=\"{ink}\"/>",
                y - 11
            ));
            self.word("legend", (x + 21, y), words);
            x += 21 + pixels(words, 12) + 24;
        }
        for relation in Relation::ALL {
            if relation == Relation::Trusts && graph.edges.iter().any(|it| it.relation == relation)
            {
                self.word("legend", (x, y), "dashed: a trust policy says so");
            }
        }
    }
}

/// Where the line begins: behind the word.
fn beyond_pill(route: &Route, x: i32) -> i32 {
    let width = pill_width(route.relation);
    if route.leaves_right { x + width } else { x - width }
}

fn pill_width(relation: Relation) -> i32 {
    pixels(relation.as_str(), 10) + 18
}

const fn color_of(kind: Kind) -> &'static str {
    match kind {
        Kind::User | Kind::Account => "#6366f1",
        Kind::Role => "#a855f7",
        Kind::Cluster | Kind::Instance => "#0ea5e9",
        Kind::Arms => "#10b981",
        _ => "#94a3b8",
    }
}

const fn stroke_of(relation: Relation) -> &'static str {
    match relation {
        Relation::Trusts => "#9333ea",
        Relation::Assumes => "#4f46e5",
        Relation::SignsWith => "#b45309",
        Relation::ReportsTo => "#059669",
        Relation::Reads => "#0369a1",
    }
}

/// Ground and ink.
const fn colors_of(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Made => ("#dcfce7", "#166534"),
        Standing::Changed => ("#fef3c7", "#92400e"),
        Standing::Found => ("#eef1f6", "#475569"),
        Standing::Removed => ("#fee2e2", "#991b1b"),
    }
}
