//! A journal that keeps nothing: what is only planned leaves no trace of a run.

use async_trait::async_trait;
use host_journal::{Entry, Head, Journal, JournalError, NewEntry, Sealed, Writer};
use host_model::{RunId, Timestamp};

/// Takes everything and keeps nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nowhere;

#[async_trait]
impl Journal for Nowhere {
    async fn begin(
        &self,
        _: &RunId,
        _: Option<(&str, &[u8])>,
        _: NewEntry,
    ) -> Result<Box<dyn Writer>, JournalError> {
        Ok(Box::new(Self))
    }

    async fn reopen(&self, run: &RunId) -> Result<(Vec<Entry>, Box<dyn Writer>), JournalError> {
        Err(absent(run))
    }

    async fn read(&self, run: &RunId) -> Result<Vec<Entry>, JournalError> {
        Err(absent(run))
    }

    async fn salvage(
        &self,
        run: &RunId,
    ) -> Result<(Vec<Entry>, Option<JournalError>), JournalError> {
        Err(absent(run))
    }

    async fn runs(&self) -> Result<Vec<Result<Head, JournalError>>, JournalError> {
        Ok(Vec::new())
    }

    async fn beginnings(&self, _: usize) -> Result<Vec<(RunId, Entry)>, JournalError> {
        Ok(Vec::new())
    }

    async fn active(
        &self,
        _: &str,
        _: Timestamp,
        _: Timestamp,
    ) -> Result<Vec<RunId>, JournalError> {
        Ok(Vec::new())
    }

    async fn head(&self, _: &RunId) -> Result<Option<Head>, JournalError> {
        Ok(None)
    }

    async fn has(&self, _: &RunId) -> Result<bool, JournalError> {
        Ok(false)
    }

    async fn component(&self, digest: &str) -> Result<Vec<u8>, JournalError> {
        Err(JournalError::ComponentDamaged { digest: digest.to_owned(), what: "is not there" })
    }

    async fn sealed(&self) -> Result<Vec<Sealed>, JournalError> {
        Ok(Vec::new())
    }

    async fn placed(&self, _: &Sealed) -> Result<(), JournalError> {
        Ok(())
    }
}

#[async_trait]
impl Writer for Nowhere {
    async fn append(&mut self, _: &[NewEntry], _: &[Sealed]) -> Result<(), JournalError> {
        Ok(())
    }
}

fn absent(run: &RunId) -> JournalError {
    JournalError::RunUnknown { run: run.clone() }
}
