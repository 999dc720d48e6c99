//! A run as lines for a tired operator: one line for each step and each call that matters.

use std::sync::{Mutex, PoisonError};

use host_client::Note;
use host_history::Tally;
use host_model::{Effect, quote_within};
use host_runner::undo::Stays;
use host_runner::{CallOutcome, Moment, ProofReport, Reporter, RunEvent, UndoLine, WouldDeny};
use host_runtime::{Claim, Level, LogLevel};

use super::notes::Audience;
use super::{Story, closing, data, line, screen, tree};

/// Characters of a workflow's line that are shown.
const WORDS_SHOWN: usize = 500;

/// Writes progress to standard error, and the report to standard output.
#[derive(Debug)]
pub(crate) struct Human {
    /// Whether reads are shown as well.
    pub(crate) verbose: bool,
    /// The run that is told.
    pub(crate) story: Story,
    /// What came of it so far.
    pub(crate) tally: Mutex<Tally>,
}

impl Audience for Human {
    fn hear(&self, note: &Note, words: String) {
        screen::hear(note);
        // Where lines change, a wait is shown as long as it lasts.
        if !screen::is_live() || matches!(note, Note::ClockCorrected { .. }) {
            self.report(&RunEvent::Note { message: words });
        }
    }
}

impl Reporter for Human {
    fn watch(&self, moment: &Moment) {
        screen::watch(moment);
    }

    fn report(&self, event: &RunEvent) {
        screen::report(event);
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).take(event);
        match event {
            RunEvent::RunStarted { .. } => started(event),
            RunEvent::Step { title, .. } => line(&format!("\n▸ {}", words(title))),
            RunEvent::Call { .. } => self.call(event),
            RunEvent::Output { machine, status, exit_code, tail, .. } => {
                let exit = exit_code.map(|code| format!(", exit status {code}"));
                let exit = exit.unwrap_or_default();
                line(&format!("    ✗ {}: {}{exit}; it wrote:", words(machine), words(status)));
                tail.lines().for_each(|text| line(&format!("      │ {}", words(text))));
            }
            RunEvent::WouldDeny(denial) => {
                line(&format!("    ⊘ would be denied: {}", words(&denial.message)));
            }
            RunEvent::PolicyAudited { denials } => audited(denials, line),
            RunEvent::Note { message } => line(&format!("    … {}", words(message))),
            RunEvent::Log { level, message, fields } => {
                if *level != LogLevel::Debug || self.verbose {
                    let fields = fields.iter().map(|(k, v)| format!(" {}={}", words(k), words(v)));
                    let sign = match level {
                        LogLevel::Warn => "⚠ ",
                        LogLevel::Error => "✗ ",
                        LogLevel::Debug | LogLevel::Info => "",
                    };
                    let fields: String = fields.collect();
                    line(&format!("    {sign}“{}”{fields}", words(message)));
                }
            }
            RunEvent::Conditional { title, needed } => {
                let needed = if *needed { "needed" } else { "not needed" };
                line(&format!("    … {needed}: “{}”", words(title)));
            }
            RunEvent::Check { claim, detail, .. } => {
                let claim = match claim {
                    Claim::Holds => "claims",
                    Claim::Fails => "found a fault",
                    Claim::Pending => "waits for",
                    Claim::Unknown => "could not find out",
                };
                line(&format!("    the workflow {claim}: “{}”", words(detail)));
            }
            RunEvent::UndoPlanned { undoes, steps, stays } => planned(undoes, steps, stays),
            RunEvent::Stays { object, reason } => {
                line(&format!("  ⚠ stays: {}: {}", words(object), words(reason)));
            }
            RunEvent::RunEnded { .. } => self.ended(event),
        }
    }
}

impl Human {
    fn ended(&self, event: &RunEvent) {
        let RunEvent::RunEnded {
            verdict,
            reason,
            hint,
            exit,
            changes,
            looks,
            calls,
            proofs,
            output,
            drift,
            ..
        } = event
        else {
            return;
        };
        screen::close();
        line("");
        for proof in proofs {
            line(&proven(proof));
        }
        if let Some(output) = output {
            data("the workflow's report:");
            for text in tree(output, 2) {
                data(&text);
            }
        }
        let Some(ending) = self.story.ending(event) else { return };
        let tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        let summary = tally.summary(&ending, proofs);
        for text in closing::lists(&summary, &self.story.run) {
            line(&text);
        }
        let (verdict, counts) = (verdict.as_str(), counts(*changes, *looks, *calls));
        line(&format!("\n{verdict}: {} ({counts})", words(reason)));
        for text in drift {
            line(&format!("  {}", words(text)));
        }
        line(&closing::counts(&summary));
        if *exit != 0 {
            line(&format!("exit status {exit}"));
        }
        if let Some(hint) = hint {
            line(&format!("\nhint: {}", words(hint)));
        }
        for text in closing::next(&ending, hint.as_deref()) {
            line(&format!("next: {}", words(&text)));
        }
    }

    fn call(&self, event: &RunEvent) {
        let RunEvent::Call {
            account_name,
            account,
            effect,
            changes,
            sentence,
            outcome,
            code,
            message,
            grant,
            request_id,
            attempts,
            ..
        } = event
        else {
            return;
        };
        let well = *outcome == CallOutcome::Ok;
        // An absent object is an answer that a workflow asked for, not something to worry about.
        let quiet = well || code.as_deref().is_some_and(says_absent);
        if *effect == Effect::Read && quiet && !self.verbose {
            return;
        }
        let mark = match (outcome, effect) {
            (CallOutcome::Ok, effect) => host_history::sign_of(*effect, *changes),
            (CallOutcome::Refused | CallOutcome::Denied, _) => "⊘",
            (CallOutcome::Failed | CallOutcome::Unknown, _) => "✗",
        };
        let place = account_name.as_deref().unwrap_or(account);
        let tries = if *attempts > 1 { format!(" ({attempts} attempts)") } else { String::new() };
        line(&format!("  {mark} {place}: {sentence}{tries}"));
        if let (false, Some(code)) = (quiet, code) {
            let message = message.as_deref().map(words).unwrap_or_default();
            line(&format!("      {}: {message}", words(code)));
            if let Some(rule) = grant {
                line("      this rule of the policy file would allow it:");
                paste(rule, "        ", line);
            }
            if let Some(request_id) = request_id {
                line(&format!("      request id {}", words(request_id)));
            }
        }
    }
}

/// Lines to be copied.
fn paste(text: &str, pad: &str, write: fn(&str)) {
    text.lines().for_each(|text| write(&format!("{pad}{}", words(text))));
}

/// What a policy file would deny.
pub(super) fn audited(denials: &[WouldDeny], write: fn(&str)) {
    write("");
    if denials.is_empty() {
        write("the policy file would deny nothing of this run");
        return;
    }
    write("the policy file would deny:");
    for denial in denials {
        write(&format!("  ⊘ {}", words(&denial.message)));
    }
    let mut rules: Vec<&String> = denials.iter().filter_map(|it| it.grant.as_ref()).collect();
    rules.dedup();
    if !rules.is_empty() {
        write("\nthese rules would allow it:");
    }
    for rule in rules {
        write("");
        paste(rule, "  ", write);
    }
}

/// What an undo will do, and what it leaves.
fn planned(undoes: &str, steps: &[UndoLine], stays: &[Stays]) {
    line(&format!("\nrun {} is taken back like this:", words(undoes)));
    if steps.is_empty() {
        line("  there is nothing left to take back");
    }
    for (number, step) in (1..).zip(steps) {
        let UndoLine { account_name, account, sentence, .. } = step;
        line(&format!("  {number}. {} ({account}): {}", words(account_name), words(sentence)));
    }
    for Stays { object, reason, .. } in stays {
        line(&format!("  stays: {}: {}", words(object), words(reason)));
    }
    line("");
}

fn says_absent(code: &str) -> bool {
    code.starts_with("EntityNotExist") || code == "AddonNotFound"
}

fn words(text: &str) -> String {
    quote_within(text, WORDS_SHOWN)
}

fn started(event: &RunEvent) {
    let RunEvent::RunStarted { workflow, workflow_version, digest, vetted, simulated, accounts } =
        event
    else {
        return;
    };
    let vetted = if *vetted { "vetted" } else { "not vetted" };
    let digest = digest.get(..12).unwrap_or(digest);
    line(&format!("{} {} ({vetted}, sha256 {digest}…)", words(workflow), words(workflow_version)));
    for (name, account) in accounts {
        line(&format!("  {name}: account {account}"));
    }
    if *simulated {
        line("  the cloud is the offline one: nothing leaves this machine");
    }
}

fn proven(proof: &ProofReport) -> String {
    let sign = if proof.seen { "✓" } else { "·" };
    let level = match proof.level {
        Level::Access => "access",
        Level::Data => "data",
        Level::Guard => "guard",
    };
    let seen = if proof.seen { "" } else { " (not seen)" };
    let thing = proof.thing.as_deref().map(|thing| format!(": {}", words(thing)));
    let thing = thing.unwrap_or_default();
    format!("  {sign} {level}: {}{thing}{seen}", words(&proof.title))
}

fn counts(changes: u32, looks: u32, calls: u32) -> String {
    let changes = match changes {
        0 => "no changes".to_owned(),
        1 => "1 change".to_owned(),
        many => format!("{many} changes"),
    };
    let looks = match looks {
        0 => String::new(),
        1 => ", 1 script that looked at machines".to_owned(),
        many => format!(", {many} scripts that looked at machines"),
    };
    format!("{changes}{looks}, {calls} calls")
}
