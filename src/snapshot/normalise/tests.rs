use proptest::prelude::*;
use serde_json::json;

use super::*;

fn text(body: &Value) -> String {
    Names::new().normalise(body, &Options::default())
}

fn options(ignore: &[&str], redact: &[(&str, Value)], unordered: &[&str]) -> Options {
    let path = |text: &str| JsonPath::parse(text).unwrap();
    Options {
        ignore: ignore.iter().map(|text| path(text)).collect(),
        redact: redact.iter().map(|(text, value)| (path(text), value.clone())).collect(),
        unordered: unordered.iter().map(|text| path(text)).collect(),
    }
}

/// An ObjectId for a number, other for another seed.
fn object_id(seed: u64, number: u64) -> String {
    let mixed = (seed.wrapping_mul(1_000_003).wrapping_add(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{mixed:016x}{number:08x}")
}

fn uuid(seed: u64, number: u64) -> String {
    let digits = object_id(seed, number);
    format!("{}-{}-{}-{}-{}00000000", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

/// The answers of a flow as it was built at one time.
fn flow(seed: u64) -> Vec<Value> {
    let id = |number| object_id(seed, number);
    let session = uuid(seed, 90);
    // The server keeps its maps by id.
    let mut fields: Vec<_> = [(2, "First name", "Ada"), (3, "Last name", "Lovelace")]
        .map(|(number, name, value)| (id(number), json!({"id": id(number), "name": name, "value": [value]})))
        .into();
    fields.sort_by(|left, right| left.0.cmp(&right.0));
    let fields: serde_json::Map<_, _> = fields.into_iter().collect();
    vec![
        json!({
            "id": id(1), "title": "You", "type": "form", "canGoBack": false,
            "elements": [
                {"id": id(2), "name": "First name", "role": "first_name", "type": "text"},
                {"id": id(3), "name": "Last name", "role": "last_name", "type": "text",
                 "condition": {"type": "all", "rules": [{"elementId": id(2), "operator": "filled"}]}},
                {"id": id(4), "name": "Last name", "type": "text", "next": id(7)},
            ],
        }),
        json!({"key": format!("uploads/{}.pdf", uuid(seed, 5))}),
        json!({"id": id(6), "type": "trulioo_doc_v", "shortCode": format!("s{seed}"), "canGoBack": true}),
        json!({"id": id(8), "type": "END", "text": "Bye", "redirectUrl":
            format!("https://x.example/done?s%3D{}&at={}&f={}", session.to_uppercase(), id(7), id(2))}),
        json!({
            "id": session, "created": 1_700_000_000_000_u64 + seed, "lastModified": format!("2024-01-01T00:00:{:02}Z", seed % 60),
            "flowData": {id(9): {"id": id(9), "fieldData": fields,
                "serviceData": [{"nodeId": id(20 + seed % 2), "timestamp": 1_700_000_000 + seed, "token": format!("t{seed}")}]}},
        }),
    ]
}

fn run(answers: &[Value], seed: u64) -> Vec<String> {
    let mut names = Names::new();
    names.name_flow(&object_id(seed, 9), "retail");
    names.name_session(&uuid(seed, 90), None);
    answers.iter().map(|answer| names.normalise(answer, &Options::default())).collect()
}

#[test]
fn a_rebuilt_flow_has_the_same_text() {
    let texts = run(&flow(1), 1);
    assert_eq!(texts, run(&flow(2), 2));
    assert_eq!(texts, run(&flow(3), 3));
    assert_eq!(
        texts[0],
        r#"{
  "canGoBack": false,
  "elements": [
    {
      "id": "[id:First name]",
      "name": "First name",
      "role": "first_name",
      "type": "text"
    },
    {
      "condition": {
        "rules": [
          {
            "elementId": "[id:First name]",
            "operator": "filled"
          }
        ],
        "type": "all"
      },
      "id": "[id:Last name]",
      "name": "Last name",
      "role": "last_name",
      "type": "text"
    },
    {
      "id": "[id:Last name#2]",
      "name": "Last name",
      "next": "[id:1]",
      "type": "text"
    }
  ],
  "id": "[id:You]",
  "title": "You",
  "type": "form"
}"#
    );
    assert_eq!(texts[1], "{\n  \"key\": \"[key]\"\n}");
    assert!(texts[2].contains(r#""id": "[id:trulioo_doc_v]""#) && texts[2].contains(r#""shortCode": "[short-code]""#));
    assert!(texts[3].contains(r#""id": "[id:end]""#));
    assert!(texts[3].contains("done?s%3D[session]&at=[id:1]&f=[id:First name]"), "{}", texts[3]);
    let profile: Value = serde_json::from_str(&texts[4]).unwrap();
    assert_eq!(
        profile,
        json!({
            "id": "[session]", "created": "[time]", "lastModified": "[time]",
            "flowData": {"[flow:retail]": {"id": "[flow:retail]",
                "fieldData": {
                    "[id:First name]": {"id": "[id:First name]", "name": "First name", "value": ["Ada"]},
                    "[id:Last name]": {"id": "[id:Last name]", "name": "Last name", "value": ["Lovelace"]},
                },
                "serviceData": [{"nodeId": "[id:2]", "timestamp": "[time]", "token": "[token]"}]}},
        })
    );
}

#[test]
fn a_profile_alone_names_its_fields() {
    let profile = |seed| flow(seed).pop().unwrap();
    assert!(text(&profile(1)).contains("[id:Last name]"));
    for seed in 2..20 {
        assert_eq!(text(&profile(1)), text(&profile(seed)));
    }
}

#[test]
fn what_a_field_holds_decides_its_place_not_its_id() {
    let profile = |first: &str, second: &str| {
        let mut fields = [(first, json!({"name": "X", "n": 1})), (second, json!({"name": "X", "n": 2}))];
        fields.sort_by_key(|(id, _)| id.to_string());
        json!({"fieldData": fields.into_iter().map(|(id, field)| (id.to_owned(), field)).collect::<serde_json::Map<_, _>>()})
    };
    assert_eq!(text(&profile("a", "b")), text(&profile("d", "c")));
}

#[test]
fn keys_are_sorted_by_their_names() {
    let body: Value = (0..11).map(|n| (object_id(1, n), json!(n))).collect::<serde_json::Map<_, _>>().into();
    let shown: Value = serde_json::from_str(&text(&body)).unwrap();
    let keys: Vec<_> = shown.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys[..3], ["[id:10]", "[id:11]", "[id:1]"]);
    assert!(keys.is_sorted());
}

#[test]
fn ids_of_any_shape_are_named_where_ids_stand_and_only_there() {
    let step = |first: Value, second: Value| {
        json!({
            "id": "1", "title": "Address 1", "type": "form", "message": "1 of 2 name",
            "elements": [
                {"id": first, "name": "Name", "type": "text", "value": "name", "min": 1},
                {"id": second, "name": "Street", "type": "text", "value": "1",
                 "condition": {"type": "any", "rules": [{"field": first, "operator": "equals", "value": "name"}]}},
            ],
        })
    };
    let shown: Value = serde_json::from_str(&text(&step(json!("name"), json!(1)))).unwrap();
    assert_eq!(
        shown,
        json!({
            "id": "[id:Address 1]", "title": "Address 1", "type": "form", "message": "1 of 2 name",
            "elements": [
                {"id": "[id:Name]", "name": "Name", "type": "text", "value": "name", "min": 1},
                {"id": "[id:Street]", "name": "Street", "type": "text", "value": "1",
                 "condition": {"type": "any", "rules": [{"field": "[id:Name]", "operator": "equals", "value": "name"}]}},
            ],
        })
    );
    assert_eq!(text(&step(json!("a"), json!("b"))), text(&step(json!(7), json!("x"))));
}

#[test]
fn elements_counted_anew_in_every_step_are_told_apart() {
    let mut names = Names::new();
    let step = |label: &str| json!({"title": "S", "elements": [{"id": 1, "name": label}], "condition": {"rules": [{"element": 1, "field": "1"}]}});
    let mut show = |label| names.normalise(&step(label), &Options::default());
    let first = show("First name");
    assert!(first.contains(r#""element": "[id:First name]""#) && first.contains(r#""field": "[id:First name]""#));
    assert!(show("Street").contains(r#""element": "[id:Street]""#));
    assert_eq!(show("First name"), first);
}

#[test]
fn distinctive_ids_are_found_in_longer_texts() {
    let step = json!({
        "title": "S", "elements": [{"id": "address_1", "name": "Street", "role": "address_1"}],
        "link": "/f/address_1?x=address_12", "map": {"address_1": 1},
    });
    let shown = text(&step);
    assert!(shown.contains(r#""role": "address_1""#), "{shown}");
    assert!(shown.contains(r#""link": "/f/[id:Street]?x=address_12""#), "{shown}");
    assert!(shown.contains(r#""[id:Street]": 1"#), "{shown}");
}

#[test]
fn tokens_and_instants_are_named_ordinary_data_is_not() {
    let body = json!({
        "access_token": "a", "token": "b", "expires_in": 3600, "list": [{"token": "a"}, {"refreshToken": "c"}],
        "dob": "1815-12-10", "createdAt": 5, "updated_at": "2024-01-01T10:00:00", "startedAt": "1700000000",
        "format": "at", "note": "seen 2024-01-01T10:00:00Z", "value": 1700000000, "one": 1.0, "key": {"a": 1},
        "jwt": null, "bearer": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
    });
    let shown: Value = serde_json::from_str(&text(&body)).unwrap();
    assert_eq!(
        shown,
        json!({
            "access_token": "[token]", "token": "[token#4]", "expires_in": 3600,
            "list": [{"token": "[token]"}, {"refreshToken": "[token#3]"}],
            "dob": "1815-12-10", "createdAt": 5, "updated_at": "[time]", "startedAt": "[time]",
            "format": "at", "note": "seen [time]", "value": 1700000000, "one": 1, "key": {"a": 1},
            "jwt": null, "bearer": "Bearer [token#2]",
        })
    );
}

#[test]
fn keys_that_get_one_name_are_kept_apart() {
    let shown = text(&json!({"2024-01-01T10:00:00Z": 1, "2025-01-01T10:00:00Z": 2}));
    assert_eq!(shown, "{\n  \"[time]\": 1,\n  \"[time]#2\": 2\n}");
}

#[test]
fn options_are_applied_before_names_are_given() {
    let body = |seed: u64, turned: bool| {
        let mut elements = vec![
            json!({"id": object_id(seed, 1), "name": "A", "next": object_id(seed, 8)}),
            json!({"id": object_id(seed, 2), "name": "B", "next": object_id(seed, 9)}),
        ];
        if turned {
            elements.reverse();
        }
        json!({"title": "S", "subtitle": seed, "it's": seed, "secret": seed, "last": object_id(seed, 9),
            "elements": elements, "extra": [{"id": object_id(seed, 77 + seed)}, 5]})
    };
    let options = options(
        &["$.subtitle", "$[\"it's\"]", "$.extra[0]", "$.missing"],
        &[("$.secret", json!("[x]")), ("$.subtitle", json!("never"))],
        &["$.elements"],
    );
    let show = |body: Value| Names::new().normalise(&body, &options);
    let shown = show(body(1, false));
    assert_eq!(shown, show(body(2, true)));
    assert!(!shown.contains("subtitle") && !shown.contains("it's") && shown.contains(r#""secret": "[x]""#), "{shown}");
    assert!(shown.contains("\"extra\": [\n    5\n  ]"), "{shown}");
    assert!(shown.contains(r#""last": "[id:2]""#), "{shown}");
    assert_ne!(text(&body(1, false)), text(&body(1, true)));
}

#[test]
fn what_is_left_out_is_still_known_by_its_label() {
    let body = json!({"title": "S", "elements": [{"id": "a", "name": "A"}, {"id": "b", "name": "B", "fieldId": "a"}]});
    let shown = Names::new().normalise(&body, &options(&["$.elements[0]"], &[], &[]));
    assert!(shown.contains(r#""fieldId": "[id:A]""#) && !shown.contains(r#""name": "A""#), "{shown}");
    assert_eq!(Names::new().normalise(&body, &options(&["$"], &[], &[])), "null");
}

#[test]
fn long_labels_and_generated_ones_are_cut_to_what_stays() {
    let step = |seed| json!({"title": format!("Case {}", uuid(seed, 1)), "id": 5, "elements": []});
    assert!(text(&step(1)).contains("[id:Case [id]]"));
    assert_eq!(text(&step(1)), text(&step(2)));
    let long = json!({"title": "very ".repeat(40), "id": 5, "elements": []});
    assert!(text(&long).contains(&format!("[id:{}…]", "very ".repeat(12))));
}

#[test]
fn texts_that_are_no_json() {
    let mut names = Names::new();
    names.name_session(&uuid(1, 90), Some("Ada"));
    let page = format!("<p>{}\r\n{}</p>", uuid(1, 90), uuid(1, 91));
    assert_eq!(names.normalise_text(&page), "<p>[session:Ada]\n[id:1]</p>");
}

/// A step as data: labels, types, and for each element those that it refers to.
fn steps() -> impl Strategy<Value = Vec<(String, String, Vec<usize>)>> {
    let element = ("[A-Da-d é#0-9]{1,3}", "text|date", proptest::collection::vec(0..12_usize, 0..3));
    proptest::collection::vec(element, 1..8)
}

/// The step's answer, with ids made by `id` and keys of the map in the order of these ids.
fn build(step: &[(String, String, Vec<usize>)], id: &dyn Fn(u64) -> String) -> Value {
    let elements: Vec<Value> = step
        .iter()
        .enumerate()
        .map(|(index, (label, kind, refers))| {
            let rules: Vec<Value> = refers
                .iter()
                .map(|other| json!({"elementId": id(*other as u64), "value": format!("v{other}")}))
                .collect();
            json!({"id": id(index as u64), "name": label, "type": kind, "condition": {"type": "all", "rules": rules}})
        })
        .collect();
    let by_id = |mut entries: Vec<(String, Value)>| {
        entries.sort_by(|left, right| left.0.cmp(&right.0));
        Value::Object(entries.into_iter().collect())
    };
    let data =
        step.iter().enumerate().map(|(index, (label, ..))| (id(index as u64), json!({"name": label, "n": index})));
    let nodes = (0..4).map(|node| (id(200 + node), json!({"n": node, "to": id(200 + (node + 1) % 4)})));
    json!({
        "id": id(100), "title": "S", "elements": elements, "fieldData": by_id(data.collect()),
        "nodes": by_id(nodes.collect()), "other": [id(101), id(102), id(101)],
    })
}

/// The same value with all keys the other way round.
fn turned(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.iter().rev().map(|(key, value)| (key.clone(), turned(value))).collect())
        }
        Value::Array(items) => items.iter().map(turned).collect(),
        scalar => scalar.clone(),
    }
}

proptest! {
    #[test]
    fn regenerated_ids_change_nothing(step in steps(), before: u64, after: u64, upper: bool) {
        let first = text(&build(&step, &|number| object_id(before, number)));
        prop_assert_eq!(&first, &text(&build(&step, &|number| {
            let id = object_id(after, number);
            if upper { id.to_uppercase() } else { id }
        })));
        prop_assert_eq!(&first, &text(&build(&step, &|number| uuid(after, number))));
    }

    #[test]
    fn the_order_of_keys_changes_nothing(step in steps(), seed: u64) {
        let answer = build(&step, &|number| object_id(seed, number));
        prop_assert_eq!(text(&answer), text(&turned(&answer)));
    }

    #[test]
    fn a_changed_flow_changes_the_text(step in steps(), at: prop::sample::Index, seed: u64) {
        let show = |step: &[_]| text(&build(step, &|number| object_id(seed, number)));
        let at = at.index(step.len());
        let mut relabelled = step.clone();
        relabelled[at].0.push('x');
        prop_assert_ne!(show(&step), show(&relabelled));
        let mut rotated = step.clone();
        rotated.rotate_left(1);
        if rotated != step {
            prop_assert_ne!(show(&step), show(&rotated));
        }
    }
}
