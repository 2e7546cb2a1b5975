//! What a step exercised of the flow that its applicant is in: looked up in what was really sent and answered, before
//! anything of it is masked.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};

use crate::api::element::{Element, ElementType, option_text};
use crate::api::exchange::{Answer, Exchange, RequestBody};
use crate::api::field::called;
use crate::api::rules::{Judged, Rule, judge};
use crate::api::wire::is_blank;
use crate::expect::is_about;
use crate::fake;
use crate::journal::{Exercised, Spot, UsedField};
use crate::session::fill::held_values;

/// The codes by which a form's data are refused.
const REFUSALS: [i64; 3] = [4006, 4007, 4008];

/// What the steps of a run exercised, each different thing once.
#[derive(Debug, Default)]
pub struct Exercises(Mutex<HashSet<Arc<Exercised>>>);

impl Exercises {
    /// The same as it is known already, where it is.
    fn share(&self, exercised: Exercised) -> Arc<Exercised> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&exercised) {
            return known.clone();
        }
        let new = Arc::new(exercised);
        known.insert(new.clone());
        new
    }

    /// Adds to what a step exercised: by an answer, to data that the `form` was sent with which the applicant stood on.
    pub(super) fn note(&self, of: &mut Vec<Arc<Exercised>>, at: Standing<'_>, form: &[Element], exchange: &Exchange) {
        let sent = match &exchange.request.body {
            RequestBody::Json(Value::Object(sent)) if exchange.request.method != "GET" => Some(sent),
            _ => None,
        };
        let known = sent.filter(|_| at.spot.is_some() && !form.is_empty());
        let fields = known.map(|sent| used(form, sent, &exchange.answer)).unwrap_or_default();
        let error = exchange.answer.error_code();
        if fields.is_empty() && error.is_none() {
            return;
        }
        let exercised = self.share(Exercised {
            flow: at.flow.to_owned(),
            version: at.version.to_owned(),
            language: at.language,
            at: at.spot,
            fields,
            error,
        });
        // A step may be repeated until it is answered as is wanted.
        if !of.contains(&exercised) {
            of.push(exercised);
        }
    }
}

/// Where an applicant stands as something is sent.
#[derive(Debug)]
pub(super) struct Standing<'a> {
    pub flow: &'a str,
    pub version: &'a str,
    pub language: Option<String>,
    /// None where that is not known.
    pub spot: Option<Spot>,
}

/// What was exercised of each field of a form.
fn used(form: &[Element], sent: &Map<String, Value>, answer: &Answer) -> Vec<UsedField> {
    // Few forms have fields that are not always shown.
    let values = form.iter().any(|element| element.condition().is_some()).then(|| {
        let mut values = held_values(form);
        values.extend(sent.clone());
        values
    });
    let is_shown = |element: &Element| values.as_ref().is_none_or(|values| fake::is_visible(element, values));
    let judged: Vec<(&Element, Option<&Value>, Judged)> = form
        .iter()
        .filter(|element| element.kind != ElementType::Static && is_shown(element))
        .map(|element| {
            let value = sent.get(&element.id).filter(|value| !is_blank(value));
            (element, value, judge(element, value))
        })
        .collect();
    let accepted = !answer.is_error();
    let mut refused = match answer.error_code().filter(|code| REFUSALS.contains(code)) {
        Some(code) => refused_for(&judged, code, answer),
        None => Vec::new(),
    };
    let names = |rules: Vec<Rule>| rules.into_iter().map(|rule| rule.name().to_owned()).collect::<Vec<_>>();
    let mut all = Vec::new();
    for (at, (element, value, judged)) in judged.into_iter().enumerate() {
        let place = refused.iter().position(|(known, _)| *known == at);
        let violated = place.map(|place| refused.swap_remove(place).1).unwrap_or_default();
        if value.is_none() && violated.is_empty() {
            continue;
        }
        all.push(UsedField {
            name: called(form, element),
            given: value.is_some(),
            options: value.map(|value| chosen(element, value)).unwrap_or_default(),
            satisfied: if accepted { names(judged.kept) } else { Vec::new() },
            violated: names(violated),
        });
    }
    all
}

/// The rules for which an answer can have refused, each with its field's place. Where several fields break one, only those
/// that the answer names were certainly looked at.
fn refused_for(judged: &[(&Element, Option<&Value>, Judged)], code: i64, answer: &Answer) -> Vec<(usize, Vec<Rule>)> {
    let missing = code == Rule::Required.code();
    let mut found: Vec<(usize, Vec<Rule>)> = judged
        .iter()
        .enumerate()
        .map(|(at, (.., judged))| {
            (at, judged.broken.iter().copied().filter(|rule| (*rule == Rule::Required) == missing))
        })
        .map(|(at, broken)| (at, broken.collect::<Vec<_>>()))
        .filter(|(_, broken)| !broken.is_empty())
        .collect();
    if found.len() > 1 {
        found.retain(|(at, _)| is_about(answer, judged[*at].0));
    }
    found
}

/// The options that a value chooses, as far as the element offers them to everybody.
fn chosen(element: &Element, value: &Value) -> Vec<String> {
    let offered = element.lasting_options();
    let value = element.lasting(value);
    let is_chosen = |option: &Value| match &value {
        Value::Array(all) => all.contains(option),
        one => one == option,
    };
    offered.iter().filter(|option| is_chosen(option)).map(option_text).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::api::exchange::{Body, Request};

    fn form() -> Vec<Element> {
        [
            json!({"id": "1", "name": "Name", "type": "text", "validations": [{"type": "required"}, {"type": "length", "max": 5}]}),
            json!({"id": "2", "name": "Age", "type": "number", "validations": [{"type": "required"}, {"type": "min", "value": 18}]}),
            json!({"id": "3", "name": "Plan", "type": "dropdown", "options": ["gold", {"value": "b", "label": "Basic"}]}),
            json!({"id": "4", "name": "Why", "type": "text", "validations": [{"type": "required"}],
                "condition": {"type": "all", "rules": [{"elementId": "3", "operator": "equals", "value": "b"}]}}),
            json!({"id": "5", "name": "Read this", "type": "static"}),
        ]
        .iter()
        .filter_map(Element::from_json)
        .collect()
    }

    fn fields(sent: Value, answered: Value) -> Vec<UsedField> {
        let status = if answered.get("code").is_some() { 400 } else { 200 };
        let exchange = Exchange {
            request: Request {
                method: "POST".to_owned(),
                url: "http://127.0.0.1/".to_owned(),
                headers: Vec::new(),
                body: RequestBody::Json(sent),
            },
            answer: Answer { status, headers: Vec::new(), body: Body::Json(answered.into()), elapsed: Duration::ZERO },
        };
        let spot = Spot { title: "Person".to_owned(), kind: "form".to_owned(), shape: String::new() };
        let standing = Standing { flow: "tiny", version: "draft", language: None, spot: Some(spot) };
        let mut all = Vec::new();
        Exercises::default().note(&mut all, standing, &form(), &exchange);
        all.first().map(|one| one.fields.clone()).unwrap_or_default()
    }

    fn told(fields: &[UsedField]) -> Vec<String> {
        let one = |field: &UsedField| {
            let UsedField { name, given, options, satisfied, violated } = field;
            format!("{name} {given} {options:?} {satisfied:?} {violated:?}").replace('"', "")
        };
        fields.iter().map(one).collect()
    }

    #[test]
    fn what_is_accepted_satisfies_and_what_is_refused_violates() {
        let end = json!({"type": "end"});
        let all = fields(json!({"1": "Ada", "2": 36, "3": "b", "4": "Because"}), end.clone());
        assert_eq!(
            told(&all),
            [
                "Name true [] [required, maximum length] []",
                "Age true [] [required, minimum] []",
                "Plan true [b] [] []",
                "Why true [] [required] []"
            ]
        );
        let short = fields(json!({"1": "Ada", "2": 17}), json!({"code": 4008, "message": "Failed validation"}));
        assert_eq!(told(&short), ["Name true [] [] []", "Age true [] [] [minimum]"]);
        // A rule that the API does not enforce is neither.
        let lax = fields(json!({"1": "Ada", "2": 17}), end);
        assert_eq!(told(&lax)[1], "Age true [] [required] []");
        // Refused for something else.
        let other = fields(json!({"1": "Ada", "2": 17}), json!({"code": 4013, "message": "Flow already finished"}));
        assert_eq!(told(&other)[1], "Age true [] [] []");
    }

    #[test]
    fn of_several_fields_only_those_that_are_named_were_violated() {
        let unsaid = fields(json!({}), json!({"code": 4006, "message": "Missing data for required element"}));
        assert_eq!(told(&unsaid), Vec::<String>::new());
        let said = fields(json!({}), json!({"code": 4006, "message": "Missing data for required element: Age"}));
        assert_eq!(told(&said), ["Age false [] [] [required]"]);
        // What is hidden is not missed.
        let only = fields(json!({"1": "Ada", "2": 36, "3": "gold"}), json!({"code": 4006, "message": "Missing data"}));
        assert_eq!(told(&only), ["Name true [] [] []", "Age true [] [] []", "Plan true [gold] [] []"]);
    }
}
