//! Text of others, made harmless (`security.md`, rule 12).

/// `text` with everything escaped that could move a cursor, hide or reorder what a person reads:
/// C0 and C1 controls (ESC and newlines among them), bidirectional and zero-width characters.
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for character in text.chars() {
        if is_deceptive(character) {
            quoted.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
        } else {
            quoted.push(character);
        }
    }
    quoted
}

/// The same, cut after `limit` characters of the original; a cut is said, with what was left out.
pub fn quote_within(text: &str, limit: usize) -> String {
    let length = text.chars().count();
    if length <= limit {
        return quote(text);
    }
    let kept: String = text.chars().take(limit).collect();
    format!("{}… ({} characters more)", quote(&kept), length - limit)
}

fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_could_deceive_a_reader() {
        assert_eq!(quote("a\u{1b}[31mb\nc"), "a\\u{1b}[31mb\\u{a}c");
        assert_eq!(quote("x\u{202e}y\u{200b}"), "x\\u{202e}y\\u{200b}");
        assert_eq!(quote("账号 arms-admin"), "账号 arms-admin");
    }

    #[test]
    fn says_what_it_cut() {
        assert_eq!(quote_within("abcdef", 4), "abcd… (2 characters more)");
        assert_eq!(quote_within("abcd", 4), "abcd");
    }
}
