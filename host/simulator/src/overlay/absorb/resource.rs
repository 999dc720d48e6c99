//! Resource groups, and what counts in them.

use host_model::Timestamp;
use serde_json::Value as Json;

use super::principal::{role_stub, user_stub};
use super::{Page, date, required, tags, text};
use crate::state::{Account, Attachment, PolicyType, ResourceGroup};

impl Page<'_> {
    /// Whether the reply was about resource groups.
    pub(super) fn resource(&mut self) -> bool {
        match self.read.action.name.as_str() {
            "ListResourceGroups" => self.groups(),
            "GetResourceGroup" => self.group(),
            "ListPolicyAttachments" => self.attachments(),
            _ => return false,
        }
        true
    }

    fn group(&mut self) {
        let id = self.text("ResourceGroupId").to_owned();
        match self.outcome {
            Ok(body) => {
                if let Some(body) = body.get("ResourceGroup") {
                    learn_group(self.account, body);
                }
            }
            Err(_) if self.is_absent() => {
                self.account.resource_groups.remove(&id);
            }
            Err(_) => {}
        }
    }

    fn groups(&mut self) {
        let (items, whole) = self.items("/ResourceGroups/ResourceGroup");
        for item in &items {
            learn_group(self.account, item);
        }
        let filters =
            ["Name", "DisplayName", "ResourceGroupId", "Status", "ResourceGroupIds", "Tag"];
        let filtered = filters.iter().any(|name| self.read.parameters.has(name));
        if whole && !filtered && self.outcome.is_ok() {
            self.account.resource_groups.complete();
        }
    }

    fn attachments(&mut self) {
        let (items, _) = self.items("/PolicyAttachments/PolicyAttachment");
        for item in &items {
            let principal = required(item, "PrincipalName");
            let Some((name, _)) = principal.split_once('@') else { continue };
            let policies = match text(item, "PrincipalType").as_deref() {
                Some("IMSUser") => user_stub(self.account, name).map(|it| &mut it.policies),
                Some("ServiceRole") => role_stub(self.account, name).map(|it| &mut it.policies),
                _ => None,
            };
            let Some(policies) = policies else { continue };
            let group = text(item, "ResourceGroupId");
            let own = self.read.caller.account.as_str();
            let attachment = Attachment {
                policy_type: PolicyType::named(&required(item, "PolicyType")),
                policy_name: required(item, "PolicyName"),
                scope: group.filter(|group| group != own),
                attached: date(item, "AttachDate"),
                effective_from: Timestamp::default(),
            };
            policies.attach(attachment);
        }
    }
}

fn learn_group(account: &mut Account, body: &Json) {
    let Some(id) = text(body, "Id") else { return };
    let group = ResourceGroup {
        id: id.clone(),
        name: required(body, "Name"),
        display_name: required(body, "DisplayName"),
        status: required(body, "Status"),
        created: date(body, "CreateDate"),
        tags: tags(body),
    };
    account.resource_groups.insert(&id, group);
}
