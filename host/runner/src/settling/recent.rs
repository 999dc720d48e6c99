//! What other runs of this installation wrote lately: whoever comes right after them may not see it yet.

use host_catalog::Catalog;
use host_journal::Journal;
use host_model::Timestamp;
use host_runtime::Answer;

use super::{Called, Settling};
use crate::record::{self, Entry, Intent, Numbered, Outcome, Place};

impl Settling {
    /// What runs in the same cloud wrote between `from` and `until`. A run that cannot be read explains
    /// nothing; whoever needs it says what is wrong with it.
    pub(crate) async fn recent(
        journal: &dyn Journal,
        place: &Place,
        (from, until): (Timestamp, Timestamp),
    ) -> Self {
        let mut settling = Self::default();
        for run in journal.active(Entry::INTENT, from, until).await.unwrap_or_default() {
            let Ok(entries) = journal.read(&run).await else { continue };
            let Ok(entries) = record::read(&run, &entries) else { continue };
            let begun = record::begun(&entries);
            if begun.is_some_and(|begun| begun.place.is_same_cloud(place)) {
                settling.note_all(&entries, from);
            }
        }
        settling
    }

    /// Takes note of every write since then.
    fn note_all(&mut self, entries: &[Numbered], from: Timestamp) {
        let mut open: Option<&Intent> = None;
        for it in entries.iter().filter(|it| it.at >= from) {
            match &it.entry {
                Entry::Intent(intent) => open = Some(intent),
                Entry::Outcome(outcome) => {
                    if let Some(intent) = open.take() {
                        self.note_written(intent, outcome, it.at);
                    }
                }
                _ => {}
            }
        }
    }

    fn note_written(&mut self, intent: &Intent, outcome: &Outcome, at: Timestamp) {
        let call = &intent.sent;
        let known = Catalog::builtin().resolve(&call.product, &call.version, &call.action);
        let (Ok((product, action)), Ok(account)) = (known, intent.account.parse()) else { return };
        let answer = match &outcome.answer {
            Answer::Reply { reply } => Ok(&reply.body),
            Answer::Error { error } => Err(&error.kind),
            _ => return,
        };
        self.note(Called { call, product, action, account: &account, answer, at });
    }
}
