//! Entry after entry: which step, who calls, which outcome belongs to which intent.

use host_model::Timestamp;
use host_runner::record::{Answered, Begun, Entry, Intent, Numbered, Outcome};
use host_runtime::{Answer, Event};

use super::parties::Parties;
use super::{Item, PastCall, What};

/// What is known after some entries.
#[derive(Debug)]
pub(super) struct Fold {
    pub(super) items: Vec<Item>,
    parties: Parties,
    step: String,
}

impl Fold {
    pub(super) fn new(begun: &Begun) -> Self {
        Self { items: Vec::new(), parties: Parties::new(begun), step: "start".to_owned() }
    }

    pub(super) fn take(&mut self, numbered: &Numbered) {
        let Numbered { number, at, entry } = numbered;
        let what = match entry {
            // There is one, and it was the first.
            Entry::Begun(_) => None,
            Entry::Answered(answered) => self.answered(answered),
            Entry::Intent(intent) => Some(self.intent(intent)),
            Entry::Outcome(outcome) => {
                self.outcome(outcome, *at);
                None
            }
            Entry::Renewed(renewed) => Some(What::Renewed(Box::new(renewed.clone()))),
            Entry::Resumed(resumed) => Some(What::Resumed(resumed.clone())),
            Entry::Ended(ended) => Some(What::Ended(Box::new(ended.clone()))),
        };
        self.items.extend(what.map(|what| Item { number: *number, at: *at, what }));
    }

    fn answered(&mut self, answered: &Answered) -> Option<What> {
        if let Answer::Identity { facts } = &answered.answer {
            self.parties.learn(facts);
        }
        match &answered.event {
            Event::Call(call) => {
                let call = PastCall::answered(call, &answered.answer, answered.took);
                Some(self.placed(call))
            }
            Event::Step { id, title } => {
                self.step.clone_from(id);
                Some(What::Step { id: id.clone(), title: title.clone() })
            }
            Event::Log { level, message, fields } => {
                let fields = fields.iter().cloned().collect();
                Some(What::Log { level: *level, message: message.clone(), fields })
            }
            Event::Check { id, claim, detail } => {
                Some(What::Check { id: id.clone(), claim: *claim, detail: detail.clone() })
            }
            Event::Conditional { title, .. } => {
                let needed = answered.answer == (Answer::Flag { flag: true });
                Some(What::Conditional { title: title.clone(), needed })
            }
            Event::Sleep { seconds } => Some(What::Wait { seconds: *seconds }),
            // Readings of the host's own: they explain nothing that is not said by the calls around them.
            _ => None,
        }
    }

    fn intent(&mut self, intent: &Intent) -> What {
        self.placed(PastCall::intended(intent))
    }

    fn placed(&mut self, mut call: PastCall) -> What {
        if let Some(facts) = call.reply().and_then(|reply| reply.identity.as_ref()) {
            self.parties.learn(&facts.clone());
        }
        if let Some((account, arn)) = self.parties.who(&call.call.identity) {
            call.account.clone_from(account);
            call.arn = Some(arn.clone());
        }
        let name = self.parties.name_of(&call.call.identity, &call.account);
        call.account_name = name.map(str::to_owned);
        call.step.clone_from(&self.step);
        What::Call(Box::new(call))
    }

    /// The outcome belongs to the last intent; a resume may stand between the two.
    fn outcome(&mut self, outcome: &Outcome, at: Timestamp) {
        let open = self.items.iter_mut().rev().find_map(|item| match &mut item.what {
            What::Call(call) if call.is_open() => Some(call),
            _ => None,
        });
        if let Some(call) = open {
            call.settle(outcome, at);
        }
        if let Answer::Reply { reply } = &outcome.answer
            && let Some(facts) = &reply.identity
        {
            self.parties.learn(facts);
        }
    }
}
