//! Taking back: a call may do what the catalog says takes a journaled call back, and nothing else.
//!
//! The rules for workflows do not apply, for no workflow asks: the journal does, which the installation's
//! key vouches for. In their place stands one rule. **Every parameter of the call follows from journaled
//! calls**, each of which has this action as its inverse:
//!
//! - what names the thing is what the journaled call, or its reply, named;
//! - a value is what stood there before, as it was read then, in a parameter that the journaled call gave;
//! - a trust is what stands there now without the statements that the journaled calls added, exactly;
//! - a setting is one that they set, and becomes empty or what it was seen to be before, never a mask;
//! - a tag is one that they put;
//! - a script is the one that was registered before the journaled call, for machines of that call only, and
//!   the manifest declares it.

use host_catalog::{Action, Catalog, Inverse, InverseKind, ParameterType, Product, Source, pick};
use host_model::{AccountId, Call, Value, quote_within};
use host_ram::Document;
use serde_json::Value as Json;

use crate::allowance::Allowed;
use crate::entry::{catalogued, title};
use crate::given::{Given, text_of};
use crate::{Consent, Denial, Permit, Scene, Subject, UserFacts};
use crate::{addon, command, consent, reach};

/// How many characters of a parameter's name are shown.
const NAME_SHOWN: usize = 64;

/// A call that was made, as the journal has it.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// The account that it acted in.
    pub account: &'a AccountId,
    /// As it was sent.
    pub call: &'a Call,
    /// What the cloud answered.
    pub reply: &'a Json,
    /// What the catalog's look showed before it; null if nobody looked.
    pub before: &'a Json,
    /// What the workflow registered for it.
    pub registered: Option<&'a Call>,
}

/// A call that is to take journaled calls back.
#[derive(Debug, Clone, Copy)]
pub struct Reversal<'a> {
    /// What is to be sent.
    pub call: &'a Call,
    /// The product, from the catalog.
    pub product: &'a Product,
    /// The action, from the catalog.
    pub action: &'a Action,
    /// The account that the caller acts in.
    pub account: &'a AccountId,
    /// What it takes back: every one of them.
    pub of: &'a [Past<'a>],
    /// The trust that stands there now, if it changes one.
    pub trust_now: Option<&'a str>,
    /// How it was agreed to.
    pub consent: Consent,
}

impl<'a> Reversal<'a> {
    fn subject(&self) -> Subject<'a> {
        Subject {
            call: self.call,
            product: self.product,
            action: self.action,
            account: self.account,
            documents: &[],
            user: None,
            consent: self.consent,
        }
    }
}

/// Decides whether a call may take back what the journal says was done.
///
/// # Errors
///
/// The first part of the rule that refuses it.
pub fn judge_undo(scene: &Scene, reversal: &Reversal<'_>) -> Result<Permit, Denial> {
    let subject = catalogued(&reversal.subject())?;
    let name = title(&subject);
    reversal.product.check(subject.action, reversal.call)?;
    reach::judge(scene, &subject)?;
    if reversal.call.carries_secret() {
        return Err(refused(&name, "it would place a secret"));
    }
    if reversal.of.is_empty() {
        return Err(refused(&name, "it takes nothing back"));
    }
    for past in reversal.of {
        judge_past(scene, reversal, past, &name)?;
    }
    for (parameter, value) in &reversal.call.parameters {
        let follows = |past: &Past<'_>| follows(reversal, past, parameter, value);
        if !reversal.of.iter().any(follows) {
            let parameter = quote_within(parameter, NAME_SHOWN);
            return Err(refused(
                &name,
                &format!("`{parameter}` does not follow from what was done"),
            ));
        }
    }
    // What follows from the journal needs no rule of a policy file.
    let allowed = Allowed::to_all(&scene.allowances);
    if is_agreed(&subject) {
        let lenient = Subject { consent: Consent::Person, ..subject };
        consent::judge(scene, &allowed, &lenient)?;
    } else {
        consent::judge(scene, &allowed, &subject)?;
    }
    Ok(Permit::new(&subject.product.key, &subject.action.name, subject.action.effect))
}

/// What a person should know before the yes, worst first. `user` is whoever the call is about, if that is known.
pub fn undo_risks(scene: &Scene, reversal: &Reversal<'_>, user: Option<&UserFacts>) -> Vec<String> {
    crate::risks(scene, &Subject { user, ..reversal.subject() })
}

/// Whether it is a high risk in name only: a key that is switched off, unattended.
fn is_agreed(subject: &Subject<'_>) -> bool {
    let switches_off = subject.action.name == "UpdateAccessKey"
        && Given(subject.call).text("Status") == Some("Inactive");
    subject.consent == Consent::Unattended && switches_off
}

/// Whether one journaled call has this call as its inverse, of this very thing.
fn judge_past(
    scene: &Scene,
    reversal: &Reversal<'_>,
    past: &Past<'_>,
    name: &str,
) -> Result<(), Denial> {
    if past.account != reversal.account {
        return Err(refused(name, "what it takes back was done in another account"));
    }
    let Some((inverse, template)) = template(reversal, past) else {
        let done = quote_within(&past.call.action, NAME_SHOWN);
        return Err(refused(name, &format!("it is not what takes `{done}` back")));
    };
    if inverse.kind == InverseKind::Registered {
        return judge_registered(scene, reversal, past, inverse, name);
    }
    if past.call.region != reversal.call.region {
        return Err(refused(name, "what it takes back was done in another region"));
    }
    for (parameter, source) in template {
        let expected = Source::read(source).value(past.call, past.reply, past.before);
        let given = value(reversal.call, parameter);
        // What was only shared by several journaled calls is less than each of them.
        if !same(given, expected.as_ref()) {
            let parameter = quote_within(parameter, NAME_SHOWN);
            return Err(refused(name, &format!("`{parameter}` is not the one of what was done")));
        }
    }
    Ok(())
}

type Template<'a> = &'a std::collections::BTreeMap<String, String>;

/// The inverse of a journaled call, with the template that this call fills.
fn template(
    reversal: &Reversal<'_>,
    past: &Past<'_>,
) -> Option<(&'static Inverse, Template<'static>)> {
    let catalog = Catalog::builtin();
    let (product, action) =
        catalog.resolve(&past.call.product, &past.call.version, &past.call.action).ok()?;
    let inverse = action.inverse.as_ref().filter(|_| product.key == reversal.product.key)?;
    if inverse.action == reversal.action.name {
        return Some((inverse, &inverse.with));
    }
    let first = inverse.first.as_ref().filter(|first| first.action == reversal.action.name)?;
    Some((inverse, &first.with))
}

fn judge_registered(
    scene: &Scene,
    reversal: &Reversal<'_>,
    past: &Past<'_>,
    inverse: &Inverse,
    name: &str,
) -> Result<(), Denial> {
    let Some(registered) = past.registered else {
        return Err(refused(name, "nothing was registered for what was done"));
    };
    let call = reversal.call;
    let same_place = registered.product == call.product
        && registered.action == call.action
        && registered.region == call.region
        && past.call.region == call.region;
    let same_names = registered.parameters.len() == call.parameters.len()
        && registered.parameters.iter().all(|(it, _)| value(call, it).is_some());
    let all =
        registered.parameters.iter().all(|(it, wanted)| within(value(call, it), Some(wanted)));
    let agrees =
        inverse.with.iter().all(|(it, source)| within(value(call, it), value(past.call, source)));
    if !(same_place && same_names && all && agrees) {
        return Err(refused(name, "it is not what was registered for what was done"));
    }
    command::judge(scene, &reversal.subject())
}

/// Whether a parameter follows from a journaled call.
fn follows(reversal: &Reversal<'_>, past: &Past<'_>, parameter: &str, given: &Value) -> bool {
    let Some((inverse, template)) = template(reversal, past) else { return false };
    // What was judged against the template, or against what was registered.
    if template.contains_key(parameter) || inverse.kind == InverseKind::Registered {
        return true;
    }
    if inverse.action != reversal.action.name {
        return false;
    }
    if let Some(at) = inverse.back.get(parameter) {
        let former = pick(past.before, at, past.call);
        return value(past.call, parameter).is_some() && former.is_some_and(|it| says(given, it));
    }
    let Some(source) = inverse.less.get(parameter) else { return false };
    let is = reversal.action.parameter(parameter).and_then(|it| reversal.product.type_of(it));
    match is {
        Some(ParameterType::TrustDocument { .. }) => is_less(reversal, given),
        Some(ParameterType::Settings { .. }) => settings_follow(reversal, given),
        _ => tags_follow(past, source, given),
    }
}

/// Whether a trust is what stands there now, without what the journaled calls added.
fn is_less(reversal: &Reversal<'_>, given: &Value) -> bool {
    let parse = |text: Option<&str>| text.and_then(|text| Document::parse(text).ok());
    let (Some(mut rest), Some(given)) = (parse(reversal.trust_now), parse(text_of(given))) else {
        return false;
    };
    for past in reversal.of {
        let at = "/Role/AssumeRolePolicyDocument";
        let before = parse(past.before.pointer(at).and_then(Json::as_str));
        let Some(after) = Given(past.call).text("NewAssumeRolePolicyDocument") else { continue };
        let (Some(before), Some(after)) = (before, parse(Some(after))) else { return false };
        rest = host_ram::without(&rest, &host_ram::added(&before, &after));
    }
    !given.statements().is_empty() && rest.means_same(&given)
}

/// Whether each setting is one that a journaled call set, emptied or as it was seen before.
fn settings_follow(reversal: &Reversal<'_>, given: &Value) -> bool {
    let Value::Settings(settings) = given else { return false };
    settings.iter().all(|(pointer, value)| {
        let mut sets = reversal.of.iter().filter(|past| {
            let own = Given(past.call).settings(addon::CONFIG).unwrap_or_default();
            own.iter().any(|(name, _)| name == pointer)
        });
        let was = |past: &Past<'_>| {
            let text = past.before.get(addon::CONFIG)?.as_str()?;
            let document: Json = serde_json::from_str(text).ok()?;
            document.pointer(pointer).cloned()
        };
        match text_of(value) {
            Some("") => sets.next().is_some(),
            _ if addon::is_masked(value) => false,
            _ => sets.any(|past| was(past).is_some_and(|was| says(value, &was))),
        }
    })
}

fn tags_follow(past: &Past<'_>, source: &str, given: &Value) -> bool {
    let tags = match value(past.call, source) {
        Some(Value::Json(Json::Array(tags))) => tags.clone(),
        _ => return false,
    };
    let put = |key: &Json| tags.iter().any(|tag| tag.get("Key") == Some(key));
    match given {
        Value::Json(Json::Array(keys)) => !keys.is_empty() && keys.iter().all(put),
        _ => false,
    }
}

fn value<'a>(call: &'a Call, name: &str) -> Option<&'a Value> {
    call.parameters.iter().find_map(|(key, value)| (key == name).then_some(value))
}

fn same(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => match (text_of(one), text_of(other)) {
            (Some(one), Some(other)) => one == other,
            _ => one == other,
        },
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn says(value: &Value, json: &Json) -> bool {
    match value {
        Value::Text(text) => json.as_str() == Some(text),
        Value::Json(own) => own == json,
        Value::Secret(_) | Value::Settings(_) => false,
    }
}

/// Whether a value is the same, or a shorter list of the same items.
fn within(own: Option<&Value>, all: Option<&Value>) -> bool {
    match (own, all) {
        (Some(Value::Json(Json::Array(own))), Some(Value::Json(Json::Array(all)))) => {
            !own.is_empty() && own.iter().all(|item| all.contains(item))
        }
        (own, all) => own == all,
    }
}

fn refused(name: &str, why: &str) -> Denial {
    Denial::new("policy.undo-unfounded", 4, format!("`{name}` is refused: {why}"))
}

/// Decides whether a workflow may register a call that takes its next change back: an undo makes it later,
/// so it must be one that could be made now.
///
/// # Errors
///
/// The action is none that a workflow registers; it carries a secret; or the manifest, the account or the
/// rule for scripts refuses it.
pub fn judge_registration(scene: &Scene, subject: &Subject<'_>) -> Result<(), Denial> {
    let subject = catalogued(subject)?;
    crate::entry::judge(scene, &subject)?;
    reach::judge(scene, &subject)?;
    let name = title(&subject);
    let registers = |action: &Action| {
        let inverse = action.inverse.as_ref();
        inverse.is_some_and(|it| {
            it.kind == InverseKind::Registered && it.action == subject.action.name
        })
    };
    if !subject.product.actions.values().any(registers) {
        let sentence = format!(
            "`{name}` cannot be registered to take a change back: the catalog says what does that"
        );
        return Err(Denial::new("policy.undo-unregistrable", 1, sentence));
    }
    if subject.call.carries_secret() {
        let sentence = format!("`{name}` cannot be registered with a secret: an undo has none");
        return Err(Denial::new("policy.undo-unregistrable", 7, sentence));
    }
    command::judge(scene, &subject)
}
