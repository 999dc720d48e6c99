//! Notes of the vault about keys that runs asked for which died: looked at when another run begins.
//!
//! Only the journal says what was there before the key was asked for, and only the lock of the run that asked
//! says that nobody waits for the reply. So nothing is looked at without both, and what is found is removed
//! under the very rules of a reply that was lost ([`super::key`]), by a leave that this run's own rules give.

use host_journal::{Journal, JournalError};
use host_model::{
    AccountId, Call, CallError, ErrorKind, IdentityFacts, IdentityRef, RunId, Timestamp,
    quote_within,
};
use host_policy::{Consent, Repair};
use host_runtime::{Answer, Stop};
use host_vault::Pending;

use super::key::{Key, NewKey, user_of};
use super::{Lost, SHOWN, Window};
use crate::live::{Identity, LiveDriver};
use crate::record::{self, Entry, Intent, Numbered, Outcome};
use crate::{Decision, Question, RunEvent};

/// What the journal has of a call that asked for a key.
enum Trace {
    /// It was not sent.
    Absent,
    /// It was answered, with the id of the key if one was made.
    Answered(Option<String>),
    /// Nobody knows what came of it.
    Open(Timestamp, Box<Intent>),
}

impl LiveDriver {
    /// Settles what earlier runs of this workflow left. What cannot be settled is said, and stays.
    pub(crate) async fn settle_notes(&mut self, journal: &dyn Journal) {
        // A run that goes on may have seen already what would be removed here.
        if !self.tape.is_at_end() {
            return;
        }
        let mut notes = match self.stage.secrets.notes() {
            Ok(notes) => notes,
            Err(error) => return self.tell(&format!("the vault's notes cannot be read: {error}")),
        };
        notes.retain(|note| note.intent.run != self.stage.run);
        for note in notes {
            let Some(user) = note.intent.principal.strip_prefix("user/") else { continue };
            if let Err(why) = self.settle_note(journal, &note, user).await {
                let (run, user) = (&note.intent.run, quote_within(user, SHOWN));
                self.tell(&format!(
                    "whether run `{run}` made an AccessKey of user `{user}` that nobody has is not settled: {why}"
                ));
            }
        }
    }

    fn tell(&self, message: &str) {
        self.report(&RunEvent::Note { message: self.redact(message) });
    }

    async fn settle_note(
        &mut self,
        journal: &dyn Journal,
        note: &Pending,
        user: &str,
    ) -> Result<(), String> {
        let (account, run) = (&note.intent.account, &note.intent.run);
        // Held until the end of this: nobody goes on with that run meanwhile.
        let (entries, _held) = match journal.reopen(run).await {
            Ok(found) => found,
            Err(JournalError::RunHeld { .. }) => return Err("that run is still at it".to_owned()),
            Err(error) => return Err(format!("{error}; look at the keys of the user")),
        };
        let entries = record::read(run, &entries).map_err(|error| error.to_string())?;
        match trace(&entries, account, user) {
            Trace::Absent | Trace::Answered(None) => {}
            Trace::Answered(Some(id)) => self.must_be_kept(account, &id)?,
            Trace::Open(at, intent) => self.settle_key(run, &intent, at).await?,
        }
        let settled = self.stage.secrets.settle(account, user, run);
        settled.map_err(|error| format!("the note stays: {error}"))
    }

    fn must_be_kept(&self, account: &AccountId, id: &str) -> Result<(), String> {
        match self.stage.secrets.find(account, &format!("ram:access-key/{id}")) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(format!("AccessKey `{id}` was made, and the vault does not have it")),
            Err(error) => Err(format!("the vault cannot be read: {error}")),
        }
    }

    /// Finds out whether that intent made a key, and removes it if nobody can have it.
    async fn settle_key(
        &mut self,
        run: &RunId,
        intent: &Intent,
        at: Timestamp,
    ) -> Result<(), String> {
        let (identity, intent) = self.as_ours(intent)?;
        let (product, action) = self.resolve(&intent.sent).map_err(|error| error.to_string())?;
        self.tell(&format!(
            "run `{run}` died while it asked for an AccessKey: what came of that is looked at first"
        ));
        let window = Window::new(at, self.stage.clock.now());
        let lost = |driver| Lost {
            driver,
            run,
            intent: &intent,
            identity: &identity,
            product,
            action,
            window,
        };
        let (user, found) = lost(&*self).new_key().await.map_err(words)?;
        let NewKey::Nobodys(key) = found else { return Ok(()) };
        let repair = self.leave_to_remove(&intent.call, &identity, (run, &user, &key)).await?;
        lost(&*self).remove(&user, &key, repair).await.map_err(words)
    }

    /// The intent, as the operator of the same account in this run: its own caller is gone.
    fn as_ours(&mut self, intent: &Intent) -> Result<(Identity, Intent), String> {
        let account = intent.account.parse::<AccountId>().map_err(|error| error.to_string())?;
        let (identity, arn) = (intent.sent.identity.clone(), String::new());
        let name = self.account_name(&IdentityFacts { identity, account, arn });
        let name = name.ok_or_else(|| format!("nobody signs in account {} now", intent.account))?;
        let name = name.to_owned();
        if let Answer::Error { error } = self.open(&name) {
            return Err(error.to_string());
        }
        let caller = IdentityRef(name);
        let identity = self.identity(&caller).map_err(|error| error.to_string())?;
        let ours = |call: &Call| Call { identity: caller.clone(), ..call.clone() };
        let (call, sent) = (ours(&intent.call), ours(&intent.sent));
        Ok((identity, Intent { call, sent, ..intent.clone() }))
    }

    /// Had from the leave to make a key for that user, which this run needs as well.
    async fn leave_to_remove(
        &self,
        asked: &Call,
        identity: &Identity,
        of: (&RunId, &str, &Key),
    ) -> Result<Repair, String> {
        let plain = self.normalized(asked);
        let (product, action) = self.resolve(&plain).map_err(|error| error.to_string())?;
        let brief = self.brief(&plain, product, action, identity).await;
        let denied = |error: CallError| match error.details.get("grant") {
            Some(grant) => format!("{error}; `{grant}` allows it"),
            None => error.to_string(),
        };
        self.judge(&brief, Consent::Person).map_err(denied)?;
        let consent = self.consent_to_remove(identity, of).await?;
        let permit = self.judge(&brief, consent).map_err(denied)?;
        permit.repair().ok_or_else(|| "there is no leave to remove it".to_owned())
    }

    async fn consent_to_remove(
        &self,
        identity: &Identity,
        (run, user, key): (&RunId, &str, &Key),
    ) -> Result<Consent, String> {
        if self.stage.scene.offline {
            return Ok(Consent::Offline);
        }
        if self.stage.unattended && self.stage.vetted {
            return Ok(Consent::Unattended);
        }
        let (shown, owner) = (quote_within(&key.id, SHOWN), quote_within(user, SHOWN));
        let made = quote_within(&key.created, SHOWN);
        let question = Question {
            account_name: self.account_name(&identity.facts).unwrap_or("-").to_owned(),
            account: identity.facts.account.to_string(),
            action: "ram:DeleteAccessKey".to_owned(),
            effect: host_model::Effect::Delete,
            sentence: format!("disable and delete AccessKey `{shown}` of user `{owner}`"),
            risks: vec![format!(
                "run `{run}` asked for it and died; it was made at {made}, never used, and nobody has its secret"
            )],
            parameters: vec![
                ("UserName".to_owned(), owner),
                ("UserAccessKeyId".to_owned(), shown.clone()),
            ],
        };
        match self.stage.approver.ask(&question).await {
            Decision::Yes => Ok(Consent::Person),
            Decision::Interrupted => Err("the question was interrupted".to_owned()),
            Decision::YesToReads | Decision::No => Err(format!("that `{shown}` goes was declined")),
            Decision::Nobody => {
                Err(format!("that `{shown}` goes needs a person's yes, at a terminal"))
            }
        }
    }
}

/// What a run's entries say of the last key that it asked for.
fn trace(entries: &[Numbered], account: &AccountId, user: &str) -> Trace {
    let mut last = Trace::Absent;
    let mut is_ours = false;
    for it in entries {
        match &it.entry {
            Entry::Intent(intent) => {
                is_ours = intent.sent.action == "CreateAccessKey"
                    && intent.account == account.as_str()
                    && user_of(&intent.sent) == Some(user);
                if is_ours {
                    last = Trace::Open(it.at, Box::new(intent.clone()));
                }
            }
            Entry::Outcome(Outcome { answer, .. }) if is_ours => match answer {
                Answer::Reply { reply } => {
                    let id = reply.body.pointer("/AccessKey/AccessKeyId");
                    let id = id.and_then(serde_json::Value::as_str).map(str::to_owned);
                    last = Trace::Answered(id);
                }
                Answer::Error { error } if error.kind == ErrorKind::OutcomeUnknown => {}
                _ => last = Trace::Answered(None),
            },
            _ => {}
        }
    }
    last
}

/// Why something ends, and what to do.
fn words(stop: Stop) -> String {
    match stop {
        Stop::Indeterminate { reason, hint } => format!("{reason}; {hint}"),
        other => other.to_string(),
    }
}
