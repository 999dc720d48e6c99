//! Parts of a run that may or may not be needed (`host:run/plan`).

use super::LiveDriver;
use crate::RunEvent;

/// A part that was entered.
#[derive(Debug)]
pub(super) struct Entered {
    /// Its number in the plan that is made.
    number: Option<u32>,
}

impl LiveDriver {
    /// Whether a part is to be entered: while planning always, live if it is needed.
    pub(super) fn conditional(&mut self, title: &str, holds: bool) -> bool {
        if let Some(planning) = self.stage.planning.clone() {
            planning.overlay.enter_conditional();
            let inside = self.conditionals.last().and_then(|it| it.number);
            let number = planning.begin_conditional(self.redact(title), inside);
            self.conditionals.push(Entered { number: Some(number) });
            return true;
        }
        self.report(&RunEvent::Conditional { title: self.redact(title), needed: holds });
        if holds {
            self.enter(title);
        }
        holds
    }

    /// Goes into a part that is needed.
    pub(super) fn enter(&mut self, title: &str) {
        let title = self.redact(title);
        self.enter_planned(&title);
        self.conditionals.push(Entered { number: None });
    }

    /// Leaves the part that was entered last; nothing if there is none.
    pub(super) fn conditional_end(&mut self) {
        if self.conditionals.pop().is_none() {
            return;
        }
        if let Some(planning) = &self.stage.planning {
            planning.overlay.leave_conditional();
        }
        self.leave_planned();
    }

    /// The conditional of the plan that is made, in which a call stands.
    pub(super) fn conditional_now(&self) -> Option<u32> {
        self.conditionals.last().and_then(|it| it.number)
    }
}
