//! Parts of a run that may or may not be needed (`host:run/plan`).

use super::LiveDriver;
use crate::RunEvent;

impl LiveDriver {
    /// Whether a part is to be entered: while planning always, live if it is needed.
    pub(super) fn conditional(&mut self, title: &str, holds: bool) -> bool {
        if let Some(planning) = self.stage.planning.clone() {
            planning.overlay.enter_conditional();
            let inside = self.conditional_now();
            let number = planning.begin_conditional(self.redact(title), inside, holds);
            self.conditionals.push(Some(number));
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
        self.conditionals.push(None);
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
        self.conditionals.last().copied().flatten()
    }
}
