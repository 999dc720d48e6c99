//! Security Token Service.

use crate::bindings::aliyun::sts::{changes, queries};
use crate::plain::plain;
use crate::{Account, Error, Identity};

pub use crate::bindings::aliyun::sts::types::CallerIdentity;
pub use changes::AssumeRoleOptions;

plain! {
    queries::get_caller_identity => get_caller_identity() -> CallerIdentity:
        "Says who the caller is.";
}

/// Turns a role into a temporary session; its keys stay in the host, which also names the session.
pub fn assume_role(
    caller: &Identity,
    role_arn: &str,
    options: &AssumeRoleOptions,
) -> Result<Account, Error> {
    Ok(Account::from(changes::assume_role(caller, role_arn, options)?))
}
