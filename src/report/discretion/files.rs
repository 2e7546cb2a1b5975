//! The files as they are shown: without the credentials that stand in them, and without what applicants enter.
//!
//! They are masked before anything is drawn of them, so that no excerpt that is cut, folded or wrapped shows a part of what
//! is kept back; and every place in them is moved with it, so that carets stand under what is meant.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use serde_json::Value;

use super::entered::flat;
use super::{DATA, data};
use crate::redact::{MASK, Needles, Redactor};
use crate::source::{Diagnostic, SourceId, Sources, Span};

/// What is kept back at a place in a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A credential.
    Secret,
    /// What an applicant enters, which is masked wherever else it stands in the file.
    Data(Value),
}

/// The files of a run as they are shown.
#[derive(Debug, Default)]
pub struct Files {
    sources: Sources,
    /// What was replaced in each file, in order, and by how many bytes.
    replaced: HashMap<SourceId, Vec<(Range<usize>, usize)>>,
}

impl Files {
    /// Masks what stands at `places`, and what the redactor knows. The lines of a file stay.
    pub fn new(sources: &Sources, places: &[(Span, Kind)], redactor: &Redactor) -> Self {
        let mut files = Files::default();
        let mut by_file: HashMap<SourceId, (Vec<Masked>, Vec<Value>)> = HashMap::new();
        for (span, kind) in places {
            let (ranges, values) = by_file.entry(span.source).or_default();
            let shown = match kind {
                Kind::Secret => MASK,
                Kind::Data(value) => {
                    values.push(value.clone());
                    DATA
                }
            };
            ranges.push((span.range(), shown));
        }
        for (id, source) in sources.each() {
            let (mut ranges, values) = by_file.remove(&id).unwrap_or_default();
            if !values.is_empty() {
                let needles = Needles::new(data::needles(&flat(&values)));
                let found = needles.find(&source.text).map(|found| found.range());
                ranges.extend(found.filter(|range| !is_key(&source.text, range.end)).map(|range| (range, DATA)));
            }
            ranges.extend(redactor.places(&source.text).into_iter().map(|range| (range, MASK)));
            if ranges.is_empty() {
                files.sources.add(source.path.clone(), source.text.clone());
                continue;
            }
            let (text, replaced) = without(&source.text, ranges);
            files.sources.add(source.path.clone(), text);
            files.replaced.insert(id, replaced);
        }
        files
    }

    /// The files, each with the same id.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The same place in the files as they are shown.
    pub fn moved(&self, span: Span) -> Span {
        let Some(replaced) = self.replaced.get(&span.source) else { return span };
        let at = |byte: usize, is_end: bool| {
            let mut removed = 0;
            let mut added = 0;
            for (range, length) in replaced {
                if byte >= range.end {
                    removed += range.len();
                    added += length;
                } else if byte > range.start {
                    // Inside of what was replaced: all of it is meant.
                    return range.start - removed + added + if is_end { *length } else { 0 };
                } else {
                    break;
                }
            }
            byte - removed + added
        };
        let range = span.range();
        self.sources.span(span.source, at(range.start, false)..at(range.end, range.end > range.start))
    }
    /// A diagnostic with its places in the files as they are shown.
    pub fn move_places(&self, diagnostic: &mut Diagnostic) {
        diagnostic.span = self.moved(diagnostic.span);
        diagnostic.related.iter_mut().for_each(|(span, _)| *span = self.moved(*span));
        for edit in diagnostic.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.span = self.moved(edit.span);
        }
    }
}

/// The files of a run as they are shown, made when something of them is shown for the first time: of a run in which all
/// passes that is nothing.
pub struct Shown(LazyLock<Files, Box<dyn FnOnce() -> Files + Send>>);

impl Shown {
    /// Files that are made when they are wanted.
    pub fn new(make: impl FnOnce() -> Files + Send + 'static) -> Self {
        Shown(LazyLock::new(Box::new(make)))
    }
}

impl std::ops::Deref for Shown {
    type Target = Files;

    fn deref(&self) -> &Files {
        &self.0
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Shown")
    }
}

/// A range of a text, and what is shown in its place.
type Masked = (Range<usize>, &'static str);

/// Whether what ends here is the key of a map.
fn is_key(text: &str, end: usize) -> bool {
    let rest = text[end..].trim_start_matches(['"', '\'']);
    rest.strip_prefix(':').is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// The text with ranges of it masked, which may overlap: its line breaks, indents and quotes stay. With what was replaced,
/// and by how many bytes.
fn without(text: &str, mut ranges: Vec<Masked>) -> (String, Vec<(Range<usize>, usize)>) {
    ranges.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut replaced: Vec<(Range<usize>, usize)> = Vec::new();
    let mut behind = 0;
    let mut ranges = ranges.into_iter().peekable();
    while let Some((mut range, mut shown)) = ranges.next() {
        while let Some((next, other)) = ranges.next_if(|(next, _)| next.start < range.end) {
            range.end = range.end.max(next.end);
            // Of two that overlap the secret is told.
            shown = if other == MASK { other } else { shown };
        }
        // A place may take in the line break behind it.
        let written = text[range.clone()].trim_end();
        let range = range.start..range.start + written.len();
        if written.is_empty() {
            continue;
        }
        out.push_str(&text[behind..range.start]);
        let before = out.len();
        mask_lines(written, shown, &mut out);
        replaced.push((range.clone(), out.len() - before));
        behind = range.end;
    }
    out.push_str(&text[behind..]);
    (out, replaced)
}

fn mask_lines(written: &str, shown: &str, out: &mut String) {
    let quote = written
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\'') && written.len() > 1 && written.ends_with(*first));
    for (at, line) in written.split_inclusive('\n').enumerate() {
        let text = line.trim();
        let indent = &line[..line.len() - line.trim_start().len()];
        out.push_str(indent);
        let head = at == 0 && text.starts_with(['|', '>']) && written.contains('\n');
        match () {
            () if text.is_empty() => {}
            // What a block begins with.
            () if head => out.push_str(text),
            () => {
                let first = quote.filter(|_| at == 0);
                let last = quote.filter(|_| !line.ends_with('\n') && written.ends_with(line));
                out.extend(first);
                out.push_str(shown);
                out.extend(last);
            }
        }
        if !text.is_empty() {
            out.push_str(&line[indent.len() + text.len()..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "scenario: Ada enters her name\nsteps:\n  - submit: { First name: Ada Byron, Age: 17, \"Ada Byron\": 'x y' }\n    expect: { title: Hello Ada Byron }\n  - submit:\n      Note: |\n        one\n\n        two\n      Last: end\n";

    #[test]
    fn values_go_and_keys_and_lines_stay() {
        let mut sources = Sources::default();
        let other = sources.add("b.yaml", "Ada Byron");
        let id = sources.add("a.yaml", TEXT);
        let place = |text: &str, value: Value| {
            let start = TEXT.find(text).unwrap();
            (sources.span(id, start..start + text.len()), Kind::Data(value))
        };
        let places = [
            place("Ada Byron,", json!("Ada Byron")),
            place("17", json!(17)),
            place("'x y'", json!("x y")),
            place("|\n        one\n\n        two\n", json!("one\n\ntwo\n")),
        ];
        let places = places.map(|(span, value)| match value == Kind::Data(json!("Ada Byron")) {
            true => (sources.span(id, span.range().start..span.range().end - 1), value),
            false => (span, value),
        });
        let files = Files::new(&sources, &places, &Redactor::default());
        assert_eq!(
            &*files.sources().get(id).text,
            "scenario: Ada enters her name\nsteps:\n  - submit: { First name: [data], Age: [data], \"Ada Byron\": '[data]' }\n    expect: { title: Hello [data] }\n  - submit:\n      Note: |\n        [data]\n\n        [data]\n      Last: end\n"
        );
        assert_eq!(&*files.sources().get(other).text, "Ada Byron");
        for word in ["expect", "Age", "title", "Last: end", "17", "'x y'"] {
            let start = TEXT.find(word).unwrap();
            let moved = files.moved(sources.span(id, start..start + word.len()));
            let wanted = match word {
                "17" => "[data]",
                "'x y'" => "'[data]'",
                other => other,
            };
            assert_eq!(files.sources().slice(moved), wanted);
        }
    }

    #[test]
    fn secrets_go_by_their_place_and_by_what_is_known() {
        let redactor = Redactor::default();
        redactor.add("known-s3cret");
        let mut sources = Sources::default();
        let text = "a: \"pw-{{ b }}\"\nc: x known-s3cret y\nAda: pw Ada\n";
        let id = sources.add("a.yaml", text);
        let places = [(sources.span(id, 4..7), Kind::Secret), (sources.span(id, 3..15), Kind::Data(json!("Ada")))];
        let files = Files::new(&sources, &places, &redactor);
        assert_eq!(&*files.sources().get(id).text, "a: \"[secret]\"\nc: x [secret] y\nAda: pw [data]\n");
        let moved = |word: &str| {
            let start = text.find(word).unwrap();
            files.sources().slice(files.moved(sources.span(id, start..start + word.len()))).to_owned()
        };
        assert_eq!([moved("y\nAda"), moved("s3cret"), moved("c: x")], ["y\nAda", "[secret]", "c: x"]);
    }
}
