//! Which instances are meant.

use std::collections::{BTreeMap, BTreeSet};

use host_workflow_sdk::ecs::Instance;

/// Whether a name matches a pattern in which `*` stands for any text.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// Whether an instance has all the tags; an empty value stands for any.
pub(crate) fn is_tagged(instance: &Instance, tags: &BTreeMap<String, String>) -> bool {
    tags.iter().all(|(key, value)| {
        let mut found = instance.tags.iter().filter(|tag| tag.key == *key);
        found.any(|tag| value.is_empty() || tag.value == *value)
    })
}

/// The ids that were asked for and are nowhere, each once, in the order of the input.
pub(crate) fn missing<'a>(asked: &'a [String], found: &BTreeSet<&str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    let asked = asked.iter().map(String::as_str);
    asked.filter(|id| !found.contains(id) && seen.insert(*id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_workflow_sdk::Tag;

    #[test]
    fn a_star_stands_for_any_text() {
        let cases = [
            ("*", "web-1", true),
            ("web-*", "web-1", true),
            ("web-*", "my-web-1", false),
            ("*-1", "web-1", true),
            ("w*b*1", "web-1", true),
            ("w*x*1", "web-1", false),
            ("web-1", "web-1", true),
            ("web-1", "web-10", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("", "", true),
            ("", "a", false),
            ("*é*", "café au lait", true),
        ];
        for (pattern, name, fits) in cases {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn all_tags_must_be_there() {
        let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
        let instance =
            Instance { tags: vec![tag("team", "shop"), tag("env", "live")], ..Default::default() };
        let wish = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        assert!(is_tagged(&instance, &wish(&[])));
        assert!(is_tagged(&instance, &wish(&[("team", "shop"), ("env", "")])));
        assert!(!is_tagged(&instance, &wish(&[("team", "shop"), ("env", "test")])));
        assert!(!is_tagged(&instance, &wish(&[("cost", "")])));
    }

    #[test]
    fn ids_that_are_nowhere_are_named_once() {
        let asked = ["i-1", "i-2", "i-2", "i-3"].map(str::to_owned);
        assert_eq!(missing(&asked, &BTreeSet::from(["i-1"])), ["i-2", "i-3"]);
    }
}
