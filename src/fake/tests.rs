use proptest::prelude::*;
use serde_json::json;

use super::*;

const PATTERNS: [&str; 14] = [
    "^[A-Za-z]+$",
    "^[A-Z]{2}$",
    r"^\d{5}(-\d{4})?$",
    r"^[\w.+-]+@[\w-]+\.[a-z]{2,}$",
    r"^\+?[0-9]{7,15}$",
    r"^\(\d{3}\) \d{3}-\d{4}$",
    r"^[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d$",
    r"^\d{3}-\d{2}-\d{4}$",
    r"^(0[1-9]|[12]\d|3[01])/(0[1-9]|1[0-2])/(19|20)\d{2}$",
    r"^[\p{L} '-]{2,40}$",
    "/^[a-z0-9]{8,12}$/i",
    r"[A-Z]{3}\d{2}",
    r"^https?://\S+$",
    r"^[^<>]*$",
];
const LABELS: [&str; 14] = [
    "First name",
    "Surname",
    "Email",
    "Mobile phone",
    "Zip",
    "City",
    "Nickname",
    "Date of birth",
    "Passport number",
    "Website",
    "National ID",
    "Company",
    "Country",
    "Comments",
];

fn context() -> Context {
    Context { today: jiff::civil::date(2026, 11, 23), country: None }
}

fn element(json: Value) -> Element {
    Element::from_json(&json).unwrap()
}

fn fill(json: Value, seed: u64) -> Result<Filled, CannotFill> {
    value_for(&element(json), &Seed::new(seed), &context())
}

fn value(json: Value, seed: u64) -> Value {
    match fill(json.clone(), seed) {
        Ok(Filled::Value(value)) => value,
        other => panic!("{json}: {other:?}"),
    }
}

/// Text elements that leave room enough: lengths from a width that the longest meaningful value can be shaped to.
fn texts() -> impl Strategy<Value = Value> {
    (0..LABELS.len(), 0usize..60, 27usize..40, any::<bool>(), any::<bool>()).prop_map(
        |(label, least, width, low, high)| {
            let mut validations = vec![json!({"type": "required"})];
            // A date, a country's code or an account number cannot be longer than it is.
            let fixed = ["Date of birth", "Country"].contains(&LABELS[label]);
            if low && !fixed {
                validations.push(json!({"type": "min", "value": least.to_string()}));
            }
            if high {
                validations.push(json!({"type": "length", "max": least + width}));
            }
            json!({"id": "1", "type": "text", "name": LABELS[label], "validations": validations})
        },
    )
}

fn numbers() -> impl Strategy<Value = Value> {
    (-1_000_000i64..1_000_000, 0i64..5000, 0u32..4, any::<bool>(), 0..4).prop_map(|(low, width, places, text, ends)| {
        let bound = |units: i64| {
            let number = units as f64 / 10f64.powi(places as i32);
            if text { json!(format!("{number}")) } else { json!(number) }
        };
        let mut rule = json!({"type": "range"});
        if ends & 1 != 0 {
            rule["min"] = bound(low);
        }
        if ends & 2 != 0 {
            rule["max"] = bound(low + width);
        }
        json!({"id": "1", "type": "number", "name": "Amount", "validations": [rule]})
    })
}

fn elements() -> impl Strategy<Value = Value> {
    let options = prop::collection::vec("[a-z]{1,6}", 1..6);
    let kinds = ["dropdown", "checkbox", "CheckboxGroup", "country_select", "file", "static", "hologram", "date"];
    let others = (prop::sample::select(kinds.to_vec()), options, any::<bool>(), 0..LABELS.len()).prop_map(
        |(kind, options, required, label)| {
            json!({"id": "1", "type": kind, "name": LABELS[label], "options": options, "required": required})
        },
    );
    prop_oneof![texts(), numbers(), others]
}

fn as_number(bound: &Value) -> f64 {
    bound.as_f64().unwrap_or_else(|| bound.as_str().unwrap().parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn texts_keep_their_lengths(json in texts(), seed: u64) {
        let limits = element(json.clone()).limits().clone();
        let text = value(json, seed);
        let length = text.as_str().unwrap().chars().count();
        prop_assert!(length > 0 && limits.min_length.unwrap_or(0) <= length, "{text}");
        prop_assert!(length <= limits.max_length.unwrap_or(usize::MAX), "{text}");
    }

    #[test]
    fn texts_match_their_patterns(pattern in prop::sample::select(PATTERNS.to_vec()), label in 0..LABELS.len(), seed: u64) {
        let json = json!({"id": "1", "type": "text", "name": LABELS[label],
            "validations": [{"type": "pattern", "value": pattern}]});
        let text = value(json, seed);
        let text = text.as_str().unwrap();
        let plain = pattern.strip_prefix('/').map_or(pattern.to_owned(), |p| format!("(?i){}", p.strip_suffix("/i").unwrap()));
        prop_assert!(regex::Regex::new(&plain).unwrap().is_match(text), "{pattern}: {text}");
        if let Some((_, domain)) = text.split_once('@') {
            prop_assert!(domain.to_ascii_lowercase().starts_with("example."), "{text}");
        }
    }

    #[test]
    fn pattern_and_lengths_together(least in 1usize..30, width in 0usize..10, seed: u64) {
        let json = json!({"id": "1", "type": "text", "name": "Nickname", "validations": [
            {"type": "length", "min": least, "max": least + width}, {"type": "regex", "pattern": "^[A-Z][a-z0-9]*$"}]});
        let text = value(json, seed);
        let text = text.as_str().unwrap();
        prop_assert!((least..=least + width).contains(&text.len()), "{text}");
        prop_assert!(regex::Regex::new("^[A-Z][a-z0-9]*$").unwrap().is_match(text), "{text}");
    }

    #[test]
    fn numbers_stay_within_their_bounds(json in numbers(), seed: u64) {
        let limits = element(json.clone()).limits().clone();
        let number = value(json.clone(), seed);
        let number = number.as_f64().unwrap();
        prop_assert!(limits.min.as_ref().is_none_or(|min| as_number(min) <= number), "{json} {number}");
        prop_assert!(limits.max.as_ref().is_none_or(|max| number <= as_number(max)), "{json} {number}");
    }

    #[test]
    fn dates_stay_within_their_bounds(from in 0i32..60_000, width in 0i32..9000, ends in 0..4, dob: bool, seed: u64) {
        let day = |days: i32| jiff::civil::date(1900, 1, 1).saturating_add(jiff::Span::new().days(days));
        let mut rule = json!({"type": "range"});
        if ends & 1 != 0 { rule["min"] = json!(day(from).to_string()); }
        if ends & 2 != 0 { rule["max"] = json!(day(from + width).to_string()); }
        let name = if dob { "Date of birth" } else { "Issued on" };
        let made = value(json!({"id": "1", "type": "date", "name": name, "validations": [rule]}), seed);
        let made: Date = made.as_str().unwrap().parse().unwrap();
        prop_assert!(ends & 1 == 0 || day(from) <= made, "{made}");
        prop_assert!(ends & 2 == 0 || made <= day(from + width), "{made}");
        if dob && ends == 0 {
            prop_assert!(made.year() >= 1946 && made <= jiff::civil::date(2008, 11, 23), "{made}");
        }
    }

    #[test]
    fn every_type_is_filled_as_it_takes(json in elements(), seed: u64) {
        let element = element(json.clone());
        let options: Vec<Value> = element.options().into_iter().map(|(value, _)| value).collect();
        let filled = fill(json.clone(), seed).unwrap();
        prop_assert_eq!(&filled, &fill(json.clone(), seed).unwrap(), "the same seed, the same value");
        match (element.kind, &filled) {
            (ElementType::Text | ElementType::Date, Filled::Value(Value::String(_))) => {}
            (ElementType::Number, Filled::Value(Value::Number(_))) => {}
            (ElementType::Dropdown | ElementType::CountrySelect | ElementType::Unknown, Filled::Value(value)) => {
                prop_assert!(options.contains(value));
            }
            (ElementType::Checkbox, Filled::Value(Value::Bool(true))) => prop_assert!(options.len() == 1),
            (ElementType::Checkbox | ElementType::CheckboxGroup, Filled::Value(Value::Array(ticked))) => {
                prop_assert!(!ticked.is_empty() && ticked.iter().all(|value| options.contains(value)));
                prop_assert!(ticked.len() <= options.len());
            }
            (ElementType::File, Filled::File { bytes, .. }) => prop_assert!(bytes.starts_with(b"%PDF-")),
            (ElementType::Static, Filled::Nothing) => {}
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn siblings_and_ids_change_nothing(seed: u64, id in "[0-9a-f]{24}") {
        let form = |extra: bool, id: &str| -> Vec<Value> {
            let mut fields = vec![json!({"id": id, "type": "text", "name": "Nickname"}),
                json!({"id": "2", "type": "number", "name": "Amount"})];
            if extra { fields.insert(1, json!({"id": "3", "type": "text", "name": "Colour"})); }
            fields
        };
        let by_name = |fields: Vec<Value>| -> Vec<Value> {
            fields.into_iter().filter(|field| field["name"] != "Colour").map(|field| value(field, seed)).collect()
        };
        prop_assert_eq!(by_name(form(false, "1")), by_name(form(true, &id)));
    }
}

#[test]
fn another_seed_usually_gives_another_value() {
    for label in LABELS.iter().filter(|label| **label != "Country") {
        let json = json!({"id": "1", "type": "text", "name": label});
        let values: std::collections::BTreeSet<_> = (0..50).map(|seed| value(json.clone(), seed).to_string()).collect();
        assert!(values.len() >= 10, "{label}: {values:?}");
    }
}

#[test]
fn a_form_is_about_one_applicant() {
    for seed in 0..40 {
        let made = |kind: &str, role: &str| value(json!({"id": "1", "type": kind, "role": role}), seed);
        let regions = json!(["NY", "TX", "CO", "OR", "OH"]);
        let field = json!({"id": "2", "type": "dropdown", "role": "address_state", "options": regions});
        let context = Context { country: Some("US".into()), ..context() };
        let in_us = |json: Value| value_for(&element(json), &Seed::new(seed), &context).unwrap();
        let text = in_us(json!({"id": "1", "type": "text", "role": "address_state"}));
        assert_eq!(in_us(field), text);
        let chosen =
            json!({"id": "3", "type": "country_select", "role": "address_country", "options": ["AU", "US", "BR"]});
        assert_eq!(in_us(chosen), Filled::Value(json!("US")));
        let names = json!([{"value": 1, "label": "Brazil"}, {"value": 2, "label": "Canada"}]);
        assert_eq!(value(json!({"id": "3", "type": "country_select", "options": names}), seed), 2);
        assert_eq!(made("country_select", "address_country"), made("text", "address_country"));
        assert_eq!(made("date", "dob"), made("text", "dob"));
    }
}

#[test]
fn dates_are_written_as_the_element_wants() {
    let made = value(json!({"id": "1", "type": "date", "name": "Expiry date", "dateFormat": "DD/MM/YYYY"}), 3);
    let made = made.as_str().unwrap();
    assert!(regex::Regex::new(r"^\d\d/\d\d/20(28|29|30)$").unwrap().is_match(made), "{made}");
}

#[test]
fn what_cannot_be_filled_names_the_field() {
    for (json, word) in [
        (json!({"id": "1", "type": "dropdown", "name": "Plan", "options": [""]}), "without options"),
        (
            json!({"id": "1", "type": "text", "name": "Plan", "validations": [{"type": "pattern", "value": "(?=x"}]}),
            "parenthesis",
        ),
        (
            json!({"id": "1", "type": "text", "name": "Plan", "validations": [{"type": "pattern", "value": "^x{3}$"}, {"type": "max", "value": 2}]}),
            "at most 2",
        ),
        (
            json!({"id": "1", "type": "text", "name": "Plan", "validations": [{"type": "pattern", "value": "^\\w+@bank[a-z]{6}\\.com$"}]}),
            "bank",
        ),
        (
            json!({"id": "1", "type": "text", "name": "Plan", "validations": [{"type": "length", "min": 5, "max": 4}]}),
            "5 to 4",
        ),
        (
            json!({"id": "1", "type": "text", "name": "Plan", "validations": [{"type": "min", "value": u64::MAX}]}),
            "characters or more",
        ),
        (
            json!({"id": "1", "type": "number", "name": "Plan", "validations": [{"type": "range", "min": 0.5, "max": "0.4"}]}),
            "from 0.5 to 0.4",
        ),
        (json!({"id": "1", "type": "number", "name": "Plan", "validations": [{"type": "min", "value": "few"}]}), "few"),
        (json!({"id": "1", "type": "date", "name": "Plan", "validations": [{"type": "min", "value": "soon"}]}), "soon"),
        (json!({"id": "1", "type": "date", "name": "Plan", "dateFormat": "HH:mm"}), "HH:mm"),
        (
            json!({"id": "1", "type": "checkbox_group", "name": "Plan", "options": ["a", "b"], "validations": [{"type": "min", "value": 3}]}),
            "at least 3",
        ),
    ] {
        let message = fill(json.clone(), 1).expect_err(&json.to_string()).to_string();
        assert!(message.contains(word) && message.contains("`Plan`") && !message.contains(';'), "{message}");
    }
}

#[test]
fn what_a_field_holds_is_used_where_nothing_can_be_made_up() {
    let holding = |pattern: &str, value: Value| {
        fill(
            json!({"id": "1", "type": "text", "name": "Ticket", "value": value,
            "validations": [{"type": "pattern", "value": pattern}]}),
            1,
        )
    };
    let nobody = "^\\w+@bank[a-z]{6}\\.com$";
    assert_eq!(holding(nobody, json!("a@bankabcdef.com")), Ok(Filled::Value(json!("a@bankabcdef.com"))));
    assert!(holding(nobody, json!("a@bank.com")).is_err() && holding(nobody, json!("")).is_err());
    assert_ne!(
        holding("^[a-z]{9}$", json!("heldvalue")),
        Ok(Filled::Value(json!("heldvalue"))),
        "made up where it can be"
    );
    assert_eq!(
        holding("^[a-z]+@company\\.com$", json!("held@company.com")),
        Ok(Filled::Value(json!("held@company.com")))
    );
    let number =
        json!({"id": "1", "type": "number", "name": "N", "value": 7, "validations": [{"type": "min", "value": "few"}]});
    assert_eq!(fill(number, 1), Ok(Filled::Value(json!(7))));
}

#[test]
fn a_condition_hides_and_what_is_not_understood_shows() {
    let values = json!({"a": "x"});
    let shown = |condition: Value| {
        is_visible(&element(json!({"id": "1", "type": "text", "condition": condition})), values.as_object().unwrap())
    };
    assert!(shown(json!({"type": "all", "rules": [{"field": "a", "operator": "equals", "value": "x"}]})));
    assert!(!shown(json!({"type": "all", "rules": [{"field": "a", "operator": "equals", "value": "y"}]})));
    assert!(shown(json!({"type": "moon", "rules": []})) && shown(Value::Null));
}
