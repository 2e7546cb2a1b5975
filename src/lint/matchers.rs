//! Matchers that nothing satisfies.

use serde_json::Value;

use super::Material;
use crate::matcher::evaluate::Subject;
use crate::matcher::{Literal, Matcher, Test};
use crate::scenario::expectation::{Expect, Full};
use crate::scenario::{Repeat, Step};
use crate::source::{Code, Diagnostic, Span};
use crate::template::Templated;

/// Looks at every matcher of every expectation.
pub(super) fn check(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    for step in material.suite.scenarios.iter().flat_map(|scenario| scenario.all_steps()) {
        for full in expectations(step) {
            for matcher in matchers(full) {
                found.extend(impossible(matcher));
            }
        }
    }
}

fn expectations(step: &Step) -> impl Iterator<Item = &Full<Templated>> {
    let until = match step.repeat.as_deref() {
        Some(Repeat::Until { until, .. }) => Some(&**until),
        _ => None,
    };
    step.expect.iter().chain(until).filter_map(|expect| match expect {
        Expect::Full(full) => Some(&**full),
        Expect::Short(_) => None,
    })
}

fn matchers(full: &Full<Templated>) -> impl Iterator<Item = &Matcher<Templated>> {
    let error = full.error.iter().flat_map(|error| [&error.code, &error.message]).flatten();
    let fields = full.fields.iter().flat_map(|field| &field.attributes).map(|(_, matcher)| matcher);
    (full.properties.iter().map(|(_, matcher)| matcher))
        .chain(error)
        .chain(&full.status)
        .chain(full.headers.iter().map(|(_, matcher)| matcher))
        .chain(fields)
        .chain(full.json.iter().map(|(_, matcher)| matcher))
}

/// Why nothing satisfies a matcher, where that can be told.
fn impossible(matcher: &Matcher<Templated>) -> Option<Diagnostic> {
    match &matcher.test {
        Test::Not(_) => None,
        Test::Every(inner) | Test::Any(inner) | Test::Length(inner) => impossible(inner),
        Test::OneOf(list) => {
            let empty = list.as_literal().is_some_and(|list| list.as_array().is_some_and(Vec::is_empty));
            empty.then(|| {
                Diagnostic::mistake(Code::ImpossibleMatcher, matcher.span, "nothing is one of an empty list")
                    .help("list the values that are right")
            })
        }
        Test::Between(pair) => {
            let pair = pair.as_literal()?;
            let [low, high] = &pair.as_array()?[..] else { return None };
            above(low, high).then(|| {
                Diagnostic::mistake(
                    Code::ImpossibleMatcher,
                    matcher.span,
                    format!("nothing lies between {low} and {high}"),
                )
                .help(format!("the smaller end comes first: [{high}, {low}]"))
            })
        }
        Test::Matches(pattern) => {
            let pattern = pattern.as_str()?;
            let never = regex_syntax::parse(pattern).is_ok_and(|hir| never_matches(&hir));
            never.then(|| {
                Diagnostic::mistake(Code::ImpossibleMatcher, matcher.span, format!("no text matches {pattern}"))
                    .help("`^` stands for the beginning of the text and `$` for its end; write \\$ for the character")
            })
        }
        Test::AllOf(all) => all.iter().find_map(impossible).or_else(|| together(matcher.span, all)),
        _ => None,
    }
}

/// Whether the first of two values lies above the second; values of different kinds do not compare.
fn above(low: &Value, high: &Value) -> bool {
    match (low, high) {
        (Value::Number(low), Value::Number(high)) => low.as_f64() > high.as_f64(),
        (Value::String(low), Value::String(high)) => low > high,
        _ => false,
    }
}

/// Several matchers of which each may hold, but not all of them for one value.
fn together(span: Span, all: &[Matcher<Templated>]) -> Option<Diagnostic> {
    let bound = |matcher: &Matcher<Templated>| match &matcher.test {
        Test::Gt(value) => Some((true, true, value.as_literal()?.into_owned())),
        Test::Gte(value) => Some((true, false, value.as_literal()?.into_owned())),
        Test::Lt(value) => Some((false, true, value.as_literal()?.into_owned())),
        Test::Lte(value) => Some((false, false, value.as_literal()?.into_owned())),
        _ => None,
    };
    let bounds: Vec<(bool, bool, Value)> = all.iter().filter_map(bound).collect();
    for (_, strict, low) in bounds.iter().filter(|(lower, ..)| *lower) {
        for (_, also, high) in bounds.iter().filter(|(lower, ..)| !lower) {
            let same = low == high && (*strict || *also);
            if above(low, high) || same {
                return Some(
                    Diagnostic::mistake(
                        Code::ImpossibleMatcher,
                        span,
                        format!("nothing is above {low} and below {high}"),
                    )
                    .help("the smaller number belongs to `gt` or `gte`, the larger to `lt` or `lte`"),
                );
            }
        }
    }
    let exact = all.iter().find_map(|matcher| match &matcher.test {
        Test::Equals(value) => value.as_literal(),
        _ => None,
    })?;
    let other = all.iter().find_map(|matcher| {
        let literal: Matcher<Literal> = matcher
            .try_map(&mut |value| match value.as_literal() {
                Some(literal) => Ok(Literal { span: value.span, value: literal.into_owned() }),
                None => Err(()),
            })
            .ok()?;
        literal.judge(Subject::One(&exact)).map(|mismatch| (matcher.span, mismatch.expected))
    });
    other.map(|(other, expected)| {
        Diagnostic::mistake(Code::ImpossibleMatcher, other, format!("what equals {exact} is never {expected}"))
            .help("keep one of the two")
    })
}

/// Whether a pattern has something before the beginning of the text, after its end, or asks for a character of no kind.
fn never_matches(hir: &regex_syntax::hir::Hir) -> bool {
    use regex_syntax::hir::{Class, HirKind, Look};
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => class.ranges().is_empty(),
        HirKind::Class(Class::Bytes(class)) => class.ranges().is_empty(),
        HirKind::Capture(inner) => never_matches(&inner.sub),
        HirKind::Repetition(inner) => inner.min > 0 && never_matches(&inner.sub),
        HirKind::Alternation(all) => all.iter().all(never_matches),
        HirKind::Concat(all) => {
            let consumes = |hir: &regex_syntax::hir::Hir| hir.properties().minimum_len().is_some_and(|least| least > 0);
            let is =
                |hir: &regex_syntax::hir::Hir, look: Look| matches!(hir.kind(), HirKind::Look(found) if *found == look);
            let late = all.iter().enumerate().any(|(at, hir)| is(hir, Look::Start) && all[..at].iter().any(consumes));
            let early =
                all.iter().enumerate().any(|(at, hir)| is(hir, Look::End) && all[at + 1..].iter().any(consumes));
            late || early || all.iter().any(never_matches)
        }
        _ => false,
    }
}
