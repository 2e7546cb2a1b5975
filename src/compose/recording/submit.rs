//! A submit: from the ids that went out to the fields that a scenario names.

use serde_json::{Map, Value};

use super::Recorded;
use super::scribe::Scribe;
use super::sort::{Assigned, sent_session};
use crate::api::element::{Element, ElementType, RESIDENCE};
use crate::api::exchange::RequestBody;
use crate::api::wire::is_blank;
use crate::compose::draft::{Argument, Data, Field, Step};
use crate::compose::field::{key, rules};
use crate::compose::personal::{Treatment, small_words};
use crate::fake::{self, Context, Filled, Seed, date_in, date_strftime};

/// The longest key that a note shows, in characters.
const LONGEST_KEY: usize = 40;

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
        let mut fill = None;
        let fields = match self.body(recorded) {
            Some(body) if self.persons[person].unknown && !body.is_empty() => {
                fill = Some("which fields were sent is not known: the recording lacks the step");
                Vec::new()
            }
            Some(body) if self.persons[person].elements.is_empty() => self.loose_fields(person, recorded, &body),
            Some(body) => {
                let (fields, left) = self.form_fields(person, recorded, &body);
                fill = left.then_some("a field that no name lasts for was sent too");
                fields
            }
            None => {
                if self.lacks_body(person, recorded) {
                    self.note(recorded, "the recording has no body of this submit: made-up data are sent");
                    fill = Some("what was sent is not in the recording");
                }
                Vec::new()
            }
        };
        if let Some(why) = fill {
            step.set("fill", Data::text("valid"), why);
        }
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

    /// Whether a form was sent of which the recording has nothing.
    fn lacks_body(&self, person: usize, recorded: &Recorded) -> bool {
        let person = &self.persons[person];
        let asked = person.unknown || !person.elements.is_empty();
        let is_length = |(name, value): &(String, String)| name.eq_ignore_ascii_case("content-length") && value == "0";
        let lost = matches!(recorded.exchange.request.body, RequestBody::Empty);
        asked && lost && !recorded.exchange.request.headers.iter().any(is_length)
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

    /// The fields of a form, in the form's order, and whether one was left out for want of a name that can stand here.
    fn form_fields(&mut self, person: usize, recorded: &Recorded, body: &Map<String, Value>) -> (Vec<Field>, bool) {
        let elements = self.persons[person].elements.clone();
        let refused = recorded.exchange.answer.is_error();
        if let Some(country) = elements.iter().find(|element| element.role.as_deref() == Some(RESIDENCE)) {
            self.people.country =
                body.get(&country.id).and_then(Value::as_str).map(str::to_owned).or(self.people.country.take());
        }
        let mut values = crate::session::fill::held_values(&elements);
        values.extend(body.clone());
        let mut fields = Vec::new();
        let mut left = false;
        for element in &elements {
            let name = key(&elements, element);
            if !self.may_stand(&name, element) && body.get(&element.id).is_some_and(|value| !is_blank(value)) {
                self.note(recorded, "a field has no name that lasts or may be shown: made-up data are sent for it");
                left = true;
                continue;
            }
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
            let unknown = self.key_in_words(person, unknown);
            self.note(recorded, &format!("{unknown} is no field of the step that was shown: left out"));
        }
        (fields, left)
    }

    /// Whether a scenario may call a field so: an id does not last, and a label may show what was entered.
    fn may_stand(&self, key: &str, element: &Element) -> bool {
        let names = [Some(element.name.as_str()), element.role.as_deref(), element.normalized_name.as_deref()];
        let tells = || names.into_iter().flatten().any(|name| self.people.entered.tells(name));
        self.options.rules || (*key != element.id && (self.options.treatment == Treatment::Keep || !tells()))
    }

    /// A key of a body, for a note.
    fn key_in_words(&self, person: usize, key: &str) -> String {
        match self.persons[person].fields.get(key) {
            Some((name, _)) if name != key => format!("`{name}`"),
            _ if may_be_id(key) => "an id".to_owned(),
            _ => format!("`{}`", key.chars().take(LONGEST_KEY).collect::<String>()),
        }
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
                    match self.options.treatment {
                        Treatment::Keep => Data::Json(value.clone()),
                        Treatment::Replace => self.made_up_file(recorded, element),
                    }
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
        let mut comment = comment;
        let value = match fake::value_for(element, &Seed::new(self.options.seed), &context) {
            Ok(Filled::Value(value)) => {
                self.moving_date(element, &value).unwrap_or_else(|| Data::Json(element.lasting(&value)))
            }
            Ok(Filled::File { name, .. }) => Data::Map(vec![("file".to_owned(), Data::text(format!("files/{name}")))]),
            Ok(Filled::Nothing) => return None,
            Err(error) => {
                comment.push_str(&format!("; failed to {error}"));
                Data::text("…")
            }
        };
        Some(Field { key, value, comment, sent: false })
    }

    /// What was submitted to a step without fields: what an earlier form asked for is called as there, the rest goes out
    /// under the same keys.
    fn loose_fields(&mut self, person: usize, recorded: &Recorded, body: &Map<String, Value>) -> Vec<Field> {
        let mut fields = Vec::new();
        for (id, value) in body {
            let known = self.persons[person].fields.get(id).cloned();
            let known = known.filter(|(key, element)| self.may_stand(key, element));
            let field = match known {
                Some((key, element)) => Some((key.clone(), self.value(person, recorded, &element, &key, value, false))),
                None if may_be_id(id) => {
                    self.leave_out(person, recorded, id);
                    None
                }
                None => self.loose(person, recorded, id, value).map(|value| (id.clone(), value)),
            };
            fields.extend(field.map(|(key, value)| Field { key, value, comment: String::new(), sent: true }));
        }
        fields
    }

    fn leave_out(&mut self, person: usize, recorded: &Recorded, key: &str) {
        let key = self.key_in_words(person, key);
        self.note(recorded, &format!("no form shows what {key} means, which was sent: left out"));
    }

    /// A value under a key of which nothing is known but its name; none where it may be somebody's.
    pub(super) fn loose(&mut self, person: usize, recorded: &Recorded, key: &str, value: &Value) -> Option<Data> {
        if let Some(file) = self.file_of(recorded, None, value) {
            return Some(file);
        }
        let keep = self.options.treatment == Treatment::Keep;
        match value {
            Value::Object(members) => {
                let mut entries = Vec::new();
                for (key, value) in members {
                    if !keep && may_be_id(key) {
                        self.leave_out(person, recorded, key);
                    } else if let Some(value) = self.loose(person, recorded, key, value) {
                        entries.push((key.clone(), value));
                    }
                }
                Some(Data::Map(entries))
            }
            Value::String(text) if self.tokens.last().is_some_and(|(token, _)| token == text) => {
                Some(Data::Template("{{ token }}".to_owned()))
            }
            Value::String(text) if is_secret(key) && !text.is_empty() => {
                let name = small_words(key).join("_").to_ascii_uppercase();
                self.note(
                    recorded,
                    &format!("`{key}` was a secret: the scenario reads it from the environment variable {name}"),
                );
                Some(Data::Template(format!("{{{{ secret.{name} }}}}")))
            }
            Value::String(text) if may_be_id(text) && (keep || self.shown(person, value).is_some()) => {
                let shown = self.shown(person, value);
                if shown.is_none() {
                    let why = format!(
                        "`{key}` is an id that the answer before does not show: it may be another one next time"
                    );
                    self.note(recorded, &why);
                }
                Some(shown.unwrap_or_else(|| Data::Json(value.clone())))
            }
            Value::Null | Value::Bool(_) => Some(Data::Json(value.clone())),
            _ if is_blank(value) => Some(Data::Json(value.clone())),
            _ => self.loose_text(person, recorded, key, value),
        }
    }

    /// A text, a number or a list of them, of which the key says all that is known.
    fn loose_text(&mut self, person: usize, recorded: &Recorded, key: &str, value: &Value) -> Option<Data> {
        if self.options.treatment == Treatment::Replace {
            match self.shown(person, value) {
                // What is offered by its name, in a list of names, is a choice.
                Some(Data::Template(path)) if path.ends_with("] }}") => return Some(Data::Json(value.clone())),
                Some(path) if value.is_string() => return Some(path),
                _ => {}
            }
        }
        let json = serde_json::json!({"id": key, "name": key, "type": "text"});
        let scalar = value.is_string() || value.is_number();
        let element = Element::from_json(&json).filter(|_| scalar && !self.is_shown(person, value));
        match element.filter(|element| fake::meaning(element).is_some()) {
            Some(element) => Some(self.people.data(&element, key, value, false)),
            None if self.options.treatment == Treatment::Keep || self.is_code(person, key, value) => {
                Some(Data::Json(value.clone()))
            }
            None => {
                self.leave_out(person, recorded, key);
                None
            }
        }
    }

    /// Whether a value is the code of a text message: it is made for one time and tells of nobody.
    fn is_code(&self, person: usize, key: &str, value: &Value) -> bool {
        let asked = self.persons[person].last.as_ref().and_then(|last| last.get("type")?.as_str());
        let digits = |text: &str| (4..=8).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit());
        key == "code"
            && asked.is_some_and(|kind| kind.eq_ignore_ascii_case("twilio"))
            && value.as_str().is_some_and(digits)
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

/// Whether a text may be an id, of whatever service: one is not repeated where people read, and is no key of a scenario.
fn may_be_id(text: &str) -> bool {
    let digits = |c: char| c.is_ascii_hexdigit() || c == '-';
    text.len() >= 12 && text.chars().all(digits) && text.chars().any(|c| c.is_ascii_digit())
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
