//! What applicants entered comes up nowhere in what is written and said.

use proptest::prelude::*;

use super::*;

#[test]
fn a_second_click_at_the_end_is_called_as_in_the_form() {
    let again = json!({"code": 4013, "message": "The flow has ended"});
    let tape = Tape::default().init("s").submit("s", json!({"e1": "Grace", "e2": "Hopper was here"}), end()).submit(
        "s",
        json!({"e1": "Grace", "e2": "Hopper was here", "65f0a1b2c3d4e5f6": "Arlington"}),
        again,
    );
    let composition = tape.composed(Treatment::Replace);
    assert_eq!(composition.notes, ["entry 3: no form shows what an id means, which was sent: left out"]);
    let text = write(&composition.scenarios[0].draft);
    let twice = "  - submit:\n      first_name: \"{{ first_name }}\"\n      Why now: \"{{ why_now }}\"\n    expect: ";
    assert_eq!(text.matches(twice).count(), 2, "{text}");
    for secret in ["Grace", "Hopper", "Arlington", "65f0", "e1"] {
        assert!(!text.contains(secret), "{secret} is in\n{text}");
    }
}

#[test]
fn a_recording_from_its_end_tells_of_nobody() {
    let mut tape = Tape::default().init("s").submit("s", json!({"e1": "Grace"}), personal()).submit(
        "s",
        json!({"e1": "Grace", "e2": "Arlington"}),
        end(),
    );
    tape.0.reverse();
    let composition = tape.composed(Treatment::Replace);
    let text = write(&composition.scenarios[0].draft);
    let said = format!("{text}{:?}", composition.notes);
    assert!(text.contains("fill: valid") && !said.contains("Grace") && !said.contains("Arlington"), "{said}");
}

#[test]
fn a_label_that_shows_what_was_entered_is_no_key() {
    let asks = json!({"id": "s2", "title": "Sure?", "type": "form", "elements": [
        {"id": "x1", "name": "Is Grace a director?", "type": "text"}, {"id": "x2", "type": "text"}, {"id": "x3", "name": "Date", "type": "date"}]});
    let tape = Tape::default().init("s").submit("s", json!({"e1": "Grace"}), asks).submit(
        "s",
        json!({"x1": "yes", "x2": "maybe", "x3": "1987-03-17"}),
        end(),
    );
    let composition = tape.composed(Treatment::Replace);
    let text = write(&composition.scenarios[0].draft);
    assert!(text.contains("      Date: \"{{ date }}\"\n    fill: valid") && !text.contains("1987-03-17"), "{text}");
    assert!(!text.contains("Grace") && !text.contains("x1") && !text.contains("x2"), "{text}");
    assert_eq!(
        composition.notes,
        ["entries 3, 3: a field has no name that lasts or may be shown: made-up data are sent for it"]
    );
}

#[test]
fn what_a_log_says_repeats_nothing() {
    let refused = json!({"code": 4008, "message": "Nobody called grace lives there"});
    let tape = Tape::default().init("s").submit("s", json!({"e1": "Grace"}), refused);
    let mut entered = crate::compose::Entered::default();
    tape.0.iter().for_each(|recorded| entered.follow(&recorded.exchange));
    let line = describe(&tape.0[1], &Paths::new(), &entered).unwrap();
    assert_eq!(line, "submit f1 -> error 4008: Nobody called … lives there");
}

const LABELS: [&str; 9] = [
    "Fødselsdato",
    "Geboren",
    "Steuernummer",
    "Card number",
    "Monthly income",
    "Telefon",
    "Bemerkung",
    "Full name",
    "Passport number",
];

/// An element of a form, and what somebody enters there.
fn field() -> impl Strategy<Value = (Value, Value)> {
    let value = prop_oneof![
        "[Q-Z][a-z]{3}[qxzj]{3}".prop_map(|text| ("text", Value::from(text))),
        "[Q-Z][a-z]{3}[qxzj]{3} [Q-Z][qxzj]{4}[0-9]{3}".prop_map(|text| ("text", Value::from(text))),
        (100_000_000_i64..9_000_000_000_000).prop_map(|number| ("number", Value::from(number))),
        (100_000_000_i64..9_000_000_000_000).prop_map(|number| ("text", Value::from(number.to_string()))),
        (1930_i16..2006, 1_i8..13, 1_i8..29)
            .prop_map(|(year, month, day)| ("date", Value::from(jiff::civil::date(year, month, day).to_string()))),
    ];
    let limit = prop::sample::select(vec![
        json!([]),
        json!([{"type": "required"}]),
        json!([{"type": "length", "max": 20}]),
        json!([{"type": "range", "max": "1990-01-01"}]),
        json!([{"type": "range", "max": 5_000_000_000_i64}]),
    ]);
    (prop::sample::select(LABELS.to_vec()), value, limit)
        .prop_map(|(label, (kind, value), limits)| (json!({"name": label, "type": kind, "validations": limits}), value))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_that_was_entered_comes_up_again(fields in prop::collection::vec(field(), 1..6), refused in any::<bool>(), from in 0_usize..3) {
        let mut elements = Vec::new();
        let mut body = serde_json::Map::new();
        for (at, (mut element, value)) in fields.into_iter().enumerate() {
            let id = format!("65f0a1b2c3d4e5f{at}");
            element["id"] = id.clone().into();
            elements.push(element);
            body.insert(id, value);
        }
        let entered: Vec<String> =
            body.values().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
        let all = entered.join(", ");
        let form = json!({"id": "s1", "title": "You", "type": "form", "elements": elements});
        let greeting = json!({"id": "s2", "title": format!("Welcome, {}s!", entered[0]), "subtitle": all, "type": "form",
            "elements": [{"id": "65f0a1b2c3d4e5ff", "name": format!("Sure, {all}?"), "type": "text"}]});
        let next = if refused { json!({"code": 4008, "message": format!("Wrong: {all}")}) } else { greeting };
        let submit = |tape: Tape, answer: Value| tape.submit("s", Value::Object(body.clone()), answer);
        let mut tape = Tape::default().call("GET", "/flow/f1", None, RequestBody::Empty, (200, Some("s"), form));
        tape = submit(tape, next);
        tape = tape.submit("s", json!({"65f0a1b2c3d4e5ff": entered[0]}), end());
        tape = submit(tape, json!({"code": 4013, "message": all}));
        tape.0.drain(..from);
        let mut heard = crate::compose::Entered::default();
        let mut said = String::new();
        for recorded in &tape.0 {
            heard.follow(&recorded.exchange);
            said.push_str(&describe(recorded, &Paths::new(), &heard).unwrap());
        }
        let composition = tape.composed(Treatment::Replace);
        said.push_str(&composition.notes.join("\n"));
        for composed in &composition.scenarios {
            said.push_str(&write(&composed.draft));
        }
        for text in entered {
            prop_assert!(!said.contains(&text), "{} is in\n{}", text, said);
        }
        prop_assert!(!said.contains("65f0a1b2c3d4e5f"), "{}", said);
    }
}
