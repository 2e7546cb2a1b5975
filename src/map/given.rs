//! What was entered where a flow forks: the data that led one way and not another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What was entered into one field on the way to a fork. `S` is how the step is known: by its key, in a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Given<S = String> {
    /// The step that has the field: the fork itself, or one before it.
    pub step: S,
    /// The field, as a scenario calls it.
    pub field: String,
    /// What was entered into it.
    #[serde(flatten)]
    pub entered: Entered,
}

/// What leads a way: all of any one of these lists.
pub type When<S = String> = Vec<Vec<Given<S>>>;

/// What values of a field lead one way.
///
/// ```
/// use draftgate::map::Entered;
/// let entered: Entered = serde_json::from_str(r#"{"between": [10000, null]}"#).unwrap();
/// assert_eq!(entered, Entered::Between(Some(10000.into()), None));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Entered {
    /// One of these values.
    Is(Vec<Value>),
    /// A number or a date from the one to the other, both included; none where there is no bound.
    Between(Option<Value>, Option<Value>),
    /// Whether anything is entered at all.
    Filled(bool),
}

impl<S> Given<S> {
    /// The same with the step known otherwise; none where it is not.
    pub fn of_step<T>(&self, step: impl FnOnce(&S) -> Option<T>) -> Option<Given<T>> {
        Some(Given { step: step(&self.step)?, field: self.field.clone(), entered: self.entered.clone() })
    }
}
