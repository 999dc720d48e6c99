//! The offline cloud as a server, for clients that speak HTTP.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use host_model::{HttpReply, HttpRequest, Scheme};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::error::SimulatorError;
use crate::signature::form_pairs;
use crate::simulator::{Answer, Simulator};
use crate::tls::Tls;

/// The largest request body, in bytes: 1 MiB.
const REQUEST_BYTES_MAX: usize = 1024 * 1024;

/// Answers requests that come in at `listener` until `stop` ends; requests under way are answered.
///
/// Connections stay open between requests. A fault that loses a request or a reply closes its
/// connection without a word.
///
/// # Errors
///
/// The listener cannot take connections any more.
pub async fn serve(
    listener: TcpListener,
    simulator: Arc<Simulator>,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), SimulatorError> {
    accept(listener, simulator, None, stop).await
}

/// The same over TLS.
///
/// # Errors
///
/// The listener cannot take connections any more.
pub async fn serve_tls(
    listener: TcpListener,
    simulator: Arc<Simulator>,
    tls: &Tls,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), SimulatorError> {
    accept(listener, simulator, Some(TlsAcceptor::from(tls.config())), stop).await
}

async fn accept(
    listener: TcpListener,
    simulator: Arc<Simulator>,
    tls: Option<TlsAcceptor>,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), SimulatorError> {
    let (ending, ended) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    let outcome = loop {
        tokio::select! {
            () = &mut stop => break Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let (simulator, ended) = (Arc::clone(&simulator), ended.clone());
                    connections.spawn(opened(stream, tls.clone(), simulator, ended));
                }
                Err(error) => break Err(error.into()),
            },
            Some(_) = connections.join_next() => {}
        }
    };
    // Nobody is listening if every connection has ended already.
    let _ = ending.send(true);
    while connections.join_next().await.is_some() {}
    outcome
}

/// A connection from its start: over TLS, its handshake comes first.
async fn opened(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    simulator: Arc<Simulator>,
    mut ended: watch::Receiver<bool>,
) {
    let Some(tls) = tls else { return connection(stream, simulator, ended).await };
    let accepted = tokio::select! {
        accepted = tls.accept(stream) => accepted,
        _ = ended.wait_for(|ended| *ended) => return,
    };
    // A client that does not trust the certificate hangs up.
    if let Ok(stream) = accepted {
        connection(stream, simulator, ended).await;
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    simulator: Arc<Simulator>,
    mut ended: watch::Receiver<bool>,
) {
    let ending = async move {
        // An error says that the sender is gone, which ends this as well.
        let _ = ended.wait_for(|ended| *ended).await;
    };
    let service = service_fn(|request| {
        let simulator = Arc::clone(&simulator);
        async move { exchange(request, &simulator).await }
    });
    let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut serving = pin!(serving);
    // A client that hangs up, or a reply that a fault loses, ends this connection and no other.
    tokio::select! {
        _ = &mut serving => {}
        () = ending => {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
}

/// Makes hyper close the connection.
#[derive(Debug, thiserror::Error)]
#[error("the scenario loses this exchange")]
struct Lost;

async fn exchange(
    request: Request<Incoming>,
    simulator: &Simulator,
) -> Result<Response<Full<Bytes>>, Lost> {
    let request = match received(request).await {
        Ok(request) => request,
        Err(status) => return Ok(bare(status)),
    };
    match simulator.respond(&request) {
        Answer::Reply { reply, delay } => {
            if !delay.is_zero() {
                simulator.clock().sleep(delay).await;
            }
            Ok(response(reply))
        }
        Answer::RequestLost | Answer::ReplyLost => Err(Lost),
    }
}

/// The request as plain data, or the status that says why it cannot be one.
async fn received(request: Request<Incoming>) -> Result<HttpRequest, StatusCode> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, REQUEST_BYTES_MAX).collect().await.map_err(|error| {
        if error.downcast_ref::<LengthLimitError>().is_some() {
            StatusCode::PAYLOAD_TOO_LARGE
        } else {
            StatusCode::BAD_REQUEST
        }
    })?;
    let mut headers = Vec::with_capacity(head.headers.len());
    for (name, value) in &head.headers {
        let value = std::str::from_utf8(value.as_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?;
        headers.push((name.as_str().to_owned(), value.to_owned()));
    }
    let authority = headers.iter().find(|(name, _)| name == "host");
    Ok(HttpRequest {
        method: head.method.as_str().to_owned(),
        scheme: Scheme::Http,
        authority: authority.map(|(_, value)| value.clone()).unwrap_or_default(),
        path: head.uri.path().to_owned(),
        query: form_pairs(head.uri.query().unwrap_or_default()),
        headers,
        body: body.to_bytes().to_vec(),
    })
}

fn response(reply: HttpReply) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    response
        .body(Full::new(Bytes::from(reply.body)))
        .unwrap_or_else(|_| bare(StatusCode::INTERNAL_SERVER_ERROR))
}

fn bare(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = status;
    response
}
