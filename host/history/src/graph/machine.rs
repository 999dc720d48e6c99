//! Instances, and the scripts that ran on them.

use host_model::{Call, SecretKind};

use super::reply::{at, items, text, texts};
use super::scene::Scene;
use super::{Kind, Standing};
use crate::PastCall;

impl Scene {
    pub(super) fn machine(&mut self, call: &PastCall) {
        let Some(reply) = call.reply() else { return };
        match call.call.action.as_str() {
            "DescribeInstances" => {
                for item in items(&reply.body, "/Instances/Instance") {
                    if let (Some(id), Some(name)) =
                        (at(item, "/InstanceId"), at(item, "/InstanceName"))
                    {
                        self.titles.insert(id.to_owned(), name.to_owned());
                    }
                }
            }
            "RunCommand" | "InvokeCommand" => self.script(call),
            "DescribeInvocationResults" => {
                let results = "/Invocation/InvocationResults/InvocationResult";
                for item in items(&reply.body, results) {
                    let (Some(invocation), Some(machine), Some(status)) = (
                        at(item, "/InvokeId"),
                        at(item, "/InstanceId"),
                        at(item, "/InvocationStatus"),
                    ) else {
                        continue;
                    };
                    self.script_ended(&call.account, invocation, machine, status);
                }
            }
            _ => {}
        }
    }

    fn script(&mut self, call: &PastCall) {
        let asked = &call.call;
        let name = text(asked, "Name").or_else(|| text(asked, "CommandId")).unwrap_or("script");
        let mut scripts = Vec::new();
        for id in texts(asked, "InstanceId") {
            let machine = self.node(&call.account, Kind::Instance, id);
            let script = self.inside(machine, Kind::Script, name);
            self.mark(script, Standing::Changed);
            self.about(script, "no result");
            scripts.push(script);
        }
        let invocation = call.reply().and_then(|reply| at(&reply.body, "/InvokeId"));
        if let Some(invocation) = invocation {
            self.running.insert(invocation.to_owned(), (scripts, reported_to(asked)));
        }
    }

    fn script_ended(&mut self, account: &str, invocation: &str, machine: &str, status: &str) {
        let Some((scripts, reports_to)) = self.running.get(invocation).cloned() else { return };
        let machine = self.node(account, Kind::Instance, machine);
        let mine = scripts.into_iter().find(|script| self.nodes[*script].inside == Some(machine));
        let Some(script) = mine else { return };
        self.about(script, &status.to_lowercase());
        if let (Some(account), "Success") = (reports_to, status) {
            self.reports.insert(script, account);
        }
    }
}

/// The account whose license key a script is given.
fn reported_to(call: &Call) -> Option<String> {
    let license = call.secrets().find(|secret| secret.kind == SecretKind::LicenseKey)?;
    Some(license.account.to_string())
}
