//! What to try in a field: a value of each class that may lead another way.
//!
//! Classes come from what the answer itself shows of an element: its type, options, limits, and what conditions of other
//! elements compare it with. A text leads nowhere by being another text, unless a service knows the person; that is what
//! personas are for.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::people::entries;
use crate::api::element::{Element, ElementType};
use crate::api::wire::{Condition, Operator, is_blank};
use crate::compose::field::key;
use crate::scenario::Persona;

/// A field's name in a scenario, and what is entered into it; none where it stays empty.
pub type Override = (String, Option<Value>);

/// The most options of one choice that are all tried.
const MOST_OPTIONS: usize = 40;
/// Countries that are tried where a choice has more than [`MOST_OPTIONS`], or says none: of each region one or two, those
/// that identity checks differ in most.
const COUNTRIES: [&str; 12] = ["US", "CA", "GB", "AU", "DE", "FR", "BR", "IN", "CN", "JP", "ZA", "MX"];
/// Where amounts change what happens, as long as nothing says where.
const LADDER: [i64; 9] = [0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
/// Which parts of what lies between two bounds are tried.
const INSIDE: [f64; 2] = [0.1, 0.5];
/// Ages at which the law changes.
const AGES: [i16; 3] = [18, 21, 65];

/// What may be entered into a field beside what it is usually filled in with.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// What a scenario calls it.
    pub key: String,
    /// What may lead another way, each value of a class of its own; null for leaving it empty.
    pub classes: Vec<Value>,
    /// Values in their order, the classes among them: where two classes lead different ways, a bound lies in between. Empty for
    /// a field whose values have no order.
    pub scale: Vec<Value>,
    /// What has to be entered elsewhere on the form for this field to be shown.
    pub shown_by: Vec<Override>,
    /// Whether it takes any text: one that is in none of the classes is made up, and decides nothing.
    pub is_text: bool,
}

impl Field {
    /// Whether one chooses from a few values that have no order.
    pub fn is_choice(&self) -> bool {
        !self.is_text && self.scale.is_empty()
    }
}

/// The fields of a form in which there is something to try, what `people` enter there among it. `today` is the day that ages
/// are reckoned from.
pub fn fields(elements: &[Element], people: &[Persona], today: Date) -> Vec<Field> {
    let theirs: Vec<Override> = people.iter().flat_map(|person| entries(person, elements)).collect();
    let mut fields: Vec<Field> = Vec::new();
    for element in elements {
        let key = key(elements, element);
        let scale = scale(element, today);
        let mut classes = if scale.is_empty() { own_classes(element) } else { spread(&scale) };
        let compared = compared_with(elements, element).into_iter().filter(|_| takes_any(element));
        let theirs = theirs.iter().filter(|(name, _)| *name == key).filter_map(|(_, value)| value.clone());
        for value in compared.chain(theirs) {
            if !classes.contains(&value) {
                classes.push(value);
            }
        }
        if !element.required() && !matches!(element.kind, ElementType::Static | ElementType::Checkbox) {
            classes.push(Value::Null);
        }
        if !classes.is_empty() {
            let shown_by = shown_by(elements, element);
            let is_text = element.kind == ElementType::Text;
            fields.push(Field { key, classes, scale, shown_by, is_text });
        }
    }
    fields
}

/// Of several fields those with these names, in the form's order.
pub fn fields_named<'f>(fields: &'f [Field], keys: &'f [String]) -> impl Iterator<Item = &'f Field> {
    fields.iter().filter(|field| keys.contains(&field.key))
}

/// The classes of an element by itself, where they have no order.
fn own_classes(element: &Element) -> Vec<Value> {
    let offered: Vec<Value> = element.options().into_iter().map(|(value, _)| value).filter(|v| !is_blank(v)).collect();
    match element.kind {
        ElementType::CountrySelect if offered.is_empty() => COUNTRIES.iter().map(|code| Value::from(*code)).collect(),
        ElementType::CountrySelect if offered.len() > MOST_OPTIONS => countries(element),
        ElementType::Checkbox if offered.len() > 1 => groups(&offered),
        ElementType::CheckboxGroup => groups(&offered),
        ElementType::Checkbox if element.required() => Vec::new(),
        ElementType::Checkbox => vec![Value::Bool(true), Value::Bool(false)],
        ElementType::Static | ElementType::File => Vec::new(),
        _ => offered.into_iter().take(MOST_OPTIONS).collect(),
    }
}

/// The values of an element that have an order; none where they have none.
fn scale(element: &Element, today: Date) -> Vec<Value> {
    match element.kind {
        ElementType::Number => numbers(element),
        ElementType::Date => dates(element, today),
        _ => Vec::new(),
    }
}

/// The ends of a scale, its middle, and of what lies between two numbers a tenth and a half: what lies between two that lead the
/// same way mostly does, too, unless only the inside of a range leads elsewhere.
fn spread(scale: &[Value]) -> Vec<Value> {
    let last = scale.len() - 1;
    let mut classes = vec![scale[0].clone(), scale[last].clone(), scale[last / 2].clone()];
    if let (Some(least), Some(most)) = (scale[0].as_f64(), scale[last].as_f64()) {
        let inside = INSIDE.iter().map(|part| least + (most - least) * part);
        let nearest = |wanted: f64| {
            let far = |value: &&Value| (value.as_f64().unwrap_or(f64::MAX) - wanted).abs();
            scale.iter().min_by(|one, other| far(one).total_cmp(&far(other))).cloned()
        };
        classes.extend(inside.filter_map(nearest));
    }
    let mut known: Vec<Value> = Vec::new();
    classes.retain(|class| {
        !known.contains(class) && {
            known.push(class.clone());
            true
        }
    });
    classes
}

/// Of many countries, those that stand for others.
fn countries(element: &Element) -> Vec<Value> {
    let options = element.options();
    let known = |code: &&str| {
        let is_it =
            |(value, _): &&(Value, String)| value.as_str().is_some_and(|value| value.eq_ignore_ascii_case(code));
        options.iter().find(is_it).map(|(value, _)| value.clone())
    };
    let found: Vec<Value> = COUNTRIES.iter().filter_map(known).collect();
    match found.is_empty() {
        true => options.into_iter().map(|(value, _)| value).filter(|v| !is_blank(v)).take(COUNTRIES.len()).collect(),
        false => found,
    }
}

/// Each tick box of a group alone, and all of them.
fn groups(offered: &[Value]) -> Vec<Value> {
    let alone = offered.iter().take(MOST_OPTIONS).map(|value| Value::Array(vec![value.clone()]));
    let all = (offered.len() > 1).then(|| Value::Array(offered.to_vec()));
    alone.chain(all).collect()
}

fn numbers(element: &Element) -> Vec<Value> {
    let limits = element.limits();
    let read = |bound: &Option<Value>| {
        let bound = bound.as_ref()?;
        bound.as_f64().or_else(|| bound.as_str()?.trim().parse().ok())
    };
    let (least, most) = (read(&limits.min), read(&limits.max));
    let within = |number: f64| least.is_none_or(|least| least <= number) && most.is_none_or(|most| number <= most);
    let mut all: Vec<f64> = match (least, most) {
        (Some(least), Some(most)) if most - least <= 10.0 && least.fract() == 0.0 => {
            (0..=((most - least) as i64)).map(|step| least + step as f64).collect()
        }
        _ => LADDER.iter().map(|number| *number as f64).filter(|number| within(*number)).collect(),
    };
    all.extend(
        AGES.iter().map(|age| f64::from(*age)).filter(|age| within(*age) && most.is_some_and(|most| most <= 150.0)),
    );
    all.extend(least.into_iter().chain(most));
    if let (Some(least), Some(most)) = (least, most) {
        all.extend(INSIDE.iter().map(|part| (least + (most - least) * part).round()).filter(|inside| within(*inside)));
    }
    all.sort_by(f64::total_cmp);
    all.dedup();
    all.into_iter().filter_map(number).collect()
}

fn number(number: f64) -> Option<Value> {
    let whole = number.fract() == 0.0 && number.abs() < 9e15;
    if whole { Some(Value::from(number as i64)) } else { serde_json::Number::from_f64(number).map(Value::Number) }
}

/// Dates are written as the API always takes them, year first.
fn dates(element: &Element, today: Date) -> Vec<Value> {
    let limits = element.limits();
    let read = |bound: &Option<Value>| bound.as_ref()?.as_str()?.get(..10)?.parse::<Date>().ok();
    let (least, most) = (read(&limits.min), read(&limits.max));
    let birthday = |years: i16| today.checked_sub(i32::from(years).years()).ok();
    let ages = AGES.iter().filter_map(|age| birthday(*age));
    let around = ages.flat_map(|day| [Some(day), day.tomorrow().ok()]).flatten();
    let mut all: Vec<Date> = around.chain([today]).chain(least).chain(most).collect();
    all.retain(|day| least.is_none_or(|least| least <= *day) && most.is_none_or(|most| *day <= most));
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|day| Value::from(day.to_string())).collect()
}

/// What conditions of other elements compare an element with.
fn compared_with(elements: &[Element], element: &Element) -> Vec<Value> {
    let conditions = elements.iter().filter_map(Element::condition);
    let rules = conditions.flat_map(|condition| &condition.rules).filter(|rule| rule.element == element.id);
    rules
        .flat_map(|rule| match (rule.operator, &rule.value) {
            (Operator::In, Value::Array(values)) => values.clone(),
            (Operator::Equals | Operator::NotEquals, value) => vec![value.clone()],
            _ => Vec::new(),
        })
        .filter(|value| !is_blank(value))
        .collect()
}

/// Whether an element takes values that it does not list.
fn takes_any(element: &Element) -> bool {
    matches!(element.kind, ElementType::Text | ElementType::Number | ElementType::Date)
}

/// What has to be entered for an element to be shown.
fn shown_by(elements: &[Element], element: &Element) -> Vec<Override> {
    let Some(Condition { any, rules }) = element.condition() else { return Vec::new() };
    let needed = if *any { 1 } else { rules.len() };
    let one = |rule: &crate::api::wire::Rule| {
        let controller = elements.iter().find(|element| element.id == rule.element)?;
        let value = match (rule.operator, &rule.value) {
            (Operator::Equals, value) if matches!(controller.kind, ElementType::CheckboxGroup) => {
                Some(Value::Array(vec![value.clone()]))
            }
            (Operator::Equals, value) => Some(value.clone()),
            (Operator::In, Value::Array(values)) => Some(values.first()?.clone()),
            (Operator::NotEquals, Value::Bool(value)) => Some(Value::Bool(!value)),
            (Operator::NotEquals, value) => {
                Some(controller.options().into_iter().map(|(value, _)| value).find(|other| other != value)?)
            }
            (Operator::Empty, _) => None,
            // It is filled in anyway.
            (Operator::Filled | Operator::In, _) => return None,
        };
        Some((key(elements, controller), value))
    };
    rules.iter().take(needed).filter_map(one).collect()
}

/// What stands for any file: each applicant uploads another, and its key is of no use to the next one.
const ANY_FILE: &str = "file";

/// What is entered on purpose without files: any is made up, and uploaded, where none is left out.
pub fn without_files(elements: &[Element], mut given: Vec<Override>) -> Vec<Override> {
    let files = elements.iter().filter(|element| element.kind == ElementType::File);
    let files: Vec<String> = files.map(|element| key(elements, element)).collect();
    given.retain(|(name, value)| value.is_none() || !files.contains(name));
    given
}

/// What was sent of the fields in which there is something to try, by what a scenario calls them; null for what was not.
pub fn sent(elements: &[Element], fields: &[Field], body: &Map<String, Value>) -> Vec<(String, Value)> {
    let value = |field: &Field| {
        let element = elements.iter().find(|element| key(elements, element) == field.key)?;
        let value = body.get(&element.id).cloned().unwrap_or(Value::Null);
        let is_file = element.kind == ElementType::File && !value.is_null();
        Some((field.key.clone(), if is_file { ANY_FILE.into() } else { value }))
    };
    fields.iter().filter_map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_file_is_any_file() {
        let proof =
            json!([{"id": "1", "name": "Proof", "type": "file"}, {"id": "2", "name": "Kind", "type": "checkbox"}]);
        let elements: Vec<Element> = proof.as_array().unwrap().iter().filter_map(Element::from_json).collect();
        let fields = fields(&elements, &[], jiff::civil::date(2026, 11, 29));
        let body = json!({"1": "5f2a9c0d-1e3b-4a5c-8d7e-8f9012345678", "2": true});
        let sent = sent(&elements, &fields, body.as_object().unwrap());
        assert_eq!(sent, [("Proof".to_owned(), json!("file")), ("Kind".to_owned(), json!(true))]);
        let entry = |name: &str, value: Value| (name.to_owned(), Some(value).filter(|value| !value.is_null()));
        let given = vec![entry("Proof", json!("file")), entry("Kind", json!(true))];
        assert_eq!(without_files(&elements, given), [entry("Kind", json!(true))]);
        let left_out = vec![entry("Proof", json!(null))];
        assert_eq!(without_files(&elements, left_out.clone()), left_out);
    }

    fn of(elements: Value) -> Vec<Field> {
        let elements: Vec<Element> = elements.as_array().unwrap().iter().filter_map(Element::from_json).collect();
        fields(&elements, &[], jiff::civil::date(2026, 11, 29))
    }

    fn classes(element: Value) -> Value {
        of(json!([element])).first().map_or(Value::Null, |field| Value::Array(field.classes.clone()))
    }

    #[test]
    fn each_type_has_its_classes() {
        let required = json!([{"type": "required"}]);
        assert_eq!(classes(json!({"id": "1", "type": "text", "name": "a", "validations": required})), Value::Null);
        assert_eq!(classes(json!({"id": "1", "type": "text", "name": "a"})), json!([null]));
        assert_eq!(classes(json!({"id": "1", "type": "checkbox", "name": "a"})), json!([true, false]));
        assert_eq!(classes(json!({"id": "1", "type": "checkbox", "name": "a", "validations": required})), Value::Null);
        let choice = json!({"id": "1", "type": "dropdown", "name": "a", "options": ["", "x", {"value": "y"}], "validations": required});
        assert_eq!(classes(choice), json!(["x", "y"]));
        let group =
            json!({"id": "1", "type": "checkbox_group", "name": "a", "options": ["x", "y"], "validations": required});
        assert_eq!(classes(group), json!([["x"], ["y"], ["x", "y"]]));
        let few = json!([{"type": "required"}, {"type": "range", "min": 1, "max": 4}]);
        assert_eq!(classes(json!({"id": "1", "type": "number", "name": "a", "validations": few})), json!([1, 4, 2]));
        let many = json!([{"type": "required"}, {"type": "range", "min": 5, "max": 2000}]);
        let number = json!({"id": "1", "type": "number", "name": "a", "validations": many});
        assert_eq!(classes(number), json!([5, 2000, 205, 1003]));
        let bounds = json!([{"type": "required"}, {"type": "range", "min": "1961-01-01", "max": "2008-11-29"}]);
        let born = json!({"id": "1", "type": "date", "name": "a", "validations": bounds});
        let days = json!(["1961-01-01", "1961-11-29", "1961-11-30", "2005-11-29", "2005-11-30", "2008-11-29"]);
        assert_eq!(Value::Array(of(json!([born]))[0].scale.clone()), days);
        assert_eq!(classes(born), json!([days[0], days[5], days[2]]));
        assert_eq!(classes(json!({"id": "1", "type": "country_select", "name": "a"})).as_array().unwrap().len(), 13);
    }

    #[test]
    fn what_a_condition_asks_for_is_tried_and_what_shows_a_field_is_known() {
        let found = of(json!([
            {"id": "1", "type": "text", "name": "Code", "validations": [{"type": "required"}]},
            {"id": "2", "type": "number", "name": "Of it", "validations": [{"type": "required"}, {"type": "range", "min": 1, "max": 2}],
                "condition": {"type": "all", "rules": [{"elementId": "1", "operator": "equals", "value": "gold"}]}},
        ]));
        assert_eq!(found[0].classes, [json!("gold")]);
        assert_eq!(found[1].shown_by, [("Code".to_owned(), Some(json!("gold")))]);
    }
}
