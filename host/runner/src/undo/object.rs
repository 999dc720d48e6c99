//! What calls are about: the things that one run may make and another one use.

use std::fmt;

use host_model::{AccountId, Arn, Call, Principal, SecretKind, Value, quote_within};
use host_ram::Document;
use serde_json::Value as Json;

/// Characters of a name that people see.
const NAME_SHOWN: usize = 128;

/// What the name of the secret of an AccessKey begins with.
const KEY_OBJECT: &str = "ram:access-key/";

/// A thing in an account. Names of RAM are the same in either case, so they are kept in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// The account.
    pub account: AccountId,
    /// What it is.
    pub kind: ObjectKind,
    /// Its name; of an add-on, the cluster's id, `/` and the add-on's name.
    pub name: String,
}

/// What a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// An AccessKey, by its id.
    Key,
    /// A RAM user.
    User,
    /// A RAM role.
    Role,
    /// A custom policy.
    Policy,
    /// An add-on of a cluster.
    Addon,
    /// An instance.
    Machine,
    /// The account itself.
    Account,
}

impl Object {
    /// A thing of that name.
    pub fn new(account: &AccountId, kind: ObjectKind, name: &str) -> Self {
        let name = match kind {
            ObjectKind::User | ObjectKind::Role | ObjectKind::Policy => name.to_ascii_lowercase(),
            _ => name.to_owned(),
        };
        Self { account: account.clone(), kind, name }
    }

    pub(crate) fn of_secret(secret: &host_model::SecretRef) -> Option<Self> {
        let id = secret.object.strip_prefix(KEY_OBJECT)?;
        let is_key = secret.kind == SecretKind::AccessKey;
        is_key.then(|| Self::new(&secret.account, ObjectKind::Key, id))
    }

    fn of_arn(arn: &Arn) -> Option<Self> {
        let (kind, name) = match arn.principal() {
            Principal::User(name) => (ObjectKind::User, name),
            Principal::Role(name) | Principal::Session(name, _) => (ObjectKind::Role, name),
            Principal::Root => return None,
        };
        Some(Self::new(arn.account(), kind, name))
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ObjectKind::Key => "AccessKey",
            ObjectKind::User => "user",
            ObjectKind::Role => "role",
            ObjectKind::Policy => "policy",
            ObjectKind::Addon => "add-on",
            ObjectKind::Machine => "machine",
            ObjectKind::Account => return write!(f, "account {}", self.account),
        };
        let name = quote_within(&self.name, NAME_SHOWN);
        match name.split_once('/').filter(|_| self.kind == ObjectKind::Addon) {
            Some((cluster, addon)) => write!(f, "{kind} `{addon}` of cluster `{cluster}`")?,
            None => write!(f, "{kind} `{name}`")?,
        }
        write!(f, " of account {}", self.account)
    }
}

/// By which parameters calls name things; the kinds in the order in which a call is about them.
const NAMED_BY: [(&str, ObjectKind); 8] = [
    ("UserAccessKeyId", ObjectKind::Key),
    ("UserName", ObjectKind::User),
    ("UserPrincipalName", ObjectKind::User),
    ("RoleName", ObjectKind::Role),
    ("component_id", ObjectKind::Addon),
    ("component_name", ObjectKind::Addon),
    ("instance_name", ObjectKind::Addon),
    ("addon_name", ObjectKind::Addon),
];

/// Everything that a call names; what it is about comes first.
pub(crate) fn touched(account: &AccountId, call: &Call, reply: &Json) -> Vec<Object> {
    let mut found = Vec::new();
    let made = reply.pointer("/AccessKey/AccessKeyId").and_then(Json::as_str);
    found.extend(made.map(|id| Object::new(account, ObjectKind::Key, id)));
    for (parameter, kind) in NAMED_BY {
        let named = call.text(parameter).and_then(|name| named(account, call, kind, name));
        found.extend(named);
    }
    if call.product == "cs" && call.text("cluster_id").is_some() {
        found.extend(call.text("name").and_then(|it| named(account, call, ObjectKind::Addon, it)));
    }
    found.extend(principal(account, call));
    found.extend(policies(account, call));
    found.extend(tagged(account, call));
    found.extend(machines(account, call));
    found.extend(call.secrets().filter_map(Object::of_secret));
    found.extend(configured_key(call));
    found.extend(trusted(call));
    let role = call.text("RoleArn").and_then(|arn| arn.parse::<Arn>().ok());
    found.extend(role.as_ref().and_then(Object::of_arn));
    let mut unique: Vec<Object> = Vec::new();
    for object in found {
        if !unique.contains(&object) {
            unique.push(object);
        }
    }
    unique
}

fn named(account: &AccountId, call: &Call, kind: ObjectKind, name: &str) -> Option<Object> {
    let name = match kind {
        ObjectKind::Addon => format!("{}/{name}", call.text("cluster_id")?),
        // Without its domain.
        _ => name.split('@').next().unwrap_or_default().to_owned(),
    };
    (!name.is_empty()).then(|| Object::new(account, kind, &name))
}

/// The user or role that a policy is attached to by Resource Management.
fn principal(account: &AccountId, call: &Call) -> Option<Object> {
    let kind = match call.text("PrincipalType")? {
        "IMSUser" => ObjectKind::User,
        "ServiceRole" => ObjectKind::Role,
        _ => return None,
    };
    named(account, call, kind, call.text("PrincipalName")?)
}

/// A custom policy; what the cloud itself offers is nobody's.
fn policies(account: &AccountId, call: &Call) -> Option<Object> {
    let custom = call.text("PolicyType").is_none_or(|kind| kind == "Custom");
    let name = call.text("PolicyName").filter(|_| custom)?;
    Some(Object::new(account, ObjectKind::Policy, name))
}

fn tagged(account: &AccountId, call: &Call) -> Vec<Object> {
    let kind = match call.text("ResourceType") {
        Some("role") => ObjectKind::Role,
        Some("policy") => ObjectKind::Policy,
        _ => return Vec::new(),
    };
    texts(call, "ResourceNames").iter().map(|name| Object::new(account, kind, name)).collect()
}

fn machines(account: &AccountId, call: &Call) -> Vec<Object> {
    if call.product != "ecs" {
        return Vec::new();
    }
    let ids = texts(call, "InstanceId");
    ids.iter().map(|id| Object::new(account, ObjectKind::Machine, id)).collect()
}

/// The texts of a parameter that is a list.
pub(crate) fn texts(call: &Call, name: &str) -> Vec<String> {
    let value = call.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    match value {
        Some(Value::Json(Json::Array(items))) => {
            items.iter().filter_map(Json::as_str).map(str::to_owned).collect()
        }
        Some(Value::Text(text)) => serde_json::from_str(text).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The key that settings name beside its account.
fn configured_key(call: &Call) -> Option<Object> {
    let settings = call.settings("config")?;
    let text = |end: &str| {
        settings.iter().find_map(|(at, value)| match value {
            Value::Text(text) if at.ends_with(end) && !text.is_empty() => Some(text.as_str()),
            _ => None,
        })
    };
    let account: AccountId = text("/uid")?.parse().ok()?;
    Some(Object::new(&account, ObjectKind::Key, text("/accessKey")?))
}

/// Users and roles that a trust names.
fn trusted(call: &Call) -> Vec<Object> {
    let names = ["AssumeRolePolicyDocument", "NewAssumeRolePolicyDocument"];
    let texts = names.iter().filter_map(|name| call.text(name));
    let documents = texts.filter_map(|text| Document::parse(text).ok());
    documents.flat_map(|document| named_in(&document)).collect()
}

/// Users and roles that a document names.
pub(crate) fn named_in(document: &Document) -> Vec<Object> {
    let principals = document.statements().iter().filter_map(|statement| statement.principal());
    let names = principals.flat_map(|principals| {
        principals.named().map(|(_, name)| name.to_owned()).collect::<Vec<_>>()
    });
    names
        .filter_map(|name| name.parse::<Arn>().ok())
        .filter_map(|arn| Object::of_arn(&arn))
        .collect()
}
