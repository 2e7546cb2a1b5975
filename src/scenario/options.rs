//! Small readers that several keys share: durations, `snapshot`, `checks`.

use std::time::Duration;

use serde_json::Value;

use crate::jsonpath::{JsonPath, JsonPathError};
use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, Span};
use crate::yaml::{Kind, Node, Reading};

/// Reads a duration such as `500ms`, `60s`, `1m30s` or `2h`.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(draftgate::scenario::parse_duration("1m30s"), Some(Duration::from_secs(90)));
/// assert_eq!(draftgate::scenario::parse_duration("90"), None);
/// ```
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        total = total.checked_add(Duration::try_from_secs_f64(number * unit).ok()?)?;
        rest = rest[letters..].trim_start();
    }
    Some(total)
}

/// The way out for something that is no duration.
pub(crate) const DURATION_HELP: &str = "a duration has a unit: 500ms, 60s, 1m30s, 2h";

/// Reads a duration that holds no template.
pub(crate) fn read_duration(node: &Node, reading: &mut Reading<'_>) -> Option<Duration> {
    let duration = node.as_str().and_then(parse_duration);
    if duration.is_none() {
        reading.mistake(
            Diagnostic::mistake(Code::BadDuration, node.span, format!("{} is no duration", node.describe()))
                .help(DURATION_HELP),
        );
    }
    duration
}

/// How often a test that failed may be run again at most: each time sends everything once more.
pub const MOST_RETRIES: u32 = 10;

/// Reads how often a test that failed is run again.
pub(crate) fn read_retries(node: &Node, reading: &mut Reading<'_>) -> Option<u32> {
    let retries = match &node.kind {
        Kind::Number(number) => number.as_u64().and_then(|retries| u32::try_from(retries).ok()),
        _ => None,
    };
    let retries = retries.filter(|retries| *retries <= MOST_RETRIES);
    if retries.is_none() {
        reading.wanted(node, &format!("a whole number from 0 to {MOST_RETRIES}"));
    }
    retries
}

/// What a step's snapshot leaves out.
#[derive(Debug, Clone, Default)]
pub struct SnapshotOptions {
    /// Whether there is one; `None` leaves it to the scenario.
    pub enabled: Option<bool>,
    /// What is left out.
    pub ignore: Vec<JsonPath>,
    /// What is replaced, and by what.
    pub redact: Vec<(JsonPath, Value)>,
    /// Lists whose order makes no difference.
    pub unordered: Vec<JsonPath>,
}

impl SnapshotOptions {
    /// Reads `true`, `false` or a map of options.
    pub(crate) fn read(node: &Node, reading: &mut Reading<'_>) -> Self {
        let mut options = SnapshotOptions::default();
        if let Kind::Bool(enabled) = node.kind {
            options.enabled = Some(enabled);
            return options;
        }
        let Some(mut map) = reading.mapping(node, "true, false or a map of snapshot options") else { return options };
        options.enabled = Some(true);
        for (key, paths) in [("ignore", &mut options.ignore), ("unordered", &mut options.unordered)] {
            if let Some(list) = map.take(key) {
                paths.extend(reading.list(list).iter().filter_map(|path| read_path(path, reading)));
            }
        }
        if let Some(redact) = map.take("redact")
            && let Some(entries) = reading.mapping(redact, "a map from JSONPath to what stands there instead")
        {
            for (_, key, value) in entries.rest() {
                let replacement = value.to_json(reading.sources);
                options.redact.extend(read_path(key, reading).map(|path| (path, replacement)));
            }
        }
        reading.finish(map);
        options
    }

    /// These options on top of a scenario's.
    pub fn over(&self, scenario: &SnapshotOptions) -> SnapshotOptions {
        SnapshotOptions {
            enabled: self.enabled.or(scenario.enabled),
            ignore: [&scenario.ignore[..], &self.ignore].concat(),
            redact: [&scenario.redact[..], &self.redact].concat(),
            unordered: [&scenario.unordered[..], &self.unordered].concat(),
        }
    }
}

/// Reads a JSONPath that holds no template.
pub(crate) fn read_path(node: &Node, reading: &mut Reading<'_>) -> Option<JsonPath> {
    let text = reading.string(node, "a JSONPath such as $.title")?;
    match JsonPath::parse(text) {
        Ok(path) => Some(path),
        Err(error) => {
            let at = error.at.and_then(|at| text.char_indices().nth(at)).map(|(byte, _)| byte);
            let span = at.map_or(node.span, |at| node.part(reading.sources, at..at + 1));
            reading.mistake(not_a_path(span, &error));
            None
        }
    }
}

/// The mistake of a text that is no JSONPath.
fn not_a_path(span: Span, error: &JsonPathError) -> Diagnostic {
    Diagnostic::mistake(Code::BadJsonPath, span, "this is not a JSONPath (RFC 9535)")
        .label(error.message.clone())
        .help("a path begins with `$` and reads like `$.elements[0].name`")
}

/// The same for a text that a template gave, and that stands nowhere in the file.
pub(crate) fn rendered_no_path(span: Span, text: &str, error: &JsonPathError) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::mistake(Code::BadJsonPath, span, format!("`{text}` is not a JSONPath: {error}"))
            .help("a path begins with `$` and reads like `$.elements[0].name`"),
    )
}

/// A rule that every answer is held to without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The HTTP status agrees with the body.
    Status,
    /// The body is JSON of the documented shape.
    Shape,
    /// The session header never changes within a session.
    Session,
    /// `canGoBack` is false on the first step.
    CanGoBack,
    /// Nothing but END, or error 4013, follows END.
    End,
    /// An error code is one of the reference's table.
    Code,
}

/// The rules by name.
pub const RULES: [(&str, Rule); 6] = [
    ("status", Rule::Status),
    ("shape", Rule::Shape),
    ("session", Rule::Session),
    ("can_go_back", Rule::CanGoBack),
    ("end", Rule::End),
    ("code", Rule::Code),
];

impl Rule {
    /// Its name under `checks`.
    pub fn name(self) -> &'static str {
        RULES.iter().find(|(_, rule)| *rule == self).map_or("", |(name, _)| name)
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Which rules a step's answer is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checks {
    /// A bit for each rule.
    on: u8,
}

impl Default for Checks {
    fn default() -> Self {
        Checks { on: RULES.iter().fold(0, |on, (_, rule)| on | rule.bit()) }
    }
}

impl Checks {
    /// Whether a rule is checked.
    pub fn includes(&self, rule: Rule) -> bool {
        self.on & rule.bit() != 0
    }

    /// Reads `checks`: the rules that are checked, or, each with a minus, those that are not; `false` turns off all.
    pub(crate) fn read(node: &Node, reading: &mut Reading<'_>) -> Self {
        if let Kind::Bool(on) = node.kind {
            return if on { Checks::default() } else { Checks { on: 0 } };
        }
        let (mut named, mut off) = (0, 0);
        for item in reading.list(node) {
            let Some(text) = reading.string(item, "the name of a check") else { continue };
            let (name, list) = match text.strip_prefix('-') {
                Some(name) => (name.trim(), &mut off),
                None => (text, &mut named),
            };
            match RULES.iter().find(|(rule, _)| *rule == name) {
                Some((_, rule)) => *list |= rule.bit(),
                None => {
                    let names = RULES.map(|(name, _)| name);
                    let help = nearest(name, names)
                        .map(did_you_mean)
                        .unwrap_or_else(|| format!("the checks are {}", names.join(", ")));
                    reading.mistake(
                        Diagnostic::mistake(Code::UnknownWord, item.span, format!("unknown check `{name}`")).help(help),
                    );
                }
            }
        }
        let on = if named == 0 && off != 0 { Checks::default().on } else { named };
        Checks { on: on & !off }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let seconds = |text| parse_duration(text).map(|duration| duration.as_secs_f64());
        assert_eq!(seconds("500ms"), Some(0.5));
        assert_eq!(seconds("1h 2m"), Some(3720.0));
        assert_eq!(seconds("1.5s"), Some(1.5));
        for wrong in ["", "5", "s", "-1s", "5 parsecs", "1e9h", "99999999999999999999h", "1..2s"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
