//! Keys from a URI of the user's.

use host_model::{HttpRequest, Scheme, SecretText};
use host_ports::FetchPurpose;
use host_sign::encode;

use crate::session::{Session, from_reply};
use crate::{CredentialError, Ports};

/// Asks the URI once.
pub(crate) async fn fetch(
    ports: &Ports,
    uri: &SecretText,
    origin: &str,
) -> Result<Session, CredentialError> {
    let invalid =
        |reason: String| CredentialError::ReplyInvalid { origin: origin.to_owned(), reason };
    let request = request(uri.expose())
        .ok_or_else(|| invalid("the URI is not of the form `https://name[:port]/path`".into()))?;
    let fetched = ports.fetch.fetch(FetchPurpose::CredentialUri, request).await;
    let reply = fetched
        .map_err(|source| CredentialError::FetchFailed { origin: origin.to_owned(), source })?;
    match reply.status {
        200 => from_reply(&reply.body, origin),
        status => Err(invalid(format!("status {status}"))),
    }
}

fn request(uri: &str) -> Option<HttpRequest> {
    let (scheme, rest) = match uri.trim().split_once("://")? {
        ("https", rest) => (Scheme::Https, rest),
        ("http", rest) => (Scheme::Http, rest),
        _ => return None,
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    // A password before the name would show in messages that name the authority.
    if authority.is_empty() || authority.contains('@') {
        return None;
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Some(HttpRequest {
        method: "GET".to_owned(),
        scheme,
        authority: authority.to_owned(),
        path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
        query: encode::form_decode(query).ok()?,
        headers: vec![("accept".to_owned(), "application/json".to_owned())],
        body: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_uri_apart() {
        for (uri, wanted) in [
            ("http://localhost:6666/", Some("localhost:6666 / []")),
            ("https://keys.example.com", Some("keys.example.com / []")),
            ("https://keys.example.com?a=b%20c", Some(r#"keys.example.com / [("a", "b c")]"#)),
            ("https://k.example.com/x/y?a=1#z", Some(r#"k.example.com /x/y [("a", "1")]"#)),
            ("keys.example.com", None),
            ("file:///etc/passwd", None),
            ("https://user:password@keys.example.com/", None),
            ("https:///keys", None),
            ("", None),
        ] {
            let taken =
                request(uri).map(|it| format!("{} {} {:?}", it.authority, it.path, it.query));
            assert_eq!(taken.as_deref(), wanted, "{uri}");
        }
    }
}
