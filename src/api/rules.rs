//! The rules that an element's validations set for its value, and which of them a value breaks.
//!
//! Pure, and nobody's business but this file's: who wants to know what a submit exercised asks here, and so does who wants to
//! be refused. Whether a value is of the right type at all is no rule: of one that is not, no rule but `required` can be judged.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use jiff::civil::Date;
use serde_json::Value;

use super::element::{Element, ElementType, Limits};
use super::pattern::Pattern;
use super::wire::is_blank;

/// A demand of an element's validations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A value must be given.
    Required,
    /// The least value: a number or a date.
    Min,
    /// The greatest value.
    Max,
    /// The least length: characters of a text, entries of a list.
    MinLength,
    /// The greatest length.
    MaxLength,
    /// What the text must match.
    Pattern,
}

/// Every rule with its name.
pub const RULES: [(Rule, &str); 6] = [
    (Rule::Required, "required"),
    (Rule::Min, "minimum"),
    (Rule::Max, "maximum"),
    (Rule::MinLength, "minimum length"),
    (Rule::MaxLength, "maximum length"),
    (Rule::Pattern, "pattern"),
];

impl Rule {
    /// Its name, such as `minimum length`.
    pub fn name(self) -> &'static str {
        RULES.iter().find(|(rule, _)| *rule == self).map_or("", |(_, name)| name)
    }

    /// The rule of a name.
    ///
    /// ```
    /// use draftgate::api::rules::Rule;
    /// assert_eq!(Rule::named("maximum"), Some(Rule::Max));
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        RULES.iter().find(|(_, known)| *known == name).map(|(rule, _)| *rule)
    }

    /// The code with which the reference says that a value is refused which breaks it.
    pub fn code(self) -> i64 {
        if self == Rule::Required { 4006 } else { 4008 }
    }
}

/// The rules that an element sets, in the order of [`RULES`].
pub fn rules(element: &Element) -> Vec<Rule> {
    if element.kind == ElementType::Static {
        return Vec::new();
    }
    let limits = element.limits();
    RULES.iter().map(|(rule, _)| *rule).filter(|rule| sets(limits, *rule)).collect()
}

fn sets(limits: &Limits, rule: Rule) -> bool {
    match rule {
        Rule::Required => limits.required,
        Rule::Min => limits.min.is_some(),
        Rule::Max => limits.max.is_some(),
        Rule::MinLength => limits.min_length.is_some(),
        Rule::MaxLength => limits.max_length.is_some(),
        Rule::Pattern => limits.pattern.is_some(),
    }
}

/// The rules of an element that a value breaks; none stands for no value, and so does a blank one. A bound or a pattern that
/// cannot be read is never broken.
///
/// ```
/// use draftgate::api::{element::Element, rules::{Rule, broken}};
/// use serde_json::json;
///
/// let age = json!({"id": "5f", "type": "number", "validations": [{"type": "required"}, {"type": "min", "value": 18}]});
/// let age = Element::from_json(&age).unwrap();
/// assert_eq!(broken(&age, None), [Rule::Required]);
/// assert_eq!(broken(&age, Some(&json!(17))), [Rule::Min]);
/// assert_eq!(broken(&age, Some(&json!("seventeen"))), []);
/// ```
pub fn broken(element: &Element, value: Option<&Value>) -> Vec<Rule> {
    judge(element, value).broken
}

/// How a value stands to the rules of its element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// Those that it breaks.
    pub broken: Vec<Rule>,
    /// Those that it keeps, and those that cannot be judged: whether it does then, only the API can tell. Of no value none.
    pub kept: Vec<Rule>,
}

/// The rules of an element that a value breaks and those that it keeps, as [`broken`] has it.
pub fn judge(element: &Element, value: Option<&Value>) -> Judged {
    if element.kind == ElementType::Static {
        return Judged::default();
    }
    let limits = element.limits();
    let Some(value) = value.filter(|value| !is_blank(value)) else {
        let broken = if limits.required { vec![Rule::Required] } else { Vec::new() };
        return Judged { broken, kept: Vec::new() };
    };
    let breaks = |rule: &Rule| match rule {
        Rule::Required => false,
        Rule::Min => compare(element, value, limits.min.as_ref()).is_some_and(std::cmp::Ordering::is_lt),
        Rule::Max => compare(element, value, limits.max.as_ref()).is_some_and(std::cmp::Ordering::is_gt),
        Rule::MinLength => length(value).zip(limits.min_length).is_some_and(|(length, least)| length < least),
        Rule::MaxLength => length(value).zip(limits.max_length).is_some_and(|(length, most)| length > most),
        Rule::Pattern => {
            limits.pattern.as_deref().zip(value.as_str()).is_some_and(|(pattern, text)| misses(pattern, text))
        }
    };
    let set = RULES.iter().map(|(rule, _)| *rule).filter(|rule| sets(limits, *rule));
    let (broken, kept) = set.partition(breaks);
    Judged { broken, kept }
}

/// How a value stands to a bound.
fn compare(element: &Element, value: &Value, bound: Option<&Value>) -> Option<std::cmp::Ordering> {
    let bound = bound?;
    match value {
        Value::Number(number) => number.as_f64()?.partial_cmp(&number_of(bound)?),
        Value::Array(items) => (items.len() as f64).partial_cmp(&number_of(bound)?),
        Value::String(text) if element.kind == ElementType::Date => {
            let format = element.json.get("dateFormat").and_then(Value::as_str);
            Some(date(text, format)?.cmp(&date(bound.as_str()?, format)?))
        }
        _ => None,
    }
}

fn number_of(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        Value::Number(number) => Some(number.to_string().chars().count()),
        _ => None,
    }
}

/// A date as 1990-01-31, or as a format such as `DD/MM/YYYY` has it.
fn date(text: &str, format: Option<&str>) -> Option<Date> {
    // The parser would take times and zones as well.
    let plain = text.parse().ok().filter(|_| text.len() == 10);
    plain.or_else(|| {
        let strptime = format?.replace("YYYY", "%Y").replace("MM", "%m").replace("DD", "%d");
        // A format with a letter for less than two digits takes one digit as well as two.
        let strptime = [("M", "%m"), ("D", "%d")].into_iter().fold(strptime, |format, (letter, part)| {
            if format.contains(part) { format } else { format.replace(letter, part) }
        });
        Date::strptime(&strptime, text).ok()
    })
}

/// The patterns that were compiled, by their text; none for one that cannot be read. A flow has few, its forms come often.
static PATTERNS: LazyLock<RwLock<HashMap<String, Option<Arc<Pattern>>>>> = LazyLock::new(RwLock::default);
/// How many are kept: what an API answers does not fill the memory.
const MOST_PATTERNS: usize = 1000;

fn misses(pattern: &str, text: &str) -> bool {
    let known = PATTERNS.read().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
    let compiled = known.unwrap_or_else(|| {
        let compiled = Pattern::read(pattern).ok().map(Arc::new);
        let mut patterns = PATTERNS.write().unwrap_or_else(PoisonError::into_inner);
        if patterns.len() < MOST_PATTERNS {
            patterns.insert(pattern.to_owned(), compiled.clone());
        }
        compiled
    });
    compiled.is_some_and(|pattern| pattern.matches_within(text) == Some(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn element(kind: &str, validations: Value) -> Element {
        Element::from_json(&json!({"id": "1", "type": kind, "validations": validations, "dateFormat": "DD/MM/YYYY"}))
            .unwrap()
    }

    #[test]
    fn each_rule_is_broken_by_what_lies_just_outside() {
        let number = element("number", json!([{"type": "range", "min": 18, "max": "99.5"}]));
        let text = element(
            "text",
            json!([{"type": "length", "min": 2, "max": 4}, {"type": "pattern", "value": "^(?!xx)[a-z]+$"}]),
        );
        let date = element("date", json!([{"type": "range", "min": "1900-01-01", "max": "31/12/2008"}]));
        let group = element("checkbox_group", json!([{"type": "required"}, {"type": "length", "max": 1}]));
        let cases: [(&Element, Value, &[Rule]); 18] = [
            (&number, json!(18), &[]),
            (&number, json!(17.9), &[Rule::Min]),
            (&number, json!(99.6), &[Rule::Max]),
            (&number, json!("old"), &[]),
            (&text, json!("ab"), &[]),
            (&text, json!("é"), &[Rule::MinLength, Rule::Pattern]),
            (&text, json!("abcde"), &[Rule::MaxLength]),
            (&text, json!("AB"), &[Rule::Pattern]),
            (&text, json!("xxa"), &[Rule::Pattern]),
            (&text, json!(""), &[]),
            (&date, json!("1900-01-01"), &[]),
            (&date, json!("31/12/1899"), &[Rule::Min]),
            (&date, json!("2009-01-01"), &[Rule::Max]),
            (&date, json!("yesterday"), &[]),
            (&group, json!(["a"]), &[]),
            (&group, json!([]), &[Rule::Required]),
            (&group, json!(["a", "b"]), &[Rule::MaxLength]),
            (&group, Value::Null, &[Rule::Required]),
        ];
        for (element, value, expected) in cases {
            assert_eq!(broken(element, Some(&value)), expected, "{value}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_never_broken() {
        let strange = element("text", json!([{"type": "pattern", "value": "(?<=a"}, {"type": "required"}]));
        assert_eq!(rules(&strange), [Rule::Required, Rule::Pattern]);
        assert_eq!(broken(&strange, Some(&json!("b"))), []);
        let bound = element("date", json!([{"type": "min", "value": "today"}]));
        assert_eq!(broken(&bound, Some(&json!("1999-01-01"))), []);
        assert_eq!(rules(&element("static", json!([{"type": "required"}]))), []);
    }

    #[test]
    fn names_are_found_again() {
        for (rule, name) in RULES {
            assert_eq!(Rule::named(name), Some(rule));
        }
        assert_eq!((Rule::Required.code(), Rule::Pattern.code()), (4006, 4008));
    }

    #[test]
    fn dates_of_single_digits_are_read() {
        assert_eq!(date("3/4/2001", Some("D/M/YYYY")), date("2001-04-03", None));
        assert_eq!(date("03.04.2001", Some("DD.MM.YYYY")), date("2001-04-03", None));
    }
}
