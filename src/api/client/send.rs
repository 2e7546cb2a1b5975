//! Sending one request: bounds, retries, and what an answer is made of.

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use hyper_util::client::legacy::connect::HttpInfo;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, Url, multipart};

use super::super::exchange::{Answer, Body, Exchange, Request, RequestBody};
use super::limit::{LONGEST_PAUSE, Limiter, Outcome as Load};
use super::{CallError, CallErrorKind, Client, is_loopback};
use crate::redact::places;

/// The pause before the first repetition; it doubles with each.
const BACKOFF: Duration = Duration::from_millis(200);
/// How often a request that was refused with 429 is asked again, unless nothing is: the pace of a server takes some to find.
const REFUSALS: u32 = 5;

/// How a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Manner {
    /// Whether a fault is the server's own. One that the scenario asks for is not, and says nothing of the server's load.
    pub heeded: bool,
    /// Whether asking twice is the same as asking once.
    pub idempotent: bool,
    /// How much longer than usual the answer may take.
    pub extra: Duration,
    /// Which answers its answer is like.
    pub kind: u64,
}

impl Client {
    /// Sends a request, asking again after a connection fault or 503 where that is the same as asking once, and after 429
    /// always: what was refused so was not done.
    pub(super) async fn send(&self, request: Request, manner: Manner) -> Result<Exchange, CallError> {
        let fail = |request: &Request, kind| CallError { request: Box::new(request.clone()), kind };
        // Credentials that a scenario sets by hand are secrets as much as those that are configured.
        let credentials = request.headers.iter().flat_map(|(name, value)| places::header_secrets(name, value));
        credentials.for_each(|secret| self.inner.redactor.add(&secret));
        let url = self.check(&request).map_err(|kind| fail(&request, kind))?;
        let limiter = self.inner.limiters.of(&url);
        let (mut faults, mut refusals) = (0, 0);
        loop {
            let outcome = self.send_once(&request, &url, &limiter, manner).await;
            let retries = if manner.heeded { self.inner.config.retries } else { 0 };
            let (tried, most) = match Load::of(&outcome) {
                Load::Refused => (&mut refusals, if retries == 0 { 0 } else { retries.max(REFUSALS) }),
                Load::Unavailable | Load::Broken if manner.idempotent && !is_late(&outcome) => (&mut faults, retries),
                _ => (&mut faults, 0),
            };
            if *tried < most {
                let pause = outcome.as_ref().ok().and_then(retry_after).unwrap_or(BACKOFF * 2_u32.pow((*tried).min(8)));
                *tried += 1;
                tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
                continue;
            }
            return match outcome {
                Ok(answer) => {
                    let named = answer.headers.iter();
                    let given = named.flat_map(|(name, value)| places::header_secrets(name, value));
                    given.for_each(|secret| self.inner.redactor.add(&secret));
                    Ok(Exchange { request, answer })
                }
                Err(kind) => Err(fail(&request, kind)),
            };
        }
    }

    /// Refuses what cannot be sent, and secrets that would travel in the clear.
    fn check(&self, request: &Request) -> Result<Url, CallErrorKind> {
        let parsed = self.inner.urls.parse(&request.url);
        let url = parsed.map_err(|error| CallErrorKind::Invalid(format!("{}: {error}", request.url)))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(CallErrorKind::Invalid(format!("{url}: only http and https are spoken")));
        }
        if url.scheme() == "http" && !is_loopback(&url) && self.carries_secret(request) {
            return Err(CallErrorKind::Insecure(url.host_str().unwrap_or_default().to_owned()));
        }
        Ok(url)
    }

    fn carries_secret(&self, request: &Request) -> bool {
        let redactor = &self.inner.redactor;
        let body = match &request.body {
            RequestBody::Empty => false,
            RequestBody::Json(value) => redactor.finds(&value.to_string()),
            RequestBody::Text(text) => redactor.finds(text),
            RequestBody::Form(pairs) => {
                pairs.iter().any(|(name, value)| name == "client_secret" || redactor.finds(value))
            }
            RequestBody::File { bytes, .. } => redactor.finds(&String::from_utf8_lossy(bytes)),
        };
        body || redactor.finds(&request.url)
            || request.headers.iter().any(|(name, value)| places::is_secret_header(name) || redactor.finds(value))
    }

    async fn send_once(
        &self,
        request: &Request,
        url: &Url,
        limiter: &Limiter,
        manner: Manner,
    ) -> Result<Answer, CallErrorKind> {
        let mut turn = limiter.enter().await;
        self.sent.fetch_add(1, Ordering::Relaxed);
        let limit = self.inner.config.timeout + manner.extra;
        // Pinned where it is: moved into the time-out, it would take its room twice in each scenario under way.
        let mut exchange = pin!(async {
            let began = Instant::now();
            let response = self.build(request, url)?.send().await.map_err(|error| self.fault(&error, url))?;
            let connection = response.extensions().get::<HttpInfo>().map(HttpInfo::local_addr);
            let connected = limiter.is_new(connection);
            Ok((self.read(response, began).await?, connected))
        });
        let patience = turn.patience(manner.kind).min(limit);
        let outcome = match tokio::time::timeout(patience, &mut exchange).await {
            Ok(outcome) => outcome,
            Err(_) => {
                turn.lend();
                let rest = tokio::time::timeout(limit - patience, &mut exchange).await;
                rest.unwrap_or(Err(CallErrorKind::Timeout(limit)))
            }
        };
        let (outcome, connected) = match outcome {
            Ok((answer, connected)) => (Ok(answer), connected),
            Err(kind) => (Err(kind), false),
        };
        // Making a connection takes a while, so an answer is compared with others for which one was made.
        let kind = if connected { !manner.kind } else { manner.kind };
        let load = if manner.heeded { Load::of(&outcome) } else { Load::Answered };
        let pause = outcome.as_ref().ok().filter(|_| load != Load::Answered).and_then(retry_after);
        if !matches!(outcome, Err(CallErrorKind::Invalid(_) | CallErrorKind::TooLarge(_)))
            && let Some(change) = turn.end(kind, load, pause)
        {
            self.inner.observer.tell(change);
        }
        outcome
    }

    fn build(&self, request: &Request, url: &Url) -> Result<reqwest::RequestBuilder, CallErrorKind> {
        let invalid = |what: &str, error: &dyn std::fmt::Display| CallErrorKind::Invalid(format!("{what}: {error}"));
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|error| invalid(&request.method, &error))?;
        let mut builder = self.inner.http.request(method, url.clone());
        for (name, value) in &request.headers {
            let header = HeaderName::from_bytes(name.as_bytes())
                .map_err(|error| invalid(&format!("the header {name:?}"), &error))?;
            let value = HeaderValue::from_str(value).map_err(|error| invalid(&format!("the header {name}"), &error))?;
            builder = builder.header(header, value);
        }
        let typed = request.headers.iter().any(|(name, _)| name == CONTENT_TYPE.as_str());
        Ok(match &request.body {
            RequestBody::Empty => builder,
            RequestBody::Json(value) if typed => builder.body(value.to_string()),
            RequestBody::Json(value) => builder.json(value),
            RequestBody::Text(text) if typed => builder.body(text.clone()),
            RequestBody::Text(text) => builder.header(CONTENT_TYPE, "text/plain; charset=utf-8").body(text.clone()),
            RequestBody::Form(pairs) => builder.form(pairs),
            RequestBody::File { name, media_type, bytes, .. } => {
                let part = multipart::Part::bytes(bytes.clone()).file_name(name.clone());
                let part = part
                    .mime_str(media_type)
                    .map_err(|error| invalid(&format!("the media type {media_type:?}"), &error))?;
                builder.multipart(multipart::Form::new().part("file", part))
            }
        })
    }

    /// Reads an answer up to the limit, whatever its headers promise.
    async fn read(&self, mut response: Response, began: Instant) -> Result<Answer, CallErrorKind> {
        let most = self.inner.config.max_body;
        let status = response.status().as_u16();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| CallErrorKind::Broken(innermost(&error)))? {
            if bytes.len() + chunk.len() > most {
                return Err(CallErrorKind::TooLarge(most));
            }
            bytes.extend_from_slice(&chunk);
        }
        let body = match self.inner.documents.read(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)) {
            Some(document) => Body::Json(document),
            None => Body::Text(String::from_utf8_lossy(&bytes).into_owned()),
        };
        Ok(Answer { status, headers, body, elapsed: began.elapsed() })
    }

    fn fault(&self, error: &reqwest::Error, url: &Url) -> CallErrorKind {
        let host =
            format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
        if error.is_timeout() && error.is_connect() {
            CallErrorKind::Connect(host, format!("none within {:?}", self.inner.config.connect_timeout))
        } else if error.is_connect() {
            CallErrorKind::Connect(host, innermost(error))
        } else {
            CallErrorKind::Broken(innermost(error))
        }
    }
}

/// The last of a chain of errors, which says what the others only pass on.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// What the outcome of a request says of the server's load.
impl Load {
    fn of(outcome: &Result<Answer, CallErrorKind>) -> Self {
        match outcome {
            Ok(Answer { status: 429, .. }) => Load::Refused,
            Ok(Answer { status: 503, .. }) => Load::Unavailable,
            Err(CallErrorKind::Connect(..) | CallErrorKind::Broken(_) | CallErrorKind::Timeout(_)) => Load::Broken,
            _ => Load::Answered,
        }
    }
}

/// Whether no answer came in time: the request may be at work still.
fn is_late(outcome: &Result<Answer, CallErrorKind>) -> bool {
    matches!(outcome, Err(CallErrorKind::Timeout(_)))
}

/// How long the server asks to be left alone: a number of seconds, or a date (RFC 9110, 10.2.3). A date is one of the
/// server's clock, so it is held against the time of the answer there, if that is told.
fn retry_after(answer: &Answer) -> Option<Duration> {
    let text = answer.header(RETRY_AFTER.as_str())?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| rfc2822::parse(text).ok().map(|date| date.timestamp());
    let now = answer.header(DATE.as_str()).and_then(date).unwrap_or_else(Timestamp::now);
    // What has passed already is no pause.
    Some(Duration::try_from(date(text)?.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(headers: &[(&str, &str)]) -> Option<Duration> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        retry_after(&Answer { status: 429, headers, body: Body::Text(String::new()), elapsed: Duration::ZERO })
    }

    #[test]
    fn retry_after_is_a_number_of_seconds_or_a_date_of_the_servers_clock() {
        assert_eq!(asks(&[]), None);
        assert_eq!(asks(&[("retry-after", " 7 ")]), Some(Duration::from_secs(7)));
        assert_eq!(asks(&[("retry-after", "0")]), Some(Duration::ZERO));
        let date = |now, until| asks(&[("date", now), ("retry-after", until)]);
        let now = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(date(now, "Sun, 06 Nov 1994 08:50:07 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(date(now, "Sun, 06 Nov 1994 08:49:07 GMT"), Some(Duration::ZERO));
        assert_eq!(asks(&[("retry-after", now)]), Some(Duration::ZERO), "long past, by any clock");
        for nonsense in ["-1", "soon", "1.5", ""] {
            assert_eq!(asks(&[("retry-after", nonsense)]), None, "{nonsense}");
        }
    }
}
