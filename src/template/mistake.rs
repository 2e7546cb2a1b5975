//! What is wrong with templates, in words of ours and at the smallest place that is known.

use minijinja::{Error, ErrorKind};

use super::{LONGEST_EXPRESSION, scope};
use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, Sources, Span};
use crate::yaml::part_of;

/// An expression too long for the engine, which recurses over it.
pub(super) fn too_long(span: Span) -> Diagnostic {
    Diagnostic::mistake(
        Code::LongExpression,
        span,
        format!("an expression here has more than {LONGEST_EXPRESSION} characters"),
    )
    .help("split it over several `vars`")
}

/// A template that the engine cannot read, at the part of it that it stumbled over; `text` is what it was given.
pub(super) fn unreadable(sources: &Sources, span: Span, text: &str, error: &Error) -> Diagnostic {
    let place = error.range().map_or(span, |part| part_of(sources, span, text, part));
    let mistake = broken(span, error);
    // At the very end of a text there is nothing to point at.
    Diagnostic { span: if place.start < place.end { place } else { span }, ..mistake }
}

/// A template that the engine can read or render no further.
pub(super) fn broken(span: Span, error: &Error) -> Diagnostic {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    if error.kind() == ErrorKind::SyntaxError {
        Diagnostic::mistake(Code::BadTemplate, span, format!("the template cannot be read: {detail}"))
            .help("it reads like `{{ first | upper }}`; braces that are meant as text are written `{{ '{{' }}`")
    } else {
        let detail = match error.kind() {
            ErrorKind::OutOfFuel => "it does not come to an end".to_owned(),
            _ => detail,
        };
        Diagnostic::mistake(Code::TemplateFailed, span, format!("the template cannot be rendered: {detail}"))
            .help("look at the values that it is given: `draftgate explain E065` says more")
    }
}

/// The engine's range names the attribute that is missing; what it is missing from stands before it.
pub(super) fn whole_operand(source: &str, range: std::ops::Range<usize>) -> &str {
    let before = source.get(..range.start).unwrap_or_default();
    let operand = before.trim_end_matches(|c: char| c.is_alphanumeric() || "_.[]'\"".contains(c));
    source.get(operand.len()..range.end).unwrap_or(source).trim()
}

/// The way out for an expression in which one equals sign stands where two compare.
pub(super) fn single_equals(source: &str) -> Option<String> {
    let mut quote = None;
    let mut depth = 0;
    let mut before = ' ';
    for (at, sign) in source.char_indices() {
        match (quote, sign) {
            (Some(open), _) if open == sign => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(sign),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, '=') if depth == 0 && !"=!<>".contains(before) && !source[at + 1..].starts_with('=') => {
                let (left, right) = (source[..at].trim(), source[at + 1..].trim());
                return Some(format!("`==` compares: write `{left} == {right}`"));
            }
            _ => {}
        }
        before = sign;
    }
    None
}

/// The environment variable that an expression such as `env.NOPE` or `secret.NOPE` asks for.
pub(super) fn variable(expression: &str) -> Option<&str> {
    let name = expression.strip_prefix("env.").or_else(|| expression.strip_prefix("secret."))?;
    (!name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')).then_some(name)
}

/// How many of the defined names are listed.
const MOST_NAMES: usize = 12;

/// The way out for a name that is not among `all` that are defined.
pub(super) fn advice(name: &str, all: &[String]) -> String {
    if let Some(near) =
        nearest(name, all.iter().map(String::as_str).chain(scope::BUILT_IN)).filter(|near| *near != name)
    {
        return did_you_mean(near);
    }
    let mut all = all.to_vec();
    all.sort();
    all.dedup();
    match all.len() {
        0 => "define it under `vars`, or capture it in an earlier step".to_owned(),
        1..=MOST_NAMES => format!("defined here: {}", all.join(", ")),
        more => format!("defined here: {} and {} more", all[..MOST_NAMES].join(", "), more - MOST_NAMES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_equals_sign_is_told_from_what_compares_and_what_names() {
        assert_eq!(single_equals("a = 1").as_deref(), Some("`==` compares: write `a == 1`"));
        for other in ["a == 1", "a != 1", "a >= 1", "f(a=1)", "a ~ '='"] {
            assert_eq!(single_equals(other), None, "{other}");
        }
    }

    #[test]
    fn the_variable_of_an_expression() {
        assert_eq!(variable("secret.NOPE"), Some("NOPE"));
        assert_eq!((variable("env.A.b"), variable("environment")), (None, None));
    }
}
