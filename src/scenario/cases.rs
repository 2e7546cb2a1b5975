//! Cases: one scenario, several tests.
//!
//! A list in the scenario, a file beside it (CSV, JSON or YAML, in [`data`]), or a matrix.

mod data;

use std::collections::HashMap;

pub(super) use data::{cells, is_csv};

use crate::source::{Code, Diagnostic, Span};
use crate::template::Templated;
use crate::template::scope::BUILT_IN;
use crate::yaml::{Kind, MAX_FILE_BYTES, NAMED_HERE, Node, Reading};

/// The most cases that one scenario may have.
const MOST: usize = 10_000;
/// The largest CSV file that is read, in bytes.
const MAX_CSV_BYTES: u64 = 64 * 1024 * 1024;

/// One case: a name and the values that it brings.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its `case` key, or its number from one.
    pub name: String,
    /// Where it is written: in the scenario, or in its data file.
    pub span: Span,
    /// Its values.
    pub values: Vec<(String, Templated)>,
}

/// The most bytes that a data file of this path may have.
pub(super) fn most_bytes(path: &str) -> u64 {
    if data::is_csv(path) { MAX_CSV_BYTES } else { MAX_FILE_BYTES }
}

/// Reads `cases`.
pub(super) fn read(node: &Node, reading: &mut Reading<'_>) -> Vec<Case> {
    let before = reading.mistakes.len();
    let cases = match &node.kind {
        Kind::List(items) => read_list(items, reading),
        Kind::String(path) => data::read(path, node, reading),
        Kind::Map(_) => read_matrix(node, reading),
        _ => {
            reading.wanted(node, "a list of cases, a file's path or `{matrix: …}`");
            Vec::new()
        }
    };
    let mut names: HashMap<&str, Span> = HashMap::new();
    for case in &cases {
        let place = case.values.iter().find(|(name, _)| name == "case").map_or(case.span, |(_, value)| value.span);
        if let Some(first) = names.insert(&case.name, place) {
            let mistake = Diagnostic::mistake(Code::CaseTwice, place, format!("two cases are called `{}`", case.name));
            reading.mistake(
                mistake.related(first, "the first one").help("give each a name of its own under the key `case`"),
            );
        }
    }
    for mistake in reading.mistakes[before..].iter_mut().filter(|mistake| mistake.span.source != node.span.source) {
        // What the file itself said when it was read has it already.
        if mistake.related.iter().all(|(span, _)| *span != node.span) {
            mistake.related.push((node.span, NAMED_HERE.to_owned()));
        }
    }
    if cases.is_empty() && reading.mistakes.len() == before {
        let mistake = Diagnostic::mistake(Code::NoCases, node.span, "there is no case here, so nothing would run");
        reading.mistake(mistake.help("write one, or leave `cases` out"));
    }
    cases
}

/// Notes a value whose name means something else in templates.
fn check_name(name: &str, span: Span, reading: &mut Reading<'_>) {
    if BUILT_IN.contains(&name) {
        let message = format!("the case's value `{name}` has the name of a word of the language");
        reading.mistake(Diagnostic::mistake(Code::BadName, span, message).help("choose another name"));
    }
}

fn read_list(items: &[Node], reading: &mut Reading<'_>) -> Vec<Case> {
    items.iter().enumerate().filter_map(|(at, item)| read_case(at + 1, item, reading)).collect()
}

fn read_case(number: usize, node: &Node, reading: &mut Reading<'_>) -> Option<Case> {
    let map = reading.mapping(node, "a map of values")?;
    let mut case = Case { name: number.to_string(), span: node.span, values: Vec::new() };
    for (name, key, value) in map.rest() {
        check_name(name, key.span, reading);
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
        if map.nearly_has("matrix") {
            reading.finish(map);
        } else {
            reading.mistake(
                Diagnostic::mistake(Code::MissingKey, node.span, "`matrix` is missing")
                    .help("cases are a list, a file's path or `{matrix: {…}}`"),
            );
        }
        return Vec::new();
    };
    reading.finish(map);
    let Some(axes) = reading.mapping(matrix, "a map from names to lists of values") else { return Vec::new() };
    if axes.rest().is_empty() {
        let mistake = Diagnostic::mistake(Code::NoCases, matrix.span, "the matrix has no names, so nothing would run");
        reading.mistake(mistake.help("such as `matrix: { country: [CA, GB] }`"));
        return Vec::new();
    }
    let mut product = vec![Case { name: String::new(), span: matrix.span, values: Vec::new() }];
    for (name, key, values) in axes.rest() {
        check_name(name, key.span, reading);
        let values = reading.list(values);
        if product.len().saturating_mul(values.len()) > MOST {
            let message = format!("the matrix has more than {MOST} cases");
            let mistake = Diagnostic::mistake(Code::TooManyCases, key.span, message);
            reading.mistake(mistake.help("leave out values, or split it over several scenarios"));
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

/// A case's name as it is shown: control characters have no place on a terminal or in a file's name.
fn shown(name: &str) -> String {
    name.replace(char::is_control, "_")
}
