//! One request: passed on to the service that it is for, and its answer passed back.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Body as _, Incoming};
use hyper::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, HeaderMap, HeaderValue,
};
use hyper::{Request, Response, StatusCode};
use reqwest::{Body, Url};
use tokio::sync::mpsc::UnboundedSender;

use super::Upstream;
use super::tee::{Kept, Passed, Tee, Telling};

/// Says why a request (its method and its address at the API) is not passed on; nothing where it is.
pub type Guard = Box<dyn Fn(&str, &str) -> Option<String> + Send + Sync>;

/// Headers that are about one connection and not about what travels over it.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// An answer's body: the API's, or the proxy's own words.
type Answer = Either<Tee<Body>, Full<Bytes>>;

/// Passes requests on.
pub(super) struct Forward {
    client: reqwest::Client,
    upstream: Upstream,
    guard: Guard,
    passed: UnboundedSender<Passed>,
    count: AtomicUsize,
}

impl Forward {
    pub(super) fn new(
        client: reqwest::Client,
        upstream: Upstream,
        guard: Guard,
        passed: UnboundedSender<Passed>,
    ) -> Self {
        Forward { client, upstream, guard, passed, count: AtomicUsize::new(0) }
    }

    /// Passes one request on.
    pub(super) async fn pass(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Answer>, Infallible> {
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let url = self.url_for(request.uri());
        let method = request.method().clone();
        if let Some(why) = (self.guard)(method.as_str(), url.as_str()) {
            return Ok(own(StatusCode::FORBIDDEN, &why));
        }
        let (parts, body) = request.into_parts();
        let seen = pairs(&parts.headers);
        let mut headers = without_hops(parts.headers);
        headers.remove(HOST);
        headers.remove(EXPECT);
        headers.remove(CONTENT_LENGTH);
        // Only what is not compressed can be read on the way.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let kept: Arc<std::sync::Mutex<Kept>> = Arc::default();
        let mut onward = self.client.request(method.clone(), url.clone()).headers(headers);
        if !body.is_end_stream() {
            onward = onward.body(Body::wrap(Tee::new(body, Arc::clone(&kept))));
        }
        let response = match onward.send().await {
            Ok(response) => response,
            Err(error) => return Ok(own(StatusCode::BAD_GATEWAY, &no_answer(&url, &error))),
        };
        let response: Response<Body> = response.into();
        let (mut parts, body) = response.into_parts();
        let answer_headers = pairs(&parts.headers);
        parts.headers = without_hops(parts.headers);
        let passed = Passed {
            number,
            method: method.to_string(),
            url: url.to_string(),
            headers: seen,
            body: Vec::new(),
            status: parts.status.as_u16(),
            answer_headers,
            answer: Vec::new(),
            whole: false,
        };
        let telling = Telling { passed, request: kept, listener: self.passed.clone() };
        Ok(Response::from_parts(parts, Either::Left(Tee::telling(body, telling))))
    }

    /// The address at the service that a path is for.
    fn url_for(&self, uri: &hyper::Uri) -> Url {
        let Upstream { base, export, token } = &self.upstream;
        let path = uri.path();
        let below = |root: &Url| {
            let root = root.path().trim_end_matches('/');
            !root.is_empty() && path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let service = match path {
            path if path == token.path() => token,
            // The interpreter first: of two services at one address it is the one that is meant.
            _ if !below(base) && below(export) => export,
            _ => base,
        };
        let mut url = service.clone();
        url.set_path(path);
        url.set_query(uri.query());
        url
    }
}

fn no_answer(url: &Url, error: &reqwest::Error) -> String {
    let mut why = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        why = inner.to_string();
        source = inner.source();
    }
    format!("no answer from {}: {why}", url.host_str().unwrap_or_default())
}

/// An answer of the proxy's own. A page from elsewhere may read it, so that its author learns what is wrong.
fn own(status: StatusCode, message: &str) -> Response<Answer> {
    let mut response = Response::new(Either::Right(Full::new(Bytes::from(format!("draftgate record: {message}\n")))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// Without the headers that are about the connection, those named by `Connection` among them.
fn without_hops(mut headers: HeaderMap) -> HeaderMap {
    let named = headers.get_all("connection").iter().filter_map(|value| value.to_str().ok());
    let named: Vec<String> =
        named.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect();
    for name in HOP_BY_HOP.iter().copied().chain(named.iter().map(String::as_str)) {
        headers.remove(name);
    }
    headers
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
