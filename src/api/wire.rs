//! Shapes of requests and answers: header names, the kinds of answer, an element's visibility condition.
//!
//! Reading is lenient, as a client of somebody else's service must be: further keys, an unknown element type or header
//! case change nothing. What the reference promises is checked in `expect`, not here.

use std::time::Duration;

use serde_json::{Map, Value};

use super::element::Element;

/// The session: a UUID for an applicant's state in a flow, sent back by the API when it is made.
pub const SESSION_HEADER: &str = "x-hf-session";
/// The language of labels, titles and tooltips.
pub const LANGUAGE_HEADER: &str = "x-hf-language";
/// Asks a submit to wait up to 30 seconds rather than answer `pending`.
pub const RETRY_HEADER: &str = "x-hf-retry-on-pending";
/// For how long it asks, by the reference.
pub const RETRY_ON_PENDING_LIMIT: Duration = Duration::from_secs(30);

/// What an answer's body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// A step that waits for the applicant: a form, or an interactive service.
    Step,
    /// `{"type": "pending"}`: a service is still at work.
    Pending,
    /// The END step.
    End,
    /// `{"code": …, "message": …}` with the code.
    Error(i64),
    /// Any other JSON.
    Other,
}

/// Tells what a JSON body is.
///
/// Told by the body alone; an answer whose status is an error is one whatever stands beside the code (see
/// [`Answer::kind`](super::exchange::Answer::kind)). `{"code": 0, "message": …}`, the answer to a link made, is no error: the codes of errors begin at 1000.
///
/// ```
/// use draftgate::api::wire::{BodyKind, body_kind};
/// use serde_json::json;
/// assert_eq!(body_kind(&json!({"type": "pending"})), BodyKind::Pending);
/// assert_eq!(body_kind(&json!({"code": 4006, "message": "Missing data"})), BodyKind::Error(4006));
/// assert_eq!(body_kind(&json!({"code": 0, "message": "linked"})), BodyKind::Other);
/// ```
pub fn body_kind(body: &Value) -> BodyKind {
    let Some(fields) = body.as_object() else { return BodyKind::Other };
    let kind = fields.get("type").and_then(Value::as_str).map(str::to_ascii_lowercase);
    let has_elements = fields.get("elements").is_some_and(Value::is_array);
    let anonymous = !has_elements && !fields.contains_key("id") && !fields.contains_key("canGoBack");
    if anonymous
        && kind.as_deref().is_none_or(|kind| kind != "pending" && kind != "end")
        && let Some(code) = error_code(body)
    {
        return BodyKind::Error(code);
    }
    match kind.as_deref() {
        Some("pending") => BodyKind::Pending,
        Some("end") => BodyKind::End,
        _ if has_elements => BodyKind::Step,
        _ if fields.contains_key("redirectUrl") && fields.contains_key("text") => BodyKind::End,
        Some(_) => BodyKind::Step,
        None if fields.contains_key("canGoBack") => BodyKind::Step,
        None => BodyKind::Other,
    }
}

/// The code of an error body: a whole number from 1000.
pub fn error_code(body: &Value) -> Option<i64> {
    let code = match body.get("code")? {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (code >= 1000).then_some(code)
}

/// The elements of a step that can be read as such.
pub fn elements(body: &Value) -> Vec<Element> {
    body.get("elements").and_then(Value::as_array).into_iter().flatten().filter_map(Element::from_json).collect()
}

/// When an element is shown: `{"type": "all" | "any", "rules": […]}` over the values of other elements.
///
/// The reference names `type` and `rules` only. The sandbox writes rules as `{"elementId", "operator", "value"}`;
/// other spellings of the same are understood, and a condition that is not understood counts as met.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Whether one rule is enough.
    pub any: bool,
    /// What must hold.
    pub rules: Vec<Rule>,
}

/// One rule of a [`Condition`].
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The id of the element that is looked at.
    pub element: String,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub value: Value,
}

/// How a [`Rule`] compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// The value is the rule's, or contains it where it is a list.
    Equals,
    /// The opposite of `equals`.
    NotEquals,
    /// The value is one of the rule's list.
    In,
    /// A value is given.
    Filled,
    /// No value is given.
    Empty,
}

/// Each operator with its name on the wire and other spellings.
pub const OPERATORS: [(Operator, &str, &[&str]); 5] = [
    (Operator::Equals, "equals", &["eq", "equal", "==", "is", "contains", "includes"]),
    (Operator::NotEquals, "not_equals", &["ne", "not_equal", "!=", "is_not"]),
    (Operator::In, "in", &["one_of", "any_of"]),
    (Operator::Filled, "filled", &["exists", "not_empty", "is_filled"]),
    (Operator::Empty, "empty", &["not_exists", "is_empty", "missing"]),
];

impl Operator {
    fn from_wire(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        OPERATORS
            .iter()
            .find(|(_, wire, others)| *wire == name || others.contains(&name.as_str()))
            .map(|(operator, ..)| *operator)
    }

    /// Its name on the wire.
    pub fn wire_name(self) -> &'static str {
        OPERATORS.iter().find(|(operator, ..)| *operator == self).map_or("equals", |(_, wire, _)| wire)
    }

    /// How it reads between what is looked at and the rule's value as it is shown: ` is 18`, ` is filled in`.
    pub fn in_words(self, value: &str) -> String {
        match self {
            Operator::Equals => format!(" is {value}"),
            Operator::NotEquals => format!(" is not {value}"),
            Operator::In => format!(" is one of {value}"),
            Operator::Filled => " is filled in".to_owned(),
            Operator::Empty => " is empty".to_owned(),
        }
    }
}

impl Condition {
    /// Reads a condition; none where any part of it is not understood.
    pub fn from_json(json: &Value) -> Option<Self> {
        let kind = json.get("type").and_then(Value::as_str).unwrap_or("all").to_ascii_lowercase();
        let any = match kind.as_str() {
            "all" | "and" | "every" => false,
            "any" | "or" | "some" => true,
            _ => return None,
        };
        let rules = json.get("rules")?.as_array()?.iter().map(Rule::from_json).collect::<Option<Vec<_>>>()?;
        Some(Condition { any, rules })
    }

    /// Whether the element is shown, given the values by element id.
    pub fn met(&self, values: &Map<String, Value>) -> bool {
        let holds = |rule: &Rule| rule.holds(values.get(&rule.element));
        if self.any { self.rules.iter().any(holds) } else { self.rules.iter().all(holds) }
    }

    /// The condition as it is sent.
    pub fn to_json(&self) -> Value {
        let rules: Vec<Value> = self
            .rules
            .iter()
            .map(|rule| {
                serde_json::json!({"elementId": rule.element, "operator": rule.operator.wire_name(), "value": rule.value})
            })
            .collect();
        serde_json::json!({"type": if self.any { "any" } else { "all" }, "rules": rules})
    }
}

impl Rule {
    fn from_json(json: &Value) -> Option<Self> {
        let text = |keys: &[&str]| keys.iter().find_map(|key| json.get(*key).and_then(Value::as_str));
        Some(Rule {
            element: text(&["elementId", "element", "fieldId", "field", "id"])?.to_owned(),
            operator: Operator::from_wire(text(&["operator", "comparator", "condition", "type"]).unwrap_or("equals"))?,
            value: json.get("value").or_else(|| json.get("values")).cloned().unwrap_or(Value::Null),
        })
    }

    fn holds(&self, given: Option<&Value>) -> bool {
        let given = given.filter(|value| !is_blank(value));
        let same = |value: &Value| match given {
            Some(Value::Array(items)) => items.contains(value),
            Some(other) => other == value,
            None => false,
        };
        match self.operator {
            Operator::Equals => same(&self.value),
            Operator::NotEquals => !same(&self.value),
            Operator::In => self.value.as_array().is_some_and(|list| list.iter().any(same)),
            Operator::Filled => given.is_some(),
            Operator::Empty => given.is_none(),
        }
    }
}

/// Whether a submitted value counts as not given: null, an empty string, an empty list.
pub fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn kinds_of_bodies() {
        let kind = |body: Value| body_kind(&body);
        assert_eq!(kind(json!({"id": "a", "elements": [], "code": 7})), BodyKind::Step);
        assert_eq!(kind(json!({"id": "a", "type": "trulioo_doc_v", "shortCode": "x"})), BodyKind::Step);
        assert_eq!(kind(json!({"id": "a", "type": "END", "text": "Bye"})), BodyKind::End);
        assert_eq!(kind(json!({"id": "a", "text": "Bye", "redirectUrl": null})), BodyKind::End);
        assert_eq!(kind(json!({"type": "error", "code": 4006, "message": "x"})), BodyKind::Error(4006));
        assert_eq!(kind(json!({"token": "t"})), BodyKind::Other);
        assert_eq!(kind(json!([1])), BodyKind::Other);
    }

    #[test]
    fn a_condition_says_when_it_is_met() {
        let condition = Condition::from_json(
            &json!({"type": "any", "rules": [{"field": "a", "operator": "in", "value": ["x", "y"]}, {"field": "b", "operator": "filled"}]}),
        )
        .unwrap();
        let met = |values: Value| condition.met(values.as_object().unwrap());
        assert!(met(json!({"a": "y"})));
        assert!(met(json!({"b": 0})));
        assert!(!met(json!({"a": "z", "b": ""})));
        assert_eq!(Condition::from_json(&condition.to_json()), Some(condition.clone()));
    }
}
