//! Values with templates in them: `{{ expression }}` in any string.
//!
//! [`Templated`] is a value as it was written. A string without `{{` or `{%` is a literal and costs nothing; a string that
//! is one whole template keeps the value's type; anything else is text. [`scope::Scope`] is what the
//! expressions see.

mod functions;
mod mistake;
pub mod scope;

use std::sync::{Arc, OnceLock};

use minijinja::{Environment, Expression, UndefinedBehavior};
use serde_json::Value;

use crate::fake;
use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, Span};
use crate::yaml::{Kind, Node, Reading};
use mistake::{advice, broken, too_long, unreadable, whole_operand};
use scope::Scope;

/// A value as it was written, its templates not rendered yet.
#[derive(Debug, Clone)]
pub struct Templated {
    /// Where it stands.
    pub span: Span,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Literal { value: Value, written: Option<Box<str>> },
    Expression(Arc<Compiled>),
    Text { source: Arc<str>, secrets: Arc<[Compiled]> },
    List(Vec<Templated>),
    Map(Vec<(Templated, Templated)>),
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
    /// Reads a node; templates that cannot be read are noted as mistakes.
    pub fn read(node: &Node, reading: &mut Reading<'_>) -> Self {
        let form = match &node.kind {
            Kind::String(text) => read_text(text, node.span, reading),
            Kind::List(items) => {
                let items: Vec<Templated> = items.iter().map(|item| Templated::read(item, reading)).collect();
                if items.iter().all(Templated::is_literal) {
                    literal(node.to_json(reading.sources))
                } else {
                    Form::List(items)
                }
            }
            Kind::Map(entries) => {
                let entries: Vec<(Templated, Templated)> = entries
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
                let written = (written != number.to_string() && !written.is_empty()).then(|| written.into());
                Form::Literal { value: Value::Number(number.clone()), written }
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
                    reading.mistake(mistake.maybe_help(mistake::single_equals(source)));
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

    /// A value that holds no template.
    pub fn literal(span: Span, value: Value) -> Self {
        Templated { span, form: literal(value) }
    }

    /// The value, when it holds no template.
    pub fn as_literal(&self) -> Option<&Value> {
        match &self.form {
            Form::Literal { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Every value in it that holds no template; the keys of maps are none.
    pub fn each_literal(&self, see: &mut dyn FnMut(&Value)) {
        match &self.form {
            Form::Literal { value, written } => {
                see(value);
                if let Some(written) = written {
                    see(&Value::from(&**written));
                }
            }
            Form::List(items) => items.iter().for_each(|item| item.each_literal(see)),
            Form::Map(entries) => entries.iter().for_each(|(_, value)| value.each_literal(see)),
            Form::Expression(_) | Form::Text { .. } => {}
        }
    }

    /// The name, when it is one whole template with nothing but a name in it.
    pub fn variable(&self) -> Option<&str> {
        let Form::Expression(compiled) = &self.form else { return None };
        let name = compiled.source.trim();
        let letter = |c: char| c.is_alphanumeric() || c == '_';
        (name.chars().all(letter) && name.starts_with(|c: char| c.is_alphabetic() || c == '_')).then_some(name)
    }

    fn is_literal(&self) -> bool {
        matches!(self.form, Form::Literal { .. })
    }

    /// A literal number as it was written, where that says more than its value: `1.50`.
    pub fn written(&self) -> Option<&str> {
        match &self.form {
            Form::Literal { written, .. } => written.as_deref(),
            _ => None,
        }
    }

    /// Renders the value in a scope.
    pub fn render(&self, scope: &Scope) -> Result<Value, TemplateError> {
        match &self.form {
            Form::Literal { value, .. } => Ok(value.clone()),
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
            Form::Text { source, secrets } => {
                for compiled in secrets.iter() {
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
            Form::Literal { .. } => Vec::new(),
            Form::Expression(compiled) => functions::optional_names_removed(
                compiled.expression.undeclared_variables(false).into_iter().collect(),
                &compiled.source,
            ),
            Form::Text { source, .. } => {
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
            _ => {
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
            Form::Text { source, .. } => source,
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

fn literal(value: Value) -> Form {
    Form::Literal { value, written: None }
}

fn read_text(text: &str, span: Span, reading: &mut Reading<'_>) -> Form {
    if !text.contains("{{") && !text.contains("{%") {
        return literal(Value::String(text.to_owned()));
    }
    if longest_block(text) > LONGEST_EXPRESSION {
        reading.mistake(too_long(span));
        return literal(Value::String(text.to_owned()));
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
            Form::Text { source: text.into(), secrets: compiled.filter(|compiled| compiled.reads_secret).collect() }
        }
        Err(error) => {
            reading.mistake(unreadable(reading.sources, span, text, &error));
            literal(Value::String(text.to_owned()))
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

#[cfg(test)]
mod tests;
