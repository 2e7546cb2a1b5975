//! One step: an action and the modifiers beside it.

use std::path::PathBuf;

use super::action::{self, Action};
use super::capture::{Capture, CaptureFrom, read_captures};
use super::expectation::Expect;
use super::modifiers;
use super::options::{Checks, DURATION_HELP, SnapshotOptions, parse_duration};
use crate::api::language::LANGUAGES;
use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, Span};
use crate::template::Templated;
use crate::template::scope::BUILT_IN;
use crate::yaml::{Kind, Mapping, Node, Reading};

/// The most times that a step is repeated.
pub const MOST_TIMES: u64 = 10_000;

/// One step as it is written. A suite has tens of thousands: what few of them have stands in a box.
#[derive(Debug, Clone)]
pub struct Step {
    /// The whole step.
    pub span: Span,
    /// Where its action is named.
    pub action_span: Span,
    /// The folder that its paths start from, when it is a fragment's; the scenario's own otherwise.
    pub folder: Option<PathBuf>,
    /// Its place in the scenario, from one, fragments expanded.
    pub number: usize,
    /// What it does.
    pub action: Action,
    /// A label for reports and the snapshot's file.
    pub name: Option<String>,
    /// Which applicant acts.
    pub applicant: Option<String>,
    /// The language of this request.
    pub language: Option<Box<Templated>>,
    /// Headers of this request.
    pub headers: Vec<(Templated, Templated)>,
    /// What is sent as session, when not the applicant's own.
    pub session: Option<SessionHeader>,
    /// Which fields are generated.
    pub fill: Option<Fill>,
    /// Fields that `fill` leaves out.
    pub omit: Vec<Templated>,
    /// Whether a submit's keys name elements.
    pub map: bool,
    /// Whether `x-hf-retry-on-pending` is sent.
    pub retry_on_pending: bool,
    /// How long a pending answer is polled.
    pub wait: Option<Box<Templated>>,
    /// How often it is done.
    pub repeat: Option<Box<Repeat>>,
    /// Whether it is done at all.
    pub when: Option<Box<Templated>>,
    /// What must come back.
    pub expect: Option<Expect<Templated>>,
    /// What is remembered of the answer.
    pub capture: Vec<Capture>,
    /// What its snapshot leaves out.
    pub snapshot: Option<Box<SnapshotOptions>>,
    /// Which rules its answer is held to.
    pub checks: Checks,
    /// Whether the scenario goes on after a failure of this step.
    pub continue_on_failure: bool,
}

/// What is sent as `x-hf-session`.
#[derive(Debug, Clone)]
pub enum SessionHeader {
    /// No such header.
    None,
    /// This value, as it is.
    Value(Box<Templated>),
}

/// Which fields are generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// Every visible one.
    Valid,
    /// The required ones.
    Minimal,
}

/// How often a step is done.
#[derive(Debug, Clone)]
pub enum Repeat {
    /// So many times.
    Times(Templated),
    /// Until its answer is as wanted.
    Until {
        /// What is waited for.
        until: Box<Expect<Templated>>,
        /// The pause between two tries; one second when not given.
        every: Option<Templated>,
        /// When to give up; the configured wait when not given.
        within: Option<Templated>,
    },
}

impl Step {
    /// What reports call it: its name, or its action.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.action.name())
    }

    /// What its snapshot leaves out, of what its scenario says for all and of its own.
    pub fn snapshot_options(&self, scenario: &SnapshotOptions) -> SnapshotOptions {
        self.snapshot.as_ref().map_or_else(|| scenario.clone(), |own| own.over(scenario))
    }

    /// The step itself, or the steps of its fragment.
    pub fn flatten_into<'a>(&'a self, all: &mut Vec<&'a Step>) {
        match &self.action {
            Action::Use(call) if !call.steps.is_empty() => call.steps.iter().for_each(|step| step.flatten_into(all)),
            _ => all.push(self),
        }
    }

    /// Reads a step: a bare word, or a map with one action and modifiers.
    pub(super) fn read(node: &Node, reading: &mut Reading<'_>) -> Option<Self> {
        if let Some(word) = node.as_str() {
            let action = action::read(word, node, None, reading)?;
            return Some(Step::new(node.span, node.span, action));
        }
        let Kind::Map(entries) = &node.kind else {
            reading.wanted(node, "a step such as `- back` or `- submit: {…}`");
            return None;
        };
        let mut map = reading.mapping(node, "a step")?;
        let named = || action::ACTIONS.iter().map(|(name, _)| *name);
        let mut actions: Vec<(&'static str, &Node, &Node)> = Vec::new();
        for name in named() {
            actions.extend(map.take_entry(name).map(|(key, value)| (name, key, value)));
        }
        let Some((name, key, argument)) = actions.first().copied() else {
            reading.mistake(no_action(entries, node, reading));
            return None;
        };
        if let Some((other, at, _)) = actions.get(1) {
            reading.mistake(
                Diagnostic::mistake(
                    Code::OneAction,
                    at.span,
                    format!("a step has one action, and this one has `{name}` and `{other}`"),
                )
                .help("begin another step with a dash of its own"),
            );
        }
        let action = action::read(name, key, Some(argument), reading);
        let unreadable = action.is_none();
        let mut step = Step::new(node.span, key.span, action.unwrap_or(Action::Current));
        if !unreadable {
            modifiers::check(&step.action, &map, reading);
        }
        step.read_modifiers(&mut map, reading);
        reading.finish(map);
        (!unreadable).then_some(step)
    }

    fn new(span: Span, action_span: Span, action: Action) -> Self {
        Step {
            span,
            action_span,
            folder: None,
            number: 0,
            action,
            name: None,
            applicant: None,
            language: None,
            headers: Vec::new(),
            session: None,
            fill: None,
            omit: Vec::new(),
            map: true,
            retry_on_pending: false,
            wait: None,
            repeat: None,
            when: None,
            expect: None,
            capture: Vec::new(),
            snapshot: None,
            checks: Checks::default(),
            continue_on_failure: false,
        }
    }

    fn read_modifiers(&mut self, map: &mut Mapping<'_>, reading: &mut Reading<'_>) {
        let text =
            |node: Option<&Node>, reading: &mut Reading<'_>| node.and_then(|node| read_plain(node, "a name", reading));
        self.name = text(map.take("name"), reading);
        self.applicant = text(map.take("as"), reading);
        self.language = map.take("language").map(|node| read_language(node, reading)).map(Box::new);
        self.headers = map.take("headers").map(|node| read_pairs(node, reading)).unwrap_or_default();
        self.session = map.take("session").map(|node| match node.as_str() {
            Some("none") => SessionHeader::None,
            _ => SessionHeader::Value(Box::new(Templated::read(node, reading))),
        });
        self.fill = map
            .take("fill")
            .and_then(|node| reading.one_of(node, &[("valid", Fill::Valid), ("minimal", Fill::Minimal)]));
        if let Some(node) = map.take("omit") {
            self.omit = reading.list(node).iter().map(|item| Templated::read(item, reading)).collect();
        }
        let switches = [
            ("map", &mut self.map),
            ("retry_on_pending", &mut self.retry_on_pending),
            ("continue", &mut self.continue_on_failure),
        ];
        for (key, switch) in switches {
            if let Some(on) = map.take(key).and_then(|node| reading.boolean(node, "true or false")) {
                *switch = on;
            }
        }
        self.wait = map.take("wait").and_then(|node| read_time(node, reading)).map(Box::new);
        self.repeat = map.take("repeat").and_then(|node| Repeat::read(node, reading)).map(Box::new);
        self.when = map.take("when").map(|node| Templated::read_expression(node, reading)).map(Box::new);
        self.expect = map.take("expect").and_then(|node| Expect::read(node, reading));
        self.capture = map
            .take("capture")
            .map(|node| reading.defining(|reading| read_captures(node, reading)))
            .unwrap_or_default();
        self.snapshot = map.take("snapshot").map(|node| SnapshotOptions::read(node, reading)).map(Box::new);
        self.checks = map.take("checks").map(|node| Checks::read(node, reading)).unwrap_or_default();
    }

    /// Every templated value of the step, for checks of names.
    pub fn each_value(&self, see: &mut dyn FnMut(&Templated)) {
        self.action.each_value(see);
        let pairs = self.headers.iter().flat_map(|(name, value)| [name, value]);
        let session = match &self.session {
            Some(SessionHeader::Value(value)) => Some(&**value),
            _ => None,
        };
        let captures = self.capture.iter().filter_map(|capture| match &capture.from {
            CaptureFrom::Template(template) => Some(template),
            _ => None,
        });
        captures.for_each(&mut *see);
        pairs
            .chain(&self.omit)
            .chain(self.language.as_deref())
            .chain(session)
            .chain(self.wait.as_deref())
            .chain(self.when.as_deref())
            .for_each(&mut *see);
        match self.repeat.as_deref() {
            Some(Repeat::Times(times)) => see(times),
            Some(Repeat::Until { until, every, within }) => {
                until.each_value(see);
                every.iter().chain(within).for_each(&mut *see);
            }
            None => {}
        }
        if let Some(expect) = &self.expect {
            expect.each_value(see);
        }
    }
}

fn no_action(entries: &[(Node, Node)], node: &Node, reading: &Reading<'_>) -> Diagnostic {
    let names: Vec<&'static str> = action::ACTIONS.iter().map(|(name, _)| *name).collect();
    for (key, _) in entries {
        let word = key.key_text(reading.sources);
        if let Some(near) = nearest(&word, names.iter().copied()).filter(|near| *near != word) {
            return Diagnostic::mistake(Code::UnknownWord, key.span, format!("unknown action `{word}`"))
                .help(did_you_mean(near));
        }
    }
    let at = entries.first().map_or(node.span, |(key, _)| key.span);
    let modifier = entries.iter().filter_map(|(key, _)| key.as_str()).find(|key| modifiers::MODIFIERS.contains(key));
    if let Some(modifier) = modifier {
        let help = format!("`{modifier}` belongs to an action: write the two under one dash");
        return Diagnostic::mistake(Code::OneAction, at, "this step has no action").help(help);
    }
    Diagnostic::mistake(Code::OneAction, at, "this step has no action")
        .help(format!("the actions are {}", names.join(", ")))
}

/// Reads a language tag; one that is nearly a tag of the API's is a mistake, any other is left to the API.
pub(super) fn read_language(node: &Node, reading: &mut Reading<'_>) -> Templated {
    let language = Templated::read(node, reading);
    if let Some(tag) = language.as_str()
        && !LANGUAGES.contains(&tag)
        && let Some(near) = nearest(tag, LANGUAGES)
    {
        reading.mistake(
            Diagnostic::mistake(Code::UnknownLanguage, node.span, format!("the API has no language `{tag}`"))
                .note("the languages are those of the API's reference; one that resembles none is sent as it stands")
                .help(did_you_mean(near)),
        );
    }
    language
}

/// Reads a text that no template can make: files and reports are named by it before anything runs.
pub(super) fn read_plain(node: &Node, wanted: &str, reading: &mut Reading<'_>) -> Option<String> {
    let text = reading.string(node, wanted)?;
    if text.contains("{{") {
        let help = "write it out: files and reports are named by it before anything runs";
        reading
            .mistake(Diagnostic::mistake(Code::TemplateNotHere, node.span, "a template cannot stand here").help(help));
    }
    Some(text.to_owned())
}

/// Reads a duration, which may hold a template.
pub(super) fn read_time(node: &Node, reading: &mut Reading<'_>) -> Option<Templated> {
    let value = Templated::read(node, reading);
    if value.is_literal() && value.as_str().and_then(parse_duration).is_none() {
        reading.mistake(
            Diagnostic::mistake(Code::BadDuration, node.span, format!("{} is no duration", node.describe()))
                .help(DURATION_HELP),
        );
        return None;
    }
    Some(value)
}

/// Reads a map whose keys and values may hold templates, in its order.
pub(super) fn read_pairs(node: &Node, reading: &mut Reading<'_>) -> Vec<(Templated, Templated)> {
    match &node.kind {
        Kind::Map(entries) => entries
            .iter()
            .map(|(key, value)| (Templated::read_key(key, reading), Templated::read(value, reading)))
            .collect(),
        Kind::Null => Vec::new(),
        _ => {
            reading.wanted(node, "a map");
            Vec::new()
        }
    }
}

impl Repeat {
    fn read(node: &Node, reading: &mut Reading<'_>) -> Option<Self> {
        let before = reading.mistakes.len();
        let mut map = reading.mapping(node, "`{times: n}` or `{until: …, every: 1s, for: 60s}`")?;
        let times = map.take("times").map(|node| (node, Templated::read(node, reading)));
        let until = map.take("until").and_then(|node| Expect::read(node, reading)).map(Box::new);
        let every = map.take("every").and_then(|node| read_time(node, reading));
        let within = map.take("for").and_then(|node| read_time(node, reading));
        reading.finish(map);
        match (times, until) {
            (Some((at, times)), None) => {
                let wrong =
                    times.as_literal().is_some_and(|value| value.as_u64().is_none_or(|n| n == 0 || n > MOST_TIMES));
                if wrong {
                    reading.mistake(
                        Diagnostic::mistake(
                            Code::BadRepeat,
                            at.span,
                            format!("`times` takes a whole number from 1 to {MOST_TIMES}"),
                        )
                        .help("to go on until an answer comes, write `repeat: { until: … }`"),
                    );
                    return None;
                }
                Some(Repeat::Times(times))
            }
            (None, Some(until)) => Some(Repeat::Until { until, every, within }),
            // What is wrong with a part, or a key that is misspelt, is why one is missing.
            (None, None) if reading.mistakes.len() > before => None,
            _ => {
                reading.mistake(
                    Diagnostic::mistake(Code::BadRepeat, node.span, "`repeat` takes either `times` or `until`")
                        .help("`repeat: { times: 3 }`, or `repeat: { until: Address, for: 60s }`"),
                );
                None
            }
        }
    }
}

/// Whether a word can be defined as a name; if not, that is noted.
pub(super) fn check_name(word: &str, span: Span, reading: &mut Reading<'_>) -> bool {
    let mut letters = word.chars();
    let writable = letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_');
    if BUILT_IN.contains(&word) {
        reading.mistake(
            Diagnostic::mistake(Code::BadName, span, format!("`{word}` is a word of the language"))
                .help("choose another name"),
        );
    } else if !writable {
        reading.mistake(
            Diagnostic::mistake(Code::BadName, span, format!("`{word}` cannot be used in a template"))
                .help("a name is made of letters, digits and underscores"),
        );
    }
    writable && !BUILT_IN.contains(&word)
}
