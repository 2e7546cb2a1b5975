//! Whether an element of another label is the same one, given a new name, or another element in its place.
//!
//! One rule for the sentences about changed answers and for what a flow's map remembers, so that what the one calls renamed
//! the other puts right. It says yes only where something says so: a name that lasts, or labels that are near each other.

use std::collections::HashSet;

use super::element::Element;
use crate::phrase::nearest;

/// Which of the elements that are gone are which of those that are new, as pairs of indices sorted by the first.
///
/// Certain is an element with the normalised name, or with the role and the type, that the other had, where no further one has
/// it; and one that demands and offers the same under a label that is near the old one. Whatever else is new at the place of
/// what is gone is another element.
///
/// ```
/// use draftgate::api::{element::Element, rename::renamed};
/// let text = |name: &str| Element::from_json(&serde_json::json!({"id": name, "name": name, "type": "text"})).unwrap();
/// assert_eq!(renamed(&[text("Street"), text("City")], &[text("Phone"), text("City or town")]), [(1, 1)]);
/// ```
pub fn renamed(gone: &[Element], new: &[Element]) -> Vec<(usize, usize)> {
    let rules: [fn(&Element, &Element) -> bool; 3] = [same_normalised_name, same_role, near];
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for rule in rules {
        let open = |from: usize, to: usize| !pairs.iter().any(|pair| pair.0 == from || pair.1 == to);
        let alike: Vec<(usize, usize)> = (0..gone.len())
            .flat_map(|from| (0..new.len()).map(move |to| (from, to)))
            .filter(|(from, to)| open(*from, *to) && rule(&gone[*from], &new[*to]))
            .collect();
        // Of two that may be it neither certainly is.
        let sole =
            |pair: &&(usize, usize)| alike.iter().filter(|other| other.0 == pair.0 || other.1 == pair.1).count() == 1;
        let found: Vec<(usize, usize)> = alike.iter().filter(sole).copied().collect();
        pairs.extend(found);
    }
    pairs.sort_unstable();
    pairs
}

fn given(name: &Option<String>) -> Option<&str> {
    name.as_deref().filter(|name| !name.trim().is_empty())
}

fn same_normalised_name(old: &Element, new: &Element) -> bool {
    given(&old.normalized_name).is_some_and(|name| given(&new.normalized_name) == Some(name))
}

fn kind(element: &Element) -> &str {
    element.json.get("type").and_then(serde_json::Value::as_str).unwrap_or_default()
}

fn same_role(old: &Element, new: &Element) -> bool {
    given(&old.role).is_some_and(|role| given(&new.role) == Some(role)) && kind(old) == kind(new)
}

fn near(old: &Element, new: &Element) -> bool {
    let same_names = given(&old.role) == given(&new.role) && given(&old.normalized_name) == given(&new.normalized_name);
    let rules = |element: &Element| match element.json.get("validations") {
        Some(serde_json::Value::Array(rules)) => rules.clone(),
        _ => Vec::new(),
    };
    same_names
        && kind(old) == kind(new)
        && old.required() == new.required()
        && rules(old) == rules(new)
        && old.lasting_options() == new.lasting_options()
        && near_labels(&old.name, &new.name)
}

/// Whether one label is a slip away from the other, or has all words of it. Labels with other numbers in them are of two
/// elements of a row: `Address line 1`, `Address line 2`.
fn near_labels(old: &str, new: &str) -> bool {
    let words = |label: &str| -> HashSet<String> {
        label
            .to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let digits = |label: &str| label.chars().filter(char::is_ascii_digit).collect::<String>();
    let (before, after) = (words(old), words(new));
    let (fewer, more) = if before.len() <= after.len() { (&before, &after) } else { (&after, &before) };
    let contains = !fewer.is_empty() && fewer.is_subset(more);
    digits(old) == digits(new) && (contains || nearest(old, [new]).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn element(name: &str, more: Value) -> Element {
        let mut json = json!({"id": name, "name": name, "type": "text"});
        json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Element::from_json(&json).unwrap()
    }

    #[track_caller]
    fn is_renamed(old: (&str, Value), new: (&str, Value), expected: bool) {
        assert_eq!(!renamed(&[element(old.0, old.1)], &[element(new.0, new.1)]).is_empty(), expected);
    }

    #[test]
    fn a_new_label_is_a_new_name_only_where_something_says_so() {
        let none = || json!({});
        is_renamed(("Street", none()), ("Phone", none()), false);
        is_renamed(("Street", none()), ("Road", none()), false);
        is_renamed(("Street", none()), ("Strete", none()), true);
        is_renamed(("Name", none()), ("Full name", none()), true);
        is_renamed(("Age", none()), ("Language", none()), false);
        is_renamed(("Address line 1", none()), ("Address line 2", none()), false);
        is_renamed(("Name", none()), ("Full name", json!({"required": true})), false);
        is_renamed(("Name", none()), ("Full name", json!({"role": "full_name"})), false);
        is_renamed(("Surname", json!({"role": "last_name"})), ("Family", json!({"role": "last_name"})), true);
        is_renamed(("Surname", json!({"role": "name"})), ("Date", json!({"role": "name", "type": "date"})), false);
        is_renamed(("Surname", json!({"normalizedName": "n"})), ("Family", json!({"normalizedName": "n"})), true);
        is_renamed(("Surname", json!({"role": ""})), ("Family", json!({"role": ""})), false);
    }

    #[test]
    fn of_several_that_may_be_it_none_is() {
        let role = || json!({"role": "name"});
        let (old, new) = ([element("A", role())], [element("B", role()), element("C", role())]);
        assert_eq!(renamed(&old, &new), []);
        let none = || json!({});
        let (old, new) = (element("Name", none()), [element("Full name", none()), element("First name", none())]);
        assert_eq!(renamed(&[old], &new), []);
    }
}
