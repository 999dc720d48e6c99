//! A way to the cloud that ends in the middle of one call, so that a run can die at exactly that point.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::home::PATIENCE;

/// Where in the call the way ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The request never reaches the cloud.
    BeforeRequest,
    /// The request takes effect, and its reply never reaches the caller.
    BeforeReply,
}

/// Hands every request on to a server on loopback, and every reply back, until one call of an action.
/// Its threads end with the tests.
#[derive(Debug)]
pub struct Between {
    /// Where it listens.
    pub address: String,
    reached: Receiver<()>,
}

impl Between {
    /// Starts it on a free port, in front of `server`.
    pub fn start(server: &str, action: &str, point: Break) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let address = listener.local_addr().expect("it is bound").to_string();
        let (sender, reached) = channel();
        let (server, action) = (server.to_owned(), action.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let way = Way {
                    cloud: TcpStream::connect(&server).expect("the server listens"),
                    client,
                    action: action.clone(),
                    point,
                    reached: sender.clone(),
                };
                std::thread::spawn(move || way.serve());
            }
        });
        Self { address, reached }
    }

    /// Waits until the call has come as far as it goes.
    pub fn wait(&self) {
        self.reached.recv_timeout(PATIENCE).expect("the call is made");
    }
}

/// One connection.
struct Way {
    client: TcpStream,
    cloud: TcpStream,
    action: String,
    point: Break,
    reached: Sender<()>,
}

impl Way {
    /// Until either side closes, or the call comes; then nothing moves any more.
    fn serve(mut self) -> Option<()> {
        let mut requests = BufReader::new(self.client.try_clone().ok()?);
        let mut replies = BufReader::new(self.cloud.try_clone().ok()?);
        loop {
            let request = message(&mut requests)?;
            let is_it = String::from_utf8_lossy(&request).contains(&self.action);
            if is_it && self.point == Break::BeforeRequest {
                self.hold();
            }
            self.cloud.write_all(&request).ok()?;
            let reply = message(&mut replies)?;
            if is_it {
                self.hold();
            }
            self.client.write_all(&reply).ok()?;
        }
    }

    fn hold(&self) {
        // Whoever waits for it may have gone.
        self.reached.send(()).unwrap_or_default();
        loop {
            std::thread::park();
        }
    }
}

/// A request or reply with a body of a known length; nothing at the end of the connection.
fn message(from: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut length = 0;
    loop {
        let begins = bytes.len();
        from.read_until(b'\n', &mut bytes).ok().filter(|read| *read > 0)?;
        let line = String::from_utf8_lossy(bytes.get(begins..)?).to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let head = bytes.len();
    bytes.resize(head + length, 0);
    from.read_exact(bytes.get_mut(head..)?).ok()?;
    Some(bytes)
}
