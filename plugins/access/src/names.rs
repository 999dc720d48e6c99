//! Names that follow from other names.

/// Gives full access to every part of ARMS.
pub(crate) const FULL_ACCESS: &str = "AliyunARMSFullAccess";
/// Gives read access to every part of ARMS.
pub(crate) const READ_ONLY_ACCESS: &str = "AliyunARMSReadOnlyAccess";
/// Lets its holder assume every role that trusts it.
pub(crate) const ASSUME_ANY_ROLE: &str = "AliyunSTSAssumeRoleAccess";

/// A policy of the cloud.
pub(crate) const SYSTEM: &str = "System";
/// A policy of the account.
pub(crate) const CUSTOM: &str = "Custom";

/// The ARN of a RAM user.
pub(crate) fn user_arn(account: &str, user: &str) -> String {
    format!("acs:ram::{account}:user/{user}")
}

/// The ARN of a RAM role.
pub(crate) fn role_arn(account: &str, role: &str) -> String {
    format!("acs:ram::{account}:role/{role}")
}

/// The sign-in name of a user; without a known domain, under the one that every account has.
pub(crate) fn user_principal(user: &str, domain: Option<&str>, account: &str) -> String {
    match domain {
        Some(domain) => format!("{user}@{domain}"),
        None => format!("{user}@{account}.onaliyun.com"),
    }
}

/// How Resource Management calls a role whose own reply does not say.
pub(crate) fn role_principal(role: &str, account: &str) -> String {
    format!("{role}@role.{account}.onaliyunservice.com")
}

/// How the names of policies begin that let their holder assume one role.
const ASSUME: &str = "host-assume-";
/// How the names of policies begin that let their holder list applications.
const READ_TRACE: &str = "host-read-trace-";

/// The policy that lets a user assume exactly this role.
pub(crate) fn assume_policy(role: &str) -> String {
    format!("{ASSUME}{}", policy_part(role))
}

/// The policy without which ARMS shows no applications of a resource group.
pub(crate) fn read_trace_policy(role: &str) -> String {
    format!("{READ_TRACE}{}", policy_part(role))
}

/// Whether the policy was made for one role, and is no access that an operator wrote.
pub(crate) fn is_for_a_role(policy: &str) -> bool {
    let policy = policy.to_ascii_lowercase();
    policy.starts_with(ASSUME) || policy.starts_with(READ_TRACE)
}

/// A name as part of a policy name, where nothing but letters, digits and hyphens may stand. Two
/// names never give the same part, so that two delegations do not share a policy.
fn policy_part(name: &str) -> String {
    let fits = |character: char| character.is_ascii_alphanumeric() || character == '-';
    if name.chars().all(fits) {
        return name.to_owned();
    }
    let part: String = name.chars().map(|it| if fits(it) { it } else { '-' }).collect();
    format!("{part}-{:08x}", fnv(name))
}

/// FNV-1a, 32 bits: tells names apart, protects nothing.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_of_different_roles_have_different_names() {
        let names: Vec<String> = ["a.b", "a-b", "a..b", "ab"].map(assume_policy).into();
        for (index, name) in names.iter().enumerate() {
            assert!(!names[..index].contains(name), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{name}");
        }
        assert_eq!(names[1], "host-assume-a-b");
        assert!(read_trace_policy(&"a.".repeat(32)).len() <= 128);
    }

    #[test]
    fn sign_in_names_use_the_default_domain() {
        assert_eq!(user_principal("al", Some("b.onaliyun.com"), "22"), "al@b.onaliyun.com");
        assert_eq!(user_principal("al", None, "22"), "al@22.onaliyun.com");
    }
}
