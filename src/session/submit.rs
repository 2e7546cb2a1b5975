//! Submits and uploads: from what a scenario calls a field to the element that takes it.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::fill::{Form, country_of, fill_in, held_values};
use super::perform::{as_written, mistake};
use super::{Applicants, StepError};
use crate::api::client::Parameters;
use crate::api::element::Element;
use crate::api::exchange::{Document, Exchange, RequestBody};
use crate::api::field::{self, FieldError};
use crate::api::file;
use crate::api::operation::Operation;
use crate::fake::{self, Filled};
use crate::scenario::action::Fields;
use crate::scenario::{Fill, Step};
use crate::source::{Code, Diagnostic, Span, read_file};
use crate::template::Templated;

/// The largest file that is uploaded, in bytes.
const MAX_UPLOAD_BYTES: u64 = 100 * 1024 * 1024;

/// One field of a submit, rendered.
struct Entry {
    key: String,
    span: Span,
    value: Value,
    written: Option<String>,
}

impl Applicants {
    /// The body of a submit: fields mapped, files uploaded, the rest generated where `fill` asks for it.
    pub(super) async fn submit_body(
        &mut self,
        step: &Step,
        fields: &Fields,
        before: &mut Vec<Exchange>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Value, StepError> {
        let entries = self.entries(step, fields)?;
        let elements = if step.map { self.elements_for(step, before).await? } else { Arc::default() };
        if elements.is_empty() {
            self.warn_of_unknown_fields(step, &entries, warnings);
            let mut plain = Vec::new();
            for entry in entries {
                let value = self.file_or_value(step, entry.value, entry.span, before).await?;
                plain.push((entry.key, value));
            }
            return Ok(as_written(&plain));
        }
        let mut body = Map::new();
        for entry in &entries {
            let element = field::find(&elements, &entry.key).map_err(|error| field_error(entry.span, &error))?;
            let value = self.file_or_value(step, entry.value.clone(), entry.span, before).await?;
            let value = field::to_wire(element, &value, entry.written.as_deref());
            if body.insert(element.id.clone(), value).is_some() {
                let message = format!("`{}` names the field {} a second time", entry.key, field::describe(element));
                return Err(StepError::Mistake(Box::new(
                    Diagnostic::mistake(Code::FieldTwice, entry.span, message).help("name each field once"),
                )));
            }
        }
        for (id, key) in &self.acting(step).uploads {
            if elements.iter().any(|element| element.id == *id) && !body.contains_key(id) {
                body.insert(id.clone(), Value::from(key.as_str()));
            }
        }
        if let Some(fill) = step.fill {
            self.fill(step, fill, &elements, &mut body, before).await?;
        }
        self.warn_of_hidden(step, &elements, &body, &entries, warnings);
        self.note_country(step, &elements, &body);
        Ok(Value::Object(body))
    }

    fn entries(&self, step: &Step, fields: &Fields) -> Result<Vec<Entry>, StepError> {
        match fields {
            Fields::Entries(entries) => entries
                .iter()
                .map(|(key, value)| {
                    Ok(Entry {
                        key: key.render_text(&self.scope)?,
                        span: key.span,
                        value: value.render(&self.scope)?,
                        written: value.written().map(str::to_owned),
                    })
                })
                .collect(),
            Fields::Whole(value) => match value.render(&self.scope)? {
                Value::Object(members) => Ok(members
                    .into_iter()
                    .map(|(key, value)| Entry { key, span: step.action_span, value, written: None })
                    .collect()),
                other => {
                    let message = format!("the template gives {other}, and a map of fields is wanted");
                    let mistake = Diagnostic::mistake(Code::TemplateFailed, value.span, message);
                    let help = "define one, such as `vars: { person: { First name: Ada } }`";
                    Err(StepError::Mistake(Box::new(mistake.help(help))))
                }
            },
        }
    }

    /// The elements that the submit's keys may name.
    ///
    /// Before a direct submit nobody has seen the form, so it is asked for in a session of its own, once for each language.
    /// A session that was taken over, as by a connector token, is asked where it stands.
    async fn elements_for(&mut self, step: &Step, before: &mut Vec<Exchange>) -> Result<Arc<[Element]>, StepError> {
        let applicant = self.acting(step);
        if applicant.begun {
            return Ok(applicant.elements.clone());
        }
        if applicant.session.is_some() {
            before.push(self.poll(step).await?);
            return Ok(self.acting(step).elements.clone());
        }
        let parameters = Parameters { session: None, retry_on_pending: false, ..self.parameters(step).await? };
        let key = (parameters.flow.clone(), parameters.language.clone());
        if let Some(learnt) = self.learnt.get(&key) {
            return Ok(learnt.clone());
        }
        let exchange = self.client.call(Operation::FlowStep, parameters, true).await?;
        let answer = &exchange.answer;
        let elements: Arc<[Element]> =
            answer.document().filter(|_| !answer.is_error()).map(Document::elements).unwrap_or_default();
        before.push(exchange);
        self.learnt.insert(key, elements.clone());
        Ok(elements)
    }

    /// A value as it goes out: `{file: path}` is uploaded, and its key goes out.
    async fn file_or_value(
        &mut self,
        step: &Step,
        value: Value,
        span: Span,
        before: &mut Vec<Exchange>,
    ) -> Result<Value, StepError> {
        let Some(path) = file_path(&value) else { return Ok(value) };
        let media_type = value.get("type").and_then(Value::as_str);
        let body = self.read_file(step, path, media_type, span)?;
        self.upload_for_key(step, body, span, before).await
    }

    /// Uploads a file on the way to a submit. What is no key is the answer to the whole step.
    async fn upload_for_key(
        &mut self,
        step: &Step,
        body: RequestBody,
        span: Span,
        before: &mut Vec<Exchange>,
    ) -> Result<Value, StepError> {
        let exchange = self.send_file(step, body, span).await?;
        before.push(exchange.clone());
        let answer = &exchange.answer;
        match answer.json().and_then(|body| body.get("key")).filter(|_| !answer.is_error()) {
            Some(key) => Ok(key.clone()),
            None if answer.is_error() => Err(StepError::Refused(Box::new(exchange))),
            None => {
                let diagnostic = Diagnostic::new(span, "the answer to the upload has no `key`");
                Err(StepError::Mistake(Box::new(diagnostic)))
            }
        }
    }

    async fn send_file(&mut self, step: &Step, body: RequestBody, span: Span) -> Result<Exchange, StepError> {
        let mut parameters = self.parameters(step).await?;
        if parameters.session.is_none() && step.session.is_none() {
            let diagnostic =
                Diagnostic::mistake(Code::NoSession, span, "a file is uploaded into a session, and there is none yet");
            return Err(StepError::Mistake(Box::new(diagnostic.help("begin with `- init`"))));
        }
        parameters.retry_on_pending = false;
        parameters.body = body;
        Ok(self.client.call(Operation::SubmitFile, parameters, self.retry).await?)
    }

    /// The `upload` action: the key is remembered for the field's next submit.
    pub(super) async fn upload(
        &mut self,
        step: &Step,
        label: &Templated,
        file: &Templated,
        media_type: Option<&Templated>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Exchange, StepError> {
        let key = label.render_text(&self.scope)?;
        let path = file.render_text(&self.scope)?;
        let media_type = media_type.map(|value| value.render_text(&self.scope)).transpose()?;
        let elements = &self.acting(step).elements;
        let id = match field::find(elements, &key) {
            Ok(element) => Some(element.id.clone()),
            Err(error) if !elements.is_empty() => return Err(field_error(label.span, &error)),
            Err(_) => {
                warnings
                    .push(Diagnostic::new(label.span, "the current step has no fields, so the key is not remembered"));
                None
            }
        };
        let body = self.read_file(step, &path, media_type.as_deref(), file.span)?;
        let exchange = self.send_file(step, body, step.action_span).await?;
        let returned = exchange.answer.json().and_then(|body| body.get("key")?.as_str()).map(str::to_owned);
        let applicant = self.applicant_mut(&step.applicant);
        applicant.remember(&exchange.answer);
        if let Some((id, returned)) = id.zip(returned) {
            applicant.uploads.retain(|(known, _)| *known != id);
            applicant.uploads.push((id, returned));
        }
        Ok(exchange)
    }

    fn read_file(
        &self,
        step: &Step,
        path: &str,
        media_type: Option<&str>,
        span: Span,
    ) -> Result<RequestBody, StepError> {
        let folder = step.folder.as_deref().unwrap_or(&self.setting.folder);
        let file = folder.join(path);
        if !file.exists() {
            return Err(StepError::Mistake(Box::new(Diagnostic::no_file(span, folder, path))));
        }
        let bytes = read_file(&file, MAX_UPLOAD_BYTES).map_err(|error| {
            let diagnostic = Diagnostic::mistake(
                Code::UnreadableFile,
                span,
                format!("the file {} is not sent: {error}", file.display()),
            );
            StepError::Mistake(Box::new(diagnostic.help("name the file itself, of at most 100 MB")))
        })?;
        let name =
            Path::new(path).file_name().map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned());
        let media_type = media_type.unwrap_or_else(|| file::media_type(&name)).to_owned();
        Ok(RequestBody::File { name, media_type, bytes, path: Some(file.to_string_lossy().into_owned()) })
    }

    /// Generates what is not named: every visible field, or the required ones.
    async fn fill(
        &mut self,
        step: &Step,
        fill: Fill,
        elements: &[Element],
        body: &mut Map<String, Value>,
        before: &mut Vec<Exchange>,
    ) -> Result<(), StepError> {
        let mut omitted = Vec::new();
        for label in &step.omit {
            let key = label.render_text(&self.scope)?;
            let element = field::find(elements, &key).map_err(|error| field_error(label.span, &error))?;
            omitted.push(element.id.clone());
        }
        let applicant = self.acting(step);
        // The same form asks the same applicant for the same data, however often it is filled in.
        let seed = self.scope.seed().child(step.applicant.as_deref().unwrap_or_default()).child(&applicant.title);
        let form = Form {
            elements,
            given: body,
            omitted: &omitted,
            country: applicant.country.as_deref(),
            today: self.scope.world().today(),
        };
        let filled = fill_in(&form, fill, &seed)
            .map_err(|error| mistake(step, format!("{error}; give a value for it in `submit`")))?;
        for (element, filled) in filled {
            let value = match filled {
                Filled::Nothing => continue,
                Filled::Value(value) => value,
                Filled::File { name, media_type, bytes } => {
                    let file = RequestBody::File { name, media_type, bytes, path: None };
                    self.upload_for_key(step, file, step.action_span, before).await?
                }
            };
            body.insert(element.id.clone(), value);
        }
        Ok(())
    }

    fn warn_of_hidden(
        &self,
        step: &Step,
        elements: &[Element],
        body: &Map<String, Value>,
        entries: &[Entry],
        warnings: &mut Vec<Diagnostic>,
    ) {
        // Most forms hide nothing, and then nobody asks for what they hold.
        if elements.iter().all(|element| element.json.get("condition").is_none_or(Value::is_null)) {
            return;
        }
        let mut values = held_values(&self.acting(step).elements);
        values.extend(body.clone());
        for entry in entries {
            if let Ok(element) = field::find(elements, &entry.key)
                && !fake::is_visible(element, &values)
            {
                let message = format!("the field {} is hidden by its condition", field::describe(element));
                warnings.push(Diagnostic::new(entry.span, message));
            }
        }
    }

    /// Where no fields are known, keys go out as they are written, which is right for a step without elements only.
    fn warn_of_unknown_fields(&self, step: &Step, entries: &[Entry], warnings: &mut Vec<Diagnostic>) {
        if step.map && self.acting(step).pending && !entries.is_empty() {
            let warning =
                Diagnostic::new(entries[0].span, "the last answer was pending, so this step's fields are not known");
            warnings.push(
                warning.help("ask with `- current` first; `map: false` says that keys are meant as they are written"),
            );
        }
        if step.fill.is_some() {
            let warning = Diagnostic::new(
                step.action_span,
                "`fill` does nothing here: the current step has no fields that are known",
            );
            warnings.push(warning);
        }
    }

    fn note_country(&mut self, step: &Step, elements: &[Element], body: &Map<String, Value>) {
        if let Some(country) = country_of(elements, body) {
            self.applicant_mut(&step.applicant).country = Some(country);
        }
    }
}

/// The path of a value that stands for a file: `{file: path}`, with a media type beside it where wanted.
fn file_path(value: &Value) -> Option<&str> {
    let members = value.as_object()?;
    members.keys().all(|key| key == "file" || key == "type").then(|| members.get("file")?.as_str())?
}

fn field_error(span: Span, error: &FieldError) -> StepError {
    StepError::Mistake(Box::new(Diagnostic::mistake(Code::FieldNotFound, span, error.to_string()).help(error.help())))
}
