//! What applicants entered, in little room: a server holds many thousand of them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::sandbox::definition::{ElementName, NodeName};

/// A value as the JSON text that it is: it is sent far more often than it is looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given(Box<str>);

impl Given {
    /// A value.
    pub fn new(value: &Value) -> Self {
        Given(value.to_string().into())
    }

    /// The JSON text.
    pub fn json(&self) -> &str {
        &self.0
    }

    /// The value.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or(Value::Null)
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        // Most texts have nothing escaped in them and are there as they are.
        let plain = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if plain.contains('\\') {
            serde_json::from_str(&self.0).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(plain))
        }
    }
}

/// The values of one form, by element.
pub type FormAnswers = Box<[(ElementName, Given)]>;

/// The values of all forms.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers(Vec<(NodeName, FormAnswers)>);

impl Answers {
    /// The values of a form.
    pub(super) fn of(&self, node: &str) -> Option<&FormAnswers> {
        self.0.iter().find(|(name, _)| &**name == node).map(|(_, answers)| answers)
    }

    /// Puts the values of a form in the place of those that it had.
    pub(super) fn set(&mut self, node: &NodeName, answers: FormAnswers) {
        match self.0.iter_mut().find(|(name, _)| name == node) {
            Some((_, old)) => *old = answers,
            None => {
                self.0.reserve_exact(1);
                self.0.push((node.clone(), answers));
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The value of an element.
pub(super) fn answer<'a>(answers: &'a FormAnswers, element: &str) -> Option<&'a Given> {
    answers.iter().find(|(name, _)| &**name == element).map(|(_, given)| given)
}

/// Values by element name, made smaller.
pub(super) fn packed(values: Vec<(ElementName, &Value)>) -> FormAnswers {
    values.into_iter().map(|(name, value)| (name, Given::new(value))).collect()
}

/// A whole JSON object.
pub(super) fn packed_object(data: &Map<String, Value>) -> Given {
    Given(serde_json::to_string(data).unwrap_or_default().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_is_told_from_other_values() {
        for text in ["", "CA", "a \"b\" \\ \u{e9}\n"] {
            assert_eq!(Given::new(&json!(text)).text().unwrap(), text);
        }
        for other in [json!(1), json!(null), json!(["CA"]), json!(true)] {
            assert_eq!(Given::new(&other).text(), None);
            assert_eq!(Given::new(&other).value(), other);
        }
    }
}
