//! Values against the catalog's limits.

use host_catalog::{Action, Parameter, ParameterType, Product};
use serde_json::Value as Json;

use super::CloudError;

/// Codes that are not made of the parameter's name; they count where an action documents them.
const OWN_CODES: [(&str, &str); 13] = [
    ("CommandContent", "CmdContent.ExceedLimit"),
    ("Description", "CmdDesc.ExceedLimit"),
    ("Frequency", "InvalidParam.Frequency"),
    ("InstanceChargeType", "InvalidInstanceChargeType.NotFound"),
    ("InstanceId", "InstanceIds.ExceedLimit"),
    ("InstanceNetworkType", "InvalidNetworkType.NotFound"),
    ("Name", "CmdName.ExceedLimit"),
    ("PageNumber", "InvalidParam.PageNumber"),
    ("PageSize", "InvalidParam.PageSize"),
    ("Status", "InvalidStatus.NotFound"),
    ("Tag", "InvalidTagCount"),
    ("Type", "InvalidCmdType.NotFound"),
    ("Username", "Username.ExceedLimit"),
];

/// Refuses a value that is not what the catalog says.
pub(super) fn check_value(
    product: &Product,
    action: &Action,
    parameter: &Parameter,
    value: &Json,
) -> Result<(), CloudError> {
    let fault = match product.type_of(parameter) {
        Some(is) => fault(is, action, &parameter.name, value),
        None => page_fault(&parameter.name, value),
    };
    fault.map_or(Ok(()), |fault| Err(fault.of(action, &parameter.name)))
}

/// What may be wrong with a value; decides the end of the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Length,
    Characters,
    Value,
}

impl Fault {
    /// The action's documented code for it, or the most usual one.
    pub(crate) fn of(self, action: &Action, name: &str) -> CloudError {
        let endings: &[&str] = match self {
            Self::Length => &[".Length", "Size", ".Format", ""],
            Self::Characters => &[".InvalidChars", ".Format", ""],
            Self::Value => &["", ".Format", ".InvalidChars"],
        };
        let code = |ending: &&str| format!("InvalidParameter.{name}{ending}");
        let plain = "InvalidParameter".to_owned();
        let documented = endings.iter().map(code).chain([plain]);
        let own = OWN_CODES.iter().filter(|(parameter, _)| *parameter == name);
        let own = own.map(|(_, code)| (*code).to_owned());
        let code = documented
            .chain(own)
            .find(|code| action.errors.contains_key(code))
            .or_else(|| endings.first().map(code))
            .unwrap_or_default();
        let what = match self {
            Self::Length => "length",
            Self::Characters => "characters",
            Self::Value => "value",
        };
        let status = action.errors.get(&code).copied().unwrap_or(400);
        CloudError::new(code, status, format!("The {what} of the parameter {name} is not valid."))
    }
}

fn page_fault(name: &str, value: &Json) -> Option<Fault> {
    let max = match name {
        "MaxItems" => 1000,
        "PageSize" | "MaxResults" | "page_size" | "pageSize" | "max_results" => 100,
        "PageNumber" | "page_number" | "pageNumber" => i64::MAX,
        _ => return None,
    };
    let right = value.as_i64().is_some_and(|number| (1..=max).contains(&number));
    (!right).then_some(Fault::Value)
}

fn fault(is: &ParameterType, action: &Action, name: &str, value: &Json) -> Option<Fault> {
    let text = value.as_str();
    match is {
        ParameterType::Text { min, max, chars, values } => {
            let text = text.unwrap_or_default();
            let fits = fits(text, min.unwrap_or(0), max.unwrap_or(usize::MAX));
            let printed = format!("InvalidParameter.{name}.InvalidChars");
            let unprintable =
                action.errors.contains_key(&printed) && text.contains(char::is_control);
            let strange = chars.as_ref().is_some_and(|set| !text.chars().all(|c| set.contains(c)));
            if !values.is_empty() && !values.iter().any(|allowed| allowed == text) {
                Some(Fault::Value)
            } else if strange || unprintable {
                Some(Fault::Characters)
            } else {
                (!fits).then_some(Fault::Length)
            }
        }
        ParameterType::PermissionDocument { min, max }
        | ParameterType::TrustDocument { min, max } => {
            (!fits(text.unwrap_or_default(), *min, *max)).then_some(Fault::Length)
        }
        ParameterType::Number { min, max, .. } => {
            let right = value.as_i64().is_some_and(|number| (*min..=*max).contains(&number));
            (!right).then_some(Fault::Value)
        }
        ParameterType::Flag => (!value.is_boolean()).then_some(Fault::Value),
        ParameterType::Texts { max } => {
            let items = value.as_array().filter(|items| items.iter().all(Json::is_string));
            items.is_none_or(|items| items.len() > *max).then_some(Fault::Value)
        }
        ParameterType::Tags { max, key_max, value_max } => {
            let right = |tag: &Json| {
                let part = |part: &str| tag.get(part).and_then(Json::as_str).unwrap_or_default();
                fits(part("Key"), 1, *key_max) && fits(part("Value"), 0, *value_max)
            };
            let items = value.as_array().filter(|items| items.iter().all(right));
            items.is_none_or(|items| items.len() > *max).then_some(Fault::Value)
        }
        ParameterType::RoleArn => {
            let arn = text.and_then(|text| text.parse::<host_model::Arn>().ok());
            let role = arn.filter(|arn| matches!(arn.principal(), host_model::Principal::Role(_)));
            role.is_none().then_some(Fault::Value)
        }
        ParameterType::Region => {
            let region = text.and_then(|text| text.parse::<host_model::Region>().ok());
            region.is_none().then_some(Fault::Value)
        }
        ParameterType::Settings { .. } => {
            let object: Option<Json> = match text {
                Some(text) => serde_json::from_str(text).ok(),
                None => Some(value.clone()),
            };
            let right = text == Some("") || object.is_some_and(|object| object.is_object());
            (!right).then_some(Fault::Value)
        }
        ParameterType::Tree | ParameterType::Secret { .. } => None,
    }
}

fn fits(text: &str, min: usize, max: usize) -> bool {
    (min..=max).contains(&text.chars().count())
}
