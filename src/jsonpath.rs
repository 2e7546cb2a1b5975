//! JSONPath (RFC 9535), parsed once and asked often.
//!
//! The same few paths stand in thousands of scenarios, and to parse one takes longer than to ask it: each is parsed once in the
//! life of the program, and shared.
//!
//! A thin skin over `jsonpath-rust`: errors with a position, and the two mistakes that it lets pass (an unknown function,
//! a broken regular expression) found when the path is read rather than silently matching nothing.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use jsonpath_rust::parser::errors::JsonPathError as ParseError;
use jsonpath_rust::parser::model::{
    Filter, FilterAtom, FnArg, JpQuery, Literal, Segment, Selector, Test, TestFunction,
};
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use serde_json::Value;

/// A parsed JSONPath; clones share it.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonPath {
    parsed: Arc<Parsed>,
}

#[derive(Debug, PartialEq)]
struct Parsed {
    text: String,
    query: JpQuery,
}

/// The paths that were parsed, by their texts.
static KNOWN: LazyLock<RwLock<HashMap<String, Arc<Parsed>>>> = LazyLock::new(RwLock::default);
/// How many are kept: more than anybody writes by hand, and few enough for those that a program makes up to take little room.
const MOST_KNOWN: usize = 4096;

/// Why a text is no JSONPath.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsonPathError {
    /// What is wrong.
    pub message: String,
    /// The character (from zero) at which it is, where that is known.
    pub at: Option<usize>,
}

impl JsonPath {
    /// Parses a path.
    ///
    /// ```
    /// use draftgate::jsonpath::JsonPath;
    /// let path = JsonPath::parse("$.elements[?@.role=='dob'].id").unwrap();
    /// let step = serde_json::json!({"elements": [{"id": "a"}, {"id": "b", "role": "dob"}]});
    /// assert_eq!(path.nodes(&step), [&serde_json::json!("b")]);
    /// assert!(JsonPath::parse("$.elements[").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, JsonPathError> {
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
        if let Some(parsed) = known {
            return Ok(JsonPath { parsed });
        }
        let query = parse_json_path(text).map_err(|error| describe(text, &error))?;
        check_segments(&query.segments)?;
        check_names(text)?;
        let parsed = Arc::new(Parsed { text: text.to_owned(), query });
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST_KNOWN {
            known.insert(text.to_owned(), parsed.clone());
        }
        Ok(JsonPath { parsed })
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.parsed.text
    }

    /// Whether it can select one node at most: names and indexes only.
    pub fn is_singular(&self) -> bool {
        self.parsed
            .query
            .segments
            .iter()
            .all(|segment| matches!(segment, Segment::Selector(Selector::Name(_) | Selector::Index(_))))
    }

    /// The nodes that it selects, in order.
    pub fn nodes<'a>(&self, root: &'a Value) -> Vec<&'a Value> {
        js_path_process(&self.parsed.query, root)
            .map_or_else(|_| Vec::new(), |nodes| nodes.into_iter().map(|node| node.val()).collect())
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A name in dot notation has no spaces in it: the parser takes `$.title b` for one.
fn check_names(text: &str) -> Result<(), JsonPathError> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut before = ' ';
    let mut gap = None;
    for (at, letter) in text.chars().enumerate() {
        match (quote, letter) {
            (Some(open), _) => quote = (letter != open || before == '\\').then_some(open),
            (None, '\'' | '"') => quote = Some(letter),
            (None, '[') => depth += 1,
            (None, ']') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && letter.is_whitespace() => gap = gap.or(Some((at, before))),
            (None, _) => {
                if let Some((at, before)) = gap.take()
                    && depth == 0
                    && (letter.is_alphanumeric() || letter == '_')
                    && (before.is_alphanumeric() || before == '_')
                {
                    let message = "a name with a space in it stands in brackets and quotes: $['a b']".to_owned();
                    return Err(JsonPathError { message, at: Some(at) });
                }
            }
        }
        before = letter;
    }
    Ok(())
}

fn describe(text: &str, error: &ParseError) -> JsonPathError {
    match error {
        ParseError::PestError(error) => {
            use pest::error::InputLocation;
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            let at = text.get(..at).unwrap_or(text).chars().count();
            JsonPathError { message: "from here on it cannot be read".to_owned(), at: Some(at) }
        }
        other => JsonPathError { message: other.to_string(), at: None },
    }
}

fn check_segments(segments: &[Segment]) -> Result<(), JsonPathError> {
    segments.iter().try_for_each(|segment| match segment {
        Segment::Descendant(inner) => check_segments(std::slice::from_ref(inner)),
        Segment::Selector(selector) => check_selector(selector),
        Segment::Selectors(selectors) => selectors.iter().try_for_each(check_selector),
    })
}

fn check_selector(selector: &Selector) -> Result<(), JsonPathError> {
    match selector {
        Selector::Filter(filter) => check_filter(filter),
        _ => Ok(()),
    }
}

fn check_filter(filter: &Filter) -> Result<(), JsonPathError> {
    match filter {
        Filter::Or(filters) | Filter::And(filters) => filters.iter().try_for_each(check_filter),
        Filter::Atom(FilterAtom::Filter { expr, .. }) => check_filter(expr),
        Filter::Atom(FilterAtom::Test { expr, .. }) => match expr.as_ref() {
            Test::RelQuery(segments) => check_segments(segments),
            Test::AbsQuery(query) => check_segments(&query.segments),
            Test::Function(function) => check_function(function),
        },
        Filter::Atom(FilterAtom::Comparison(_)) => Ok(()),
    }
}

fn check_function(function: &TestFunction) -> Result<(), JsonPathError> {
    let wrong = |message: String| Err(JsonPathError { message, at: None });
    match function {
        TestFunction::Custom(name, _) => {
            wrong(format!("unknown function `{name}`; RFC 9535 has length, count, value, match and search"))
        }
        TestFunction::Search(_, FnArg::Literal(Literal::String(pattern)))
        | TestFunction::Match(_, FnArg::Literal(Literal::String(pattern))) => match regex::Regex::new(pattern) {
            Ok(_) => Ok(()),
            Err(error) => {
                wrong(format!("the regular expression `{pattern}` is not valid: {}", last_line(&error.to_string())))
            }
        },
        _ => Ok(()),
    }
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or(text).trim_start_matches("error: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_the_parser_lets_pass() {
        let message = |path: &str| JsonPath::parse(path).unwrap_err().message;
        assert!(message("$[?search(@.a, '(')]").contains("regular expression `(`"));
        assert!(message("$[?in(@.a, $.b)]").contains("unknown function `in`"));
        assert_eq!(JsonPath::parse("$.a[0").unwrap_err().at, Some(4));
        assert_eq!(JsonPath::parse("$.a b").unwrap_err().at, Some(3));
        assert!(JsonPath::parse("$['a b'] .c[?@.d == 'e f'].g").is_ok());
    }

    #[test]
    fn singular_paths() {
        assert!(JsonPath::parse("$.a[0]['b']").unwrap().is_singular());
        assert!(!JsonPath::parse("$.a[*]").unwrap().is_singular());
        assert!(!JsonPath::parse("$..a").unwrap().is_singular());
    }
}
