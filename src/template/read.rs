//! From nodes to values with templates in them.

use std::sync::Arc;

use serde_json::Value;

use super::mistake::{single_equals, too_long, unreadable};
use super::{Compiled, Form, LONGEST_EXPRESSION, SECRET, Template, Templated, environment};
use crate::source::Span;
use crate::yaml::{Kind, Node, Reading};

impl Templated {
    /// Reads a node; templates that cannot be read are noted as mistakes.
    pub fn read(node: &Node, reading: &mut Reading<'_>) -> Self {
        let form = match &node.kind {
            Kind::String(text) => read_text(text, node.span, reading),
            Kind::List(items) => {
                let items: Box<[Templated]> = items.iter().map(|item| Templated::read(item, reading)).collect();
                if items.iter().all(Templated::is_literal) {
                    literal(node.to_json(reading.sources))
                } else {
                    Form::List(items)
                }
            }
            Kind::Map(entries) => {
                let entries: Box<[(Templated, Templated)]> = entries
                    .iter()
                    .map(|(key, value)| (Templated::read_key(key, reading), Templated::read(value, reading)))
                    .collect();
                if entries.iter().all(|(key, value)| key.is_literal() && value.is_literal()) {
                    literal(node.to_json(reading.sources))
                } else {
                    Form::Map(entries)
                }
            }
            Kind::Number(number) => {
                let written = reading.sources.slice(node.span).trim();
                match written.is_empty() || written == number.to_string() {
                    true => Form::Number(number.clone()),
                    false => Form::Written(Box::new((Value::Number(number.clone()), written.into()))),
                }
            }
            Kind::Null | Kind::Bool(_) => literal(node.to_json(reading.sources)),
        };
        Templated { span: node.span, form }
    }

    /// Reads a map's key, which is text whatever it looks like.
    pub fn read_key(key: &Node, reading: &mut Reading<'_>) -> Self {
        let text = key.key_text(reading.sources);
        Templated { span: key.span, form: read_text(&text, key.span, reading) }
    }

    /// Reads an expression that stands without braces, as `when` has it; braces round the whole of it are allowed.
    pub fn read_expression(node: &Node, reading: &mut Reading<'_>) -> Self {
        let form = match &node.kind {
            Kind::String(text) if text.len() > LONGEST_EXPRESSION => {
                reading.mistake(too_long(node.span));
                literal(Value::Bool(true))
            }
            Kind::String(text) => match compile(inner_of(text).unwrap_or(text)) {
                Ok(compiled) => Form::Expression(Arc::new(compiled)),
                Err(error) => {
                    let source = inner_of(text).unwrap_or(text);
                    let mistake = unreadable(reading.sources, node.span, source, &error);
                    reading.mistake(mistake.maybe_help(single_equals(source)));
                    literal(Value::Null)
                }
            },
            Kind::Bool(_) => literal(node.to_json(reading.sources)),
            _ => {
                reading.wanted(node, "an expression such as `matched == true`");
                literal(Value::Bool(true))
            }
        };
        Templated { span: node.span, form }
    }
}

pub(super) fn literal(value: Value) -> Form {
    match value {
        Value::String(text) => Form::Text(text.into()),
        Value::Number(number) => Form::Number(number),
        value => Form::Literal(Box::new(value)),
    }
}

fn read_text(text: &str, span: Span, reading: &mut Reading<'_>) -> Form {
    if !text.contains("{{") && !text.contains("{%") {
        return Form::Text(text.into());
    }
    if longest_block(text) > LONGEST_EXPRESSION {
        reading.mistake(too_long(span));
        return Form::Text(text.into());
    }
    if let Some(inner) = inner_of(text)
        && let Ok(compiled) = compile(inner)
    {
        return Form::Expression(Arc::new(compiled));
    }
    match environment().template_from_str(text) {
        Ok(_) => {
            let expressions = text.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0));
            let expressions = expressions.filter(|inner| inner.contains(SECRET));
            let compiled = expressions.filter_map(|inner| compile(inner.trim_matches('-').trim()).ok());
            let secrets = compiled.filter(|compiled| compiled.reads_secret).collect();
            Form::Template(Arc::new(Template { source: text.into(), secrets }))
        }
        Err(error) => {
            reading.mistake(unreadable(reading.sources, span, text, &error));
            Form::Text(text.into())
        }
    }
}

/// The length of the longest `{{ … }}` or `{% … %}`.
fn longest_block(text: &str) -> usize {
    let starts = text.match_indices("{{").chain(text.match_indices("{%")).map(|(at, _)| at);
    starts
        .map(|at| text[at..].find("}}").into_iter().chain(text[at..].find("%}")).min().unwrap_or(text.len() - at))
        .max()
        .unwrap_or(0)
}

/// What stands between the braces of a text that may be one whole template.
fn inner_of(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    Some(inner.strip_prefix('-').unwrap_or(inner).strip_suffix('-').unwrap_or(inner).trim())
}

fn compile(source: &str) -> Result<Compiled, minijinja::Error> {
    let expression = environment().compile_expression_owned(source.to_owned())?;
    let reads_secret = source.contains(SECRET) && expression.undeclared_variables(false).contains(SECRET);
    Ok(Compiled { source: source.to_owned(), expression, reads_secret })
}
