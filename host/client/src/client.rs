//! Calls: all pages of one, or its error.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use host_catalog::{Action, Catalog, Product};
use host_model::{AccountId, Call, CallError, Timestamp};
use host_policy::Permit;
use host_ports::{Clock, Entropy};
use host_wire::{
    FoundOutput, FoundSecret, Pages, ReadsOnly, SecretLookup, Transport, WireError, take_outputs,
};
use serde_json::Value as Json;

use crate::bucket::Buckets;
use crate::course::Course;
use crate::ending::title;
use crate::skew::Skew;
use crate::{ClientError, Expectation, KeySource, Note, Observer, Settings};

/// How often a list is read from its beginning because it changed meanwhile.
const LISTINGS_MAX: u32 = 3;

/// Makes calls. One for a whole run: what it learns of the clock and of limits serves all calls.
#[derive(Debug)]
pub struct Client {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: Settings,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) buckets: Buckets,
    pub(crate) skew: Skew,
}

/// A call on its way out.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// What is called.
    pub call: &'a Call,
    /// Parameters that only the host gives, by API name.
    pub host_parameters: &'a [(String, String)],
    /// Where the secrets are that the call names.
    pub secrets: &'a dyn SecretLookup,
    /// When the run last wrote something that this call may depend on. Refusals that may only mean
    /// that it is not visible yet are waited out, and so is an object that is not found.
    pub settle_since: Option<Timestamp>,
    /// What a fresh answer must show of the run's own writes. One that does not is asked for again, until
    /// what was written must be visible.
    pub expected: Option<&'a dyn Expectation>,
    /// The account that the caller acts in, where it is known: what is sent is metered for each account.
    pub account: Option<&'a AccountId>,
}

impl fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("call", &self.call).finish_non_exhaustive()
    }
}

/// The cloud's yes.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The body without secrets; of a list, with the items of all pages. Empty if the goal was
    /// reached already.
    pub body: Json,
    /// The secrets that it brought.
    pub secrets: Vec<FoundSecret>,
    /// What commands wrote; empty texts stand in the body.
    pub outputs: Vec<FoundOutput>,
    /// The cloud's id of the last request.
    pub request_id: Option<String>,
    /// How many requests were sent.
    pub attempts: u32,
}

/// A call with all that stays the same from page to page.
pub(crate) struct Job<'a> {
    pub(crate) product: &'a Product,
    pub(crate) action: &'a Action,
    pub(crate) permit: &'a Permit,
    pub(crate) keys: &'a dyn KeySource,
    pub(crate) out: Outgoing<'a>,
    pub(crate) started: Timestamp,
}

impl Client {
    /// A client that has learned nothing yet.
    pub fn new(
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: Settings,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let buckets = Buckets::new(settings.requests_per_second, settings.requests_burst);
        let skew = Skew::default();
        Self { transport, clock, entropy, settings, observer, buckets, skew }
    }

    /// A client of its own for one product, at an address that somebody's profile names: what the operator's
    /// settings say of the product goes before it.
    ///
    /// # Errors
    ///
    /// It is no address that a request may go to.
    pub fn at(&self, product: &str, address: &str) -> Result<Self, ClientError> {
        let endpoints = self.settings.endpoints.clone().with_fallback(product, address)?;
        let settings = Settings { endpoints, ..self.settings.clone() };
        Ok(Self::new(
            Arc::clone(&self.transport),
            Arc::clone(&self.clock),
            Arc::clone(&self.entropy),
            settings,
            Arc::clone(&self.observer),
        ))
    }

    /// The reads that it could send, for a plan.
    pub fn reads(&self) -> ReadsOnly {
        ReadsOnly::of(Arc::clone(&self.transport))
    }

    /// The same over another transport, to which nothing settles and nothing needs to be confirmed: what a
    /// plan has read stays so.
    #[must_use]
    pub fn over(&self, transport: Arc<dyn Transport>) -> Self {
        let settings = Settings { confirmations: 0, ..self.settings.clone() };
        Self::new(
            transport,
            Arc::clone(&self.clock),
            Arc::clone(&self.entropy),
            settings,
            Arc::clone(&self.observer),
        )
    }

    /// How long after a write a read is asked again that does not show it.
    pub const fn settle_window(&self) -> Duration {
        self.settings.settle_window
    }

    /// The cloud's time.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// How far the cloud's clock was ahead of this machine's in its last reply, in milliseconds; replies tell
    /// the time to the second. `None` before the first reply.
    pub fn clock_difference(&self) -> Option<i64> {
        self.skew.seen()
    }

    /// Makes a call: every page and every attempt that it needs.
    ///
    /// # Errors
    ///
    /// The permit is for another action; the call is not one of the catalog's; the cloud refused,
    /// or could not be reached; or nobody knows what came of it.
    pub async fn call(
        &self,
        permit: Permit,
        keys: &dyn KeySource,
        out: Outgoing<'_>,
    ) -> Result<Answer, CallError> {
        let (product, action) = resolve(out.call)?;
        let is_permitted = permit.product() == product.key
            && permit.action() == action.name
            && permit.effect() == action.effect;
        if !is_permitted {
            let permitted = format!("{}:{}", permit.product(), permit.action());
            let action = title(product, action);
            return Err(ClientError::PermitDifferent { action, permitted }.into());
        }
        self.call_permitted(&permit, keys, out).await
    }

    /// The same, when the permit was looked at.
    pub(crate) async fn call_permitted(
        &self,
        permit: &Permit,
        keys: &dyn KeySource,
        out: Outgoing<'_>,
    ) -> Result<Answer, CallError> {
        let (product, action) = resolve(out.call)?;
        product.check(action, out.call)?;
        let job = Job { product, action, permit, keys, out, started: self.clock.now() };
        let mut attempts = 0;
        let answer = self.settled(&job, &mut attempts).await;
        let mut answer = answer.map_err(|error| error.with("attempts", attempts.to_string()))?;
        answer.outputs = take_outputs(action, job.out.call, &mut answer.body);
        Ok(answer)
    }

    /// The answer that shows what is expected, or the one that is given when it must have.
    async fn settled(&self, job: &Job<'_>, attempts: &mut u32) -> Result<Answer, CallError> {
        let mut course = Course::new(job.action, &self.settings, job.started, None);
        loop {
            let answer = match Pages::of(job.action) {
                None => self.exchange(job, None, attempts).await,
                Some(pages) => self.list(job, &pages, attempts).await,
            }?;
            let unshown = job.out.expected.and_then(|it| it.unshown(&answer.body));
            let wait = unshown.and_then(|since| course.unshown(since, self.clock.now()));
            let Some(wait) = wait else { return Ok(answer) };
            let (product, action) = (job.product.key.clone(), job.action.name.clone());
            self.observer.note(&Note::Unshown { product, action, wait });
            self.clock.sleep(wait).await;
        }
    }

    async fn list(
        &self,
        job: &Job<'_>,
        empty: &Pages<'_>,
        attempts: &mut u32,
    ) -> Result<Answer, CallError> {
        let mut listings = 1;
        loop {
            match self.list_once(job, empty.clone(), attempts).await? {
                Ok(answer) => return Ok(answer),
                Err(WireError::ListChanged { .. }) if listings < LISTINGS_MAX => listings += 1,
                Err(error) => {
                    return Err(
                        CallError::from(error).with("action", title(job.product, job.action))
                    );
                }
            }
        }
    }

    /// The inner error is about the list, the outer one about a request.
    async fn list_once(
        &self,
        job: &Job<'_>,
        mut pages: Pages<'_>,
        attempts: &mut u32,
    ) -> Result<Result<Answer, WireError>, CallError> {
        let mut page = pages.first();
        loop {
            let answer = self.exchange(job, Some(&page), attempts).await?;
            match pages.add(answer.body) {
                Ok(Some(next)) => page = next,
                Ok(None) => return Ok(Ok(Answer { body: pages.finish(), ..answer })),
                Err(error) => return Ok(Err(error)),
            }
        }
    }
}

fn resolve(call: &Call) -> Result<(&'static Product, &'static Action), CallError> {
    Catalog::builtin().resolve(&call.product, &call.version, &call.action)
}
