//! Headers in the form that is signed: lower-case names, trimmed values, sorted.

use std::borrow::Cow;

use host_model::quote_within;

use crate::SignError;
use crate::request::QUOTE_LIMIT;

/// One header in its signed form.
pub(crate) type Header<'a> = (Cow<'a, str>, &'a str);

/// Checks every header, and gives those that `keep` accepts by their lower-case name: sorted by
/// name, then by value. The others are checked too, since they go on the wire as well.
pub(crate) fn canonical<'a>(
    headers: &[(&'a str, &'a str)],
    keep: impl Fn(&str) -> bool,
) -> Result<Vec<Header<'a>>, SignError> {
    let mut kept = Vec::with_capacity(headers.len());
    for &(name, value) in headers {
        let name = lower_case(name)?;
        if value.chars().any(char::is_control) {
            return Err(SignError::HeaderUnsafe { name: name.into_owned() });
        }
        if keep(&name) {
            kept.push((name, value.trim()));
        }
    }
    kept.sort_unstable();
    Ok(kept)
}

/// Finds a header by its lower-case name.
pub(crate) fn find<'a>(headers: &[Header<'a>], name: &str) -> Option<&'a str> {
    headers.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
}

/// A name is a `token` of RFC 9110, section 5.6.2: neither `:` nor `;` nor a blank can be in it.
fn lower_case(name: &str) -> Result<Cow<'_, str>, SignError> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(SignError::HeaderInvalid { name: quote_within(name, QUOTE_LIMIT) });
    }
    Ok(if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    })
}

#[cfg(test)]
mod tests {
    use host_model::Problem as _;

    use super::*;

    fn check(headers: &[(&str, &str)], expected: Result<&[(&str, &str)], &str>) {
        let found = canonical(headers, |name| name != "unsigned").map_err(|error| error.code());
        let expected = expected
            .map(|list| list.iter().map(|(n, v)| (Cow::Borrowed(*n), *v)).collect::<Vec<_>>());
        assert_eq!(found, expected, "{headers:?}");
    }

    #[test]
    fn lower_cases_trims_and_sorts() {
        check(
            &[("X-B", " 2 "), ("a", "1"), ("x-b", "1")],
            Ok(&[("a", "1"), ("x-b", "1"), ("x-b", "2")]),
        );
        check(&[("Unsigned", "1")], Ok(&[]));
    }

    #[test]
    fn refuses_what_would_forge_another_header() {
        check(&[("a", "1\r\nb: 2")], Err("sign.header-unsafe"));
        check(&[("a", "\n1")], Err("sign.header-unsafe"));
        check(&[("a", "1\u{85}")], Err("sign.header-unsafe"));
        check(&[("unsigned", "1\n")], Err("sign.header-unsafe"));
        check(&[("a\nb", "1")], Err("sign.header-invalid"));
        check(&[("a;b", "1")], Err("sign.header-invalid"));
        check(&[("a:b", "1")], Err("sign.header-invalid"));
        check(&[("", "1")], Err("sign.header-invalid"));
    }
}
