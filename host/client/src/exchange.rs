//! One page of a call: as many attempts as its course allows.

use host_model::{AccountId, CallError, HttpReply, HttpRequest, SecretText};
use host_sign::{Api, Stamp, apply};
use host_wire::{Body, Page, Redactor, Rejection, Split, decode, encode, split};
use serde_json::{Map, Value as Json};
use zeroize::Zeroize as _;

use crate::client::{Answer, Client, Job};
use crate::course::{Course, Failure, Next, Why};
use crate::ending::{error_of, unsigned};
use crate::skew::Correction;
use crate::{Expectation, Note};

/// The code of a time stamp that is too far from the cloud's clock.
const TIME_STAMP_EXPIRED: &str = "InvalidTimeStamp.Expired";

impl Client {
    /// One page, or the whole of a call that has no pages. `attempts` counts requests.
    pub(crate) async fn exchange(
        &self,
        job: &Job<'_>,
        page: Option<&Page>,
        attempts: &mut u32,
    ) -> Result<Answer, CallError> {
        let out = &job.out;
        let mut request =
            encode(job.product, job.action, out.call, out.host_parameters, out.secrets, page)?;
        (request.scheme, request.authority) =
            self.settings.endpoints.resolve(job.product, out.call.region.as_deref())?;
        let mut course = Course::new(job.action, &self.settings, job.started, job.out.settle_since)
            .with_token(out.host_parameters)
            .expecting(out.expected.and_then(Expectation::found));
        loop {
            *attempts += 1;
            let failure = match self.attempt(job, request.clone()).await {
                Ok(answer) => return Ok(Answer { attempts: *attempts, ..answer }),
                Err(failure) => failure,
            };
            match course.next(&failure, self.clock.now(), self.dice()) {
                Next::Repeat { wait, why } => {
                    self.tell(job, &failure, *attempts, wait, why);
                    self.clock.sleep(wait).await;
                }
                Next::Done => return Ok(done(failure, *attempts)),
                Next::Stop { may_have_taken_effect } => {
                    let carried = out.call.carries_secret();
                    return Err(error_of(
                        job.product,
                        job.action,
                        failure,
                        carried,
                        may_have_taken_effect,
                    ));
                }
            }
        }
    }

    async fn attempt(&self, job: &Job<'_>, request: HttpRequest) -> Result<Answer, Failure> {
        let key = job.keys.key().await.map_err(Failure::NotMade)?;
        let meter = job.out.account.map_or(key.id(), AccountId::as_str);
        let pause = self.buckets.take(meter, &job.product.key, self.clock.now());
        if !pause.is_zero() {
            self.clock.sleep(pause).await;
        }
        let skew = self.skew.millis();
        let stamp = Stamp { at: self.clock.now().plus_millis(skew), nonce: self.nonce() };
        let api = Api { action: &job.action.name, version: &job.product.version };
        let signed = apply(self.settings.scheme, request, &key, stamp, api)
            .map_err(|error| Failure::NotMade(unsigned(&error)))?;
        host_ports::crash_point("client: before sending");
        let mut reply =
            self.transport.send(job.permit.attempt(), signed).await.map_err(Failure::Transport)?;
        host_ports::crash_point("client: after the reply");
        self.skew.see(&reply, self.clock.now());
        let understood = understand(job, &reply);
        if job.action.brings_secret() {
            reply.body.zeroize();
        }
        understood.map_err(|rejection| {
            let clock_corrected =
                rejection.code == TIME_STAMP_EXPIRED && self.correct_clock(skew, &reply);
            let rejection = rejection.redacted(&redactor(job, key.security_token()));
            Failure::Rejected { rejection, clock_corrected }
        })
    }

    fn correct_clock(&self, used: i64, reply: &HttpReply) -> bool {
        match self.skew.correct(used, reply, self.clock.now()) {
            Correction::Made(millis) => {
                self.observer.note(&Note::ClockCorrected { millis });
                true
            }
            Correction::Known => true,
            Correction::Impossible => false,
        }
    }

    fn tell(
        &self,
        job: &Job<'_>,
        failure: &Failure,
        attempt: u32,
        wait: std::time::Duration,
        why: Why,
    ) {
        let product = job.product.key.clone();
        let action = job.action.name.clone();
        let code = failure.code().to_owned();
        let note = match why {
            Why::Retry => Note::Retrying { product, action, attempt, code, wait },
            Why::Settle => Note::Settling { product, action, code, wait },
            Why::Confirm => Note::Confirming { product, action, code, wait },
            Why::Clock => return,
        };
        self.observer.note(&note);
    }

    /// 128 random bits: no key uses one twice.
    fn nonce(&self) -> String {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes);
        format!("{:032x}", u128::from_be_bytes(bytes))
    }

    fn dice(&self) -> u64 {
        let mut bytes = [0; 8];
        self.entropy.fill(&mut bytes);
        u64::from_be_bytes(bytes)
    }
}

/// The reply without its secrets. One that lacks what it must have is as good as lost.
fn understand(job: &Job<'_>, reply: &HttpReply) -> Result<Answer, Rejection> {
    let Body { json, request_id } = decode(job.product, job.action, reply)?;
    let mut split = split(job.action, job.out.call, json)
        .map_err(|error| Rejection::unreadable(reply, &error.to_string()))?;
    if job.out.call.carries_secret() {
        redactor(job, None).redact_json(&mut split.body);
    }
    let Split { body, secrets } = split;
    Ok(Answer { body, secrets, outputs: Vec::new(), request_id, attempts: 0 })
}

/// Knows what this call carried: its secret parameters, and the session's token, which an echo of
/// the signed request shows.
fn redactor(job: &Job<'_>, token: Option<&SecretText>) -> Redactor {
    let mut redactor = Redactor::default();
    for name in job.out.call.secrets() {
        if let Some(secret) = job.out.secrets.secret(name) {
            redactor.add(&secret);
        }
    }
    if let Some(token) = token {
        redactor.add(token);
    }
    redactor
}

/// The goal was reached by an attempt whose reply was lost.
fn done(failure: Failure, attempts: u32) -> Answer {
    let request_id = match failure {
        Failure::Rejected { rejection, .. } => rejection.request_id,
        Failure::Transport(_) | Failure::NotMade(_) => None,
    };
    let body = Json::Object(Map::new());
    Answer { body, secrets: Vec::new(), outputs: Vec::new(), request_id, attempts }
}
