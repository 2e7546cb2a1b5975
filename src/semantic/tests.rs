use proptest::prelude::*;
use serde_json::json;

use super::*;

fn form(elements: Value) -> Value {
    json!({"id": "[id:Address]", "title": "Address", "type": "form", "canGoBack": false, "elements": elements})
}

fn field(name: &str, more: Value) -> Value {
    let mut element = json!({"id": format!("[id:{name}]"), "name": name, "type": "text"});
    element.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    element
}

fn said(old: &Value, new: &Value) -> Vec<String> {
    sentences(&changes(old, new)).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn of_fields(old: &[Value], new: &[Value], sentences: &[&str]) {
    assert_eq!(said(&form(json!(old)), &form(json!(new))), sentences);
}

#[track_caller]
fn of_field(old: Value, new: Value, sentence: &str) {
    of_fields(&[field("Age", old)], &[field("Age", new)], &[sentence]);
}

#[test]
fn fields_come_go_and_move() {
    let names = |names: &[&str]| names.iter().map(|name| field(name, json!({}))).collect::<Vec<_>>();
    of_fields(
        &names(&["Address", "National id"]),
        &names(&["National id", "Address"]),
        &["*National id* moved before *Address*"],
    );
    of_fields(&names(&["A", "B", "C"]), &names(&["B", "C", "A"]), &["*A* moved after *C*"]);
    of_fields(
        &names(&["A", "B", "C", "D"]),
        &names(&["C", "D", "A", "B"]),
        &["*C* moved before *A*", "*D* moved before *A*"],
    );
    of_fields(&names(&["A", "B"]), &names(&["A"]), &["*B* was removed (text)"]);
    of_fields(&names(&["A"]), &names(&["B", "A"]), &["*B* was added before *A* (text)"]);
    of_fields(&[], &names(&["A"]), &["*A* was added (text)"]);
    let required = json!({"type": "number", "validations": [{"type": "required"}, {"type": "range", "min": 18}]});
    of_fields(
        &names(&["A"]),
        &[field("A", json!({})), field("Age", required)],
        &["*Age* was added after *A* (number, required, minimum 18)"],
    );
}

#[test]
fn another_label_is_one_change_wherever_the_id_stands() {
    let topics = |id: &str| {
        field(
            "Topics",
            json!({"condition": {"type": "all", "rules": [{"elementId": id, "operator": "filled", "value": true}]}}),
        )
    };
    let city = |name: &str| field(name, json!({"role": "city", "validations": [{"type": "required"}]}));
    of_fields(
        &[city("City"), topics("[id:City]")],
        &[city("Town"), topics("[id:Town]")],
        &["*City* is now called *Town*"],
    );
    of_fields(
        &[field("A", json!({"role": "x"})), field("Surname", json!({"role": "last_name"}))],
        &[field("Last name", json!({"role": "last_name", "tooltip": "T"})), field("A", json!({"role": "x"}))],
        &[
            "*Surname* is now called *Last name*",
            "*Last name* moved before *A*",
            "the tooltip of *Last name* is new: \"T\"",
        ],
    );
    // Without a role, and with nothing in common but the rest, it may be any other field.
    of_fields(
        &[field("A", json!({})), field("B", json!({"type": "date"}))],
        &[field("B", json!({"type": "date"})), field("C", json!({}))],
        &["*A* was removed (text)", "*C* was added after *B* (text)"],
    );
}

#[test]
fn a_field_in_place_of_another_is_not_called_renamed() {
    let required = |name: &str| field(name, json!({"validations": [{"type": "required"}]}));
    of_fields(
        &[required("Street"), required("City")],
        &[required("Phone"), required("City")],
        &["*Street* was removed (text, required)", "*Phone* was added before *City* (text, required)"],
    );
    of_fields(
        &[required("Street"), required("City")],
        &[required("Road"), required("Town")],
        &[
            "*Street* was removed (text, required)",
            "*City* was removed (text, required)",
            "*Road* was added before *Town* (text, required)",
            "*Town* was added after *Road* (text, required)",
        ],
    );
    of_fields(&[required("Street")], &[required("Street name")], &["*Street* is now called *Street name*"]);
}

#[test]
fn a_new_label_that_is_sorted_elsewhere_is_no_move() {
    let city = |name: &str| field(name, json!({"role": "city"}));
    let other = |name: &str| field(name, json!({}));
    let sorted = |mut elements: Vec<Value>| {
        elements.sort_by_key(Value::to_string);
        form(json!(elements))
    };
    let old = sorted(vec![city("City"), other("Name"), other("Years")]);
    let new = sorted(vec![city("Town"), other("Name"), other("Years")]);
    assert_eq!(new["elements"][1]["name"], "Town");
    assert_eq!(said(&old, &new), ["*City* is now called *Town*"]);
}

#[test]
fn what_a_field_demands() {
    let rules = |rules: Value| json!({"type": "number", "validations": rules});
    of_field(rules(json!([])), rules(json!([{"type": "required"}])), "*Age* became required");
    of_field(json!({"required": true}), json!({"required": false}), "*Age* is no longer required");
    of_field(
        rules(json!([{"type": "range", "min": 18}])),
        rules(json!([{"type": "range", "min": 21}])),
        "the minimum of *Age* is now 21, was 18",
    );
    of_field(rules(json!([])), rules(json!([{"type": "range", "max": 99}])), "*Age* now has the maximum 99");
    of_field(
        json!({"validations": [{"type": "length", "max": 9}]}),
        json!({}),
        "*Age* no longer has the maximum length 9",
    );
    of_field(
        json!({"validations": [{"type": "pattern", "pattern": "^a$"}]}),
        json!({"validations": [{"type": "pattern", "pattern": "^b$"}]}),
        "the pattern of *Age* is now \"^b$\", was \"^a$\"",
    );
    of_field(json!({}), json!({"type": "date"}), "*Age* is now of the type date, was text");
    of_field(
        rules(json!([{"type": "checksum", "of": "iban"}])),
        rules(json!([{"type": "checksum", "of": "isin"}])),
        "*Age*: validations[0].of is now \"isin\", was \"iban\"",
    );
    // The bound is the same and its spelling is not: that is told, too.
    of_fields(
        &[field("Age", rules(json!([{"type": "min", "min": 3}])))],
        &[field("Age", rules(json!([{"type": "range", "min": 3}])))],
        &[
            "*Age*: validations[0] is gone, was {\"type\":\"min\",\"min\":3}",
            "*Age*: validations[0] is new: {\"type\":\"range\",\"min\":3}",
        ],
    );
}

#[test]
fn what_a_field_says_and_offers() {
    of_field(json!({"tooltip": "Old"}), json!({"tooltip": "New"}), "the tooltip of *Age* is now \"New\", was \"Old\"");
    of_field(json!({"placeholder": "x"}), json!({}), "the placeholder of *Age* is gone, was \"x\"");
    of_field(json!({}), json!({"value": "9"}), "*Age* is now filled in with \"9\" beforehand");
    of_field(json!({"value": 1}), json!({"value": 2}), "*Age* is now filled in with 2 beforehand, was 1");
    of_field(
        json!({"accept": ["pdf"]}),
        json!({"accept": ["pdf", "csv"]}),
        "the accepted file types of *Age* are now \"pdf\", \"csv\", were \"pdf\"",
    );
    of_field(json!({"x": {"y": 1}}), json!({"x": {"y": 2}}), "*Age*: x.y is now 2, was 1");
    let options = |options: Value| json!({"type": "dropdown", "options": options});
    of_field(options(json!(["a", "b"])), options(json!(["a", "b", "c", "d"])), "*Age* has the new options *c*, *d*");
    of_field(options(json!(["a", "b"])), options(json!(["b"])), "*Age* no longer has the option *a*");
    of_field(options(json!(["a", "b"])), options(json!(["b", "a"])), "the options of *Age* changed their order");
    let labelled = |label: &str| options(json!([{"value": "CA", "label": label}]));
    of_field(labelled("Canada"), labelled("Kanada"), "the option *Canada* of *Age* is now called *Kanada*");
    let many: Vec<String> = (0..30).map(|at| format!("o{at}")).collect();
    of_field(
        options(json!(["a"])),
        options(json!([vec!["a".to_owned()], many].concat())),
        "*Age* has the new options *o0*, *o1*, *o2*, *o3*, *o4*, *o5*, *o6*, *o7* and 22 more",
    );
}

#[test]
fn when_a_field_is_shown() {
    let when = |operator: &str, value: Value| json!({"condition": {"type": "any", "rules": [{"elementId": "[id:Country]", "operator": operator, "value": value}]}});
    of_field(json!({}), when("equals", json!("CA")), "*Age* is now shown only when *Country* is \"CA\", was always");
    of_field(when("filled", json!(true)), json!({}), "*Age* is now always shown, was only when *Country* is filled in");
    of_field(
        when("in", json!(["CA", "GB"])),
        when("in", json!(["CA"])),
        "*Age* is now shown when *Country* is one of \"CA\", was when *Country* is one of \"CA\", \"GB\"",
    );
    of_field(
        json!({"condition": {"type": "script", "code": "a"}}),
        json!({"condition": {"type": "script", "code": "b"}}),
        "*Age*: condition.code is now \"b\", was \"a\"",
    );
}

#[test]
fn what_comes_next() {
    let address = form(json!([field("Street", json!({}))]));
    let check =
        json!({"id": "[id:Document check]", "title": "Document check", "type": "trulioo_doc_v", "canGoBack": true});
    let error = json!({"code": 4008, "message": "Not now"});
    let one = |old: &Value, new: &Value, sentence: &str| assert_eq!(said(old, new), [sentence]);
    one(&address, &check, "next step is now *Document check*, was *Address*");
    one(&address, &error, "now refused with the error 4008 \"Not now\", was *Address*");
    one(&address, &json!({"type": "end", "text": "Bye"}), "the flow now ends here, was *Address*");
    one(&address, &json!({"type": "pending"}), "the answer is now pending, was *Address*");
    one(&json!({"type": "pending"}), &check, "next step is now *Document check*, was pending");
    one(&error, &json!({"code": 4008, "message": "Never"}), "the message is now \"Never\", was \"Not now\"");
    one(
        &error,
        &json!({"code": 4009, "message": "No"}),
        "now refused with the error 4009 \"No\", was the error 4008 \"Not now\"",
    );
    one(
        &json!({"status": "ACCEPTED"}),
        &json!({"status": "DECLINED"}),
        "the status is now \"DECLINED\", was \"ACCEPTED\"",
    );
    one(&json!([1]), &json!([2]), "$[0] is now 2, was 1");
}

#[test]
fn what_changes_of_the_step_itself() {
    let old = form(json!([field("Street", json!({}))]));
    let with = |key: &str, value: Value| {
        let mut new = old.clone();
        new[key] = value;
        new
    };
    assert_eq!(said(&old, &with("canGoBack", json!(true))), ["going back became possible"]);
    let mut retitled = with("title", json!("Where"));
    retitled["id"] = json!("[id:Where]");
    assert_eq!(said(&old, &retitled), ["the title is now *Where*, was *Address*"]);
    assert_eq!(said(&old, &with("countryOfResidence", json!("CA"))), ["the country of residence is new: \"CA\""]);
    assert_eq!(said(&old, &with("theme", json!({"a": 1}))), ["theme is new: {\"a\":1}"]);
    assert_eq!(said(&old, &old), Vec::<String>::new());
}

#[test]
fn a_whole_answer_in_a_sentence() {
    let address = form(json!([field("Street", json!({"required": true})), field("City", json!({}))]));
    assert_eq!(
        summary(&address).to_string(),
        "the form *Address* with 2 fields: *Street* (text, required), *City* (text)"
    );
    assert_eq!(summary(&json!({"type": "END", "text": "Bye"})).to_string(), "the end of the flow: \"Bye\"");
    assert_eq!(summary(&json!({"code": 4001, "message": "m"})).to_string(), "the error 4001 \"m\"");
    assert_eq!(summary(&json!({"jwt": "[token]"})).to_string(), "an answer with *jwt*");
    assert_eq!(summary(&json!({"id": "a", "type": "trulioo_doc_v"})).to_string(), "the step *trulioo_doc_v*");
}

#[test]
fn nothing_in_a_sentence_is_obeyed_by_a_terminal_and_long_values_keep_their_difference() {
    let change = changes(
        &form(json!([field("A\u{1b}[2J", json!({"tooltip": "a"}))])),
        &form(json!([field("A\u{1b}[2J", json!({"tooltip": "\u{202e}\u{9b}b"}))])),
    );
    let text = change[0].sentence().to_string();
    assert!(!text.chars().any(|letter| letter.is_control() || letter == '\u{202e}'), "{text:?}");
    let long = |end: &str| json!({"tooltip": format!("{}{end}", "word ".repeat(60))});
    let text = said(&form(json!([field("A", long("one"))])), &form(json!([field("A", long("two"))])));
    assert_eq!(text[0], "the tooltip of *A* is now \"…word word word two\", was \"…word word word one\"");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (0..3).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let key = prop_oneof![
            Just("id"),
            Just("name"),
            Just("type"),
            Just("validations"),
            Just("value"),
            Just("condition"),
            Just("options"),
            Just("min"),
            Just("elements"),
            Just("title"),
            Just("role"),
            Just("rules"),
            Just("required"),
            Just("x")
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..4)
                .prop_map(|members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn something_is_said_exactly_when_something_differs(old in any_json(), new in any_json()) {
        prop_assert_eq!(changes(&old, &new).is_empty(), diff(&old, &new).is_empty());
        let (old, new) = (form(json!([old])), form(json!([new])));
        let changes = changes(&old, &new);
        prop_assert_eq!(changes.is_empty(), diff(&old, &new).is_empty());
        prop_assert!(changes.iter().all(|change| !change.sentence().parts.is_empty()));
    }
}

/// What may be in a field, as far as a sentence is to say all of it.
fn any_field() -> impl Strategy<Value = Value> {
    let small = || 0..3_u8;
    // Each rule once and in this order: another order, or the same rule twice, demands nothing else.
    let rules = [
        Just(json!({"type": "required"})).boxed(),
        small().prop_map(|min| json!({"type": "range", "min": min})).boxed(),
        small().prop_map(|max| json!({"type": "length", "max": max})).boxed(),
        small().prop_map(|max| json!({"type": "max", "value": max})).boxed(),
        small().prop_map(|more| json!({"type": "pattern", "pattern": "^a$", "message": more})).boxed(),
        small().prop_map(|value| json!({"type": "checksum", "value": value})).boxed(),
    ]
    .map(proptest::option::of)
    .to_vec()
    .prop_map(|rules| rules.into_iter().flatten().collect::<Vec<Value>>())
    .prop_filter("no list without rules", |rules| !rules.is_empty());
    let condition = prop_oneof![
        small().prop_map(
            |value| json!({"type": "all", "rules": [{"elementId": "[id:B]", "operator": "equals", "value": value}]})
        ),
        small().prop_map(|value| json!({"type": "script", "value": value})),
    ];
    let member = prop_oneof![
        rules.prop_map(|rules| ("validations", Value::from(rules))),
        condition.prop_map(|condition| ("condition", condition)),
        small().prop_map(|text| ("tooltip", json!(text))),
        small().prop_map(|value| ("value", json!(value))),
        small().prop_map(|value| ("theme", json!({"a": {"b": value}}))),
        prop_oneof![Just("text"), Just("number"), Just("date")].prop_map(|kind| ("type", json!(kind))),
        proptest::collection::vec("[ab]", 1..3).prop_map(|options| ("options", json!(options))),
    ];
    proptest::collection::vec(member, 0..6).prop_map(|members| field("A", members.into_iter().collect()))
}

proptest! {
    /// Two answers that differ are told differently: no part of a change is passed over because another is told.
    #[test]
    fn nothing_that_changed_goes_unsaid(old in any_field(), one in any_field(), other in any_field()) {
        let [old, one, other] = [old, one, other].map(|field| form(json!([field, super::tests::field("B", json!({}))])));
        let in_any_order = |changes: &[StepChange]| changes.iter().any(|change| matches!(change, StepChange::OptionsReordered { .. }));
        let (told, told_other) = (changes(&old, &one), changes(&old, &other));
        if !diff(&one, &other).is_empty() && !in_any_order(&told) {
            prop_assert_ne!(told, told_other);
        }
    }
}
