//! One request out, one reply in, with a limit.

use host_model::{HttpReply, HttpRequest};
use host_wire::TransportError;
use reqwest::header::{CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response, Url};

use crate::destination::shown;
use crate::failure::classify;

/// Sends `request` to `url`, which is its own, and reads the reply.
pub(crate) async fn exchange(
    client: &Client,
    url: Url,
    request: HttpRequest,
    reply_bytes_max: usize,
) -> Result<HttpReply, TransportError> {
    let authority = request.authority.clone();
    let method = match request.method.as_str() {
        "GET" => Method::GET,
        "POST" => Method::POST,
        "PUT" => Method::PUT,
        "DELETE" => Method::DELETE,
        _ => return Err(malformed(&authority, "its method is none of this program's")),
    };
    let headers = headers(&request)?;
    let sent = client.request(method, url).headers(headers).body(request.body).send().await;
    host_ports::crash_point("net: sent, and the reply not read");
    let response = sent.map_err(|error| classify(&authority, &error))?;
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let body = body(response, &authority, reply_bytes_max).await?;
    Ok(HttpReply { status, headers, body })
}

async fn body(
    mut response: Response,
    authority: &str,
    limit: usize,
) -> Result<Vec<u8>, TransportError> {
    let too_large = || TransportError::TooLarge { authority: shown(authority), limit };
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |announced| announced > limit) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(authority, &error))? {
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn headers(request: &HttpRequest) -> Result<HeaderMap, TransportError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let parsed =
            HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(value).ok());
        let Some((name, mut value)) = parsed else {
            return Err(malformed(&request.authority, "one of its headers cannot be sent"));
        };
        value.set_sensitive(true);
        headers.append(name, value);
    }
    // A client would leave out a default port that was signed.
    let host = HeaderValue::from_str(&request.authority)
        .map_err(|_| malformed(&request.authority, "it is no authority"))?;
    headers.insert(HOST, host);
    // Left out for an empty body, which some servers take for a broken request (RFC 9110, 8.6).
    if request.body.is_empty() && request.method != "GET" {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    Ok(headers)
}

fn malformed(authority: &str, reason: &str) -> TransportError {
    TransportError::Unreachable { authority: shown(authority), reason: reason.to_owned() }
}
