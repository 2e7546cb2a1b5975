//! What is known of a flow, as a journal has it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Spot;

/// What is known of one flow, in one version and language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Flow {
    /// Its alias, or its id where it has none.
    pub flow: String,
    /// `draft` or `live`.
    pub version: String,
    /// The language that is asked for; null where none is.
    pub language: Option<String>,
    /// Its steps, the nearest to the beginning first.
    pub steps: Vec<Spot>,
    /// Which of them it begins with, by their places in `steps`.
    pub first: Vec<usize>,
    /// Which step follows which.
    pub moves: Vec<Move>,
    /// What the steps ask for that are forms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<Form>,
}

/// A way from one step to another, by their places in the flow's `steps`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Move {
    /// The step before.
    pub from: usize,
    /// `submit` or `back`.
    pub way: String,
    /// The step after.
    pub to: usize,
}

/// What a step asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Form {
    /// The step, by its place in the flow's `steps`.
    pub step: usize,
    /// The fields that take a value, in their order.
    pub fields: Vec<FormField>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormField {
    /// What it is called: its label where that names it alone, else its role or whatever names it in a scenario.
    pub name: String,
    /// The values that it offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The rules for its value: `required`, `minimum`, `maximum`, `minimum length`, `maximum length`, `pattern`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
}

impl Flow {
    /// Whether it is about the same flow in the same version and language.
    pub fn is_of(&self, other: &Flow) -> bool {
        (&self.flow, &self.version, &self.language) == (&other.flow, &other.version, &other.language)
    }

    /// The place of a step, which is added where it is not known.
    pub fn place(&mut self, spot: &Spot) -> usize {
        self.steps.iter().position(|step| step == spot).unwrap_or_else(|| {
            self.steps.push(spot.clone());
            self.steps.len() - 1
        })
    }

    /// Notes that one step follows another.
    pub fn note_move(&mut self, way: Move) {
        if !self.moves.contains(&way) {
            self.moves.push(way);
        }
    }

    /// Adds what else is known of the same flow.
    pub fn learn(&mut self, other: Flow) {
        if *self == other {
            return;
        }
        let places: Vec<usize> = other.steps.iter().map(|spot| self.place(spot)).collect();
        let here = |there: usize| places.get(there).copied();
        for first in other.first.iter().filter_map(|first| here(*first)) {
            if !self.first.contains(&first) {
                self.first.push(first);
            }
        }
        for way in other.moves {
            let (Some(from), Some(to)) = (here(way.from), here(way.to)) else { continue };
            self.note_move(Move { from, to, ..way });
        }
        for form in other.forms {
            let Some(step) = here(form.step) else { continue };
            form.fields.into_iter().for_each(|field| self.learn_field(step, field));
        }
    }

    /// Adds what is known of a field of a step.
    pub fn learn_field(&mut self, step: usize, field: FormField) {
        let at = self.forms.iter().position(|form| form.step == step).unwrap_or_else(|| {
            self.forms.push(Form { step, fields: Vec::new() });
            self.forms.len() - 1
        });
        let fields = &mut self.forms[at].fields;
        let place = fields.iter().position(|known| known.name == field.name).unwrap_or_else(|| {
            fields.push(FormField { name: field.name, options: Vec::new(), rules: Vec::new() });
            fields.len() - 1
        });
        add(&mut fields[place].options, field.options);
        add(&mut fields[place].rules, field.rules);
    }
}

fn add(known: &mut Vec<String>, more: Vec<String>) {
    for one in more {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}
