//! A request about to be signed, as the two schemes that sign headers see it.

use std::fmt;

use host_model::quote_within;

use crate::SignError;

/// How much of a refused text an error shows, in characters.
pub(crate) const QUOTE_LIMIT: usize = 80;

/// A request about to be signed. Borrowed, because signing changes nothing in it.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The HTTP method, in any case.
    pub method: &'a str,
    /// The path as it goes on the wire, percent-encoded; empty means `/`.
    pub path: &'a str,
    /// Query parameters, decoded, in any order.
    pub query: &'a [(&'a str, &'a str)],
    /// Headers, in any order and any case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body's bytes.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// The method in upper case.
    pub(crate) fn canonical_method(&self) -> Result<String, SignError> {
        if !self.method.is_empty() && self.method.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            Ok(self.method.to_ascii_uppercase())
        } else {
            Err(SignError::MethodInvalid { method: quote_within(self.method, QUOTE_LIMIT) })
        }
    }

    /// The path, if it can stand on a line of its own and holds no query.
    pub(crate) fn canonical_path(&self) -> Result<&'a str, SignError> {
        let valid = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#');
        match self.path {
            "" => Ok("/"),
            path if path.starts_with('/') && path.bytes().all(valid) => Ok(path),
            path => Err(SignError::PathInvalid { path: quote_within(path, QUOTE_LIMIT) }),
        }
    }
}

// Query, headers and body may hold secrets.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use host_model::Problem as _;

    use super::*;

    fn with(method: &'static str, path: &'static str) -> Request<'static> {
        Request { method, path, query: &[], headers: &[], body: b"" }
    }

    #[test]
    fn takes_the_path_as_it_goes_on_the_wire() {
        for (path, expected) in [("", "/"), ("/", "/"), ("/a%20b/~c", "/a%20b/~c")] {
            assert_eq!(with("GET", path).canonical_path().unwrap(), expected);
        }
        for path in ["a", "/a b", "/a\nb", "/a?b", "/a#b", "/é"] {
            let refused = with("GET", path).canonical_path().unwrap_err();
            assert_eq!(refused.code(), "sign.path-invalid", "{path}");
        }
    }

    #[test]
    fn takes_a_method_that_is_a_word() {
        assert_eq!(with("post", "/").canonical_method().unwrap(), "POST");
        for method in ["", "GET\n/", "G T"] {
            let refused = with(method, "/").canonical_method().unwrap_err();
            assert_eq!(refused.code(), "sign.method-invalid", "{method}");
        }
    }
}
