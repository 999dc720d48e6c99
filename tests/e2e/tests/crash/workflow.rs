//! The runs that are killed.

/// One command line in one cloud.
#[derive(Debug)]
pub(crate) struct Workflow {
    /// The test's name.
    pub(crate) name: &'static str,
    /// The cloud.
    pub(crate) scenario: &'static str,
    /// `run`'s own words.
    pub(crate) words: &'static [&'static str],
    /// Whether the cloud is the offline one, in the same process.
    pub(crate) offline: bool,
    /// Whether it is taken back: what is killed then is the undo, and what goes on is another one.
    pub(crate) is_undone: bool,
    /// How many seeds.
    pub(crate) seeds: u64,
    /// Points whose names begin so are left out: another workflow has the same.
    pub(crate) skips: Option<&'static str>,
}

pub(crate) const DELEGATE: Workflow = Workflow {
    name: "delegate",
    scenario: include_str!("cloud.toml"),
    words: &host_e2e::DELEGATE,
    offline: false,
    is_undone: false,
    seeds: 30,
    skips: None,
};

pub(crate) const OFFLINE: Workflow =
    Workflow { name: "offline", offline: true, seeds: 0, skips: Some("client: "), ..DELEGATE };

pub(crate) const UNDO: Workflow = Workflow { name: "undo", is_undone: true, ..OFFLINE };

pub(crate) const ACK: Workflow = Workflow { name: "ack", words: &host_e2e::ACK, ..DELEGATE };

pub(crate) const ECS: Workflow = Workflow { name: "ecs", words: &host_e2e::ECS, ..DELEGATE };
