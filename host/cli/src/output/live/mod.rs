//! What is under way, as a few lines that are drawn over themselves, or as a line now and then.
//!
//! Pure: events, moments and notes of the client go in with the operator's time, lines come out. What may
//! write them where is for [`super::screen`].
//!
//! # Invariants
//!
//! - A line is one line: texts of others are quoted, and it is cut to the columns that there are.
//! - Where nobody can see lines change, nothing is said before [`PATIENCE`] has passed without a line.

mod wait;

use std::time::Duration;

use host_client::Note;
use host_model::{Timestamp, quote_within};
use host_runner::{Moment, RunEvent};
use unicode_width::UnicodeWidthChar as _;

use self::wait::Wait;

/// After so long without a line, one says what is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Characters of a text of others.
const TEXT_SHOWN: usize = 200;
/// How long each picture of the sign stands that shows that something is alive.
const PICTURE_MILLIS: i64 = 100;
const PICTURES: [&str; 8] = ["⣷", "⣯", "⣟", "⡿", "⢿", "⣻", "⣽", "⣾"];

/// What is known of what is under way.
#[derive(Debug)]
pub(super) struct View {
    began: Timestamp,
    /// The last line that stays, or that said what is waited for.
    spoke: Timestamp,
    step: Option<Step>,
    call: Option<Under>,
    wait: Option<Wait>,
    /// The last step of the plan that was begun, and how many there are.
    planned: Option<(u32, u32)>,
}

#[derive(Debug)]
struct Step {
    title: String,
    since: Timestamp,
}

/// A call that is under way.
#[derive(Debug)]
struct Under {
    place: String,
    action: String,
    sentence: String,
    since: Timestamp,
    attempt: u32,
}

impl View {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { began: now, spoke: now, step: None, call: None, wait: None, planned: None }
    }

    /// A line was written that stays.
    pub(super) const fn spoke(&mut self, now: Timestamp) {
        self.spoke = now;
    }

    /// Something happened: what was waited for is over.
    pub(super) fn report(&mut self, event: &RunEvent, now: Timestamp) {
        match event {
            RunEvent::Step { id, title } => {
                let title = if title.is_empty() { id } else { title };
                let title = quote_within(title, TEXT_SHOWN);
                self.step = Some(Step { title, since: now });
            }
            // Something is said beside what is under way.
            RunEvent::Note { .. } | RunEvent::WouldDeny(_) => return,
            _ => {}
        }
        self.call = None;
        self.wait = None;
    }

    /// Something is under way.
    pub(super) fn watch(&mut self, moment: &Moment, now: Timestamp) {
        self.wait = None;
        match moment {
            Moment::Call { account_name, account, action, sentence, planned } => {
                let place = account_name.as_ref().unwrap_or(account);
                self.planned = planned.or(self.planned);
                let mut under = Under {
                    place: quote_within(place, TEXT_SHOWN),
                    action: quote_within(action, TEXT_SHOWN),
                    sentence: quote_within(sentence, TEXT_SHOWN),
                    since: now,
                    attempt: 1,
                };
                // The same call again, after it was looked what came of it.
                if let Some(before) = self.call.take().filter(|it| it.is(&under)) {
                    (under.since, under.attempt) = (before.since, before.attempt + 1);
                }
                self.call = Some(under);
            }
            Moment::Wait { why, wait } => {
                self.wait = Some(Wait::new((*why).to_owned(), now, *wait));
            }
            Moment::Sleep { wait } => {
                self.call = None;
                self.wait = Some(Wait::new("the workflow waits".to_owned(), now, *wait));
            }
        }
    }

    /// The client waits.
    pub(super) fn hear(&mut self, note: &Note, now: Timestamp) {
        let Some(wait) = Wait::of(note, now) else { return };
        self.wait = Some(wait);
        if let Some(call) = &mut self.call {
            call.attempt += 1;
        }
    }

    /// The lines that are drawn now, none wider than that many columns.
    pub(super) fn lines(&self, now: Timestamp, columns: usize) -> Vec<String> {
        let whole = wait::duration(now.since(self.began));
        let mut head = match &self.step {
            Some(Step { title, since }) => {
                format!("{title} · {} of {whole}", wait::duration(now.since(*since)))
            }
            None => format!("under way · {whole}"),
        };
        if let Some((number, of)) = self.planned {
            head = format!("{number}/{of} {head}");
        }
        let mut lines = vec![format!("{} {head}", self.picture(now))];
        lines.extend(self.call.as_ref().map(|call| format!("  {}", call.words(now))));
        let waits = self.wait.as_ref().and_then(|wait| wait.words(now));
        lines.extend(waits.map(|words| format!("  … {words}")));
        lines.iter().map(|line| cut(line, columns)).collect()
    }

    /// A line, if there was none for so long that somebody may wonder.
    pub(super) fn remark(&mut self, now: Timestamp) -> Option<String> {
        if now.since(self.spoke) < PATIENCE {
            return None;
        }
        self.spoke = now;
        let since = self.step.as_ref().map_or(self.began, |step| step.since);
        let mut line = format!("    … after {}", wait::duration(now.since(since)));
        if let Some((number, of)) = self.planned {
            line.push_str(&format!(", {number}/{of}"));
        }
        if let Some(Step { title, .. }) = &self.step {
            line.push_str(&format!(" in “{title}”"));
        }
        let call = self.call.as_ref().map(|call| call.words(now));
        let waits = self.wait.as_ref().and_then(|wait| wait.words(now));
        for part in call.into_iter().chain(waits) {
            line.push_str(&format!(": {part}"));
        }
        Some(line)
    }

    fn picture(&self, now: Timestamp) -> &'static str {
        let passed = now.millis().saturating_sub(self.began.millis()) / PICTURE_MILLIS;
        let index = usize::try_from(passed).unwrap_or_default() % PICTURES.len();
        PICTURES.get(index).copied().unwrap_or_default()
    }
}

impl Under {
    fn is(&self, other: &Self) -> bool {
        (&self.place, &self.action, &self.sentence)
            == (&other.place, &other.action, &other.sentence)
    }

    fn words(&self, now: Timestamp) -> String {
        let Self { place, action, sentence, since, attempt } = self;
        let passed = wait::duration(now.since(*since));
        let attempt = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
        format!("{place}: {sentence} ({action}, {passed}{attempt})")
    }
}

/// What of a line fits into so many columns; what is cut off is marked.
fn cut(line: &str, columns: usize) -> String {
    let width = |character: char| character.width().unwrap_or_default();
    if line.chars().map(width).sum::<usize>() <= columns {
        return line.to_owned();
    }
    let mut shown = String::new();
    let mut taken = 1;
    for character in line.chars() {
        taken += width(character);
        if taken > columns {
            break;
        }
        shown.push(character);
    }
    if columns > 0 {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
