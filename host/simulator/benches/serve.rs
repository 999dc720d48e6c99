//! What the server costs: requests over HTTP, each signed anew, verified, judged and answered.
//!
//! The time is that of the one thread that serves, as the system counts it: what the client and other programs
//! do beside it does not matter, so `elem/s` is what one core answers. Requests are signed beforehand. They come
//! over several connections that stay open; on each of them one is sent when the one before was answered.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use host_catalog::Catalog;
use host_model::{HttpRequest, Scheme as Protocol, SecretText};
use host_ports::Clock as _;
use host_sign::{AccessKey, Api, Scheme, Stamp};
use host_simulator::{OPERATOR, Scenario, Simulator, VirtualClock, serve};
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::{mpsc, oneshot};

/// Connections that stay open.
const CONNECTIONS: usize = 8;

/// A server in a thread of its own. It ends with the process.
struct Server {
    clock: Arc<VirtualClock>,
    key: AccessKey,
    address: SocketAddr,
    /// Asks the serving thread for the time that it computed.
    questions: mpsc::UnboundedSender<oneshot::Sender<Duration>>,
    signed: u64,
}

impl Server {
    fn start() -> Self {
        let scenario = Scenario::builtin();
        let clock = Arc::new(VirtualClock::new(scenario.start));
        let directory = scenario.directory();
        let operator = directory.iter().find(|entry| entry.user == OPERATOR);
        let operator = operator.expect("the built-in scenario has operators");
        let secret = SecretText::new(operator.access_key_secret.expose());
        let key = AccessKey::permanent(operator.access_key_id.clone(), secret);
        let simulator = Arc::new(Simulator::new(scenario, Arc::<VirtualClock>::clone(&clock)));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        listener.set_nonblocking(true).expect("the socket is ours");
        let (questions, asked) = mpsc::unbounded_channel();
        std::thread::spawn(move || served(listener, simulator, asked));
        Self { clock, key, address, questions, signed: 0 }
    }

    /// What the serving thread computed since it began.
    fn computed(&self) -> Duration {
        let (answer, answered) = oneshot::channel();
        self.questions.send(answer).expect("the server runs");
        answered.blocking_recv().expect("the server answers")
    }

    /// Requests that no server has seen yet, as they are sent.
    fn signed(&mut self, scheme: Scheme, count: u64) -> Vec<Vec<u8>> {
        let sts = Catalog::builtin().product("sts").expect("the catalog has it");
        let api = Api { action: "GetCallerIdentity", version: &sts.version };
        let fresh = self.signed..self.signed + count;
        self.signed = fresh.end;
        let request = |number: u64| {
            let unsigned = HttpRequest {
                method: "POST".to_owned(),
                scheme: Protocol::Http,
                authority: self.address.to_string(),
                path: "/".to_owned(),
                query: Vec::new(),
                headers: vec![("user-agent".to_owned(), "host/0.1.0".to_owned())],
                body: Vec::new(),
            };
            let stamp = Stamp { at: self.clock.now(), nonce: format!("{number:032x}") };
            let request = host_sign::apply(scheme, unsigned, &self.key, stamp, api);
            sent(&request.expect("it can be signed"))
        };
        fresh.map(request).collect()
    }

    /// What the server computes to answer these requests.
    fn answers(&self, requests: &[Vec<u8>]) -> Duration {
        let connect = || TcpStream::connect(self.address).expect("the server listens");
        let mut connections: Vec<TcpStream> = (0..CONNECTIONS).map(|_| connect()).collect();
        for connection in &connections {
            connection.set_nodelay(true).expect("the socket is ours");
        }
        let before = self.computed();
        for round in requests.chunks(CONNECTIONS) {
            for (connection, request) in connections.iter_mut().zip(round) {
                connection.write_all(request).expect("the server reads");
            }
            for (connection, _) in connections.iter_mut().zip(round) {
                check(connection);
            }
        }
        self.computed().saturating_sub(before)
    }
}

fn served(
    listener: std::net::TcpListener,
    simulator: Arc<Simulator>,
    mut asked: mpsc::UnboundedReceiver<oneshot::Sender<Duration>>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).expect("the socket is ours");
        let ends = async move {
            while let Some(question) = asked.recv().await {
                let now = clock_gettime(ClockId::ThreadCPUTime);
                let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
                let nanoseconds = u32::try_from(now.tv_nsec).unwrap_or_default();
                // Whoever does not wait for the answer does not want it.
                let _ = question.send(Duration::new(seconds, nanoseconds));
            }
        };
        serve(listener, simulator, ends).await.expect("the server serves");
    });
}

/// A request as it goes over the wire.
fn sent(request: &HttpRequest) -> Vec<u8> {
    let query = request.query.iter().map(|(name, value)| {
        format!(
            "{}={}",
            host_sign::encode::percent_encode(name),
            host_sign::encode::percent_encode(value)
        )
    });
    let query: Vec<String> = query.collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let mut text = format!("{} /{mark}{} HTTP/1.1\r\n", request.method, query.join("&"));
    for (name, value) in &request.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if request.header("host").is_none() {
        text.push_str(&format!("host: {}\r\n", request.authority));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(&request.body);
    bytes
}

/// Reads one reply, which must be a success.
fn check(connection: &mut TcpStream) {
    let mut bytes = Vec::with_capacity(1024);
    let mut chunk = [0; 2048];
    loop {
        let count = connection.read(&mut chunk).expect("the server answers");
        bytes.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&bytes);
        assert!(count > 0 && text.starts_with("HTTP/1.1 200 "), "{text}");
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if length.and_then(|length| length.parse().ok()) == Some(body.len()) {
            return;
        }
    }
}

fn answered(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("serve");
    group.throughput(Throughput::Elements(1));
    for (name, scheme) in [("acs3", Scheme::Acs3), ("rpc-v1", Scheme::RpcV1)] {
        let mut server = Server::start();
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| {
                let requests = server.signed(scheme, iterations);
                server.answers(&requests)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, answered);
criterion_main!(benches);
