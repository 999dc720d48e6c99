//! Resource Management: resource groups, and policies inside one of them.

use crate::bindings::aliyun::resourcemanager::changes;
use crate::plain::plain;

pub use crate::bindings::aliyun::resourcemanager::queries::{
    GetResourceGroupOptions, ListPolicyAttachmentsOptions, ListResourceGroupsOptions,
    get_resource_group, list_policy_attachments, list_resource_groups,
};
pub use crate::bindings::aliyun::resourcemanager::types::{Attachment, ResourceGroup};

plain! {
    changes::attach_policy => attach_policy(
        policy_name: &str, policy_type: &str,
        principal_name: &str, principal_type: &str,
        resource_group_id: &str
    ) -> (): "Gives a user, group or role a policy in one resource group, or in the whole account.";
    changes::detach_policy => detach_policy(
        policy_name: &str, policy_type: &str,
        principal_name: &str, principal_type: &str,
        resource_group_id: &str
    ) -> (): "Takes a policy away in one resource group, or in the whole account.";
}
