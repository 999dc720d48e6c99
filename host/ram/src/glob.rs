//! Wildcards: `*` is any run of characters (none, `:` and `/` among them), `?` exactly one.
//!
//! Besides matching a text, this file answers two questions about *all* texts of a pattern, which
//! is how a risk is found by meaning: whether two patterns have a text in common ([`overlaps`]),
//! and whether some patterns together hold every text of another ([`covers`]).

use std::collections::BTreeSet;

/// Work limit of [`covers`], in places visited; beyond it the answer is `false`, the careful one.
const COVER_LIMIT: usize = 200_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Exactly(char),
    One,
    Many,
    /// Any run without `:`: one segment of a resource name.
    Segment,
}

/// A set of texts. In a *pattern* `*` spans everything; in a *space*, which only this room
/// writes, `*` stays within a segment and `**` spans everything.
#[derive(Debug, Clone)]
pub(crate) struct Glob(Vec<Token>);

impl Glob {
    /// From a policy document.
    pub(crate) fn pattern(text: &str) -> Self {
        let token = |character| match character {
            '*' => Token::Many,
            '?' => Token::One,
            other => Token::Exactly(other),
        };
        Self(text.chars().map(token).collect())
    }

    /// From this room's own tables.
    pub(crate) fn space(text: &str) -> Self {
        let mut tokens = Vec::new();
        for character in text.chars() {
            match (character, tokens.last()) {
                ('*', Some(Token::Segment)) => {
                    tokens.pop();
                    tokens.push(Token::Many);
                }
                ('*', _) => tokens.push(Token::Segment),
                (other, _) => tokens.push(Token::Exactly(other)),
            }
        }
        Self(tokens)
    }

    fn token(&self, at: usize) -> Option<Token> {
        self.0.get(at).copied()
    }
}

impl Token {
    fn is_run(self) -> bool {
        matches!(self, Self::Many | Self::Segment)
    }

    fn takes(self, character: char) -> bool {
        match self {
            Self::Exactly(own) => own == character,
            Self::One | Self::Many => true,
            Self::Segment => character != ':',
        }
    }
}

/// Whether `pattern` matches all of `text`. Takes `pattern × text` steps at most.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut position) = (0, 0);
    // Where the last `*` stood, and up to where its run reaches so far.
    let mut star: Option<(usize, usize)> = None;
    while position < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, position));
                at += 1;
            }
            Some(one) if *one == '?' || *one == text[position] => {
                at += 1;
                position += 1;
            }
            _ => {
                let Some((star_at, reach)) = star else { return false };
                star = Some((star_at, reach + 1));
                at = star_at + 1;
                position = reach + 1;
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

/// The same, with ASCII letters of either case alike.
pub(crate) fn matches_any_case(pattern: &str, text: &str) -> bool {
    matches(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

/// Whether some text is in both.
pub(crate) fn overlaps(left: &Glob, right: &Glob) -> bool {
    let width = right.0.len() + 1;
    let mut seen = vec![false; (left.0.len() + 1) * width];
    let mut open = vec![(0, 0)];
    while let Some((i, j)) = open.pop() {
        if std::mem::replace(&mut seen[i * width + j], true) {
            continue;
        }
        match (left.token(i), right.token(j)) {
            (None, None) => return true,
            (a, b) => {
                if a.is_some_and(Token::is_run) {
                    open.push((i + 1, j));
                }
                if b.is_some_and(Token::is_run) {
                    open.push((i, j + 1));
                }
                if let (Some(a), Some(b)) = (a, b)
                    && share(a, b)
                {
                    open.push((i + usize::from(!a.is_run()), j + usize::from(!b.is_run())));
                }
            }
        }
    }
    false
}

/// Whether one character suits both.
fn share(a: Token, b: Token) -> bool {
    match (a, b) {
        (Token::Exactly(character), other) | (other, Token::Exactly(character)) => {
            other.takes(character)
        }
        _ => true,
    }
}

/// Whether every text of `inner` is in at least one of `outer`.
///
/// Decides inclusion exactly by following `inner` and, beside it, all places where the outer
/// patterns can be; gives up after [`COVER_LIMIT`] such places.
pub(crate) fn covers(outer: &[Glob], inner: &Glob) -> bool {
    let letters = alphabet(outer, inner);
    let start = closure(outer, (0..outer.len()).map(|pattern| (pattern, 0)).collect());
    let mut seen = BTreeSet::new();
    let mut work = 0;
    let mut open = vec![(0, start)];
    while let Some(pair) = open.pop() {
        if !seen.insert(pair.clone()) {
            continue;
        }
        work += (pair.1.len() + 1) * letters.len();
        if work > COVER_LIMIT {
            return false;
        }
        let (at, places) = pair;
        let Some(token) = inner.token(at) else {
            if places.iter().any(|(pattern, place)| *place == outer[*pattern].0.len()) {
                continue;
            }
            return false;
        };
        let next = if token.is_run() {
            open.push((at + 1, places.clone()));
            at
        } else {
            at + 1
        };
        for letter in letters.iter().filter(|letter| token.takes(**letter)) {
            open.push((next, step(outer, &places, *letter)));
        }
    }
    true
}

type Places = BTreeSet<(usize, usize)>;

/// The characters that some pattern names, and one that none does.
fn alphabet(outer: &[Glob], inner: &Glob) -> BTreeSet<char> {
    let named = |token: &Token| match token {
        Token::Exactly(character) => Some(*character),
        _ => None,
    };
    let tokens = outer.iter().chain([inner]).flat_map(|glob| glob.0.iter());
    let mut letters: BTreeSet<char> = tokens.filter_map(named).collect();
    letters.extend(('\u{1}'..=char::MAX).find(|unused| !letters.contains(unused)));
    letters
}

fn closure(outer: &[Glob], mut places: Places) -> Places {
    let mut open: Vec<(usize, usize)> = places.iter().copied().collect();
    while let Some((pattern, place)) = open.pop() {
        let run = outer[pattern].token(place).is_some_and(Token::is_run);
        if run && places.insert((pattern, place + 1)) {
            open.push((pattern, place + 1));
        }
    }
    places
}

fn step(outer: &[Glob], places: &Places, letter: char) -> Places {
    let mut next = Places::new();
    for (pattern, place) in places {
        if let Some(token) = outer[*pattern].token(*place)
            && token.takes(letter)
        {
            next.insert((*pattern, place + usize::from(!token.is_run())));
        }
    }
    closure(outer, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_runs_and_single_characters() {
        let cases = [
            ("*", "", true),
            ("ram:*", "ram:CreateRole", true),
            ("ram:*Role", "ram:CreateRoleRole", true),
            ("r?m:Get*", "ram:GetRole", true),
            ("r?m:*", "rm:GetRole", false),
            ("ram:Get", "ram:GetRole", false),
            ("*a*b*c", "xxaxbxbxc", true),
            ("*a*b*c", "xxaxbxbx", false),
            ("?", "", false),
            ("", "", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_hostile_pattern_ends_soon() {
        let pattern = "*a".repeat(500);
        assert!(!matches(&pattern, &"a".repeat(499)));
        assert!(!covers(&[Glob::pattern(&format!("*a{}", "?".repeat(60)))], &Glob::pattern("*")));
    }

    #[test]
    fn finds_texts_in_common() {
        let cases = [
            ("acs:ram:*:123:user/bob", "acs:ram:*:*:user/*", true),
            ("acs:ram::123:role/arms-*", "acs:ram:*:*:role/probe", false),
            ("acs:ram*:123:role/*", "acs:ram:*:*:role/probe", true),
            ("acs:ram:*:*:mfa/*", "acs:ram:*:*:user/*", false),
            ("*", "acs:ram:*:*:user/*", true),
            ("acs:ecs:*", "acs:ram:*:*:user/*", false),
        ];
        for (pattern, space, expected) in cases {
            let found = overlaps(&Glob::pattern(pattern), &Glob::space(space));
            assert_eq!(found, expected, "{pattern} with {space}");
        }
    }

    #[test]
    fn covering_is_inclusion_and_not_resemblance() {
        let space = "acs:ram:*:*:user/*";
        let cases: [(&[&str], bool); 7] = [
            (&["*"], true),
            (&["acs:ram:*"], true),
            (&["acs:*:*:*:*"], true),
            (&["acs:ram:?:?:user/?"], false),
            (&["acs:ram:*:123:user/*"], false),
            (&["acs:ram:*:*:user/?*"], false),
            (&["acs:ram:*:*:user/?*", "acs:ram:*:*:user/"], true),
        ];
        for (outer, expected) in cases {
            let globs: Vec<Glob> = outer.iter().map(|text| Glob::pattern(text)).collect();
            assert_eq!(covers(&globs, &Glob::space(space)), expected, "{outer:?}");
        }
    }
}
