//! Policy documents and what they give away: the one file that speaks with `host-ram`.

use host_catalog::{Action, Parameter, ParameterType};
use host_model::quote_within;
use host_ram::{Document, Kind, Risk};

use crate::given::Given;
use crate::need::needs;
use crate::{DocumentKind, Judged, Scene, Subject};

/// How many characters of the name of a policy or role are shown.
const NAME_SHOWN: usize = 128;

/// What a document is for, and what is dangerous about it.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) kind: DocumentKind,
    /// What it belongs to.
    pub(crate) what: String,
    /// Worst first; or why it could not be read.
    pub(crate) risks: Result<Vec<Risk>, String>,
}

/// Every document that the call brings into force: those that it contains, those that it names,
/// and whatever else was collected. One that it names and that was not collected is unread.
pub(crate) fn readings(scene: &Scene, subject: &Subject<'_>) -> Vec<Reading> {
    let mut readings: Vec<Reading> =
        contained(subject).map(|(kind, what, text)| read(scene, kind, what, text)).collect();
    for Judged { kind, what, text } in subject.documents {
        readings.push(read(scene, *kind, what.clone(), text.as_deref()));
    }
    for need in needs(subject.product, subject.action, subject.call) {
        let collected =
            |judged: &Judged| judged.kind == DocumentKind::Permission && judged.what == need.what();
        if need.is_document() && !subject.documents.iter().any(collected) {
            readings.push(read(scene, DocumentKind::Permission, need.what(), None));
        }
    }
    readings
}

/// The documents among the parameters: by type, so that no action can be forgotten.
fn contained<'a>(
    subject: &Subject<'a>,
) -> impl Iterator<Item = (DocumentKind, String, Option<&'a str>)> {
    let Subject { call, product, action, .. } = *subject;
    action.parameters.iter().filter_map(move |parameter| {
        let kind = match product.type_of(parameter)? {
            ParameterType::TrustDocument { .. } => DocumentKind::Trust,
            ParameterType::PermissionDocument { .. } if !narrows(action, parameter) => {
                DocumentKind::Permission
            }
            _ => return None,
        };
        let given = Given(call);
        if !given.has(&parameter.name) {
            return None;
        }
        let owner = ["PolicyName", "RoleName"].iter().find_map(|name| given.text(name));
        let what = match (kind, owner) {
            (DocumentKind::Permission, Some(name)) => {
                format!("policy `{}`", quote_within(name, NAME_SHOWN))
            }
            (DocumentKind::Trust, Some(name)) => {
                format!("trust of role `{}`", quote_within(name, NAME_SHOWN))
            }
            (_, None) => format!("`{}`", parameter.name),
        };
        Some((kind, what, given.text(&parameter.name)))
    })
}

/// A session policy takes away from what the role may do, and gives nothing.
fn narrows(action: &Action, parameter: &Parameter) -> bool {
    action.name == "AssumeRole" && parameter.name == "Policy"
}

fn read(scene: &Scene, kind: DocumentKind, what: String, text: Option<&str>) -> Reading {
    let Some(text) = text else {
        return Reading { kind, what, risks: Err("it could not be read".to_owned()) };
    };
    let scene = host_ram::Scene { bound: scene.bound.clone() };
    let as_kind = match kind {
        DocumentKind::Permission => Kind::Permission,
        DocumentKind::Trust => Kind::Trust,
    };
    // Shape and length are risks or the catalog's business; system policies are longer than others.
    let risks = Document::parse(text)
        .map(|document| host_ram::risks(&document, as_kind, &scene))
        .map_err(|error| error.to_string());
    Reading { kind, what, risks }
}
