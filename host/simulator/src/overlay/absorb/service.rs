//! Whether ARMS is activated.

use serde_json::Value as Json;

use super::{Page, flag};

impl Page<'_> {
    /// Whether the reply was about the service.
    pub(super) fn service(&mut self) -> bool {
        let said = self.outcome.ok().and_then(|body| match self.read.action.name.as_str() {
            "CheckServiceStatus" | "CheckCommercialStatus" => flag(body, "Data"),
            "GetCommercialStatus" => {
                body.pointer("/UserAndCommodityStatus/Enable").and_then(Json::as_bool)
            }
            _ => None,
        });
        if let Some(open) = said {
            self.account.arms_open = open;
        }
        said.is_some()
    }
}
