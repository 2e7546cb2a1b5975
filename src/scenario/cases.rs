//! Cases: one scenario, several tests.
//!
//! A list in the scenario, a file beside it (CSV, JSON or YAML), or a matrix.

use std::collections::HashSet;

use serde_json::Value;

use crate::source::{Diagnostic, Sources, Span};
use crate::template::Templated;
use crate::yaml::{Kind, Node, Reading, parse};

/// The most cases that one scenario may have.
const MOST: usize = 100_000;

/// One case: a name and the values that it brings.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its `case` key, or its number from one.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// Its values.
    pub values: Vec<(String, Templated)>,
}

/// Reads `cases`.
pub(super) fn read(node: &Node, reading: &mut Reading<'_>) -> Vec<Case> {
    let cases = match &node.kind {
        Kind::List(items) => read_list(items, reading),
        Kind::String(path) => read_file(path, node, reading),
        Kind::Map(_) => read_matrix(node, reading),
        _ => {
            reading.wanted(node, "a list of cases, a file's path or `{matrix: …}`");
            Vec::new()
        }
    };
    let mut names = HashSet::new();
    for case in &cases {
        if !names.insert(&case.name) {
            reading.mistake(Diagnostic::new(case.span, format!("two cases are called `{}`", case.name)));
        }
    }
    if cases.is_empty() && reading.mistakes.is_empty() {
        reading.mistake(Diagnostic::new(node.span, "there is no case here, so nothing would run"));
    }
    cases
}

fn read_list(items: &[Node], reading: &mut Reading<'_>) -> Vec<Case> {
    items.iter().enumerate().filter_map(|(at, item)| read_case(at + 1, item, reading)).collect()
}

fn read_case(number: usize, node: &Node, reading: &mut Reading<'_>) -> Option<Case> {
    let map = reading.mapping(node, "a case, a map of values")?;
    let mut case = Case { name: number.to_string(), span: node.span, values: Vec::new() };
    for (name, _, value) in map.rest() {
        if name == "case" {
            case.name = value.key_text(reading.sources);
        }
        case.values.push((name.clone(), Templated::read(value, reading)));
    }
    Some(case)
}

fn read_matrix(node: &Node, reading: &mut Reading<'_>) -> Vec<Case> {
    let Some(mut map) = reading.mapping(node, "`{matrix: {…}}`") else { return Vec::new() };
    let Some(matrix) = map.take("matrix") else {
        reading.finish(map);
        reading.mistake(
            Diagnostic::new(node.span, "`matrix` is missing")
                .help("cases are a list, a file's path or `{matrix: {…}}`"),
        );
        return Vec::new();
    };
    reading.finish(map);
    let Some(axes) = reading.mapping(matrix, "a map from names to lists of values") else { return Vec::new() };
    let mut product = vec![Case { name: String::new(), span: matrix.span, values: Vec::new() }];
    for (name, _, values) in axes.rest() {
        let values = reading.list(values);
        if product.len().saturating_mul(values.len()) > MOST {
            reading.mistake(Diagnostic::new(matrix.span, format!("the matrix has more than {MOST} cases")));
            return Vec::new();
        }
        let pairs = product.iter().flat_map(|case| values.iter().enumerate().map(move |value| (case, value)));
        product = pairs
            .map(|(case, (at, value))| {
                let word = match &value.kind {
                    Kind::List(_) | Kind::Map(_) => format!("{name}{}", at + 1),
                    _ => value.key_text(reading.sources),
                };
                let joint = if case.values.is_empty() { "" } else { "-" };
                let mut next = case.clone();
                next.name.push_str(&format!("{joint}{word}"));
                next.values.push((name.clone(), Templated::read(value, reading)));
                next
            })
            .collect();
    }
    product
}

fn read_file(path: &str, node: &Node, reading: &mut Reading<'_>) -> Vec<Case> {
    let file = reading.folder.join(path);
    let unreadable = |error: &dyn std::fmt::Display| {
        Diagnostic::new(node.span, format!("the cases in {path:?} cannot be read: {error}"))
    };
    if file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
        return match read_csv(&file, node.span) {
            Ok(cases) => cases,
            Err(error) => {
                reading.mistake(unreadable(&error));
                Vec::new()
            }
        };
    }
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => {
            reading.mistake(unreadable(&error));
            return Vec::new();
        }
    };
    // JSON is YAML too. The values keep no places of their own: the file is data, not a scenario.
    let mut sources = Sources::default();
    let id = sources.add(path, text);
    match parse(&sources, id) {
        Ok(Node { kind: Kind::List(items), .. }) => {
            items.iter().enumerate().filter_map(|(at, item)| data_case(at + 1, item, &sources, node.span)).collect()
        }
        Ok(_) => {
            reading.mistake(unreadable(&"it holds no list"));
            Vec::new()
        }
        Err(mistake) => {
            let (line, column) = sources.line_column(mistake.span);
            reading.mistake(unreadable(&format!("{path}:{line}:{column}: {}", mistake.message)));
            Vec::new()
        }
    }
}

fn data_case(number: usize, node: &Node, sources: &Sources, span: Span) -> Option<Case> {
    let Value::Object(members) = node.to_json(sources) else { return None };
    let name = members.get("case").map_or_else(|| number.to_string(), plain);
    let values = members.into_iter().map(|(name, value)| (name, Templated::literal(span, value))).collect();
    Some(Case { name, span, values })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Reads a CSV file with a header row. A cell that reads as a number or a boolean in its one canonical form is one, so that
/// `4006` is a code and `0123` stays text; as text it goes out exactly as it stood.
fn read_csv(file: &std::path::Path, span: Span) -> Result<Vec<Case>, csv::Error> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file)?;
    let header = reader.headers()?.clone();
    let mut cases = Vec::new();
    for (at, record) in reader.records().take(MOST).enumerate() {
        let record = record?;
        let cells: Vec<(String, Value)> =
            header.iter().zip(&record).map(|(name, cell)| (name.to_owned(), read_cell(cell))).collect();
        let name = cells
            .iter()
            .find(|(name, _)| name == "case")
            .map_or_else(|| (at + 1).to_string(), |(_, value)| plain(value));
        let values = cells.into_iter().map(|(name, value)| (name, Templated::literal(span, value))).collect();
        cases.push(Case { name, span, values });
    }
    Ok(cases)
}

fn read_cell(cell: &str) -> Value {
    let canonical = |value: &Value| {
        let written = value.to_string();
        (value.is_number() || value.is_boolean()) && written == cell
    };
    serde_json::from_str(cell).ok().filter(canonical).unwrap_or_else(|| Value::String(cell.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_their_text() {
        assert_eq!(read_cell("4006"), Value::from(4006));
        assert_eq!(read_cell("true"), Value::from(true));
        for text in ["0123", "1.50", "+1", "", "null", "[1]", "1e3"] {
            assert_eq!(read_cell(text), Value::from(text), "{text}");
        }
    }
}
