//! The accounts of a run as lanes, with what was made or found and used in each, who trusts whom, who signs
//! with what, and who reports to whom.
//!
//! ```text
//! Past ─▶ Scene (call after call) ─▶ Graph ─┬─▶ layout ─▶ SVG
//!                                           └─▶ Mermaid
//! ```
//!
//! Only what the cloud confirmed is drawn: a call that failed, or of which nobody knows, draws nothing.

mod addon;
mod finish;
mod identity;
mod key;
mod layout;
mod machine;
mod mermaid;
mod reply;
mod scene;
mod svg;
mod text;

use crate::Past;

/// A picture of a run, before it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    /// What it shows.
    pub title: String,
    /// Workflow, time and verdict.
    pub subtitle: String,
    /// One for each account, in the direction in which data flow.
    pub lanes: Vec<Lane>,
    /// All nodes.
    pub nodes: Vec<Node>,
    /// All edges but those that [`Node::inside`] says.
    pub edges: Vec<Edge>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Its id.
    pub account: String,
    /// What the manifest calls it.
    pub names: Vec<String>,
    /// Nodes that stand for themselves, in order.
    pub cards: Vec<usize>,
}

/// Something in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The account's id.
    pub account: String,
    /// What it is.
    pub kind: Kind,
    /// Its name, as the cloud has it: nobody's words are trusted here.
    pub name: String,
    /// What distinguishes it: an id, a version, a state.
    pub about: Option<String>,
    /// What the run did to it.
    pub standing: Standing,
    /// The node that it belongs to, such as the user of a key.
    pub inside: Option<usize>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The account as a whole, as a trust policy names it.
    Account,
    /// A RAM user.
    User,
    /// A RAM role.
    Role,
    /// A container cluster.
    Cluster,
    /// An instance.
    Instance,
    /// A policy.
    Policy,
    /// ARMS of the account.
    Arms,
    /// An AccessKey of a user.
    AccessKey,
    /// That a user may sign in to the console.
    Login,
    /// An add-on of a cluster.
    Addon,
    /// A script that ran on an instance.
    Script,
    /// An application that ARMS lists since.
    Application,
    /// Somebody outside of RAM whom a role trusts.
    Principal,
}

impl Kind {
    /// The word that a picture has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::User => "user",
            Self::Role => "role",
            Self::Cluster => "cluster",
            Self::Instance => "instance",
            Self::Policy => "policy",
            Self::Arms => "monitoring",
            Self::AccessKey => "AccessKey",
            Self::Login => "console",
            Self::Addon => "add-on",
            Self::Script => "script",
            Self::Application => "application",
            Self::Principal => "trusts",
        }
    }

    /// How it belongs to the node that it is inside of.
    pub const fn belongs(self) -> &'static str {
        match self {
            Self::Policy => "attached to",
            Self::AccessKey | Self::Login => "signs with",
            Self::Script => "ran",
            Self::Application => "lists",
            Self::Principal => "trusts",
            _ => "has",
        }
    }
}

/// What the run did to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It was there, and was used.
    Found,
    /// It was there, and was changed.
    Changed,
    /// The run made it.
    Made,
    /// The run removed it.
    Removed,
}

impl Standing {
    /// The word that a picture has for it, of a node of that kind. `inside`: whether it belongs to another.
    pub const fn word(self, kind: Kind, inside: bool) -> &'static str {
        match (self, kind) {
            (Self::Made, Kind::Policy) if inside => "attached",
            (Self::Removed, Kind::Policy) if inside => "detached",
            (Self::Made, Kind::Addon) => "installed",
            (Self::Made, Kind::Application) => "appeared",
            (Self::Changed, Kind::Script) => "ran",
            (Self::Found, _) => "found",
            (Self::Changed, _) => "changed",
            (Self::Made, _) => "made",
            (Self::Removed, _) => "removed",
        }
    }
}

/// What two nodes have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// Who does it.
    pub from: usize,
    /// What it is done to.
    pub to: usize,
    /// What.
    pub relation: Relation,
}

/// What a node does to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// A role lets it assume the role.
    Trusts,
    /// It did assume the role.
    Assumes,
    /// It signs with the AccessKey.
    SignsWith,
    /// It sends data there.
    ReportsTo,
    /// It read data there.
    Reads,
}

impl Relation {
    /// All, in the order of a legend.
    pub(crate) const ALL: [Self; 5] =
        [Self::Trusts, Self::Assumes, Self::SignsWith, Self::ReportsTo, Self::Reads];

    /// The words of a picture.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trusts => "trusts",
            Self::Assumes => "can assume",
            Self::SignsWith => "signs with",
            Self::ReportsTo => "reports to",
            Self::Reads => "reads",
        }
    }
}

impl Graph {
    /// The picture of a run.
    pub fn new(past: &Past) -> Self {
        let mut scene = scene::Scene::new(past);
        past.calls().for_each(|(_, call)| scene.take(call));
        scene.finish(past)
    }

    /// As a file of its own: no script, no reference to anything outside.
    pub fn to_svg(&self) -> String {
        svg::draw(self)
    }

    /// As text for Mermaid.
    pub fn to_mermaid(&self) -> String {
        mermaid::write(self)
    }
}
