//! Where everything stands: lanes side by side, cards below each other, and for each edge a place of its own
//! at both ends.

use std::collections::BTreeMap;

use super::{Edge, Graph, Relation};

/// Columns of space, in pixels.
pub(super) const MARGIN: i32 = 28;
/// Where the lanes begin, below the title.
pub(super) const TOP: i32 = 92;
/// The lane's title.
pub(super) const LANE_HEAD: i32 = 62;
/// Space around the cards of a lane.
const PADDING: i32 = 16;
/// A card's width.
pub(super) const CARD: i32 = 408;
/// Space between two cards.
const GAP: i32 = 14;
/// Space between two lanes: room for words and curves.
const GUTTER: i32 = 216;
/// Space beside the outer lanes, where edges within a lane run.
const OUTER: i32 = 136;
/// A card's first row, without and with a second line.
const TITLE: i32 = 50;
const TITLE_WITH_ABOUT: i32 = 66;
/// A row of something inside.
pub(super) const ROW: i32 = 28;
/// Between two edges at the same row.
const SLOT: i32 = 20;
/// Between an edge's end and the card.
const DISTANCE: i32 = 5;
/// Below the lanes: the legend.
const FOOT: i32 = 58;

/// Where everything stands.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    /// Left edge and width of each lane.
    pub(super) lanes: Vec<(i32, i32)>,
    pub(super) lane_height: i32,
    pub(super) cards: Vec<Card>,
    pub(super) routes: Vec<Route>,
}

/// A card with its rows, the first of which is its title.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) height: i32,
    pub(super) rows: Vec<Row>,
}

/// A row of a card.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) node: usize,
    pub(super) y: i32,
    pub(super) height: i32,
}

/// How an edge runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    pub(super) relation: Relation,
    pub(super) from: (i32, i32),
    pub(super) to: (i32, i32),
    /// Whether it leaves to the right.
    pub(super) leaves_right: bool,
    /// Whether it arrives from the right.
    pub(super) arrives_right: bool,
}

/// One place at the side of a row: an edge that leaves, or all edges of a relation that arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Leaves(Relation, usize),
    Arrives(Relation),
}

impl Slot {
    const fn relation(self) -> Relation {
        match self {
            Self::Leaves(relation, _) | Self::Arrives(relation) => relation,
        }
    }
}

/// The places at each row: by node and side, whether it is the right one.
type Slots = BTreeMap<(usize, bool), Vec<Slot>>;

/// What orders places: how far down the other end is, and the relation.
type Rank = (usize, Relation);

impl Layout {
    pub(super) fn new(graph: &Graph) -> Self {
        let sides: Vec<(bool, bool)> = graph.edges.iter().map(|edge| sides(graph, edge)).collect();
        let slots = slots(graph, &sides);
        let inner = |edge: &Edge| lane_of(graph, edge.from) == lane_of(graph, edge.to);
        let outer = |right: bool| {
            let mut all = graph.edges.iter().zip(&sides);
            let is_used = all.any(|(edge, (leaves, _))| inner(edge) && *leaves == right);
            if is_used { OUTER } else { MARGIN }
        };
        let lane_width = CARD + 2 * PADDING;
        let mut x = outer(false);
        let mut lanes = Vec::new();
        let mut cards = Vec::new();
        let mut lane_height = LANE_HEAD + 2 * PADDING;
        for lane in &graph.lanes {
            lanes.push((x, lane_width));
            let mut y = TOP + LANE_HEAD;
            for card in &lane.cards {
                let card = stacked(graph, &slots, *card, (x + PADDING, y));
                y += card.height + GAP;
                cards.push(card);
            }
            lane_height = lane_height.max(y - GAP + PADDING - TOP);
            x += lane_width + GUTTER;
        }
        let right = if lanes.is_empty() { x } else { x - GUTTER };
        let routes = graph
            .edges
            .iter()
            .zip(&sides)
            .filter_map(|(edge, sides)| route(edge, *sides, &slots, &cards))
            .collect();
        Self {
            width: (right + outer(true)).max(560),
            height: TOP + lane_height + FOOT,
            lanes,
            lane_height,
            cards,
            routes,
        }
    }
}

/// The lane of a node.
fn lane_of(graph: &Graph, node: usize) -> usize {
    let account = &graph.nodes[node].account;
    graph.lanes.iter().position(|lane| lane.account == *account).unwrap_or_default()
}

/// Whether an edge leaves to the right, and whether it arrives from the right. One that stays in its lane
/// runs outside of all lanes.
fn sides(graph: &Graph, edge: &Edge) -> (bool, bool) {
    let (from, to) = (lane_of(graph, edge.from), lane_of(graph, edge.to));
    match from.cmp(&to) {
        std::cmp::Ordering::Less => (true, false),
        std::cmp::Ordering::Greater => (false, true),
        std::cmp::Ordering::Equal => {
            let right = from > 0 || graph.lanes.len() == 1;
            (right, right)
        }
    }
}

/// Places in the order of what is at the other end, and of the relation: so that edges between the same two
/// cards run beside each other.
fn slots(graph: &Graph, sides: &[(bool, bool)]) -> Slots {
    let mut ordered: BTreeMap<(usize, bool), Vec<(Rank, Slot)>> = BTreeMap::new();
    for (edge, (leaves, arrives)) in graph.edges.iter().zip(sides) {
        let Edge { from, to, relation } = *edge;
        let leaving = (from, *leaves, to, Slot::Leaves(relation, to));
        let arriving = (to, *arrives, from, Slot::Arrives(relation));
        for (node, side, other, slot) in [leaving, arriving] {
            let rank = (rank(graph, other), slot.relation());
            let places = ordered.entry((node, side)).or_default();
            match places.iter_mut().find(|(_, known)| *known == slot) {
                Some((known, _)) => *known = rank.min(*known),
                None => places.push((rank, slot)),
            }
        }
    }
    let sorted = ordered.into_iter().map(|(place, mut slots)| {
        slots.sort_by_key(|(rank, _)| *rank);
        (place, slots.into_iter().map(|(_, slot)| slot).collect())
    });
    sorted.collect()
}

/// How far down in its lane the card of a node is.
fn rank(graph: &Graph, node: usize) -> usize {
    let card = graph.nodes[node].inside.unwrap_or(node);
    let mut lanes = graph.lanes.iter();
    lanes.find_map(|lane| lane.cards.iter().position(|it| *it == card)).unwrap_or_default()
}

/// A card at a place, with all that belongs to it.
fn stacked(graph: &Graph, slots: &Slots, card: usize, (x, top): (i32, i32)) -> Card {
    let mut inside: Vec<usize> =
        (0..graph.nodes.len()).filter(|index| graph.nodes[*index].inside == Some(card)).collect();
    inside.sort_by_key(|index| (graph.nodes[*index].kind, graph.nodes[*index].name.clone()));
    let mut rows = Vec::new();
    let mut y = top;
    for node in std::iter::once(card).chain(inside.iter().copied()) {
        let least = match (node == card, graph.nodes[node].about.is_some()) {
            (true, true) => TITLE_WITH_ABOUT,
            (true, false) => TITLE,
            (false, _) => ROW,
        };
        let count = [true, false].map(|side| slots.get(&(node, side)).map_or(0, Vec::len));
        let needed = i32::try_from(count[0].max(count[1])).unwrap_or(i32::MAX) * SLOT + 8;
        let height = least.max(needed);
        rows.push(Row { node, y, height });
        y += height;
    }
    let below = if inside.is_empty() { 0 } else { 8 };
    Card { x, y: top, height: y - top + below, rows }
}

fn route(
    edge: &Edge,
    (leaves_right, arrives_right): (bool, bool),
    slots: &Slots,
    cards: &[Card],
) -> Option<Route> {
    let leaving = Slot::Leaves(edge.relation, edge.to);
    let from = end(edge.from, leaves_right, leaving, slots, cards)?;
    let arriving = Slot::Arrives(edge.relation);
    let to = end(edge.to, arrives_right, arriving, slots, cards)?;
    Some(Route { relation: edge.relation, from, to, leaves_right, arrives_right })
}

/// Where an edge meets a card.
fn end(node: usize, right: bool, slot: Slot, slots: &Slots, cards: &[Card]) -> Option<(i32, i32)> {
    let places = slots.get(&(node, right))?;
    let (index, count) = (places.iter().position(|it| *it == slot)?, places.len());
    let (card, row) = cards
        .iter()
        .find_map(|card| card.rows.iter().find(|row| row.node == node).map(|row| (card, row)))?;
    let x = if right { card.x + CARD + DISTANCE } else { card.x - DISTANCE };
    let (index, count) = (i32::try_from(index).ok()?, i32::try_from(count).ok()?);
    let middle = row.y + row.height / 2;
    Some((x, middle + (2 * index - (count - 1)) * SLOT / 2))
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Lane, Node, Standing};
    use super::*;

    /// Everything at once: many users who assume many roles, in each of several accounts.
    fn crowded(accounts: usize, users: usize) -> Graph {
        let mut graph = Graph {
            title: "t".to_owned(),
            subtitle: "s".to_owned(),
            lanes: Vec::new(),
            nodes: Vec::new(),
            edges: Vec::new(),
        };
        for account in 0..accounts {
            let account = format!("10000000{account}");
            let first = graph.nodes.len();
            for index in 0..users {
                let node = |kind, inside| Node {
                    account: account.clone(),
                    kind,
                    name: format!("{index}"),
                    about: None,
                    standing: Standing::Made,
                    inside,
                };
                let card = graph.nodes.len();
                graph.nodes.push(node(Kind::User, None));
                graph.nodes.push(node(Kind::AccessKey, Some(card)));
            }
            let cards = (first..graph.nodes.len()).step_by(2).collect();
            graph.lanes.push(Lane { account, names: Vec::new(), cards });
        }
        for from in 0..graph.nodes.len() {
            for to in (0..graph.nodes.len()).filter(|to| *to != from) {
                graph.edges.push(Edge { from, to, relation: Relation::Trusts });
            }
        }
        graph
    }

    #[test]
    fn nothing_lies_over_anything_else() {
        for (accounts, users) in [(1, 3), (2, 4), (3, 2)] {
            let graph = crowded(accounts, users);
            let layout = Layout::new(&graph);
            let boxes: Vec<(i32, i32, i32, i32)> = layout
                .cards
                .iter()
                .map(|card| (card.x, card.y, card.x + CARD, card.y + card.height))
                .collect();
            for (index, a) in boxes.iter().enumerate() {
                assert!(a.0 >= 0 && a.2 <= layout.width && a.3 <= layout.height, "{a:?}");
                for b in &boxes[index + 1..] {
                    let apart = a.2 <= b.0 || b.2 <= a.0 || a.3 <= b.1 || b.3 <= a.1;
                    assert!(apart, "{a:?} and {b:?} overlap");
                }
            }
            let mut starts: Vec<(i32, i32)> = layout.routes.iter().map(|it| it.from).collect();
            let count = starts.len();
            starts.sort_unstable();
            starts.dedup();
            assert_eq!(starts.len(), count, "two edges begin at the same place");
            assert_eq!(count, graph.edges.len());
        }
    }

    #[test]
    fn an_empty_picture_has_a_size() {
        let graph = crowded(0, 0);
        let layout = Layout::new(&graph);
        assert!(layout.width > 0 && layout.height > 0 && layout.cards.is_empty());
    }
}
