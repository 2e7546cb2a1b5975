//! `draftgate conform`: what forms ask for that nobody can enter, or tell apart.

use serde_json::json;

use super::{after, elements, found, shows};

#[test]
fn what_nobody_can_enter() {
    let length = after(|_, answer, _| {
        for town in elements(answer).filter(|element| element["role"] == "address_city") {
            town["validations"] = json!([{"type": "length", "min": 30, "max": 21}]);
        }
    });
    // Beginning and a submit.
    shows(length, &["DG-29"], 2);
    let held = after(|_, answer, _| {
        for element in elements(answer).filter(|element| element["type"] == "number" && element["value"].is_null()) {
            element["value"] = 5.into();
        }
    });
    shows(held, &["DG-29"], 1);
    let never = after(|_, answer, _| {
        let home = elements(answer).last().map(|home| home["id"].clone()).unwrap_or_default();
        let is = |value: &str| json!({"elementId": home, "operator": "equals", "value": value});
        for town in elements(answer).filter(|element| element["role"] == "address_city") {
            town["condition"] = json!({"type": "all", "rules": [is("own"), is("rent")]});
        }
    });
    let found = found(never, &[]);
    let text =
        "Town or city is never shown: Home would have to be \u{201c}own\u{201d} and \u{201c}rent\u{201d} at once";
    assert_eq!((found.len(), &found[0].1[0]["text"]), (1, &text.into()), "{found:#?}");
}

#[test]
fn what_nobody_can_tell_apart() {
    let option = after(|_, answer, _| {
        for home in elements(answer).filter(|element| element["prefillOptions"][0]["value"] == "own") {
            home["prefillOptions"][2] = home["prefillOptions"][0].clone();
        }
    });
    shows(option, &["DG-30"], 2);
    let field = after(|_, answer, _| {
        for line in
            elements(answer).filter(|element| element["role"].as_str().is_some_and(|role| role.starts_with("address")))
        {
            line.as_object_mut().unwrap().remove("role");
            if line["name"] == "Town or city" {
                line["name"] = "Street name".into();
            }
        }
    });
    shows(field, &["DG-30"], 2);
}
