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
    /// How many seeds.
    pub(crate) seeds: u64,
    /// Points whose names begin so are left out: another workflow has the same.
    pub(crate) skips: Option<&'static str>,
}

const USERS: &str = r#"users=[{"name":"alice","display-name":"Alice","sign-in":"access-key"},{"name":"bob","sign-in":"console"}]"#;

pub(crate) const DELEGATE: Workflow = Workflow {
    name: "delegate",
    scenario: include_str!("cloud.toml"),
    words: &[
        "workflows/delegate.wasm",
        "-p",
        "region=cn-hangzhou",
        "-p",
        "role-name=arms-admin",
        "-p",
        "access=read-only",
        "-p",
        USERS,
        "-p",
        "untrusted-user=outsider",
        "--allow",
        "access-key",
        "--allow",
        "console-login",
    ],
    offline: false,
    seeds: 30,
    skips: None,
};

pub(crate) const OFFLINE: Workflow =
    Workflow { name: "offline", offline: true, seeds: 0, skips: Some("client: "), ..DELEGATE };

pub(crate) const ACK: Workflow = Workflow {
    name: "ack",
    words: &[
        "workflows/ack.wasm",
        "-p",
        "region=cn-hangzhou",
        "-p",
        r#"clusters=["c0fakeshop00000000000000000000001","c0fakepay000000000000000000000002"]"#,
        "-p",
        "reporting-user=ack-reporter",
        "-p",
        "allow-upgrade=true",
        "--allow",
        "access-key",
    ],
    ..DELEGATE
};

pub(crate) const ECS: Workflow = Workflow {
    name: "ecs",
    words: &[
        "workflows/ecs.wasm",
        "-p",
        r#"regions=["cn-hangzhou"]"#,
        "-p",
        r#"instances=["i-fakebilling0000000001"]"#,
        "--allow",
        "command",
    ],
    ..DELEGATE
};
