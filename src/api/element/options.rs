//! The options of a choice as scenarios and maps have them: by what lasts.
//!
//! A builder may give options generated ids for values, others with every build of the flow. Their labels last, so they stand
//! for them wherever something is kept or written; what is sent is the value again.

use serde_json::Value;

use super::{Element, ElementType};
use crate::api::id::is_generated_id;

impl Element {
    /// The values of its options that are the same for every applicant, in the form that lasts: a generated id is called by its
    /// label. The options with generated ids of what is no choice are made for one applicant, as the hits of a search are.
    pub fn lasting_options(&self) -> Vec<Value> {
        let options = self.options();
        if !options.iter().any(|(value, _)| is_generated(value)) {
            return options.into_iter().map(|(value, _)| value).collect();
        }
        if !self.is_choice() {
            return Vec::new();
        }
        options.iter().map(|(value, _)| lasting(&options, value)).filter(|value| !is_generated(value)).collect()
    }

    /// A value that was entered, in the form that lasts: the label of an option whose value is a generated id, where no other
    /// option has that label; of a list each.
    ///
    /// ```
    /// use draftgate::api::element::Element;
    /// use serde_json::json;
    ///
    /// let kind = json!({"id": "1", "type": "dropdown", "options": [{"id": "f87fd5df94206bf5de157c8a", "name": "House"}, {"id": "gold", "name": "Gold"}]});
    /// let kind = Element::from_json(&kind).unwrap();
    /// assert_eq!(kind.lasting(&json!("f87fd5df94206bf5de157c8a")), json!("House"));
    /// assert_eq!(kind.lasting(&json!("gold")), json!("gold"));
    /// assert_eq!(kind.offered(&json!("House")), json!("f87fd5df94206bf5de157c8a"));
    /// ```
    pub fn lasting(&self, value: &Value) -> Value {
        let generated = match value {
            Value::Array(items) => items.iter().any(is_generated),
            value => is_generated(value),
        };
        if !generated || !self.is_choice() {
            return value.clone();
        }
        let options = self.options();
        each(value, |value| lasting(&options, value))
    }

    /// A value as it goes out: that of the only option with this label, where no option has this value; of a list each.
    pub fn offered(&self, value: &Value) -> Value {
        if !(value.is_string() || value.is_array()) {
            return value.clone();
        }
        let options = self.options();
        each(value, |value| {
            let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
            let is_value = || options.iter().any(|(option, _)| option == value);
            let label = text.filter(|_| !is_value()).and_then(|text| of_label(&options, text));
            label.unwrap_or(value).clone()
        })
    }

    fn is_choice(&self) -> bool {
        use ElementType::{Checkbox, CheckboxGroup, CountrySelect, Dropdown};
        matches!(self.kind, Checkbox | CheckboxGroup | CountrySelect | Dropdown)
    }
}

fn is_generated(value: &Value) -> bool {
    value.as_str().is_some_and(is_generated_id)
}

fn each<'v>(value: &'v Value, of: impl Fn(&'v Value) -> Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(of).collect(),
        value => of(value),
    }
}

fn lasting(options: &[(Value, String)], value: &Value) -> Value {
    let label =
        options.iter().find(|(option, _)| option == value && is_generated(option)).map(|(_, label)| label.trim());
    // It must stand for this option, and for no other.
    let label = label.filter(|label| of_label(options, label) == Some(value) && !is_generated_id(label));
    label.map_or_else(|| value.clone(), Value::from)
}

/// The value of the only option with a label, where it is no option's value.
fn of_label<'o>(options: &'o [(Value, String)], label: &str) -> Option<&'o Value> {
    let mut alike = options.iter().filter(|(_, known)| known.trim() == label).map(|(value, _)| value);
    let is_value = options.iter().any(|(value, _)| value.as_str() == Some(label));
    alike.next().filter(|_| alike.next().is_none() && !is_value && !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HOUSE: &str = "f87fd5df94206bf5de157c8a";
    const SHOP: &str = "0a7fd5df94206bf5de157c8b";

    fn element(kind: &str, options: Value) -> Element {
        Element::from_json(&json!({"id": "1", "type": kind, "name": "Kind", "options": options})).unwrap()
    }

    #[test]
    fn what_is_generated_is_called_by_its_label() {
        let options = json!([{"id": HOUSE, "name": "House"}, {"id": SHOP, "name": "Shop "}]);
        let group = element("checkbox_group", options.clone());
        assert_eq!(group.lasting_options(), [json!("House"), json!("Shop")]);
        assert_eq!(group.lasting(&json!([SHOP, "other"])), json!(["Shop", "other"]));
        assert_eq!(group.offered(&json!(["Shop", HOUSE, "other"])), json!([SHOP, HOUSE, "other"]));
        assert_eq!(element("text", options.clone()).lasting_options(), Vec::<Value>::new(), "hits of a search");
        assert_eq!(element("text", options).lasting(&json!(HOUSE)), json!(HOUSE));
    }

    #[test]
    fn what_is_not_clear_is_left_as_it_is() {
        let twice = element("dropdown", json!([{"id": HOUSE, "name": "House"}, {"id": SHOP, "name": "House"}]));
        assert_eq!((twice.lasting(&json!(HOUSE)), twice.offered(&json!("House"))), (json!(HOUSE), json!("House")));
        assert_eq!(twice.lasting_options(), Vec::<Value>::new());
        let crossed = element("dropdown", json!([{"value": "a", "label": "b"}, {"value": "b", "label": "a"}]));
        assert_eq!(crossed.offered(&json!("a")), json!("a"), "a value comes first");
        let named =
            element("dropdown", json!([{"value": "pro", "label": "Professional"}, {"value": 3, "label": "Three"}]));
        assert_eq!(named.lasting(&json!("pro")), json!("pro"));
        assert_eq!((named.offered(&json!("Professional")), named.offered(&json!("Three"))), (json!("pro"), json!(3)));
        assert_eq!(named.offered(&json!("")), json!(""));
    }
}
