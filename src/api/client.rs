//! The client: sends operations to a configured service and brings back what came.
//!
//! It knows the paths and the headers, bounds time, size and the number of requests in flight, keeps secrets off insecure
//! connections, and asks again where asking twice is the same as asking once. It does not judge an answer.

mod documents;
mod limit;
mod observer;
mod send;
mod urls;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use serde_json::Value;
use tokio::sync::watch;

use super::exchange::{Exchange, Request, RequestBody};
use super::operation::{OPERATIONS, Operation, Service, Version};
use super::token::{Credentials, Token, TokenCache};
use super::wire::{LANGUAGE_HEADER, RETRY_HEADER, RETRY_ON_PENDING_LIMIT, SESSION_HEADER};
use crate::redact::{Redactor, Secret};
use documents::Documents;
use limit::Limiters;
pub use limit::{Concurrency, LimitChange, Reason};
use observer::{Observer, Tell};
use send::Manner;
use urls::Urls;

/// Where the service is and how it is talked to.
#[derive(Debug, Clone)]
pub struct Config {
    /// The flow interpreter.
    pub base_url: Url,
    /// The export API.
    pub export_url: Url,
    /// The token endpoint.
    pub token_url: Url,
    /// Method and path of operations that differ from the defaults.
    pub paths: HashMap<Operation, (String, String)>,
    /// What tokens are fetched with.
    pub credentials: Option<Credentials>,
    /// Bound on making a connection.
    pub connect_timeout: Duration,
    /// Bound on a request and its answer.
    pub timeout: Duration,
    /// The largest answer that is read, in bytes.
    pub max_body: usize,
    /// How often an idempotent request is asked again after a fault.
    pub retries: u32,
    /// How many requests may be in flight at each host.
    pub concurrency: Concurrency,
    /// The most requests a second to each host.
    pub rate: Option<f64>,
}

/// What goes into an operation's path, headers and body.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    /// Draft or live.
    pub version: Version,
    /// `{flow}`
    pub flow: String,
    /// `{client}`
    pub client: Option<String>,
    /// `{token}`
    pub token: Option<String>,
    /// `x-hf-session`, and `{session}`
    pub session: Option<String>,
    /// `x-hf-language`
    pub language: Option<String>,
    /// `x-hf-retry-on-pending: true`
    pub retry_on_pending: bool,
    /// `Authorization: Bearer`
    pub bearer: Option<Secret>,
    /// Any other header; one of the same name wins over those above.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: RequestBody,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct CallError {
    /// What was to be sent.
    pub request: Box<Request>,
    /// What went wrong.
    pub kind: CallErrorKind,
}

/// What went wrong with a call.
#[derive(Debug, thiserror::Error)]
pub enum CallErrorKind {
    /// No connection.
    #[error("no connection to {0}: {1}")]
    Connect(String, String),
    /// No answer in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The answer is too large.
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
    /// A secret would travel in the clear.
    #[error("a secret would be sent in the clear to {0}; use https, or a loopback address")]
    Insecure(String),
    /// No request can be made of this.
    #[error("not a request that can be sent: {0}")]
    Invalid(String),
    /// The token endpoint gave no token.
    #[error("no token: {0}")]
    Token(String),
}

/// Sends operations; clones share connections, limits and tokens.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
    /// How many requests it sent, and its clones with it.
    sent: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Inner {
    http: reqwest::Client,
    config: Config,
    redactor: Redactor,
    limiters: Limiters,
    tokens: TokenCache,
    documents: Documents,
    urls: Urls,
    observer: Observer,
}

/// What stays as it is in one segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Makes TLS usable, once for the whole program. Another provider may be installed already, by the program that this library
/// is part of; then that one serves.
pub fn install_tls() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}

impl Client {
    /// Makes a client.
    ///
    /// # Errors
    ///
    /// When the TLS layer or the system's certificates cannot be set up.
    pub fn new(config: Config, redactor: Redactor) -> Result<Self, reqwest::Error> {
        install_tls();
        let urls = [&config.base_url, &config.export_url, &config.token_url];
        let local = urls.into_iter().any(is_loopback);
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("draftgate/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(config.connect_timeout)
            .tcp_nodelay(true)
            .pool_max_idle_per_host(config.concurrency.most(local).max(config.concurrency.most(false)));
        if urls.iter().all(|url| url.scheme() == "http" && is_loopback(url)) {
            // Reading the system's certificates takes longer than a whole run against a loopback server.
            builder = builder.tls_certs_only([]).no_proxy();
        }
        let limiters = Limiters::new(config.concurrency, config.rate);
        let (tokens, documents, urls, observer) = Default::default();
        let inner = Inner { http: builder.build()?, config, redactor, limiters, tokens, documents, urls, observer };
        Ok(Client { inner: Arc::new(inner), sent: Arc::default() })
    }

    /// A client that shares all with this one, but counts what it sends for itself.
    pub fn apart(&self) -> Self {
        Client { inner: self.inner.clone(), sent: Arc::default() }
    }

    /// How many requests it has sent, with those that were asked again and those for tokens.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// From now on, tells someone else of limits that change notably, or nobody. They hear on the thread where it happens,
    /// and so have to be quick.
    pub fn observe(&self, tell: Option<Tell>) {
        self.inner.observer.set(tell);
    }

    /// How many requests may be in flight at the flow interpreter, now and from now on.
    pub fn allowed(&self) -> watch::Receiver<usize> {
        self.inner.limiters.of(&self.inner.config.base_url).allowed()
    }

    /// How it is set up.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Calls an operation. A fault of an idempotent one is answered by asking again, unless `retry` is false because the
    /// caller wants to see the fault itself.
    pub async fn call(&self, operation: Operation, parameters: Parameters, retry: bool) -> Result<Exchange, CallError> {
        // So long the API may hold it before it answers, beyond the usual time.
        let extra = if parameters.retry_on_pending { RETRY_ON_PENDING_LIMIT } else { Duration::ZERO };
        let kind = kind((operation, &parameters.flow, parameters.version.word()), &parameters.body);
        let request = self.request(operation, parameters);
        self.send(request, Manner { heeded: retry, idempotent: operation.row().idempotent, extra, kind }).await
    }

    /// Sends any other request; `path` is relative to the base URL, and `{flow}` and `{session}` in it are filled in. With
    /// `retry`, one that is refused for there being too many is asked again.
    pub async fn call_path(
        &self,
        method: &str,
        path: &str,
        parameters: Parameters,
        retry: bool,
    ) -> Result<Exchange, CallError> {
        let kind = kind((method, path), &parameters.body);
        let path = fill_in(path, &parameters);
        let url = match self.below_base(&path) {
            Some((url, _)) => url.to_string(),
            None => {
                let request = finish(method, path.clone(), parameters);
                let kind = CallErrorKind::Invalid(format!("{path:?} does not stay below the base URL"));
                return Err(CallError { request: Box::new(request), kind });
            }
        };
        let manner = Manner { heeded: retry, idempotent: false, extra: Duration::ZERO, kind };
        self.send(finish(method, url, parameters), manner).await
    }

    /// The URL of a path below the base URL, dots resolved, and what of it is below; `None` when it leads out of it.
    fn below_base(&self, path: &str) -> Option<(Url, String)> {
        let base = self.inner.config.base_url.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}/{}", path.trim_start_matches('/'))).ok()?;
        let root = format!("{}/", self.inner.config.base_url.path().trim_end_matches('/'));
        let below = format!("/{}", url.path().strip_prefix(&root)?);
        (url.origin() == self.inner.config.base_url.origin()).then_some((url, below))
    }

    /// Whether a path is an operation of the API's live version.
    pub fn is_live_operation(&self, path: &str) -> bool {
        let Some((_, below)) = self.below_base(path) else { return false };
        let paths = &self.inner.config.paths;
        OPERATIONS.iter().any(|row| {
            let known = paths.get(&row.operation).map_or(row.path, |(_, path)| path);
            let root = known.find("{").map_or(known, |at| &known[..at]);
            // A path that is nothing but a parameter would be every path.
            root.len() > 1 && (below.starts_with(root) || below == root.trim_end_matches('/'))
        })
    }

    /// The shared bearer token, fetched with the configured credentials; `None` when none are configured.
    pub async fn bearer(&self) -> Result<Option<Secret>, CallError> {
        let Some(credentials) = &self.inner.config.credentials else { return Ok(None) };
        let fetch = async || {
            let exchange = self.authenticate(credentials, true).await?;
            read_token(&exchange, &self.inner.redactor).map_err(|wrong| CallError {
                request: Box::new(exchange.request.clone()),
                kind: CallErrorKind::Token(wrong),
            })
        };
        self.inner.tokens.get(fetch).await.map(Some)
    }

    /// Asks the token endpoint for a token of its own. A fault is answered by asking again, unless `retry` is false.
    pub async fn authenticate(&self, credentials: &Credentials, retry: bool) -> Result<Exchange, CallError> {
        let secret = credentials.client_secret.expose();
        // A wrong one that a scenario tries out may be an ordinary word; those that are configured are known.
        self.inner.redactor.add_distinctive(secret);
        let form = [
            ("client_id", credentials.client_id.as_str()),
            ("client_secret", secret),
            ("grant_type", "client_credentials"),
            ("scope", credentials.scope.as_str()),
        ];
        let request = Request {
            method: "POST".to_owned(),
            url: self.inner.config.token_url.to_string(),
            headers: Vec::new(),
            body: RequestBody::Form(form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()),
        };
        let kind = kind("token", &RequestBody::Empty);
        let manner = Manner { heeded: retry, idempotent: true, extra: Duration::ZERO, kind };
        let exchange = self.send(request, manner).await?;
        if let Some(token) = exchange.answer.json().and_then(|body| body.get("access_token")?.as_str()) {
            self.inner.redactor.add(token);
        }
        // A refresh token or an identity is nobody's to see either.
        exchange.answer.json().into_iter().for_each(|body| self.inner.redactor.add_tokens(body));
        Ok(exchange)
    }

    fn request(&self, operation: Operation, parameters: Parameters) -> Request {
        let row = operation.row();
        let (method, path) = match self.inner.config.paths.get(&operation) {
            Some((method, path)) => (method.as_str(), path.as_str()),
            None => (row.method, row.path),
        };
        let service = match row.service {
            Service::Interpreter => &self.inner.config.base_url,
            Service::Export => &self.inner.config.export_url,
        };
        let path = fill_in(path, &parameters);
        let url = format!("{}{}{path}", service.as_str().trim_end_matches('/'), parameters.version.prefix());
        finish(method, url, parameters)
    }
}

/// What answers are compared with to see whether the server slows down: those to the same operation of the same flow and,
/// for one form is not another, to the same fields, or to files of about the same size.
fn kind(operation: impl Hash, body: &RequestBody) -> u64 {
    let hash = |of: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        of(&mut hasher);
        hasher.finish()
    };
    let of_body = match body {
        // Their order means nothing.
        RequestBody::Json(Value::Object(fields)) => {
            fields.keys().map(|name| hash(&|hasher| name.hash(hasher))).fold(1, u64::wrapping_add)
        }
        RequestBody::File { bytes, .. } => u64::from(bytes.len().max(1).ilog2()),
        _ => 0,
    };
    hash(&|hasher| (&operation, of_body).hash(hasher))
}

/// Puts the parameters into a path.
fn fill_in(path: &str, parameters: &Parameters) -> String {
    let encode = |value: Option<&str>| utf8_percent_encode(value.unwrap_or_default(), SEGMENT).to_string();
    path.replace("{flow}", &encode(Some(&parameters.flow)))
        .replace("{client}", &encode(parameters.client.as_deref()))
        .replace("{token}", &encode(parameters.token.as_deref()))
        .replace("{session}", &encode(parameters.session.as_deref()))
}

/// Puts the headers to a request.
fn finish(method: &str, url: String, parameters: Parameters) -> Request {
    let standard = [
        (SESSION_HEADER, parameters.session),
        (LANGUAGE_HEADER, parameters.language),
        (RETRY_HEADER, parameters.retry_on_pending.then(|| "true".to_owned())),
        ("authorization", parameters.bearer.map(|bearer| format!("Bearer {}", bearer.expose()))),
    ];
    let given: Vec<(String, String)> =
        parameters.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    let mut headers: Vec<(String, String)> = standard
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .filter(|(name, _)| !given.iter().any(|(other, _)| other == name))
        .collect();
    headers.extend(given);
    Request { method: method.to_ascii_uppercase(), url, headers, body: parameters.body }
}

/// Reads the token out of the token endpoint's answer.
fn read_token(exchange: &Exchange, redactor: &Redactor) -> Result<Token, String> {
    let answer = &exchange.answer;
    let token = answer.json().and_then(|body| body.get("access_token")?.as_str()).filter(|_| answer.status < 300);
    let Some(token) = token else {
        return Err(format!("the token endpoint answered HTTP {} without an access_token", answer.status));
    };
    redactor.add(token);
    let lives = answer.json().and_then(|body| body.get("expires_in")?.as_u64()).unwrap_or(3600);
    Ok(Token::new(Secret::new(token), Duration::from_secs(lives.min(30 * 24 * 3600))))
}

/// Whether a URL's host is this very machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
