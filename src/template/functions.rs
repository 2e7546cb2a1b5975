//! The filters that draftgate adds to minijinja's own: date arithmetic.
//!
//! A date is text, as it is everywhere in the API: `2026-11-23`, or `2026-11-23T10:00:00Z` for a moment.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::{Span, Timestamp, tz::TimeZone};
use minijinja::{Environment, Error, ErrorKind};
use regex::Regex;

/// Makes a span of time of a count of one unit.
type Unit = fn(Span, i64) -> Result<Span, jiff::Error>;

/// The units by which `{{ today() | years(-18) }}` and its like move a date.
const UNITS: [(&str, Unit); 7] = [
    ("years", |span, n| span.try_years(n)),
    ("months", |span, n| span.try_months(n)),
    ("weeks", |span, n| span.try_weeks(n)),
    ("days", |span, n| span.try_days(n)),
    ("hours", |span, n| span.try_hours(n)),
    ("minutes", |span, n| span.try_minutes(n)),
    ("seconds", |span, n| span.try_seconds(n)),
];

/// Adds the filters to an environment.
pub(super) fn register(environment: &mut Environment<'static>) {
    for (name, unit) in UNITS {
        environment.add_filter(name, move |text: String, count: i64| shift(&text, count, unit));
    }
    environment.add_filter("strftime", |text: String, format: String| strftime(&text, &format));
}

/// The filters that scenarios mostly use, to tell what a misspelt one was meant to be.
pub(super) const FILTERS: [&str; 30] = [
    "years",
    "months",
    "weeks",
    "days",
    "hours",
    "minutes",
    "seconds",
    "strftime",
    "upper",
    "lower",
    "trim",
    "title",
    "capitalize",
    "replace",
    "default",
    "length",
    "first",
    "last",
    "join",
    "split",
    "int",
    "float",
    "string",
    "round",
    "abs",
    "sort",
    "unique",
    "reverse",
    "tojson",
    "urlencode",
];

/// A word of a template that names something by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// After a `|`.
    Filter,
    /// After `fake.`.
    Generator,
}

/// The filters and generators that a template names, strings in quotes left out.
pub(super) fn words(source: &str) -> Vec<(Word, String)> {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| pattern(r#""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"#));
    static BLOCK: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)\{[{%](.*?)[%}]\}"));
    static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:[^|]\|\s*|\bfake\.)([A-Za-z_]\w*)"));
    let blocks: Vec<&str> = match source.contains("{{") || source.contains("{%") {
        true => BLOCK.captures_iter(source).filter_map(|found| Some(found.get(1)?.as_str())).collect(),
        false => vec![source],
    };
    let mut found = Vec::new();
    for block in blocks {
        let plain = QUOTED.replace_all(block, "''");
        for captures in WORD.captures_iter(&plain) {
            let kind = if captures[0].starts_with("fake.") { Word::Generator } else { Word::Filter };
            found.push((kind, captures[1].to_owned()));
        }
    }
    found
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is part of the program and tested with it")
}

/// Whether an environment has a filter; the engine tells only when one is applied.
pub(super) fn is_filter(environment: &Environment<'_>, name: &str) -> bool {
    let source = format!("'' | {name}");
    match environment.compile_expression(&source) {
        Ok(expression) => !expression.eval(()).is_err_and(|error| error.kind() == ErrorKind::UnknownFilter),
        Err(_) => true,
    }
}

enum Moment {
    Date(Date),
    Time(Timestamp),
}

fn parse(text: &str) -> Result<Moment, Error> {
    let text = text.trim();
    text.parse()
        .map(Moment::Time)
        .or_else(|_| text.parse().map(Moment::Date))
        .map_err(|_| wrong(format!("{text:?} is no date; dates are written 2026-11-23 or 2026-11-23T10:00:00Z")))
}

fn shift(text: &str, count: i64, unit: Unit) -> Result<String, Error> {
    let span = unit(Span::new(), count).map_err(wrong)?;
    match parse(text)? {
        Moment::Date(date) if span.get_hours() + i32::from(span.get_minutes() != 0 || span.get_seconds() != 0) == 0 => {
            date.checked_add(span).map(|date| date.to_string()).map_err(wrong)
        }
        Moment::Date(date) => {
            let zoned = date.to_zoned(TimeZone::UTC).and_then(|zoned| zoned.checked_add(span)).map_err(wrong)?;
            Ok(show(zoned.timestamp()))
        }
        Moment::Time(time) => {
            let zoned = time.to_zoned(TimeZone::UTC).checked_add(span).map_err(wrong)?;
            Ok(show(zoned.timestamp()))
        }
    }
}

fn show(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn strftime(text: &str, format: &str) -> Result<String, Error> {
    match parse(text)? {
        Moment::Date(date) => jiff::fmt::strtime::format(format, date),
        Moment::Time(time) => jiff::fmt::strtime::format(format, &time.to_zoned(TimeZone::UTC)),
    }
    .map_err(wrong)
}

fn wrong(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string())
}

/// Names that stand under `default` or `is defined` may be undefined.
pub(super) fn optional_names_removed(names: Vec<String>, source: &str) -> Vec<String> {
    let optional = |name: &str| {
        source.match_indices(name).any(|(at, _)| {
            let rest = source[at + name.len()..].trim_start();
            let rest = rest.strip_prefix('|').map_or(rest, str::trim_start);
            rest.starts_with("default")
                || rest.starts_with("is defined")
                || rest.starts_with("is undefined")
                || rest.starts_with("is not defined")
        })
    };
    names.into_iter().filter(|name| !optional(name)).collect()
}
