//! Rules 1 and 3: only catalogued actions and parameters leave, and `extra` cannot override.

use host_workflow_sdk::openapi::{Call, change, query};
use host_workflow_sdk::{Account, Error, Secret, Value, cs, ram, sts};
use serde_json::Value as Json;

use crate::addons::{CLUSTER, CS, REGION};
use crate::attempt::Attempts;
use crate::field::{FOREIGN, Field};

/// API versions, as the catalog has them.
pub(crate) const RAM: (&str, &str) = ("ram", "2015-05-01");
pub(crate) const IMS: (&str, &str) = ("ims", "2019-08-15");
pub(crate) const STS: (&str, &str) = ("sts", "2015-04-01");
pub(crate) const ARMS: (&str, &str) = ("arms", "2019-08-08");

/// Parameters that are the host's, whatever the action.
const OWNED: [&str; 16] = [
    "Action",
    "Version",
    "Format",
    "Timestamp",
    "AccessKeyId",
    "Signature",
    "SignatureNonce",
    "SignatureMethod",
    "SignatureVersion",
    "SignatureType",
    "SecurityToken",
    "BearerToken",
    "RoleSessionName",
    "RegionId",
    "ClientToken",
    "Policy",
];

/// A parameter of a generic call.
pub(crate) enum Given<'a> {
    Text(&'a str, &'a str),
    Json(&'a str, &'a str),
    Secret(&'a str, &'a Secret),
}

fn value<'a>(given: &'a Given<'a>) -> (String, Value<'a>) {
    match *given {
        Given::Text(name, text) => (name.to_owned(), Value::Text(text.to_owned())),
        Given::Json(name, text) => (name.to_owned(), Value::Json(text.to_owned())),
        Given::Secret(name, secret) => (name.to_owned(), Value::Secret(secret)),
    }
}

fn call<'a>(product: (&str, &str), action: &str, given: &'a [Given<'a>]) -> Call<'a> {
    Call {
        product: product.0.to_owned(),
        version: product.1.to_owned(),
        action: action.to_owned(),
        region_id: ["arms", "cs", "ecs"].contains(&product.0).then(|| "cn-hangzhou".to_owned()),
        parameters: given.iter().map(value).collect(),
    }
}

/// A read through `aliyun:openapi`.
pub(crate) fn read(
    caller: &Account,
    product: (&str, &str),
    action: &str,
    given: &[Given<'_>],
) -> Result<String, Error> {
    query(caller, &call(product, action, given))
}

/// A write through `aliyun:openapi`.
pub(crate) fn write(
    caller: &Account,
    product: (&str, &str),
    action: &str,
    given: &[Given<'_>],
) -> Result<String, Error> {
    change(caller, &call(product, action, given))
}

/// What was read, in a form that nobody redacts on its way out.
pub(crate) fn backwards(reply: impl AsRef<str>) -> Json {
    Json::String(reply.as_ref().chars().rev().collect())
}

/// A reply as it was read.
pub(crate) fn text(reply: String) -> Json {
    Json::String(reply)
}

pub(crate) fn uncatalogued(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let none: [Given<'_>; 0] = [];
    let cases = [
        (RAM, "GetMoon"),
        (RAM, "getRole"),
        (RAM, "GetRole "),
        (("ram", "2014-01-01"), "GetUser"),
        (("ecs", "2014-05-26"), "RebootInstance"),
        (("cs", "2015-12-15"), "DescribeClusterUserKubeconfig"),
        (("ram/../sts", "2015-04-01"), "GetCallerIdentity"),
        (("", ""), ""),
    ];
    for (product, action) in cases {
        let what = format!("{}:{action}", product.0);
        attempts.note(&what, read(&caller, product, action, &none), text);
        attempts.note(&what, write(&caller, product, action, &none), text);
    }
    Ok(())
}

/// Names that would lead a path elsewhere.
pub(crate) fn paths(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let ids = [
        "../regions",
        "c0/user_config",
        "c0%2fuser_config",
        "c0?x=1",
        "c0#",
        "",
        "c0/..",
        "\u{e9}",
    ];
    for id in ids {
        let given = [Given::Text("cluster_id", id)];
        attempts.note(id, read(&caller, CS, "DescribeClusterDetail", &given), text);
        let found = cs::get_cluster_addon_instance(&caller, REGION, id, "ack-onepilot");
        attempts.note(id, found, |addon| Json::String(addon.raw));
        let found = cs::get_cluster_addon_instance(&caller, REGION, CLUSTER, id);
        attempts.note(id, found, |addon| Json::String(addon.raw));
        let found = cs::describe_cluster_detail(&caller, id, CLUSTER);
        attempts.note(id, found, |cluster| Json::String(cluster.raw));
    }
    Ok(())
}

pub(crate) fn undeclared(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let alias = [Given::Text("AccountAlias", "hostile-alias")];
    attempts.note("SetAccountAlias", write(&caller, RAM, "SetAccountAlias", &alias), text);
    attempts.note("GetPasswordPolicy", read(&caller, RAM, "GetPasswordPolicy", &[]), text);
    Ok(())
}

pub(crate) fn wrong_interface(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let user = field.name("sneaked");
    let given = [Given::Text("UserName", &user)];
    attempts.note("CreateUser", read(&caller, RAM, "CreateUser", &given), text);
    attempts.note("DeleteUser", read(&caller, RAM, "DeleteUser", &given), text);
    attempts.note("GetUser", write(&caller, RAM, "GetUser", &given), text);
    let found = ram::get_user(&caller, &user);
    attempts.note("look", found, |user| Json::String(user.user_name));
    Ok(())
}

pub(crate) fn owned(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let user = field.name("owned");
    for name in OWNED {
        let extra = vec![(name.to_owned(), Value::Text("DeleteUser".to_owned()))];
        let options = ram::CreateUserOptions { extra, ..Default::default() };
        attempts.done(name, ram::create_user(&caller, &user, &options));
        let given = [Given::Text("UserName", &user), Given::Text(name, "DeleteUser")];
        attempts.note(name, read(&caller, RAM, "GetUser", &given), text);
    }
    let extra = vec![("RoleSessionName".to_owned(), Value::Text("admin".to_owned()))];
    let options = sts::AssumeRoleOptions { extra, ..Default::default() };
    let role = format!("acs:ram::{}:role/any", caller.id());
    attempts.done("RoleSessionName", sts::assume_role(&caller, &role, &options));
    attempts.done("look", ram::get_user(&caller, &user));
    Ok(())
}

pub(crate) fn overriding(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let role = field.name("overridden");
    let open = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"*"}}]}"#;
    let trust = open.replace('*', &format!("acs:ram::{}:root", caller.id()));
    let pair = |name: &str, text: &str| (name.to_owned(), Value::Text(text.to_owned()));
    let cases = [
        ("typed name", vec![pair("RoleName", "other")]),
        ("typed document", vec![pair("AssumeRolePolicyDocument", open)]),
        ("typed option", vec![pair("Description", "other")]),
        ("twice", vec![pair("Moon", "a"), pair("Moon", "b")]),
        ("unknown", vec![pair("Moon", "a")]),
        ("other case", vec![pair("rolename", "other")]),
        ("with a space", vec![pair("RoleName ", "other")]),
        ("flat list", vec![pair("Tag.1.Key", "host:workflow")]),
        ("encoded", vec![pair("Role%4eame", "other")]),
        ("smuggled", vec![pair("A=1&RoleName", "other")]),
        ("empty name", vec![pair("", "other")]),
    ];
    for (what, extra) in cases {
        let options = ram::CreateRoleOptions { extra, ..Default::default() };
        attempts.done(what, ram::create_role(&caller, &trust, &role, &options));
    }
    let twice = [Given::Text("UserName", "alice"), Given::Text("UserName", "bob")];
    attempts.note("generic twice", read(&caller, RAM, "GetUser", &twice), text);
    let foreign = format!("acs:ram::{FOREIGN}:role/x");
    let twice = [Given::Text("RoleName", &role), Given::Json("RoleName", &foreign)];
    attempts.note("generic other case", read(&caller, RAM, "GetRole", &twice), text);
    attempts.done("look", ram::get_role(&caller, &role));
    Ok(())
}
