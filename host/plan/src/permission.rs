//! What a run has to be allowed to do, and the least policy that allows it.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::Catalog;
use host_model::{AccountId, Call, Value};
use host_ram::PERMISSION_LIMIT;
use serde_json::{Value as Json, json};

use crate::filling::{Filling, Piece};
use crate::{Expected, Plan};

/// Needs no permission, as everybody may ask who they are.
const FREE: &str = "sts:GetCallerIdentity";

/// What one identity that the operator bound has to be allowed to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// Its name in the manifest.
    pub name: String,
    /// The account.
    pub account: AccountId,
    /// Whom the name is bound to.
    pub arn: String,
    /// Actions of RAM, and what they are done to; `*` where the cloud has no finer resource, or nobody
    /// knows it before.
    pub actions: BTreeMap<String, BTreeSet<String>>,
}

impl Plan {
    /// What each bound identity has to be allowed to do, for the steps and for what the plan stands on. What
    /// keys and sessions do that the run makes is left out: the run itself gives it to them. So is what is
    /// expected to be refused.
    pub fn needed(&self) -> Vec<Needed> {
        let wild: Filling = self.placeholders.iter().collect();
        let mut all: BTreeMap<&str, Needed> = BTreeMap::new();
        let done =
            self.steps.iter().filter(|step| !matches!(step.expected, Expected::Refused { .. }));
        let read = self.observed.iter().map(|it| &it.call).chain(&self.reads);
        let calls = done.map(|step| &step.sent).chain(read);
        for call in calls {
            let Some((name, party)) = self.accounts.get_key_value(&call.identity.0) else {
                continue;
            };
            let title = format!("{}:{}", call.product, call.action);
            if title == FREE {
                continue;
            }
            let needed = all.entry(name).or_insert_with(|| Needed {
                name: name.clone(),
                account: party.account.clone(),
                arn: party.arn.clone(),
                actions: BTreeMap::new(),
            });
            let resources = needed.actions.entry(title).or_default();
            let named = resources_of(call, &party.account, &party.arn);
            resources.extend(named.iter().map(|resource| widened(resource, &wild)));
        }
        all.into_values().collect()
    }
}

impl Needed {
    /// The least policy of RAM that allows it: JSON, in ASCII, ready to paste.
    pub fn policy(&self) -> String {
        ascii(&self.document())
    }

    /// The same, as data.
    pub fn document(&self) -> Json {
        let fine = document(&self.actions);
        if fits(&fine) {
            return fine;
        }
        let all = BTreeSet::from(["*".to_owned()]);
        document(&self.actions.keys().map(|action| (action.clone(), all.clone())).collect())
    }

    /// Whether the policy names resources. One that would be longer than RAM takes names actions only.
    pub fn is_fine(&self) -> bool {
        fits(&document(&self.actions))
    }
}

fn fits(policy: &Json) -> bool {
    // As it is pasted: spaces count.
    ascii(policy).chars().count() <= PERMISSION_LIMIT
}

/// Actions on the same resources make one statement.
fn document(actions: &BTreeMap<String, BTreeSet<String>>) -> Json {
    let mut by_resources: BTreeMap<BTreeSet<String>, Vec<&str>> = BTreeMap::new();
    for (action, resources) in actions {
        let all = BTreeSet::from(["*".to_owned()]);
        let resources = if resources.contains("*") { all } else { resources.clone() };
        by_resources.entry(resources).or_default().push(action);
    }
    let statements = by_resources.into_iter().map(|(resources, actions)| {
        let (actions, resources) = (json!(actions), json!(resources));
        json!({ "Effect": "Allow", "Action": single(actions), "Resource": single(resources) })
    });
    json!({ "Version": "1", "Statement": statements.collect::<Vec<Json>>() })
}

/// A list of one as the one.
fn single(list: Json) -> Json {
    match list {
        Json::Array(mut items) if items.len() == 1 => items.remove(0),
        other => other,
    }
}

/// What is known after a step only is anything.
fn widened(resource: &str, wild: &Filling) -> String {
    let piece = |piece| match piece {
        Piece::Kept(text) => text,
        Piece::Filled { .. } => "*",
    };
    wild.pieces(resource).into_iter().map(piece).collect()
}

/// The resources that a call is judged by. `*` where the product has no finer ones that are known here. The
/// offline cloud judges by the same.
fn resources_of(call: &Call, account: &AccountId, arn: &str) -> Vec<String> {
    let named = match call.product.as_str() {
        "ram" => of_ram(call, account, arn),
        "sts" => call.text("RoleArn").map(str::to_owned).into_iter().collect(),
        "ims" => of_ims(call, account),
        "cs" => {
            let cluster = |id| format!("acs:cs:*:{account}:cluster/{id}");
            call.text("cluster_id").map(cluster).into_iter().collect()
        }
        "ecs" => {
            let region = call.region.as_deref().unwrap_or("*");
            let ids = texts(call, "InstanceId").into_iter();
            ids.map(|id| format!("acs:ecs:{region}:{account}:instance/{id}")).collect()
        }
        _ => Vec::new(),
    };
    if named.is_empty() { vec!["*".to_owned()] } else { named }
}

fn of_ram(call: &Call, account: &AccountId, arn: &str) -> Vec<String> {
    let named = |owner: &str, kind: &str, name: &str| format!("acs:ram:*:{owner}:{kind}/{name}");
    let own = |kind: &str, name: &str| named(account.as_str(), kind, name);
    let mut resources: Vec<String> =
        call.text("RoleName").map(|role| own("role", role)).into_iter().collect();
    let action = Catalog::builtin().action("ram", &call.action);
    if action.is_some_and(|it| it.parameter("UserName").is_some()) {
        // Without a name the caller is meant.
        let caller = arn.split_once(":user/").map(|(_, user)| user);
        resources.extend(call.text("UserName").or(caller).map(|user| own("user", user)));
    }
    if let Some(policy) = call.text("PolicyName") {
        let is_system = call.text("PolicyType") == Some("System");
        let owner = if is_system { "system" } else { account.as_str() };
        resources.push(named(owner, "policy", policy));
    }
    if let Some(kind) = call.text("ResourceType") {
        resources.extend(texts(call, "ResourceNames").iter().map(|name| own(kind, name)));
    }
    resources
}

fn of_ims(call: &Call, account: &AccountId) -> Vec<String> {
    let user = call.text("UserPrincipalName").and_then(|it| it.split_once('@'));
    user.map(|(user, _)| format!("acs:ims:*:{account}:user/{user}")).into_iter().collect()
}

/// One text, or a list of them.
fn texts(call: &Call, name: &str) -> Vec<String> {
    let value = call.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    match value {
        Some(Value::Text(text)) => vec![text.clone()],
        Some(Value::Json(Json::Array(items))) => {
            items.iter().filter_map(Json::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// JSON in which nothing but ASCII stands: names of others cannot move or hide anything in it.
fn ascii(json: &Json) -> String {
    let pretty = serde_json::to_string_pretty(json).unwrap_or_default();
    let mut ascii = String::with_capacity(pretty.len());
    for character in pretty.chars() {
        if character.is_ascii() && (character == '\n' || !character.is_ascii_control()) {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    ascii
}
