//! The plan for programs (`docs/plan.schema.json`).
//!
//! Values stand as they are sent, placeholders by their texts; the list of placeholders says which step brings
//! each. Sentences and details are those that people read.

use host_model::{Call, Value};
use serde_json::{Value as Json, json};

use crate::moment::seconds;
use crate::words::{Reader, summary};
use crate::{Deed, Forecast, Needed, Plan, Step};

/// The version of the form. It changes when a field goes or changes its meaning; new fields may come.
const VERSION: u32 = 1;

/// The plan for programs.
pub fn json(plan: &Plan) -> Json {
    let reader = Reader::new(plan);
    let workflow = &plan.workflow;
    let counts = plan.counts().into_iter().map(|(account, counts)| {
        json!({
            "account": account,
            "add": counts.add,
            "change": counts.change,
            "remove": counts.remove,
            "look": counts.look,
            "maybe": counts.maybe,
        })
    });
    let steps = plan.steps.iter().zip(plan.deeds());
    let observed = plan.observed.iter().map(|it| {
        let mut observed = call_of(&it.call);
        observed["before_step"] = json!(it.step);
        observed["digest"] = json!(it.digest);
        observed
    });
    let unread = plan.unread.iter().map(|it| {
        json!({ "account": it.account, "action": it.action, "what": it.what, "code": it.code })
    });
    let risks = reader.risks().into_iter();
    json!({
        "format": "host-plan",
        "version": VERSION,
        "hash": plan.hash(),
        "host_version": plan.host_version,
        "run": plan.run,
        "made": seconds(plan.made),
        "expires": seconds(plan.expires),
        "workflow": {
            "name": workflow.name,
            "version": workflow.version,
            "lineage": workflow.lineage,
            "sha256": workflow.digest,
            "vetted": workflow.vetted,
        },
        "input": plan.input,
        "accounts": plan.accounts,
        "allowed": plan.allowed,
        "terms": plan.terms,
        "has_changes": plan.has_changes(),
        "may_change": plan.may_change(),
        "summary": summary(plan),
        "counts": counts.collect::<Vec<Json>>(),
        "risks": risks
            .map(|(words, steps)| json!({ "words": words, "steps": steps }))
            .collect::<Vec<Json>>(),
        "steps": steps.map(|(step, deed)| step_of(step, deed, &reader)).collect::<Vec<Json>>(),
        "conditionals": plan.conditionals,
        "repairs": plan.repairs,
        "placeholders": plan.placeholders,
        "observed": observed.collect::<Vec<Json>>(),
        "unread": unread.collect::<Vec<Json>>(),
        "forecast": plan.forecast.as_ref().map(forecast_of),
        "needed": plan.needed().iter().map(needed_of).collect::<Vec<Json>>(),
    })
}

fn step_of(step: &Step, deed: Deed, reader: &Reader<'_>) -> Json {
    let lines = reader.step(step, deed);
    let details = lines
        .iter()
        .skip(1)
        .map(|line| json!({ "depth": line.depth, "sign": line.sign(), "text": line.text }));
    let mut json = call_of(&step.call);
    let more = json!({
        "number": step.number,
        "within": step.within,
        "account": step.account,
        "account_name": step.account_name,
        "object": reader.object(step),
        "effect": step.effect,
        "deed": deed.as_str(),
        "sentence": reader.sentence(step),
        "details": details.collect::<Vec<Json>>(),
        "sent": parameters(&step.sent.parameters),
        "risk": step.risk,
        "risks": step.risks,
        "expected": step.expected,
        "looks": step.looks,
        "conditional": step.conditional,
        "forecast": reader.is_forecast(step),
    });
    if let (Json::Object(json), Json::Object(more)) = (&mut json, more) {
        json.extend(more);
    }
    json
}

fn forecast_of(forecast: &Forecast) -> Json {
    let Forecast { from, reason, seen } = forecast;
    let seen = seen.as_ref().map(|seen| json!({ "run": seen.run, "at": seconds(seen.at) }));
    json!({ "from": from, "reason": reason, "seen": seen })
}

fn call_of(call: &Call) -> Json {
    json!({
        "identity": call.identity,
        "product": call.product,
        "api_version": call.version,
        "action": call.action,
        "region": call.region,
        "parameters": parameters(&call.parameters),
    })
}

/// Parameters in their order; of a secret its name. Evidence of a run tells them so as well.
pub fn parameters(parameters: &[(String, Value)]) -> Vec<Json> {
    let one = |(name, value): &(String, Value)| match value {
        Value::Text(text) => json!({ "name": name, "value": text }),
        Value::Json(json) => json!({ "name": name, "value": json }),
        Value::Secret(secret) => json!({ "name": name, "secret": secret }),
        Value::Settings(settings) => {
            json!({ "name": name, "settings": self::parameters(settings) })
        }
    };
    parameters.iter().map(one).collect()
}

fn needed_of(needed: &Needed) -> Json {
    let actions = needed.actions.iter();
    let actions = actions.map(|(action, on)| json!({ "action": action, "resources": on }));
    json!({
        "name": needed.name,
        "account": needed.account,
        "arn": needed.arn,
        "actions": actions.collect::<Vec<Json>>(),
        "policy": needed.document(),
        "names_resources": needed.is_fine(),
    })
}
