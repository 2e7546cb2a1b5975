use proptest::prelude::*;

use super::*;

/// Steps and values in every way in which people write them.
const MIXED: &str = r#"# What this is about.
scenario: Everything that may be left out
flow: tiny
tags: [smoke, slow]
language: en-CA   # of all steps
vars:
  first: Ada
  # The name at birth.
  last: "{{ first }} L"
cases:
  - { case: ca, country: CA, city: Ottawa }
steps:
  # The beginning.
  - init
  - submit: { First name: "{{ first }}", Age: 17, Tags: [a, b] }   # too young
    expect:
      error: { code: 4008, field: Age }
      status: 400
  - name: The second form
    submit:
      First name: Ada

      # Of age.
      Age: 18
      Note: |
        one

        two
    fill: valid
    omit: [Nickname, Title,]
    headers:
      x-a: "1"
      x-b: "2"
    expect: Address

  - back:
  - {back: , as: other, expect: {step: Address, fields: {City: {required: true}}}}
  - request:
      path: /x
      body:
        a: 1
        b: [1, 2]
    capture: { x: $.a }
  - wait: 60s
    submit:
    repeat: { times: 3 }
finally:
  - sleep: 1s
  - current
"#;

/// The same in brackets altogether.
const FLOW: &str = r#"{scenario: x, flow: tiny, vars: {a: 1, b: "{{ a }}"}, steps: [init, {submit: {A: 1, B: 2}, fill: valid}, back,]}"#;

/// With Windows' line breaks, and lists that begin where their key does.
const RETURNS: &str = "scenario: x\r\nflow: tiny\r\nsteps:\r\n- init\r\n# Here.\r\n- submit:\r\n    A: 1\r\n    B: 2\r\n  fill: minimal\r\n- back";

fn taken_apart(text: &str, keep: &[&str]) -> (Sources, ScenarioPieces) {
    let mut sources = Sources::default();
    let source = sources.add("a.yaml", text);
    let places: Vec<Span> = keep
        .iter()
        .map(|word| {
            let start = text.find(word).unwrap_or_else(|| panic!("{word} is not there"));
            sources.span(source, start..start + word.len())
        })
        .collect();
    let pieces = ScenarioPieces::of(&sources, source, Keep { places: &places, snapshots: false }).unwrap();
    (sources, pieces)
}

/// What is left of a text of which everything goes that may, but a few words.
fn least(text: &str, keep: &[&str]) -> String {
    let (sources, pieces) = taken_apart(text, keep);
    pieces.text(&sources, &[]).unwrap().text
}

#[test]
fn what_stays_is_as_it_was_written() {
    assert_eq!(
        least(MIXED, &["Age: 18", "required: true"]),
        "# What this is about.
scenario: Everything that may be left out
flow: tiny
cases:
  - { case: ca }
steps:
  - name: The second form
    submit:

      # Of age.
      Age: 18
  - {back: , expect: {fields: {City: {required: true}}}}
"
    );
    assert_eq!(least(FLOW, &["B: 2"]), "{scenario: x, flow: tiny, steps: [{submit: {B: 2}},]}");
    assert_eq!(
        least(RETURNS, &["B: 2"]),
        "scenario: x\r\nflow: tiny\r\nsteps:\r\n# Here.\r\n- submit:\r\n    B: 2\r\n"
    );
}

#[test]
fn the_first_key_of_a_step_may_go_and_its_dash_stays() {
    let text = least(MIXED, &["submit:\n    repeat"]);
    assert!(text.ends_with("steps:\n  - submit:\n"), "{text}");
}

#[test]
fn a_word_may_stand_for_another() {
    let (sources, pieces) = taken_apart(FLOW, &["B: 2", "fill"]);
    assert!(pieces.text(&sources, &[]).unwrap().text.contains("fill: minimal"));
    let (sources, pieces) = taken_apart(MIXED, &[]);
    let whole: Vec<usize> = (0..pieces.pieces.len()).collect();
    let word = pieces.words.values().map(|(piece, _)| *piece).next().unwrap();
    let without: Vec<usize> = whole.iter().copied().filter(|piece| *piece != word).collect();
    assert_eq!(pieces.text(&sources, &without).unwrap().text, MIXED.replace("fill: valid", "fill: minimal"));
    assert_eq!(pieces.text(&sources, &whole).unwrap().text, MIXED);
}

#[test]
fn places_that_stay_are_in_no_piece_and_lead_back_to_where_they_were() {
    let (sources, pieces) = taken_apart(MIXED, &["status: 400"]);
    let edited = pieces.text(&sources, &[]).unwrap();
    let at = edited.text.find("status: 400").unwrap();
    assert_eq!(edited.origin(at), MIXED.find("status: 400"));
    assert_eq!((pieces.steps(&[]), pieces.steps.len()), (1, 9));
}

#[test]
fn steps_that_were_not_reached_are_left_out_with_all_that_is_in_them() {
    let (sources, pieces) = taken_apart(MIXED, &[]);
    let text = pieces.text(&sources, &pieces.up_to(1)).unwrap().text;
    assert!(text.contains("status: 400\nfinally:\n  - sleep: 1s\n  - current\n"), "{text}");
    assert_eq!(pieces.steps(&pieces.up_to(1)), 4);
}

#[test]
fn what_cannot_be_cut_is_said_rather_than_spoilt() {
    // A step that others refer to, and one that merges it.
    let text = "scenario: x\nflow: tiny\nsteps:\n  - &one\n    submit: { A: 1 }\n  - <<: *one\n    fill: valid\n";
    let (sources, pieces) = taken_apart(text, &[]);
    for piece in 0..pieces.pieces.len() {
        let kept: Vec<usize> = (0..pieces.pieces.len()).filter(|other| *other != piece).collect();
        if let Ok(edited) = pieces.text(&sources, &kept) {
            let mut alone = Sources::default();
            let source = alone.add("a.yaml", edited.text);
            yaml::parse(&alone, source).unwrap();
        }
    }
}

proptest! {
    /// Every selection can be cut out of texts that are written in the usual ways.
    #[test]
    fn whatever_is_left_out_the_rest_is_read_as_before(
        which in 0..3_usize,
        gone in proptest::collection::vec(any::<bool>(), 80),
    ) {
        let (sources, pieces) = taken_apart([MIXED, FLOW, RETURNS][which], &[]);
        let mut kept: Vec<usize> = Vec::new();
        for (number, piece) in pieces.pieces.iter().enumerate() {
            if !gone[number] && piece.within.is_none_or(|outer| kept.contains(&outer)) {
                kept.push(number);
            }
        }
        // Text and tree agree, or it would be an error.
        let edited = pieces.text(&sources, &kept);
        prop_assert!(edited.is_ok(), "{which} with {kept:?}");
    }
}
