//! What is written is read back by the scenario reader, to the same values.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::draft::{Argument, Data, Draft, Field, Step, Var};
use super::write;
use crate::redact::Redactor;
use crate::scenario::action::{Action, Fields};
use crate::scenario::{Scenario, discover, load};
use crate::source::Sources;
use crate::template::scope::{Scope, World};

/// The scenario in a text, read as `lint` reads it.
fn read(text: &str) -> Scenario {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("written.yaml"), text).unwrap();
    let mut sources = Sources::default();
    let found = discover(folder.path(), &mut sources);
    let suite = load(&found, &|_: &Path| true, &mut sources);
    let mut suite = suite.unwrap_or_else(|mistakes| panic!("{mistakes:?}\n{text}"));
    suite.scenarios.pop().unwrap()
}

fn scope() -> Scope {
    let now = || "2026-11-23T12:00:00Z".parse().unwrap();
    Scope::new(Arc::new(World { environment: Default::default(), redactor: Redactor::default(), seed: 1, now }))
}

fn submit(fields: Vec<(&str, Value)>) -> Step {
    let field = |(key, value): (&str, Value)| Field {
        key: key.to_owned(),
        value: Data::Json(value),
        comment: "what it takes".to_owned(),
        sent: true,
    };
    Step { action: "submit", argument: Argument::Fields(fields.into_iter().map(field).collect()), ..Step::default() }
}

fn draft(steps: Vec<Step>) -> Draft {
    Draft { title: "It is read".to_owned(), flow: "any".to_owned(), steps, ..Draft::default() }
}

/// The fields of the submit in a text, rendered.
fn fields(text: &str) -> Vec<(String, Value)> {
    let scenario = read(text);
    let Action::Submit(Fields::Entries(entries)) = &scenario.steps.last().unwrap().action else { panic!("{text}") };
    let render = |(key, value): &(crate::template::Templated, crate::template::Templated)| {
        (key.render_text(&scope()).unwrap(), value.render(&scope()).unwrap())
    };
    entries.iter().map(render).collect()
}

/// Texts that YAML or the template language would like to take for something else.
fn awkward() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "no",
        "yes",
        "1.0",
        "0123",
        "0x1f",
        "1e3",
        ": ",
        " #",
        "#",
        "{{ x }}",
        "{{",
        "}}",
        "{%",
        "'",
        "\"",
        "\\",
        "\n",
        "\r\n",
        "\t",
        " ",
        "-",
        "- ",
        "? ",
        "&a",
        "*a",
        "!t",
        "|",
        ">",
        "%",
        "@",
        "`",
        ",",
        "[",
        "]",
        "{",
        "}",
        "~",
        "null",
        "true",
        "2026-11-23",
        "12:30",
        "🦀",
        "é",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{0}",
        "\u{7f}",
        "\u{202e}",
        "=",
        "<<",
        ".",
        "+1",
        "_",
        "a",
    ]);
    prop_oneof![prop::collection::vec(pieces, 0..5).prop_map(|pieces| pieces.concat()), any::<String>(), "[ -~]{0,12}",]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        awkward().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e6..1e6_f64).prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec(("[a-z]{1,6}", inner), 1..3)
                .prop_map(|members| Value::Object(members.into_iter().collect()))
        ]
    })
}

proptest! {
    #[test]
    fn every_value_is_read_back(value in value(), text in awkward()) {
        // What a file would be is not looked at here: it would have to be there.
        prop_assume!(value.get("file").is_none());
        let written = write(&draft(vec![submit(vec![("Field", value.clone()), ("Other", Value::from(text.clone()))])]));
        let read = fields(&written);
        prop_assert_eq!(read, vec![("Field".to_owned(), value), ("Other".to_owned(), Value::from(text))], "{}", written);
    }

    #[test]
    fn every_key_title_and_comment_is_read_back(key in awkward(), title in awkward(), comment in awkward()) {
        let [key, title] = [key, title].map(|text| if text.trim().is_empty() { format!("{text}x") } else { text });
        let mut draft = draft(vec![submit(vec![(&key, json!(1))])]);
        draft.title.clone_from(&title);
        draft.head = vec![comment.clone()];
        draft.closing = vec![comment.clone()];
        let Argument::Fields(fields_of) = &mut draft.steps[0].argument else { unreachable!() };
        fields_of[0].comment.clone_from(&comment);
        draft.steps[0].above = vec![comment];
        let written = write(&draft);
        prop_assert_eq!(fields(&written), vec![(key, json!(1))], "{}", written);
    }
}

#[test]
fn a_whole_scenario_as_it_is_written() {
    let mut begin = Step::new("init");
    begin.set("expect", Data::text("Personal details"), "");
    let mut fill = submit(vec![("first_name", json!("Ada")), ("Age", json!(36))]);
    fill.above = vec!["Personal details".to_owned()];
    fill.set("expect", Data::text("end"), "");
    fill.set("wait", Data::text("60s"), "the answer was pending at first");
    let Argument::Fields(fields) = &mut fill.argument else { unreachable!() };
    fields[0].value = Data::Template("{{ first }}".to_owned());
    fields[1].sent = false;
    let var = Var { name: "first".to_owned(), value: Data::text("Ada"), comment: String::new() };
    let draft = Draft {
        vars: vec![var],
        language: Some("no".to_owned()),
        closing: vec!["That is all.".to_owned()],
        ..draft(vec![begin, fill])
    };
    assert_eq!(
        write(&draft),
        "scenario: It is read\nflow: any\nlanguage: \"no\"\n\nvars:\n  first: Ada\n\nsteps:\n  - init:\n    expect: Personal details\n\n  \
         # Personal details\n  - submit:\n      first_name: \"{{ first }}\"  # what it takes\n      # Age: 36                  # what it takes\n    \
         wait: 60s  # the answer was pending at first\n    expect: end\n\n  # That is all.\n"
    );
}
