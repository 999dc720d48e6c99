//! What is typed after `host run`, so that a workflow does all its work unattended.

/// Both accounts by the profiles that `host simulate` writes, pinned.
pub const ACCOUNTS: [&str; 4] = [
    "--account",
    "monitoring=monitoring@1234567890123456",
    "--account",
    "source=source@6543210987654321",
];

/// `delegate`, for a user with a key and one with a password.
pub const DELEGATE: [&str; 15] = [
    "workflows/delegate.wasm",
    "-p",
    "region=cn-hangzhou",
    "-p",
    "role-name=arms-admin",
    "-p",
    "access=read-only",
    "-p",
    r#"users=[{"name":"alice","display-name":"Alice","sign-in":"access-key"},{"name":"bob","sign-in":"console"}]"#,
    "-p",
    "untrusted-user=outsider",
    "--allow",
    "access-key",
    "--allow",
    "console-login",
];

/// `ack`, with two clusters.
pub const ACK: [&str; 11] = [
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
];

/// `ecs`, with one instance.
pub const ECS: [&str; 7] = [
    "workflows/ecs.wasm",
    "-p",
    r#"regions=["cn-hangzhou"]"#,
    "-p",
    r#"instances=["i-fakebilling0000000001"]"#,
    "--allow",
    "command",
];
