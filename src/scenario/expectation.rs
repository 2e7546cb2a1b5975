//! What an answer is expected to be.
//!
//! Read here, rendered when the step runs ([`Expect::render`]), judged in [`crate::expect`]. **A new key of the map** is a
//! field of [`Full`], a line in its reader and one in its renderer, and a check in `expect`.

mod parts;

use serde_json::Value;

use parts::{read_json_path, read_session};

use super::step::read_time;
use crate::jsonpath::JsonPath;
use crate::matcher::{Literal, Matcher, Test};
use crate::source::{Code, Diagnostic, Span};
use crate::template::scope::Scope;
use crate::template::{TemplateError, Templated};
use crate::yaml::{Kind, Node, Reading};

/// An expectation, its values of type `V`: templates as read, literals once rendered.
#[derive(Debug, Clone)]
pub enum Expect<V> {
    /// A step's name, `end`, `pending`, a code or a status.
    Short(V),
    /// A map of checks.
    Full(Box<Full<V>>),
}

/// The long form of an expectation.
#[derive(Debug, Clone)]
pub struct Full<V> {
    /// The whole map.
    pub span: Span,
    /// The step's title, id or type; `end`; `pending`.
    pub step: Option<V>,
    /// The step's own properties.
    pub properties: Vec<(Property, Matcher<V>)>,
    /// An error answer.
    pub error: Option<Box<ErrorExpect<V>>>,
    /// The HTTP status.
    pub status: Option<Matcher<V>>,
    /// Response headers by name.
    pub headers: Vec<(V, Matcher<V>)>,
    /// Which fields must be there.
    pub elements: Option<Box<Elements<V>>>,
    /// What single fields must be like.
    pub fields: Vec<FieldExpect<V>>,
    /// What nodes of the body must be.
    pub json: Vec<(Path<V>, Matcher<V>)>,
    /// What must have become of the session.
    pub session: Option<(Span, SessionExpect)>,
    /// How soon the answer came.
    pub within: Option<V>,
}

/// A property of a step that has a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    /// `type`
    Type,
    /// `title`
    Title,
    /// `subtitle`
    Subtitle,
    /// `canGoBack`
    CanGoBack,
    /// `countryOfResidence`
    CountryOfResidence,
    /// `countryOfIncorporation`
    CountryOfIncorporation,
}

/// Each property with its key in a scenario and its name on the wire.
pub const PROPERTIES: [(Property, &str, &str); 6] = [
    (Property::Type, "type", "type"),
    (Property::Title, "title", "title"),
    (Property::Subtitle, "subtitle", "subtitle"),
    (Property::CanGoBack, "can_go_back", "canGoBack"),
    (Property::CountryOfResidence, "country_of_residence", "countryOfResidence"),
    (Property::CountryOfIncorporation, "country_of_incorporation", "countryOfIncorporation"),
];

impl Property {
    /// Its name on the wire.
    pub fn wire_name(self) -> &'static str {
        PROPERTIES.iter().find(|(property, ..)| *property == self).map_or("", |(.., wire)| wire)
    }
}

/// What an error answer must be.
#[derive(Debug, Clone)]
pub struct ErrorExpect<V> {
    /// Where it stands.
    pub span: Span,
    /// Its code.
    pub code: Option<Matcher<V>>,
    /// Its message.
    pub message: Option<Matcher<V>>,
    /// The field that it is about.
    pub field: Option<V>,
}

/// Which fields must be there, and which not.
#[derive(Debug, Clone)]
pub struct Elements<V> {
    /// Where it stands.
    pub span: Span,
    /// There in this order; others may stand between.
    pub ordered: Option<Vec<V>>,
    /// These and no others, in this order.
    pub exactly: Option<Vec<V>>,
    /// Not there.
    pub absent: Option<Vec<V>>,
}

/// What one field must be like.
#[derive(Debug, Clone)]
pub struct FieldExpect<V> {
    /// The field.
    pub field: V,
    /// Its attributes: `required`, `options`, or any key of the element.
    pub attributes: Vec<(String, Matcher<V>)>,
}

/// A JSONPath: parsed when it is read, unless a template must be rendered first.
#[derive(Debug, Clone)]
pub enum Path<V> {
    /// Parsed.
    Parsed(Span, JsonPath),
    /// To be rendered.
    Raw(V),
}

/// What must have become of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionExpect {
    /// The answer names the session that it had.
    Same,
    /// The answer names another one.
    New,
    /// The answer names none.
    None,
}

impl Expect<Templated> {
    /// Reads an expectation.
    pub(super) fn read(node: &Node, reading: &mut Reading<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Map(_) => Full::read(node, reading).map(|full| Expect::Full(Box::new(full))),
            Kind::String(_) | Kind::Number(_) => {
                if let Kind::Number(number) = &node.kind
                    && number
                        .as_u64()
                        .is_none_or(|number| !(100..600).contains(&number) && !(1000..10_000).contains(&number))
                {
                    reading.mistake(
                        Diagnostic::mistake(
                            Code::ImpossibleExpectation,
                            node.span,
                            format!("{number} is neither an HTTP status nor an error code"),
                        )
                        .help("a number below 1000 is a status, one from 1000 a code of the API"),
                    );
                    return None;
                }
                Some(Expect::Short(Templated::read(node, reading)))
            }
            _ => {
                reading.wanted(node, "a step's title, `end`, `pending`, a code, a status or a map of checks");
                None
            }
        }
    }

    /// Renders its templates.
    pub fn render(&self, scope: &Scope) -> Result<Expect<Literal>, TemplateError> {
        Ok(match self {
            Expect::Short(value) => Expect::Short(render(value, scope)?),
            Expect::Full(full) => Expect::Full(Box::new(full.render(scope)?)),
        })
    }

    /// Every templated value in it.
    pub(super) fn each_value(&self, see: &mut dyn FnMut(&Templated)) {
        match self {
            Expect::Short(value) => see(value),
            Expect::Full(full) => full.each_value(see),
        }
    }
}

fn render(value: &Templated, scope: &Scope) -> Result<Literal, TemplateError> {
    Ok(Literal { span: value.span, value: value.render(scope)? })
}

fn render_matcher(matcher: &Matcher<Templated>, scope: &Scope) -> Result<Matcher<Literal>, TemplateError> {
    let matcher = matcher.try_map(&mut |value| render(value, scope))?;
    matcher.check()?;
    Ok(matcher)
}

fn render_list(list: &[Templated], scope: &Scope) -> Result<Vec<Literal>, TemplateError> {
    list.iter().map(|value| render(value, scope)).collect()
}

impl Full<Templated> {
    fn read(node: &Node, reading: &mut Reading<'_>) -> Option<Self> {
        let mut map = reading.mapping(node, "a map of checks")?;
        let mut full = Full {
            span: node.span,
            step: map.take("step").map(|value| Templated::read(value, reading)),
            properties: Vec::new(),
            error: map.take("error").and_then(|value| ErrorExpect::read(value, reading)).map(Box::new),
            status: map.take("status").and_then(|value| Matcher::read(value, reading)),
            headers: Vec::new(),
            elements: map.take("elements").and_then(|value| Elements::read(value, reading)).map(Box::new),
            fields: Vec::new(),
            json: Vec::new(),
            session: map.take("session").and_then(|value| read_session(value, reading)),
            within: map.take("within").and_then(|value| read_time(value, reading)),
        };
        for (property, key, _) in PROPERTIES {
            let matcher = map.take(key).and_then(|value| Matcher::read(value, reading));
            full.properties.extend(matcher.map(|matcher| (property, matcher)));
        }
        full.properties.shrink_to_fit();
        if let Some(entries) = map.take("headers").and_then(|value| reading.mapping(value, "a map of headers")) {
            full.headers.reserve_exact(entries.rest().len());
            for (_, key, value) in entries.rest() {
                let matcher = Matcher::read(value, reading);
                full.headers.extend(matcher.map(|matcher| (Templated::read_key(key, reading), matcher)));
            }
        }
        if let Some(entries) = map.take("fields").and_then(|value| reading.mapping(value, "a map of fields")) {
            full.fields.reserve_exact(entries.rest().len());
            full.fields
                .extend(entries.rest().iter().filter_map(|(_, key, value)| FieldExpect::read(key, value, reading)));
        }
        if let Some(entries) =
            map.take("json").and_then(|value| reading.mapping(value, "a map from JSONPath to a matcher"))
        {
            full.json.reserve_exact(entries.rest().len());
            for (_, key, value) in entries.rest() {
                let path = read_json_path(key, reading);
                let matcher = Matcher::read(value, reading);
                full.json.extend(path.zip(matcher));
            }
        }
        let empty = map.is_empty();
        reading.finish(map);
        if empty {
            reading.mistake(
                Diagnostic::mistake(Code::ChecksNothing, node.span, "an empty map checks nothing")
                    .help("say what must hold, such as `expect: { title: Address }`, or leave it out"),
            );
        }
        full.check_literals(reading);
        Some(full)
    }

    /// Notes values that can be told wrong before anything runs.
    fn check_literals(&self, reading: &mut Reading<'_>) {
        let mut wrong = |matcher: Option<&Matcher<Templated>>, what: &str, help: &str, fits: fn(&Value) -> bool| {
            if let Some(Matcher { test: Test::Literal(value), span }) = matcher
                && let Some(literal) = value.as_literal().filter(|literal| !fits(literal))
            {
                reading.mistake(
                    Diagnostic::mistake(Code::ImpossibleExpectation, *span, format!("{literal} is no {what}"))
                        .help(help),
                );
            }
        };
        wrong(self.status.as_ref(), "HTTP status", "a status is a number from 100 to 599", |value| {
            value.as_u64().is_some_and(|status| (100..600).contains(&status))
        });
        let code = self.error.as_ref().and_then(|error| error.code.as_ref());
        wrong(code, "error code", "a code is a number such as 4006; `draftgate explain` lists them", |value| {
            value.as_u64().is_some_and(|code| code >= 1000)
        });
        for (property, matcher) in &self.properties {
            match property {
                Property::CanGoBack => {
                    wrong(Some(matcher), "answer to whether one can go back", "write true or false", Value::is_boolean);
                }
                _ => wrong(
                    Some(matcher),
                    "text",
                    "what it must be is text, or a matcher such as `{ contains: … }`",
                    |value| value.is_string() || value.is_null() || value.is_number(),
                ),
            }
        }
        if let Some(step) =
            self.step.as_ref().and_then(Templated::as_literal).filter(|step| step.is_object() || step.is_array())
        {
            let span = self.step.as_ref().map_or(self.span, |step| step.span);
            reading.mistake(
                Diagnostic::mistake(
                    Code::ImpossibleExpectation,
                    span,
                    format!("{step} is no step's title, id or type"),
                )
                .help("write the title as text: `step: Address`"),
            );
        }
        let lists = self.elements.iter().flat_map(|elements| [&elements.ordered, &elements.exactly, &elements.absent]);
        for label in lists.flatten().flatten() {
            let literal = label.as_literal().filter(|label| label.is_object() || label.is_array() || label.is_null());
            if let Some(literal) = literal {
                reading.mistake(
                    Diagnostic::mistake(
                        Code::ImpossibleExpectation,
                        label.span,
                        format!("{literal} is no field's label"),
                    )
                    .help("what a field is like stands under `fields`"),
                );
            }
        }
    }

    fn render(&self, scope: &Scope) -> Result<Full<Literal>, TemplateError> {
        let optional = |value: &Option<Templated>| value.as_ref().map(|value| render(value, scope)).transpose();
        let matcher =
            |value: &Option<Matcher<Templated>>| value.as_ref().map(|value| render_matcher(value, scope)).transpose();
        Ok(Full {
            span: self.span,
            step: optional(&self.step)?,
            properties: self
                .properties
                .iter()
                .map(|(property, matcher)| Ok((*property, render_matcher(matcher, scope)?)))
                .collect::<Result<_, TemplateError>>()?,
            error: self.error.as_ref().map(|error| error.render(scope)).transpose()?.map(Box::new),
            status: matcher(&self.status)?,
            headers: self
                .headers
                .iter()
                .map(|(name, matcher)| Ok((render(name, scope)?, render_matcher(matcher, scope)?)))
                .collect::<Result<_, TemplateError>>()?,
            elements: self.elements.as_ref().map(|elements| elements.render(scope)).transpose()?.map(Box::new),
            fields: self.fields.iter().map(|field| field.render(scope)).collect::<Result<_, _>>()?,
            json: self
                .json
                .iter()
                .map(|(path, matcher)| Ok((path.render(scope)?, render_matcher(matcher, scope)?)))
                .collect::<Result<_, TemplateError>>()?,
            session: self.session,
            within: optional(&self.within)?,
        })
    }

    fn each_value(&self, see: &mut dyn FnMut(&Templated)) {
        self.step.iter().chain(&self.within).for_each(&mut *see);
        self.headers.iter().for_each(|(name, _)| see(name));
        self.fields.iter().for_each(|field| see(&field.field));
        self.error.iter().flat_map(|error| &error.field).for_each(&mut *see);
        if let Some(elements) = &self.elements {
            let lists = [&elements.ordered, &elements.exactly, &elements.absent];
            lists.into_iter().flatten().flatten().for_each(&mut *see);
        }
        for (path, _) in &self.json {
            if let Path::Raw(value) = path {
                see(value);
            }
        }
        let error = self.error.iter().flat_map(|error| [&error.code, &error.message]).flatten();
        let matchers = (self.properties.iter().map(|(_, matcher)| matcher))
            .chain(error)
            .chain(&self.status)
            .chain(self.headers.iter().map(|(_, matcher)| matcher))
            .chain(self.fields.iter().flat_map(|field| field.attributes.iter().map(|(_, matcher)| matcher)))
            .chain(self.json.iter().map(|(_, matcher)| matcher));
        for matcher in matchers {
            let seen: Result<Matcher<()>, ()> = matcher.try_map(&mut |value| {
                see(value);
                Ok(())
            });
            debug_assert!(seen.is_ok(), "looking at values cannot fail");
        }
    }
}
