//! Add-ons that are put in, changed, upgraded and taken out: each by a task.

use host_model::Timestamp;
use serde_json::{Value as Json, json};

use super::{addon_absent, check_rbac, cluster, cluster_mut};
use crate::state::addon::{AddonTrouble, TroubleAt, defaults};
use crate::state::document::merge;
use crate::state::version::reaches;
use crate::state::{Addon, AddonDeed, CloudError, Cluster, Mint, Operation, State, Task, Work};

/// One add-on of a request, as its action spells it.
struct Item {
    name: String,
    version: Option<String>,
    config: Option<Json>,
    overwrite: bool,
}

/// The items of a request; bodies are lists, and a call has one item (`facts.md`, CS).
fn items(operation: &Operation<'_>, name: &str, version: &str) -> Result<Vec<Item>, CloudError> {
    let read = |item: &Json| {
        let text = |field: &str| item.get(field).and_then(Json::as_str).map(str::to_owned);
        Ok(Item {
            name: text(name).ok_or_else(|| missing(name))?,
            version: text(version).filter(|version| !version.is_empty()),
            config: text("config").map(|text| settings(&text)).transpose()?.flatten(),
            overwrite: text("policy").as_deref() == Some("overwrite"),
        })
    };
    operation.parameters.items().iter().map(read).collect()
}

fn missing(name: &str) -> CloudError {
    CloudError::invalid(
        "MissingParameter",
        format!("The parameter {name} is mandatory and was not given."),
    )
}

/// Settings as the text of a JSON object; nothing, if there is no text.
fn settings(text: &str) -> Result<Option<Json>, CloudError> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = serde_json::from_str(text).ok().filter(Json::is_object);
    let wrong =
        || CloudError::invalid("InvalidParameter", "The parameter config is no JSON object.");
    parsed.map(Some).ok_or_else(wrong)
}

/// The cluster, if it takes changes: it runs, the caller may enter it, and `name` is not at work.
fn ready<'s>(
    state: &'s State,
    operation: &Operation<'_>,
    names: &[&str],
) -> Result<&'s Cluster, CloudError> {
    let cluster = cluster(state, operation)?;
    let busy = cluster.tasks.iter().filter(|task| task.state == "running");
    let mut busy = busy.flat_map(|task| &task.works);
    if cluster.state != "running" || busy.any(|work| names.contains(&work.addon.as_str())) {
        return Err(CloudError::new(
            "ErrorClusterState",
            400,
            "The state of the cluster, or a task that runs in it, does not allow this.",
        ));
    }
    check_rbac(cluster)?;
    Ok(cluster)
}

/// The scenario's trouble with a deed, counted.
fn trouble(cluster: &mut Cluster, deed: &AddonDeed, at: TroubleAt) -> Option<AddonTrouble> {
    let found = cluster.manner.trouble.iter_mut().find(|trouble| {
        let meant = trouble.on == "*" || trouble.on == deed.word();
        meant && trouble.at == at && trouble.count.is_none_or(|count| trouble.used < count)
    })?;
    found.used += 1;
    Some(found.clone())
}

fn refusal(trouble: &AddonTrouble) -> CloudError {
    CloudError::new(trouble.code.as_str(), trouble.status, trouble.message.as_str())
}

/// What a request does to one add-on at once; its task does the rest.
fn begin(cluster: &mut Cluster, item: &Item, deed: &AddonDeed, now: Timestamp) -> Option<Json> {
    let schema = cluster.manner.schema;
    let config = item.config.clone().unwrap_or_else(|| json!({}));
    if *deed == AddonDeed::Install {
        let version = item.version.as_deref().unwrap_or_default();
        let addon = Addon::new(&item.name, version, &config, schema, now);
        let before = addon.config.clone();
        cluster.addons.insert(item.name.clone(), addon);
        return Some(before);
    }
    let addon = cluster.addons.get_mut(&item.name)?;
    let before = addon.config.clone();
    let word = match deed {
        AddonDeed::Install => "initial",
        AddonDeed::Upgrade { .. } => "upgrading",
        AddonDeed::Modify => "updating",
        AddonDeed::Uninstall => "deleting",
    };
    word.clone_into(&mut addon.state);
    addon.reports = None;
    if item.overwrite {
        addon.config = defaults(&item.name, schema);
    }
    merge(&mut addon.config, &config);
    Some(before)
}

/// Starts the task that does `deeds`, or refuses as the scenario wants it. The task's id.
fn start(
    state: &mut State,
    operation: &Operation<'_>,
    deeds: &[(Item, AddonDeed)],
) -> Result<String, CloudError> {
    let now = operation.now;
    let mut mint: Mint = state.mint.clone();
    let cluster = cluster_mut(state, operation)?;
    let mut works = Vec::new();
    for (item, deed) in deeds {
        if let Some(trouble) = trouble(cluster, deed, TroubleAt::Request) {
            if trouble.changes {
                begin(cluster, item, deed, now);
                let state = if *deed == AddonDeed::Uninstall { "deleting" } else { "active" };
                if let Some(addon) = cluster.addons.get_mut(&item.name) {
                    state.clone_into(&mut addon.state);
                    addon.changed = now;
                    addon.judged = false;
                }
            }
            return Err(refusal(&trouble));
        }
        let trouble = trouble(cluster, deed, TroubleAt::Task);
        let before = begin(cluster, item, deed, now);
        let changes = trouble.as_ref().is_some_and(|trouble| trouble.changes);
        works.push(Work {
            addon: item.name.clone(),
            deed: deed.clone(),
            failure: trouble.map(|trouble| (trouble.code, trouble.message)),
            restore: before.filter(|_| !changes),
        });
    }
    let word = deeds.first().map(|(_, deed)| deed.word()).unwrap_or_default();
    let later = |seconds: u32| now.plus_millis(i64::from(seconds) * 1000);
    let id = mint.task_id();
    cluster.tasks.push(Task {
        id: id.clone(),
        kind: format!("cluster_addon_{word}"),
        state: "running".to_owned(),
        created: now,
        listed_from: later(cluster.manner.task_hidden_seconds),
        due: later(cluster.manner.task_seconds),
        works,
        error: None,
    });
    state.mint = mint;
    Ok(id)
}

/// Reads the items of a request, has each of them judged, and starts one task for all. `fields` are the
/// names of an item's name and version.
fn carry_out(
    state: &mut State,
    operation: &Operation<'_>,
    fields: [&str; 2],
    judge: impl Fn(&Cluster, &Item) -> Result<AddonDeed, CloudError>,
) -> Result<Json, CloudError> {
    let [name, version] = fields;
    let items = items(operation, name, version)?;
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    let cluster = ready(state, operation, &names)?;
    let judged = items.into_iter().map(|item| judge(cluster, &item).map(|deed| (item, deed)));
    let deeds: Vec<_> = judged.collect::<Result<_, _>>()?;
    let task = start(state, operation, &deeds)?;
    let cluster = operation.required("cluster_id");
    Ok(json!({ "cluster_id": cluster, "request_id": null, "task_id": task }))
}

fn check_version(cluster: &Cluster, name: &str, version: &str) -> Result<(), CloudError> {
    let versions = cluster.versions_of(name);
    if versions.is_empty() {
        return Err(addon_absent());
    }
    if versions.iter().any(|known| known == version) {
        return Ok(());
    }
    let message = format!("The add-on {name} has no version {version} for this cluster.");
    Err(CloudError::invalid("InvalidAddonVersion", message))
}

pub(super) fn install_cluster_addons(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    carry_out(state, operation, ["name", "version"], |cluster, item| {
        if cluster.addons.contains_key(&item.name) {
            let message = format!("The add-on {} is installed already.", item.name);
            return Err(CloudError::invalid("AddonOperationFailed.ResourceExists", message));
        }
        let version = item.version.as_deref().ok_or_else(|| missing("version"))?;
        check_version(cluster, &item.name, version)?;
        Ok(AddonDeed::Install)
    })
}

/// Settings are merged by name; the reply is empty, and the task is found in the list of tasks.
pub(super) fn modify_cluster_addon(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let name = operation.required("component_id");
    let cluster = ready(state, operation, &[name])?;
    if !cluster.addons.contains_key(name) {
        return Err(addon_absent());
    }
    let config = operation.parameters.text("config").map(settings).transpose()?.flatten();
    let item = Item { name: name.to_owned(), version: None, config, overwrite: false };
    start(state, operation, &[(item, AddonDeed::Modify)])?;
    Ok(Json::Null)
}

pub(super) fn upgrade_cluster_addons(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    carry_out(state, operation, ["component_name", "next_version"], |cluster, item| {
        let addon = cluster.addons.get(&item.name).ok_or_else(addon_absent)?;
        let version = item.version.clone().ok_or_else(|| missing("next_version"))?;
        check_version(cluster, &item.name, &version)?;
        if reaches(&addon.version, &version) {
            let message = format!("The add-on {} has version {}.", item.name, addon.version);
            return Err(CloudError::invalid("InvalidAddonVersion", message));
        }
        Ok(AddonDeed::Upgrade { version })
    })
}

pub(super) fn uninstall_cluster_addons(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    carry_out(state, operation, ["name", "version"], |cluster, item| {
        let addon = cluster.addons.get(&item.name).ok_or_else(addon_absent)?;
        if addon.required {
            let message = format!("The add-on {} is required and cannot be removed.", item.name);
            return Err(CloudError::invalid("AddonOperationFailed.Required", message));
        }
        Ok(AddonDeed::Uninstall)
    })
}
