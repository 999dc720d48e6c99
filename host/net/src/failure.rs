//! Other libraries' errors, in words that hold no URL, header or body.

use std::error::Error;
use std::io::{self, ErrorKind};

use host_model::quote_within;
use host_wire::TransportError;

use crate::destination::shown;
use crate::resolver::{AddressRefused, NameUnknown};

/// Characters of another library's words that a message shows.
const REASON_SHOWN_MAX: usize = 200;

/// What became of a request, from the client's error.
pub(crate) fn classify(authority: &str, error: &reqwest::Error) -> TransportError {
    let authority = shown(authority);
    if let Some(refused) = find::<AddressRefused>(error) {
        let (address, reason) = (refused.address.to_string(), refused.reason.to_owned());
        return TransportError::Forbidden { authority, address, reason };
    }
    let reason = reason(error);
    // Only what failed before a byte was sent has surely had no effect.
    if error.is_connect() || error.is_builder() {
        TransportError::Unreachable { authority, reason }
    } else {
        TransportError::Lost { authority, reason }
    }
}

fn reason(error: &reqwest::Error) -> String {
    if find::<NameUnknown>(error).is_some() {
        return NameUnknown.to_string();
    }
    if error.is_timeout() {
        return if error.is_connect() {
            "no connection came about in time".to_owned()
        } else {
            "nothing more came in time".to_owned()
        };
    }
    // TLS errors travel inside of I/O errors, so they are looked for first.
    if let Some(error) = find::<rustls::Error>(error) {
        return quote_within(&format!("TLS: {error}"), REASON_SHOWN_MAX);
    }
    if let Some(known) = find::<io::Error>(error).and_then(|error| known(error.kind())) {
        return known.to_owned();
    }
    quote_within(&innermost(error).to_string(), REASON_SHOWN_MAX)
}

fn known(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::ConnectionRefused => "the connection was refused",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "the connection was cut"
        }
        ErrorKind::UnexpectedEof => "the connection ended too early",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "there is no route to it",
        _ => return None,
    })
}

// An I/O error keeps what it was made of apart from its source.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    })
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref())
}

// The outermost one prints the URL; the innermost is a constant or the system's own words.
fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    chain(error).last().unwrap_or(error)
}
