//! A line of a plan, and its mark.

use std::fmt;

use super::letters::{harmless, look_alikes};

/// What a line is about, so that a terminal can color it. Without color the signs say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A heading, or an empty line.
    Head,
    /// Anything that is said.
    Plain,
    /// Something is made, or added: `+`.
    Create,
    /// Something is changed: `~`.
    Update,
    /// Something is removed: `-`.
    Delete,
    /// Something is removed and made again: `-/+`.
    Replace,
    /// Nothing is changed: a session, a script that only looks, a proof that is expected to be refused: `>`.
    Look,
    /// What to know first: `!`.
    Risk,
    /// A line of a document to be pasted.
    Paste,
}

impl Mark {
    /// The sign, as it stands before the text.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Head | Self::Plain | Self::Paste => "",
            Self::Create => "+",
            Self::Update => "~",
            Self::Delete => "-",
            Self::Replace => "-/+",
            Self::Look => ">",
            Self::Risk => "!",
        }
    }
}

/// One line. Nothing in it breaks it, colors it or changes its order; terminals may wrap it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How far it stands in.
    pub depth: usize,
    /// What it is about.
    pub mark: Mark,
    /// Whether it is done only if it turns out to be needed: `?`.
    pub maybe: bool,
    /// What it says.
    pub text: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() {
            return Ok(());
        }
        write!(f, "{:1$}", "", self.depth * 2)?;
        if !self.sign().is_empty() {
            write!(f, "{} ", self.sign())?;
        }
        f.write_str(&self.text)
    }
}

impl Line {
    /// One without anything.
    pub const fn empty() -> Self {
        Self { depth: 0, mark: Mark::Head, maybe: false, text: String::new() }
    }

    /// The sign before the text: the mark's, after `?` if it may not be needed.
    pub fn sign(&self) -> String {
        if self.maybe { format!("? {}", self.mark.sign()) } else { self.mark.sign().to_owned() }
    }
}

/// Lines as they are put together. Every text passes here, whoever wrote it.
#[derive(Debug, Default)]
pub(crate) struct Lines(Vec<Line>);

impl Lines {
    pub(crate) fn push(&mut self, depth: usize, mark: Mark, text: &str) {
        self.add(depth, mark, false, text);
    }

    /// The same, for what is done only if it turns out to be needed.
    pub(crate) fn maybe(&mut self, depth: usize, mark: Mark, text: &str) {
        self.add(depth, mark, true, text);
    }

    fn add(&mut self, depth: usize, mark: Mark, maybe: bool, text: &str) {
        let mut text = harmless(text);
        if let Some(found) = look_alikes(&text) {
            text.push_str(&format!(" [letters that look like others: {found}]"));
        }
        self.0.push(Line { depth, mark, maybe, text });
    }

    /// A heading with an empty line before it.
    pub(crate) fn head(&mut self, text: &str) {
        if !self.0.is_empty() {
            self.0.push(Line::empty());
        }
        self.push(0, Mark::Head, text);
    }

    pub(crate) fn plain(&mut self, depth: usize, text: &str) {
        self.push(depth, Mark::Plain, text);
    }

    /// Lines that were put together before.
    pub(crate) fn extend(&mut self, lines: impl Iterator<Item = Line>) {
        self.0.extend(lines);
    }

    pub(crate) fn into_vec(self) -> Vec<Line> {
        self.0
    }
}
