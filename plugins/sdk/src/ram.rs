//! Resource Access Management: users, roles, policies and keys.

use crate::bindings::aliyun::ram::{changes, queries};
use crate::plain::plain;

pub use crate::bindings::aliyun::ram::changes::{
    AttachPolicyToRoleOptions, AttachPolicyToUserOptions, CreateAccessKeyOptions,
    CreateLoginProfileOptions, CreatePolicyOptions, CreatePolicyVersionOptions, CreateRoleOptions,
    CreateUserOptions, DeleteAccessKeyOptions, DeletePolicyOptions, DetachPolicyFromRoleOptions,
    DetachPolicyFromUserOptions, UntagResourcesOptions, UpdateAccessKeyOptions,
    UpdateLoginProfileOptions, UpdateRoleOptions, UpdateUserOptions, attach_policy_to_role,
    attach_policy_to_user, create_access_key, create_login_profile, create_policy,
    create_policy_version, create_role, create_user, delete_access_key, delete_policy,
    detach_policy_from_role, detach_policy_from_user, untag_resources, update_access_key,
    update_login_profile, update_role, update_user,
};
pub use crate::bindings::aliyun::ram::queries::{
    GetAccessKeyLastUsedOptions, ListAccessKeysOptions, ListPoliciesOptions, ListRolesOptions,
    ListTagResourcesOptions, get_access_key_last_used, list_access_keys, list_policies, list_roles,
    list_tag_resources,
};
pub use crate::bindings::aliyun::ram::types::{
    AccessKey, AttachedPolicy, LoginProfile, MfaDevice, NewAccessKey, PasswordPolicy, Policy,
    PolicyHolders, PolicyVersion, PolicyWithDocument, Role, RoleSummary, Tagged, User,
};

plain! {
    queries::decode_diagnostic_message =>
        decode_diagnostic_message(encoded_diagnostic_message: &str) -> String:
        "Explains a refusal, from its encoded message.";
    queries::get_account_alias => get_account_alias() -> String:
        "Reads the account alias, empty if there is none.";
    queries::get_login_profile => get_login_profile(user_name: &str) -> LoginProfile:
        "Reads whether and how a RAM user signs in to the console.";
    queries::get_password_policy => get_password_policy() -> PasswordPolicy:
        "Reads what a console password must look like.";
    queries::get_policy => get_policy(policy_name: &str, policy_type: &str) -> PolicyWithDocument:
        "Reads a policy with the document of its default version.";
    queries::get_policy_version =>
        get_policy_version(policy_name: &str, policy_type: &str, version_id: &str) -> PolicyVersion:
        "Reads one version of a policy.";
    queries::get_role => get_role(role_name: &str) -> Role:
        "Reads a role with its trust policy, which `list_roles` leaves out.";
    queries::get_security_preference => get_security_preference() -> String:
        "Reads what RAM users may do for themselves.";
    queries::get_user => get_user(user_name: &str) -> User:
        "Reads a RAM user.";
    queries::get_user_mfa_info => get_user_mfa_info(user_name: &str) -> MfaDevice:
        "Reads the MFA device of a RAM user.";
    queries::list_entities_for_policy =>
        list_entities_for_policy(policy_name: &str, policy_type: &str) -> PolicyHolders:
        "Lists the users, groups and roles that have a policy.";
    queries::list_policies_for_role =>
        list_policies_for_role(role_name: &str) -> Vec<AttachedPolicy>:
        "Lists the policies of a role.";
    queries::list_policies_for_user =>
        list_policies_for_user(user_name: &str) -> Vec<AttachedPolicy>:
        "Lists the policies of a RAM user.";
    queries::list_policy_versions =>
        list_policy_versions(policy_name: &str, policy_type: &str) -> Vec<PolicyVersion>:
        "Lists the versions of a policy.";
    queries::list_users => list_users() -> Vec<User>:
        "Lists all RAM users.";
    changes::delete_login_profile => delete_login_profile(user_name: &str) -> ():
        "Ends console sign-in of a RAM user.";
    changes::delete_policy_version =>
        delete_policy_version(policy_name: &str, version_id: &str) -> ():
        "Removes a version of a custom policy that is not the default.";
    changes::delete_role => delete_role(role_name: &str) -> ():
        "Removes a role that has no policy attached.";
    changes::delete_user => delete_user(user_name: &str) -> ():
        "Removes a RAM user that has no keys, policies, groups, login profile or MFA device.";
    changes::set_account_alias => set_account_alias(account_alias: &str) -> ():
        "Sets the account alias, which is part of every sign-in name.";
    changes::set_default_policy_version =>
        set_default_policy_version(policy_name: &str, version_id: &str) -> ():
        "Makes a version of a custom policy the one that counts.";
    changes::unbind_mfa_device => unbind_mfa_device(user_name: &str) -> MfaDevice:
        "Takes the MFA device away from a RAM user.";
}

/// Tags roles (`resource_type` is `role`) or policies (`policy`).
pub fn tag_resources(
    caller: &crate::Identity,
    resource_type: &str,
    resource_names: &[String],
    tags: &[crate::Tag],
) -> Result<(), crate::Error> {
    let options = changes::TagResourcesOptions::default();
    changes::tag_resources(caller, resource_names, resource_type, tags, &options)
}
