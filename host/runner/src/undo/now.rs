//! What is there now: whether a step still has something to take back, and only that.

use host_catalog::pick;
use host_model::{Call, CallError, ErrorKind, Value};
use host_ram::Document;
use serde_json::Value as Json;

use super::content::{self, Contents};
use super::desk::{Desk, Halt, Seen, resolve};
use super::object::texts;
use super::settings::{document, is_masked};
use super::step::{Put, Step};
use crate::Mark;

/// What a look at a step's thing comes to.
#[derive(Debug)]
pub(crate) enum Standing {
    /// It is as the run left it: this is to be called.
    There(Box<Call>, Seen),
    /// There is nothing left to take back.
    Gone(String),
    /// It stays.
    Stays(String),
}

/// What looks need to know besides their step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'a> {
    /// The mark of the run.
    pub(crate) mark: &'a Mark,
    /// All steps of the undo: what one of them removes is not in the way of another.
    pub(crate) steps: &'a [Step],
}

type Looked = Result<Result<Standing, CallError>, Halt>;

/// `Ok(Ok(_))` of a look, or the end.
macro_rules! seen {
    ($look:expr) => {
        match $look {
            Ok(body) => body,
            Err(error) => return Ok(Err(error)),
        }
    };
}
pub(crate) use seen;

impl Desk {
    /// Looks at what a step is about.
    pub(crate) async fn standing(&mut self, step: &Step, around: Around<'_>) -> Looked {
        match step.call.action.as_str() {
            "DeleteUser" | "DeleteRole" | "DeletePolicy" => self.container(step, around).await,
            "DetachPolicyFromUser" | "DetachPolicyFromRole" | "DetachPolicy" => {
                self.attachment(step).await
            }
            "DeleteAccessKey" => self.key(step, None).await,
            "UpdateAccessKey" if step.puts.is_empty() => self.key(step, Some("Inactive")).await,
            "SetDefaultPolicyVersion" if step.puts.is_empty() => self.default_version(step).await,
            "DeletePolicyVersion" => self.version(step, around).await,
            "UntagResources" => self.tags(step).await,
            "ModifyClusterAddon" => self.settings_of(step).await,
            "UnInstallClusterAddons" => self.addon(step).await,
            // Scripts find out for themselves.
            "RunCommand" => Ok(Ok(there(step, Json::Null))),
            _ if step.puts.is_empty() && step.trust.is_none() => self.plain(step).await,
            _ => self.changed(step).await,
        }
    }

    /// The first look of the catalog at a step's thing; `None` if it is not there.
    async fn first(&mut self, step: &Step) -> Result<Result<Option<Json>, CallError>, Halt> {
        let (product, action) = seen!(resolve(&step.call));
        let read = action.observe.first().and_then(|name| product.actions.get(name));
        let Some(call) = read.and_then(|read| product.look(read, &step.call)) else {
            return Ok(Ok(Some(Json::Null)));
        };
        Ok(absent(self.read(call).await?))
    }

    async fn plain(&mut self, step: &Step) -> Looked {
        Ok(Ok(match seen!(self.first(step).await?) {
            Some(body) => there(step, body),
            None => gone(),
        }))
    }

    /// A user, role or policy that the run made: the same one, marked, with nothing of others on it.
    async fn container(&mut self, step: &Step, around: Around<'_>) -> Looked {
        let Some(body) = seen!(self.first(step).await?) else { return Ok(Ok(gone())) };
        if let Some(reason) = another(step, &body) {
            return Ok(Ok(Standing::Stays(reason)));
        }
        let is_marked = seen!(self.is_marked(step, &body, around.mark).await?);
        if !is_marked {
            let reason = format!("it does not carry the mark `{}`", around.mark.text());
            return Ok(Ok(Standing::Stays(reason)));
        }
        let contents = seen!(content::read(self, step).await?);
        let Contents(all) = contents.without(around.steps);
        Ok(Ok(match all.as_slice() {
            [] => there(step, body),
            others => {
                Standing::Stays(format!("others made use of it since: {}", others.join(", ")))
            }
        }))
    }

    async fn is_marked(
        &mut self,
        step: &Step,
        body: &Json,
        mark: &Mark,
    ) -> Result<Result<bool, CallError>, Halt> {
        let kind = match step.call.action.as_str() {
            "DeleteRole" => "role",
            "DeletePolicy" => "policy",
            _ => {
                let comments = body.pointer("/User/Comments").and_then(Json::as_str);
                return Ok(Ok(comments.is_some_and(|comments| mark.is_in(comments))));
            }
        };
        let name = step.call.text("RoleName").or_else(|| step.call.text("PolicyName"));
        let names = serde_json::json!([name.unwrap_or_default()]).to_string();
        let asked = [("ResourceType", kind), ("ResourceNames", names.as_str())];
        let caller = step.call.identity.clone();
        let tags = seen!(self.look(&caller, "ram", "ListTagResources", None, &asked).await?);
        let mut tags = list(&tags, "/TagResources");
        Ok(Ok(tags.any(|tag| {
            let text = |name: &str| tag.get(name).and_then(Json::as_str).unwrap_or_default();
            format!("{}={}", text("TagKey"), text("TagValue")) == mark.text()
        })))
    }

    async fn attachment(&mut self, step: &Step) -> Looked {
        let Some(body) = seen!(self.first(step).await?) else { return Ok(Ok(gone())) };
        let wanted = |name: &str| step.call.text(name).unwrap_or_default();
        let is_same = |item: &Json| {
            ["PolicyName", "PolicyType", "ResourceGroupId", "PrincipalName"].iter().all(|name| {
                let own = item.get(*name).and_then(Json::as_str);
                let asked = step.call.text(name);
                own.zip(asked).is_none_or(|(own, asked)| own.eq_ignore_ascii_case(asked))
            })
        };
        let lists = ["/Policies/Policy", "/PolicyAttachments/PolicyAttachment"];
        let found = lists.iter().any(|at| list(&body, at).any(is_same));
        Ok(Ok(if found {
            there(step, body)
        } else {
            Standing::Gone(format!("policy `{}` is not attached any more", wanted("PolicyName")))
        }))
    }

    async fn key(&mut self, step: &Step, status: Option<&str>) -> Looked {
        let Some(body) = seen!(self.first(step).await?) else { return Ok(Ok(gone())) };
        let id = step.call.text("UserAccessKeyId").unwrap_or_default();
        let text = |key: &Json, name: &str| key.get(name).and_then(Json::as_str) == Some(id);
        let found = list(&body, "/AccessKeys/AccessKey").find(|key| text(key, "AccessKeyId"));
        Ok(Ok(match found {
            None => gone(),
            Some(key) if status.is_some() && key.get("Status").and_then(Json::as_str) == status => {
                Standing::Gone("it is disabled already".to_owned())
            }
            Some(_) => there(step, body),
        }))
    }

    /// The former default version comes back, if ours is still the one that counts.
    async fn default_version(&mut self, step: &Step) -> Looked {
        let Some(body) = seen!(self.first(step).await?) else { return Ok(Ok(gone())) };
        let ours = step.basis.iter().find_map(|basis| {
            basis.reply.pointer("/PolicyVersion/VersionId").and_then(Json::as_str)
        });
        let former = step.call.text("VersionId");
        let now = default_of(&body);
        Ok(Ok(if now == former || now != ours {
            Standing::Gone("the version that the run made does not count any more".to_owned())
        } else if versions(&body).any(|id| Some(id) == former) {
            there(step, body)
        } else {
            let former = former.unwrap_or_default();
            Standing::Stays(format!(
                "version `{former}`, which counted before, is not there any more"
            ))
        }))
    }

    async fn version(&mut self, step: &Step, around: Around<'_>) -> Looked {
        let Some(body) = seen!(self.first(step).await?) else { return Ok(Ok(gone())) };
        let ours = step.call.text("VersionId");
        if !versions(&body).any(|id| Some(id) == ours) {
            return Ok(Ok(gone()));
        }
        let is_switched = |other: &Step| {
            other.part == 0 && other.takes_back == step.takes_back && other.about == step.about
        };
        let counts = default_of(&body) == ours;
        Ok(Ok(if counts && !around.steps.iter().any(is_switched) {
            Standing::Stays("it is the version that counts".to_owned())
        } else {
            there(step, body)
        }))
    }

    /// Tags that are there still, with the value that the run gave.
    async fn tags(&mut self, step: &Step) -> Looked {
        let Some(body) = seen!(self.first(step).await?) else { return Ok(Ok(gone())) };
        let given = |key: &str| {
            step.basis.iter().rev().find_map(|basis| {
                let tags = basis.sent.parameters.iter().find(|(name, _)| name == "Tag")?;
                let Value::Json(Json::Array(tags)) = &tags.1 else { return None };
                let tag =
                    tags.iter().find(|tag| tag.get("Key").and_then(Json::as_str) == Some(key))?;
                tag.get("Value").and_then(Json::as_str)
            })
        };
        let is_ours = |key: &String| {
            list(&body, "/TagResources").any(|tag| {
                let text = |name: &str| tag.get(name).and_then(Json::as_str);
                text("TagKey") == Some(key.as_str()) && text("TagValue") == given(key)
            })
        };
        let (left, lost): (Vec<String>, Vec<String>) =
            texts(&step.call, "TagKeys").into_iter().partition(is_ours);
        let mut call = step.call.clone();
        for key in &lost {
            super::plan::drop_item(&mut call, "TagKeys", key);
        }
        Ok(Ok(if left.is_empty() {
            Standing::Gone("the tags are gone, or others gave them another value".to_owned())
        } else {
            Standing::There(Box::new(call), Seen { body, trust: None })
        }))
    }

    /// Values that are put back, and a trust that loses statements.
    async fn changed(&mut self, step: &Step) -> Looked {
        let Some(body) = seen!(self.first(step).await?) else { return Ok(Ok(gone())) };
        let puts: Vec<Put> =
            step.puts.iter().filter(|put| is_as_left(step, put, &body)).cloned().collect();
        let mut seen = Seen { body, trust: None };
        let mut trust = None;
        if let Some(less) = &step.trust {
            let at = "/Role/AssumeRolePolicyDocument";
            let text = seen.body.pointer(at).and_then(Json::as_str).unwrap_or_default().to_owned();
            let Ok(now) = Document::parse(&text) else {
                return Ok(Ok(Standing::Stays("its trust cannot be read".to_owned())));
            };
            let rest = host_ram::without(&now, &less.added);
            if rest.statements().is_empty() {
                let reason = "without what the run added its trust would be empty: delete the role, or \
                              give it another trust";
                return Ok(Ok(Standing::Stays(reason.to_owned())));
            }
            trust = (!rest.means_same(&now)).then(|| rest.to_json());
            seen.trust = Some(text);
        }
        if puts.is_empty() && trust.is_none() {
            return Ok(Ok(Standing::Gone("nothing is as the run left it".to_owned())));
        }
        Ok(Ok(Standing::There(Box::new(step.compose(&puts, trust.as_deref())), seen)))
    }

    /// Settings that are as the run left them. To whom the add-on reports is one thing.
    async fn settings_of(&mut self, step: &Step) -> Looked {
        let Some(body) = seen!(self.first(step).await?) else { return Ok(Ok(gone())) };
        let Some(now) = document(&body) else {
            return Ok(Ok(Standing::Stays("its settings cannot be read".to_owned())));
        };
        let reports = reports_as_left(step, &now);
        let puts: Vec<Put> = step
            .puts
            .iter()
            .filter(|put| match &put.setting {
                Some(at) if is_reporting(at) => reports,
                Some(at) => is_setting_as_left(put, now.pointer(at)),
                None => false,
            })
            .cloned()
            .collect();
        if puts.is_empty() {
            return Ok(Ok(Standing::Gone("its settings are not the run's any more".to_owned())));
        }
        let call = step.compose(&puts, None);
        Ok(Ok(Standing::There(Box::new(call), Seen { body, trust: None })))
    }

    /// An add-on that the run installed, unless others configured it since.
    async fn addon(&mut self, step: &Step) -> Looked {
        let Some(body) = seen!(self.first(step).await?) else { return Ok(Ok(gone())) };
        let key = |settings: &[(String, Value)]| {
            settings.iter().find_map(|(at, value)| match value {
                Value::Text(text) if at.ends_with("/accessKey") => Some((at.clone(), text.clone())),
                _ => None,
            })
        };
        let mut given = step.basis.iter().filter_map(|it| it.sent.settings("config").and_then(key));
        let now = document(&body);
        let other = given.find_map(|(at, ours)| {
            let now = now.as_ref()?.pointer(&at)?.as_str()?;
            (!now.is_empty() && !is_masked(now) && now != ours).then(|| now.to_owned())
        });
        Ok(Ok(match other {
            Some(key) => {
                Standing::Stays(format!("somebody has it report with AccessKey `{key}` since"))
            }
            None => there(step, body),
        }))
    }
}

fn there(step: &Step, body: Json) -> Standing {
    Standing::There(Box::new(step.call.clone()), Seen { body, trust: None })
}

fn gone() -> Standing {
    Standing::Gone("it is gone already".to_owned())
}

/// `None` where something is not there.
pub(crate) fn absent(looked: Result<Json, CallError>) -> Result<Option<Json>, CallError> {
    match looked {
        Ok(body) => Ok(Some(body)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn list<'a>(body: &'a Json, at: &str) -> impl Iterator<Item = &'a Json> + use<'a> {
    body.pointer(at).and_then(Json::as_array).into_iter().flatten()
}

fn versions(body: &Json) -> impl Iterator<Item = &str> {
    let items = list(body, "/PolicyVersions/PolicyVersion");
    items.filter_map(|item| item.get("VersionId").and_then(Json::as_str))
}

fn default_of(body: &Json) -> Option<&str> {
    let mut items = list(body, "/PolicyVersions/PolicyVersion");
    let default = items.find(|item| item.get("IsDefaultVersion") == Some(&Json::Bool(true)))?;
    default.get("VersionId").and_then(Json::as_str)
}

/// Where the cloud tells two things of the same name apart.
const IDS: [&str; 3] = ["/User/UserId", "/Role/RoleId", "/Policy/CreateDate"];

/// Why this is not the thing that the run made.
fn another(step: &Step, now: &Json) -> Option<String> {
    let then = &step.basis.first()?.reply;
    let differs = |at: &&&str| {
        let (then, now) = (then.pointer(at), now.pointer(at));
        then.zip(now).is_some_and(|(then, now)| then != now)
    };
    let found = IDS.iter().find(differs);
    found.map(|_| "it is another one of the same name, made since".to_owned())
}

/// Whether a value is still the one that the run left.
fn is_as_left(step: &Step, put: &Put, body: &Json) -> bool {
    let Some(basis) = step.basis.last() else { return false };
    let Ok((_, action)) = resolve(&basis.sent) else { return false };
    let at = action.inverse.as_ref().and_then(|inverse| inverse.back.get(&put.parameter));
    let now = at.and_then(|at| pick(body, at, &basis.sent));
    match (&put.left, now) {
        (Value::Text(left), Some(Json::String(now))) => left == now,
        (Value::Json(left), Some(now)) => left == now,
        _ => false,
    }
}

fn is_reporting(at: &str) -> bool {
    let name = at.rsplit('/').next().unwrap_or_default();
    super::settings::REPORTING.contains(&name)
}

/// Whether the add-on still reports as the run told it: by the id of the key, or where the cloud masks that,
/// by the account.
fn reports_as_left(step: &Step, now: &Json) -> bool {
    let put = |end: &str| {
        let ends = |put: &&Put| put.setting.as_ref().is_some_and(|at| at.ends_with(end));
        step.puts.iter().find(ends)
    };
    let said =
        |put: &Put| put.setting.as_ref().and_then(|at| now.pointer(at)).and_then(Json::as_str);
    let same = |put: &Put| matches!(&put.left, Value::Text(left) if said(put) == Some(left));
    match (put("/accessKey"), put("/uid")) {
        (Some(key), Some(uid)) => same(key) || (said(key).is_some_and(is_masked) && same(uid)),
        _ => false,
    }
}

fn is_setting_as_left(put: &Put, now: Option<&Json>) -> bool {
    match (&put.left, now) {
        // A text is sealed: that it is there is all that can be seen.
        (Value::Text(left), Some(Json::String(now))) => {
            left == now || (!left.is_empty() && is_masked(now))
        }
        (Value::Json(left), Some(now)) => left == now,
        _ => false,
    }
}
