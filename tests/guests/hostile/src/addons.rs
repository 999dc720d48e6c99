//! Rules 7, 10 and 11 at a cluster's add-ons: where a reporting key goes, what is read of settings that
//! others made, and what is written back of them.

use host_workflow_sdk::{Account, Error, Secret, Value, arms, cs, ram, vault};
use serde_json::{Value as Json, json};

use crate::attempt::Attempts;
use crate::calls::{Given, backwards, read, write};
use crate::field::{FOREIGN, Field};

pub(crate) const CS: (&str, &str) = ("cs", "2015-12-15");
pub(crate) const REGION: &str = "cn-hangzhou";

/// A cluster that has the add-on which reports, and one that does not have it yet.
pub(crate) const CLUSTER: &str = "c0fakeshop00000000000000000000001";
pub(crate) const EMPTY: &str = "c0fakepay000000000000000000000002";

/// The add-on that reports, and one that does not.
pub(crate) const REPORTER: &str = "ack-onepilot";
const OTHER: &str = "coredns";

pub(crate) type Setting<'a> = (String, Value<'a>);

pub(crate) fn text<'a>(name: &str, value: &str) -> Setting<'a> {
    (name.to_owned(), Value::Text(value.to_owned()))
}

pub(crate) fn secret<'a>(name: &str, value: &'a Secret) -> Setting<'a> {
    (name.to_owned(), Value::Secret(value))
}

/// A key of a user that this attack made, and the account that it is of.
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: Secret,
    pub(crate) account: String,
}

impl Key {
    pub(crate) fn new(field: &Field, account: &Account, user: &str) -> Result<Self, Error> {
        let user = field.own_user(account, user)?;
        let options = ram::CreateAccessKeyOptions { user_name: Some(user), ..Default::default() };
        let made = ram::create_access_key(account, &options)?;
        let (id, secret) = (made.access_key_id, made.access_key_secret);
        Ok(Self { id, secret, account: account.id().to_owned() })
    }

    /// The settings of a whole and honest report, under a parent.
    pub(crate) fn whole(&self, parent: &str) -> Vec<Setting<'_>> {
        vec![
            text(&format!("{parent}/accessKey"), &self.id),
            secret(&format!("{parent}/accessKeySecret"), &self.secret),
            text(&format!("{parent}/uid"), &self.account),
        ]
    }

    /// The same with one setting more.
    fn with<'a>(&'a self, more: Setting<'a>) -> Vec<Setting<'a>> {
        let mut all = self.whole("");
        all.push(more);
        all
    }

    /// The same with other words of who it is.
    fn told<'a>(&'a self, id: &str, account: &str) -> Vec<Setting<'a>> {
        vec![
            text("/accessKey", id),
            secret("/accessKeySecret", &self.secret),
            text("/uid", account),
        ]
    }
}

pub(crate) fn reporting_key(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let monitoring = Field::monitoring()?;
    let key = Key::new(field, &monitoring, "reporter")?;
    let second = Key::new(field, &monitoring, "second-reporter")?;
    let license = arms::describe_trace_license_key(&monitoring, REGION)?;
    let word = vault::generate_password(&monitoring, "ram:login-profile/hostile-reporter")?;
    let stranger = |secret| vec![text("/accessKey", &key.id), secret, text("/uid", &key.account)];
    let cases: Vec<(&str, &str, Vec<Setting<'_>>)> = vec![
        ("another add-on", OTHER, key.whole("")),
        ("an add-on that begins alike", "ack-onepilot-2", key.whole("")),
        ("another name", REPORTER, key.with(secret("/endpoint", &key.secret))),
        ("another name alone", REPORTER, vec![secret("/secret", &key.secret)]),
        ("a name that ends alike", REPORTER, key.with(secret("/myaccessKeySecret", &key.secret))),
        ("a deeper name", REPORTER, key.with(secret("/x/accessKeySecret/x", &key.secret))),
        ("another parent", REPORTER, key.with(secret("/arms/accessKeySecret", &key.secret))),
        ("the secret alone", REPORTER, vec![secret("/accessKeySecret", &key.secret)]),
        ("the secret as id", REPORTER, key.with(secret("/accessKey", &key.secret))),
        ("the secret as account", REPORTER, key.with(secret("/uid", &key.secret))),
        ("another account", REPORTER, key.told(&key.id, caller.id())),
        ("an account of nobody here", REPORTER, key.told(&key.id, FOREIGN)),
        ("no account", REPORTER, key.told(&key.id, "")),
        ("another id", REPORTER, key.told(&second.id, &key.account)),
        ("no id", REPORTER, key.told("", &key.account)),
        ("in plain text", REPORTER, stranger(text("/accessKeySecret", "Hunter2-Hunter2!"))),
        ("a license key", REPORTER, stranger(secret("/accessKeySecret", &license))),
        ("a password", REPORTER, stranger(secret("/accessKeySecret", &word))),
        ("the account alone", REPORTER, vec![text("/uid", FOREIGN)]),
        ("a setting beside", REPORTER, key.with(text("/endpoint", "collector.example"))),
        ("two accounts", REPORTER, key.with(text("/uid", FOREIGN))),
    ];
    for (what, component, config) in cases {
        let changed = cs::modify_cluster_addon(&caller, REGION, CLUSTER, component, &config);
        attempts.done(what, changed);
    }
    let options = cs::InstallClusterAddonsOptions { config: key.whole(""), ..Default::default() };
    let made =
        cs::install_cluster_addons(&caller, REGION, EMPTY, "arms-prometheus", "1.0.0", &options);
    attempts.note("another add-on, installed", made, |change| json!(change.raw));
    generic(&caller, &key, attempts);
    let changed = cs::modify_cluster_addon(&caller, REGION, CLUSTER, REPORTER, &key.whole(""));
    attempts.done("whole", changed);
    Ok(())
}

/// The same key, by name.
fn generic(caller: &Account, key: &Key, attempts: &mut Attempts) {
    let place = [Given::Text("cluster_id", CLUSTER), Given::Text("component_id", REPORTER)];
    let [cluster, component] = place;
    let given = [cluster, component, Given::Secret("config", &key.secret)];
    attempts.note("as all settings", write(caller, CS, "ModifyClusterAddon", &given), backwards);
    let given = [Given::Text("cluster_id", CLUSTER), Given::Secret("component_id", &key.secret)];
    attempts.note("as the add-on", write(caller, CS, "ModifyClusterAddon", &given), backwards);
    let given = [Given::Secret("cluster_id", &key.secret)];
    attempts.note("as the cluster", read(caller, CS, "DescribeClusterDetail", &given), backwards);
    let config =
        json!({ "accessKey": key.id, "accessKeySecret": "Hunter2-Hunter2!", "uid": FOREIGN });
    let config = config.to_string();
    for given in [Given::Text("config", &config), Given::Json("config", &config)] {
        let place = [Given::Text("cluster_id", CLUSTER), Given::Text("component_id", REPORTER)];
        let [cluster, component] = place;
        let given = [cluster, component, given];
        let changed = write(caller, CS, "ModifyClusterAddon", &given);
        attempts.note("as a document", changed, backwards);
    }
}

/// Reads everything that may show what others have set.
pub(crate) fn read_back(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let one = cs::get_cluster_addon_instance(&caller, REGION, CLUSTER, REPORTER);
    attempts.note("one", one, |addon| both(addon.raw, addon.config));
    let one = cs::describe_cluster_addon_instance(&caller, REGION, CLUSTER, REPORTER);
    attempts.note("one, by the older path", one, |addon| both(addon.raw, addon.config));
    let all = cs::list_cluster_addon_instances(&caller, REGION, CLUSTER);
    let words = |all: Vec<cs::AddonInstance>| {
        let parts = all.into_iter().flat_map(|addon| [addon.raw, addon.config.unwrap_or_default()]);
        parts.collect::<String>()
    };
    attempts.note("all", all, |all| backwards(words(all)));
    let versions = cs::describe_cluster_addons_version(&caller, REGION, CLUSTER);
    attempts.note("versions", versions, backwards);
    let named = |name| [Given::Text("cluster_id", CLUSTER), Given::Text(name, REPORTER)];
    for (action, name) in [
        ("GetClusterAddonInstance", "instance_name"),
        ("DescribeClusterAddonInstance", "addon_name"),
    ] {
        attempts.note(action, read(&caller, CS, action, &named(name)), backwards);
    }
    for action in [
        "ListClusterAddonInstances",
        "DescribeClusterAddonsVersion",
        "DescribeClusterTasks",
        "DescribeClusterDetail",
    ] {
        let given = [Given::Text("cluster_id", CLUSTER)];
        attempts.note(action, read(&caller, CS, action, &given), backwards);
    }
    for task in cs::describe_cluster_tasks(&caller, REGION, CLUSTER)? {
        let info = cs::describe_task_info(&caller, REGION, &task.task_id);
        attempts.note("task", info, |task| backwards(task.raw));
        let given = [Given::Text("task_id", &task.task_id)];
        attempts.note("task", read(&caller, CS, "DescribeTaskInfo", &given), backwards);
    }
    Ok(())
}

fn both(raw: String, config: Option<String>) -> Json {
    backwards(raw + &config.unwrap_or_default())
}

/// Writes back what it read, as somebody would who changes one setting of many.
pub(crate) fn write_back(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let key = Key::new(field, &Field::monitoring()?, "writer")?;
    let found = cs::get_cluster_addon_instance(&caller, REGION, CLUSTER, REPORTER)?;
    let config: Json = serde_json::from_str(&found.config.unwrap_or_default()).unwrap_or_default();
    for (name, value) in config.as_object().into_iter().flatten() {
        let Some(value) = value.as_str().filter(|value| !value.is_empty()) else { continue };
        let pair = [text(&format!("/{name}"), value)];
        let changed = cs::modify_cluster_addon(&caller, REGION, CLUSTER, REPORTER, &pair);
        attempts.done(&format!("{name}={value}"), changed);
    }
    let masks = ["[sealed]", "[masked]", "******", "LTAI***MPLE", "a [sealed] b"];
    for mask in masks {
        let given = [text("/endpoint", mask)];
        let changed = cs::modify_cluster_addon(&caller, REGION, CLUSTER, REPORTER, &given);
        attempts.done("mask", changed);
        let options = cs::UpgradeClusterAddonsOptions {
            config: key.with(text("/endpoint", mask)),
            ..Default::default()
        };
        let changed =
            cs::upgrade_cluster_addons(&caller, REGION, CLUSTER, REPORTER, "5.1.1", &options);
        attempts.note("mask beside a key", changed, |change| json!(change.raw));
        let config = json!({ "endpoint": mask }).to_string();
        let given = [
            Given::Text("cluster_id", CLUSTER),
            Given::Text("component_id", REPORTER),
            Given::Text("config", &config),
        ];
        let changed = write(&caller, CS, "ModifyClusterAddon", &given);
        attempts.note("mask, generic", changed, backwards);
    }
    Ok(())
}
