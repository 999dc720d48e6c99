//! One exchange, fine or not.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use host_wire::TransportError;

use super::server::{Server, read_request, reply};
use super::*;

#[tokio::test]
async fn sends_what_was_signed_and_reads_the_reply() {
    let mut server = Server::answer(reply("200 OK", "X-Acs-Request-Id: R1\r\n", "{\"a\":1}"));
    let got = send_plain(&server.authority(), &settings()).await.unwrap();

    assert_eq!((got.status, got.header("x-acs-request-id")), (200, Some("R1")));
    assert_eq!(got.body, b"{\"a\":1}");
    let sent = server.request().await;
    let mut lines = sent.split("\r\n");
    assert_eq!(lines.next(), Some("POST /?Text=s3cr3t-parameter%20%C3%A9%2B%2A HTTP/1.1"));
    let hosts: Vec<_> = sent.split("\r\n").filter(|line| line.starts_with("host:")).collect();
    assert_eq!(hosts, [format!("host: {}", server.authority())]);
    assert!(sent.contains("\r\nx-acs-security-token: s3cr3t-parameter\r\n"), "{sent}");
    assert!(sent.contains("\r\ncontent-length: 25\r\n"), "{sent}");
    assert!(sent.ends_with("\r\n\r\nPassword=s3cr3t-parameter"), "{sent}");
}

#[tokio::test]
async fn says_the_length_of_an_empty_body() {
    let mut server = Server::answer(reply("404 Not Found", "", "no"));
    let mut empty = request(Scheme::Http, &server.authority());
    empty.body.clear();
    empty.query.clear();
    let got = send(&HttpTransport::new(&settings()).unwrap(), empty).await.unwrap();

    assert_eq!((got.status, got.body.as_slice()), (404, b"no".as_slice()));
    let sent = server.request().await;
    assert!(sent.starts_with("POST / HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains("\r\ncontent-length: 0\r\n"), "{sent}");
}

#[tokio::test]
async fn names_an_authority_where_nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = listener.local_addr().unwrap().to_string();
    drop(listener);
    let sent = send_plain(&authority, &settings()).await;

    assert_eq!(code(&sent), "net.endpoint-unreachable");
    let message = sent.unwrap_err().to_string();
    assert_eq!(message, format!("`{authority}` cannot be reached: the connection was refused"));
}

#[tokio::test]
async fn gives_up_on_a_silent_peer() {
    let server = Server::start(|mut stream, _| {
        // Until the client hangs up.
        stream.read_to_end(&mut Vec::new()).unwrap_or_default();
    });
    let short = Duration::from_millis(100);
    let long = Duration::from_hours(1);
    for (read_timeout, total_timeout) in [(short, long), (long, short)] {
        let settings = Settings { read_timeout, total_timeout, ..settings() };
        let authority = server.authority();
        let sent = send_plain(&authority, &settings);
        let sent = tokio::time::timeout(Duration::from_secs(5), sent).await.unwrap();
        assert_eq!(code(&sent), "net.reply-lost");
        let error = sent.unwrap_err();
        assert!(error.may_have_taken_effect());
        assert!(error.to_string().ends_with("nothing more came in time"), "{error}");
    }
}

#[tokio::test]
async fn gives_up_on_a_peer_that_dribbles() {
    let server = Server::start(|mut stream, _| {
        read_request(&mut stream);
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head).unwrap();
        // One byte again and again, until the client hangs up.
        while stream.write_all(b"1\r\nx\r\n").is_ok() {
            std::thread::yield_now();
        }
    });
    let settings = Settings {
        total_timeout: Duration::from_millis(200),
        reply_bytes_max: usize::MAX,
        ..settings()
    };
    let sent = send_plain(&server.authority(), &settings).await;
    assert_eq!(code(&sent), "net.reply-lost");
}

#[tokio::test]
async fn stops_reading_at_the_limit() {
    let (full, over) = ("x".repeat(1024), "x".repeat(1025));
    let server = Server::answer(reply("200 OK", "", &full));
    let got = send_plain(&server.authority(), &settings()).await.unwrap();
    assert_eq!(got.body.len(), 1024);

    let server = Server::answer(reply("200 OK", "", &over));
    let sent = send_plain(&server.authority(), &settings()).await;
    assert_eq!(code(&sent), "net.reply-too-large");
    let message = sent.unwrap_err().to_string();
    assert!(message.contains("1024 bytes (limit `reply_bytes_max`)"), "{message}");
}

#[tokio::test]
async fn an_announced_length_is_enough_to_refuse() {
    let server = Server::start(|mut stream, _| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1025\r\n\r\n").unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap_or_default();
    });
    let sent = send_plain(&server.authority(), &settings()).await;
    assert_eq!(code(&sent), "net.reply-too-large");
}

#[tokio::test]
async fn does_not_take_in_a_hundred_megabytes() {
    // Announced, and not.
    for head in ["content-length: 104857600", "connection: close"] {
        let mut server = Server::start(move |mut stream, counts| {
            read_request(&mut stream);
            write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\n\r\n").unwrap();
            let chunk = vec![b'x'; 64 * 1024];
            let taken = (0..1600).take_while(|_| stream.write_all(&chunk).is_ok()).count();
            counts.send(taken.to_string()).unwrap();
        });
        let sent = send_plain(&server.authority(), &settings()).await;
        assert_eq!(code(&sent), "net.reply-too-large", "{head}");
        let taken: usize = server.request().await.parse().unwrap();
        // What the sockets' buffers took; far from all.
        assert!(taken < 800, "{taken} chunks");
    }
}

#[tokio::test]
async fn a_reply_that_breaks_off_is_lost() {
    for broken in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"half\":",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\"",
        "HTTP/1.1 200",
        "",
        "s3cr3t-garbage\r\n\r\n",
    ] {
        let server = Server::answer(broken);
        let sent = send_plain(&server.authority(), &settings()).await;
        assert_eq!(code(&sent), "net.reply-lost", "{broken}");
        assert!(matches!(sent, Err(TransportError::Lost { .. })));
    }
}

#[tokio::test]
async fn follows_no_redirect() {
    let mut second = Server::answer(reply("200 OK", "", "stolen"));
    let location = format!("location: http://{}/\r\n", second.authority());
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let first = Server::answer(reply(status, &location, ""));
        let got = send_plain(&first.authority(), &settings()).await.unwrap();
        assert!((301..=308).contains(&got.status));
    }
    assert!(!second.has_requests());
}

#[tokio::test]
async fn sends_a_request_once() {
    let mut server = Server::start(|mut stream, requests| {
        requests.send(read_request(&mut stream)).unwrap();
    });
    let sent = send_plain(&server.authority(), &settings()).await;
    assert_eq!(code(&sent), "net.reply-lost");
    server.request().await;
    assert!(!server.has_requests());
}

#[tokio::test]
async fn refuses_what_cannot_be_sent() {
    let transport = HttpTransport::new(&settings()).unwrap();
    let mut split = request(Scheme::Http, "127.0.0.1:1");
    split.headers.push(("x-acs-date".to_owned(), "a\r\nx-forged: 1".to_owned()));
    assert_eq!(code(&send(&transport, split).await), "net.endpoint-unreachable");
    let mut odd = request(Scheme::Http, "127.0.0.1:1");
    odd.method = "BREW".to_owned();
    assert_eq!(code(&send(&transport, odd).await), "net.endpoint-unreachable");
}
