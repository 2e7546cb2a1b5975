//! Flows and applicants that nobody thought of, for the properties: definitions are made as text, so that the reader is
//! part of what is tested.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Action, Answer, Position, Refusal, Session, UploadedFile, act, short_code_shown};
use crate::api::element::ElementType;
use crate::sandbox::definition::{Definition, Form, FormElement, NodeKind, Task};
use crate::sandbox::examples::definition;

/// The elements of a form; each is named by its place.
const ELEMENTS: [&str; 9] = [
    "type: text, required: true, min_length: 2, max_length: 5",
    "type: text, role: address_country",
    "type: number, min: 1, max: 9",
    "type: date, required: true, min: 2000-01-01",
    "type: country_select, role: address_country",
    "type: dropdown, options: [yes, no], required: true",
    "type: checkbox, value: true",
    "type: checkbox_group, options: [a, b]",
    "type: file, accept: [pdf]",
];

/// What a service or a condition asks.
const QUESTIONS: [&str; 5] = ["true", "attempt > 1", "attempt % 2 == 0", "false", "n0.e5 == 'yes'"];

/// The interactive services, with what they are told.
const INTERACTIVE: [&str; 8] = [
    "TRULIOO_DOCV, reenter: true",
    "TRULIOO_DOCV",
    "TWILIO, code: '42'",
    "TRULIOO_KYB_SEARCH, businesses: [ { name: One }, { name: Two } ], finds: \"n0.e5 != 'no' or business.name == 'One'\"",
    "TRULIOO_ELECTRONIC_ID, providers: [x, y]",
    "PERSON_OCR, reads: { address_country: CA }",
    "BUSINESS_OCR, files: [pdf]",
    "FLOW_CONNECTOR",
];

/// The text of a flow: a form and up to nine nodes after it, whose ways lead forward or back to a step that waits.
pub(super) fn flows() -> impl Strategy<Value = Arc<Definition>> {
    let node = (0usize..10, any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0u8..3);
    (prop::collection::vec(node, 0..9), prop::collection::vec(0usize..ELEMENTS.len(), 0..5))
        .prop_map(|(nodes, elements)| definition(&text(&nodes, &elements)))
}

type Drawn = (usize, prop::sample::Index, prop::sample::Index, u8);

fn text(nodes: &[Drawn], elements: &[usize]) -> String {
    // The first form has the element that the questions are about.
    let mut text = format!("seed: s\nlanguages: {{ default: en-US, fr-FR: fr.yaml }}\nnodes:\n{}", form(0, &[5, 4]));
    let mut waiting = vec![0];
    for (at, (kind, one, other, takes)) in nodes.iter().enumerate() {
        let at = at + 1;
        let takes = ["0s", "1s", "0s"][usize::from(*takes)];
        let question = QUESTIONS[one.index(QUESTIONS.len())];
        match kind {
            0..=2 => text.push_str(&form(at, elements)),
            3..=5 => {
                let kind = INTERACTIVE[one.index(INTERACTIVE.len())];
                text.push_str(&format!("  - {{ interactive: n{at}, takes: {takes}, type: {kind} }}\n"));
            }
            6 | 7 => {
                let fails = if other.index(4) == 0 { ", fails: { code: 4009, when: attempt == 2 }" } else { "" };
                let service = format!("type: TRULIOO_EIDV, takes: {takes}, match: \"{question}\"{fails}");
                text.push_str(&format!("  - {{ service: n{at}, {service} }}\n"));
            }
            8 => {
                // What is asked of a service's attempts is not asked here.
                let when = if question.contains("attempt") { "n0.e4 == 'CA'" } else { question };
                let to = waiting[one.index(waiting.len())];
                text.push_str(&format!("  - {{ condition: n{at}, when: \"{when}\", then: n{to} }}\n"));
            }
            _ => text.push_str(&format!("  - {{ accept: n{at}, next: {} }}\n", next(at, nodes.len()))),
        }
        if *kind <= 5 {
            waiting.push(at);
        }
    }
    text
}

fn next(at: usize, last: usize) -> String {
    if at < last { format!("n{}", at + 1) } else { "end".to_owned() }
}

fn form(at: usize, elements: &[usize]) -> String {
    let mut text = format!("  - form: n{at}\n    elements:\n");
    let mut named: Vec<usize> = Vec::new();
    for which in elements {
        if !named.contains(which) {
            text.push_str(&format!("      - {{ name: e{which}, {} }}\n", ELEMENTS[*which]));
            named.push(*which);
        }
    }
    if named.is_empty() { text.replace("    elements:\n", "") } else { text }
}

/// What an applicant does.
#[derive(Debug, Clone)]
pub(super) enum Move {
    Current,
    /// For each element of the step, which of some values is given.
    Submit(Vec<usize>),
    /// What leads on, whatever the step.
    SubmitWell,
    Back,
    Upload(bool),
    Capture,
    Wait(u16),
}

pub(super) fn moves(most: usize) -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        Just(Move::Current),
        prop::collection::vec(0usize..14, 0..6).prop_map(Move::Submit),
        Just(Move::SubmitWell),
        Just(Move::SubmitWell),
        Just(Move::SubmitWell),
        Just(Move::Back),
        any::<bool>().prop_map(Move::Upload),
        Just(Move::Capture),
        (0u16..1500).prop_map(Move::Wait),
    ];
    prop::collection::vec(one, 0..most)
}

fn any_value(which: usize) -> Option<Value> {
    let values = [
        json!(null),
        json!(""),
        json!("Jo"),
        json!("CA"),
        json!(3),
        json!(-1e300),
        json!(true),
        json!(["a"]),
        json!("2001-01-01"),
        json!("yes"),
        json!({"a": [1]}),
        json!("no"),
        json!("key 0"),
    ];
    values.get(which).cloned()
}

/// Somebody at a flow, with the time in milliseconds.
#[derive(Clone)]
pub(super) struct Walker {
    pub(super) definition: Arc<Definition>,
    pub(super) session: Session,
    time: u64,
    uploads: usize,
}

impl Walker {
    pub(super) fn new(definition: &Arc<Definition>, id: &str) -> Self {
        let session = Session::new(definition, id, Duration::ZERO).unwrap();
        Walker { definition: Arc::clone(definition), session, time: 0, uploads: 0 }
    }

    pub(super) fn act(&mut self, action: Action<'_>) -> Result<Answer, Refusal> {
        act(&self.definition, &mut self.session, action, Duration::from_millis(self.time))
    }

    pub(super) fn go(&mut self, step: &Move) -> Result<Answer, Refusal> {
        match step {
            Move::Current => self.act(Action::Current),
            Move::Submit(which) => {
                let data = self.data(|at, _| which.get(at).and_then(|which| any_value(*which)));
                self.act(Action::Submit(&data))
            }
            Move::SubmitWell => {
                let data = self.good();
                self.act(Action::Submit(&data))
            }
            Move::Back => self.act(Action::Back),
            Move::Capture => self.act(Action::Capture(&Map::from_iter([("genuine".to_owned(), json!(true))]))),
            Move::Upload(fits) => {
                let name = if *fits { "a.pdf" } else { "a.exe" };
                let key = format!("key {}", self.uploads);
                let outcome = self.act(Action::Upload { key, file: UploadedFile { name: name.to_owned(), size: 1 } });
                self.uploads += usize::from(outcome.is_ok());
                outcome
            }
            Move::Wait(milliseconds) => {
                self.time += u64::from(*milliseconds);
                self.act(Action::Current)
            }
        }
    }

    /// Lets time pass until no service is at work.
    pub(super) fn settle(&mut self) -> Result<Answer, Refusal> {
        loop {
            match self.act(Action::Current)? {
                Answer::Pending { until } => self.time = self.time.max(until.as_millis() as u64 + 1),
                other => return Ok(other),
            }
        }
    }

    fn kind(&self) -> Option<&NodeKind> {
        let Position::At(name) = &self.session.position else { return None };
        self.definition.node(name).map(|node| &node.kind)
    }

    fn data(&self, choose: impl Fn(usize, &FormElement) -> Option<Value>) -> Map<String, Value> {
        let Some(NodeKind::Form(Form { elements, .. })) = self.kind() else {
            return Map::from_iter([("x".to_owned(), json!(1))]);
        };
        let chosen = elements.iter().enumerate();
        chosen.filter_map(|(at, element)| Some((element.id.clone(), choose(at, element)?))).collect()
    }

    /// What leads on from where the walker stands, once the document is captured or the file uploaded where that is asked for.
    pub(super) fn good(&mut self) -> Map<String, Value> {
        if short_code_shown(&self.definition, &self.session).is_some() {
            let _captured = self.go(&Move::Capture);
        }
        if matches!(self.kind(), Some(NodeKind::Interactive(interactive)) if matches!(interactive.task, Task::Read { .. }))
        {
            let _uploaded = self.go(&Move::Upload(true));
        }
        let key = self.session.files().last().map(|(key, _)| json!(key));
        let told = match self.kind() {
            Some(NodeKind::Interactive(interactive)) => match &interactive.task {
                Task::Code(code) => json!(code),
                Task::Search { .. } => json!("One"),
                Task::Read { .. } => key.unwrap_or_default(),
                _ => json!("x"),
            },
            _ => {
                return self.data(|_, element| match element.kind {
                    ElementType::Number => Some(json!(3)),
                    ElementType::Date => Some(json!("2001-01-01")),
                    ElementType::CountrySelect => Some(json!("CA")),
                    ElementType::Dropdown => Some(json!("yes")),
                    ElementType::Checkbox => Some(json!(false)),
                    ElementType::CheckboxGroup => Some(json!(["a"])),
                    ElementType::File => key.clone(),
                    _ => Some(json!("Jo")),
                });
            }
        };
        Map::from_iter([("told".to_owned(), told)])
    }

    /// How each service ended when it was executed last.
    pub(super) fn outcomes(&self) -> Vec<(String, bool)> {
        self.session.runs().map(|(node, run)| (node.to_string(), run.matched)).collect()
    }
}
