//! Servers of a few lines, each for one connection after another.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A server on loopback; what it read comes out of `requests`.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) requests: UnboundedReceiver<String>,
}

impl Server {
    /// Hands every connection to `serve`.
    pub(super) fn start(
        serve: impl Fn(TcpStream, &UnboundedSender<String>) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = unbounded_channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &sender);
            }
        });
        Self { address, requests }
    }

    /// Answers every request with the same bytes, and closes.
    pub(super) fn answer(reply: impl Into<Vec<u8>>) -> Self {
        let reply = reply.into();
        Self::start(move |mut stream, requests| {
            requests.send(read_request(&mut stream)).unwrap();
            stream.write_all(&reply).unwrap();
        })
    }

    /// The next request. Waits for the server without holding the client back.
    pub(super) async fn request(&mut self) -> String {
        self.requests.recv().await.unwrap()
    }

    pub(super) fn has_requests(&mut self) -> bool {
        self.requests.try_recv().is_ok()
    }

    pub(super) fn authority(&self) -> String {
        self.address.to_string()
    }
}

/// A reply with a length.
pub(super) fn reply(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

/// Head and body, by `content-length`.
pub(super) fn read_request(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap_or_default();
    bytes.extend(body);
    String::from_utf8(bytes).unwrap()
}
