//! What sources say of error codes, read as the compiler reads them: token by token, without comments.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{Who, Words};
use crate::error::XtaskError;
use crate::tidy::File;

/// What sources say of error codes.
#[derive(Debug, Default)]
pub(super) struct Codes {
    /// Every code that a source has outside of tests.
    pub(super) used: BTreeSet<String>,
    /// Constants that are codes, by name.
    constants: BTreeMap<String, String>,
    /// What is written above the variants of enums.
    variants: BTreeMap<String, BTreeMap<String, String>>,
    /// For each error: its arms of `code`, `blame` and `hint`.
    problems: Vec<(String, BTreeMap<String, Vec<Arm>>)>,
}

/// An arm of a `match`, or a whole function without one.
#[derive(Debug)]
struct Arm {
    /// The variants that it is for; none for all others.
    variants: Vec<String>,
    body: Vec<TokenTree>,
}

impl Codes {
    /// Reads one more file.
    pub(super) fn read(&mut self, file: &File) -> Result<(), XtaskError> {
        let tokens: TokenStream = file.text.parse().map_err(|error| XtaskError::Unreadable {
            what: format!("`{}`", file.path),
            reason: format!("{error}"),
        })?;
        self.walk(tokens);
        Ok(())
    }

    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let Some((token, after)) = rest.split_first() {
            if is_test(rest) {
                rest = after_item(after);
                continue;
            }
            self.item(rest);
            match token {
                TokenTree::Group(group) => self.walk(group.stream()),
                TokenTree::Literal(_) => self.used.extend(text(token).and_then(|it| code_in(&it))),
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
            rest = after;
        }
    }

    /// Notes an enum, a constant or an `impl Problem` that begins here.
    fn item(&mut self, tokens: &[TokenTree]) {
        let words: Vec<String> = tokens.iter().take(4).map(ToString::to_string).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["enum", name, ..] => {
                if let Some(body) = first_braces(tokens) {
                    self.variants.insert((*name).to_owned(), documented(body));
                }
            }
            ["const", name, ":", ..] => {
                let until = tokens.iter().position(|token| token.to_string() == ";");
                let value = tokens.iter().take(until.unwrap_or_default()).find_map(text);
                let code = value.and_then(|value| code_in(&value));
                self.constants.extend(code.map(|code| ((*name).to_owned(), code)));
            }
            ["impl", "Problem", "for", name] => {
                if let Some(body) = first_braces(tokens) {
                    let functions = functions(body);
                    // Here a code may be of one word, as names of files are elsewhere.
                    let codes = functions.get("code").into_iter().flatten();
                    let texts = codes.flat_map(|arm| arm.body.iter().filter_map(text));
                    self.used.extend(texts.filter(|text| is_code(text)));
                    self.problems.push(((*name).to_owned(), functions));
                }
            }
            _ => {}
        }
    }

    /// What the sources say of the codes that belong to one variant of one error.
    pub(super) fn described(&self) -> BTreeMap<String, Words> {
        let mut all = BTreeMap::new();
        for (name, functions) in &self.problems {
            let Some(documented) = self.variants.get(name) else { continue };
            let of =
                |function: &str| functions.get(function).map(Vec::as_slice).unwrap_or_default();
            let mut codes: BTreeMap<&String, Vec<String>> = BTreeMap::new();
            for arm in of("code") {
                for variant in &arm.variants {
                    let found = arm.body.iter().filter_map(|token| self.code(token));
                    codes.entry(variant).or_default().extend(found);
                }
            }
            for (variant, codes) in codes {
                // Where several codes share a variant, its words fit none of them.
                let [code] = codes.as_slice() else { continue };
                let words = Words {
                    what: documented.get(variant).cloned(),
                    who: who(&arms_for(of("blame"), variant)),
                    mend: mend(&arms_for(of("hint"), variant)),
                    status: None,
                };
                all.entry(code.clone()).or_insert(words);
            }
        }
        all
    }

    fn code(&self, token: &TokenTree) -> Option<String> {
        match token {
            TokenTree::Ident(name) => self.constants.get(&name.to_string()).cloned(),
            _ => text(token).filter(|text| is_code(text)),
        }
    }
}

/// Whether `#[cfg(test)]` begins here.
fn is_test(tokens: &[TokenTree]) -> bool {
    let words = tokens.iter().take(2).map(ToString::to_string).collect::<String>();
    words.replace(' ', "") == "#[cfg(test)]"
}

/// What follows the item that an attribute stands above.
fn after_item(tokens: &[TokenTree]) -> &[TokenTree] {
    let is_end = |token: &TokenTree| braces(token).is_some() || token.to_string() == ";";
    let end = tokens.iter().position(is_end).map_or(tokens.len(), |end| end + 1);
    &tokens[end..]
}

fn braces(token: &TokenTree) -> Option<TokenStream> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    }
}

fn first_braces(tokens: &[TokenTree]) -> Option<TokenStream> {
    tokens.iter().find_map(braces)
}

/// The documentation of each variant.
fn documented(body: TokenStream) -> BTreeMap<String, String> {
    let mut variants = BTreeMap::new();
    let mut words: Vec<String> = Vec::new();
    let mut is_new = true;
    for token in body {
        match &token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                if inside.first().is_some_and(|first| first.to_string() == "doc") {
                    words.extend(inside.iter().find_map(text).map(|it| it.trim().to_owned()));
                }
            }
            TokenTree::Ident(name) if is_new => {
                variants.insert(name.to_string(), words.join(" "));
                (words, is_new) = (Vec::new(), false);
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => is_new = true,
            _ => {}
        }
    }
    variants
}

/// The functions of an `impl`, each as the arms of its `match`.
fn functions(body: TokenStream) -> BTreeMap<String, Vec<Arm>> {
    let tokens: Vec<TokenTree> = body.into_iter().collect();
    let mut found = BTreeMap::new();
    for (index, token) in tokens.iter().enumerate() {
        let rest = &tokens[index + 1..];
        if token.to_string() == "fn"
            && let (Some(name), Some(body)) = (rest.first(), first_braces(rest))
        {
            found.insert(name.to_string(), arms(body));
        }
    }
    found
}

fn arms(body: TokenStream) -> Vec<Arm> {
    let tokens: Vec<TokenTree> = flat(body.clone());
    let Some(start) = tokens.iter().position(|token| token.to_string() == "match") else {
        return vec![Arm { variants: Vec::new(), body: tokens }];
    };
    let Some(inside) = first_braces(&deep(body, start)) else { return Vec::new() };
    let mut arms = Vec::new();
    let (mut pattern, mut result, mut is_result) = (Vec::new(), Vec::new(), false);
    let tokens: Vec<TokenTree> = inside.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        let is_arrow = |a: Option<&TokenTree>| a.is_some_and(|a| a.to_string() == "=");
        if !is_result && token.to_string() == ">" && is_arrow(before) {
            pattern.pop();
            is_result = true;
            continue;
        }
        let is_comma = token.to_string() == ",";
        if is_result && !is_comma {
            result.push(token.clone());
        } else if !is_result {
            pattern.push(token.clone());
        }
        let is_block = is_result && braces(token).is_some() && result.len() == 1;
        if is_result && (is_comma || is_block || index + 1 == tokens.len()) {
            let body = result.drain(..).collect::<TokenStream>();
            arms.push(Arm { variants: variants(&pattern), body: flat(body) });
            pattern.clear();
            is_result = false;
        }
    }
    arms
}

/// The names after `Self::`.
fn variants(pattern: &[TokenTree]) -> Vec<String> {
    let words: Vec<String> = pattern.iter().map(ToString::to_string).collect();
    let after = |window: &[String]| match window {
        [own, first, second, name] if own == "Self" && first == ":" && second == ":" => {
            Some(name.clone())
        }
        _ => None,
    };
    words.windows(4).filter_map(after).collect()
}

/// All tokens, those inside of groups as well.
fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let mut all = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Group(group) => {
                all.push(token.clone());
                all.extend(flat(group.stream()));
            }
            _ => all.push(token),
        }
    }
    all
}

/// The flat tokens from one on.
fn deep(tokens: TokenStream, start: usize) -> Vec<TokenTree> {
    flat(tokens).split_off(start)
}

/// The arms for a variant: its own, else those for all others.
fn arms_for<'a>(arms: &'a [Arm], variant: &String) -> Vec<&'a Arm> {
    let own: Vec<&Arm> = arms.iter().filter(|arm| arm.variants.contains(variant)).collect();
    if own.is_empty() {
        return arms.iter().filter(|arm| arm.variants.is_empty()).collect();
    }
    own
}

/// Who has to act, if that is the same in all arms.
fn who(arms: &[&Arm]) -> Option<Who> {
    let bodies = arms.iter().flat_map(|arm| arm.body.iter());
    let mut named = bodies.filter_map(|token| Who::of(&token.to_string()));
    let first = named.next()?;
    named.all(|who| who == first).then_some(first)
}

/// What to do: the texts of all arms, with gaps for what only the error knows.
fn mend(arms: &[&Arm]) -> Option<String> {
    let texts: Vec<String> = arms
        .iter()
        .flat_map(|arm| arm.body.iter())
        .filter_map(text)
        .filter(|text| text.contains(' '))
        .map(|text| gaps(&text))
        .collect();
    (!texts.is_empty()).then(|| texts.join("; or "))
}

/// A format string with `…` for its parameters.
fn gaps(text: &str) -> String {
    let mut shown = String::new();
    let mut depth = 0_u32;
    for character in text.chars() {
        match character {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                shown.push('…');
            }
            other if depth == 0 => shown.push(other),
            _ => {}
        }
    }
    shown
}

/// The text of a literal, if it is one.
fn text(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else { return None };
    let written = literal.to_string();
    if let Some(raw) = written.strip_prefix('r') {
        return Some(raw.trim_matches('#').trim_matches('"').to_owned());
    }
    let inside = written.strip_prefix('"')?.strip_suffix('"')?;
    let mut lines = inside.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let whole = lines.fold(first, |whole, line| whole + line.trim_start());
    Some(whole.replace("\\\"", "\"").replace("\\n", " "))
}

/// The code that a text is, or names as printed errors do: `error[room.noun-adjective]`.
fn code_in(text: &str) -> Option<String> {
    let code = match text.strip_prefix("error[") {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => text,
    };
    (is_code(code) && code.contains('-')).then(|| code.to_owned())
}

/// Whether a text has the form of a code.
fn is_code(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    text.split_once('.').is_some_and(|(room, rest)| is_word(room) && rest.split('-').all(is_word))
}
