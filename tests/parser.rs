//! Whatever is in a scenario's file, reading it ends in a suite or in mistakes whose places are inside their files.

use std::path::{Path, PathBuf};

use draftgate::report::diagnostic::{Severity, render};
use draftgate::scenario::{Discovery, load};
use draftgate::source::{Diagnostic, Sources, Span};
use proptest::prelude::*;
use tempfile::TempDir;

const WHOLE: &str = r#"scenario: An applicant corrects a missing name — then passes
flow: retail-onboarding
version: draft
tags: [smoke, "späte"]
language: en-CA
auth: client
vars: { first: Ada, birthday: "{{ today() | years(-18) }}", list: [1, 2.5, ~, true] }
cases:
  - { case: one, last: Lovelace }
  - { case: "zwei 🦀", last: "{{ fake.last_name() }}" }
snapshot: { ignore: [$.subtitle], redact: { "$.elements[0].id": "[x]" }, unordered: [$.elements] }
timeout: 1m30s
steps:
  - init:
    expect: { title: Personal details, can_go_back: false, elements: { exactly: [First name], absent: [a] } }
    capture: { id: $.id, who: session, key: field First name, trace: header x-trace }
  - submit: &name { First name: "{{ first }}" }
    expect: 4006
  - submit: { <<: *name, Last name: "{{ last }}", dob: 1815-12-10 }
    name: The right way
    as: ada
    fill: valid
    omit: [Email]
    wait: 60s
    when: "first == 'Ada'"
    expect:
      error: { code: 4006, message: { contains: name }, field: First name }
      json: { "$.elements[?@.type == 'text'].name": { any: { matches: "^F.*e$" } }, $.x: { between: [1, 2] } }
      within: 5s
  - back
  - current:
    session: none
    repeat: { until: pending, every: 1s, for: 60s }
    checks: [-status]
    continue: true
  - upload: { field: Proof, file: files/bill.pdf, type: application/pdf }
  - use: { fragment: details.yaml, with: { last: "{{ last }}" } }
  - request: { method: PUT, path: "/x/{{ id }}", headers: { A: b }, body: { a: [1] } }
finally:
  - unlink: { from: "{{ who }}", to: "{{ key }}" }
"#;

const FRAGMENT: &str = "fragment: Fills in the details\nparams: { first: Ada, last: }\nsteps:\n  - submit: { First name: \"{{ first }}\", Last name: \"{{ last }}\" }\n    fill: minimal\n";

/// A scenario with its cases in a table, and one with them in JSON.
const OF_DATA: [(&str, &str); 2] = [
    ("table.yaml", "scenario: A\nflow: tiny\ncases: people.csv\nsteps: [init]\n"),
    ("list.yaml", "scenario: B\nflow: tiny\ncases: people.json\nsteps: [init]\n"),
];
const TABLE: &str = "case,first,age\r\nada,\"Ada, Countess of \"\"Lovelace\"\"\",36\r\nzwei 🦀,Großmutter,\r\n";
const LIST: &str = "[\n\t{ \"case\": \"ada\", \"first\": \"A\\ud83d\\ude00\", \"age\": [1.5e3, null, true] },\n\t{ \"case\": \"é\" }\n]\n";

/// What is put in somewhere: everything that means something to YAML, to templates, to JSONPath or to patterns.
const PIECES: [&str; 40] = [
    "\t",
    "\n",
    "  ",
    ": ",
    "- ",
    "? ",
    "{",
    "}",
    "[",
    "]",
    "{{",
    "}}",
    "{% for",
    "\"",
    "'",
    "&name ",
    "*name",
    "<<: ",
    "!!binary ",
    "# ",
    "| ",
    ">-\n",
    "---\n",
    "...\n",
    "%YAML 9\n",
    "\u{0}",
    "\u{feff}",
    "é🦀",
    "$..[?@>1]",
    "(((",
    "~",
    "null",
    "-1",
    "1e999",
    "99999999999999999999",
    ".inf",
    "steps: [steps]",
    "use: whole.yaml",
    "\r",
    "\u{2028}",
];

/// One change of a text, anywhere in it.
#[derive(Debug, Clone)]
enum Change {
    Insert(usize, &'static str),
    Delete(usize, usize),
    Repeat(usize, usize),
    SwapLines(usize, usize),
    Indent(usize, usize),
    Byte(usize, u8),
}

fn change() -> impl Strategy<Value = Change> {
    let at = || any::<proptest::sample::Index>().prop_map(|index| index.index(100_000));
    let piece = proptest::sample::select(PIECES.to_vec());
    prop_oneof![
        4 => (at(), piece).prop_map(|(at, piece)| Change::Insert(at, piece)),
        2 => (at(), 1..40_usize).prop_map(|(at, length)| Change::Delete(at, length)),
        1 => (at(), 1..200_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
        1 => (at(), at()).prop_map(|(one, other)| Change::SwapLines(one, other)),
        1 => (at(), 0..9_usize).prop_map(|(line, spaces)| Change::Indent(line, spaces)),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
    ]
}

fn apply(text: &[u8], change: &Change) -> Vec<u8> {
    let mut text = text.to_vec();
    let place = |at: usize| at % (text.len() + 1);
    let mut lines: Vec<Vec<u8>> = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    match *change {
        Change::Insert(at, piece) => drop(text.splice(place(at)..place(at), piece.bytes())),
        Change::Delete(at, length) => drop(text.drain(place(at)..(place(at) + length).min(text.len()))),
        Change::Repeat(at, length) => {
            let copy = text[place(at)..(place(at) + length).min(text.len())].to_vec();
            drop(text.splice(place(at)..place(at), copy));
        }
        Change::SwapLines(..) | Change::Indent(..) if lines.is_empty() => {}
        Change::SwapLines(one, other) => {
            let count = lines.len();
            lines.swap(one % count, other % count);
            return lines.concat();
        }
        Change::Indent(line, spaces) => {
            let count = lines.len();
            drop(lines[line % count].splice(0..0, vec![b' '; spaces]));
            return lines.concat();
        }
        Change::Byte(at, byte) => {
            let at = place(at);
            if let Some(place) = text.get_mut(at) {
                *place = byte;
            }
        }
    }
    text
}

/// Files beside each other, read as a run reads them.
struct Folder(TempDir);

impl Folder {
    fn of(scenario: &[u8], fragment: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("files")).unwrap();
        std::fs::write(folder.path().join("files/bill.pdf"), b"%PDF").unwrap();
        std::fs::write(folder.path().join("whole.yaml"), scenario).unwrap();
        std::fs::write(folder.path().join("details.yaml"), fragment).unwrap();
        Folder(folder)
    }

    fn of_data(table: &[u8], list: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in OF_DATA {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        std::fs::write(folder.path().join("people.csv"), table).unwrap();
        std::fs::write(folder.path().join("people.json"), list).unwrap();
        Folder(folder)
    }

    fn read(&self) -> (Sources, Vec<Diagnostic>, usize) {
        self.read_files(&["details.yaml", "whole.yaml"])
    }

    fn read_files(&self, names: &[&str]) -> (Sources, Vec<Diagnostic>, usize) {
        let root = self.0.path();
        let files: Vec<PathBuf> = names.iter().map(|name| root.join(name)).collect();
        let found = Discovery { root: root.to_owned(), files, ..Discovery::default() };
        let mut sources = Sources::default();
        match load(&found, &|_: &Path| true, &mut sources) {
            Ok(suite) => (sources, Vec::new(), suite.tests().count()),
            Err(mistakes) => (sources, mistakes, 0),
        }
    }
}

fn is_inside(sources: &Sources, span: Span) -> bool {
    sources.get(span.source).text.get(span.range()).is_some()
}

/// Whether every place of every mistake is inside its file, so that all can be shown.
fn can_be_shown(sources: &Sources, mistakes: &[Diagnostic]) -> bool {
    mistakes.iter().all(|mistake| {
        let mut places = std::iter::once(mistake.span).chain(mistake.related.iter().map(|(span, _)| *span));
        places.all(|span| is_inside(sources, span))
            && render(mistake, Severity::Error, sources, false).starts_with("error[E")
    })
}

#[test]
fn what_is_changed_is_sound_to_begin_with() {
    let (sources, mistakes, tests) = Folder::of(WHOLE.as_bytes(), FRAGMENT.as_bytes()).read();
    let shown: Vec<String> =
        mistakes.iter().map(|mistake| format!("{:?} {}", sources.line_column(mistake.span), mistake.message)).collect();
    assert_eq!((shown, tests), (Vec::new(), 2));
    let (_, mistakes, tests) =
        Folder::of_data(TABLE.as_bytes(), LIST.as_bytes()).read_files(&["list.yaml", "table.yaml"]);
    assert_eq!((mistakes, tests), (Vec::new(), 4));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_changed_anyhow_is_read_or_refused_at_a_place_in_it(
        changes in proptest::collection::vec((any::<bool>(), change()), 1..6),
    ) {
        let (mut scenario, mut fragment) = (WHOLE.as_bytes().to_vec(), FRAGMENT.as_bytes().to_vec());
        for (in_fragment, change) in &changes {
            let text = if *in_fragment { &mut fragment } else { &mut scenario };
            *text = apply(text, change);
        }
        let (sources, mistakes, tests) = Folder::of(&scenario, &fragment).read();
        prop_assert!(tests > 0 || !mistakes.is_empty() || !String::from_utf8_lossy(&scenario).contains("scenario: "));
        prop_assert!(mistakes.iter().all(|mistake| !mistake.message.is_empty() && mistake.code.is_some()));
        prop_assert!(can_be_shown(&sources, &mistakes), "{mistakes:?}");
    }

    #[test]
    fn data_changed_anyhow_is_read_or_refused_at_a_place_in_it(
        changes in proptest::collection::vec((any::<bool>(), change()), 1..6),
    ) {
        let (mut table, mut list) = (TABLE.as_bytes().to_vec(), LIST.as_bytes().to_vec());
        for (in_table, change) in &changes {
            let text = if *in_table { &mut table } else { &mut list };
            *text = apply(text, change);
        }
        let (sources, mistakes, tests) = Folder::of_data(&table, &list).read_files(&["list.yaml", "table.yaml"]);
        prop_assert!(tests > 0 || !mistakes.is_empty());
        prop_assert!(can_be_shown(&sources, &mistakes), "{mistakes:?}");
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (sources, mistakes, _) = Folder::of(&bytes, FRAGMENT.as_bytes()).read();
        prop_assert!(can_be_shown(&sources, &mistakes), "{mistakes:?}");
    }
}
