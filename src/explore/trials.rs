//! What is entered into a form to try something.

use serde_json::Value;

use super::classes::{Field, Override};

/// Trials of a form: each tries one more class of each field, until all are tried. `done` says which are.
pub fn trials(fields: &[Field], done: impl Fn(&str, &Value) -> bool) -> Vec<Vec<Override>> {
    let mut trials: Vec<Vec<Override>> = Vec::new();
    for field in fields {
        let open = field.classes.iter().filter(|class| !done(&field.key, class));
        for (at, class) in open.enumerate() {
            if trials.len() == at {
                trials.push(Vec::new());
            }
            let wanted = Some(class.clone()).filter(|class| !class.is_null());
            let needs: Vec<Override> = field.shown_by.iter().cloned().chain([(field.key.clone(), wanted)]).collect();
            // A field that another trial needs otherwise is left to that.
            let clash = |trial: &[Override]| {
                needs.iter().any(|(key, value)| trial.iter().any(|(known, other)| known == key && other != value))
            };
            let free = (at..trials.len()).find(|at| !clash(&trials[*at])).unwrap_or_else(|| {
                trials.push(Vec::new());
                trials.len() - 1
            });
            for entry in needs {
                if !trials[free].contains(&entry) {
                    trials[free].push(entry);
                }
            }
        }
    }
    trials
}

/// The fields of which two entries say different things.
pub fn differing(from: &[Override], to: &[Override]) -> Vec<String> {
    let value = |entries: &[Override], key: &str| entries.iter().find(|(known, _)| known == key).cloned();
    let mut keys: Vec<String> = Vec::new();
    for (key, _) in from.iter().chain(to) {
        if !keys.contains(key) && value(from, key) != value(to, key) {
            keys.push(key.clone());
        }
    }
    keys
}

/// An entry in which these fields are as another has them.
pub fn with(from: &[Override], to: &[Override], keys: &[String]) -> Vec<Override> {
    let mut entry: Vec<Override> = from.iter().filter(|(key, _)| !keys.contains(key)).cloned().collect();
    entry.extend(to.iter().filter(|(key, _)| keys.contains(key)).cloned());
    entry
}

/// An entry in which a field has this value.
pub fn set(mut entry: Vec<Override>, key: &str, value: Option<Value>) -> Vec<Override> {
    entry.retain(|(known, _)| known != key);
    entry.push((key.to_owned(), value));
    entry
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(key: &str, classes: Value, shown_by: &[(&str, Value)]) -> Field {
        let shown_by = shown_by.iter().map(|(key, value)| ((*key).to_owned(), Some(value.clone()))).collect();
        Field {
            key: key.to_owned(),
            classes: classes.as_array().unwrap().clone(),
            scale: vec![],
            is_text: false,
            shown_by,
        }
    }

    #[test]
    fn trials_try_each_class_once_and_several_fields_at_once() {
        let fields = [field("a", json!([1, 2, 3]), &[]), field("b", json!(["x", null]), &[])];
        let some = |key: &str, value: Value| (key.to_owned(), Some(value));
        let expected = [
            vec![some("a", json!(1)), some("b", json!("x"))],
            vec![some("a", json!(2)), ("b".to_owned(), None)],
            vec![some("a", json!(3))],
        ];
        assert_eq!(trials(&fields, |_, _| false), expected);
        assert_eq!(trials(&fields, |key, _| key == "a"), [vec![some("b", json!("x"))], vec![("b".to_owned(), None)]]);
    }

    #[test]
    fn a_field_is_tried_with_what_shows_it_and_apart_from_what_hides_it() {
        let fields = [field("a", json!([true, false]), &[]), field("b", json!([1, 2]), &[("a", json!(true))])];
        let trials = trials(&fields, |_, _| false);
        for wanted in [json!(1), json!(2)] {
            let trial = trials.iter().find(|trial| trial.contains(&("b".to_owned(), Some(wanted.clone()))));
            assert!(trial.unwrap().contains(&("a".to_owned(), Some(json!(true)))), "{trials:?}");
        }
        assert!(trials.iter().any(|trial| *trial == [("a".to_owned(), Some(json!(false)))]), "{trials:?}");
    }

    #[test]
    fn what_differs_between_entries_is_taken_over_by_name() {
        let entry = |all: Value| -> Vec<Override> {
            all.as_object().unwrap().iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect()
        };
        let (from, to) = (entry(json!({"a": 1, "b": 1, "c": 1})), entry(json!({"a": 1, "b": 2, "d": 1})));
        assert_eq!(differing(&from, &to), ["b", "c", "d"]);
        assert_eq!(with(&from, &to, &["b".to_owned()]), entry(json!({"a": 1, "c": 1, "b": 2})));
        assert_eq!(with(&from, &to, &["c".to_owned(), "d".to_owned()]), entry(json!({"a": 1, "b": 1, "d": 1})));
    }
}
