//! The one terminal that a process has: lines that stay, and below them the live view.
//!
//! Everything that is written passes [`above`] or [`ask`], so that the view and what stays never get into
//! each other. The view is drawn by a task on the program's one thread, and not while a question waits for its
//! answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use host_client::Note;
use host_ports::Clock;
use host_runner::{Moment, RunEvent};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rustix::termios::tcgetwinsize;

use super::live::View;

/// How often the view is drawn, and a second has so many of it.
const TICK: Duration = Duration::from_millis(100);
const TICKS_PER_SECOND: u8 = 10;
/// Columns of a terminal that does not say.
const COLUMNS: u16 = 80;

static SCREEN: Mutex<Option<Screen>> = Mutex::new(None);

#[derive(Debug)]
struct Screen {
    clock: Arc<dyn Clock>,
    view: View,
    /// Whether lines may be drawn over themselves.
    live: bool,
    /// What is on the screen now.
    drawn: Option<ProgressBar>,
    /// Whether a question waits for its answer.
    asks: bool,
}

/// A question that waits for its answer: the view is gone until this is dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct Asking;

impl Drop for Asking {
    fn drop(&mut self) {
        if let Some(screen) = screen().as_mut() {
            screen.view.spoke(screen.clock.now());
            screen.asks = false;
        }
    }
}

fn screen() -> MutexGuard<'static, Option<Screen>> {
    SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to show what is under way, unless it is shown already.
pub(crate) fn open(clock: Arc<dyn Clock>, live: bool) {
    let mut screen = screen();
    if screen.is_some() {
        return;
    }
    let view = View::new(clock.now());
    *screen = Some(Screen { clock: Arc::clone(&clock), view, live, drawn: None, asks: false });
    tokio::spawn(async move {
        loop {
            clock.sleep(TICK).await;
            if !tick() {
                break;
            }
        }
    });
}

/// Wipes the view; nothing is drawn from now on.
pub(crate) fn close() {
    if let Some(mut screen) = screen().take() {
        screen.wipe();
    }
}

/// Whether waits are shown by the view.
pub(super) fn is_live() -> bool {
    screen().as_ref().is_some_and(|screen| screen.live)
}

/// Tells the view what happened.
pub(super) fn report(event: &RunEvent) {
    with(|view, now| view.report(event, now));
}

/// Tells the view what is under way.
pub(super) fn watch(moment: &Moment) {
    with(|view, now| view.watch(moment, now));
}

/// Tells the view what the client waits for.
pub(super) fn hear(note: &Note) {
    with(|view, now| view.hear(note, now));
}

fn with(change: impl FnOnce(&mut View, host_model::Timestamp)) {
    if let Some(screen) = screen().as_mut() {
        let now = screen.clock.now();
        change(&mut screen.view, now);
    }
}

/// Writes lines that stay, above the view.
pub(super) fn above(write: impl FnOnce()) {
    let mut screen = screen();
    let Some(screen) = screen.as_mut() else { return write() };
    screen.view.spoke(screen.clock.now());
    match &screen.drawn {
        Some(drawn) => drawn.suspend(write),
        None => write(),
    }
}

/// Writes what a person answers to.
pub(super) fn ask(write: impl FnOnce()) -> Asking {
    let mut screen = screen();
    if let Some(screen) = screen.as_mut() {
        screen.wipe();
        screen.asks = true;
    }
    write();
    Asking
}

/// Draws what is under way now, or says it if that was not said for long; false if nothing is any more.
fn tick() -> bool {
    let mut screen = screen();
    let Some(screen) = screen.as_mut() else { return false };
    screen.show();
    true
}

impl Screen {
    fn show(&mut self) {
        let now = self.clock.now();
        if self.asks {
            return;
        }
        if self.live {
            let lines = self.view.lines(now, columns()).join("\n");
            self.drawn.get_or_insert_with(bar).set_message(lines);
        } else if let Some(remark) = self.view.remark(now) {
            super::plainly(&remark);
        }
    }

    fn wipe(&mut self) {
        if let Some(drawn) = self.drawn.take() {
            drawn.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(TICKS_PER_SECOND);
    let style = ProgressStyle::with_template("{msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::with_draw_target(None, target).with_style(style)
}

/// One column less than there are: a cursor behind the last one stands where the terminal likes.
fn columns() -> usize {
    let columns = tcgetwinsize(std::io::stderr()).map_or(0, |size| size.ws_col);
    usize::from(if columns == 0 { COLUMNS } else { columns } - 1)
}

#[cfg(test)]
mod tests {
    use host_net::SystemClock;
    use host_ports::Clock as _;

    use super::*;

    #[test]
    fn nothing_is_drawn_while_a_question_waits() {
        let clock = Arc::new(SystemClock);
        let view = View::new(clock.now());
        let mut screen = Screen { clock, view, live: true, drawn: None, asks: true };
        screen.show();
        assert!(screen.drawn.is_none());
        screen.asks = false;
        screen.show();
        assert!(screen.drawn.is_some());
    }
}
