//! Asking the person at the terminal.

use async_trait::async_trait;
use host_model::{Effect, SecretText};
use host_runner::{Approver, Decision, Question};
use rustix::termios::{LocalModes, OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr};

use crate::interrupt;
use crate::output::{Asking, line, prompt};

/// Bytes of an answer; a terminal's own line holds no more.
const TYPED_BYTES_MAX: usize = 4096;

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
            let question = "read it? (yes, all for every further read, no): ";
            return match answer_or_interrupt(question).await.as_deref() {
                Some("yes") => Decision::Yes,
                Some("all") => Decision::YesToReads,
                Some(_) => Decision::No,
                None => Decision::Interrupted,
            };
        }
        match answer_or_interrupt("do it? only `yes` goes on: ").await.as_deref() {
            Some("yes") => Decision::Yes,
            Some(_) => Decision::No,
            None => Decision::Interrupted,
        }
    }
}

fn show(question: &Question) {
    // What is long comes first, so that the end of it, the risks and the place are what stands above the question.
    let (long, short): (Vec<_>, Vec<_>) =
        question.parameters.iter().partition(|(_, value)| value.contains('\n'));
    for (name, value) in long {
        line(&format!("    {name}: {value}"));
    }
    for risk in &question.risks {
        line(&format!("  ⚠ {risk}"));
    }
    let Question { account_name, account, action, effect, sentence, .. } = question;
    line(&format!("  {effect} in {account_name} (account {account}): {sentence}"));
    line(&format!("    {action}"));
    for (name, value) in short {
        line(&format!("    {name}: {value}"));
    }
}

/// Asks, after throwing away what was typed before: nobody agrees to what they have not read.
fn put(question: &str) -> Asking {
    // Where standard input is no terminal, nobody is asked.
    let _ = tcflush(std::io::stdin(), QueueSelector::IFlush);
    prompt(question)
}

/// The line that a person typed, without spaces around it. For where nobody listens to interrupts yet: they
/// end the process.
pub(crate) fn answer(question: &str) -> String {
    let _asking = put(question);
    typed()
}

/// The same while interrupts are listened to; nothing if one came.
pub(crate) async fn answer_or_interrupt(question: &str) -> Option<String> {
    let interrupted = interrupt::signal();
    let _asking = put(question);
    // Reading cannot be ended: whoever leaves does not wait for that thread.
    let typed = tokio::task::spawn_blocking(typed);
    tokio::select! {
        biased;
        () = interrupted => None,
        typed = typed => Some(typed.unwrap_or_default()),
    }
}

/// A line of standard input; an empty one where it ended, which is no yes to anything.
fn typed() -> String {
    read_line(&std::io::stdin()).map(|line| line.trim().to_owned()).unwrap_or_default()
}

/// What a person typed without seeing it. `None` where the terminal cannot hide it, or the input ended.
pub(crate) fn hidden_answer(question: &str) -> Option<SecretText> {
    let terminal = std::io::stdin();
    let shown = tcgetattr(&terminal).ok()?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&terminal, OptionalActions::Now, &hidden).ok()?;
    let _asking = put(question);
    let typed = read_line(&terminal).map(SecretText::new);
    let restored = tcsetattr(&terminal, OptionalActions::Now, &shown);
    line("");
    restored.ok().and(typed)
}

/// A line, without the standard library's buffer: it would keep a copy, and what was typed ahead for the next
/// question. `None` where the input ended, or the line is too long.
fn read_line(terminal: &std::io::Stdin) -> Option<String> {
    let mut typed = Vec::with_capacity(TYPED_BYTES_MAX);
    let mut byte = [0];
    while typed.len() < TYPED_BYTES_MAX {
        match rustix::io::read(terminal, &mut byte) {
            Ok(1) if byte != [b'\n'] => typed.extend_from_slice(&byte),
            Ok(1) => return String::from_utf8(typed).ok(),
            Err(rustix::io::Errno::INTR) => {}
            _ => return None,
        }
    }
    None
}
