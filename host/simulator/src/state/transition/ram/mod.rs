//! RAM 2015-05-01.

mod account;
mod attachment;
mod diagnosis;
mod holder;
mod key;
mod login;
pub(super) mod policy;
mod role;
mod tag;
mod user;
mod version;

use super::Transition;

pub(super) use holder::{attach, detach, limit, scope_of};
pub(super) use key::create as create_key;
pub(super) use login::{check_password, profile};
pub(super) use user::{free_to_delete, new_user};

pub(super) fn transition(action: &str) -> Option<Transition> {
    Some(match action {
        "CreateRole" => role::create,
        "GetRole" => role::get,
        "UpdateRole" => role::update,
        "DeleteRole" => role::delete,
        "ListRoles" => role::list,
        "CreateUser" => user::create,
        "GetUser" => user::get,
        "UpdateUser" => user::update,
        "DeleteUser" => user::delete,
        "ListUsers" => user::list,
        "GetUserMFAInfo" => user::get_mfa,
        "UnbindMFADevice" => user::unbind_mfa,
        "CreateLoginProfile" => login::create,
        "GetLoginProfile" => login::get,
        "UpdateLoginProfile" => login::update,
        "DeleteLoginProfile" => login::delete,
        "CreateAccessKey" => key::create_for_user,
        "ListAccessKeys" => key::list,
        "UpdateAccessKey" => key::update,
        "DeleteAccessKey" => key::delete,
        "GetAccessKeyLastUsed" => key::last_used,
        "AttachPolicyToRole" => attachment::attach_to_role,
        "DetachPolicyFromRole" => attachment::detach_from_role,
        "ListPoliciesForRole" => attachment::list_for_role,
        "AttachPolicyToUser" => attachment::attach_to_user,
        "DetachPolicyFromUser" => attachment::detach_from_user,
        "ListPoliciesForUser" => attachment::list_for_user,
        "ListEntitiesForPolicy" => attachment::list_entities,
        "CreatePolicy" => policy::create,
        "GetPolicy" => policy::get,
        "DeletePolicy" => policy::delete,
        "ListPolicies" => policy::list,
        "CreatePolicyVersion" => version::create,
        "GetPolicyVersion" => version::get,
        "ListPolicyVersions" => version::list,
        "DeletePolicyVersion" => version::delete,
        "SetDefaultPolicyVersion" => version::set_default,
        "TagResources" => tag::tag,
        "UntagResources" => tag::untag,
        "ListTagResources" => tag::list,
        "GetAccountAlias" => account::get_alias,
        "SetAccountAlias" => account::set_alias,
        "GetPasswordPolicy" => account::get_password_policy,
        "GetSecurityPreference" => account::get_security_preference,
        "DecodeDiagnosticMessage" => diagnosis::decode,
        _ => return None,
    })
}
