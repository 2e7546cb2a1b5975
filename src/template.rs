//! Values with templates in them: `{{ expression }}` in any string.
//!
//! [`Templated`] is a value as it was written. A string without `{{` or `{%` is a literal and costs nothing; a string that
//! is one whole template keeps the value's type; anything else is text. [`scope::Scope`] is what the
//! expressions see.

mod functions;
mod mistake;
mod read;
pub mod scope;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use minijinja::{Environment, Expression, UndefinedBehavior};
use serde_json::{Number, Value};

use crate::fake;
use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, Span};
use crate::yaml::Reading;
use mistake::{advice, broken, whole_operand};
use read::literal;
use scope::Scope;

/// A value as it was written, its templates not rendered yet.
#[derive(Debug, Clone)]
pub struct Templated {
    /// Where it stands.
    pub span: Span,
    form: Form,
}

/// A suite holds very many, nearly all of them short texts: one is to take little more room than its text.
#[derive(Debug, Clone)]
enum Form {
    /// A literal that is text.
    Text(Box<str>),
    /// A literal that is a number, written as its value is.
    Number(Number),
    /// A number, and how it is written: that says more than its value.
    Written(Box<(Value, Box<str>)>),
    /// Any other literal.
    Literal(Box<Value>),
    Expression(Arc<Compiled>),
    Template(Arc<Template>),
    List(Box<[Templated]>),
    Map(Box<[(Templated, Templated)]>),
}

/// A text with templates in it.
#[derive(Debug)]
struct Template {
    source: Box<str>,
    /// The expressions in it that read secrets.
    secrets: Box<[Compiled]>,
}

struct Compiled {
    source: String,
    expression: Expression<'static, 'static>,
    /// Whether it reads a secret.
    reads_secret: bool,
}

impl Compiled {
    /// What a filter makes of a secret is one as well. What the expression itself writes out is none: a default, say.
    fn tell_secrets(&self, value: &Value, scope: &Scope) {
        match value {
            _ if !self.reads_secret => {}
            Value::String(text) if text.chars().count() >= SHORTEST_SECRET && !self.source.contains(text.as_str()) => {
                scope.world().redactor.add(text);
            }
            Value::Array(items) => items.iter().for_each(|item| self.tell_secrets(item, scope)),
            Value::Object(members) => members.values().for_each(|value| self.tell_secrets(value, scope)),
            _ => {}
        }
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{{{{ {} }}}}", self.source)
    }
}

/// A template that could not be rendered, or an expression that could not be read.
pub type TemplateError = Box<Diagnostic>;

/// What one template may compute, in the engine's own steps: enough for any scenario, and an end to endless loops.
const FUEL: u64 = 200_000;
/// The longest expression, in bytes: the engine recurses over chains of operators.
const LONGEST_EXPRESSION: usize = 2_000;
/// The longest text that a template may give, in bytes.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;

/// The name under which templates read secrets.
const SECRET: &str = "secret";
/// The fewest characters of what an expression makes of a secret that are masked.
const SHORTEST_SECRET: usize = 4;

fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_debug(true);
        if let Ok(syntax) = minijinja::syntax::SyntaxConfig::builder().keep_trailing_newline(true).build() {
            environment.set_syntax(syntax);
        }
        environment.set_recursion_limit(64);
        environment.set_fuel(Some(FUEL));
        functions::register(&mut environment);
        environment
    })
}

impl Templated {
    /// A value that holds no template.
    pub fn literal(span: Span, value: Value) -> Self {
        Templated { span, form: literal(value) }
    }

    /// The value, when it holds no template.
    pub fn as_literal(&self) -> Option<Cow<'_, Value>> {
        match &self.form {
            Form::Text(text) => Some(Cow::Owned(Value::from(&**text))),
            Form::Number(number) => Some(Cow::Owned(Value::from(number.clone()))),
            Form::Written(written) => Some(Cow::Borrowed(&written.0)),
            Form::Literal(value) => Some(Cow::Borrowed(value)),
            Form::Expression(_) | Form::Template(_) | Form::List(_) | Form::Map(_) => None,
        }
    }

    /// The text, when it is one that holds no template.
    pub fn as_str(&self) -> Option<&str> {
        match &self.form {
            Form::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Every value in it that holds no template; the keys of maps are none.
    pub fn each_literal(&self, see: &mut dyn FnMut(&Value)) {
        match &self.form {
            Form::Text(_) | Form::Number(_) | Form::Written(_) | Form::Literal(_) => {
                self.as_literal().iter().for_each(|value| see(value));
                self.written().into_iter().for_each(|written| see(&Value::from(written)));
            }
            Form::List(items) => items.iter().for_each(|item| item.each_literal(see)),
            Form::Map(entries) => entries.iter().for_each(|(_, value)| value.each_literal(see)),
            Form::Expression(_) | Form::Template(_) => {}
        }
    }

    /// The name, when it is one whole template with nothing but a name in it.
    pub fn variable(&self) -> Option<&str> {
        let Form::Expression(compiled) = &self.form else { return None };
        let name = compiled.source.trim();
        let letter = |c: char| c.is_alphanumeric() || c == '_';
        (name.chars().all(letter) && name.starts_with(|c: char| c.is_alphabetic() || c == '_')).then_some(name)
    }

    /// Whether it holds no template.
    pub fn is_literal(&self) -> bool {
        matches!(self.form, Form::Text(_) | Form::Number(_) | Form::Written(_) | Form::Literal(_))
    }

    /// A literal number as it was written, where that says more than its value: `1.50`.
    pub fn written(&self) -> Option<&str> {
        match &self.form {
            Form::Written(written) => Some(&written.1),
            _ => None,
        }
    }

    /// Renders the value in a scope.
    pub fn render(&self, scope: &Scope) -> Result<Value, TemplateError> {
        match &self.form {
            Form::Text(text) => Ok(Value::from(&**text)),
            Form::Number(number) => Ok(Value::from(number.clone())),
            Form::Written(written) => Ok(written.0.clone()),
            Form::Literal(value) => Ok((**value).clone()),
            Form::List(items) => items.iter().map(|item| item.render(scope)).collect(),
            Form::Map(entries) => {
                let mut map = serde_json::Map::new();
                for (key, value) in entries {
                    map.insert(key.render_text(scope)?, value.render(scope)?);
                }
                Ok(Value::Object(map))
            }
            Form::Expression(compiled) => {
                let value = compiled
                    .expression
                    .eval(scope.context(self.span))
                    .map_err(|error| self.failed(&error, &compiled.source, scope))?;
                if value.is_undefined() {
                    return Err(self.undefined(&compiled.source, scope));
                }
                if value.kind() == minijinja::value::ValueKind::Plain {
                    let message = format!("`{}` is a function, not a value", compiled.source);
                    return Err(Box::new(
                        Diagnostic::mistake(Code::TemplateFailed, self.span, message)
                            .help(format!("call it: `{}()`", compiled.source)),
                    ));
                }
                self.check_size(value.as_str().map_or(0, str::len))?;
                let value = serde_json::to_value(&value).map_err(|error| {
                    Box::new(Diagnostic::mistake(
                        Code::TemplateFailed,
                        self.span,
                        format!("`{}` gives nothing that JSON can hold: {error}", compiled.source),
                    ))
                })?;
                compiled.tell_secrets(&value, scope);
                Ok(value)
            }
            Form::Template(template) => {
                let Template { source, secrets } = &**template;
                for compiled in secrets {
                    // What fails here fails below as well, or asks for a name that the text itself defines.
                    if let Ok(value) = compiled.expression.eval(scope.context(self.span))
                        && let Ok(value) = serde_json::to_value(&value)
                    {
                        compiled.tell_secrets(&value, scope);
                    }
                }
                let text = environment()
                    .render_str(source, scope.context(self.span))
                    .map_err(|error| self.failed(&error, source, scope))?;
                self.check_size(text.len())?;
                Ok(Value::String(text))
            }
        }
    }

    fn check_size(&self, bytes: usize) -> Result<(), TemplateError> {
        if bytes <= LONGEST_TEXT {
            return Ok(());
        }
        let message = format!("the template gives {bytes} bytes, and at most {LONGEST_TEXT} are taken");
        let mistake = Diagnostic::mistake(Code::TemplateFailed, self.span, message);
        Err(Box::new(mistake.help("a loop or a filter makes it longer than anybody reads")))
    }

    /// Renders the value as text: a number or a boolean as it is written.
    pub fn render_text(&self, scope: &Scope) -> Result<String, TemplateError> {
        if let Some(written) = self.written() {
            return Ok(written.to_owned());
        }
        match self.render(scope)? {
            Value::String(text) => Ok(text),
            Value::Null => Ok(String::new()),
            other @ (Value::Bool(_) | Value::Number(_)) => Ok(other.to_string()),
            _ => Err(Box::new(
                Diagnostic::mistake(Code::TemplateFailed, self.span, "a list or a map stands where text is wanted")
                    .help("take one value out of it, or make a text of it: `{{ parts | join('/') }}`"),
            )),
        }
    }

    /// The names that its templates ask the scope for, without those that they define themselves.
    pub fn names(&self) -> Vec<String> {
        match &self.form {
            Form::Text(_) | Form::Number(_) | Form::Written(_) | Form::Literal(_) => Vec::new(),
            Form::Expression(compiled) => functions::optional_names_removed(
                compiled.expression.undeclared_variables(false).into_iter().collect(),
                &compiled.source,
            ),
            Form::Template(template) => {
                let source = &template.source;
                let names = environment()
                    .template_from_str(source)
                    .map(|template| template.undeclared_variables(false).into_iter().collect())
                    .unwrap_or_default();
                functions::optional_names_removed(names, source)
            }
            Form::List(items) => items.iter().flat_map(Templated::names).collect(),
            Form::Map(entries) => {
                entries.iter().flat_map(|(key, value)| [key.names(), value.names()].concat()).collect()
            }
        }
    }

    /// Notes every name that is not among the known ones, at its own place where that can be told.
    pub fn check_names(&self, known: &dyn Fn(&str) -> bool, all: &[String], reading: &mut Reading<'_>) {
        match &self.form {
            Form::List(items) => items.iter().for_each(|item| item.check_names(known, all, reading)),
            Form::Map(entries) => entries.iter().for_each(|(key, value)| {
                key.check_names(known, all, reading);
                value.check_names(known, all, reading);
            }),
            Form::Text(_) | Form::Number(_) | Form::Written(_) | Form::Literal(_) => {}
            Form::Expression(_) | Form::Template(_) => {
                self.check_words(reading);
                let mut names = self.names();
                names.sort();
                for name in names.iter().filter(|name| !known(name)) {
                    let mistake = Diagnostic::mistake(
                        Code::UndefinedName,
                        reading.sources.word(self.span, name),
                        format!("`{name}` is not defined"),
                    );
                    reading.mistake(mistake.help(advice(name, all)));
                }
            }
        }
    }

    /// Notes filters and generators of data that do not exist: the engine finds out only when the step runs.
    fn check_words(&self, reading: &mut Reading<'_>) {
        let source = match &self.form {
            Form::Expression(compiled) => compiled.source.as_str(),
            Form::Template(template) => &template.source,
            _ => return,
        };
        for (kind, word) in functions::words(source) {
            let (what, help) = match kind {
                functions::Word::Filter if !functions::is_filter(environment(), &word) => {
                    let near = nearest(&word, functions::FILTERS).map(did_you_mean);
                    ("filter", near.unwrap_or_else(|| format!("the filters are {}", functions::FILTERS.join(", "))))
                }
                functions::Word::Generator if !fake::KINDS.iter().any(|kind| kind.name == word) => {
                    let known = fake::KINDS.map(|kind| kind.name);
                    let near = nearest(&word, known).map(|near| did_you_mean(&format!("fake.{near}()")));
                    ("generator", near.unwrap_or_else(|| format!("what can be made up is {}", known.join(", "))))
                }
                _ => continue,
            };
            let place = reading.sources.word(self.span, &word);
            reading.mistake(
                Diagnostic::mistake(Code::UnknownFunction, place, format!("there is no {what} `{word}`")).help(help),
            );
        }
    }

    fn undefined(&self, source: &str, scope: &Scope) -> TemplateError {
        let missing = self.names().into_iter().find(|name| !scope.knows(name));
        let name = missing.as_deref().unwrap_or(source).to_owned();
        let name = name.as_str();
        let mistake = Diagnostic::mistake(Code::UndefinedName, self.span, format!("`{name}` is not defined"));
        let absent = "there is no such value in what the step sees; `| default('…')` gives one where it may be missing";
        Box::new(mistake.help(match (mistake::variable(name), missing) {
            (Some(variable), None) => format!("set the environment variable {variable}"),
            (_, Some(_)) => advice(name, &scope.names()),
            _ => absent.to_owned(),
        }))
    }

    fn failed(&self, error: &minijinja::Error, source: &str, scope: &Scope) -> TemplateError {
        if error.kind() == minijinja::ErrorKind::UndefinedError {
            return self.undefined(error.range().map_or(source, |range| whole_operand(source, range)), scope);
        }
        Box::new(broken(self.span, error))
    }
}

#[cfg(test)]
mod tests;
