//! What was perhaps meant by a word that nobody knows.

/// How many characters of a word are compared.
const COMPARED: usize = 80;

/// The known word that is nearest, if it is near: at most a third of the letters differ, and one of a short word.
pub(super) fn nearest<'a>(known: impl IntoIterator<Item = &'a str>, word: &str) -> Option<&'a str> {
    let differs = |known: &&str| distance(known, word);
    let near = known.into_iter().min_by_key(differs)?;
    (distance(near, word) <= (word.chars().count() / 3).max(1)).then_some(near)
}

/// How many letters differ, at least; case does not count.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(COMPARED).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.iter().enumerate() {
            let changed = corner + usize::from(!a.eq_ignore_ascii_case(b));
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}
