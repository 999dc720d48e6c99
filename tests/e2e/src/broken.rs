//! A cloud that is unwell: a server on loopback that answers every request in one wrong way.

use std::io::{Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behavior {
    /// Takes the request, and never answers.
    Silent,
    /// Closes the connection without a word.
    Closes,
    /// Answers with a proxy's page, and status 200.
    Page,
    /// Answers with a body of 100 MB.
    Huge,
    /// Answers with something that is no HTTP.
    Noise,
    /// Sends the client elsewhere.
    Redirects,
    /// Answers with JSON that holds escapes in every text.
    Escapes,
}

/// A server on loopback that answers every request in one wrong way. Its thread ends with the tests.
#[derive(Debug)]
pub struct BrokenCloud {
    /// Where it listens.
    pub address: String,
    requests: Arc<AtomicUsize>,
}

impl BrokenCloud {
    /// Starts it on a free port.
    pub fn start(behavior: Behavior) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let address = listener.local_addr().expect("it is bound").to_string();
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::Relaxed);
                held.extend(answer(stream, behavior));
            }
        });
        Self { address, requests }
    }

    /// How many connections it got.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

/// Gives the connection back if it has to stay open.
fn answer(mut stream: TcpStream, behavior: Behavior) -> Option<TcpStream> {
    let mut request = [0; 16 << 10];
    drop(stream.read(&mut request));
    let head = |status: &str, kind: &str, length: usize| {
        format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n")
    };
    let text = match behavior {
        Behavior::Silent => return Some(stream),
        Behavior::Closes => return None,
        Behavior::Noise => "\u{1b}[2J\u{0}\u{0} this is no HTTP \r\n\r\n".to_owned(),
        Behavior::Page => {
            let page = "<html><title>\u{1b}[31mSign in to the network</title></html>";
            head("200 OK", "text/html", page.len()) + page
        }
        Behavior::Redirects => {
            "HTTP/1.1 307 Elsewhere\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"
                .to_owned()
        }
        Behavior::Escapes => {
            let body = "{\"Code\":\"Bad\\u001b[2J\",\"Message\":\"a\\u001b]0;x\\u0007\\u202eb\\nerror[x]: y\",\"RequestId\":\"R\\u001b[31m\"}";
            head("400 Bad", "application/json", body.len()) + body
        }
        Behavior::Huge => return huge(stream),
    };
    drop(stream.write_all(text.as_bytes()));
    None
}

fn huge(mut stream: TcpStream) -> Option<TcpStream> {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 104857600\r\n\r\n";
    drop(stream.write_all(head.as_bytes()));
    let part = vec![b' '; 1 << 20];
    for _ in 0..100 {
        if stream.write_all(&part).is_err() {
            break;
        }
    }
    None
}
