//! The parser's errors as mistakes of ours: at the smallest right place, in words that a person who writes YAML knows.

use serde_yaml::Error;

use super::{MAX_DEPTH, MAX_NODES, byte_of};
use crate::source::{Code, Diagnostic, SourceId, Sources, Span};

/// What the parser says as a mistake.
pub(super) fn mistake(sources: &Sources, source: SourceId, error: &Error) -> Diagnostic {
    let error = error.without_snippet();
    let text = &sources.get(source).text;
    let at = error.location().filter(|location| location.line() > 0);
    let start = at.map_or(0, |location| byte_of(text, location));
    if let Some(tab) = tab_before(text, start) {
        return Diagnostic::mistake(Code::TabIndent, sources.span(source, tab..tab + 1), "a tab indents this line")
            .help("YAML is indented with spaces only");
    }
    let length =
        text[start..].chars().take_while(|c| !c.is_whitespace() && *c != ':').map(char::len_utf8).sum::<usize>();
    let span = sources.span(source, start..start + length);
    match error {
        Error::DuplicateMappingKey { key, .. } => {
            let name = key.clone().unwrap_or_else(|| sources.slice(span).to_owned());
            let mistake = Diagnostic::mistake(Code::KeyTwice, span, format!("the key `{name}` is given twice"))
                .help("keep one of the two");
            match first_of(text, start, &name) {
                Some(first) => mistake.related(sources.span(source, first..first + name.len()), "the first one"),
                None => mistake,
            }
        }
        Error::MultipleDocuments { .. } => {
            Diagnostic::mistake(Code::SeveralDocuments, span, "the file holds more than one YAML document")
                .help("put each scenario into a file of its own; a line `---` begins another document")
        }
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => endless(span),
        Error::Budget { .. } => too_much(span),
        other => {
            let said = other.to_string();
            slip(plain_words(&said), span)
        }
    }
}

/// The commonest slips by what the parser says of them, and what was probably meant.
fn slip(said: &str, span: Span) -> Diagnostic {
    let of = |words: &[&str]| words.iter().any(|words| said.contains(words));
    if of(&["alias replay limit", "alias expansion limit", "recursive references"]) {
        return endless(span);
    }
    if of(&["budget breached", "recursion limit"]) {
        return too_much(span);
    }
    if of(&["did not find expected ',' or"]) {
        return Diagnostic::mistake(
            Code::UnquotedText,
            span,
            "inside `{ … }` and `[ … ]` this ends the text too early",
        )
        .help(
            "put the text in quotes: brackets, braces and commas belong to YAML here; or close the bracket before it",
        );
    }
    if of(&["mapping values are not allowed"]) {
        return Diagnostic::mistake(Code::SecondColon, span, "a second `:` stands on this line")
            .help("a step with more below it is written `- init:`; a text with a colon stands in quotes");
    }
    if of(&["scanning an anchor or alias", "unknown anchor"]) {
        return Diagnostic::mistake(Code::UnquotedText, span, "`*` or `&` begins a reference in YAML").help(
            "put the text in quotes, such as a JSONPath in `{ … }`; `*name` repeats what `&name` marked before it",
        );
    }
    if of(&["cannot start any token"]) {
        return Diagnostic::mistake(Code::UnquotedText, span, "this character cannot begin a text in YAML")
            .help("put the text in quotes");
    }
    if of(&["unknown escape character"]) {
        return Diagnostic::mistake(Code::BadEscape, span, "a backslash in double quotes begins an escape")
            .help("put the text in single quotes, where a backslash is a backslash");
    }
    if of(&["did not find expected key", "did not find expected '-' indicator"]) {
        return Diagnostic::mistake(Code::Indentation, span, "this line does not stand where one can")
            .help("keys of one map begin in the same column, steps with a dash");
    }
    if of(&["could not find expected ':'"]) {
        return Diagnostic::mistake(Code::Indentation, span, "a `:` is missing after this key")
            .help("a key is followed by a colon and a space: `flow: retail`");
    }
    if of(&["infinity and NaN", "non-finite float"]) {
        return Diagnostic::mistake(Code::UnboundedNumber, span, "infinity and NaN have no JSON form")
            .help("put it in quotes if the text is meant");
    }
    Diagnostic::mistake(Code::NotYaml, span, format!("this is not YAML: {said}"))
        .help("most often a quote or a bracket is not closed, here or above")
}

fn endless(span: Span) -> Diagnostic {
    Diagnostic::mistake(Code::EndlessAliases, span, "the aliases of this file expand without end")
        .help("use fewer aliases of aliases")
}

fn too_much(span: Span) -> Diagnostic {
    let help = format!("at most {MAX_DEPTH} levels and {MAX_NODES} values, aliases counted as often as they are used");
    Diagnostic::mistake(Code::TooMuch, span, "the file is too large or too deeply nested to be read").help(help)
}

/// The tab among what indents the line of a byte.
fn tab_before(text: &str, at: usize) -> Option<usize> {
    let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let indent = &line[..line.len() - line.trim_start().len()];
    indent.find('\t').map(|tab| line_start + tab)
}

/// Where a key stands for the first time in a map of which each key has a line, given where it stands again.
fn first_of(text: &str, again: usize, key: &str) -> Option<usize> {
    // A dash before the first key of a map counts as indentation.
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let line_start = text[..again].rfind('\n')? + 1;
    let column = again - line_start;
    let mut end = line_start;
    while end > 0 {
        let start = text[..end - 1].rfind('\n').map_or(0, |at| at + 1);
        let line = text[start..end].trim_end();
        let begins = indent(line);
        if begins < column && !line.trim().is_empty() {
            return None;
        }
        let rest = line[begins..].strip_prefix(key).map(str::trim_start);
        if begins == column && rest.is_some_and(|rest| rest.starts_with(':')) {
            return Some(start + begins);
        }
        end = start;
    }
    None
}

/// The parser's message without the place that it repeats.
fn plain_words(message: &str) -> &str {
    let first = message.lines().next().unwrap_or(message);
    let cut = first.rfind(" at line ").or_else(|| first.rfind(" (at line ")).unwrap_or(first.len());
    first[..cut].trim_end_matches([',', ':', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_two_keys_is_found_in_its_own_map() {
        let first = |text: &str, key| first_of(text, text.rfind(key).unwrap(), key);
        assert_eq!(first("a: 1\nb: 2\na: 3\n", "a"), Some(0));
        assert_eq!(first("- a: 1\n  b:\n    a: 2\n  a: 3\n", "a"), Some(2));
        assert_eq!(first("x:\n  a: 1\ny:\n  a: 1, a: 2\n", "a"), None);
        assert_eq!(first("a: 1", "a"), None);
    }
}
