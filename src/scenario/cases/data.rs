//! Cases out of a data file. Every mistake is told at its place in that file.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use serde_json::Value;

use super::{Case, MOST, check_name, shown};
use crate::phrase::counted;
use crate::source::{Code, Diagnostic, SourceId, Span};
use crate::template::Templated;
use crate::yaml::{Kind, Node, Reading, parse, parse_json};

/// Reads the file that a scenario names for its cases.
pub(super) fn read(path: &str, node: &Node, reading: &mut Reading<'_>) -> Vec<Case> {
    let Some(source) = reading.named_file(node, path) else { return Vec::new() };
    match is_csv(path) {
        true => Table { source, reading }.cases(),
        false => read_list(source, reading).unwrap_or_default(),
    }
}

/// Whether a path is that of a CSV file.
pub(in crate::scenario) fn is_csv(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
}

/// Reads a list of maps in YAML or JSON.
fn read_list(source: SourceId, reading: &mut Reading<'_>) -> Option<Vec<Case>> {
    let is_json = reading.sources.path(source).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let parsed = if is_json { parse_json(reading.sources, source) } else { parse(reading.sources, source) };
    let root = reading.keep(parsed)?;
    let Kind::List(items) = &root.kind else {
        reading.mistake(
            Diagnostic::mistake(
                Code::NotCases,
                root.span,
                format!("{} stands where a list of cases is wanted", root.describe()),
            )
            .help("the file is a list, each item of it a map of values: `- { case: first, country: CA }`"),
        );
        return None;
    };
    if items.len() > MOST {
        reading.mistake(too_many(items[MOST].span));
        return None;
    }
    let mut known: Vec<&str> = Vec::new();
    let mut cases = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let Kind::Map(entries) = &item.kind else {
            reading.mistake(
                Diagnostic::mistake(Code::NotCases, item.span, format!("{} is no case", item.describe()))
                    .help("a case is a map of values: `{ case: first, country: CA }`"),
            );
            continue;
        };
        for key in entries.iter().filter_map(|(key, _)| Some((key.as_str()?, key.span))) {
            // What every case has is told of once.
            if !known.contains(&key.0) {
                known.push(key.0);
                check_name(key.0, key.1, reading);
            }
        }
        cases.push(of_map(at + 1, item, entries, reading));
    }
    Some(cases)
}

fn of_map(number: usize, item: &Node, entries: &[(Node, Node)], reading: &Reading<'_>) -> Case {
    let values: Vec<(String, Templated)> = entries
        .iter()
        .map(|(key, value)| {
            (key.key_text(reading.sources), Templated::literal(value.span, value.to_json(reading.sources)))
        })
        .collect();
    Case { name: name_of(number, &values), span: item.span, values }
}

fn name_of(number: usize, values: &[(String, Templated)]) -> String {
    let named = values.iter().find(|(name, _)| name == "case").map(|(_, value)| value);
    match named.map(|named| (named.as_str(), named.as_literal())) {
        Some((Some(name), _)) => shown(name),
        Some((None, Some(other))) => other.to_string(),
        Some((None, None)) | None => number.to_string(),
    }
}

fn too_many(span: Span) -> Diagnostic {
    Diagnostic::mistake(Code::TooManyCases, span, format!("the file has more than {MOST} cases"))
        .help("split it over several files, each with a scenario")
}

/// A CSV file with a header row.
struct Table<'r, 'a> {
    source: SourceId,
    reading: &'r mut Reading<'a>,
}

impl Table<'_, '_> {
    /// One case a row. A cell that reads as a number or a boolean in its one canonical form is one, so that `4006` is a code
    /// and `0123` stays text; as text it goes out exactly as it stood.
    fn cases(&mut self) -> Vec<Case> {
        let sources = self.reading.sources;
        let text = &sources.get(self.source).text;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
        let Ok(header) = reader.headers().cloned() else { return Vec::new() };
        let header_row = self.row(0, usize::try_from(reader.position().byte()).unwrap_or(text.len()));
        self.check_header(&header, header_row);
        let mut cases = Vec::new();
        let mut record = csv::StringRecord::new();
        while let Ok(true) = reader.read_record(&mut record) {
            let at = |position: &csv::Position| usize::try_from(position.byte()).unwrap_or(text.len());
            let row = self.row(record.position().map_or(0, at), at(reader.position()));
            if cases.len() == MOST {
                self.reading.mistake(too_many(row));
                break;
            }
            if record.len() != header.len() {
                let mistake = self.wrong_length(row, record.len(), header.len(), header_row);
                self.reading.mistake(mistake);
                continue;
            }
            let cells = header.iter().zip(&record);
            let values: Vec<(String, Templated)> = cells
                .enumerate()
                .map(|(at, (name, cell))| {
                    // Only a name is ever pointed at alone.
                    let place = if name == "case" { self.cell(row, at) } else { row };
                    (name.to_owned(), Templated::literal(place, read_cell(cell)))
                })
                .collect();
            cases.push(Case { name: name_of(cases.len() + 1, &values), span: row, values });
        }
        if let Some(quote) = open_quote(text) {
            let place = sources.span(self.source, quote..quote + 1);
            let mistake = Diagnostic::mistake(Code::BadCsv, place, "a quote is opened here and not closed again");
            self.reading.mistake(mistake.help("close it, or write a quote that is meant as one twice: `\"\"`"));
        }
        cases
    }

    fn check_header(&mut self, header: &csv::StringRecord, row: Span) {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (at, name) in header.iter().enumerate() {
            let place = self.cell(row, at);
            check_name(name, place, self.reading);
            if let Some(first) = seen.insert(name, at) {
                let first = self.cell(row, first);
                self.reading.mistake(
                    Diagnostic::mistake(Code::BadCsv, place, format!("two columns are called {name:?}"))
                        .related(first, "the first one")
                        .help("values are told apart by their column: rename one of the two"),
                );
            }
        }
    }

    fn wrong_length(&self, row: Span, cells: usize, columns: usize, header: Span) -> Diagnostic {
        // Too many: the first that has no column. Too few: what stands there, and the reader sees what is missing.
        let place = if cells > columns { self.cell(row, columns) } else { row };
        let message =
            format!("the row has {}, and the header has {}", counted(cells, "cell"), counted(columns, "column"));
        Diagnostic::mistake(Code::BadCsv, place, message)
            .related(header, "the header")
            .help("an empty cell needs its comma too; a text with a comma in it stands in double quotes")
    }

    /// The place of a row that ends before a byte, without the line breaks around it.
    fn row(&self, start: usize, end: usize) -> Span {
        let text = &self.reading.sources.get(self.source).text;
        let row = text.get(start..end).unwrap_or_default();
        let begins = row.len() - row.trim_start_matches(['\r', '\n']).len();
        self.reading.sources.span(self.source, start + begins..start + row.trim_end().len().max(begins))
    }

    fn cell(&self, row: Span, which: usize) -> Span {
        match cells(self.reading.sources.slice(row)).nth(which) {
            Some(cell) => {
                let start = row.start as usize;
                self.reading.sources.span(self.source, start + cell.start..start + cell.end)
            }
            None => row,
        }
    }
}

/// The places of a row's cells, without the space around them.
pub(in crate::scenario) fn cells(row: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    Quotes::of(row).filter(|(_, letter, quoted)| *letter == ',' && !quoted).map(|(at, ..)| at).chain([row.len()]).map(
        move |end| {
            let cell = &row[start..end];
            let from = start + (cell.len() - cell.trim_start().len());
            start = (end + 1).min(row.len());
            from..from + cell.trim().len()
        },
    )
}

/// The quote that is not closed before the text ends.
fn open_quote(text: &str) -> Option<usize> {
    let mut quotes = Quotes::of(text);
    quotes.by_ref().for_each(drop);
    quotes.open
}

/// The letters of a CSV text, each with whether it stands in quotes. A quote counts where a cell begins with it; one inside
/// such a cell is written twice.
struct Quotes<'a> {
    letters: std::iter::Peekable<std::str::CharIndices<'a>>,
    open: Option<usize>,
    at_cell: bool,
}

impl<'a> Quotes<'a> {
    fn of(text: &'a str) -> Self {
        Quotes { letters: text.char_indices().peekable(), open: None, at_cell: true }
    }
}

impl Iterator for Quotes<'_> {
    type Item = (usize, char, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let (at, letter) = self.letters.next()?;
        let quoted = self.open.is_some();
        if letter == '"' && !quoted && self.at_cell {
            self.open = Some(at);
        } else if letter == '"' && quoted && self.letters.next_if(|(_, next)| *next == '"').is_none() {
            self.open = None;
        }
        self.at_cell = !quoted && matches!(letter, ',' | '\n' | '\r');
        Some((at, letter, quoted))
    }
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

    #[test]
    fn cells_have_places() {
        let row = "a,\"b, \"\"c\" ,,  5\", é";
        let texts: Vec<&str> = cells(row).map(|cell| &row[cell]).collect();
        assert_eq!(texts, ["a", "\"b, \"\"c\"", "", "5\"", "é"]);
    }

    #[test]
    fn an_open_quote_is_found() {
        assert_eq!(open_quote("a,b\n\"x\",\"y\"\n"), None);
        assert_eq!(open_quote("a,b\n5\" screen,\"a \"\"b\"\"\"\n"), None);
        assert_eq!(open_quote("a,b\nx,\"y\nz,w\n"), Some(6));
    }
}
