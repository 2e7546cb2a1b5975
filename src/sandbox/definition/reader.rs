//! Reading keys of a map: each reader takes one key, notes what is wrong with it and goes on, so that all mistakes of a
//! file come out together.

use std::time::Duration;

use super::expression::Expression;
use crate::sandbox::fault::{TIME_HELP, parse_time};
use crate::source::{Code, Diagnostic, Sources, Span};
use crate::yaml::{Kind, Mapping, Node, not_a_switch, not_wanted, unknown_word};

/// Reads values and gathers mistakes.
pub(super) struct Reader<'a> {
    pub(super) sources: &'a Sources,
    pub(super) mistakes: Vec<Diagnostic>,
}

/// The longest expression, in bytes: the engine recurses over chains of operators.
const LONGEST_EXPRESSION: usize = 2_000;

/// What an expression asks for.
pub(super) struct Ask {
    /// The names, each with those below it.
    pub(super) names: Vec<String>,
    /// Where the expression stands.
    pub(super) span: Span,
    /// What it sees beside the nodes.
    pub(super) own: &'static [&'static str],
}

impl<'a> Reader<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Reader { sources, mistakes: Vec::new() }
    }

    pub(super) fn report(&mut self, mistake: Diagnostic) {
        self.mistakes.push(mistake);
    }

    /// Takes the value out of a result, noting a mistake.
    pub(super) fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|mistake| self.report(mistake)).ok()
    }

    pub(super) fn wanted(&mut self, node: &Node, wanted: &str) {
        self.report(not_wanted(node, wanted));
    }

    /// A map.
    pub(super) fn map<'n>(&mut self, node: &'n Node, wanted: &str) -> Option<Mapping<'n>> {
        let result = Mapping::of(node, self.sources, wanted);
        self.keep(result)
    }

    /// Reports the keys that nobody took.
    pub(super) fn close(&mut self, map: Mapping<'_>) {
        self.mistakes.extend(map.unknown());
    }

    /// A text; numbers and booleans as they are written.
    pub(super) fn text_of(&mut self, node: &Node) -> Option<String> {
        match &node.kind {
            Kind::String(text) => Some(text.clone()),
            Kind::Number(_) | Kind::Bool(_) => Some(node.key_text(self.sources)),
            _ => {
                self.wanted(node, "a text");
                None
            }
        }
    }

    pub(super) fn text(&mut self, map: &mut Mapping<'_>, key: &'static str) -> Option<String> {
        let node = map.take(key)?;
        self.text_of(node)
    }

    pub(super) fn flag(&mut self, map: &mut Mapping<'_>, key: &'static str) -> Option<bool> {
        let node = map.take(key)?;
        match node.kind {
            Kind::Bool(value) => Some(value),
            _ => {
                self.report(not_a_switch(node, "`true` or `false`"));
                None
            }
        }
    }

    pub(super) fn length_of(&mut self, node: &Node) -> Option<usize> {
        let number = match &node.kind {
            Kind::Number(number) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
            _ => None,
        };
        if number.is_none() {
            self.wanted(node, "a number of characters");
        }
        number
    }

    /// A time: `2s`, `500ms`, `1m`. A number says nothing without its unit, here as in a scenario.
    pub(super) fn time(&mut self, map: &mut Mapping<'_>, key: &'static str) -> Option<Duration> {
        let node = map.take(key)?;
        let time = match &node.kind {
            Kind::String(text) => parse_time(text),
            _ => None,
        };
        if time.is_none() {
            self.wanted(node, "a time of at most a day");
            if let Some(mistake) = self.mistakes.last_mut() {
                mistake.help = Some(match &node.kind {
                    Kind::Number(number) => format!("write `{number}s` or `{number}ms`"),
                    _ => TIME_HELP.to_owned(),
                });
            }
        }
        time
    }

    pub(super) fn list<'n>(&mut self, map: &mut Mapping<'n>, key: &'static str) -> Option<&'n [Node]> {
        let node = map.take(key)?;
        match &node.kind {
            Kind::List(items) => Some(items),
            _ => {
                self.wanted(node, "a list");
                None
            }
        }
    }

    fn expression(&mut self, map: &mut Mapping<'_>, key: &'static str) -> Option<(Expression, Span)> {
        let node = map.take(key)?;
        let source = self.text_of(node)?;
        if source.len() > LONGEST_EXPRESSION {
            let message = format!("this expression has more than {LONGEST_EXPRESSION} characters");
            self.report(
                Diagnostic::mistake(Code::BadExpression, node.span, message).help("split it over several conditions"),
            );
            return None;
        }
        match Expression::compile(&source) {
            Ok(expression) => Some((expression, node.span)),
            Err(error) => {
                let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
                self.report(
                    Diagnostic::mistake(Code::BadExpression, node.span, format!("this is not an expression: {reason}"))
                        .help("an expression reads like `personal.last_name != 'Smith' and person_match.match`"),
                );
                None
            }
        }
    }

    /// Takes an expression that sees the nodes and some names of its own, and notes what it asks for.
    pub(super) fn ask(
        &mut self,
        map: &mut Mapping<'_>,
        key: &'static str,
        own: &'static [&'static str],
        asks: &mut Vec<Ask>,
    ) -> Option<Expression> {
        let (expression, span) = self.expression(map, key)?;
        asks.push(Ask { names: expression.names(), span, own });
        Some(expression)
    }

    /// One of some words, in whatever case.
    pub(super) fn word(&mut self, node: &Node, what: &str, known: &[&'static str]) -> Option<&'static str> {
        let text = self.text_of(node)?;
        let found = known.iter().find(|word| word.eq_ignore_ascii_case(&text)).copied();
        if found.is_none() {
            self.report(unknown_word(node.span, what, &text, known));
        }
        found
    }
}
