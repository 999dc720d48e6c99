//! How many, and how late.

use serde::{Deserialize, Serialize};

/// Quotas (`facts.md`, names, limits, quotas).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quotas {
    /// Users in an account.
    pub users: usize,
    /// Roles in an account.
    pub roles: usize,
    /// Custom policies in an account.
    pub policies: usize,
    /// Versions of a policy.
    pub versions: usize,
    /// Permanent keys of a user.
    pub keys: usize,
    /// System policies of a user, group or role.
    pub system_policies: usize,
    /// Custom policies of a user.
    pub user_policies: usize,
    /// Custom policies of a role.
    pub role_policies: usize,
    /// Tags of an object.
    pub tags: usize,
    /// Commands of Cloud Assistant that an account may send.
    pub commands: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            users: 1000,
            roles: 1000,
            policies: 1500,
            versions: 5,
            keys: 2,
            system_policies: 20,
            user_policies: 10,
            role_policies: 5,
            tags: 20,
            commands: 10_000,
        }
    }
}

/// How many seconds news takes to reach everybody. No official number is known (fault row 27).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Consistency {
    /// Until STS sees a new role.
    pub role: u32,
    /// Until an attached policy counts.
    pub attachment: u32,
    /// Until a new AccessKey is accepted.
    pub key: u32,
    /// Until a detached policy counts no more and is no longer in the way of a deletion.
    pub detach: u32,
    /// Until RAM, IMS and Resource Management answer reads with what was written.
    pub read: u32,
    /// Until an application that reports is listed.
    pub app: u32,
}
