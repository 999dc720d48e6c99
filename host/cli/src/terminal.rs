//! Asking the person at the terminal.

use std::io::BufRead as _;

use async_trait::async_trait;
use host_model::Effect;
use host_runner::{Approver, Decision, Question};

use crate::output::{line, prompt};

/// Asks at the terminal, where there is one. A pipe never counts as a yes.
#[derive(Debug)]
pub(crate) struct Terminal {
    pub(crate) can_ask: bool,
}

#[async_trait]
impl Approver for Terminal {
    async fn ask(&self, question: &Question) -> Decision {
        show(question);
        if !self.can_ask {
            return Decision::Nobody;
        }
        if question.effect == Effect::Read {
            return match answer("read it? (yes, all for every further read, no): ").as_deref() {
                Some("yes") => Decision::Yes,
                Some("all") => Decision::YesToReads,
                _ => Decision::No,
            };
        }
        match answer("do it? only `yes` goes on: ").as_deref() {
            Some("yes") => Decision::Yes,
            _ => Decision::No,
        }
    }
}

fn show(question: &Question) {
    for risk in &question.risks {
        line(&format!("  ⚠ {risk}"));
    }
    let Question { account_name, account, action, effect, sentence, .. } = question;
    line(&format!("  {effect} in {account_name} (account {account}): {sentence}"));
    line(&format!("    {action}"));
    for (name, value) in &question.parameters {
        line(&format!("    {name}: {value}"));
    }
}

/// The line that a person typed, without spaces around it.
pub(crate) fn answer(question: &str) -> Option<String> {
    prompt(question);
    let mut text = String::new();
    std::io::stdin().lock().read_line(&mut text).ok()?;
    Some(text.trim().to_owned())
}
