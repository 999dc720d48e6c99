//! Letters that could deceive whoever reads a plan.

use host_model::quote;

/// How many look-alikes one line names.
const NAMED: usize = 8;

/// `text` with everything escaped that moves, hides, joins or reorders what stands on a line. What is escaped
/// already stays as it is.
pub(crate) fn harmless(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_plain {
        return text.to_owned();
    }
    let mut harmless = String::with_capacity(text.len());
    for character in quote(text).chars() {
        if is_hidden(character) {
            harmless.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
        } else {
            harmless.push(character);
        }
    }
    harmless
}

/// The letters of a text that look like others: `U+0430`, each once, in order, and how many there are besides.
pub(crate) fn look_alikes(text: &str) -> Option<String> {
    let mut found: Vec<char> = Vec::new();
    for character in text.chars().filter(|it| !it.is_ascii() && looks_alike(*it)) {
        if !found.contains(&character) {
            found.push(character);
        }
    }
    if found.is_empty() {
        return None;
    }
    let named: Vec<String> =
        found.iter().take(NAMED).map(|it| format!("U+{:04X}", u32::from(*it))).collect();
    let more = found.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("{}{more}", named.join(", ")))
}

/// What [`quote`] leaves, and what still has no width, no ink or no place of its own: marks that are put onto
/// the letter before, fillers, selectors of variants, blanks, letters of private use.
const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{a0}' | '\u{300}'..='\u{36f}' | '\u{115f}'..='\u{1160}' | '\u{1680}' | '\u{17b4}'..='\u{17b5}'
            | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{180b}'..='\u{180f}'
            | '\u{2000}'..='\u{200a}' | '\u{20d0}'..='\u{20ff}' | '\u{2800}' | '\u{3000}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{ffa0}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}'
    )
}

/// Letters of scripts that share shapes with ASCII (Unicode Technical Standard 39 has the full list).
const fn looks_alike(character: char) -> bool {
    matches!(
        character,
        '\u{b4}' | '\u{180}'..='\u{2ff}' | '\u{370}'..='\u{58f}' | '\u{10a0}'..='\u{10ff}'
            | '\u{13a0}'..='\u{13ff}' | '\u{1400}'..='\u{167f}' | '\u{1c80}'..='\u{1c8f}'
            | '\u{1d00}'..='\u{1dbf}' | '\u{1f00}'..='\u{1fff}' | '\u{2010}'..='\u{2015}'
            | '\u{2018}'..='\u{201f}' | '\u{2032}'..='\u{2037}' | '\u{2044}' | '\u{2100}'..='\u{218f}'
            | '\u{2212}' | '\u{2215}'..='\u{2217}' | '\u{2236}' | '\u{2460}'..='\u{24ff}'
            | '\u{2c60}'..='\u{2cff}' | '\u{a4d0}'..='\u{a4ff}' | '\u{a640}'..='\u{a69f}'
            | '\u{a720}'..='\u{a7ff}' | '\u{ab30}'..='\u{abbf}' | '\u{fe50}'..='\u{fe6f}'
            | '\u{ff01}'..='\u{ff5e}' | '\u{10280}'..='\u{1034f}' | '\u{10400}'..='\u{1044f}'
            | '\u{1d400}'..='\u{1d7ff}' | '\u{1f100}'..='\u{1f1ff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_escaped_and_what_is_escaped_stays() {
        let text = "a\u{1b}[2J\u{202e}b\u{301}\u{fe0f}\u{3164}\u{a0}\nc";
        let once = harmless(text);
        assert_eq!(once, "a\\u{1b}[2J\\u{202e}b\\u{301}\\u{fe0f}\\u{3164}\\u{a0}\\u{a}c");
        assert_eq!(harmless(&once), once);
        assert_eq!(harmless("账号 arms-admin"), "账号 arms-admin");
    }

    #[test]
    fn letters_that_look_like_others_are_named() {
        assert_eq!(look_alikes("operator"), None);
        assert_eq!(look_alikes("监控账号"), None);
        assert_eq!(look_alikes("оperаtor").as_deref(), Some("U+043E, U+0430"));
        assert_eq!(look_alikes("ａ∕b—c").as_deref(), Some("U+FF41, U+2215, U+2014"));
        let many: String = ('\u{430}'..='\u{43c}').collect();
        assert!(look_alikes(&many).unwrap().ends_with("U+0437 and 5 more"));
    }
}
