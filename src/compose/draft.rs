//! A scenario before it is text: what is said, not how it is written.

use serde_json::Value;

/// A scenario that is being written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// Comment lines at the top of the file.
    pub head: Vec<String>,
    /// What it proves, a sentence.
    pub title: String,
    /// The flow's alias or id.
    pub flow: String,
    /// `x-hf-language` for every step.
    pub language: Option<String>,
    /// Whether it sends the client-credential token.
    pub authenticated: bool,
    /// Its variables, in order.
    pub vars: Vec<Var>,
    /// Its cases, each a map on a line of its own.
    pub cases: Vec<Vec<(String, Data)>>,
    /// Whether its answers are compared with no snapshots.
    pub without_snapshots: bool,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Comment lines after the last step.
    pub closing: Vec<String>,
}

/// A variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Var {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Data,
    /// Said beside it.
    pub comment: String,
}

/// A value in a scenario.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// A value as it is: braces in it are no template.
    Json(Value),
    /// A text with templates in it.
    Template(String),
    /// A map with templates in it.
    Map(Vec<(String, Data)>),
}

/// A step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Step {
    /// Comment lines above it.
    pub above: Vec<String>,
    /// The action's name: `init`, `submit` …
    pub action: &'static str,
    /// The action's argument.
    pub argument: Argument,
    /// Said beside the action.
    pub comment: String,
    /// The modifiers in their order, each with what is said beside it.
    pub modifiers: Vec<(&'static str, Data, String)>,
}

/// An action's argument.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Argument {
    /// None.
    #[default]
    None,
    /// A map or a value on the action's own line.
    Inline(Data),
    /// The fields of a form, each on a line of its own.
    Fields(Vec<Field>),
}

/// A field of a submit.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// What the scenario calls it.
    pub key: String,
    /// What is sent.
    pub value: Data,
    /// Said beside it: its rules.
    pub comment: String,
    /// Whether it is sent; one that is not is written as a comment, to be taken in by whoever wants it.
    pub sent: bool,
}

impl Data {
    /// A text as it is.
    pub fn text(text: impl Into<String>) -> Self {
        Data::Json(Value::String(text.into()))
    }
}

/// What of an expectation tells one END from another: what it says.
pub fn saying(text: &str) -> (String, Data) {
    ("json".to_owned(), Data::Map(vec![("$.text".to_owned(), Data::text(text))]))
}

impl Step {
    /// A step without an argument.
    pub fn new(action: &'static str) -> Self {
        Step { action, ..Step::default() }
    }

    /// A step with a map on its own line.
    pub fn with_map(action: &'static str, entries: Vec<(&str, Data)>) -> Self {
        let entries: Vec<_> = entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let argument = if entries.is_empty() { Argument::None } else { Argument::Inline(Data::Map(entries)) };
        Step { action, argument, ..Step::default() }
    }

    /// Gives it a modifier, in place of the one of that name; the order is that of a scenario's reader: how it is sent,
    /// then what must come back.
    pub fn set(&mut self, name: &'static str, value: Data, comment: &str) {
        const ORDER: [&str; 11] = [
            "as",
            "fill",
            "omit",
            "language",
            "session",
            "headers",
            "map",
            "retry_on_pending",
            "wait",
            "expect",
            "capture",
        ];
        let place = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
        self.modifiers.retain(|(known, ..)| *known != name);
        let at = self.modifiers.iter().position(|(known, ..)| place(known) > place(name));
        self.modifiers.insert(at.unwrap_or(self.modifiers.len()), (name, value, comment.to_owned()));
    }

    /// A modifier's value.
    pub fn modifier(&self, name: &str) -> Option<&Data> {
        self.modifiers.iter().find(|(known, ..)| *known == name).map(|(_, value, _)| value)
    }
}
