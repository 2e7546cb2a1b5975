//! What is entered into a field, in words: "is Bank statement or Utility bill", "is ticked".

use serde_json::Value;

use crate::api::element::Element;
use crate::api::field::find;

/// So many letters are a code, which says more than its label does: a country's, a currency's.
const LONGEST_CODE: usize = 3;

/// What people call the field of a form that `key` names: by its label, where no other field has it.
pub fn label_of<'a>(form: &'a [Element], key: &'a str) -> &'a str {
    let label = find(form, key).map(|element| element.name.trim()).unwrap_or_default();
    let alike = form.iter().filter(|element| element.name.trim() == label).count();
    if label.is_empty() || alike > 1 { key } else { label }
}

/// A value as people know it: an option by its label, where no other has that; several of them with "and" in between.
pub fn shown(element: Option<&Element>, value: &Value) -> String {
    let options = element.map(Element::options).unwrap_or_default();
    let shown_one = |value: &Value| {
        let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let label = options.iter().find(|(option, _)| option == value).map(|(_, label)| label.trim());
        let is_only = |label: &&str| options.iter().filter(|(_, other)| other.trim() == *label).count() == 1;
        let is_code = value.is_string() && plain.chars().count() <= LONGEST_CODE;
        label.filter(|label| !is_code && !label.is_empty()).filter(is_only).map_or(plain, str::to_owned)
    };
    match value {
        Value::Array(values) => values.iter().map(shown_one).collect::<Vec<_>>().join(" and "),
        value => shown_one(value),
    }
}

/// That any of these values was entered.
pub fn entered(element: Option<&Element>, values: &[&Value]) -> String {
    match values {
        [Value::Bool(true)] => "is ticked".to_owned(),
        [Value::Bool(false)] => "is not ticked".to_owned(),
        values => {
            let all: Vec<String> = values.iter().map(|value| shown(element, value)).collect();
            format!("is {}", all.join(" or "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form() -> Vec<Element> {
        let options = json!([{"value": "b", "label": "Bank statement"}, {"value": "long", "label": "Utility bill"},
            {"value": "first", "label": "Other"}, {"value": "second", "label": "Other"}, {"value": "GB", "label": "Britain"}]);
        let all = [
            json!({"id": "1", "type": "dropdown", "name": "Kind", "role": "kind", "options": options}),
            json!({"id": "2", "type": "text", "name": "Phone", "normalizedName": "WorkPhone"}),
            json!({"id": "3", "type": "text", "name": "Phone", "normalizedName": "MobilePhone"}),
        ];
        all.iter().map(|json| Element::from_json(json).unwrap()).collect()
    }

    #[test]
    fn values_are_shown_as_applicants_see_them_where_that_is_clear() {
        let form = form();
        let said = |values: &[&Value]| entered(form.first(), values);
        assert_eq!(said(&[&json!("long"), &json!("text")]), "is Utility bill or text");
        assert_eq!(said(&[&json!("first"), &json!("GB")]), "is first or GB");
        assert_eq!(said(&[&json!(["long", "second"])]), "is Utility bill and second");
        assert_eq!((said(&[&json!(true)]), said(&[&json!(false)])), ("is ticked".into(), "is not ticked".into()));
        assert_eq!(entered(None, &[&json!(3)]), "is 3");
    }

    #[test]
    fn a_field_is_called_by_its_label_unless_two_have_it() {
        let form = form();
        assert_eq!(label_of(&form, "kind"), "Kind");
        assert_eq!(label_of(&form, "MobilePhone"), "MobilePhone");
        assert_eq!(label_of(&form, "gone"), "gone");
    }
}
