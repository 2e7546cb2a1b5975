//! What is entered into the forms on a way, where it is not whatever is made up.

use std::cmp::Ordering;

use jiff::civil::Date;
use serde_json::Value;

use super::NoWay;
use super::value::outside;
use crate::api::element::{Element, ElementType, JsonType};
use crate::api::field::{called, find};
use crate::api::rules::broken;
use crate::api::wire::{Condition, Operator};
use crate::map::{Entered, Given, KnownElement, KnownStep};

/// Countries, for a field that offers all of them.
const COUNTRIES: [&str; 6] = ["GB", "CA", "FR", "DE", "US", "AU"];
/// How deep conditions are followed that hang on fields with conditions.
const DEEPEST: usize = 8;

/// What is entered into certain fields; the others are filled in with made-up data.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entries(Vec<Entry>);

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    step: String,
    field: String,
    wanted: Wanted,
    /// Values that it must not have.
    not: Vec<Value>,
}

#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    /// Whatever is made up.
    Anything,
    /// This value.
    Value(Value),
    /// A number or a date from the one to the other, both included; none where there is no bound.
    Within(Option<Value>, Option<Value>),
    /// Nothing.
    Empty,
}

impl Entries {
    /// The element of a field.
    pub fn element(&self, step: &KnownStep, field: &str) -> Result<Element, NoWay> {
        let elements = step.to_elements();
        find(&elements, field)
            .cloned()
            .map_err(|_| NoWay(format!("{} has no field {field} in the flow's map", step.key)))
    }

    /// The values of a step, by field.
    pub fn values(&self, step: &KnownStep) -> Vec<(String, Value)> {
        let value = |entry: &Entry| Some((entry.field.clone(), entry.wanted.value()?.clone()));
        self.0.iter().filter(|entry| entry.step == step.key).filter_map(value).collect()
    }

    /// The fields of a step that stay empty.
    pub fn empty(&self, step: &KnownStep) -> Vec<String> {
        let empty = self.0.iter().filter(|entry| entry.step == step.key && entry.wanted == Wanted::Empty);
        empty.map(|entry| entry.field.clone()).collect()
    }

    /// The fields of a step that certainly have a value when it is filled in.
    pub fn given(&self, step: &KnownStep) -> Vec<String> {
        let elements = step.to_elements();
        let empty = self.empty(step);
        let named = |(element, known): (&Element, &KnownElement)| {
            let name = called(&elements, element);
            let value = self.find(step, &name).is_some_and(|entry| entry.wanted != Wanted::Empty);
            (value || (known.condition.is_none() && !empty.contains(&name))).then_some(name)
        };
        elements.iter().zip(&step.elements).filter_map(named).collect()
    }

    /// Whether a field is shown at times only.
    pub fn is_hidden(&self, step: &KnownStep, field: &str) -> bool {
        condition(step, field).is_some()
    }

    /// Has a field shown, and filled in.
    pub fn fill(&mut self, step: &KnownStep, field: &str) -> Result<(), NoWay> {
        let name = self.name(step, field)?;
        self.show(step, &name, DEEPEST)?;
        let entry = self.entry(step, &name);
        match entry.wanted {
            Wanted::Empty => Err(NoWay(format!("{field} must stay empty on the way that is known"))),
            _ => Ok(()),
        }
    }

    /// Enters what leads a way; none where that cannot be together with what is entered already.
    pub fn give(&mut self, step: &KnownStep, given: &Given) -> Option<()> {
        let name = self.name(step, &given.field).ok()?;
        self.show(step, &name, DEEPEST).ok()?;
        match &given.entered {
            Entered::Filled(false) => self.set(step, &name, Wanted::Empty),
            Entered::Filled(true) => self.set(step, &name, Wanted::Anything),
            Entered::Is(values) => {
                let tried = |value: &Value| {
                    let mut entries = self.clone();
                    entries.set(step, &name, Wanted::Value(value.clone())).map(|()| entries)
                };
                *self = values.iter().find_map(tried)?;
                Some(())
            }
            Entered::Between(None, None) => None,
            Entered::Between(least, most) => self.set(step, &name, Wanted::Within(least.clone(), most.clone())),
        }
    }

    /// Enters what does not lead a way.
    pub fn avoid(&mut self, step: &KnownStep, given: &Given) -> Option<()> {
        let name = self.name(step, &given.field).ok()?;
        let element = self.element(step, &name).ok()?;
        match &given.entered {
            Entered::Filled(true) => self.set(step, &name, Wanted::Empty),
            Entered::Filled(false) => self.set(step, &name, Wanted::Anything),
            Entered::Is(values) => {
                self.entry(step, &name).not.extend(values.iter().cloned());
                let others = others(&element);
                let other = others.iter().find(|other| !self.entry(step, &name).not.contains(other)).cloned();
                match (&self.entry(step, &name).wanted, other) {
                    (Wanted::Value(value), _) => (!values.contains(value)).then_some(()),
                    (within @ Wanted::Within(..), _) => (!values.contains(within.value()?)).then_some(()),
                    (Wanted::Empty, _) => Some(()),
                    (Wanted::Anything, Some(other)) => self.set(step, &name, Wanted::Value(other)),
                    // What is made up is none of a few texts or numbers.
                    (Wanted::Anything, None) => others.is_empty().then_some(()),
                }
            }
            Entered::Between(least, most) => {
                let above = most.as_ref().and_then(|most| outside(most, 1));
                let below = least.as_ref().and_then(|least| outside(least, -1));
                let fits = |value: &Value| broken(&element, Some(value)).is_empty();
                // Where exactly the ways part is not known: the far end of what may be entered is on the other side for sure.
                let limits = element.limits();
                let far = |end: &Option<Value>| end.clone().filter(fits).map(Wanted::Value);
                let is_past = |end: &Wanted, bound: &Value, wrong: Ordering| {
                    end.value().and_then(|end| order(end, bound)).is_some_and(|order| order != wrong)
                };
                let (above, below) = (above.filter(fits), below.filter(fits));
                let highest =
                    above.as_ref().and_then(|above| far(&limits.max).filter(|end| is_past(end, above, Ordering::Less)));
                let lowest = below
                    .as_ref()
                    .and_then(|below| far(&limits.min).filter(|end| is_past(end, below, Ordering::Greater)));
                let above = above.map(|above| Wanted::Within(Some(above), None));
                let below = below.map(|below| Wanted::Within(None, Some(below)));
                let tried = |wanted: Wanted| {
                    let mut entries = self.clone();
                    entries.set(step, &name, wanted).map(|()| entries)
                };
                *self = [highest, lowest, above, below].into_iter().flatten().find_map(tried)?;
                Some(())
            }
        }
    }

    fn name(&self, step: &KnownStep, field: &str) -> Result<String, NoWay> {
        let elements = step.to_elements();
        let element = self.element(step, field)?;
        Ok(called(&elements, &element))
    }

    fn find(&self, step: &KnownStep, field: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.step == step.key && entry.field == field)
    }

    fn entry(&mut self, step: &KnownStep, field: &str) -> &mut Entry {
        let at = self.0.iter().position(|entry| entry.step == step.key && entry.field == field).unwrap_or_else(|| {
            let (step, field) = (step.key.clone(), field.to_owned());
            self.0.push(Entry { step, field, wanted: Wanted::Anything, not: Vec::new() });
            self.0.len() - 1
        });
        &mut self.0[at]
    }

    fn set(&mut self, step: &KnownStep, field: &str, wanted: Wanted) -> Option<()> {
        let entry = self.entry(step, field);
        if matches!(&wanted, Wanted::Value(value) if entry.not.contains(value)) {
            return None;
        }
        entry.wanted = entry.wanted.and(wanted)?;
        Some(())
    }

    /// Enters what a field's condition asks for.
    fn show(&mut self, step: &KnownStep, field: &str, depth: usize) -> Result<(), NoWay> {
        let Some(condition) = condition(step, field) else { return Ok(()) };
        let hidden = || NoWay(format!("what shows {field} cannot be told from its condition"));
        let Some(condition) = Condition::from_json(&condition).filter(|_| depth > 0) else { return Err(hidden()) };
        let mut last = hidden();
        for rule in &condition.rules {
            let mut tried = self.clone();
            match tried.meet(step, rule, depth - 1) {
                Ok(()) => *self = tried,
                Err(why) if condition.any => {
                    last = why;
                    continue;
                }
                Err(why) => return Err(why),
            }
            if condition.any {
                return Ok(());
            }
        }
        if condition.any { Err(last) } else { Ok(()) }
    }

    fn meet(&mut self, step: &KnownStep, rule: &crate::api::wire::Rule, depth: usize) -> Result<(), NoWay> {
        let name = self.name(step, &rule.element)?;
        let element = self.element(step, &name)?;
        let listed = |value: Value| if element.takes() == JsonType::List { Value::from(vec![value]) } else { value };
        let wanted = match (rule.operator, &rule.value) {
            (Operator::Equals, value) => Wanted::Value(listed(value.clone())),
            (Operator::In, Value::Array(values)) if !values.is_empty() => Wanted::Value(listed(values[0].clone())),
            (Operator::In, value) => Wanted::Value(listed(value.clone())),
            (Operator::NotEquals, Value::Bool(flag)) => Wanted::Value(Value::Bool(!flag)),
            (Operator::NotEquals, value) => {
                match element.lasting_options().into_iter().find(|option| option != value) {
                    Some(option) => Wanted::Value(listed(option)),
                    None => Wanted::Anything,
                }
            }
            (Operator::Filled, _) => Wanted::Anything,
            (Operator::Empty, _) => Wanted::Empty,
        };
        if wanted != Wanted::Empty {
            self.show(step, &name, depth)?;
        }
        self.set(step, &name, wanted).ok_or_else(|| NoWay(format!("{name} would need two values at once")))
    }
}

impl Wanted {
    /// What is to be entered, where that is said.
    fn value(&self) -> Option<&Value> {
        match self {
            Wanted::Value(value) => Some(value),
            Wanted::Within(least, most) => least.as_ref().or(most.as_ref()),
            Wanted::Anything | Wanted::Empty => None,
        }
    }

    /// What is both; none where nothing is.
    fn and(&self, other: Wanted) -> Option<Wanted> {
        match (self, other) {
            (Wanted::Anything, other) => Some(other),
            (Wanted::Value(_) | Wanted::Within(..), Wanted::Anything) => Some(self.clone()),
            (Wanted::Within(least, most), Wanted::Within(low, high)) => {
                let least = stricter(least.clone(), low, Ordering::Greater)?;
                let most = stricter(most.clone(), high, Ordering::Less)?;
                let apart =
                    matches!((&least, &most), (Some(least), Some(most)) if order(least, most)? == Ordering::Greater);
                (!apart).then_some(Wanted::Within(least, most))
            }
            (Wanted::Within(least, most), Wanted::Value(value)) => {
                is_within(&value, least, most)?.then_some(Wanted::Value(value))
            }
            (Wanted::Value(value), Wanted::Within(least, most)) => {
                is_within(value, &least, &most)?.then(|| self.clone())
            }
            (known, new) => (*known == new).then_some(new),
        }
    }
}

/// What may be chosen in a field in place of something else; nothing where texts or amounts are entered.
fn others(element: &Element) -> Vec<Value> {
    let options = element.lasting_options();
    match element.takes() {
        JsonType::List => options.into_iter().map(|option| Value::from(vec![option])).collect(),
        JsonType::Boolean => vec![Value::Bool(true), Value::Bool(false)],
        _ if options.is_empty() && element.kind == ElementType::CountrySelect => {
            COUNTRIES.into_iter().map(Value::from).collect()
        }
        _ => options,
    }
}

/// Of two bounds the one that allows less; none where they cannot be compared.
fn stricter(one: Option<Value>, other: Option<Value>, than: Ordering) -> Option<Option<Value>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(Some(if order(&other, &one)? == than { other } else { one })),
        (one, other) => Some(one.or(other)),
    }
}

fn is_within(value: &Value, least: &Option<Value>, most: &Option<Value>) -> Option<bool> {
    let least = least.as_ref().map_or(Some(Ordering::Equal), |least| order(value, least))?;
    let most = most.as_ref().map_or(Some(Ordering::Equal), |most| order(value, most))?;
    Some(least != Ordering::Less && most != Ordering::Greater)
}

/// The order of two numbers, or of two days; none of anything else.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    let day = |value: &Value| value.as_str()?.parse::<Date>().ok();
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one.partial_cmp(&other),
        _ => Some(day(one)?.cmp(&day(other)?)),
    }
}

/// The condition of a field, with labels in place of ids.
fn condition(step: &KnownStep, field: &str) -> Option<Value> {
    let elements = step.to_elements();
    let found = find(&elements, field).ok()?;
    let at = elements.iter().position(|element| element.id == found.id)?;
    step.elements.get(at)?.condition.clone()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bounds_of_one_field_are_met_together() {
        let within = |least: Value, most: Value| {
            Wanted::Within(Some(least).filter(|bound| !bound.is_null()), Some(most).filter(|bound| !bound.is_null()))
        };
        let null = || Value::Null;
        assert_eq!(within(json!(10), null()).and(within(json!(50), json!(60))), Some(within(json!(50), json!(60))));
        assert_eq!(within(null(), json!(9)).and(within(json!(9), null())), Some(within(json!(9), json!(9))));
        assert_eq!(within(null(), json!(9)).and(within(json!(10), null())), None);
        let day = |text: &str| json!(text);
        let later = within(day("2000-01-01"), null()).and(within(day("1990-05-05"), day("2010-01-01")));
        assert_eq!(later, Some(within(day("2000-01-01"), day("2010-01-01"))));
        let value = |value: Value| Wanted::Value(value);
        assert_eq!(within(json!(10), null()).and(value(json!(12))), Some(value(json!(12))));
        assert_eq!(value(json!(8)).and(within(json!(10), null())), None);
        assert_eq!(within(json!(10), null()).and(value(json!("CA"))), None, "what cannot be compared is no bound");
        assert_eq!(value(json!(8)).and(Wanted::Empty), None);
        assert_eq!(within(json!(10), null()).and(Wanted::Anything), Some(within(json!(10), null())));
    }

    /// What is entered into a field so that it is not this.
    fn avoided(element: Value, entered: Entered) -> Option<Value> {
        let body = json!({"id": "1", "type": "form", "title": "Person", "elements": [element]});
        let step = KnownStep::of(&body).unwrap();
        let mut entries = Entries::default();
        entries.avoid(&step, &Given { step: "Person".to_owned(), field: "A".to_owned(), entered })?;
        entries.values(&step).into_iter().next().map(|(_, value)| value)
    }

    #[test]
    fn what_leads_elsewhere_is_avoided_by_what_surely_does_not() {
        let several =
            json!({"id": "a", "type": "checkbox_group", "name": "A", "options": ["books", "toys", "medicine"]});
        let is = Entered::Is(vec![json!(["books"]), json!(["toys"])]);
        assert_eq!(avoided(several, is), Some(json!(["medicine"])));
        let anywhere = json!({"id": "a", "type": "country_select", "name": "A"});
        assert_eq!(avoided(anywhere, Entered::Is(vec![json!("GB")])), Some(json!("CA")));
        let amount = json!({"id": "a", "type": "number", "name": "A", "validations": [{"type": "range", "min": 0, "max": 90000}]});
        let above = Entered::Between(Some(json!(10000)), None);
        assert_eq!(avoided(amount.clone(), above), Some(json!(0)), "somewhere below 10000 is not below the true bound");
        assert_eq!(avoided(amount, Entered::Between(None, Some(json!(100)))), Some(json!(90000)));
        let unbounded = json!({"id": "a", "type": "number", "name": "A"});
        assert_eq!(avoided(unbounded, Entered::Between(None, Some(json!(100)))), Some(json!(101)));
    }
}
