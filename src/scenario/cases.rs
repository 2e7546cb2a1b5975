//! Cases: one scenario, several tests.
//!
//! A list in the scenario, a file beside it (CSV, JSON or YAML), or a matrix.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde_json::Value;

use crate::source::{Code, Diagnostic, FileError, Sources, Span, read_file};
use crate::template::Templated;
use crate::template::scope::BUILT_IN;
use crate::yaml::{Kind, MAX_FILE_BYTES, Node, Reading, parse};

/// The most cases that one scenario may have.
const MOST: usize = 10_000;
/// The largest CSV file that is read, in bytes.
const MAX_CSV_BYTES: u64 = 64 * 1024 * 1024;

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
    let before = reading.mistakes.len();
    let cases = match &node.kind {
        Kind::List(items) => read_list(items, reading),
        Kind::String(path) => read_data_file(path, node, reading),
        Kind::Map(_) => read_matrix(node, reading),
        _ => {
            reading.wanted(node, "a list of cases, a file's path or `{matrix: …}`");
            Vec::new()
        }
    };
    let mut names = HashSet::new();
    for case in &cases {
        if let Some((name, _)) = case.values.iter().find(|(name, _)| BUILT_IN.contains(&name.as_str())) {
            let mistake = Diagnostic::mistake(
                Code::BadName,
                case.span,
                format!("the case's value `{name}` has the name of a word of the language"),
            );
            reading.mistake(mistake.help("choose another name"));
        }
        if !names.insert(&case.name) {
            reading.mistake(Diagnostic::mistake(
                Code::CaseTwice,
                case.span,
                format!("two cases are called `{}`", case.name),
            ));
        }
    }
    if cases.is_empty() && reading.mistakes.len() == before {
        reading.mistake(Diagnostic::mistake(Code::NoCases, node.span, "there is no case here, so nothing would run"));
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
            case.name = shown(&value.key_text(reading.sources));
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
            Diagnostic::mistake(Code::MissingKey, node.span, "`matrix` is missing")
                .help("cases are a list, a file's path or `{matrix: {…}}`"),
        );
        return Vec::new();
    };
    reading.finish(map);
    let Some(axes) = reading.mapping(matrix, "a map from names to lists of values") else { return Vec::new() };
    if axes.rest().is_empty() {
        reading.mistake(Diagnostic::mistake(
            Code::NoCases,
            matrix.span,
            "the matrix has no names, so nothing would run",
        ));
        return Vec::new();
    }
    let mut product = vec![Case { name: String::new(), span: matrix.span, values: Vec::new() }];
    for (name, _, values) in axes.rest() {
        let values = reading.list(values);
        if product.len().saturating_mul(values.len()) > MOST {
            reading.mistake(Diagnostic::mistake(
                Code::TooManyCases,
                matrix.span,
                format!("the matrix has more than {MOST} cases"),
            ));
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
    number_alike(&mut product);
    product
}

/// Values with dashes in them may come to the same name: later ones get a number.
fn number_alike(cases: &mut [Case]) {
    let mut seen = HashMap::new();
    for case in cases {
        let times = seen.entry(case.name.clone()).and_modify(|times| *times += 1).or_insert(1);
        if *times > 1 {
            case.name = format!("{}-{times}", case.name);
        }
    }
}

fn read_data_file(path: &str, node: &Node, reading: &mut Reading<'_>) -> Vec<Case> {
    let file = reading.folder.join(path);
    let unreadable = |error: &dyn std::fmt::Display| {
        Diagnostic::mistake(Code::NotCases, node.span, format!("the cases in {path:?} cannot be read: {error}"))
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
    // JSON is YAML too. The values keep no places of their own: the file is data, not a scenario.
    let mut sources = Sources::default();
    let parsed = sources.read(&file, MAX_FILE_BYTES).and_then(|id| parse(&sources, id));
    match parsed {
        Ok(Node { kind: Kind::List(items), .. }) => {
            let cases: Option<Vec<Case>> =
                items.iter().enumerate().map(|(at, item)| data_case(at + 1, item, &sources, node.span)).collect();
            cases.unwrap_or_else(|| {
                reading.mistake(unreadable(&"one of its items is no map of values"));
                Vec::new()
            })
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
    let name = shown(&members.get("case").map_or_else(|| number.to_string(), plain));
    let values = members.into_iter().map(|(name, value)| (name, Templated::literal(span, value))).collect();
    Some(Case { name, span, values })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Reads a CSV file with a header row. A cell that reads as a number or a boolean in its one canonical form is one, so that
/// `4006` is a code and `0123` stays text; as text it goes out exactly as it stood.
fn read_csv(file: &Path, span: Span) -> Result<Vec<Case>, CsvError> {
    let bytes = read_file(file, MAX_CSV_BYTES)?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes.as_slice());
    let header = reader.headers()?.clone();
    let mut seen = HashSet::new();
    if let Some(twice) = header.iter().find(|name| !seen.insert(*name)) {
        return Err(CsvError::Header(twice.to_owned()));
    }
    let mut cases = Vec::new();
    for (at, record) in reader.records().enumerate() {
        if at == MOST {
            return Err(CsvError::TooMany);
        }
        let record = record?;
        let cells: Vec<(String, Value)> =
            header.iter().zip(&record).map(|(name, cell)| (name.to_owned(), read_cell(cell))).collect();
        let name = cells
            .iter()
            .find(|(name, _)| name == "case")
            .map_or_else(|| (at + 1).to_string(), |(_, value)| plain(value));
        let values = cells.into_iter().map(|(name, value)| (name, Templated::literal(span, value))).collect();
        cases.push(Case { name: shown(&name), span, values });
    }
    Ok(cases)
}

/// Why a CSV file gives no cases.
#[derive(Debug, thiserror::Error)]
enum CsvError {
    #[error("{0}")]
    File(#[from] FileError),
    #[error("{0}")]
    Csv(#[from] csv::Error),
    #[error("two columns are called {0:?}")]
    Header(String),
    #[error("it has more than {MOST} rows")]
    TooMany,
}

/// A case's name as it is shown: control characters have no place on a terminal or in a file's name.
fn shown(name: &str) -> String {
    name.replace(char::is_control, "_")
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
