//! A submit: from the ids that went out to the fields that a scenario names.

use serde_json::{Map, Value};

use super::Recorded;
use super::scribe::Scribe;
use super::sort::{Assigned, sent_session};
use crate::api::element::{Element, ElementType, RESIDENCE};
use crate::api::exchange::RequestBody;
use crate::api::id::is_generated_id;
use crate::api::wire::is_blank;
use crate::compose::draft::{Argument, Data, Field, Step};
use crate::compose::field::{key, rules};
use crate::compose::personal::small_words;
use crate::fake::{self, Context, Filled, Seed, date_in, date_strftime};

impl Scribe<'_> {
    /// Writes a submit down.
    pub(super) fn submit(&mut self, call: &Assigned<'_>) {
        let recorded = call.recorded;
        let person = match sent_session(recorded) {
            Some(_) => self.standing(call),
            None => self.direct(call),
        };
        let mut step = Step::new("submit");
        let (title, subtitle) = (&self.persons[person].title, &self.persons[person].subtitle);
        let about = [title.trim(), subtitle.trim()];
        step.above = vec![about.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ")];
        step.above.retain(|line| !line.is_empty());
        let fields = match self.body(recorded) {
            Some(body) if self.persons[person].unknown && !body.is_empty() => {
                step.set(
                    "fill",
                    Data::text("valid"),
                    "which fields were sent is not known: the recording lacks the step",
                );
                Vec::new()
            }
            Some(body) if self.persons[person].elements.is_empty() => self.loose_fields(person, recorded, &body),
            Some(body) => self.form_fields(person, recorded, &body),
            None => Vec::new(),
        };
        step.argument = Argument::Fields(fields);
        let at = self.push(Some(person), step, recorded);
        self.take(person, at, recorded);
    }

    /// Whoever begins with a submit, whose form may have been seen before.
    fn direct(&mut self, call: &Assigned<'_>) -> usize {
        let seen =
            self.persons.iter().rev().find(|person| person.flow == call.call.flow && person.session != call.actor);
        let elements = seen.map(|person| person.elements.clone()).unwrap_or_default();
        let person = self.person(&call.actor);
        self.persons[person].flow.clone_from(&call.call.flow);
        self.persons[person].elements = elements;
        self.persons[person].unknown = self.persons[person].elements.is_empty();
        if self.persons[person].unknown {
            self.note(
                call.recorded,
                "the flow was begun with a submit, and the recording does not show the form: made-up data are sent",
            );
        }
        person
    }

    fn body(&mut self, recorded: &Recorded) -> Option<Map<String, Value>> {
        match &recorded.exchange.request.body {
            RequestBody::Json(Value::Object(body)) => Some(body.clone()),
            RequestBody::Form(pairs) => {
                Some(pairs.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect())
            }
            RequestBody::Empty => None,
            _ => {
                self.note(recorded, "the submitted body is no map of fields: left out");
                None
            }
        }
    }

    /// The fields of a form, in the form's order.
    fn form_fields(&mut self, person: usize, recorded: &Recorded, body: &Map<String, Value>) -> Vec<Field> {
        let elements = self.persons[person].elements.clone();
        let refused = recorded.exchange.answer.is_error();
        if let Some(country) = elements.iter().find(|element| element.role.as_deref() == Some(RESIDENCE)) {
            self.people.country =
                body.get(&country.id).and_then(Value::as_str).map(str::to_owned).or(self.people.country.take());
        }
        let mut values = crate::session::fill::held_values(&elements);
        values.extend(body.clone());
        let mut fields = Vec::new();
        for element in &elements {
            let name = key(&elements, element);
            let comment = if self.options.rules { rules(&elements, element, &name) } else { String::new() };
            let asked = element.required() && fake::is_visible(element, &values);
            match body.get(&element.id).filter(|value| asked || !is_blank(value)) {
                Some(value) => {
                    let value = self.value(person, recorded, element, &name, value, refused);
                    fields.push(Field { key: name, value, comment, sent: true });
                }
                None if self.options.rules => fields.extend(self.example(element, name, comment)),
                None => {}
            }
        }
        for unknown in body.keys().filter(|id| !elements.iter().any(|element| element.id == **id)) {
            self.note(recorded, &format!("`{unknown}` is no field of the step that was shown: left out"));
        }
        fields
    }

    fn value(
        &mut self,
        person: usize,
        recorded: &Recorded,
        element: &Element,
        key: &str,
        value: &Value,
        refused: bool,
    ) -> Data {
        if let Some(file) = self.file_of(recorded, Some(element), value) {
            return file;
        }
        if element.kind == ElementType::File {
            // A file that was there already: the form shows its key.
            return match self.shown(person, value) {
                Some(path) => path,
                None => {
                    self.note(
                        recorded,
                        &format!("the file of `{key}` was uploaded outside the recording: its key is of no use later"),
                    );
                    Data::Json(value.clone())
                }
            };
        }
        if self.options.rules
            && let Some(moving) = self.moving_date(element, value)
        {
            return moving;
        }
        self.people.data(element, key, value, refused)
    }

    /// A date to come, as so many days from today: a fixed one would be past some day.
    fn moving_date(&self, element: &Element, value: &Value) -> Option<Data> {
        let date = date_in(element, value.as_str()?).filter(|_| element.kind == ElementType::Date)?;
        let days = self.options.today.until(date).ok()?.get_days();
        let bounded = element.limits().max.is_some();
        if days <= 0 || bounded {
            return None;
        }
        let format = date_strftime(element).map(|format| format!(" | strftime('{format}')")).unwrap_or_default();
        Some(Data::Template(format!("{{{{ today() | days({days}){format} }}}}")))
    }

    /// A field that was not sent, with a value that could be.
    fn example(&self, element: &Element, key: String, comment: String) -> Option<Field> {
        let context = Context { today: self.options.today, country: self.people.country.clone() };
        let value = match fake::value_for(element, &Seed::new(self.options.seed), &context) {
            Ok(Filled::Value(value)) => self.moving_date(element, &value).unwrap_or(Data::Json(value)),
            Ok(Filled::File { name, .. }) => Data::Map(vec![("file".to_owned(), Data::text(format!("files/{name}")))]),
            Ok(Filled::Nothing) => return None,
            Err(_) => Data::text("…"),
        };
        Some(Field { key, value, comment, sent: false })
    }

    /// What was submitted to a step without fields: it goes out under the same keys.
    fn loose_fields(&mut self, person: usize, recorded: &Recorded, body: &Map<String, Value>) -> Vec<Field> {
        let field = |(key, value): (&String, &Value)| {
            let value = self.loose(person, recorded, key, value);
            Field { key: key.clone(), value, comment: String::new(), sent: true }
        };
        body.iter().map(field).collect()
    }

    /// A value under a key of which nothing is known but its name.
    pub(super) fn loose(&mut self, person: usize, recorded: &Recorded, key: &str, value: &Value) -> Data {
        if let Some(file) = self.file_of(recorded, None, value) {
            return file;
        }
        match value {
            Value::Object(members) => {
                let member = |(key, value): (&String, &Value)| (key.clone(), self.loose(person, recorded, key, value));
                Data::Map(members.iter().map(member).collect())
            }
            Value::String(text) if self.tokens.last().is_some_and(|(token, _)| token == text) => {
                Data::Template("{{ token }}".to_owned())
            }
            Value::String(text) if is_secret(key) && !text.is_empty() => {
                let name = small_words(key).join("_").to_ascii_uppercase();
                self.note(
                    recorded,
                    &format!("`{key}` was a secret: the scenario reads it from the environment variable {name}"),
                );
                Data::Template(format!("{{{{ secret.{name} }}}}"))
            }
            Value::String(text) if is_generated_id(text) || self.is_shown_id(person, text) => {
                match self.shown(person, value) {
                    Some(path) => path,
                    None => {
                        let why = format!(
                            "`{key}` is an id that the answer before does not show: it may be another one next time"
                        );
                        self.note(recorded, &why);
                        Data::Json(value.clone())
                    }
                }
            }
            Value::String(_) | Value::Number(_) => {
                // What the key says is all that is known of such a value.
                let json = serde_json::json!({"id": key, "name": key, "type": "text"});
                match Element::from_json(&json).filter(|_| !self.is_shown(person, value)) {
                    Some(element) if fake::meaning(&element).is_some() => self.people.data(&element, key, value, false),
                    _ => Data::Json(value.clone()),
                }
            }
            _ => Data::Json(value.clone()),
        }
    }

    /// Whether a text may be an id, of whatever service, since the answer before shows it.
    fn is_shown_id(&self, person: usize, text: &str) -> bool {
        let digits = |c: char| c.is_ascii_hexdigit() || c == '-';
        let may_be = text.len() >= 12 && text.chars().all(digits) && text.chars().any(|c| c.is_ascii_digit());
        may_be && self.is_shown(person, &Value::from(text))
    }

    fn is_shown(&self, person: usize, value: &Value) -> bool {
        self.persons[person].last.as_ref().is_some_and(|last| path_to(last, value, "step").is_some())
    }

    /// The template that takes a value from the last answer, which shows it.
    fn shown(&self, person: usize, value: &Value) -> Option<Data> {
        let path = path_to(self.persons[person].last.as_ref()?, value, "step")?;
        Some(Data::Template(format!("{{{{ {path} }}}}")))
    }
}

/// Whether a key says that its value is nobody else's to know.
fn is_secret(key: &str) -> bool {
    let words = small_words(key);
    ["token", "secret", "password", "authorization", "apikey"]
        .iter()
        .any(|word| words.iter().any(|known| known == word))
}

/// Where a value stands in an answer, in the notation of templates.
fn path_to(body: &Value, wanted: &Value, path: &str) -> Option<String> {
    match body {
        _ if body == wanted => Some(path.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(at, item)| path_to(item, wanted, &format!("{path}[{at}]")))
        }
        Value::Object(members) => members.iter().find_map(|(key, member)| {
            let plain = key.starts_with(|c: char| c.is_ascii_alphabetic())
                && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            plain.then(|| path_to(member, wanted, &format!("{path}.{key}")))?
        }),
        _ => None,
    }
}
