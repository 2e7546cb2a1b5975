//! One scenario of a recording, written down call by call.
//!
//! A [`Scribe`] knows where each applicant stands, as the recording shows it; what a call becomes is in `act` and `submit`.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::answer::{expected, is_end, short_words};
use super::sort::Assigned;
use super::{Composed, Options, Recorded};
use crate::api::element::Element;
use crate::api::exchange::Answer;
use crate::api::operation::{Operation, Version};
use crate::api::wire::{self, BodyKind, LANGUAGE_HEADER, RETRY_HEADER};
use crate::compose::draft::{Data, Draft, Step};
use crate::compose::entered::Entered;
use crate::compose::field;
use crate::compose::personal::{People, Treatment};
use crate::fake::Seed;

/// How long the scenario waits where the recording shows that an answer was pending.
const WAIT: &str = "60s";

/// One applicant on the way through the recording.
#[derive(Debug, Default)]
pub(super) struct Person {
    pub session: String,
    /// What the scenario calls the applicant; the first one has no name.
    pub name: Option<String>,
    pub flow: String,
    /// The fields of the step that the applicant stands on.
    pub elements: Vec<Element>,
    /// Whether that step is not in the recording, so that what a submit's ids mean is not known.
    pub unknown: bool,
    /// What earlier forms' fields are called, by id.
    pub fields: HashMap<String, (String, Element)>,
    pub title: String,
    pub subtitle: String,
    /// The last answer's body, which templates see as `step`.
    pub last: Option<Value>,
    /// The step of the scenario whose answer is pending still.
    pub waiting: Option<usize>,
    /// The applicant's first step in the scenario.
    pub first: Option<usize>,
    pub ended: bool,
}

/// A file that was uploaded and whose key a submit is to carry.
#[derive(Debug)]
pub(super) struct Upload {
    pub key: String,
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// Writes one scenario.
pub(super) struct Scribe<'o> {
    pub options: &'o Options,
    pub people: People,
    pub persons: Vec<Person>,
    pub steps: Vec<Step>,
    /// The language that each step was asked for in.
    languages: Vec<Option<String>>,
    pub uploads: Vec<Upload>,
    pub files: Vec<(String, Vec<u8>)>,
    /// Connector tokens, each with the step that made it.
    pub tokens: Vec<(String, usize)>,
    /// Comments that stand above the next step, or after the last.
    pub between: Vec<String>,
    notes: Vec<(usize, String)>,
    authenticated: bool,
    /// The last answer in a few words.
    last_words: String,
    live: bool,
}

impl<'o> Scribe<'o> {
    pub(super) fn new(options: &'o Options, authenticated: bool, entered: Entered) -> Self {
        let mut people = People::new(options.treatment, Seed::new(options.seed), options.today);
        people.entered = entered;
        Scribe {
            options,
            people,
            persons: Vec::new(),
            steps: Vec::new(),
            languages: Vec::new(),
            uploads: Vec::new(),
            files: Vec::new(),
            tokens: Vec::new(),
            between: Vec::new(),
            notes: Vec::new(),
            authenticated,
            last_words: String::new(),
            live: false,
        }
    }

    /// Writes the calls of a group down, and tells what could not be.
    pub(super) fn write(mut self, calls: &[Assigned<'_>]) -> (Composed, Vec<(usize, String)>) {
        for (at, call) in calls.iter().enumerate() {
            let flow_step = [Some(Operation::FlowStep), Some(Operation::SubmitStep)].contains(&call.call.operation());
            self.live |= flow_step && call.call.version == Version::Live;
            self.act(call, &calls[at + 1..]);
        }
        self.finish(calls)
    }

    fn finish(mut self, calls: &[Assigned<'_>]) -> (Composed, Vec<(usize, String)>) {
        let id = calls.iter().map(|call| call.call.flow.as_str()).find(|flow| !flow.is_empty()).unwrap_or_default();
        let flow = self.options.flow.clone().unwrap_or_else(|| self.alias(id));
        let language = self.settle_languages();
        let ended = !self.persons.is_empty() && self.persons.iter().all(|person| person.ended);
        let who = if self.persons.len() > 1 {
            format!("{} applicants go", self.persons.len())
        } else {
            "An applicant goes".to_owned()
        };
        if self.options.treatment == Treatment::Replace {
            self.unname();
        }
        let title = match ended {
            true => format!("{who} through {flow} to the end"),
            false if self.last_words.is_empty() => format!("{who} through {flow}"),
            false => format!("{who} through {flow} as far as {}", self.last_words),
        };
        let mut head = Vec::new();
        if self.live && !self.options.rules {
            head.push("Recorded from the published flow; it runs against the draft, as every scenario without `version: live`.".to_owned());
        }
        let replaced = self.people.replaced;
        let draft = Draft {
            head,
            title,
            flow,
            language,
            authenticated: self.authenticated,
            vars: self.people.into_vars(),
            cases: Vec::new(),
            without_snapshots: false,
            steps: self.steps,
            closing: self.between,
        };
        let session = self.persons.first().map(|person| person.session.clone()).unwrap_or_default();
        (Composed { draft, files: self.files, session, ended, replaced }, self.notes)
    }

    /// Takes what applicants entered out of what the API said to them: a step may greet them by name.
    fn unname(&mut self) {
        for step in &mut self.steps {
            step.above.iter_mut().for_each(|line| *line = self.people.entered.hide(line));
            let Some(expected) = step.modifier("expect").cloned() else { continue };
            match unnamed(&self.people, &expected) {
                Some(unnamed) if unnamed == expected => {}
                Some(unnamed) => step.set("expect", unnamed, ""),
                None => {
                    step.modifiers.retain(|(name, ..)| *name != "expect");
                    "what comes next shows what was entered".clone_into(&mut step.comment);
                }
            }
        }
        self.last_words = self.people.entered.hide(&self.last_words);
        self.between.iter_mut().for_each(|line| *line = self.people.entered.hide(line));
    }

    /// The alias of a flow's id, if it has one; of several the first in the alphabet.
    pub(super) fn alias(&self, id: &str) -> String {
        if self.options.flows.contains_key(id) {
            return id.to_owned();
        }
        let mut aliases: Vec<&String> =
            self.options.flows.iter().filter(|(_, known)| *known == id).map(|(alias, _)| alias).collect();
        aliases.sort();
        aliases.first().map_or_else(|| id.to_owned(), |alias| (*alias).clone())
    }

    /// One language for all steps, or one for each that has one.
    fn settle_languages(&mut self) -> Option<String> {
        let about_steps = |step: &Step| ["init", "current", "submit", "back"].contains(&step.action);
        let steps = self.steps.iter().zip(&self.languages).filter(|(step, _)| about_steps(step));
        let spoken: HashSet<&Option<String>> = steps.map(|(_, language)| language).collect();
        if spoken.len() == 1 {
            return spoken.into_iter().next().cloned().flatten();
        }
        for (step, language) in self.steps.iter_mut().zip(&self.languages).filter(|(step, _)| about_steps(step)) {
            if let Some(language) = language {
                step.set("language", Data::text(language.as_str()), "");
            }
        }
        None
    }

    /// Tells of something that could not be kept.
    pub(super) fn note(&mut self, recorded: &Recorded, text: &str) {
        self.notes.push((recorded.number, text.to_owned()));
    }

    /// The applicant of a session, who is new where nobody has it yet.
    pub(super) fn person(&mut self, session: &str) -> usize {
        if let Some(at) = self.persons.iter().position(|person| person.session == session) {
            return at;
        }
        let number = self.persons.len() + 1;
        let name = (number > 1).then(|| format!("applicant {number}"));
        self.persons.push(Person { session: session.to_owned(), name, ..Person::default() });
        self.persons.len() - 1
    }

    /// Adds a step that somebody takes, with what the request carried and what came back.
    pub(super) fn push(&mut self, person: Option<usize>, mut step: Step, recorded: &Recorded) -> usize {
        let at = self.steps.len();
        if let Some(name) = person.and_then(|person| self.persons[person].name.clone()) {
            step.set("as", Data::Json(Value::String(name)), "");
        }
        if header(recorded, RETRY_HEADER).is_some_and(|value| value.eq_ignore_ascii_case("true"))
            && step.action != "request"
        {
            step.set("retry_on_pending", Data::Json(Value::Bool(true)), "");
        }
        if recorded.lost {
            step.comment = "what must come next is not in the recording".to_owned();
        } else if let Some(expected) = expected(&recorded.exchange.answer) {
            step.set("expect", expected, "");
            self.last_words = short_words(&recorded.exchange.answer);
        }
        step.above.splice(0..0, std::mem::take(&mut self.between));
        self.languages.push(language(recorded));
        self.steps.push(step);
        if let Some(person) = person {
            self.persons[person].first.get_or_insert(at);
        }
        at
    }

    /// Adds a step that stands in for what is not in the recording.
    pub(super) fn push_unrecorded(&mut self, person: usize, step: Step, recorded: &Recorded) {
        self.persons[person].first.get_or_insert(self.steps.len());
        self.languages.push(language(recorded));
        self.steps.push(step);
    }

    /// Lets an applicant stand where an answer of the flow says.
    pub(super) fn take(&mut self, person: usize, at: usize, recorded: &Recorded) {
        let answer = &recorded.exchange.answer;
        if recorded.lost {
            self.note(
                recorded,
                "the recording has no body of this answer, so that the next step's fields are not known",
            );
            self.persons[person].elements.clear();
            self.persons[person].unknown = true;
            return;
        }
        let pending = answer.kind() == BodyKind::Pending;
        let person = &mut self.persons[person];
        person.waiting = pending.then_some(at);
        person.take(answer);
    }

    /// An answer to a poll: it is that of the step that is waited for.
    pub(super) fn resolve(&mut self, person: usize, at: usize, recorded: &Recorded) {
        let answer = &recorded.exchange.answer;
        if answer.kind() == BodyKind::Pending {
            return;
        }
        if let Some(expected) = expected(answer) {
            let step = &mut self.steps[at];
            step.set("wait", Data::text(WAIT), "the answer was pending at first");
            step.set("expect", expected, "");
            self.last_words = short_words(answer);
        }
        self.take(person, at, recorded);
        self.persons[person].waiting = None;
    }
}

/// An expectation with variables in place of what was entered; none where there is none for it.
fn unnamed(people: &People, expected: &Data) -> Option<Data> {
    match expected {
        Data::Json(Value::String(text)) if people.entered.tells(text) => {
            people.entered.replace(text, |value| people.template(value)).map(Data::Template)
        }
        Data::Map(entries) => {
            let entry = |(name, value): &(String, Data)| Some((name.clone(), unnamed(people, value)?));
            entries.iter().map(entry).collect::<Option<_>>().map(Data::Map)
        }
        other => Some(other.clone()),
    }
}

/// The language that a request asked for, where it is called as languages are.
fn language(recorded: &Recorded) -> Option<String> {
    let plain = |tag: &String| tag.len() <= 12 && tag.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    header(recorded, LANGUAGE_HEADER).filter(plain)
}

/// A header of the request, where it says something.
fn header(recorded: &Recorded, name: &str) -> Option<String> {
    let headers = &recorded.exchange.request.headers;
    let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
}

impl Person {
    fn take(&mut self, answer: &Answer) {
        if let Some(body) = answer.json() {
            self.last = Some(body.clone());
        }
        let Some(body) = answer.json().filter(|_| !answer.is_error()) else { return };
        self.ended = is_end(answer);
        self.unknown &= answer.kind() == BodyKind::Other;
        if answer.kind() != BodyKind::Other {
            let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            (self.elements, self.title, self.subtitle) = (wire::elements(body), text("title"), text("subtitle"));
            for element in &self.elements {
                let key = field::key(&self.elements, element);
                self.fields.insert(element.id.clone(), (key, element.clone()));
            }
        }
    }
}
