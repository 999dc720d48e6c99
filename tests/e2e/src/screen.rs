//! What a terminal shows of what is written to it, as far as a program may use one.

/// What was on the screen at one time: its lines, without spaces at their ends.
pub type Frame = Vec<String>;

/// The screen after each change of place, and at the end. `None` if something was written that moves or hides
/// what no live view has to, or that has another color than the signs of a plan.
pub fn frames(written: &str) -> Option<Vec<Frame>> {
    let mut screen = Screen { lines: vec![Vec::new()], row: 0, column: 0 };
    let mut frames = Vec::new();
    let mut rest = written.chars();
    while let Some(character) = rest.next() {
        if matches!(character, '\r' | '\u{1b}') {
            frames.push(screen.frame());
        }
        match character {
            '\n' => screen.feed(),
            '\r' => screen.column = 0,
            '\u{1b}' => screen.obey(&mut rest)?,
            other if other.is_control() => return None,
            other => screen.put(other),
        }
    }
    frames.push(screen.frame());
    Some(frames)
}

/// Columns of a terminal that does not say how many it has.
const COLUMNS: usize = 80;

struct Screen {
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
}

impl Screen {
    fn frame(&self) -> Frame {
        let text = |line: &Vec<char>| line.iter().collect::<String>().trim_end().to_owned();
        self.lines.iter().map(text).collect()
    }

    fn feed(&mut self) {
        (self.row, self.column) = (self.row + 1, 0);
        if self.row == self.lines.len() {
            self.lines.push(Vec::new());
        }
    }

    fn put(&mut self, character: char) {
        // A cursor behind the last column goes on when there is something to write, and not before.
        if self.column == COLUMNS {
            self.feed();
        }
        let line = &mut self.lines[self.row];
        line.resize(line.len().max(self.column + 1), ' ');
        line[self.column] = character;
        self.column += 1;
    }

    /// A sequence that moves the cursor or clears a part of the screen.
    fn obey(&mut self, rest: &mut std::str::Chars<'_>) -> Option<()> {
        if rest.next()? != '[' {
            return None;
        }
        let mut number = String::new();
        let order = loop {
            match rest.next()? {
                digit @ '0'..='9' => number.push(digit),
                other => break other,
            }
        };
        let many = number.parse().unwrap_or(1);
        match (order, number.as_str()) {
            ('A', _) => self.row = self.row.saturating_sub(many),
            ('B', _) => (0..many).for_each(|_| {
                let column = self.column;
                self.feed();
                self.column = column;
            }),
            ('K', "2") => self.lines[self.row].clear(),
            ('K', _) => self.lines[self.row].truncate(self.column),
            ('J', "" | "0") => {
                self.lines[self.row].truncate(self.column);
                self.lines.truncate(self.row + 1);
            }
            ('m', "0" | "31" | "32" | "33" | "36") => {}
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::frames;

    #[test]
    fn lines_are_drawn_over_and_nothing_else_is_obeyed() {
        let written = "one\r\ntwo\r\u{1b}[2K\u{1b}[1A\r\u{1b}[2Kthree\n";
        let frames = frames(written).unwrap();
        assert!(frames.contains(&vec!["one".to_owned(), "two".to_owned()]), "{frames:?}");
        assert_eq!(frames.last().unwrap(), &["three", ""]);
        for bad in ["\u{1b}[41mred", "\u{1b}]0;title\u{7}", "\u{7}", "\u{1b}[?25l"] {
            assert_eq!(super::frames(bad), None, "{bad:?}");
        }
    }
}
