//! `draftgate.yaml`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use crate::api::operation::{OPERATIONS, Operation};
use crate::runner::Poll;
use crate::scenario::{parse_duration, read_duration, read_retries};
use crate::source::{Code, Diagnostic, SourceId, Sources, Span};
use crate::template::Templated;
use crate::yaml::{self, Kind, Mapping, Node, Reading, not_wanted, unknown_word};

/// What the file says, templates not rendered yet. An environment is the same once more, laid over the rest.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `server.base_url`
    pub base_url: Option<Templated>,
    /// `server.export_url`
    pub export_url: Option<Templated>,
    /// `server.token_url`
    pub token_url: Option<Templated>,
    /// `server.scope`
    pub scope: Option<Templated>,
    /// `server.client_id`
    pub client_id: Option<Templated>,
    /// `server.client_secret`
    pub client_secret: Option<Templated>,
    /// `server.paths`: method and path by operation.
    pub paths: HashMap<Operation, (String, String)>,
    /// `server.max_body`, in bytes.
    pub max_body: Option<usize>,
    /// `server.connect_timeout`
    pub connect_timeout: Option<Duration>,
    /// `flows`: ids by alias.
    pub flows: Vec<(String, Templated)>,
    /// `run.concurrency`: requests in flight at each host; absent for `auto`.
    pub concurrency: Option<usize>,
    /// `run.max_concurrency`: the most that `auto` comes to.
    pub max_concurrency: Option<usize>,
    /// `run.rate`: requests a second.
    pub rate: Option<f64>,
    /// `run.timeout`: bound on a request.
    pub timeout: Option<Duration>,
    /// `run.scenario_timeout`: bound on a scenario.
    pub scenario_timeout: Option<Duration>,
    /// `run.global_timeout`: bound on the whole run.
    pub global_timeout: Option<Duration>,
    /// `run.poll`: how long is waited between two polls.
    pub poll: Option<Poll>,
    /// `run.wait`: how long a pending answer is polled.
    pub wait: Option<Duration>,
    /// `run.retries` of idempotent requests.
    pub retries: Option<u32>,
    /// `run.scenario_retries`: how often a test that failed is run again.
    pub scenario_retries: Option<u32>,
    /// `run.slow`: after how long a test is told of that still runs; zero for never.
    pub slow: Option<Duration>,
    /// `run.seed`
    pub seed: Option<u64>,
    /// `snapshots.dir`, relative to the file.
    pub snapshots: Option<PathBuf>,
    /// `environments` by name.
    pub environments: Vec<(String, Span, Config)>,
}

/// The methods that a path may have before it.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/// The most requests in flight that may be configured.
const MOST_IN_FLIGHT: usize = 10_000;

/// Reads a configuration file.
///
/// # Errors
///
/// All its mistakes.
pub fn read(path: &Path, sources: &mut Sources) -> Result<(SourceId, Config), Vec<Diagnostic>> {
    let id = sources.read(path, yaml::MAX_FILE_BYTES).map_err(|mistake| vec![mistake])?;
    if sources.get(id).text.trim().is_empty() {
        return Ok((id, Config::default()));
    }
    let node = yaml::parse(sources, id).map_err(|mistake| vec![mistake])?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut reading = Reading::new(sources, folder);
    let config = Config::read(&node, true, &mut reading);
    reading.mistakes.sort_by_key(|mistake| mistake.span.start);
    if reading.mistakes.is_empty() { Ok((id, config)) } else { Err(reading.mistakes) }
}

impl Config {
    fn read(node: &Node, top: bool, reading: &mut Reading<'_>) -> Self {
        let mut config = Config::default();
        let Some(mut map) = reading.mapping(node, "a configuration") else { return config };
        if let Some(server) = map.take("server").and_then(|node| optional_map(node, reading)) {
            config.read_server(server, reading);
        }
        if let Some(flows) = map.take("flows").and_then(|node| optional_map(node, reading)) {
            for (alias, _, id) in flows.rest() {
                if matches!(&id.kind, Kind::Null) || id.as_str().is_some_and(|id| id.trim().is_empty()) {
                    reading.mistake(not_wanted(id, "the id of a flow").help("it stands in the address of the flow"));
                }
                config.flows.push((alias.clone(), Templated::read(id, reading)));
            }
        }
        if let Some(run) = map.take("run").and_then(|node| optional_map(node, reading)) {
            config.read_run(run, reading);
        }
        if let Some(mut snapshots) = map.take("snapshots").and_then(|node| optional_map(node, reading)) {
            let dir = snapshots.take("dir").and_then(|node| reading.string(node, "a folder"));
            config.snapshots = dir.map(|dir| reading.folder.join(dir));
            reading.finish(snapshots);
        }
        if top && let Some(environments) = map.take("environments").and_then(|node| optional_map(node, reading)) {
            for (name, key, value) in environments.rest() {
                config.environments.push((name.clone(), key.span, Config::read(value, false, reading)));
            }
        }
        reading.finish(map);
        config
    }

    fn read_server(&mut self, mut map: Mapping<'_>, reading: &mut Reading<'_>) {
        let texts = [
            ("base_url", &mut self.base_url),
            ("export_url", &mut self.export_url),
            ("token_url", &mut self.token_url),
            ("scope", &mut self.scope),
            ("client_id", &mut self.client_id),
            ("client_secret", &mut self.client_secret),
        ];
        for (key, place) in texts {
            *place = map.take(key).map(|node| Templated::read(node, reading));
            if let Some(given) = place.as_ref().filter(|_| key.ends_with("_url"))
                && let Some(text) = given.is_literal().then(|| given.as_str().unwrap_or_default())
                && let Err(error) = address(text)
                && !error.shows_a_secret()
            {
                reading.mistake(error.mistake(given.span, text));
            }
        }
        if let Some(paths) = map.take("paths").and_then(|node| reading.mapping(node, "a map from operations to paths"))
        {
            for (name, key, value) in paths.rest() {
                self.paths.extend(read_path(name, key, value, reading));
            }
        }
        self.max_body =
            map.take("max_body").and_then(|node| read_count(node, reading)).and_then(|n| usize::try_from(n).ok());
        self.connect_timeout = map.take("connect_timeout").and_then(|node| read_time(node, reading));
        reading.finish(map);
    }

    fn read_run(&mut self, mut map: Mapping<'_>, reading: &mut Reading<'_>) {
        let concurrency = map.take("concurrency").filter(|node| node.as_str() != Some("auto"));
        self.concurrency = concurrency.and_then(|node| read_in_flight(node, "`auto`, or ", reading));
        self.max_concurrency = map.take("max_concurrency").and_then(|node| read_in_flight(node, "", reading));
        self.rate = map.take("rate").and_then(|node| read_rate(node, reading));
        self.timeout = map.take("timeout").and_then(|node| read_time(node, reading));
        self.scenario_timeout = map.take("scenario_timeout").and_then(|node| read_time(node, reading));
        self.global_timeout = map.take("global_timeout").and_then(|node| read_time(node, reading));
        self.poll = map.take("poll").and_then(|node| read_poll(node, reading));
        self.wait = map.take("wait").and_then(|node| read_time(node, reading));
        self.retries =
            map.take("retries").and_then(|node| read_count(node, reading)).and_then(|n| u32::try_from(n).ok());
        self.scenario_retries = map.take("scenario_retries").and_then(|node| read_retries(node, reading));
        self.slow = map.take("slow").and_then(|node| read_duration(node, reading));
        self.seed = map.take("seed").and_then(|node| read_count(node, reading));
        reading.finish(map);
    }

    /// This configuration with another laid over it.
    pub fn under(self, over: Config) -> Config {
        Config {
            base_url: over.base_url.or(self.base_url),
            export_url: over.export_url.or(self.export_url),
            token_url: over.token_url.or(self.token_url),
            scope: over.scope.or(self.scope),
            client_id: over.client_id.or(self.client_id),
            client_secret: over.client_secret.or(self.client_secret),
            paths: self.paths.into_iter().chain(over.paths).collect(),
            max_body: over.max_body.or(self.max_body),
            connect_timeout: over.connect_timeout.or(self.connect_timeout),
            flows: over.flows.into_iter().chain(self.flows).collect(),
            concurrency: over.concurrency.or(self.concurrency),
            max_concurrency: over.max_concurrency.or(self.max_concurrency),
            rate: over.rate.or(self.rate),
            timeout: over.timeout.or(self.timeout),
            scenario_timeout: over.scenario_timeout.or(self.scenario_timeout),
            global_timeout: over.global_timeout.or(self.global_timeout),
            poll: over.poll.or(self.poll),
            wait: over.wait.or(self.wait),
            retries: over.retries.or(self.retries),
            scenario_retries: over.scenario_retries.or(self.scenario_retries),
            slow: over.slow.or(self.slow),
            seed: over.seed.or(self.seed),
            snapshots: over.snapshots.or(self.snapshots),
            environments: self.environments,
        }
    }
}

/// Why a text is not the address of a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is no URL at all.
    #[error("{0:?} is no URL: {1}")]
    NoUrl(String, url::ParseError),
    /// It begins with something else than a server's URL does.
    #[error("{0:?} is no URL that begins with https:// or http://")]
    Scheme(String),
    /// It holds credentials, which every log would show.
    #[error("a URL of the server holds a user or a password; use client_id and client_secret")]
    Credentials,
    /// It has what stands behind a path.
    #[error("a URL of the server has a query, to which no path can be added")]
    Query,
}

impl AddressError {
    /// Whether the line that it stands on must not be shown.
    pub(super) fn shows_a_secret(&self) -> bool {
        *self == AddressError::Credentials
    }

    /// The mistake of such a text at its place.
    pub(super) fn mistake(&self, span: Span, text: &str) -> Diagnostic {
        let mistake = Diagnostic::mistake(Code::BadAddress, span, self.to_string());
        let whole = format!("https://{text}");
        match self {
            AddressError::NoUrl(..) | AddressError::Scheme(_) if !text.contains("//") && address(&whole).is_ok() => {
                mistake.help(format!("write {whole:?}"))
            }
            _ => mistake.help("such as \"https://flows.example.com\""),
        }
    }
}

/// The address of a server.
///
/// # Errors
///
/// When the text is none.
pub(super) fn address(text: &str) -> Result<Url, AddressError> {
    let url = Url::parse(text).map_err(|error| AddressError::NoUrl(text.to_owned(), error))?;
    match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => Err(AddressError::Credentials),
        _ if url.query().is_some() || url.fragment().is_some() => Err(AddressError::Query),
        "http" | "https" if url.has_host() => Ok(url),
        _ => Err(AddressError::Scheme(text.to_owned())),
    }
}

/// A map, or nothing where the key stands without a value.
fn optional_map<'a>(node: &'a Node, reading: &mut Reading<'_>) -> Option<Mapping<'a>> {
    if matches!(node.kind, Kind::Null) { None } else { reading.mapping(node, "a map") }
}

/// A path, with its method before it where that differs: `/back/{flow}`, `POST /back/{flow}`.
fn read_path(name: &str, key: &Node, value: &Node, reading: &mut Reading<'_>) -> Option<(Operation, (String, String))> {
    let Some(row) = OPERATIONS.iter().find(|row| row.name == name) else {
        let names: Vec<&'static str> = OPERATIONS.iter().map(|row| row.name).collect();
        reading.mistake(unknown_word(key.span, "operation", name, &names));
        return None;
    };
    let text = reading.string(value, "a path such as /back/{flow}")?;
    let (method, path) = match text.trim().split_once(' ') {
        Some((method, path)) if !method.contains('/') => (method, path.trim()),
        _ => (row.method, text),
    };
    if !METHODS.contains(&method) {
        let place = value.part(reading.sources, text.find(method).map_or(0..text.len(), |at| at..at + method.len()));
        reading.mistake(unknown_word(place, "method", method, &METHODS));
        return None;
    }
    if !path.starts_with('/') {
        reading.mistake(
            Diagnostic::mistake(Code::BadPath, value.span, "a path begins with a slash")
                .help(format!("write {:?}", format!("/{path}"))),
        );
        return None;
    }
    Some((row.operation, (method.to_owned(), path.to_owned())))
}

fn read_count(node: &Node, reading: &mut Reading<'_>) -> Option<u64> {
    let count = match &node.kind {
        Kind::Number(number) => number.as_u64(),
        _ => None,
    };
    if count.is_none() {
        reading.wanted(node, "a whole number");
    }
    count
}

/// A number of requests in flight; `or` is what else may stand there.
fn read_in_flight(node: &Node, or: &str, reading: &mut Reading<'_>) -> Option<usize> {
    let count = match &node.kind {
        Kind::Number(number) => number.as_u64().and_then(|count| usize::try_from(count).ok()),
        _ => None,
    };
    let count = count.filter(|count| (1..=MOST_IN_FLIGHT).contains(count));
    if count.is_none() {
        reading.wanted(node, &format!("{or}a number from 1 to {MOST_IN_FLIGHT}"));
    }
    count
}

fn read_time(node: &Node, reading: &mut Reading<'_>) -> Option<Duration> {
    let time = node.as_str().and_then(parse_duration).filter(|time| !time.is_zero());
    if time.is_none() {
        reading.wanted(node, "a duration such as 30s");
    }
    time
}

/// `500ms`, or `{from: 100ms, to: 2s}`.
fn read_poll(node: &Node, reading: &mut Reading<'_>) -> Option<Poll> {
    if matches!(node.kind, Kind::String(_)) {
        return read_time(node, reading).map(Poll::every);
    }
    let mut map = reading.mapping(node, "a duration such as 500ms, or {from: 100ms, to: 2s}")?;
    let [from, to] = ["from", "to"].map(|key| map.take(key).and_then(|node| read_time(node, reading)));
    reading.finish(map);
    let usual = Poll::default();
    // Either alone bounds the other.
    let from = from.unwrap_or(usual.from.min(to.unwrap_or(usual.from)));
    Some(Poll { from, to: to.unwrap_or(usual.to.max(from)) })
}

/// `20/s`, `100/m`, or a number a second.
fn read_rate(node: &Node, reading: &mut Reading<'_>) -> Option<f64> {
    let rate = match &node.kind {
        Kind::Number(number) => number.as_f64(),
        Kind::String(text) => text.split_once('/').and_then(|(count, unit)| {
            let count: f64 = count.trim().parse().ok()?;
            match unit.trim() {
                "s" => Some(count),
                "m" | "min" => Some(count / 60.0),
                _ => None,
            }
        }),
        _ => None,
    };
    let rate = rate.filter(|rate| (0.001..=1e6).contains(rate));
    if rate.is_none() {
        reading.wanted(node, "a rate such as 20/s");
    }
    rate
}
