//! Headers: the names of the API's own, and how a value is read.

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

use crate::api::wire::{LANGUAGE_HEADER, RETRY_HEADER, SESSION_HEADER};
use crate::sandbox::fault::FAULT_HEADER;

/// The API's own headers, and the sandbox's, as names that need not be read again for each request.
pub(super) static SESSION: HeaderName = HeaderName::from_static(SESSION_HEADER);
pub(super) static LANGUAGE: HeaderName = HeaderName::from_static(LANGUAGE_HEADER);
pub(super) static RETRY_ON_PENDING: HeaderName = HeaderName::from_static(RETRY_HEADER);
pub(super) static FAULT: HeaderName = HeaderName::from_static(FAULT_HEADER);

/// A header's value. One that is no text is still one: a session that nobody knows, a language that no flow has.
pub(super) fn header<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).map(text).filter(|value| !value.is_empty())
}

/// A header's value as text.
pub(super) fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or("\u{fffd}").trim()
}
