//! Words of commands that are offered: what a person pastes is what was meant.

use std::path::Path;

/// A text as a word of a shell's command line. What could deceive is escaped, and can be read but not pasted.
pub(crate) fn word(text: &str) -> String {
    let shown = host_model::quote(text);
    if shown != text {
        return shown;
    }
    shlex::try_quote(text).map_or_else(|_| shown, std::borrow::Cow::into_owned)
}

/// The same of a path: no command takes it for an option.
pub(crate) fn path_word(path: &Path) -> String {
    let text = path.display().to_string();
    word(&if text.starts_with('-') { format!("./{text}") } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word() {
        let cases = [
            ("ack.plan", "ack.plan"),
            ("/tmp/ack-1_2.plan", "/tmp/ack-1_2.plan"),
            ("my plans/ack.plan", "'my plans/ack.plan'"),
            ("it's; rm x", "\"it's; rm x\""),
            ("$HOME/`x`", "'$HOME/`x`'"),
            ("-rf", "./-rf"),
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("", "''"),
        ];
        for (path, expected) in cases {
            assert_eq!(path_word(Path::new(path)), expected);
        }
    }
}
