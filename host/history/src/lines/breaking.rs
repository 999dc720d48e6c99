//! Long texts in lines.

/// A text in parts of at most `room` characters, broken between words where it can be.
pub(super) fn broken(text: &str, room: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut left = room;
    for (index, word) in text.split(' ').enumerate() {
        let mut rest: Vec<char> = word.chars().collect();
        if index > 0 && rest.len() + 1 > left {
            parts.push(String::new());
            left = room;
        } else if index > 0 {
            push(&mut parts, " ");
            left -= 1;
        }
        while rest.len() > left {
            let tail = rest.split_off(left);
            push(&mut parts, &rest.iter().collect::<String>());
            parts.push(String::new());
            rest = tail;
            left = room;
        }
        push(&mut parts, &rest.iter().collect::<String>());
        left -= rest.len();
    }
    parts
}

fn push(parts: &mut [String], text: &str) {
    if let Some(last) = parts.last_mut() {
        last.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_broken_between_words_and_long_words_anywhere() {
        let cases: [(&str, &[&str]); 5] = [
            ("", &[""]),
            ("one two three", &["one two", "three"]),
            ("one two", &["one two"]),
            ("abcdefghijklmnopqrst uv", &["abcdefgh", "ijklmnop", "qrst uv"]),
            ("  a", &["  a"]),
        ];
        for (text, expected) in cases {
            assert_eq!(broken(text, 8), expected, "{text}");
        }
    }
}
