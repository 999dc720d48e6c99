//! A request while a scheme writes its own headers and parameters into it.

use host_model::{HttpRequest, quote_within};

use crate::request::QUOTE_LIMIT;
use crate::{Request, SignError, encode, headers};

const FORM: &str = "application/x-www-form-urlencoded";

/// The most headers, or parameters, that a scheme writes.
const WRITTEN_MAX: usize = 10;

/// A request that its scheme is still writing.
pub(crate) struct Draft(HttpRequest);

impl Draft {
    /// Takes a request over, refuses what only a scheme may write, and adds what every scheme
    /// says: the authority, and the format of the reply.
    pub(crate) fn new(mut request: HttpRequest) -> Result<Self, SignError> {
        if request.path.is_empty() {
            request.path.push('/');
        }
        refuse_reserved_headers(&request.headers)?;
        refuse_reserved(&request.query)?;
        refuse_repeated(&request.query)?;

        request.headers.reserve(WRITTEN_MAX);
        request.query.reserve(WRITTEN_MAX);
        let mut draft = Self(request);
        draft.add_host()?;
        if draft.given("accept").is_none() {
            draft.header("accept", "application/json");
        }
        Ok(draft)
    }

    fn add_host(&mut self) -> Result<(), SignError> {
        let authority = self.0.authority.clone();
        match self.given("host") {
            _ if authority.is_empty() => Err(SignError::HostMissing),
            Some(given) if given == authority => Ok(()),
            Some(_) => {
                Err(SignError::HostDifferent { authority: quote_within(&authority, QUOTE_LIMIT) })
            }
            None => {
                self.header("host", authority);
                Ok(())
            }
        }
    }

    /// Adds a header.
    pub(crate) fn header(&mut self, name: &str, value: impl Into<String>) {
        self.0.headers.push((name.to_owned(), value.into()));
    }

    /// Adds a query parameter.
    pub(crate) fn parameter(&mut self, name: &str, value: impl Into<String>) {
        self.0.query.push((name.to_owned(), value.into()));
    }

    /// The request as it stands.
    pub(crate) fn request(&self) -> &HttpRequest {
        &self.0
    }

    /// The decoded fields of a form-encoded body; none if the body is of another kind. They are
    /// parameters, so what holds for the query holds for them.
    pub(crate) fn form(&self) -> Result<Vec<(String, String)>, SignError> {
        let kind = self.given("content-type").and_then(|value| value.split(';').next());
        if !kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM)) {
            return Ok(Vec::new());
        }
        let text = std::str::from_utf8(&self.0.body)
            .map_err(|error| SignError::FormInvalid { offset: error.valid_up_to() })?;
        let fields = encode::form_decode(text)?;
        refuse_reserved(&fields)?;
        refuse_repeated(self.0.query.iter().chain(&fields))?;
        Ok(fields)
    }

    /// Has the request signed as it stands.
    pub(crate) fn signed<S>(
        &self,
        sign: impl FnOnce(&Request<'_>) -> Result<S, SignError>,
    ) -> Result<S, SignError> {
        let query = borrowed(&self.0.query);
        let headers = borrowed(&self.0.headers);
        sign(&Request {
            method: &self.0.method,
            path: &self.0.path,
            query: &query,
            headers: &headers,
            body: &self.0.body,
        })
    }

    /// Checks what the schemes check that sign headers, for a request whose headers go unsigned.
    pub(crate) fn checked(&self) -> Result<(), SignError> {
        let HttpRequest { method, path, body, .. } = &self.0;
        let headers = borrowed(&self.0.headers);
        let request = Request { method, path, query: &[], headers: &headers, body };
        request.canonical_method()?;
        request.canonical_path()?;
        headers::canonical(request.headers, |_| false).map(drop)
    }

    /// The finished request.
    pub(crate) fn finish(self) -> HttpRequest {
        self.0
    }

    fn given(&self, name: &str) -> Option<&str> {
        let mut headers = self.0.headers.iter();
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Headers that say who calls, what, when and how it is signed. Refused in every scheme, so that
/// no reader can prefer one that was not signed as such. So is all of `x-acs-signature-*`.
const RESERVED_HEADERS: [&str; 9] = [
    "authorization",
    "date",
    "x-acs-accesskey-id",
    "x-acs-action",
    "x-acs-bearer-token",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-security-token",
    "x-acs-version",
];

fn refuse_reserved_headers(headers: &[(String, String)]) -> Result<(), SignError> {
    const PREFIX: &str = "x-acs-signature-";
    for (name, _) in headers {
        let is_prefixed =
            name.get(..PREFIX.len()).is_some_and(|it| it.eq_ignore_ascii_case(PREFIX));
        if is_prefixed || RESERVED_HEADERS.iter().any(|other| name.eq_ignore_ascii_case(other)) {
            let name = quote_within(&name.to_ascii_lowercase(), QUOTE_LIMIT);
            return Err(SignError::HeaderReserved { name });
        }
    }
    Ok(())
}

/// Parameters that say the same. No catalogued action has one of these names; a gateway might
/// read them whatever the scheme.
const RESERVED_PARAMETERS: [&str; 7] =
    ["AccessKeyId", "Action", "BearerToken", "Format", "SecurityToken", "Timestamp", "Version"];

fn refuse_reserved(parameters: &[(String, String)]) -> Result<(), SignError> {
    for (name, _) in parameters {
        if RESERVED_PARAMETERS.contains(&name.as_str()) || name.starts_with("Signature") {
            return Err(SignError::ParameterReserved { name: quote_within(name, QUOTE_LIMIT) });
        }
    }
    Ok(())
}

fn refuse_repeated<'a>(
    parameters: impl IntoIterator<Item = &'a (String, String)>,
) -> Result<(), SignError> {
    let mut names: Vec<&String> = parameters.into_iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(SignError::ParameterRepeated { name: quote_within(pair[0], QUOTE_LIMIT) });
    }
    Ok(())
}
