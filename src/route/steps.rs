//! The steps of a scenario that goes a way.

use serde_json::Value;

use super::entries::Entries;
use crate::compose::{Argument, Data, Field, Step};
use crate::map::KnownStep;

/// How a scenario expects a step.
pub fn shown(step: &KnownStep) -> String {
    if step.title.is_empty() || step.is_end() { step.kind.clone() } else { step.title.clone() }
}

/// With what must come back.
pub fn expecting(mut step: Step, what: Data) -> Step {
    step.set("expect", what, "");
    step
}

/// With the code of a refusal that must come back.
pub fn refused(step: Step, code: i64) -> Step {
    expecting(step, Data::Map(vec![("error".to_owned(), Data::Json(Value::from(code)))]))
}

/// Leaves a field of a submit empty, too.
pub fn omit(step: &mut Step, field: &str) {
    let mut fields = match step.modifier("omit") {
        Some(Data::Json(Value::Array(fields))) => fields.clone(),
        _ => Vec::new(),
    };
    fields.push(Value::from(field));
    step.set("omit", Data::Json(Value::Array(fields)), "");
}

/// A step is filled in with made-up data, but for what is to be entered.
pub fn submit(step: &KnownStep, entries: &Entries) -> Step {
    let mut submit = Step::new("submit");
    let field =
        |(key, value): (String, Value)| Field { key, value: Data::Json(value), comment: String::new(), sent: true };
    let fields: Vec<Field> = entries.values(step).into_iter().map(field).collect();
    submit.argument = match fields.is_empty() {
        true => Argument::Inline(Data::Map(Vec::new())),
        false => Argument::Fields(fields),
    };
    submit.set("fill", Data::text("valid"), "");
    entries.empty(step).iter().for_each(|field| omit(&mut submit, field));
    submit
}
