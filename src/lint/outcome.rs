//! What a step's expectation says of its answer, as far as that can be told before anything runs.

use std::borrow::Cow;

use serde_json::Value;

use crate::matcher::{Matcher, Test};
use crate::scenario::expectation::{Expect, Full, Property};
use crate::scenario::{Repeat, Step};
use crate::source::Span;
use crate::template::Templated;

/// What must come back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Outcome<'a> {
    /// An error, of this code where one is named.
    Error(Option<i64>),
    /// The step of this title or type, and where it is named.
    Step(&'a str, Span),
    /// The end.
    End,
    /// A pending answer.
    Pending,
    /// Any answer that is no error.
    Success,
    /// A template decides.
    Unknown,
}

impl<'a> Outcome<'a> {
    /// What a step asks of its answer.
    pub fn of(step: &'a Step) -> Self {
        match (&step.expect, step.repeat.as_deref()) {
            (None, Some(Repeat::Until { .. })) => Outcome::Unknown,
            (None, _) => Outcome::Success,
            (Some(Expect::Short(value)), _) => short(value),
            (Some(Expect::Full(full)), _) => of_full(full),
        }
    }

    /// Whether the answer is certainly no error.
    pub fn succeeds(self) -> bool {
        !matches!(self, Outcome::Error(_) | Outcome::Unknown)
    }
}

fn short(value: &Templated) -> Outcome<'_> {
    match (value.as_str(), value.as_literal()) {
        (Some(name), _) => named(name, value.span),
        (None, Some(number)) => match number.as_i64() {
            Some(code) if code >= 1000 => Outcome::Error(Some(code)),
            Some(400..) => Outcome::Error(None),
            Some(_) => Outcome::Success,
            None => Outcome::Unknown,
        },
        (None, None) => Outcome::Unknown,
    }
}

fn named(name: &str, span: Span) -> Outcome<'_> {
    match name {
        "end" => Outcome::End,
        "pending" => Outcome::Pending,
        name => Outcome::Step(name, span),
    }
}

fn of_full(full: &Full<Templated>) -> Outcome<'_> {
    if let Some(error) = &full.error {
        return Outcome::Error(error.code.as_ref().and_then(literal).and_then(|code| code.as_i64()));
    }
    if let Some(step) = &full.step {
        return step.as_str().map_or(Outcome::Unknown, |name| named(name, step.span));
    }
    if let Some(status) = &full.status {
        match literal(status).and_then(|status| status.as_u64()) {
            Some(400..) => return Outcome::Error(None),
            Some(_) => {}
            None => return Outcome::Unknown,
        }
    }
    for (property, matcher) in &full.properties {
        let name = || text(matcher);
        match property {
            // A form may be called "end".
            Property::Title => return name().map_or(Outcome::Unknown, |name| Outcome::Step(name, matcher.span)),
            Property::Type => return name().map_or(Outcome::Unknown, |name| named(name, matcher.span)),
            _ => {}
        }
    }
    Outcome::Success
}

/// The value that a matcher is equal to, where it is written out.
pub(super) fn literal(matcher: &Matcher<Templated>) -> Option<Cow<'_, Value>> {
    equal(matcher)?.as_literal()
}

/// The text that a matcher is equal to, where it is written out.
pub(super) fn text(matcher: &Matcher<Templated>) -> Option<&str> {
    equal(matcher)?.as_str()
}

fn equal(matcher: &Matcher<Templated>) -> Option<&Templated> {
    match &matcher.test {
        Test::Literal(value) | Test::Equals(value) => Some(value),
        _ => None,
    }
}
