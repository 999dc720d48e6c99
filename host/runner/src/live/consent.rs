//! Consent: against a real cloud nothing is written without a yes (`security.md`, rules 16 to 18).

use host_model::{Value, quote_within};
use host_policy::Consent;
use host_runtime::Stop;

use super::LiveDriver;
use super::judge::Brief;
use crate::{Decision, Question};

/// Characters of one value that a question shows; a cut is said. The longest value is a script of 24 KB,
/// and nobody can agree to what is cut off.
const VALUE_SHOWN: usize = 24 << 10;

impl LiveDriver {
    /// How this call is agreed to. Asks a person where nothing else agrees; a no ends the run.
    pub(super) async fn consent(&mut self, brief: &Brief<'_>) -> Result<Consent, Stop> {
        let reads = !brief.action.effect.is_write();
        if self.stage.scene.offline {
            return Ok(Consent::Offline);
        }
        if !reads && self.stage.planning.is_some() {
            return Ok(Consent::Planned);
        }
        if reads && self.stage.vetted {
            return Ok(Consent::VettedRead);
        }
        let granted = self.stage.scene.allowances.grants.is_some();
        if self.stage.unattended && (self.stage.vetted || granted) {
            return Ok(Consent::Unattended);
        }
        if reads && (self.reads_approved || self.reads_by_plan(brief)) {
            return Ok(Consent::Person);
        }
        let question = self.question(brief);
        let declined = |reason: String| Err(Stop::Declined { reason });
        match self.stage.approver.ask(&question).await {
            Decision::Yes => Ok(Consent::Person),
            Decision::YesToReads => {
                self.reads_approved = true;
                Ok(Consent::Person)
            }
            Decision::Interrupted => Err(Stop::Interrupted),
            Decision::No => declined(format!("`{}` was declined", question.action)),
            Decision::Nobody => declined(format!(
                "`{}` needs a person's yes, and there is no terminal to ask at{}",
                question.action,
                if self.stage.unattended {
                    " (`--yes` counts for vetted workflows, and with a policy file)"
                } else {
                    ""
                }
            )),
        }
    }

    /// A value as a person sees it, literally; a secret by its name.
    fn shown(&self, value: &Value) -> String {
        match value {
            Value::Text(text) if text.contains('\n') => self.script(&self.redact(text)),
            Value::Text(text) => quote_within(&self.redact(text), VALUE_SHOWN),
            Value::Json(json) => quote_within(&self.redact(&json.to_string()), VALUE_SHOWN),
            Value::Secret(secret) => quote_within(&secret.to_string(), VALUE_SHOWN),
            Value::Settings(settings) => {
                let pair = |(name, value): &(String, Value)| {
                    format!("{} = {}", quote_within(name, VALUE_SHOWN), self.shown(value))
                };
                settings.iter().map(pair).collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// A script by its digest, and of a workflow that nobody vetted line by line. `host inspect` shows those of the
    /// others.
    fn script(&self, text: &str) -> String {
        let digest = host_runtime::digest(text.as_bytes());
        let mut shown = format!("{} lines, sha256 {digest}", text.lines().count());
        if self.stage.vetted {
            return shown;
        }
        for line in text.lines() {
            shown.push_str(&format!("\n      \u{2502} {}", quote_within(line, VALUE_SHOWN)));
        }
        shown
    }

    fn question(&self, brief: &Brief<'_>) -> Question {
        let account = &brief.identity.facts.account;
        // What is asked about is what will be sent, with the host's own marks on it.
        let mut call = brief.call.clone();
        self.stage.mark.put_on(brief.product, brief.action, &mut call);
        let own = self.host_parameters(&call);
        let own = own.iter().map(|(name, value)| (name.clone(), quote_within(value, VALUE_SHOWN)));
        let given = call.parameters.iter().map(|(name, value)| (name.clone(), self.shown(value)));
        let region = call.region.iter().map(|region| ("RegionId".to_owned(), region.clone()));
        let parameters = given.chain(region).chain(own);
        Question {
            account_name: self.account_name(&brief.identity.facts).unwrap_or("-").to_owned(),
            account: account.to_string(),
            action: format!("{}:{}", brief.product.key, brief.action.name),
            effect: brief.action.effect,
            sentence: self.redact(&brief.action.sentence_of(brief.call)),
            risks: host_policy::risks(&self.stage.scene, &brief.subject(Consent::None)),
            parameters: parameters.collect(),
        }
    }
}
