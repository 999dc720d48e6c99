//! Call after call: what is there, and what became of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, Node, Standing};
use crate::{Past, PastCall};

/// Where a node is found again: account, kind, and its name below the one that it belongs to.
type Place = (String, Kind, Option<usize>, String);

/// What is known after some calls.
#[derive(Debug, Default)]
pub(super) struct Scene {
    pub(super) nodes: Vec<Node>,
    places: BTreeMap<Place, usize>,
    /// Accounts, in the order in which the run was given them, with the manifest's names.
    pub(super) accounts: Vec<(String, Vec<String>)>,
    /// Whom each role trusts, as its last document says.
    pub(super) trust: BTreeMap<usize, Vec<String>>,
    /// Who assumed which role.
    pub(super) assumed: BTreeSet<(usize, usize)>,
    /// Which role read from which ARMS.
    pub(super) read: BTreeSet<(usize, usize)>,
    /// The key that each add-on has, by its id.
    pub(super) signs: BTreeMap<usize, String>,
    /// The account that a node reports to.
    pub(super) reports: BTreeMap<usize, String>,
    /// Sessions of roles: the identity's name, and the role.
    pub(super) sessions: BTreeMap<String, usize>,
    /// Names of clusters and instances by their ids.
    pub(super) titles: BTreeMap<String, String>,
    /// Scripts on their way: by the invocation, the nodes, and the account whose license key they carry.
    pub(super) running: BTreeMap<String, (Vec<usize>, Option<String>)>,
    /// Applications that each ARMS listed first.
    pub(super) baseline: BTreeMap<String, BTreeSet<String>>,
    /// Policies that the run made.
    pub(super) policies: BTreeSet<(String, String)>,
}

impl Scene {
    pub(super) fn new(past: &Past) -> Self {
        let mut scene = Self::default();
        for (name, party) in &past.begun.accounts {
            match scene.accounts.iter_mut().find(|(id, _)| *id == party.account) {
                Some((_, names)) => names.push(name.clone()),
                None => scene.accounts.push((party.account.clone(), vec![name.clone()])),
            }
        }
        scene
    }

    /// Takes in what a call shows. One that did not end well shows nothing.
    pub(super) fn take(&mut self, call: &PastCall) {
        if call.reply().is_none() {
            return;
        }
        match call.call.product.as_str() {
            "ram" | "ims" | "resourcemanager" => self.identity(call),
            "sts" => self.session(call),
            "cs" => self.cluster(call),
            "ecs" => self.machine(call),
            "arms" => self.monitoring(call),
            _ => {}
        }
    }

    /// The node of that kind and name, found if it is new.
    pub(super) fn node(&mut self, account: &str, kind: Kind, name: &str) -> usize {
        self.place(account, kind, None, name)
    }

    /// The node of that kind and name that belongs to another.
    pub(super) fn inside(&mut self, holder: usize, kind: Kind, name: &str) -> usize {
        let account = self.nodes[holder].account.clone();
        self.place(&account, kind, Some(holder), name)
    }

    fn place(&mut self, account: &str, kind: Kind, inside: Option<usize>, name: &str) -> usize {
        let place = (account.to_owned(), kind, inside, name.to_owned());
        if let Some(index) = self.places.get(&place) {
            return *index;
        }
        let index = self.nodes.len();
        self.nodes.push(Node {
            account: account.to_owned(),
            kind,
            name: name.to_owned(),
            about: None,
            standing: Standing::Found,
            inside,
        });
        self.places.insert(place, index);
        index
    }

    /// The run did this to it. What it made stays made when it is changed afterwards.
    pub(super) fn mark(&mut self, index: usize, standing: Standing) {
        let now = &mut self.nodes[index].standing;
        if !(standing == Standing::Changed && *now == Standing::Made) {
            *now = standing;
        }
    }

    pub(super) fn about(&mut self, index: usize, text: &str) {
        self.nodes[index].about = Some(text.to_owned());
    }
}
