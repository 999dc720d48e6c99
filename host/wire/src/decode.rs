//! HTTP replies to bodies or rejections.

use std::fmt;

use host_catalog::{Action, Product, ReplyShape, Style, Success};
use host_model::HttpReply;
use serde_json::Value as Json;

use crate::Rejection;
use crate::rejection::request_id_of;

/// A reply that says yes, as it came: it may still hold secrets.
#[derive(Clone, PartialEq)]
pub struct Body {
    /// The whole body.
    pub json: Json,
    /// The cloud's id of the request.
    pub request_id: Option<String>,
}

// The body may hold a new secret.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("request_id", &self.request_id).finish_non_exhaustive()
    }
}

/// What the cloud said: yes, or no with its reason.
///
/// # Errors
///
/// The cloud refused, with its code; or the reply cannot be understood, with the code
/// [`crate::REPLY_UNREADABLE`]. Neither the one nor the other is proof that nothing happened
/// ([`Rejection::may_have_taken_effect`]).
pub fn decode(product: &Product, action: &Action, reply: &HttpReply) -> Result<Body, Rejection> {
    let json = match serde_json::from_slice::<Json>(&reply.body) {
        Ok(json) => json,
        Err(_) if may_be_empty(product, action, reply) => Json::Object(serde_json::Map::new()),
        Err(error) => return Err(Rejection::no_json(action, reply, &error)),
    };
    let is_success = (200..300).contains(&reply.status);
    if !is_success {
        return Err(Rejection::read(action, reply, &json));
    }
    // Only resource paths answer with bare lists.
    if product.style == Style::Rpc && !json.is_object() {
        return Err(Rejection::unreadable(reply, "the reply is no JSON object"));
    }
    if let Some(success) = &action.success {
        check(success, action, reply, &json)?;
    }
    let request_id = request_id_of(reply, Some(&json));
    Ok(Body { json, request_id })
}

/// ARMS can fail inside a success, so the catalog names the flag to read (fault row 31). Without
/// the flag the reply has a shape that nobody knows.
fn check(
    success: &Success,
    action: &Action,
    reply: &HttpReply,
    json: &Json,
) -> Result<(), Rejection> {
    match json.pointer(&success.at).and_then(Json::as_bool) {
        Some(flag) if flag == success.is => Ok(()),
        Some(_) => Err(Rejection::read(action, reply, json)),
        None => {
            let reason = format!("the flag `{}` is missing", success.at);
            Err(Rejection::unreadable(reply, &reason))
        }
    }
}

/// A resource path may answer a change without a body, where nothing in it is needed: some changes
/// name a task, and on older gateways do not. An RPC action never does.
fn may_be_empty(product: &Product, action: &Action, reply: &HttpReply) -> bool {
    let is_success = (200..300).contains(&reply.status);
    let needs_nothing = match &action.reply {
        ReplyShape::Nothing => true,
        ReplyShape::Record { record, at } if at.is_empty() && action.effect.is_write() => product
            .records
            .get(record)
            .is_some_and(|record| record.fields.iter().all(|field| field.maybe)),
        _ => false,
    };
    product.style == Style::Roa && is_success && needs_nothing && reply.body.is_empty()
}
