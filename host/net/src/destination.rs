//! Where a request says that it goes, taken by its word.

use std::net::IpAddr;

use host_model::{HttpRequest, Scheme, quote_within};
use host_sign::encode;
use host_wire::TransportError;
use reqwest::Url;

use crate::AddressPolicy;

/// Characters of an authority that a message shows; a DNS name has at most 253.
const AUTHORITY_SHOWN_MAX: usize = 260;

/// The URL of a request, if its authority is a name or an address and nothing else, and if the
/// target stays byte for byte what was signed.
pub(crate) fn url(request: &HttpRequest) -> Result<Url, TransportError> {
    let scheme = match request.scheme {
        Scheme::Https => "https",
        Scheme::Http => "http",
    };
    let target = encode::target(&request.path, &request.query);
    let malformed = |reason: &str| TransportError::Unreachable {
        authority: shown(&request.authority),
        reason: reason.to_owned(),
    };
    let url = Url::parse(&format!("{scheme}://{}{target}", request.authority))
        .map_err(|_| malformed("it is no authority of the form `name[:port]`"))?;
    if !says(&url, &request.authority) {
        return Err(malformed("it is no authority of the form `name[:port]`"));
    }
    let parsed = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    if parsed != target || url.fragment().is_some() {
        return Err(malformed("the path would change on its way"));
    }
    Ok(url)
}

/// Whether a request may go where its authority says, as far as that can be told before resolution.
pub(crate) fn judge(
    request: &HttpRequest,
    url: &Url,
    policy: AddressPolicy,
) -> Result<(), TransportError> {
    let name = url.host_str().unwrap_or_default();
    let is_loopback = is_loopback_name(name);
    let forbidden = |address: String, reason: &str| TransportError::Forbidden {
        authority: shown(&request.authority),
        address,
        reason: reason.to_owned(),
    };
    if request.scheme == Scheme::Http && !is_loopback {
        let reason = "plain HTTP is for loopback only";
        return Err(forbidden("a connection without TLS".to_owned(), reason));
    }
    match literal(name) {
        Some(address) => policy
            .judge(address, is_loopback)
            .map_err(|reason| forbidden(address.to_string(), reason)),
        None => Ok(()),
    }
}

/// Whether a name means this machine by itself.
pub(crate) fn is_loopback_name(name: &str) -> bool {
    name == "localhost" || literal(name).is_some_and(|address| address.is_loopback())
}

/// An authority as it stands in messages, without a password that somebody put before the name.
pub(crate) fn shown(authority: &str) -> String {
    let name = authority.rsplit('@').next().unwrap_or_default();
    quote_within(name, AUTHORITY_SHOWN_MAX)
}

pub(crate) fn literal(name: &str) -> Option<IpAddr> {
    name.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

// A URL parser is lenient: `user@name`, `0x7f.1` and `NAME` all mean something to it. What was
// signed as `host` has to be what is connected to.
fn says(url: &Url, authority: &str) -> bool {
    let name = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let is_plain = url.username().is_empty() && url.password().is_none();
    is_plain && (authority == name || authority == format!("{name}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(scheme: Scheme, authority: &str, path: &str) -> HttpRequest {
        HttpRequest {
            method: "POST".to_owned(),
            scheme,
            authority: authority.to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    #[test]
    fn takes_an_authority_by_its_word() {
        for (authority, fine) in [
            ("ram.aliyuncs.com", true),
            ("ram.aliyuncs.com:443", true),
            ("ram.aliyuncs.com:8443", true),
            ("127.0.0.1:80", true),
            ("[::1]:8080", true),
            ("", false),
            ("user@ram.aliyuncs.com", false),
            ("ram.aliyuncs.com:", false),
            ("ram.aliyuncs.com/x", false),
            ("ram.aliyuncs.com?x", false),
            ("ram.aliyuncs.com#x", false),
            ("ram.aliyuncs.com\\x", false),
            ("RAM.aliyuncs.com", false),
            ("ram.aliyuncs.com\t", false),
            ("0x7f.1", false),
            ("2130706433", false),
            ("127.1", false),
            ("１２７.0.0.1", false),
            ("[::ffff:127.0.0.1]:80", false),
        ] {
            let url = url(&request(Scheme::Https, authority, "/"));
            assert_eq!(url.is_ok(), fine, "{authority}: {url:?}");
        }
    }

    #[test]
    fn names_no_password_before_an_authority() {
        let error = url(&request(Scheme::Https, "user:s3cr3t@ram.aliyuncs.com", "/")).unwrap_err();
        let message = error.to_string();
        assert!(message.starts_with("`ram.aliyuncs.com` cannot be reached"), "{message}");
    }

    #[test]
    fn sends_the_path_and_query_that_were_signed() {
        let mut signed = request(Scheme::Https, "cs.aliyuncs.com", "/clusters/c%2F1/x%20y");
        signed.query = vec![
            ("name".to_owned(), "a b+c*~é&=/%".to_owned()),
            ("empty".to_owned(), String::new()),
        ];
        let url = url(&signed).unwrap();
        assert_eq!(url.path(), "/clusters/c%2F1/x%20y");
        assert_eq!(url.query(), Some("name=a%20b%2Bc%2A~%C3%A9%26%3D%2F%25&empty="));
    }

    #[test]
    fn refuses_a_path_that_would_change() {
        for path in ["/a/../b", "/a/%2e%2e/b", "/./", "//\\", "/a b", "/a#b", "/a?b", "a", "/é"] {
            let mut changing = request(Scheme::Https, "cs.aliyuncs.com", path);
            changing.query = vec![("q".to_owned(), "1".to_owned())];
            let refused = url(&changing);
            // `?` is caught by the second question mark becoming part of the query.
            assert!(refused.is_err() || path == "/a?b", "{path}: {refused:?}");
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for (scheme, authority, fine) in [
            (Scheme::Http, "127.0.0.1:8080", true),
            (Scheme::Http, "127.9.9.9", true),
            (Scheme::Http, "localhost:8080", true),
            (Scheme::Http, "[::1]:8080", true),
            (Scheme::Http, "ram.aliyuncs.com", false),
            (Scheme::Http, "100.100.100.200", false),
            (Scheme::Http, "localhost.example.com", false),
            (Scheme::Https, "ram.aliyuncs.com", true),
            (Scheme::Https, "100.100.100.200", false),
            (Scheme::Https, "169.254.169.254", false),
            (Scheme::Https, "10.0.0.1", false),
            (Scheme::Https, "[::ffff:a00:1]", false),
        ] {
            let request = request(scheme, authority, "/");
            let judged = url(&request)
                .and_then(|url| judge(&request, &url, AddressPolicy { allow_private: false }));
            assert_eq!(judged.is_ok(), fine, "{scheme:?} {authority}: {judged:?}");
        }
    }
}
