//! Permanent keys of users.

use super::reply::{at, items, text};
use super::scene::Scene;
use super::{Kind, Standing};
use crate::PastCall;

impl Scene {
    pub(super) fn key(&mut self, call: &PastCall) {
        let Some(user) = self.user_of(call) else { return };
        let Some(reply) = call.reply() else { return };
        match call.call.action.as_str() {
            "CreateAccessKey" => {
                if let Some(id) = at(&reply.body, "/AccessKey/AccessKeyId") {
                    let key = self.inside(user, Kind::AccessKey, id);
                    self.mark(key, Standing::Made);
                }
            }
            "ListAccessKeys" => {
                for item in items(&reply.body, "/AccessKeys/AccessKey") {
                    if let Some(id) = at(item, "/AccessKeyId") {
                        let key = self.inside(user, Kind::AccessKey, id);
                        if at(item, "/Status").is_some_and(|status| status == "Inactive") {
                            self.about(key, "inactive");
                        }
                    }
                }
            }
            _ => {
                let Some(id) = text(&call.call, "UserAccessKeyId") else { return };
                let key = self.inside(user, Kind::AccessKey, id);
                if call.call.action == "DeleteAccessKey" {
                    self.mark(key, Standing::Removed);
                    self.nodes[key].about = None;
                    return;
                }
                self.mark(key, Standing::Changed);
                if let Some(status) = text(&call.call, "Status") {
                    self.about(key, &status.to_lowercase());
                }
            }
        }
    }

    /// The node of a key, by its id.
    pub(super) fn key_of(&self, id: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.kind == Kind::AccessKey && node.name == id)
    }

    /// Whose key it is.
    pub(super) fn holder_of(&self, id: &str) -> Option<usize> {
        self.key_of(id).and_then(|key| self.nodes[key].inside)
    }
}
