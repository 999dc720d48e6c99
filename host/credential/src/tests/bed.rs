//! A cloud that answers by script, a clock that stands still, and a home folder.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use crate::{Allowance, Chain, CredentialError, Environment, Ports};
use async_trait::async_trait;
use host_client::{Client, Endpoints, Settings, Silent};
use host_model::{CallError, HttpReply, HttpRequest, Problem, RunId, Timestamp};
use host_net::HttpFetch;
use host_policy::Attempt;
use host_ports::{Clock, Entropy};
use host_wire::{Transport, TransportError};
use tempfile::TempDir;

/// 2026-07-19T00:00:00Z.
pub(super) const START: Timestamp = Timestamp::from_seconds(1_784_419_200);

#[derive(Debug)]
pub(super) struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    pub(super) fn advance(&self, seconds: u64) {
        let mut now = self.0.lock().unwrap();
        *now = now.plus(Duration::from_secs(seconds));
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.plus(duration);
    }
}

#[derive(Debug, Default)]
struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}

/// Answers in the order of its script, and remembers what it was asked.
#[derive(Debug, Default)]
pub(super) struct Script {
    replies: Mutex<VecDeque<(u16, String)>>,
    requests: Mutex<Vec<HttpRequest>>,
}

impl Script {
    pub(super) fn answer(&self, status: u16, body: &str) {
        self.replies.lock().unwrap().push_back((status, body.to_owned()));
    }

    /// A session that ends so many seconds after the start.
    pub(super) fn session(&self, id: &str, ends: i64) {
        let expiration = iso(ends);
        self.answer(200, &format!(
            r#"{{"RequestId":"R","AssumedRoleUser":{{"Arn":"acs:ram::1000000000000001:role/arms/me","AssumedRoleId":"3:me"}},"Credentials":{{"AccessKeyId":"{id}","AccessKeySecret":"s3cr3t-of-{id}","SecurityToken":"s3cr3t-token-of-{id}","Expiration":"{expiration}"}}}}"#
        ));
    }

    pub(super) fn requests(&self) -> MutexGuard<'_, Vec<HttpRequest>> {
        self.requests.lock().unwrap()
    }

    /// Query and body of the request of that number, decoded as far as tests look.
    pub(super) fn text_of(&self, index: usize) -> String {
        let request = &self.requests()[index];
        let headers: Vec<_> =
            request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let body = String::from_utf8(request.body.clone()).unwrap();
        format!("{} {:?} {body} {}", request.authority, request.query, headers.join("\n"))
    }
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, _: Attempt, request: HttpRequest) -> Result<HttpReply, TransportError> {
        let authority = request.authority.clone();
        self.requests.lock().unwrap().push(request);
        // Others get a turn, so that a lock that is missing shows.
        tokio::task::yield_now().await;
        match self.replies.lock().unwrap().pop_front() {
            Some((status, body)) => {
                Ok(HttpReply { status, headers: Vec::new(), body: body.into_bytes() })
            }
            None => Err(TransportError::Unreachable {
                authority,
                reason: "the script has ended".to_owned(),
            }),
        }
    }
}

/// Everything that a chain needs.
pub(super) struct Bed {
    pub(super) home: TempDir,
    pub(super) script: Arc<Script>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) allowance: Allowance,
    pub(super) variables: Vec<(String, String)>,
    pub(super) metadata: String,
    pub(super) endpoints: Endpoints,
}

impl Bed {
    pub(super) fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            script: Arc::default(),
            clock: Arc::new(ManualClock(Mutex::new(START))),
            allowance: Allowance { process: true, uri: true },
            variables: Vec::new(),
            // Nobody listens there.
            metadata: closed_port(),
            endpoints: Endpoints::default(),
        }
    }

    /// With `config.json` at its place.
    pub(super) fn with_profiles(text: &[u8]) -> Self {
        let bed = Self::new();
        bed.write(".aliyun/config.json", text);
        bed
    }

    pub(super) fn write(&self, path: &str, text: &[u8]) -> PathBuf {
        let path = self.home.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub(super) fn client(&self) -> Arc<Client> {
        let settings = Settings { attempts_max: 1, ..Settings::new(self.endpoints.clone()) };
        Arc::new(Client::new(
            Arc::<Script>::clone(&self.script),
            Arc::<ManualClock>::clone(&self.clock),
            Arc::new(Counting::default()),
            settings,
            Arc::new(Silent),
        ))
    }

    pub(super) fn chain(&self) -> Chain {
        let home = Some(self.home.path().to_owned());
        let environment = Environment::new(self.variables.clone(), home);
        let ports = Ports {
            client: self.client(),
            fetch: fetch(),
            clock: Arc::<ManualClock>::clone(&self.clock),
            entropy: Arc::new(Counting::default()),
            endpoints: self.endpoints.clone(),
            metadata_authority: self.metadata.clone(),
        };
        let run = RunId::new(START, [0, 0, 0, 7]);
        Chain::new(environment, self.allowance, &run, ports)
    }
}

/// Beginnings of requests, with status and body of their answers.
pub(super) type Answers = &'static [(&'static str, u16, &'static str)];

/// What a server was asked: heads with bodies.
pub(super) type Asked = Arc<Mutex<Vec<String>>>;

/// A small server on loopback: the answer for each request line it knows, 404 for others. The
/// second value is what it was asked, head by head.
pub(super) fn serve(answers: Answers) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                head.push(byte[0]);
            }
            let mut text = String::from_utf8(head).unwrap();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
            stream.read_exact(&mut body).unwrap();
            text.push_str(&String::from_utf8(body).unwrap());
            let answer = answers.iter().find(|(line, ..)| text.starts_with(line));
            let (status, body) = answer.map_or((404, "none"), |(_, status, body)| (*status, *body));
            seen.lock().unwrap().push(text);
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )
            .unwrap();
        }
    });
    (authority, asked)
}

/// A time so many seconds after the start.
pub(super) fn iso(seconds: i64) -> String {
    let time = jiff::Timestamp::from_second(START.seconds() + seconds).unwrap();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// "code: message", after a search for secrets in all that an error can say.
pub(super) fn told<T: Debug>(result: Result<T, CredentialError>) -> String {
    let error = result.expect_err("a refusal");
    let told = format!("{}: {error}", error.code());
    let mut all = vec![told.clone(), format!("{error:?}"), error.hint().unwrap_or_default()];
    let call = CallError::from(error);
    all.push(format!("{call} {call:?}"));
    for text in all {
        assert!(!text.contains("s3cr3t"), "{text}");
    }
    told
}

/// The same for errors of calls.
pub(super) fn refused<T: Debug>(result: Result<T, CallError>) -> CallError {
    let error = result.expect_err("a refusal");
    assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error:?}");
    error
}

/// One for all tests: loading the machine's certificate authorities takes a while.
fn fetch() -> Arc<HttpFetch> {
    static SHARED: LazyLock<Arc<HttpFetch>> =
        LazyLock::new(|| Arc::new(HttpFetch::new(&host_net::Settings::default()).unwrap()));
    Arc::clone(&SHARED)
}

fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
