//! A call's parameters against the catalog, before anything is sent.

use host_model::{
    Arn, Blame, Call, CallError, ErrorKind, Principal, Problem, Region, Value, quote_within,
};
use serde_json::Value as Json;

use crate::settings::{self, Limits};
use crate::{Action, Owner, Parameter, ParameterType, Product, SettingNames};

/// How many characters of a wrong value a message shows.
const VALUE_SHOWN: usize = 80;

/// A parameter that the cloud would refuse, or that is not the workflow's to give.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{action}`: parameter `{parameter}` {reason}")]
pub struct ParameterError {
    /// `product:Action`.
    pub action: String,
    /// The parameter's API name.
    pub parameter: String,
    /// What is wrong, with the limit and the value.
    pub reason: String,
    code: &'static str,
    kind: ErrorKind,
}

impl Problem for ParameterError {
    fn code(&self) -> &'static str {
        self.code
    }

    fn blame(&self) -> Blame {
        Blame::Workflow
    }
}

impl From<ParameterError> for CallError {
    fn from(error: ParameterError) -> Self {
        Self::new(error.kind.clone(), error.code, error.to_string())
            .with("parameter", error.parameter)
            .with("limit", error.reason)
    }
}

impl Product {
    /// Refuses unknown, repeated, missing, wrong and host-owned parameters (`security.md`, rules 1 and 3).
    pub fn check(&self, action: &Action, call: &Call) -> Result<(), ParameterError> {
        let wrong = |parameter: &str, fault: Fault| ParameterError {
            action: format!("{}:{}", self.key, action.name),
            parameter: quote_within(parameter, VALUE_SHOWN),
            reason: fault.reason,
            code: fault.code,
            kind: fault.kind,
        };
        for (index, (name, value)) in call.parameters.iter().enumerate() {
            let repeated = call.parameters.iter().take(index).any(|(earlier, _)| earlier == name);
            if repeated {
                return Err(wrong(
                    name,
                    Fault::refused("catalog.parameter-repeated", "is given twice"),
                ));
            }
            let parameter = action.parameter(name).ok_or_else(|| wrong(name, unknown(name)))?;
            self.check_value(parameter, value).map_err(|fault| wrong(name, fault))?;
        }
        let given = |name: &str| call.parameters.iter().any(|(key, _)| key == name);
        for parameter in action.parameters.iter().filter(|p| p.required && p.is_open()) {
            let from_region = parameter.is == "region" && call.region.is_some();
            if !given(&parameter.name) && !from_region {
                return Err(wrong(
                    &parameter.name,
                    Fault::invalid("parameter-missing", "is missing"),
                ));
            }
        }
        if let Some(region) = &call.region {
            region
                .parse::<Region>()
                .map_err(|error| wrong("RegionId", Fault::value(&error.to_string(), region)))?;
        } else if self.endpoint.needs_region() {
            return Err(wrong("RegionId", Fault::invalid("parameter-missing", "is missing")));
        }
        Ok(())
    }

    /// Gives every value the form that its type has, so that nobody who looks at a call overlooks one: text
    /// is text even if it came as a JSON string, and a list is a list even if it came as text.
    pub fn normalize(&self, action: &Action, call: &mut Call) {
        for (name, value) in &mut call.parameters {
            let is = action.parameter(name).and_then(|parameter| self.type_of(parameter));
            let structured = is.is_some_and(ParameterType::is_structured);
            if let Some(ParameterType::Settings { names, .. }) = is {
                normalize_settings(*names, value);
                continue;
            }
            match value {
                Value::Json(Json::String(text)) if !structured => {
                    *value = Value::Text(text.clone());
                }
                Value::Text(text) if structured => {
                    if let Ok(json) = serde_json::from_str(text) {
                        *value = Value::Json(json);
                    }
                }
                _ => {}
            }
        }
    }

    fn check_value(&self, parameter: &Parameter, value: &Value) -> Result<(), Fault> {
        match parameter.owner {
            Owner::Workflow => {}
            Owner::Host => {
                return Err(Fault::refused("catalog.parameter-owned", "is filled in by the host"));
            }
            Owner::Closed => {
                return Err(Fault::refused("catalog.parameter-closed", "is closed to workflows"));
            }
        }
        let Some(is) = self.type_of(parameter) else {
            return Err(Fault::refused(
                "catalog.parameter-owned",
                "belongs to paging, and lists come whole",
            ));
        };
        if *is == ParameterType::Region {
            return Err(Fault::refused(
                "catalog.parameter-owned",
                "is filled in from the call's region",
            ));
        }
        is.check(value)
    }
}

/// A document becomes pairs; what is no document stays, and the check refuses it.
fn normalize_settings(names: SettingNames, value: &mut Value) {
    let document = match value {
        Value::Settings(pairs) => {
            for (_, inner) in pairs {
                if let Value::Json(Json::String(text)) = inner {
                    *inner = Value::Text(text.clone());
                }
            }
            return;
        }
        Value::Json(Json::String(text)) | Value::Text(text) => serde_json::from_str(text).ok(),
        Value::Json(json) => Some(json.clone()),
        Value::Secret(_) => None,
    };
    let pairs = document.and_then(|document| settings::from_json(names, &document));
    if let Some(pairs) = pairs {
        *value = Value::Settings(pairs);
    }
}

fn unknown(name: &str) -> Fault {
    const OWNED: [&str; 12] = [
        "Action",
        "Version",
        "Format",
        "Timestamp",
        "AccessKeyId",
        "SecurityToken",
        "RegionId",
        "ClientToken",
        "Policy",
        "RoleSessionName",
        "BearerToken",
        "Signature",
    ];
    if OWNED.contains(&name) || name.starts_with("Signature") {
        Fault::refused("catalog.parameter-owned", "is filled in by the host")
    } else {
        Fault::invalid("parameter-unknown", "is not a parameter of this action")
    }
}

pub(crate) struct Fault {
    reason: String,
    code: &'static str,
    kind: ErrorKind,
}

impl Fault {
    pub(crate) fn refused(code: &'static str, reason: &str) -> Self {
        Self { reason: reason.to_owned(), code, kind: ErrorKind::Denied }
    }

    fn invalid(code: &'static str, reason: &str) -> Self {
        let code = match code {
            "parameter-missing" => "catalog.parameter-missing",
            "parameter-unknown" => "catalog.parameter-unknown",
            _ => "catalog.parameter-invalid",
        };
        Self { reason: reason.to_owned(), code, kind: ErrorKind::Invalid }
    }

    /// `limit` not met by `value`; both are said.
    pub(crate) fn value(limit: &str, value: &str) -> Self {
        let value = quote_within(value, VALUE_SHOWN);
        Self::invalid("", &format!("must be {limit}, but is `{value}`"))
    }
}

impl ParameterType {
    /// Whether its values are anything but text.
    const fn is_structured(&self) -> bool {
        matches!(
            self,
            Self::Number { .. } | Self::Flag | Self::Texts { .. } | Self::Tags { .. } | Self::Tree
        )
    }

    fn check(&self, value: &Value) -> Result<(), Fault> {
        if let Self::Secret { kind } = self {
            return match value {
                Value::Secret(secret) if secret.kind == *kind => Ok(()),
                Value::Secret(secret) => Err(Fault::refused(
                    "catalog.secret-misplaced",
                    &format!(
                        "takes a secret of kind {}, not {}",
                        kind.as_str(),
                        secret.kind.as_str()
                    ),
                )),
                Value::Text(_) | Value::Json(_) | Value::Settings(_) => Err(Fault::refused(
                    "catalog.secret-misplaced",
                    "takes a secret that the host holds, never text",
                )),
            };
        }
        if let Some(limits) = self.settings() {
            return match value {
                Value::Settings(settings) => limits.check(settings),
                _ => Err(Fault::value(self.expected(), &shown(value))),
            };
        }
        match value {
            Value::Settings(_) => Err(Fault::value(self.expected(), "settings")),
            Value::Secret(_) => Err(Fault::refused(
                "catalog.secret-misplaced",
                "takes no secret: it would come back in a reply",
            )),
            Value::Text(text) => self.check_text(text),
            Value::Json(json) => self.check_json(json),
        }
    }

    /// What settings must be, if it is settings.
    fn settings(&self) -> Option<Limits<'_>> {
        let Self::Settings { names, max, value_max, value_chars, secrets } = self else {
            return None;
        };
        let value_chars = value_chars.as_ref();
        Some(Limits { names: *names, max: *max, value_max: *value_max, value_chars, secrets })
    }

    fn check_text(&self, text: &str) -> Result<(), Fault> {
        match self {
            Self::Text { min, max, chars, values } => {
                if !values.is_empty() && !values.iter().any(|allowed| allowed == text) {
                    return Err(Fault::value(&format!("one of {}", values.join(", ")), text));
                }
                check_length(text, min.unwrap_or(0), max.unwrap_or(usize::MAX))?;
                match chars {
                    Some(set) if !text.chars().all(|character| set.contains(character)) => {
                        Err(Fault::value(&format!("made of {}", set.as_str()), text))
                    }
                    _ => Ok(()),
                }
            }
            Self::PermissionDocument { min, max } | Self::TrustDocument { min, max } => {
                check_length(text, *min, *max)
            }
            Self::RoleArn => match text.parse::<Arn>().map(|arn| arn.principal().clone()) {
                Ok(Principal::Role(_)) => Ok(()),
                _ => Err(Fault::value("the ARN of a role", text)),
            },
            Self::Number { .. }
            | Self::Flag
            | Self::Texts { .. }
            | Self::Tags { .. }
            | Self::Tree => match serde_json::from_str(text) {
                Ok(json) => self.check_json(&json),
                Err(_) => Err(Fault::value(self.expected(), text)),
            },
            Self::Region | Self::Secret { .. } | Self::Settings { .. } => Ok(()),
        }
    }

    fn check_json(&self, json: &Json) -> Result<(), Fault> {
        let wrong = || Fault::value(self.expected(), &json.to_string());
        match self {
            Self::Number { min, max, .. } => {
                let number = json.as_i64().ok_or_else(wrong)?;
                if (*min..=*max).contains(&number) {
                    Ok(())
                } else {
                    Err(Fault::value(&format!("{min} to {max}"), &number.to_string()))
                }
            }
            Self::Flag => json.as_bool().map(|_| ()).ok_or_else(wrong),
            Self::Texts { max } => {
                let items = json.as_array().ok_or_else(wrong)?;
                check_count(items.len(), *max)?;
                items.iter().all(Json::is_string).then_some(()).ok_or_else(wrong)
            }
            Self::Tags { max, key_max, value_max } => {
                let items = json.as_array().ok_or_else(wrong)?;
                check_count(items.len(), *max)?;
                for tag in items {
                    let part = |name: &str| tag.get(name).and_then(Json::as_str).ok_or_else(wrong);
                    check_length(part("Key")?, 1, *key_max)?;
                    check_length(part("Value")?, 0, *value_max)?;
                }
                Ok(())
            }
            Self::Tree | Self::Region | Self::Secret { .. } | Self::Settings { .. } => Ok(()),
            Self::Text { .. }
            | Self::PermissionDocument { .. }
            | Self::TrustDocument { .. }
            | Self::RoleArn => self.check_text(json.as_str().ok_or_else(wrong)?),
        }
    }

    const fn expected(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Number { .. } => "a whole number",
            Self::Flag => "true or false",
            Self::Texts { .. } => "a list of texts",
            Self::Tags { .. } => "a list of tags, each with `Key` and `Value`",
            Self::PermissionDocument { .. } | Self::TrustDocument { .. } => "a policy document",
            Self::RoleArn => "the ARN of a role",
            Self::Region => "a region id",
            Self::Tree => "JSON",
            Self::Secret { .. } => "a secret",
            Self::Settings { .. } => "named settings",
        }
    }
}

/// A value in a message.
fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Json(json) => json.to_string(),
        Value::Secret(secret) => secret.to_string(),
        Value::Settings(_) => "settings".to_owned(),
    }
}

pub(crate) fn check_length(text: &str, min: usize, max: usize) -> Result<(), Fault> {
    let length = text.chars().count();
    if (min..=max).contains(&length) {
        return Ok(());
    }
    let limit = if max == usize::MAX {
        format!("at least {min} characters long")
    } else {
        format!("{min} to {max} characters long, not {length}")
    };
    Err(Fault::value(&limit, text))
}

pub(crate) fn check_count(count: usize, max: usize) -> Result<(), Fault> {
    if count <= max {
        Ok(())
    } else {
        Err(Fault::invalid("", &format!("must have at most {max} items, but has {count}")))
    }
}
