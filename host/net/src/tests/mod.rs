//! The transport against small servers on loopback: what an operator meets when a network is bad.

mod exchange;
mod fetch;
mod forbidden;
mod proxy;
mod server;
mod tls;

use std::time::Duration;

use host_model::{HttpReply, HttpRequest, Problem, Scheme};
use host_policy::{HostPurpose, Permit};
use host_wire::{Transport, TransportError};

use crate::{HttpTransport, Settings};

/// In the query, a header and the body of every request; must not come back in any error.
const SECRET: &str = "s3cr3t-parameter";

fn settings() -> Settings {
    Settings {
        connect_timeout: Duration::from_secs(5),
        read_timeout: Duration::from_secs(5),
        total_timeout: Duration::from_secs(5),
        reply_bytes_max: 1024,
        ..Settings::default()
    }
}

fn request(scheme: Scheme, authority: &str) -> HttpRequest {
    HttpRequest {
        method: "POST".to_owned(),
        scheme,
        authority: authority.to_owned(),
        path: "/".to_owned(),
        query: vec![("Text".to_owned(), format!("{SECRET} é+*"))],
        headers: vec![
            ("host".to_owned(), authority.to_owned()),
            ("x-acs-security-token".to_owned(), SECRET.to_owned()),
        ],
        body: format!("Password={SECRET}").into_bytes(),
    }
}

async fn send(
    transport: &HttpTransport,
    request: HttpRequest,
) -> Result<HttpReply, TransportError> {
    let attempt = Permit::for_host(HostPurpose::Identify).attempt();
    let sent = transport.send(attempt, request).await;
    if let Err(error) = &sent {
        for text in [error.to_string(), format!("{error:?}"), error.hint().unwrap_or_default()] {
            assert!(!text.contains("s3cr3t") && !text.contains("://"), "{text}");
        }
    }
    sent
}

async fn send_plain(authority: &str, settings: &Settings) -> Result<HttpReply, TransportError> {
    let transport = HttpTransport::new(settings).unwrap();
    send(&transport, request(Scheme::Http, authority)).await
}

fn code(sent: &Result<HttpReply, TransportError>) -> &'static str {
    sent.as_ref().unwrap_err().code()
}
