//! Nothing is left for later without an issue.

use super::{File, Finding};

/// Words that put something off. Put together here, so that this file passes.
const WORDS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

pub(super) fn check(file: &File) -> Vec<Finding> {
    let lines = file.text.lines().enumerate();
    let bad = lines.filter_map(|(index, line)| Some((index, find(line)?)));
    bad.map(|(index, word)| {
        Finding::of_line(&file.path, index, format!("`{word}`: do it now, or write an issue"))
    })
    .collect()
}

fn find(line: &str) -> Option<&'static str> {
    let mut words = line.split(|character: char| !character.is_alphanumeric());
    words.find_map(|word| WORDS.into_iter().find(|bad| *bad == word))
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn words_that_put_off_are_found() {
        for word in super::WORDS {
            let text = format!("fine\n// {word}: later\n");
            let found = found(super::check, "host/net/src/send.rs", &text);
            assert_eq!(found.len(), 1, "{word}");
            assert!(found[0].starts_with("host/net/src/send.rs:2: "), "{found:?}");
        }
    }

    #[test]
    fn longer_words_are_right() {
        let text = format!("mktemp name.{0}{0} and {1}S\n", super::WORDS[2], super::WORDS[0]);
        assert!(found(super::check, "tests/name.sh", &text).is_empty());
    }
}
