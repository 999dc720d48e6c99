//! API names as WIT names.

/// An API name in kebab case: `GetUserMFAInfo` becomes `get-user-mfa-info`.
pub fn kebab(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut kebab = String::with_capacity(name.len() + 8);
    for (index, character) in characters.iter().enumerate() {
        let previous = index.checked_sub(1).and_then(|before| characters.get(before));
        let next = characters.get(index + 1);
        if character.is_ascii_uppercase() {
            let after_word = previous.is_some_and(|before| !before.is_ascii_uppercase());
            let ends_acronym = previous.is_some() && next.is_some_and(char::is_ascii_lowercase);
            if (after_word || ends_acronym) && !kebab.ends_with('-') {
                kebab.push('-');
            }
            kebab.push(character.to_ascii_lowercase());
        } else {
            kebab.push(if *character == '_' { '-' } else { *character });
        }
    }
    kebab
}

/// The same, with `%` before a word that WIT keeps for itself.
pub fn wit_name(name: &str) -> String {
    const KEPT: [&str; 22] = [
        "use",
        "type",
        "func",
        "record",
        "resource",
        "own",
        "borrow",
        "flags",
        "variant",
        "enum",
        "bool",
        "char",
        "string",
        "list",
        "option",
        "result",
        "tuple",
        "future",
        "stream",
        "world",
        "interface",
        "async",
    ];
    let kebab = kebab(name);
    if KEPT.contains(&kebab.as_str()) { format!("%{kebab}") } else { kebab }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_words_and_acronyms() {
        let cases = [
            ("CreateRole", "create-role"),
            ("GetUserMFAInfo", "get-user-mfa-info"),
            ("MFABindRequired", "mfa-bind-required"),
            ("AssumeRolePolicyDocument", "assume-role-policy-document"),
            ("AuthenticationCode1", "authentication-code1"),
            ("Pid", "pid"),
        ];
        for (name, expected) in cases {
            assert_eq!(kebab(name), expected);
        }
        assert_eq!(wit_name("Type"), "%type");
    }
}
