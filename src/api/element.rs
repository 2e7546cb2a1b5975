//! Elements of a form step: what types there are, what each takes, and how one reads an element of an answer.
//!
//! **A new element type goes into [`ElementType`] and [`TYPES`]**; the compiler then asks for what is generated for it
//! (`fake.rs`) and how the sandbox validates it. A type that the reference does not name is data, not an error: it
//! reads as [`ElementType::Unknown`].

mod options;

use std::sync::OnceLock;

use serde_json::Value;

use super::wire::Condition;

/// The role of the element that says where an applicant lives.
pub const RESIDENCE: &str = "address_country";
/// The role of the element that says where a business is registered.
pub const INCORPORATION: &str = "country_of_incorporation";

/// What kind of input an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ElementType {
    /// A line of text.
    Text,
    /// A number.
    Number,
    /// A calendar date.
    Date,
    /// A choice of countries, by their two-letter codes.
    CountrySelect,
    /// A choice of one option.
    Dropdown,
    /// A tick box.
    Checkbox,
    /// A group of tick boxes, of which several may be ticked.
    CheckboxGroup,
    /// A document: uploaded first, submitted by its key.
    File,
    /// Text shown to the applicant; takes nothing.
    Static,
    /// Anything that the reference does not name.
    Unknown,
}

/// The JSON type in which an element takes its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonType {
    /// A string.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list of strings.
    List,
    /// Whatever it is given.
    Any,
}

/// Each type with its name on the wire, other spellings seen or to be expected, and the JSON type that it takes.
pub const TYPES: &[(ElementType, &str, &[&str], JsonType)] = &[
    (ElementType::Text, "text", &["textarea", "text_field", "string", "email", "phone", "hidden"], JsonType::String),
    (ElementType::Number, "number", &["integer", "decimal", "numeric"], JsonType::Number),
    (ElementType::Date, "date", &["date_picker"], JsonType::String),
    (ElementType::CountrySelect, "country_select", &["country"], JsonType::String),
    (ElementType::Dropdown, "dropdown", &["select", "radio", "radio_group"], JsonType::String),
    (ElementType::Checkbox, "checkbox", &["boolean", "switch", "toggle"], JsonType::Boolean),
    (ElementType::CheckboxGroup, "checkbox_group", &["multi_select", "checkboxes"], JsonType::List),
    (ElementType::File, "file", &["file_upload", "upload", "document"], JsonType::String),
    (ElementType::Static, "static", &["static_content", "content", "label", "heading", "paragraph"], JsonType::Any),
];

fn squash(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

impl ElementType {
    /// The type that a name on the wire stands for; case, `_` and `-` make no difference.
    ///
    /// ```
    /// use draftgate::api::element::ElementType;
    /// assert_eq!(ElementType::from_wire("CheckboxGroup"), ElementType::CheckboxGroup);
    /// assert_eq!(ElementType::from_wire("hologram"), ElementType::Unknown);
    /// ```
    pub fn from_wire(name: &str) -> Self {
        let name = squash(name);
        TYPES
            .iter()
            .find(|(_, wire, others, _)| squash(wire) == name || others.iter().any(|other| squash(other) == name))
            .map_or(ElementType::Unknown, |(kind, ..)| *kind)
    }

    /// Its name on the wire; `unknown` for the unknown.
    pub fn wire_name(self) -> &'static str {
        TYPES.iter().find(|(kind, ..)| *kind == self).map_or("unknown", |(_, wire, ..)| wire)
    }

    /// The JSON type in which it takes its value.
    pub fn takes(self) -> JsonType {
        TYPES.iter().find(|(kind, ..)| *kind == self).map_or(JsonType::Any, |(.., takes)| *takes)
    }
}

/// An element of a step's `elements`, as far as it could be read, with the whole of it in `json`.
#[derive(Debug, Clone)]
pub struct Element {
    /// The generated id: the key under which its value is submitted.
    pub id: String,
    /// The label that the applicant sees, localised.
    pub name: String,
    /// What the field means, such as `first_name`, where the builder set it.
    pub role: Option<String>,
    /// A language-independent name, where there is one.
    pub normalized_name: Option<String>,
    /// What kind of input it is.
    pub kind: ElementType,
    /// The element as it was sent.
    pub json: Value,
    /// What was read out of it when that was first asked for: a form is shown to thousands of applicants.
    read: Read,
}

#[derive(Debug, Clone, Default)]
struct Read {
    limits: OnceLock<Limits>,
    condition: OnceLock<Option<Condition>>,
}

/// What an element's `validations` demand; absent where they say nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// A value must be given.
    pub required: bool,
    /// The least value: a number, or a date as text.
    pub min: Option<Value>,
    /// The greatest value.
    pub max: Option<Value>,
    /// The least length in characters.
    pub min_length: Option<usize>,
    /// The greatest length in characters.
    pub max_length: Option<usize>,
    /// A regular expression that the value must match.
    pub pattern: Option<String>,
}

impl Element {
    /// Reads an element; none without an `id` that is a string or a number.
    pub fn from_json(json: &Value) -> Option<Self> {
        let id = match json.get("id")? {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        let text = |key: &str| json.get(key).and_then(Value::as_str).map(str::to_owned);
        let kind = ElementType::from_wire(&text("type").unwrap_or_default());
        Some(Element {
            name: text("name").unwrap_or_default(),
            role: text("role"),
            normalized_name: text("normalizedName"),
            kind,
            json: json.clone(),
            id,
            read: Read::default(),
        })
    }

    /// The JSON type in which the value goes out.
    pub fn takes(&self) -> JsonType {
        match self.kind {
            ElementType::Checkbox if self.options().len() > 1 => JsonType::List,
            kind => kind.takes(),
        }
    }

    /// The options of a choice, each as the value to submit and the label to show.
    pub fn options(&self) -> Vec<(Value, String)> {
        let list = ["options", "prefillOptions", "content"]
            .iter()
            .find_map(|key| self.json.get(*key).and_then(Value::as_array).filter(|list| !list.is_empty()));
        let label = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        list.into_iter()
            .flatten()
            .map(|option| match option {
                Value::Object(fields) => {
                    let first = |keys: &[&str]| keys.iter().find_map(|key| fields.get(*key)).cloned();
                    let value = first(&["value", "id", "key", "code", "name", "label"]).unwrap_or(Value::Null);
                    let shown = first(&["label", "name", "text", "title"]).unwrap_or_else(|| value.clone());
                    let shown = label(&shown);
                    (value, shown)
                }
                plain => (plain.clone(), label(plain)),
            })
            .collect()
    }

    /// What the element's validations demand. The reference shows only `{"type": "required"}` and speaks of a minimum
    /// and maximum "for strings, numbers and dates", so several spellings are understood and others passed over.
    pub fn limits(&self) -> &Limits {
        self.read.limits.get_or_init(|| self.read_limits())
    }

    fn read_limits(&self) -> Limits {
        let mut limits =
            Limits { required: self.json.get("required") == Some(&Value::Bool(true)), ..Limits::default() };
        for rule in self.json.get("validations").and_then(Value::as_array).into_iter().flatten() {
            self.read_rule(rule, &mut limits);
        }
        limits
    }

    fn read_rule(&self, rule: &Value, limits: &mut Limits) {
        let kind = squash(rule.get("type").and_then(Value::as_str).unwrap_or_default());
        let get = |keys: &[&str]| keys.iter().find_map(|key| rule.get(*key)).filter(|value| !value.is_null()).cloned();
        if kind == "required" {
            limits.required = rule.get("value") != Some(&Value::Bool(false));
            return;
        }
        if kind.contains("pattern") || kind.contains("regex") {
            limits.pattern = get(&["pattern", "regex", "value"]).and_then(|value| value.as_str().map(str::to_owned));
            return;
        }
        let length = kind.contains("length") || self.kind == ElementType::Text;
        let value = get(&["value"]);
        let mut set = |bound: Option<Value>, least: bool, length: bool| {
            let Some(bound) = bound else { return };
            match (length, least) {
                (true, true) => limits.min_length = as_length(&bound),
                (true, false) => limits.max_length = as_length(&bound),
                (false, true) => limits.min = Some(bound),
                (false, false) => limits.max = Some(bound),
            }
        };
        set(get(&["minLength"]), true, true);
        set(get(&["maxLength"]), false, true);
        set(get(&["min", "minimum"]).or(value.clone().filter(|_| kind.starts_with("min"))), true, length);
        set(get(&["max", "maximum"]).or(value.filter(|_| kind.starts_with("max"))), false, length);
    }

    /// Whether a value must be given for it, its condition aside.
    pub fn required(&self) -> bool {
        self.limits().required
    }

    /// When the element is shown; `None` for one that always is, or whose condition cannot be read.
    pub fn condition(&self) -> Option<&Condition> {
        let condition = || self.json.get("condition").and_then(Condition::from_json);
        self.read.condition.get_or_init(condition).as_ref()
    }
}

/// An option's value as a text.
pub fn option_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn as_length(bound: &Value) -> Option<usize> {
    let number = bound.as_u64().or_else(|| bound.as_str()?.trim().parse().ok())?;
    usize::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn limits_in_several_spellings() {
        let read = |json: Value| Element::from_json(&json).unwrap().limits().clone();
        let text = read(json!({"id": "1", "type": "text", "validations": [
            {"type": "required"}, {"type": "length", "min": 2, "max": 5}, {"type": "pattern", "value": "^[a-z]+$"}]}));
        assert_eq!((text.required, text.min_length, text.max_length), (true, Some(2), Some(5)));
        assert_eq!(text.pattern.as_deref(), Some("^[a-z]+$"));
        let number = read(
            json!({"id": "1", "type": "number", "validations": [{"type": "min", "value": 3}, {"type": "max", "value": 9}]}),
        );
        assert_eq!((number.required, number.min, number.max), (false, Some(json!(3)), Some(json!(9))));
        let date = read(json!({"id": "1", "type": "date", "validations": [{"type": "range", "min": "1900-01-01"}]}));
        assert_eq!(date.min, Some(json!("1900-01-01")));
    }

    #[test]
    fn options_plain_and_labelled() {
        let element = Element::from_json(
            &json!({"id": 7, "type": "dropdown", "options": ["CA", {"value": "GB", "label": "Britain"}]}),
        )
        .unwrap();
        assert_eq!(element.id, "7");
        assert_eq!(element.options(), [(json!("CA"), "CA".to_owned()), (json!("GB"), "Britain".to_owned())]);
    }
}
