//! Personal data: what of it stands in a form, and the variables that hold it in a scenario.
//!
//! Pure, and seeded like all made-up data: the same recording gives the same scenario.

use indexmap::IndexMap;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::Value;

use super::draft::{Data, Var};
use super::entered::{Entered, decides};
use crate::api::element::{Element, ElementType};
use crate::api::pattern::Pattern;
use crate::api::wire::is_blank;
use crate::fake::{self, Context, Filled, Seed, date_in, date_strftime};
use crate::template::scope::BUILT_IN;

/// The kinds of data that say who somebody is, where they live or how they are reached.
const PERSON: [&str; 19] = [
    "first_name",
    "last_name",
    "middle_name",
    "full_name",
    "email",
    "username",
    "phone",
    "company",
    "street",
    "unit",
    "city",
    "state",
    "postcode",
    "date_of_birth",
    "iban",
    "national_id",
    "passport_number",
    "driver_licence_number",
    "ipv4",
];
/// What a variable cannot be called: the template language's own words, and what steps capture.
const TAKEN: [&str; 11] = ["true", "false", "none", "not", "and", "or", "in", "is", "if", "else", "token"];

/// What becomes of the data in a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// They are kept: they were made up to begin with, or are to be kept.
    Keep,
    /// Every text, date and number that was entered is replaced by made-up data of the same kind; a choice stays.
    Replace,
}

/// How many made-up values are tried until one is like nothing that was entered.
const TRIES: usize = 16;

/// The variables of one scenario, and how values become them.
#[derive(Debug)]
pub struct People {
    treatment: Treatment,
    seed: Seed,
    today: Date,
    /// The country given last, which addresses and identity numbers follow.
    pub country: Option<String>,
    /// What was entered, which no made-up value may be like.
    pub entered: Entered,
    vars: IndexMap<String, Value>,
    /// The variables by the values that they stand for.
    known: Vec<(Value, String)>,
    /// How many values were replaced.
    pub replaced: usize,
}

impl People {
    /// No variables yet.
    pub fn new(treatment: Treatment, seed: Seed, today: Date) -> Self {
        let (vars, known, entered) = (IndexMap::new(), Vec::new(), Entered::default());
        People { treatment, seed, today, country: None, entered, vars, known, replaced: 0 }
    }

    /// A value as the scenario gives it. `refused` is whether the API refused the submit that it was part of.
    pub fn data(&mut self, element: &Element, key: &str, value: &Value, refused: bool) -> Data {
        let person = fake::meaning(element).filter(|kind| PERSON.contains(kind));
        let text = matches!(element.kind, ElementType::Text | ElementType::Unknown);
        let replace = self.treatment == Treatment::Replace;
        let kind = match person {
            _ if is_blank(value) || value.is_boolean() || decides(element, value) => None,
            // What is kept and is one of a few steers the flow: it tells of nobody.
            _ if !replace && !element.options().is_empty() => None,
            Some(kind) if text || may_hold(element.kind, kind) => Some(kind.to_owned()),
            _ if replace => Some(self.variable_for(key)),
            _ => None,
        };
        match kind {
            None => Data::Json(element.lasting(value)),
            Some(kind) => self.variable(element, &kind, value, refused),
        }
    }

    /// The name of a variable after a field's key, unless that shows what was entered.
    fn variable_for(&self, key: &str) -> String {
        if self.entered.tells(key) { "field".to_owned() } else { variable_name(key) }
    }

    fn variable(&mut self, element: &Element, kind: &str, value: &Value, refused: bool) -> Data {
        let keep = self.treatment == Treatment::Keep;
        let same_kind = |name: &str| {
            name.strip_prefix(kind).is_some_and(|rest| rest.trim_start_matches('_').chars().all(|c| c.is_ascii_digit()))
        };
        // Two short values that are equal may have nothing to do with each other.
        let telling = value.as_str().is_some_and(|text| text.chars().count() > 3);
        let mut known = self.known.iter().filter(|(known, _)| known == value).map(|(_, name)| name);
        if let Some(name) =
            known.find(|name| keep || (fits(element, &self.vars[*name]) && (telling || same_kind(name))))
        {
            return Data::Template(format!("{{{{ {name} }}}}"));
        }
        if !keep {
            self.replaced += 1;
        }
        let replaced = match self.treatment {
            Treatment::Keep => value.clone(),
            // What was refused for being wrong must stay wrong.
            Treatment::Replace if refused && !fits(element, value) => return Data::Json(self.wrong(element, value)),
            Treatment::Replace => self.made_up(element, value).unwrap_or_else(|| masked(value)),
        };
        let name = self.free_name(kind);
        self.vars.insert(name.clone(), replaced);
        self.known.push((value.clone(), name.clone()));
        Data::Template(format!("{{{{ {name} }}}}"))
    }

    /// Made-up data for an element that a form of another applicant's has too: the second one is somebody else.
    fn made_up(&self, element: &Element, entered: &Value) -> Option<Value> {
        let context = Context { today: self.today, country: self.country.clone() };
        let seeds = std::iter::once(self.seed).chain((1..TRIES).map(|n| self.seed.nth(n)));
        let mut last = None;
        for seed in seeds {
            let Ok(Filled::Value(value)) = fake::value_for(element, &seed, &context) else { return last };
            let value = as_sent(value, entered);
            if value != *entered && !self.shows(&value) {
                if !self.vars.values().any(|known| *known == value) {
                    return Some(value);
                }
                last = Some(value);
            }
        }
        last
    }

    /// A value that is refused as the one that was entered is, and is another one.
    fn wrong(&self, element: &Element, value: &Value) -> Value {
        let wrong = beyond(element, value).into_iter().map(|wrong| as_sent(wrong, value));
        let mut wrong = wrong.filter(|wrong| wrong != value && !fits(element, wrong) && !self.shows(wrong));
        wrong.next().unwrap_or_else(|| masked(value))
    }

    /// Whether a value holds something that was entered.
    fn shows(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.entered.tells(text),
            Value::Number(number) => self.entered.tells(&number.to_string()),
            Value::Array(items) => items.iter().any(|item| self.shows(item)),
            _ => false,
        }
    }

    fn free_name(&self, kind: &str) -> String {
        let mut names = std::iter::once(kind.to_owned()).chain((2..).map(|n| format!("{kind}_{n}")));
        names.find(|name| !self.vars.contains_key(name)).unwrap_or_else(|| kind.to_owned())
    }

    /// The template for a text that was replaced by a variable.
    pub fn template(&self, text: &str) -> Option<String> {
        let is_it = |value: &Value| value.as_str().is_some_and(|value| value.trim().eq_ignore_ascii_case(text));
        let known = self.known.iter().find(|(value, _)| is_it(value));
        known.map(|(_, name)| format!("{{{{ {name} }}}}"))
    }

    /// The variables, in the order in which they were first needed.
    pub fn into_vars(self) -> Vec<Var> {
        self.vars
            .into_iter()
            .map(|(name, value)| Var { name, value: Data::Json(value), comment: String::new() })
            .collect()
    }
}

/// Whether a date or a number can be of a kind: the years at an address are no street.
fn may_hold(element: ElementType, kind: &str) -> bool {
    match element {
        ElementType::Date => kind == "date_of_birth",
        ElementType::Number => {
            ["phone", "iban", "national_id", "passport_number", "driver_licence_number"].contains(&kind)
        }
        _ => false,
    }
}

/// A key as a variable's name.
fn variable_name(key: &str) -> String {
    let name = small_words(key.rsplit_once(':').map_or(key, |(_, plain)| plain)).join("_");
    let unusable = name.is_empty()
        || name.starts_with(|c: char| c.is_ascii_digit())
        || BUILT_IN.contains(&name.as_str())
        || TAKEN.contains(&name.as_str());
    if unusable { format!("field_{name}").trim_end_matches('_').to_owned() } else { name }
}

/// The words of a key in small ASCII letters and digits: `ProofOfAddress` has three, as has `Proof of address`.
pub(super) fn small_words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in key.chars() {
        if !c.is_ascii_alphanumeric() || (before.is_ascii_lowercase() && c.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a value is one that an element takes, as far as its own rules tell.
pub fn fits(element: &Element, value: &Value) -> bool {
    let limits = element.limits();
    let Some(text) = value.as_str() else {
        let number = |bound: &Option<Value>| bound.as_ref().and_then(Value::as_f64);
        return match value.as_f64() {
            Some(given) => {
                number(&limits.min).is_none_or(|least| given >= least)
                    && number(&limits.max).is_none_or(|most| given <= most)
            }
            None => true,
        };
    };
    let length = text.chars().count();
    if limits.min_length.is_some_and(|least| length < least) || limits.max_length.is_some_and(|most| length > most) {
        return false;
    }
    if let Some(pattern) = limits.pattern.as_deref().and_then(|pattern| Pattern::read(pattern).ok())
        && pattern.matches_within(text) == Some(false)
    {
        return false;
    }
    match element.kind {
        ElementType::Number => text.trim().parse::<f64>().is_ok_and(|given| fits(element, &Value::from(given))),
        ElementType::Date => date_in(element, text).is_some_and(|date| {
            let bound = |bound: &Option<Value>| bound.as_ref().and_then(|bound| date_in(element, bound.as_str()?));
            bound(&limits.min).is_none_or(|first| date >= first) && bound(&limits.max).is_none_or(|last| date <= last)
        }),
        _ => true,
    }
}

/// A made-up value as what was entered went out: a number stays a number, a text a text.
fn as_sent(made_up: Value, entered: &Value) -> Value {
    match (&made_up, entered) {
        (Value::Number(number), Value::String(_)) => Value::String(number.to_string()),
        (Value::String(text), Value::Number(_)) => text.parse().map_or(made_up, Value::Number),
        _ => made_up,
    }
}

/// Values beside the bounds of an element, on the side on which a value is.
fn beyond(element: &Element, value: &Value) -> Vec<Value> {
    let limits = element.limits();
    if element.kind == ElementType::Date {
        let bound = |bound: &Option<Value>| bound.as_ref().and_then(|bound| date_in(element, bound.as_str()?));
        let Some(date) = value.as_str().and_then(|text| date_in(element, text)) else { return Vec::new() };
        let text = |date: Date| match date_strftime(element) {
            Some(format) => Value::String(date.strftime(&format).to_string()),
            None => Value::String(date.to_string()),
        };
        let moved = |date: Date, way: i64| {
            (1..4).filter_map(move |n| date.checked_add((way * n).years().days(way * 11)).ok()).map(text)
        };
        return match (bound(&limits.min), bound(&limits.max)) {
            (Some(first), _) if date < first => moved(first, -1).collect(),
            (_, Some(last)) if date > last => moved(last, 1).collect(),
            _ => Vec::new(),
        };
    }
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    let bound = |bound: &Option<Value>| bound.as_ref().and_then(number);
    let Some(given) = number(value) else { return Vec::new() };
    let beside = |bound: f64, way: f64| (1..4).map(|n| whole(bound.round() + way * f64::from(n))).collect();
    match (bound(&limits.min), bound(&limits.max)) {
        (Some(least), _) if given < least => beside(least, -1.0),
        (_, Some(most)) if given > most => beside(most, 1.0),
        _ => Vec::new(),
    }
}

/// A number without a fraction where it has none.
fn whole(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { Value::from(number as i64) } else { Value::from(number) }
}

/// A value of the same shape that says nothing: letters become `x`, digits `0`.
fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(masked_text(text)),
        Value::Number(number) => {
            let text = number.to_string();
            let digits = |digit| text.chars().map(|c| if c.is_ascii_digit() { digit } else { c }).collect::<String>();
            let other = [digits('1'), digits('2')].into_iter().find(|other| *other != text).unwrap_or_default();
            other.parse().map_or(Value::from(0), Value::Number)
        }
        Value::Array(items) => items.iter().map(masked).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(key, member)| (key.clone(), masked(member))).collect())
        }
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

fn masked_text(text: &str) -> String {
    let mask = |great: char, small: char, digit: char| -> String {
        let one = |c: char| match c {
            c if c.is_uppercase() => great,
            c if c.is_alphabetic() => small,
            c if c.is_numeric() => digit,
            other => other,
        };
        text.chars().map(one).collect()
    };
    let stars = || text.chars().map(|c| if c.is_whitespace() { c } else { '*' }).collect();
    let masks = [mask('X', 'x', '0'), mask('Y', 'y', '1')];
    masks.into_iter().find(|masked| masked != text).unwrap_or_else(stars)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn element(json: Value) -> Element {
        Element::from_json(&json).unwrap()
    }

    fn people(treatment: Treatment) -> People {
        People::new(treatment, Seed::new(1), jiff::civil::date(2026, 11, 23))
    }

    #[test]
    fn a_value_that_comes_again_is_the_same_variable_and_another_is_another() {
        let mut people = people(Treatment::Replace);
        let name = element(json!({"id": "1", "role": "first_name", "type": "text"}));
        let first = people.data(&name, "first_name", &json!("Grace"), false);
        assert_eq!(first, Data::Template("{{ first_name }}".to_owned()));
        assert_eq!(people.data(&name, "first_name", &json!("Grace"), false), first);
        let other = people.data(&name, "first_name", &json!("Alan"), false);
        assert_eq!(other, Data::Template("{{ first_name_2 }}".to_owned()));
        let vars = people.into_vars();
        assert!(vars.iter().all(|var| var.value != Data::text("Grace") && var.value != Data::text("Alan")), "{vars:?}");
        assert_ne!(vars[0].value, vars[1].value, "two people stay two");
    }

    #[test]
    fn free_text_is_replaced_and_a_choice_is_not() {
        let mut people = people(Treatment::Replace);
        let reason = element(json!({"id": "1", "name": "Why now?", "type": "text"}));
        assert_eq!(
            people.data(&reason, "Why now?", &json!("I am ill"), false),
            Data::Template("{{ why_now }}".to_owned())
        );
        let country =
            element(json!({"id": "2", "role": "address_country", "type": "country_select", "options": ["CA"]}));
        assert_eq!(people.data(&country, "address_country", &json!("CA"), false), Data::Json(json!("CA")));
        let step = element(json!({"id": "3", "name": "step", "type": "text"}));
        assert_eq!(people.data(&step, "step", &json!("one"), false), Data::Template("{{ field_step }}".to_owned()));
        let mut kept = super::tests::people(Treatment::Keep);
        assert_eq!(kept.data(&reason, "Why now?", &json!("I am ill"), false), Data::Json(json!("I am ill")));
    }

    #[test]
    fn what_was_refused_stays_wrong_and_tells_nothing() {
        let mut people = people(Treatment::Replace);
        let email = element(
            json!({"id": "1", "role": "email", "type": "text", "validations": [{"type": "pattern", "pattern": "^[^@]+@[^@]+$"}]}),
        );
        assert_eq!(people.data(&email, "email", &json!("Grace.at.home7"), true), Data::text("Xxxxx.xx.xxxx0"));
        let born = element(
            json!({"id": "2", "role": "dob", "type": "date", "validations": [{"type": "range", "max": "2008-01-01"}]}),
        );
        assert_eq!(people.data(&born, "dob", &json!("2020-02-03"), true), Data::text("2009-01-12"));
        let age = element(
            json!({"id": "3", "name": "Age", "type": "number", "validations": [{"type": "range", "min": 18, "max": 99}]}),
        );
        assert_eq!(people.data(&age, "Age", &json!(17), true), Data::Json(json!(16)));
        assert_eq!(people.data(&age, "Age", &json!("1234"), true), Data::text("100"));
        assert_eq!(people.data(&age, "Age", &json!({"x": "1234"}), true), Data::Template("{{ age }}".to_owned()));
        assert_eq!(
            people.data(&born, "dob", &json!("1906-12-09"), true),
            Data::Template("{{ date_of_birth }}".to_owned())
        );
    }
}
