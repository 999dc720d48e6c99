//! Wildcards of policy files: `*` is any run of characters, `?` exactly one; case counts.

/// What a text has to look like.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pattern {
    Any,
    Exactly(String),
    Like(String),
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        match text {
            "*" => Self::Any,
            _ if is_wild(text) => Self::Like(text.to_owned()),
            _ => Self::Exactly(text.to_owned()),
        }
    }

    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Any => "*",
            Self::Exactly(text) | Self::Like(text) => text,
        }
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(own) => own == text,
            Self::Like(own) => is_like(own, text),
        }
    }
}

/// Whether a text has wildcards in it.
pub(crate) fn is_wild(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Takes `pattern × text` steps at most.
fn is_like(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // What follows the last `*`, and what its run has not taken yet.
    let mut back = None;
    loop {
        let (mut next_pattern, mut next_text) = (pattern.clone(), text.clone());
        let fits = match (next_pattern.next(), next_text.next()) {
            (Some('*'), _) => {
                pattern = next_pattern;
                back = Some((pattern.clone(), text.clone()));
                continue;
            }
            (None, None) => return true,
            (Some('?'), Some(_)) => true,
            (Some(own), Some(other)) => own == other,
            (None, Some(_)) | (Some(_), None) => false,
        };
        if fits {
            (pattern, text) = (next_pattern, next_text);
            continue;
        }
        let Some((after, rest)) = &mut back else { return false };
        if rest.next().is_none() {
            return false;
        }
        (pattern, text) = (after.clone(), rest.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_take_runs_and_single_characters() {
        let cases = [
            ("*", "", true),
            ("Create*", "CreateRole", true),
            ("Create*", "UpdateRole", false),
            ("*Role", "CreateRoleRole", true),
            ("G?t*", "GetRole", true),
            ("G?t*", "GtRole", false),
            ("*a*b*c", "xxaxbxbxc", true),
            ("*a*b*c", "xxaxbxbx", false),
            ("Get", "GetRole", false),
            ("get*", "GetRole", false),
            ("?", "ü", true),
            ("?", "", false),
            ("a**b", "ab", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(Pattern::new(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_hostile_text_ends_soon() {
        assert!(!Pattern::new(&"*a".repeat(300)).matches(&"a".repeat(299)));
    }
}
