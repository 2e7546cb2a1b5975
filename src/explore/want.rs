//! What one session is to find out: as much as can be at once.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;
use serde_json::Value;

use super::classes::Override;
use super::model::Stage;
use super::visit::{Aim, Task};

/// All that is entered into a form on purpose, by what a scenario calls its fields.
pub(super) type Form = BTreeMap<String, Option<Value>>;

/// Something to be found out at a step, and what has to be entered for it.
#[derive(Debug, Clone)]
pub(super) struct Want {
    /// What, and where.
    pub aim: Aim,
    /// What has to be entered.
    pub needs: Needs,
    /// Whether it is to be seen, too, what comes of it as far as the end.
    pub to_the_end: bool,
}

/// What has to be entered into steps.
#[derive(Debug, Clone, Default)]
pub(super) struct Needs {
    /// This, and nothing else.
    pub forms: BTreeMap<usize, Form>,
    /// This, whatever else.
    pub fields: BTreeMap<(usize, String), Option<Value>>,
}

impl Want {
    /// Something to be found out, remembered by what it is.
    pub fn new(kind: &str, step: usize, what: &impl Serialize) -> Self {
        let mut hasher = DefaultHasher::new();
        serde_json::to_string(what).unwrap_or_default().hash(&mut hasher);
        let memo = format!("{kind} {step} {:x}", hasher.finish());
        Want { aim: Aim { step, memo, task: None }, needs: Needs::default(), to_the_end: false }
    }

    /// With what is tried in passing.
    pub fn task(mut self, task: Task) -> Self {
        self.aim.task = Some(task);
        self
    }

    /// With what is needed; none where that contradicts itself.
    pub fn needing(mut self, needs: &Needs) -> Option<Self> {
        self.needs.take(needs).then_some(self)
    }

    /// Whether it takes a session of its own: there is nothing that could be tried in passing, and nothing new is entered.
    pub fn is_own(&self) -> bool {
        self.aim.task.is_none() && !self.to_the_end
    }

    /// To be followed to the end.
    pub fn followed(mut self) -> Self {
        self.to_the_end = true;
        self
    }
}

impl Needs {
    /// Takes in others, unless they contradict these: whether they do not.
    pub fn take(&mut self, others: &Needs) -> bool {
        let agrees = |form: &Form, key: &str, value: &Option<Value>| form.get(key).unwrap_or(&None) == value;
        let forms = others.forms.iter().all(|(step, form)| {
            let fields = self.fields.range((*step, String::new())..(*step + 1, String::new()));
            self.forms.get(step).is_none_or(|known| known == form)
                && fields.into_iter().all(|((_, key), value)| agrees(form, key, value))
        });
        let fields = || {
            others.fields.iter().all(|(place, value)| {
                self.fields.get(place).is_none_or(|known| known == value)
                    && self.forms.get(&place.0).is_none_or(|form| agrees(form, &place.1, value))
            })
        };
        if !forms || !fields() {
            return false;
        }
        self.forms.extend(others.forms.iter().map(|(step, form)| (*step, form.clone())));
        self.fields.extend(others.fields.iter().map(|(place, value)| (place.clone(), value.clone())));
        true
    }

    /// That a field of a step is as it is said.
    pub fn field(step: usize, key: &str, value: Option<Value>) -> Self {
        Needs { fields: BTreeMap::from([((step, key.to_owned()), value)]), ..Needs::default() }
    }
}

/// What a session is to find out.
#[derive(Debug, Default)]
pub(super) struct Bundle {
    /// What has to be entered.
    pub needs: Needs,
    /// What is found out.
    pub aims: Vec<Aim>,
    /// Whether it goes on to the end.
    pub to_the_end: bool,
}

impl Bundle {
    /// Takes something in, unless it contradicts what is in it: whether it does not.
    pub fn take(&mut self, want: &Want) -> bool {
        let taken = self.needs.take(&want.needs);
        if taken {
            self.aims.push(want.aim.clone());
            self.to_the_end |= want.to_the_end;
        }
        taken
    }
}

/// All that was entered into a form: what was sent of the fields in which there is something to try, and what was left out on
/// purpose.
pub(super) fn form(stage: &Stage) -> Form {
    let omitted = stage.given.iter().filter(|(_, value)| value.is_none()).cloned();
    let sent = stage.sent.iter().filter(|(_, value)| !value.is_null());
    omitted.chain(sent.map(|(key, value)| (key.clone(), Some(value.clone())))).collect()
}

/// A form as an entry.
pub(super) fn entry(form: &Form) -> Vec<Override> {
    form.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_contradicts_is_not_taken_in() {
        let whole = |key: &str, value: Value| Needs {
            forms: BTreeMap::from([(1, Form::from([(key.to_owned(), Some(value))]))]),
            ..Needs::default()
        };
        let mut needs = whole("a", json!(1));
        assert!(needs.take(&Needs::field(2, "a", Some(json!(2)))));
        assert!(needs.take(&Needs::field(1, "a", Some(json!(1)))) && needs.take(&Needs::field(1, "b", None)));
        for other in [Needs::field(1, "a", Some(json!(2))), Needs::field(1, "c", Some(json!(1)))] {
            assert!(!needs.take(&other), "{other:?}");
        }
        assert!(!needs.take(&Needs::field(2, "a", None)) && needs.take(&Needs::field(2, "b", None)));
        assert!(!needs.take(&whole("a", json!(2))) && needs.take(&whole("a", json!(1))));
    }
}
