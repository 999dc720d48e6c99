//! What a read showed, as far as it says something of the cloud.

use host_model::{CallError, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};

/// Fields that change without anybody changing the object.
const RESTLESS: [&str; 11] = [
    "ActiveTaskCount",
    "AttachmentCount",
    "InvocationCount",
    "LastHeartbeatTime",
    "LastLoginDate",
    "LastUsedDate",
    "RequestId",
    "page_info",
    "requestId",
    "request_id",
    "updated",
];

/// Members that say who may do what: they are what the run wrote, and nothing in them is the cloud's to decide but
/// ids, which are known when they are compared.
const TELLING: [&str; 4] =
    ["AccessKeyId", "AssumeRolePolicyDocument", "PolicyDocument", "PolicyName"];

/// The longest answer that a plan keeps, in bytes of JSON.
const KEPT: usize = 32 * 1024;

/// How much of all answers a plan keeps, in bytes of JSON: its file has a limit.
const KEPT_OF_ALL: usize = 8 * 1024 * 1024;

/// What a read showed, without what changes by itself. Replies have no secrets in them; whoever knows of others
/// takes them out before it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// This.
    Body(Json),
    /// That there is nothing; the cloud's code.
    Absent(String),
    /// Nothing, for it was refused; the code.
    Refused(String),
}

impl Shown {
    /// What an answer shows.
    pub fn of(answer: &Result<Json, CallError>) -> Self {
        match answer {
            Ok(body) => Self::Body(still(body)),
            Err(error) if error.kind == ErrorKind::NotFound => Self::Absent(error.code.clone()),
            Err(error) => Self::Refused(error.code.clone()),
        }
    }

    /// As much of it as says who may do what: documents, policies and keys.
    #[must_use]
    pub fn telling(self) -> Self {
        match self {
            Self::Body(body) => Self::Body(telling(&body).unwrap_or(Json::Null)),
            other => other,
        }
    }

    /// Only what stands at these places of it, JSON Pointers.
    #[must_use]
    pub fn only(self, places: &[String]) -> Self {
        let Self::Body(body) = self else { return self };
        let mut kept = Json::Object(Map::new());
        for place in places {
            if let Some(part) = body.pointer(place) {
                put(&mut kept, place, part.clone());
            }
        }
        Self::Body(kept)
    }

    /// What two answers are compared by: SHA-256, in hex.
    pub fn digest(&self) -> String {
        let text = match self {
            Self::Body(body) => body.to_string(),
            Self::Absent(code) | Self::Refused(code) => format!("absent: {code}"),
        };
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }

    /// The same with its JSON text changed, to take out what nobody may see. What is no JSON after that is left
    /// out whole.
    #[must_use]
    pub fn redacted(self, redact: &dyn Fn(&str) -> String) -> Self {
        match self {
            Self::Body(body) => {
                let text = redact(&body.to_string());
                Self::Body(serde_json::from_str(&text).unwrap_or_default())
            }
            other => other,
        }
    }

    /// How long it is, in bytes of JSON.
    fn length(&self) -> usize {
        match self {
            Self::Body(body) => body.to_string().len(),
            Self::Absent(code) | Self::Refused(code) => code.len(),
        }
    }
}

/// How much of what was shown a plan has room for.
#[derive(Debug)]
pub(crate) struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(KEPT_OF_ALL)
    }
}

impl Room {
    /// What was shown, if there is room for it: the digest is enough to see that something changed.
    pub(crate) fn keep(&mut self, shown: Option<Shown>) -> Option<Shown> {
        let shown = shown?;
        let length = shown.length();
        self.0 = self.0.checked_sub(length).filter(|_| length <= KEPT)?;
        Some(shown)
    }
}

/// Puts something at a place, which has no `~` in it.
fn put(body: &mut Json, place: &str, part: Json) {
    let mut at = body;
    for name in place.split('/').skip(1) {
        if !at.is_object() {
            *at = Json::Object(Map::new());
        }
        at = &mut at[name];
    }
    *at = part;
}

fn telling(body: &Json) -> Option<Json> {
    match body {
        Json::Object(members) => {
            let keep = |(name, member): (&String, &Json)| {
                let is_telling = TELLING.contains(&name.as_str());
                let kept = if is_telling { Some(member.clone()) } else { telling(member) };
                Some((name.clone(), kept?))
            };
            let kept: Map<String, Json> = members.iter().filter_map(keep).collect();
            (!kept.is_empty()).then_some(Json::Object(kept))
        }
        // That a list is empty says something: what comes into it is new.
        Json::Array(items) => Some(items.iter().filter_map(telling).collect()),
        _ => None,
    }
}

fn still(body: &Json) -> Json {
    match body {
        Json::Object(members) => {
            let members = members.iter().filter(|(name, _)| !RESTLESS.contains(&name.as_str()));
            members.map(|(name, member)| (name.clone(), still(member))).collect()
        }
        Json::Array(items) => items.iter().map(still).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changes_by_itself_counts_nowhere() {
        let user = |at: &str| json!({ "RequestId": at, "User": { "UserName": "alice", "LastLoginDate": at } });
        let (one, other) = (Shown::of(&Ok(user("1"))), Shown::of(&Ok(user("2"))));
        assert_eq!(one, other);
        assert_eq!(one.digest(), other.digest());
        assert_eq!(one, Shown::Body(json!({ "User": { "UserName": "alice" } })));
        let missing = |kind| Shown::of(&Err(CallError::new(kind, "EntityNotExist.User", "")));
        assert_eq!(missing(ErrorKind::NotFound), Shown::Absent("EntityNotExist.User".to_owned()));
        assert_ne!(missing(ErrorKind::NotFound).digest(), one.digest());
        assert_ne!(missing(ErrorKind::NotFound), missing(ErrorKind::Forbidden));
    }

    #[test]
    fn a_part_is_what_stands_at_its_places() {
        let body =
            json!({ "Policy": { "Document": "{}" }, "Version": { "Id": "v1", "At": "now" } });
        let of = |places: &[&str]| {
            let places: Vec<String> = places.iter().map(|it| (*it).to_owned()).collect();
            Shown::Body(body.clone()).only(&places)
        };
        let both = json!({ "Policy": { "Document": "{}" }, "Version": { "Id": "v1" } });
        assert_eq!(of(&["/Policy", "/Version/Id"]), Shown::Body(both));
        assert_eq!(of(&["/Role"]), Shown::Body(json!({})));
        let absent = Shown::Absent("EntityNotExist.Role".to_owned());
        assert_eq!(absent.clone().only(&["/Role".to_owned()]), absent);
    }

    #[test]
    fn a_plan_keeps_what_it_has_room_for() {
        let of = |length: usize| Some(Shown::Body(Json::from("x".repeat(length))));
        let mut room = Room::default();
        assert_eq!(room.keep(None), None);
        assert_eq!(room.keep(of(KEPT)), None, "it is too long by itself");
        assert_eq!(room.keep(of(100)), of(100));
        let kept = (0..KEPT_OF_ALL / 1000).filter(|_| room.keep(of(10_000)).is_some()).count();
        assert!((800..=KEPT_OF_ALL / 10_000).contains(&kept), "{kept}");
    }

    #[test]
    fn what_may_not_be_seen_is_taken_out() {
        let shown = Shown::Body(json!({ "config": { "key": "hunter2" } }));
        let redacted = shown.clone().redacted(&|text| text.replace("hunter2", "[redacted]"));
        assert_eq!(redacted, Shown::Body(json!({ "config": { "key": "[redacted]" } })));
        assert_eq!(shown.redacted(&|_| "{".to_owned()), Shown::Body(Json::Null));
    }
}
