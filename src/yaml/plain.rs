//! The plain way through a document.
//!
//! Nearly every file holds maps, lists and scalars and nothing else. Those are read from the events of the parser on which
//! the YAML crate stands, in a third of the time. Whatever is out of the ordinary (a mistake, an anchor, a tag, a merge key, a
//! key twice, a number of another form) ends the plain way: then the YAML crate reads the whole, and says what is wrong.

use std::borrow::Cow;
use std::collections::HashSet;

use granit_parser::{Event, Parser, ScalarStyle, Span as Place, StrInput};

use super::{Kind, MAX_DEPTH, Node, RawKind, Reader, options};

/// The most nodes that are read in the plain way.
const MOST_NODES: usize = 50_000;
/// The most digits of a whole number that is one without a doubt.
const SURE_DIGITS: usize = 18;
/// From so many keys on they are looked up rather than compared.
const MANY_KEYS: usize = 16;

/// Reads the document of a source; none of one that is out of the ordinary.
pub(super) fn read(reader: &Reader<'_>) -> Option<Node> {
    let text = &*reader.sources.get(reader.source).text;
    let mut plain = Plain { reader, parser: Parser::new_from_str(text), left: MOST_NODES };
    let (Event::StreamStart, _) = plain.next()? else { return None };
    let (Event::DocumentStart(_, None), _) = plain.next()? else { return None };
    let first = plain.next()?;
    let node = plain.node(first, MAX_DEPTH / 2)?;
    let (Event::DocumentEnd, _) = plain.next()? else { return None };
    let (Event::StreamEnd, _) = plain.next()? else { return None };
    Some(node)
}

struct Plain<'a, 's> {
    reader: &'a Reader<'s>,
    parser: Parser<'a, StrInput<'a>>,
    left: usize,
}

impl<'a> Plain<'a, '_> {
    fn next(&mut self) -> Option<(Event<'a>, Place)> {
        self.parser.next_event()?.ok()
    }

    /// The node that begins with an event.
    fn node(&mut self, (event, place): (Event<'a>, Place), depth: usize) -> Option<Node> {
        self.left = self.left.checked_sub(1)?;
        let depth = depth.checked_sub(1)?;
        let start = place.start.byte_offset()?;
        let end = place.end.byte_offset()?;
        let span = self.reader.span(start, end.saturating_sub(start));
        match event {
            Event::Scalar(value, style, 0, None) => Some(Node { span, kind: scalar(value, style)? }),
            Event::SequenceStart(_, 0, None) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => return Some(self.reader.list(span, items)),
                        item => items.push(self.node(item, depth)?),
                    }
                }
            }
            Event::MappingStart(_, 0, None) => {
                let mut keys = Keys::default();
                let mut entries = Vec::new();
                loop {
                    match self.next()? {
                        (Event::MappingEnd, _) => return Some(self.reader.map(span, entries)),
                        key => {
                            let key = self.node(key, depth)?;
                            keys.add(&entries, key.as_str().filter(|key| *key != "<<")?)?;
                            let value = self.next()?;
                            entries.push((key, self.node(value, depth)?));
                        }
                    }
                }
            }
            _ => None,
        }
    }
}

/// The keys of a map.
#[derive(Default)]
struct Keys(HashSet<String>);

impl Keys {
    /// Takes in another key than those of the entries; none where it is one of them.
    fn add(&mut self, entries: &[(Node, Node)], key: &str) -> Option<()> {
        if entries.len() < MANY_KEYS {
            return entries.iter().all(|(other, _)| other.as_str() != Some(key)).then_some(());
        }
        if self.0.is_empty() {
            self.0.extend(entries.iter().filter_map(|(key, _)| key.as_str().map(str::to_owned)));
        }
        self.0.insert(key.to_owned()).then_some(())
    }
}

/// What a scalar is.
fn scalar(value: Cow<'_, str>, style: ScalarStyle) -> Option<Kind> {
    if style != ScalarStyle::Plain {
        return Some(Kind::String(value.into_owned()));
    }
    match &*value {
        "" | "~" | "null" => return Some(Kind::Null),
        "true" => return Some(Kind::Bool(true)),
        "false" => return Some(Kind::Bool(false)),
        _ => {}
    }
    let word = ["null", "true", "false", "inf", "infinity", "nan"].iter().any(|word| value.eq_ignore_ascii_case(word));
    let first = value.bytes().next()?;
    if !word && !first.is_ascii_digit() && !matches!(first, b'+' | b'-' | b'.') && !first.is_ascii_whitespace() {
        return Some(Kind::String(value.into_owned()));
    }
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    if digits && value.len() <= SURE_DIGITS && (first != b'0' || value.len() == 1) {
        return Some(Kind::Number(value.parse::<u64>().ok()?.into()));
    }
    let date = first.is_ascii_digit() && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') && !digits;
    if date {
        return Some(Kind::String(value.into_owned()));
    }
    // What is left may be a number. The YAML crate tells, if the scalar by itself is the same as in its place.
    if value.starts_with("--") || value.contains(['\n', '\r']) {
        return None;
    }
    match serde_yaml::from_str_with_options::<RawKind>(&value, options()).ok()? {
        RawKind::Number(number) => Some(super::whole_number(number, &value)),
        RawKind::String(text) if text == *value => Some(Kind::String(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Raw, slips};
    use super::*;
    use crate::source::Sources;

    /// What the YAML crate reads, and what the plain way does.
    fn both(text: &str) -> (Option<Node>, Option<Node>) {
        let mut sources = Sources::default();
        let source = sources.add("a.yaml", text);
        let reader = Reader { sources: &sources, source };
        let slow = serde_yaml::from_str_with_options::<Raw>(text, options()).ok().map(|raw| reader.node(raw));
        let readable = !text.trim().is_empty() && slips::lone_return(&sources, source).is_none();
        (slow, if readable { read(&reader) } else { None })
    }

    #[track_caller]
    fn plain(text: &str) {
        let (slow, plain) = both(text);
        assert!(plain.is_some(), "{text:?} is out of the ordinary");
        assert_eq!(plain, slow, "{text:?}");
    }

    #[track_caller]
    fn not_plain(text: &str) {
        assert_eq!(both(text).1, None, "{text:?}");
    }

    #[test]
    fn ordinary_documents_are_read_in_the_plain_way() {
        plain(
            "scenario: A — b\nflow: w # why\ntags: [a, \"b\\n\", 'c''d', {x: 1}]\nsteps:\n  - init:\n    expect: Personal\n  - back\n",
        );
        plain("a: |\n  one\n  two\nb: >-\n  folded\n  text\nc: two\n  lines\n");
        for value in [
            "1",
            "0",
            "-1",
            "+1",
            "007",
            "1.5",
            "1.0",
            "-0.5",
            ".5",
            "1e3",
            "1_000",
            "0x1F",
            "0o17",
            "12345678901234567890",
            "1990-05-17",
            "555-1234",
            "+44 20 7946",
            "1.2.3",
            "10:30",
            "1st",
            "null",
            "~",
            "",
            "true",
            "false",
            "yes",
            "on",
            "TRUE!",
            "infinite",
            "é",
            "a: ",
            "\"1\"",
            "'true'",
            "-a",
            "...x",
            "1 # one",
        ] {
            let (slow, plain) = both(&format!("x: {value}\ny: [{value}, b]\n"));
            if let Some(plain) = plain {
                assert_eq!(Some(plain), slow, "{value:?}");
            }
        }
        plain("x: 1\ny: 1.5\nz: 007\nd: 1990-05-17\nt: +44 20 7946\n");
    }

    #[test]
    fn what_is_out_of_the_ordinary_is_left_to_the_crate() {
        for text in [
            "a: &x 1\nb: *x\n",
            "a: !!str 1\n",
            "a: 1\na: 2\n",
            "<<: {a: 1}\n",
            "{a: 1}: 2\n",
            "1: 2\n",
            "a: [\n",
            "a: 1\n---\nb: 2\n",
            "%YAML 1.2\n---\na: 1\n",
            "a: TRUE\n",
            "a: Null\n",
            "a: .inf\n",
            "a:\n\tb: 1\n",
            "# nothing\n",
        ] {
            not_plain(text);
        }
        let mut sources = Sources::default();
        let source = sources.add("a.yaml", format!("{}{}", "[".repeat(60), "]".repeat(60)));
        assert_eq!(read(&Reader { sources: &sources, source }), None, "it is nested too deeply");
        let keys: String = (0..40).map(|key| format!("k{key}: 1\n")).collect();
        plain(&keys);
        not_plain(&format!("{keys}k7: 2\n"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        #[test]
        fn where_there_is_a_plain_way_the_crate_reads_the_same(
            text in prop_oneof![
                "([ ]{0,4}(- |\\? )?[a-c0-9.+~é\"'-]{0,4}(: ?[a-c0-9.+~_,xe\"'#|>\\[\\]{}&*!-]{0,6})?\n){1,6}",
                "[a-b0-9:#&*!|>'\"{}\\[\\],?~% \t\n\r.+_-]{0,40}",
            ]
        ) {
            let (slow, plain) = both(&text);
            if plain.is_some() {
                prop_assert_eq!(plain, slow);
            }
        }
    }
}
