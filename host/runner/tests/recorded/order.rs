//! Nothing leaves before it is written down.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use host_catalog::Catalog;
use host_journal::{Entry as Line, Head, Journal, JournalError, NewEntry, Sealed, Sqlite, Writer};
use host_model::{HttpReply, HttpRequest, RunId, Timestamp};
use host_policy::Attempt;
use host_runner::{Decision, Verdict};
use host_simulator::Scenario;
use host_wire::{Transport, TransportError};
use serde_json::{Map, Value as Json};

use crate::bed::{Bed, person};

/// What happened, in order: `kept ram:CreateRole`, `sent ram:CreateRole`.
type Log = Arc<Mutex<Vec<String>>>;

/// A journal on disk that tells what it has kept, and that is full after so many intents.
#[derive(Debug, Clone)]
struct Told {
    journal: Arc<Sqlite>,
    log: Log,
    intents_left: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct ToldWriter {
    writer: Box<dyn Writer>,
    told: Told,
}

#[async_trait]
impl Journal for Told {
    async fn begin(
        &self,
        run: &RunId,
        component: Option<(&str, &[u8])>,
        first: NewEntry,
    ) -> Result<Box<dyn Writer>, JournalError> {
        let writer = self.journal.begin(run, component, first).await?;
        Ok(Box::new(ToldWriter { writer, told: self.clone() }))
    }

    async fn reopen(&self, run: &RunId) -> Result<(Vec<Line>, Box<dyn Writer>), JournalError> {
        self.journal.reopen(run).await
    }

    async fn read(&self, run: &RunId) -> Result<Vec<Line>, JournalError> {
        self.journal.read(run).await
    }

    async fn salvage(
        &self,
        run: &RunId,
    ) -> Result<(Vec<Line>, Option<JournalError>), JournalError> {
        self.journal.salvage(run).await
    }

    async fn runs(&self) -> Result<Vec<Result<Head, JournalError>>, JournalError> {
        self.journal.runs().await
    }

    async fn beginnings(&self, most: usize) -> Result<Vec<(RunId, Line)>, JournalError> {
        self.journal.beginnings(most).await
    }

    async fn active(
        &self,
        kind: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<RunId>, JournalError> {
        self.journal.active(kind, from, until).await
    }

    async fn head(&self, run: &RunId) -> Result<Option<Head>, JournalError> {
        self.journal.head(run).await
    }

    async fn has(&self, run: &RunId) -> Result<bool, JournalError> {
        self.journal.has(run).await
    }

    async fn component(&self, digest: &str) -> Result<Vec<u8>, JournalError> {
        self.journal.component(digest).await
    }

    async fn sealed(&self) -> Result<Vec<Sealed>, JournalError> {
        self.journal.sealed().await
    }

    async fn placed(&self, sealed: &Sealed) -> Result<(), JournalError> {
        self.journal.placed(sealed).await
    }
}

#[async_trait]
impl Writer for ToldWriter {
    async fn append(
        &mut self,
        entries: &[NewEntry],
        sealed: &[Sealed],
    ) -> Result<(), JournalError> {
        let intents = entries.iter().filter(|entry| entry.kind == "intent");
        let intents: Vec<String> = intents
            .map(|entry| {
                let body: Json = serde_json::from_str(&entry.body).unwrap();
                let part = |name: &str| body["sent"][name].as_str().unwrap().to_owned();
                format!("{}:{}", part("product"), part("action"))
            })
            .collect();
        if !intents.is_empty() && self.told.intents_left.fetch_sub(1, Ordering::Relaxed) == 0 {
            let (path, what) = ("journal.sqlite".into(), "written");
            let reason = "no space left on device".to_owned();
            return Err(JournalError::Unusable { path, what, reason });
        }
        self.writer.append(entries, sealed).await?;
        let kept = intents.iter().map(|intent| format!("kept {intent}"));
        self.told.log.lock().unwrap().extend(kept);
        Ok(())
    }
}

/// A way to the cloud that tells which changes it was given.
#[derive(Debug)]
struct ToldWay(Arc<dyn Transport>, Log);

#[async_trait]
impl Transport for ToldWay {
    async fn send(
        &self,
        attempt: Attempt,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError> {
        let action = Catalog::builtin().action(attempt.product(), attempt.action()).unwrap();
        if action.effect.is_write() {
            let sent = format!("sent {}:{}", attempt.product(), attempt.action());
            self.1.lock().unwrap().push(sent);
        }
        self.0.send(attempt, request).await
    }
}

async fn told(intents: usize) -> (Vec<String>, host_runner::Ended) {
    let mut bed = Bed::new(Scenario::builtin());
    let log = Log::default();
    let intents_left = Arc::new(AtomicUsize::new(intents));
    let journal = Told { journal: bed.cloud.journal(), log: Arc::clone(&log), intents_left };
    bed.journal = Arc::new(journal);
    bed.way = Arc::new(ToldWay(Arc::clone(&bed.way), Arc::clone(&log)));
    let (_, ended) = bed.run("delegate", &Map::new(), &person(Decision::Nobody)).await;
    let log = log.lock().unwrap().clone();
    (log, ended)
}

#[tokio::test]
async fn a_call_with_an_effect_leaves_when_its_intent_was_synced() {
    let (log, ended) = told(usize::MAX).await;
    assert_eq!(ended.record.verdict, Verdict::Verified);
    let kept = log.iter().filter(|line| line.starts_with("kept")).count();
    assert!(kept >= 6, "{log:?}");
    let mut open: Option<&str> = None;
    for line in &log {
        match line.split_once(' ').unwrap() {
            ("kept", call) => open = Some(call),
            // Sent once or more, but never before, and nothing else meanwhile.
            (_, call) => assert_eq!(open, Some(call), "{log:?}"),
        }
    }
}

#[tokio::test]
async fn nothing_is_sent_that_cannot_be_written_down() {
    for room in [0, 1, 4] {
        let (log, ended) = told(room).await;
        let kept = log.iter().filter(|line| line.starts_with("kept")).count();
        let sent = log.iter().filter(|line| line.starts_with("sent")).count();
        assert_eq!(kept, room);
        assert!(sent >= room && log.last().is_none_or(|line| line.starts_with("sent")), "{log:?}");
        assert_eq!(ended.record.verdict, Verdict::Stopped);
        assert_eq!(ended.record.code.as_deref(), Some("run.journal-unkept"));
        let reason = &ended.record.reason;
        assert!(reason.contains("was not sent") && reason.contains("no space left"), "{reason}");
    }
}
