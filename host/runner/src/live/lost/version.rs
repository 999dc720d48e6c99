//! A new version of a policy: the version that was not there before, with an equal document.

use std::collections::BTreeSet;

use host_model::{Call, ErrorKind, Value, quote_within};
use host_policy::HostPurpose;
use host_runtime::Stop;
use serde_json::{Value as Json, json};

use super::by_name::answer;
use super::{Lost, SHOWN, Settled};
use crate::equal::is_same_document;
use crate::record::Known;

/// Where the list of versions stands.
const VERSIONS: &str = "/PolicyVersions/PolicyVersion";
const CUSTOM: &str = "Custom";

/// The read that shows what is there before.
pub(super) fn before(call: &Call) -> Option<(HostPurpose, Vec<(String, Value)>)> {
    let policy = call.text("PolicyName").filter(|_| call.action == "CreatePolicyVersion")?;
    Some((HostPurpose::ListPolicyVersions, of(policy)))
}

fn of(policy: &str) -> Vec<(String, Value)> {
    let text = |name: &str, value: &str| (name.to_owned(), Value::Text(value.to_owned()));
    vec![text("PolicyName", policy), text("PolicyType", CUSTOM)]
}

impl Lost<'_> {
    pub(super) async fn version(&mut self) -> Result<Settled, Stop> {
        let before = self.intent.before.as_ref().and_then(ids);
        let policy = self.intent.sent.text("PolicyName").map(str::to_owned);
        let Some((before, policy)) = before.zip(policy) else {
            return Err(self.doubt("which versions were there before is not known", "look at them"));
        };
        loop {
            let Some(new) = self.new_versions(&policy, &before).await? else {
                return Ok(Settled::Again(Known::Repeated));
            };
            let ours = new.iter().filter(|version| self.is_ours(version)).collect::<Vec<_>>();
            match ours.as_slice() {
                [one] => return Ok(Settled::Found(answer(json!({ "PolicyVersion": one })))),
                [] if self.wait().await? => {}
                [] if new.is_empty() => return Ok(Settled::Again(Known::Repeated)),
                _ => return Err(self.versions_in_doubt(&policy, &new, ours.len())),
            }
        }
    }

    /// Versions that were not there before, with their documents; none at all if the policy is gone.
    async fn new_versions(
        &self,
        policy: &str,
        before: &BTreeSet<String>,
    ) -> Result<Option<Vec<Json>>, Stop> {
        let purpose = HostPurpose::ListPolicyVersions;
        let body = match self.read(purpose, of(policy)).await {
            Ok(body) => body,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unreadable(purpose, &error)),
        };
        let mut new = Vec::new();
        for version in body.pointer(VERSIONS).and_then(Json::as_array).into_iter().flatten() {
            let Some(id) = version.get("VersionId").and_then(Json::as_str) else { continue };
            if before.contains(id) {
                continue;
            }
            new.extend(match version.get("PolicyDocument") {
                Some(_) => Some(version.clone()),
                None => self.whole(policy, id).await?,
            });
        }
        Ok(Some(new))
    }

    /// A version with its document, which the list need not have.
    async fn whole(&self, policy: &str, id: &str) -> Result<Option<Json>, Stop> {
        let purpose = HostPurpose::ReadPolicyVersion;
        let mut parameters = of(policy);
        parameters.push(("VersionId".to_owned(), Value::Text(id.to_owned())));
        match self.read(purpose, parameters).await {
            Ok(body) => Ok(body.get("PolicyVersion").cloned()),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.unreadable(purpose, &error)),
        }
    }

    /// Whether a new version is what was sent.
    fn is_ours(&self, version: &Json) -> bool {
        let sent = &self.intent.sent;
        let there = version.get("PolicyDocument").and_then(Json::as_str).unwrap_or_default();
        let is_flag = |(name, value): &(String, Value)| {
            name == "SetAsDefault" && matches!(value, Value::Json(Json::Bool(true)))
        };
        let default = version.get("IsDefaultVersion").and_then(Json::as_bool).unwrap_or_default();
        let wanted_default = sent.parameters.iter().any(is_flag);
        sent.text("PolicyDocument").is_some_and(|sent| is_same_document(sent, there))
            && (default || !wanted_default)
    }

    fn versions_in_doubt(&self, policy: &str, new: &[Json], equal: usize) -> Stop {
        let text = |version: &Json, name: &str| {
            quote_within(version.get(name).and_then(Json::as_str).unwrap_or("?"), SHOWN)
        };
        let line = |it: &Json| format!("`{}` of {}", text(it, "VersionId"), text(it, "CreateDate"));
        let list = new.iter().map(line).collect::<Vec<_>>().join(", ");
        let why = format!(
            "policy `{}` has versions that were not there before, {list}, and {equal} of them are what was \
             sent",
            quote_within(policy, SHOWN)
        );
        self.doubt(&why, "see who made them, and delete those that nobody needs")
    }
}

fn ids(body: &Json) -> Option<BTreeSet<String>> {
    let list = body.pointer(VERSIONS)?.as_array()?;
    Some(list.iter().filter_map(|it| Some(it.get("VersionId")?.as_str()?.to_owned())).collect())
}
