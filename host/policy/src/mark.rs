//! Rule 6, its other side: the mark is the host's to set.

use host_catalog::ParameterType;
use serde_json::{Value as Json, json};

use crate::entry::title;
use crate::given::Given;
use crate::{Denial, Scene, Subject};

/// Where the mark of a user stands.
const COMMENTS: [&str; 2] = ["Comments", "NewComments"];

/// Which tags are taken away.
const TAG_KEYS: &str = "TagKeys";

/// Refuses writes that would set or take away a mark: anybody's, not only this workflow's.
///
/// One way is left: roles and policies that are there already may get exactly this mark, or lose
/// it, if the operator lets the run take objects over. Users cannot be taken over.
pub(crate) fn judge(scene: &Scene, subject: &Subject<'_>) -> Result<(), Denial> {
    let forges = subject.action.effect.is_write()
        && (carriers(subject).any(|value| mentions(&value, &scene.mark)) || strips(subject));
    let adopts = adopts(scene, subject);
    if !forges || (adopts && scene.allowances.adopt) {
        return Ok(());
    }
    let sentence = format!(
        "`{}` is refused: `{}` is how the host knows what a workflow made, and only the host sets it",
        title(subject),
        key(&scene.mark)
    );
    let grant = adopts.then(|| "--adopt".to_owned());
    Err(Denial::new("policy.mark-reserved", 6, sentence).unless(grant))
}

/// The values in which a mark may stand. Comments are taken as the text that they are: as JSON,
/// one of two members of the same name would hide the other.
fn carriers<'a>(subject: &Subject<'a>) -> impl Iterator<Item = Json> + 'a {
    let Subject { call, product, action, .. } = *subject;
    let given = Given(call);
    action.parameters.iter().filter_map(move |parameter| match product.type_of(parameter)? {
        ParameterType::Tags { .. } => given.json(&parameter.name),
        ParameterType::Texts { .. } if parameter.name == TAG_KEYS => given.json(&parameter.name),
        _ if COMMENTS.contains(&parameter.name.as_str()) => {
            given.text(&parameter.name).map(|text| Json::String(text.to_owned()))
        }
        _ => None,
    })
}

/// Whether tags are taken away without saying which.
fn strips(subject: &Subject<'_>) -> bool {
    let given = Given(subject.call);
    let all = given.json("All").is_some_and(|all| all != Json::Bool(false));
    let none_named = given.json(TAG_KEYS).is_none_or(|keys| keys == json!([]));
    subject.action.name.starts_with("Untag") && (all || none_named)
}

/// Whether the call is an adoption or its reverse, which the operator may allow.
fn adopts(scene: &Scene, subject: &Subject<'_>) -> bool {
    let kind = Given(subject.call).text("ResourceType").unwrap_or_default();
    let markable = matches!(kind, "role" | "policy");
    match title(subject).as_str() {
        "ram:TagResources" => markable && is_exact(scene, subject),
        "ram:UntagResources" => markable,
        _ => false,
    }
}

/// Whether every tag that has to do with marks is this workflow's mark, and nothing more.
fn is_exact(scene: &Scene, subject: &Subject<'_>) -> bool {
    let (key, value) = scene.mark.split_once('=').unwrap_or((&scene.mark, ""));
    let ours = json!({ "Key": key, "Value": value });
    let Some(Json::Array(tags)) = Given(subject.call).json("Tag") else { return false };
    tags.iter().all(|tag| *tag == ours || !mentions(tag, &scene.mark))
}

/// Whether any text inside `value` has the key of a mark in it.
fn mentions(value: &Json, mark: &str) -> bool {
    let has = |text: &str| folded(text).contains(&folded(key(mark)));
    match value {
        Json::String(text) => has(text),
        Json::Array(items) => items.iter().any(|item| mentions(item, mark)),
        Json::Object(fields) => {
            fields.iter().any(|(name, field)| has(name) || mentions(field, mark))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

fn key(mark: &str) -> &str {
    mark.split_once('=').map_or(mark, |(key, _)| key)
}

/// Without case, and without characters that cannot be seen or that a cloud may leave out.
fn folded(text: &str) -> String {
    let kept = text.chars().filter(|character| matches!(character, ' '..='~'));
    kept.map(|character| character.to_ascii_lowercase()).collect()
}
