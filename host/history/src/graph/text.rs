//! Names of others on their way into a picture: cut to what fits, and inert as markup.

use host_model::{quote, quote_within};

/// Characters of a name that the note behind it shows at most.
const NOTE_SHOWN: usize = 300;

/// A name as it fits into so many columns. What is left out of its middle is said by `…`, and the whole
/// stands in the note behind it.
pub(super) fn fitted(name: &str, columns: usize) -> String {
    // As much as could ever fit is looked at, however long the name is.
    let start: String = name.chars().take(4 * columns + 4).collect();
    let quoted: Vec<char> = quote(&start).chars().collect();
    let is_whole = start.len() == name.len();
    let width: usize = quoted.iter().copied().map(columns_of).sum();
    if is_whole && width <= columns {
        return quoted.into_iter().collect();
    }
    // More of the beginning than of the end; of a name that goes on for ever the end is not looked for.
    let tail_columns = if is_whole { columns / 3 } else { 0 };
    let head = taken(quoted.iter().copied(), columns.saturating_sub(tail_columns + 1));
    let tail: String = taken(quoted.iter().rev().copied(), tail_columns).chars().rev().collect();
    format!("{head}…{tail}")
}

/// The whole of a name, quoted and bounded, for the note behind it.
pub(super) fn note(name: &str) -> String {
    quote_within(name, NOTE_SHOWN)
}

fn taken(characters: impl Iterator<Item = char>, columns: usize) -> String {
    let mut left = columns;
    characters
        .take_while(|character| {
            let width = columns_of(*character);
            let fits = width <= left;
            left = left.saturating_sub(width);
            fits
        })
        .collect()
}

/// How many columns a character takes: those of East Asia take two.
const fn columns_of(character: char) -> usize {
    match character as u32 {
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f000..=0x3fffd => 2,
        _ => 1,
    }
}

/// Text for XML: nothing in it can end a text, an attribute or a comment, and each character is one that
/// XML has.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in quote(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text for a label of Mermaid: all but letters, digits and a few marks as character references, so that
/// no word, quote or bracket in it means anything.
pub(super) fn mermaid(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in quote(text).chars() {
        let is_plain = character.is_alphanumeric() || " .,-_/:→…·".contains(character);
        if is_plain {
            escaped.push(character);
        } else {
            escaped.push_str(&format!("#{};", u32::from(character)));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_say_what_was_cut() {
        let cases = [
            ("alice", 10, "alice"),
            ("abcdefghijklmnop", 10, "abcdef…nop"),
            ("账号账号账号", 12, "账号账号账号"),
            ("账号账号账号账号", 12, "账号账…账号"),
        ];
        for (name, columns, expected) in cases {
            assert_eq!(fitted(name, columns), expected, "{name}");
        }
        let long = "x".repeat(1_000_000);
        assert_eq!(fitted(&long, 10), "xxxxxxxxx…");
        assert!(note(&long).ends_with("… (999700 characters more)"));
    }

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(xml("<script>&\"'\n"), "&lt;script&gt;&amp;&quot;&#39;\\u{a}");
        assert_eq!(xml("\u{0}\u{ffff}\u{fffe}"), "\\u{0}\u{fffd}\u{fffd}");
        assert_eq!(mermaid("a\"]; click"), "a#34;#93;#59; click");
        assert_eq!(mermaid("`%%{}`"), "#96;#37;#37;#123;#125;#96;");
    }
}
