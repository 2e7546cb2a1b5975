//! What may be the reason why a step leads to several others, as long as it is not known: sessions are put together so that each
//! of them tells as much of all these reasons as it can.

use std::collections::HashMap;

use serde_json::Value;

use super::fork::{Difference, Factor, Fork};
use super::model::{Goal, Model};

/// Fields each of which may decide at a step by itself.
#[derive(Debug, Clone)]
pub(super) struct Suspicion {
    /// By field, what each of its values led to.
    fields: HashMap<Difference, Vec<(Value, Goal)>>,
}

/// How many of the fields that may decide at a step say that a session is led where.
pub(super) type Saying = HashMap<Goal, usize>;

impl Suspicion {
    /// What is suspected at a fork; nothing where it is known what decides.
    pub fn of(model: &Model, fork: &Fork) -> Option<Self> {
        let (one, other) = fork.open.map(|(one, other)| (&model.seen[one], &model.seen[other]))?;
        let fields = model.suspects(fork, one, other).into_iter().map(|(of, key)| {
            let factor = Factor::Field(of, key.clone());
            let mut led: Vec<(Value, Goal)> = Vec::new();
            for seen in model.at(one.step()) {
                if let Some(value) =
                    factor.value(&seen.stages).filter(|value| led.iter().all(|(known, _)| known != value))
                {
                    led.push((value, seen.to.clone()));
                }
            }
            ((of, key), led)
        });
        Some(Suspicion { fields: fields.collect() })
    }

    /// Where one is led if a field with this value decides; nothing where that was not seen, or cannot be.
    pub fn says(&self, field: &Difference, value: &Value) -> Option<&Goal> {
        self.fields.get(field)?.iter().find(|(known, _)| known == value).map(|(_, goal)| goal)
    }
}
