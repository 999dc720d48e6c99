//! A page has one title.

use super::{File, Finding};

pub(super) fn check(file: &File) -> Vec<Finding> {
    let is_page = file.path.rsplit_once('.').is_some_and(|(_, extension)| extension == "md");
    if !is_page {
        return Vec::new();
    }
    let titles = titles(&file.text);
    match titles.as_slice() {
        [_] => Vec::new(),
        [] => vec![Finding::of_file(&file.path, "has no title: a page has one line `# …`")],
        [_, more @ ..] => {
            let finding = |index: &usize| {
                Finding::of_line(&file.path, *index, "is a second title: a page has one line `# …`")
            };
            more.iter().map(finding).collect()
        }
    }
}

/// Where the titles stand; a `#` inside a block of code is a comment.
fn titles(text: &str) -> Vec<usize> {
    let mut fenced = false;
    let mut titles = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced && line.starts_with("# ") {
            titles.push(index);
        }
    }
    titles
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn no_title_and_a_second_one_are_found() {
        assert_eq!(found(super::check, "docs/a.md", "words\n").len(), 1);
        let second = found(super::check, "docs/a.md", "# One\n\n# Two\n");
        assert!(second[0].starts_with("docs/a.md:3: "), "{second:?}");
    }

    #[test]
    fn a_comment_in_code_is_no_title() {
        let page = "# One\n\n```console\n# as root\n$ ls\n```\n\n## More\n";
        assert!(found(super::check, "docs/a.md", page).is_empty());
        assert!(found(super::check, "host/a.py", "# a\n# b\n").is_empty());
    }
}
