//! Sending one request: bounds, retries, and what an answer is made of.

use std::pin::pin;
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, Url, multipart};

use super::super::exchange::{Answer, Body, Exchange, Request, RequestBody};
use super::{CallError, CallErrorKind, Client, is_loopback};
use crate::redact::places;

/// The pause before the first repetition; it doubles with each.
const BACKOFF: Duration = Duration::from_millis(200);
/// The longest pause that a `Retry-After` is obeyed for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl Client {
    /// Sends a request, asking again up to `retries` times after a connection fault, 429 or 503.
    pub(super) async fn send(&self, request: Request, retries: u32, extra: Duration) -> Result<Exchange, CallError> {
        let fail = |request: &Request, kind| CallError { request: Box::new(request.clone()), kind };
        // Credentials that a scenario sets by hand are secrets as much as those that are configured.
        let credentials = request.headers.iter().flat_map(|(name, value)| places::header_secrets(name, value));
        credentials.for_each(|secret| self.inner.redactor.add(&secret));
        let url = self.check(&request).map_err(|kind| fail(&request, kind))?;
        let mut tried = 0;
        loop {
            let outcome = self.send_once(&request, &url, extra).await;
            let pause = match &outcome {
                Ok(answer) if matches!(answer.status, 429 | 503) => {
                    retry_after(answer).or(Some(BACKOFF * 2_u32.pow(tried.min(8))))
                }
                Err(CallErrorKind::Connect(..) | CallErrorKind::Broken(_)) => Some(BACKOFF * 2_u32.pow(tried.min(8))),
                _ => None,
            };
            match pause.filter(|_| tried < retries) {
                Some(pause) => tokio::time::sleep(pause.min(LONGEST_PAUSE)).await,
                None => {
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
            tried += 1;
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

    async fn send_once(&self, request: &Request, url: &Url, extra: Duration) -> Result<Answer, CallErrorKind> {
        let _permit = self.inner.limiter.enter().await;
        let limit = self.inner.config.timeout + extra;
        // Pinned where it is: moved into the time-out, it would take its room twice in each scenario under way.
        let exchange = pin!(async {
            let began = Instant::now();
            let response = self.build(request, url)?.send().await.map_err(|error| self.fault(&error, url))?;
            self.read(response, began).await
        });
        tokio::time::timeout(limit, exchange).await.unwrap_or(Err(CallErrorKind::Timeout(limit)))
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

fn retry_after(answer: &Answer) -> Option<Duration> {
    answer.header(RETRY_AFTER.as_str())?.trim().parse().ok().map(Duration::from_secs)
}
