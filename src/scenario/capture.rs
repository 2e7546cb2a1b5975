//! What a step remembers of its answer.

use super::options::{read_path, rendered_no_path};
use super::step::check_name;
use crate::jsonpath::JsonPath;
use crate::source::{Code, Diagnostic, Span};
use crate::template::scope::Scope;
use crate::template::{TemplateError, Templated};
use crate::yaml::{Node, Reading};

/// A value remembered under a name.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The name.
    pub name: String,
    /// Where the value is described.
    pub span: Span,
    /// Where it comes from.
    pub from: CaptureFrom,
}

/// Where a captured value comes from.
#[derive(Debug, Clone)]
pub enum CaptureFrom {
    /// A node of the body.
    Path(JsonPath),
    /// A response header.
    Header(String),
    /// The id of an element.
    Field(String),
    /// The applicant's session.
    Session,
    /// A template that gives one of the above.
    Template(Templated),
}

/// What can be captured, for messages.
const CAPTURES: &str = "capture `$.json.path`, `header NAME`, `field LABEL` or `session`";

impl Capture {
    /// Where the value comes from, once its template is rendered.
    pub fn resolve(&self, scope: &Scope) -> Result<CaptureFrom, TemplateError> {
        let CaptureFrom::Template(template) = &self.from else { return Ok(self.from.clone()) };
        let text = template.render_text(scope)?;
        if text.starts_with('$') {
            let path = JsonPath::parse(&text).map_err(|error| rendered_no_path(self.span, &text, &error))?;
            return Ok(CaptureFrom::Path(path));
        }
        CaptureFrom::of_words(&text).ok_or_else(|| Box::new(not_captured(self.span, &text)))
    }
}

fn not_captured(span: Span, text: &str) -> Diagnostic {
    Diagnostic::mistake(Code::BadCapture, span, format!("{text:?} cannot be captured")).help(CAPTURES)
}

impl CaptureFrom {
    /// Everything but a path.
    fn of_words(text: &str) -> Option<Self> {
        match text.split_once(char::is_whitespace) {
            Some(("header", name)) => Some(CaptureFrom::Header(name.trim().to_owned())),
            Some(("field", label)) => Some(CaptureFrom::Field(label.trim().to_owned())),
            None if text == "session" => Some(CaptureFrom::Session),
            _ => None,
        }
    }
}

/// Reads `capture`.
pub(super) fn read_captures(node: &Node, reading: &mut Reading<'_>) -> Vec<Capture> {
    let Some(map) = reading.mapping(node, "a map from names to what is captured") else { return Vec::new() };
    let mut captures = Vec::with_capacity(map.rest().len());
    for (name, key, value) in map.rest() {
        if !check_name(name, key.span, reading) {
            continue;
        }
        let from = read_capture(value, reading);
        captures.extend(from.map(|from| Capture { name: name.clone(), span: value.span, from }));
    }
    captures
}

fn read_capture(node: &Node, reading: &mut Reading<'_>) -> Option<CaptureFrom> {
    let text = reading.string(node, "what is captured")?;
    if text.contains("{{") {
        return Some(CaptureFrom::Template(Templated::read(node, reading)));
    }
    if text.starts_with('$') {
        return read_path(node, reading).map(CaptureFrom::Path);
    }
    let from = CaptureFrom::of_words(text);
    if from.is_none() {
        reading.mistake(not_captured(node.span, text));
    }
    from
}
