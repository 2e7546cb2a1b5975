//! The parts of an expectation that have a shape of their own: errors, elements, fields, paths, the session.

use super::super::options::{read_path, rendered_no_path};
use super::{Elements, ErrorExpect, FieldExpect, Path, SessionExpect, render, render_list, render_matcher};
use crate::jsonpath::JsonPath;
use crate::matcher::{Literal, MATCHERS, Matcher};
use crate::source::{Code, Diagnostic, Span};
use crate::template::scope::Scope;
use crate::template::{TemplateError, Templated};
use crate::yaml::{Kind, Node, Reading};

impl ErrorExpect<Templated> {
    pub(super) fn read(node: &Node, reading: &mut Reading<'_>) -> Option<Self> {
        // A matcher of the code, unless no key of it is a matcher's name.
        let is_map_of_ours = matches!(&node.kind, Kind::Map(entries) if entries.iter().all(|(key, _)| {
            MATCHERS.iter().all(|(name, _)| key.as_str() != Some(name))
        }));
        if !is_map_of_ours {
            let code = Matcher::read(node, reading)?;
            return Some(ErrorExpect { span: node.span, code: Some(code), message: None, field: None });
        }
        let mut map = reading.mapping(node, "a code, or `{code, message, field}`")?;
        let code = map.take("code").and_then(|value| Matcher::read(value, reading));
        let message = map.take("message").and_then(|value| Matcher::read(value, reading));
        let field = map.take("field").map(|value| Templated::read(value, reading));
        reading.finish(map);
        Some(ErrorExpect { span: node.span, code, message, field })
    }

    pub(super) fn render(&self, scope: &Scope) -> Result<ErrorExpect<Literal>, TemplateError> {
        let matcher =
            |value: &Option<Matcher<Templated>>| value.as_ref().map(|value| render_matcher(value, scope)).transpose();
        Ok(ErrorExpect {
            span: self.span,
            code: matcher(&self.code)?,
            message: matcher(&self.message)?,
            field: self.field.as_ref().map(|field| render(field, scope)).transpose()?,
        })
    }
}

impl Elements<Templated> {
    pub(super) fn read(node: &Node, reading: &mut Reading<'_>) -> Option<Self> {
        let list = |node: &Node, reading: &mut Reading<'_>| -> Vec<Templated> {
            reading.list(node).iter().map(|item| Templated::read(item, reading)).collect()
        };
        let mut elements = Elements { span: node.span, ordered: None, exactly: None, absent: None };
        if !matches!(node.kind, Kind::Map(_)) {
            elements.ordered = Some(list(node, reading));
            if elements.ordered.as_ref().is_some_and(Vec::is_empty) {
                let help = "for a step without fields, write `{exactly: []}`";
                reading.mistake(
                    Diagnostic::mistake(Code::ChecksNothing, node.span, "an empty list of fields checks nothing")
                        .help(help),
                );
            }
            return Some(elements);
        }
        let mut map = reading.mapping(node, "a list of fields, `{exactly: […]}` or `{absent: […]}`")?;
        elements.ordered = map.take("in_order").map(|value| list(value, reading));
        elements.exactly = map.take("exactly").map(|value| list(value, reading));
        elements.absent = map.take("absent").map(|value| list(value, reading));
        reading.finish(map);
        Some(elements)
    }

    pub(super) fn render(&self, scope: &Scope) -> Result<Elements<Literal>, TemplateError> {
        let list = |list: &Option<Vec<Templated>>| list.as_ref().map(|list| render_list(list, scope)).transpose();
        Ok(Elements {
            span: self.span,
            ordered: list(&self.ordered)?,
            exactly: list(&self.exactly)?,
            absent: list(&self.absent)?,
        })
    }
}

impl FieldExpect<Templated> {
    pub(super) fn read(key: &Node, value: &Node, reading: &mut Reading<'_>) -> Option<Self> {
        let field = Templated::read_key(key, reading);
        let map = reading.mapping(value, "a map such as `{required: true, type: text}`")?;
        let mut attributes = Vec::with_capacity(map.rest().len());
        for (name, _, value) in map.rest() {
            attributes.extend(Matcher::read(value, reading).map(|matcher| (name.clone(), matcher)));
        }
        Some(FieldExpect { field, attributes })
    }

    pub(super) fn render(&self, scope: &Scope) -> Result<FieldExpect<Literal>, TemplateError> {
        let attributes =
            self.attributes.iter().map(|(name, matcher)| Ok((name.clone(), render_matcher(matcher, scope)?)));
        Ok(FieldExpect {
            field: render(&self.field, scope)?,
            attributes: attributes.collect::<Result<_, TemplateError>>()?,
        })
    }
}

impl Path<Templated> {
    pub(super) fn render(&self, scope: &Scope) -> Result<Path<Literal>, TemplateError> {
        match self {
            Path::Parsed(span, path) => Ok(Path::Parsed(*span, path.clone())),
            Path::Raw(raw) => {
                let text = raw.render_text(scope)?;
                let path = JsonPath::parse(&text).map_err(|error| rendered_no_path(raw.span, &text, &error))?;
                Ok(Path::Parsed(raw.span, path))
            }
        }
    }
}

pub(super) fn read_json_path(key: &Node, reading: &mut Reading<'_>) -> Option<Path<Templated>> {
    let text = Templated::read_key(key, reading);
    match text.as_str() {
        Some(_) => read_path(key, reading).map(|path| Path::Parsed(key.span, path)),
        None => Some(Path::Raw(text)),
    }
}

pub(super) fn read_session(node: &Node, reading: &mut Reading<'_>) -> Option<(Span, SessionExpect)> {
    let known = [("same", SessionExpect::Same), ("new", SessionExpect::New), ("none", SessionExpect::None)];
    Some((node.span, reading.one_of(node, &known)?))
}
