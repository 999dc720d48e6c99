//! From what is known after the last call to a picture: edges, lanes, and nothing that is beside the point.

use std::collections::{BTreeMap, BTreeSet};

use host_model::{Arn, Principal};

use super::scene::Scene;
use super::{Edge, Graph, Kind, Lane, Node, Relation, Standing};
use crate::{Past, day, time_of_day};

impl Scene {
    pub(super) fn finish(mut self, past: &Past) -> Graph {
        let mut edges = self.trust_edges();
        edges.extend(relate(Relation::Assumes, &self.assumed));
        edges.extend(relate(Relation::Reads, &self.read));
        edges.extend(self.report_edges());
        // What was removed has nothing to do with anything any more.
        edges.retain(|edge| !self.is_gone(edge.from) && !self.is_gone(edge.to));
        self.place_policies();
        self.entitle();
        let (nodes, edges) = prune(&self.nodes, &edges);
        let lanes = lanes(&self.accounts, &nodes, &edges);
        let verdict = past.ended().map_or("did not end", |(_, ended)| ended.verdict.as_str());
        let workflow = &past.begun.workflow;
        let began = format!("{} {} UTC", day(past.began), time_of_day(past.began));
        let title = match &past.begun.undoes {
            Some(undone) => format!("{} takes back {undone}", past.run),
            None => past.run.to_string(),
        };
        let subtitle = format!("{} {} · {began} · {verdict}", workflow.name, workflow.version);
        Graph { title, subtitle, lanes, nodes, edges }
    }

    fn trust_edges(&mut self) -> BTreeSet<Edge> {
        let mut edges = BTreeSet::new();
        for (role, names) in std::mem::take(&mut self.trust) {
            for name in names {
                let Ok(arn) = name.parse::<Arn>() else {
                    self.inside(role, Kind::Principal, &name);
                    continue;
                };
                let (kind, inner) = match arn.principal() {
                    Principal::Root => (Kind::Account, ""),
                    Principal::User(user) => (Kind::User, user.as_str()),
                    Principal::Role(role) | Principal::Session(role, _) => {
                        (Kind::Role, role.as_str())
                    }
                };
                let to = self.node(arn.account().as_str(), kind, inner);
                edges.insert(Edge { from: role, to, relation: Relation::Trusts });
            }
        }
        edges
    }

    fn report_edges(&mut self) -> BTreeSet<Edge> {
        let mut edges = BTreeSet::new();
        for (from, account) in std::mem::take(&mut self.reports) {
            let to = self.node(&account, Kind::Arms, "");
            edges.insert(Edge { from, to, relation: Relation::ReportsTo });
        }
        for (from, id) in std::mem::take(&mut self.signs) {
            if let Some(to) = self.key_of(&id) {
                edges.insert(Edge { from, to, relation: Relation::SignsWith });
            }
        }
        edges
    }

    /// Whether it, or what it is inside of, was removed.
    fn is_gone(&self, node: usize) -> bool {
        let gone = |node: usize| self.nodes[node].standing == Standing::Removed;
        gone(node) || self.nodes[node].inside.is_some_and(gone)
    }

    /// A policy of the run's own that nobody holds stands for itself.
    fn place_policies(&mut self) {
        for (account, name) in std::mem::take(&mut self.policies) {
            let is_it = |node: &Node| {
                node.kind == Kind::Policy
                    && node.account == account
                    && node.name == name
                    && node.inside.is_some()
            };
            if !self.nodes.iter().any(is_it) {
                let policy = self.node(&account, Kind::Policy, &name);
                self.mark(policy, Standing::Made);
            }
        }
    }

    /// People know clusters and instances by their names; the id stands below.
    fn entitle(&mut self) {
        for node in &mut self.nodes {
            match node.kind {
                Kind::Cluster | Kind::Instance => {
                    if let Some(title) = self.titles.get(&node.name) {
                        node.about = Some(std::mem::replace(&mut node.name, title.clone()));
                    }
                }
                Kind::Arms => "ARMS".clone_into(&mut node.name),
                Kind::Account => "the whole account".clone_into(&mut node.name),
                _ => {}
            }
        }
    }
}

fn relate(relation: Relation, pairs: &BTreeSet<(usize, usize)>) -> impl Iterator<Item = Edge> {
    pairs.iter().map(move |(from, to)| Edge { from: *from, to: *to, relation })
}

/// What was only looked at, and has to do with nothing, is left out.
fn prune(nodes: &[Node], edges: &BTreeSet<Edge>) -> (Vec<Node>, Vec<Edge>) {
    let mut kept: BTreeSet<usize> = edges.iter().flat_map(|edge| [edge.from, edge.to]).collect();
    for (index, node) in nodes.iter().enumerate() {
        if node.standing != Standing::Found || node.inside.is_some() {
            kept.insert(index);
            kept.extend(node.inside);
        }
    }
    // An edge may begin at something inside: what it is inside of stays as well.
    let holders: Vec<usize> = kept.iter().filter_map(|index| nodes[*index].inside).collect();
    kept.extend(holders);
    let places: BTreeMap<usize, usize> =
        kept.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    let moved = |old: usize| places.get(&old).copied().unwrap_or_default();
    let nodes = kept.iter().map(|old| {
        let node = &nodes[*old];
        Node { inside: node.inside.map(moved), ..node.clone() }
    });
    let edges =
        edges.iter().map(|edge| Edge { from: moved(edge.from), to: moved(edge.to), ..*edge });
    (nodes.collect(), edges.collect())
}

/// Accounts from which more goes out stand further left.
fn lanes(accounts: &[(String, Vec<String>)], nodes: &[Node], edges: &[Edge]) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = accounts
        .iter()
        .map(|(account, names)| Lane {
            account: account.clone(),
            names: names.clone(),
            cards: Vec::new(),
        })
        .collect();
    for (index, node) in nodes.iter().enumerate().filter(|(_, node)| node.inside.is_none()) {
        let lane = lanes.iter().position(|lane| lane.account == node.account);
        let lane = lane.unwrap_or_else(|| {
            let account = node.account.clone();
            lanes.push(Lane { account, names: Vec::new(), cards: Vec::new() });
            lanes.len() - 1
        });
        lanes[lane].cards.push(index);
    }
    let flow = |lane: &Lane| -> i64 {
        let here = |index: usize| nodes[index].account == lane.account;
        let counted = edges.iter().filter(|edge| edge.relation != Relation::Trusts);
        counted.map(|edge| i64::from(here(edge.to)) - i64::from(here(edge.from))).sum()
    };
    lanes.sort_by_key(flow);
    for lane in &mut lanes {
        lane.cards.sort_by(|a, b| {
            let key = |index: usize| (nodes[index].kind, &nodes[index].name);
            key(*a).cmp(&key(*b))
        });
    }
    lanes
}
