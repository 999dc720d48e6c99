//! Replies and refusals as HTTP.

use host_catalog::Style;
use host_model::{HttpReply, Timestamp};
use serde_json::{Map, Value as Json, json};

use crate::instant::rfc1123;
use crate::state::CloudError;

/// What every reply of one request has in common.
pub(crate) struct Envelope<'a> {
    pub(crate) request_id: String,
    pub(crate) authority: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) style: Style,
}

const JSON: &str = "application/json;charset=utf-8";

impl Envelope<'_> {
    /// The reply to a request that was carried out, or refused.
    pub(crate) fn reply(&self, outcome: Result<Json, CloudError>) -> HttpReply {
        match (outcome, self.style) {
            (Ok(body), Style::Rpc) => self.json(200, body),
            (Err(error), Style::Rpc) => self.json(error.status.max(400), self.error(error)),
            (Ok(body), Style::Roa) => self.resource(body),
            (Err(error), Style::Roa) => {
                let status = error.status.max(400);
                self.raw(status, JSON, self.resource_error(error).to_string().into_bytes())
            }
        }
    }

    fn json(&self, status: u16, body: Json) -> HttpReply {
        let mut members = Map::new();
        members.insert("RequestId".to_owned(), Json::from(self.request_id.as_str()));
        if let Json::Object(rest) = body {
            members.extend(rest);
        }
        let body = Json::Object(members).to_string().into_bytes();
        self.raw(status, JSON, body)
    }

    /// Resource replies come as they are; `null` is an empty body. Where the action's reply has the
    /// request's id in the body, its place holds `null` until here.
    fn resource(&self, mut body: Json) -> HttpReply {
        for name in ["request_id", "requestId"] {
            if let Some(place) = body.get_mut(name).filter(|place| place.is_null()) {
                *place = Json::from(self.request_id.as_str());
            }
        }
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.raw(200, JSON, bytes)
    }

    fn resource_error(&self, error: CloudError) -> Json {
        let mut body = json!({
            "code": error.code,
            "message": error.message,
            "requestId": self.request_id,
            "status": error.status,
        });
        if let Some(detail) = error.detail {
            body["accessDeniedDetail"] = *detail;
        }
        body
    }

    fn error(&self, error: CloudError) -> Json {
        let recommend = format!("https://api.aliyun.com/troubleshoot?q={}", error.code);
        let mut body = json!({
            "HostId": self.authority,
            "Code": error.code,
            "Message": error.message,
            "Recommend": recommend,
        });
        if let Some(detail) = error.detail {
            body["AccessDeniedDetail"] = *detail;
        }
        body
    }

    /// A page that no cloud made.
    pub(crate) fn page_of_a_proxy(&self) -> HttpReply {
        let body = "<html><head><title>502 Bad Gateway</title></head><body>proxy</body></html>";
        self.raw(502, "text/html", body.as_bytes().to_vec())
    }

    /// JSON of at least that many bytes.
    pub(crate) fn huge(&self, bytes: usize) -> HttpReply {
        let mut body = b"{\"Padding\":\"".to_vec();
        body.resize(body.len() + bytes, b'x');
        body.extend_from_slice(b"\"}");
        self.raw(200, JSON, body)
    }

    fn raw(&self, status: u16, content_type: &str, body: Vec<u8>) -> HttpReply {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![
            header("date", &rfc1123(self.now)),
            header("content-type", content_type),
            header("x-acs-request-id", &self.request_id),
        ];
        HttpReply { status, headers, body }
    }
}
