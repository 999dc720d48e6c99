//! What a call needs to be judged by, and the judgement.

use std::borrow::Cow;

use host_catalog::{Action, Product};
use host_model::{Call, CallError, Value};
use host_policy::{
    Consent, DocumentKind, HostPurpose, Judged, Need, Permit, Scene, Subject, UserFacts, audit,
    judge,
};
use serde_json::Value as Json;

use super::{Identity, LiveDriver, Stage};
use crate::{RunEvent, WouldDeny};

/// Everything about one call that its judgement looks at.
pub(super) struct Brief<'a> {
    pub(super) call: &'a Call,
    pub(super) product: &'a Product,
    pub(super) action: &'a Action,
    pub(super) identity: &'a Identity,
    pub(super) documents: Vec<Judged>,
    pub(super) user: Option<UserFacts>,
}

impl Brief<'_> {
    pub(super) fn subject(&self, consent: Consent) -> Subject<'_> {
        Subject {
            call: self.call,
            product: self.product,
            action: self.action,
            account: &self.identity.facts.account,
            documents: &self.documents,
            user: self.user.as_ref(),
            consent,
        }
    }
}

impl LiveDriver {
    /// Reads what stands behind the names in a call: documents by meaning, users by their mark.
    pub(super) async fn brief<'a>(
        &self,
        call: &'a Call,
        product: &'a Product,
        action: &'a Action,
        identity: &'a Identity,
    ) -> Brief<'a> {
        let mut documents = Vec::new();
        let mut user = None;
        for need in host_policy::needs(product, action, call) {
            let what = need.what();
            match &need {
                Need::Policy { name, kind } => {
                    let asked = [("PolicyName", name.as_str()), ("PolicyType", kind.as_str())];
                    let at = "/DefaultPolicyVersion/PolicyDocument";
                    let text = self.text_of(call, HostPurpose::ReadPolicy, &asked, at).await;
                    documents.push(Judged { kind: DocumentKind::Permission, what, text });
                }
                Need::PolicyVersion { name, version } => {
                    let asked = [
                        ("PolicyName", name.as_str()),
                        ("PolicyType", "Custom"),
                        ("VersionId", version.as_str()),
                    ];
                    let at = "/PolicyVersion/PolicyDocument";
                    let text = self.text_of(call, HostPurpose::ReadPolicyVersion, &asked, at).await;
                    documents.push(Judged { kind: DocumentKind::Permission, what, text });
                }
                Need::User { name } => {
                    let asked = [("UserName", name.as_str())];
                    let at = "/User/Comments";
                    let comments = self.text_of(call, HostPurpose::ReadUser, &asked, at).await;
                    let marked = comments.is_some_and(|text| self.stage.mark.is_in(&text));
                    user = Some(UserFacts { name: name.clone(), marked });
                }
            }
        }
        Brief { call, product, action, identity, documents, user }
    }

    /// A text of a reply, as the caller reads it; `None` if it cannot be read, which is denied later.
    async fn text_of(
        &self,
        call: &Call,
        purpose: HostPurpose,
        parameters: &[(&str, &str)],
        at: &str,
    ) -> Option<String> {
        let body = self.read_for_host(&call.identity, purpose, parameters).await.ok()?;
        body.pointer(at).and_then(serde_json::Value::as_str).map(str::to_owned)
    }

    /// The permit, if every rule allows the call under this consent.
    pub(super) fn judge(&self, brief: &Brief<'_>, consent: Consent) -> Result<Permit, CallError> {
        judge(&self.scene_of(brief.call), &brief.subject(consent)).map_err(CallError::from)
    }

    /// The scene of one call: while planning, ids that nobody will ever see again belong to it.
    fn scene_of(&self, call: &Call) -> Cow<'_, Scene> {
        let Stage { scene, planning, .. } = &self.stage;
        let Some(planning) = planning else { return Cow::Borrowed(scene) };
        let made_up = texts(call).into_iter();
        let made_up = made_up.flat_map(|text| planning.overlay.made_up_in(text)).collect();
        Cow::Owned(Scene { made_up, ..scene.clone() })
    }

    /// Says what a policy file would deny of a permitted call, if it is only audited.
    pub(super) fn note_audit(&self, brief: &Brief<'_>) {
        let Stage { scene, .. } = &self.stage;
        if !scene.allowances.grants.as_ref().is_some_and(|grants| grants.only_audits()) {
            return;
        }
        let scene = self.scene_of(brief.call);
        let Some(denial) = audit(&scene, &brief.subject(Consent::Person)) else { return };
        let facts = &brief.identity.facts;
        let would_deny = WouldDeny {
            step: self.step.id.clone(),
            account_name: self.account_name(facts).map(str::to_owned),
            account: facts.account.to_string(),
            action: format!("{}:{}", brief.product.key, brief.action.name),
            code: denial.code.to_owned(),
            message: self.redact(&denial.sentence),
            grant: denial.grant,
        };
        self.report(&RunEvent::WouldDeny(would_deny.clone()));
        let mut ledger = self.ledger();
        // Sentences with ids that were made up differ from rehearsal to rehearsal, and mean the same.
        let vague = !scene.made_up.is_empty();
        let same = |it: &WouldDeny| {
            it.grant == would_deny.grant && (vague || it.message == would_deny.message)
        };
        if !ledger.would_deny.iter().any(same) {
            ledger.would_deny.push(would_deny);
        }
    }

    /// Product and action of a call, which must be one that the catalog has.
    pub(super) fn resolve(
        &self,
        call: &Call,
    ) -> Result<(&'static Product, &'static Action), CallError> {
        self.stage.catalog.resolve(&call.product, &call.version, &call.action)
    }
}

/// The texts among the values of a call, also in lists.
fn texts(call: &Call) -> Vec<&str> {
    let mut texts = Vec::new();
    for (_, value) in &call.parameters {
        match value {
            Value::Text(text) | Value::Json(Json::String(text)) => texts.push(text.as_str()),
            Value::Json(Json::Array(items)) => texts.extend(items.iter().filter_map(Json::as_str)),
            Value::Json(_) | Value::Secret(_) | Value::Settings(_) => {}
        }
    }
    texts
}
