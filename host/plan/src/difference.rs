//! How one call differs from another, parameter by parameter.

use std::fmt;

use host_model::{Call, Value, quote, quote_within};

/// How many characters of a value are shown.
const VALUE_SHOWN: usize = 160;

/// How many characters of a name are shown.
const NAME_SHOWN: usize = 80;

/// How much of what both values have in common is shown before the place where they part.
const LEAD: usize = 24;

/// Something in which a call is not the planned one. All texts are escaped and bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What: ``parameter `RoleName` ``, `the region`.
    pub what: String,
    /// What was planned; nothing if it was not there.
    pub planned: Option<String>,
    /// What was asked for.
    pub asked: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, planned, asked } = self;
        match (planned, asked) {
            (Some(planned), Some(asked)) => write!(f, "{what} is {asked}, planned was {planned}"),
            (None, Some(asked)) => write!(f, "{what} is {asked}, and was not planned"),
            (Some(planned), None) => write!(f, "{what} is not given, planned was {planned}"),
            (None, None) => write!(f, "{what} is not as planned"),
        }
    }
}

/// What differs first, in words; nothing if the calls are equal.
pub(crate) fn first(planned: &Call, asked: &Call) -> Option<String> {
    if planned == asked { None } else { all(planned, asked).into_iter().next().map(|it| it.what) }
}

/// All that differs; never empty for calls that are not equal.
pub(crate) fn all(planned: &Call, asked: &Call) -> Vec<Difference> {
    let mut all = Vec::new();
    let title = |call: &Call| format!("{}:{}", call.product, call.action);
    let mut plain = |what: &str, planned: Option<&str>, asked: Option<&str>| {
        if planned != asked {
            let (planned, asked) = shown(planned, asked);
            all.push(Difference { what: what.to_owned(), planned, asked });
        }
    };
    plain("the action", Some(&title(planned)), Some(&title(asked)));
    plain("the identity", Some(&planned.identity.0), Some(&asked.identity.0));
    plain("the version of the API", Some(&planned.version), Some(&asked.version));
    plain("the region", planned.region.as_deref(), asked.region.as_deref());
    parameters("parameter", &planned.parameters, &asked.parameters, &mut all);
    if all.is_empty() && planned != asked {
        let what = "the order or number of parameters".to_owned();
        all.push(Difference { what, planned: None, asked: None });
    }
    all
}

type Named = [(String, Value)];

fn parameters(kind: &str, planned: &Named, asked: &Named, all: &mut Vec<Difference>) {
    let find = |among: &'_ Named, name: &str| {
        among.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let names = |what: &str| format!("{kind} `{}`", quote_within(what, NAME_SHOWN));
    for (name, value) in planned {
        let other = find(asked, name);
        match (value, &other) {
            (_, Some(other)) if other == value => {}
            (Value::Settings(settings), Some(Value::Settings(others))) => {
                parameters(&format!("{} setting", names(name)), settings, others, all);
            }
            _ => {
                let other = other.as_ref().map(text_of);
                let (planned, asked) = shown(Some(&text_of(value)), other.as_deref());
                all.push(Difference { what: names(name), planned, asked });
            }
        }
    }
    for (name, value) in asked {
        if find(planned, name).is_none() {
            let (planned, asked) = shown(None, Some(&text_of(value)));
            all.push(Difference { what: names(name), planned, asked });
        }
    }
}

/// A value as text; a secret by its name.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Json(json) => json.to_string(),
        Value::Secret(secret) => format!("({secret})"),
        Value::Settings(settings) => {
            let all: Vec<String> =
                settings.iter().map(|(name, value)| format!("{name}={}", text_of(value))).collect();
            all.join(", ")
        }
    }
}

/// Both as they can be shown: bounded, and with the place where they part.
fn shown(planned: Option<&str>, asked: Option<&str>) -> (Option<String>, Option<String>) {
    let common = match (planned, asked) {
        (Some(planned), Some(asked)) => {
            planned.chars().zip(asked.chars()).take_while(|(one, other)| one == other).count()
        }
        _ => 0,
    };
    let is_long = |text: Option<&str>| text.is_some_and(|it| it.chars().count() > VALUE_SHOWN);
    let skipped = if is_long(planned) || is_long(asked) { common.saturating_sub(LEAD) } else { 0 };
    let show = |text: &str| {
        let rest: String = text.chars().skip(skipped).collect();
        let before =
            if skipped > 0 { format!("({skipped} characters) …") } else { String::new() };
        format!("`{}{}`", quote(&before), quote_within(&rest, VALUE_SHOWN))
    };
    (planned.map(show), asked.map(show))
}
