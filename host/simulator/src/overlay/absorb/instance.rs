//! Instances and whether they take commands. What is on them nobody knows before a script has looked.

use serde_json::Value as Json;

use super::{Page, date, required, tags, text};
use crate::state::{Account, Assistant, Facet, Instance, InstanceManner, Machine};

impl Page<'_> {
    /// Whether the reply was about instances.
    pub(super) fn instance(&mut self) -> bool {
        match self.read.action.name.as_str() {
            "DescribeInstances" => self.instances(),
            "DescribeCloudAssistantStatus" => self.assistants(),
            _ => return false,
        }
        true
    }

    fn instances(&mut self) {
        let (items, _) = self.items("/Instances/Instance");
        for item in &items {
            learn_instance(self.account, item);
        }
    }

    fn assistants(&mut self) {
        let at = "/InstanceCloudAssistantStatusSet/InstanceCloudAssistantStatus";
        let (items, _) = self.items(at);
        for item in &items {
            let id = required(item, "InstanceId");
            if let Facet::Known(instance) = self.account.instances.get_mut(&id) {
                let online = required(item, "CloudAssistantStatus") == "true";
                let heard = item.get("LastHeartbeatTime").is_some();
                instance.assistant = match (online, heard) {
                    (true, _) => Assistant::Online,
                    (false, true) => Assistant::Offline,
                    (false, false) => Assistant::Absent,
                };
            }
        }
    }
}

fn learn_instance(account: &mut Account, body: &Json) {
    let Some(id) = text(body, "InstanceId") else { return };
    let (assistant, machine) = match account.instances.get(&id) {
        Facet::Known(known) => (known.assistant, known.machine.clone()),
        Facet::Absent | Facet::Unknown => (Assistant::Online, Machine::unseen()),
    };
    let address = body.pointer("/VpcAttributes/PrivateIpAddress/IpAddress/0");
    let vpc = body.pointer("/VpcAttributes/VpcId").and_then(Json::as_str).unwrap_or_default();
    let instance = Instance {
        id: id.clone(),
        name: required(body, "InstanceName"),
        region: required(body, "RegionId"),
        zone: required(body, "ZoneId"),
        status: required(body, "Status"),
        os_type: required(body, "OSType"),
        os_name: required(body, "OSName"),
        instance_type: required(body, "InstanceType"),
        vpc: vpc.to_owned(),
        address: address.and_then(Json::as_str).unwrap_or_default().to_owned(),
        resource_group: required(body, "ResourceGroupId"),
        tags: tags(body),
        created: date(body, "CreationTime"),
        assistant,
        machine,
        manner: InstanceManner { command_seconds: 0, ..InstanceManner::default() },
        commands: 0,
    };
    account.instances.insert(&id, instance);
}
