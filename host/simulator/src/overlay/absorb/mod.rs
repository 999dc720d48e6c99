//! What a reply of the real cloud tells the state.
//!
//! The reverse of the reads in `state::transition`: what is absorbed is answered again. What a reply does
//! not show stays unknown.

mod cluster;
mod instance;
mod policy;
mod principal;
mod resource;
mod service;

use host_model::Timestamp;
use serde_json::Value as Json;

use crate::instant::{from_iso8601, from_iso8601_in_china};
use crate::state::{Account, Operation, State};

/// A body, or the code of a refusal.
pub(super) type Outcome<'a> = Result<&'a Json, &'a str>;

/// Learns from the outcome of a read.
pub(super) fn absorb(state: &mut State, read: &Operation<'_>, outcome: Outcome<'_>) {
    let Ok(account) = state.account_mut(&read.caller.account) else { return };
    let mut page = Page { account, read, outcome };
    match read.product.key.as_str() {
        "ram" | "ims" => page.principal() || page.policy(),
        "resourcemanager" => page.resource(),
        "arms" => page.service(),
        "cs" => page.cluster(),
        "ecs" => page.instance(),
        _ => false,
    };
}

/// One reply, and the account that it is about.
struct Page<'a> {
    account: &'a mut Account,
    read: &'a Operation<'a>,
    outcome: Outcome<'a>,
}

impl Page<'_> {
    fn text(&self, name: &str) -> &str {
        self.read.parameters.text(name).unwrap_or_default()
    }

    /// Whether the refusal says that it is not there.
    fn is_absent(&self) -> bool {
        self.outcome.is_err_and(|code| code.contains("NotExist") || code.contains("NotFound"))
    }

    /// The items of a list at `pointer`, and whether there are no others.
    fn items(&self, pointer: &str) -> (Vec<Json>, bool) {
        let Ok(body) = self.outcome else { return (Vec::new(), false) };
        let items = body.pointer(pointer).and_then(Json::as_array).cloned().unwrap_or_default();
        let more = ["Marker", "NextToken"].iter().any(|name| {
            self.read.parameters.has(name)
                || body.get(name).and_then(Json::as_str).is_some_and(|text| !text.is_empty())
        });
        let more = more || flag(body, "IsTruncated") == Some(true);
        let number = |name: &str| body.get(name).and_then(Json::as_u64);
        let counted = number("TotalCount")
            .or_else(|| body.pointer("/page_info/total_count").and_then(Json::as_u64));
        let short = counted.is_some_and(|total| total > items.len() as u64);
        (items, !more && !short)
    }
}

fn text(body: &Json, name: &str) -> Option<String> {
    body.get(name).and_then(Json::as_str).map(str::to_owned)
}

fn required(body: &Json, name: &str) -> String {
    text(body, name).unwrap_or_default()
}

fn flag(body: &Json, name: &str) -> Option<bool> {
    let value = body.get(name)?;
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
}

fn date(body: &Json, name: &str) -> Timestamp {
    let text = required(body, name);
    from_iso8601(&text).or_else(|| from_iso8601_in_china(&text)).unwrap_or_default()
}

fn tags(body: &Json) -> crate::state::Tags {
    let items = ["/Tags/Tag", "/tags"].iter().find_map(|at| body.pointer(at)?.as_array());
    let pair = |tag: &Json| {
        let part = |names: [&str; 3]| names.iter().find_map(|name| text(tag, name));
        Some((part(["TagKey", "Key", "key"])?, part(["TagValue", "Value", "value"])?))
    };
    items.into_iter().flatten().filter_map(pair).collect()
}
