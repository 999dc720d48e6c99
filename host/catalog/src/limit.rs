//! What a parameter may be, in words.

use crate::{Owner, Parameter, ParameterType, Product};

impl Product {
    /// What a parameter may be, in words, for reference pages and for doc comments.
    pub fn limit_of(&self, parameter: &Parameter) -> String {
        let Some(is) = self.type_of(parameter) else {
            return "the host's: lists come whole".to_owned();
        };
        let mut words = kind(is);
        words.push_str(match parameter.owner {
            Owner::Workflow => "",
            Owner::Host => "; the host's: a workflow that gives it is refused",
            Owner::Closed => "; closed: a workflow that gives it is refused",
        });
        words
    }
}

fn kind(is: &ParameterType) -> String {
    match is {
        ParameterType::Text { min, max, chars, values } if values.is_empty() => {
            let chars = chars.as_ref().map(|chars| format!(" of `{}`", chars.as_str()));
            format!("text{}{}", span(*min, *max), chars.unwrap_or_default())
        }
        ParameterType::Text { values, .. } => {
            values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" or ")
        }
        ParameterType::Number { min, max, unit } => {
            let unit = unit.as_ref().map(|unit| format!(" of {unit}")).unwrap_or_default();
            format!("whole number{unit}, {min} to {max}")
        }
        ParameterType::Flag => "`true` or `false`".to_owned(),
        ParameterType::Texts { max } => format!("list of texts, at most {max}"),
        ParameterType::Tags { max, key_max, value_max } => {
            format!("tags, at most {max}; keys to {key_max} characters, values to {value_max}")
        }
        ParameterType::PermissionDocument { min, max } => {
            format!("permission policy as JSON{}", span(Some(*min), Some(*max)))
        }
        ParameterType::TrustDocument { min, max } => {
            format!("trust policy as JSON{}", span(Some(*min), Some(*max)))
        }
        ParameterType::RoleArn => "ARN of a role".to_owned(),
        ParameterType::Region => "region id".to_owned(),
        ParameterType::Tree => "JSON".to_owned(),
        ParameterType::Settings { max, value_max, value_chars, secrets, .. } => {
            let kinds: Vec<&str> = secrets.iter().map(|kind| kind.as_str()).collect();
            let kinds = kinds.join(", ");
            let chars = value_chars.as_ref().map(|chars| format!(" of `{}`", chars.as_str()));
            format!(
                "at most {max} named values: numbers, flags, secrets ({kinds}), and texts of at most \
                 {value_max} characters{}",
                chars.unwrap_or_default()
            )
        }
        ParameterType::Secret { kind } => format!("a secret ({}), never text", kind.as_str()),
    }
}

fn span(min: Option<usize>, max: Option<usize>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!(", {min} to {max} characters"),
        (None, Some(max)) => format!(", at most {max} characters"),
        (Some(min), None) => format!(", at least {min} characters"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::Catalog;

    #[test]
    fn limits_read_like_speech() {
        let cases = [
            ("sts", "AssumeRole", "DurationSeconds", "whole number of seconds, 900 to 43200"),
            (
                "sts",
                "AssumeRole",
                "RoleSessionName",
                "text, 2 to 64 characters of `A-Za-z0-9.@_-`; \
                 the host's: a workflow that gives it is refused",
            ),
            (
                "ecs",
                "RunCommand",
                "Timed",
                "`true` or `false`; closed: a workflow that gives it is refused",
            ),
            (
                "ecs",
                "RunCommand",
                "Parameters",
                "at most 10 named values: numbers, flags, secrets (license-key), and texts of at most \
                 256 characters of `A-Za-z0-9@._/:,=-`",
            ),
            ("arms", "ListTraceApps", "AppType", "`TRACE` or `EBPF`"),
            ("arms", "SearchTraceAppByPage", "PageSize", "the host's: lists come whole"),
        ];
        for (product, action, parameter, expected) in cases {
            let product = Catalog::builtin().product(product).unwrap();
            let parameter = product.actions[action].parameter(parameter).unwrap();
            assert_eq!(product.limit_of(parameter), expected, "{action}");
        }
    }
}
