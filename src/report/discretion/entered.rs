//! What is known before a run of what applicants will enter: literals in scenarios, their fragments and their data.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::{DATA, data};
use crate::redact::{self, Needles};
use crate::source::{SourceId, Sources, Span};

/// What is written in files of what applicants enter, and the files without it.
#[derive(Debug, Default)]
pub struct Entered {
    /// What is looked for in what is said of a test, by its name.
    tests: HashMap<String, Arc<Needles>>,
    /// The names of tests as they are shown, where they are not what they are called.
    names: HashMap<String, String>,
    sources: Sources,
    /// What was replaced in each file, in order, and by how many bytes.
    replaced: HashMap<SourceId, Vec<(Range<usize>, usize)>>,
}

impl Entered {
    /// Puts together what is known: `tests` with the values that are entered in each, and the `places` of such values in the
    /// files. The lines of a file stay.
    pub fn new(sources: &Sources, tests: &[(String, Vec<Value>)], places: &[(Span, Value)]) -> Self {
        let mut entered = Entered::default();
        let mut taken = HashSet::new();
        for (name, values) in tests {
            let needles = [Arc::new(Needles::new(data::needles(&flat(values))))];
            // The first part of a name is the path of its file.
            let mut shown = match name.split_once("::") {
                Some((file, case)) => format!("{file}::{}", redact::mask(&needles, case)),
                None => name.clone(),
            };
            if !taken.insert(shown.clone()) {
                let another = (2..).map(|number| format!("{shown} #{number}")).find(|other| !taken.contains(other));
                shown = another.unwrap_or(shown);
                taken.insert(shown.clone());
            }
            if shown != *name {
                entered.names.insert(name.clone(), shown);
            }
            entered.tests.insert(name.clone(), needles.into_iter().next().unwrap_or_default());
        }
        entered.mask_files(sources, places);
        entered
    }

    fn mask_files(&mut self, sources: &Sources, places: &[(Span, Value)]) {
        let mut by_file: HashMap<SourceId, (Vec<Range<usize>>, Vec<Value>)> = HashMap::new();
        for (span, value) in places {
            let (ranges, values) = by_file.entry(span.source).or_default();
            ranges.push(span.range());
            values.push(value.clone());
        }
        for (id, source) in sources.each() {
            let Some((mut ranges, values)) = by_file.remove(&id) else {
                self.sources.add(source.path.clone(), source.text.clone());
                continue;
            };
            let needles = Needles::new(data::needles(&flat(&values)));
            let found = needles.find(&source.text).map(|found| found.range());
            ranges.extend(found.filter(|range| !is_key(&source.text, range.end)));
            let (text, replaced) = without(&source.text, ranges);
            self.sources.add(source.path.clone(), text);
            self.replaced.insert(id, replaced);
        }
    }

    /// What is looked for in what is said of a test.
    pub(super) fn of_test(&self, test: &str) -> Option<Arc<Needles>> {
        self.tests.get(test).filter(|needles| !needles.is_empty()).cloned()
    }

    /// A test's name as it is shown, where that is another.
    pub(super) fn name(&self, test: &str) -> Option<&str> {
        self.names.get(test).map(String::as_str)
    }

    /// The files without what is entered.
    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The same place in the files without what is entered.
    pub(super) fn moved(&self, span: Span) -> Span {
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
}

fn flat(values: &[Value]) -> Vec<Value> {
    let mut all = Vec::new();
    values.iter().for_each(|value| data::leaves(value, &mut |leaf| all.push(leaf.clone())));
    all
}

/// Whether what ends here is the key of a map.
fn is_key(text: &str, end: usize) -> bool {
    let rest = text[end..].trim_start_matches(['"', '\'']);
    rest.strip_prefix(':').is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// The text with ranges of it masked, which may overlap: its line breaks, indents and quotes stay. With what was replaced,
/// and by how many bytes.
fn without(text: &str, mut ranges: Vec<Range<usize>>) -> (String, Vec<(Range<usize>, usize)>) {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut replaced: Vec<(Range<usize>, usize)> = Vec::new();
    let mut behind = 0;
    let mut ranges = ranges.into_iter().peekable();
    while let Some(mut range) = ranges.next() {
        while let Some(next) = ranges.next_if(|next| next.start < range.end) {
            range.end = range.end.max(next.end);
        }
        // A place may take in the line break behind it.
        let written = text[range.clone()].trim_end();
        let range = range.start..range.start + written.len();
        if written.is_empty() {
            continue;
        }
        out.push_str(&text[behind..range.start]);
        let before = out.len();
        mask_lines(written, &mut out);
        replaced.push((range.clone(), out.len() - before));
        behind = range.end;
    }
    out.push_str(&text[behind..]);
    (out, replaced)
}

fn mask_lines(written: &str, out: &mut String) {
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
                out.push_str(DATA);
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
            (sources.span(id, start..start + text.len()), value)
        };
        let places = [
            place("Ada Byron,", json!("Ada Byron")),
            place("17", json!(17)),
            place("'x y'", json!("x y")),
            place("|\n        one\n\n        two\n", json!("one\n\ntwo\n")),
        ];
        let places = places.map(|(span, value)| match value == json!("Ada Byron") {
            true => (sources.span(id, span.range().start..span.range().end - 1), value),
            false => (span, value),
        });
        let entered = Entered::new(&sources, &[], &places);
        assert_eq!(
            &*entered.sources().get(id).text,
            "scenario: Ada enters her name\nsteps:\n  - submit: { First name: [data], Age: [data], \"Ada Byron\": '[data]' }\n    expect: { title: Hello [data] }\n  - submit:\n      Note: |\n        [data]\n\n        [data]\n      Last: end\n"
        );
        assert_eq!(&*entered.sources().get(other).text, "Ada Byron");
        for word in ["expect", "Age", "title", "Last: end", "17", "'x y'"] {
            let start = TEXT.find(word).unwrap();
            let moved = entered.moved(sources.span(id, start..start + word.len()));
            let wanted = match word {
                "17" => "[data]",
                "'x y'" => "'[data]'",
                other => other,
            };
            assert_eq!(entered.sources().slice(moved), wanted);
        }
    }

    #[test]
    fn tests_stay_different() {
        let values = || vec![json!({"name": "Ada Byron"})];
        let tests = ["a::Ada Byron", "a::Ada Byron!", "a::with Ada Byron", "Ada Byron", "a::[data]"]
            .map(|name| (name.to_owned(), values()));
        let entered = Entered::new(&Sources::default(), &tests, &[]);
        let shown = tests.each_ref().map(|(name, _)| entered.name(name).unwrap_or(name));
        assert_eq!(shown, ["a::[data]", "a::[data]!", "a::with [data]", "Ada Byron", "a::[data] #2"]);
    }
}
