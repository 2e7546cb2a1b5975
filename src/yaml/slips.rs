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
    if let Some((at, sign)) = text.char_indices().find(|(_, sign)| sign.is_control() && !"\t\n\r\u{85}".contains(*sign))
    {
        let place = sources.span(source, at..at + sign.len_utf8());
        let message =
            format!("this is the control character U+{:04X}, which a text file does not hold", u32::from(sign));
        return Diagnostic::mistake(Code::NotYaml, place, message)
            .help("take it out; where a value needs it, write it as an escape in double quotes, such as \"\\x1B\"");
    }
    let length =
        text[start..].chars().take_while(|c| !c.is_whitespace() && *c != ':').map(char::len_utf8).sum::<usize>();
    let span = sources.span(source, start..start + length);
    let sign = sources.span(source, start..start + length.min(1));
    match error {
        Error::DuplicateMappingKey { key, .. } => {
            let name = key.clone().unwrap_or_else(|| sources.slice(span).to_owned());
            let span =
                if text[start..].starts_with(&name) { sources.span(source, start..start + name.len()) } else { span };
            let mistake = Diagnostic::mistake(Code::KeyTwice, span, format!("the key `{name}` is given twice"))
                .help("keep one of the two");
            match first_of(text, start, &name).or_else(|| first_on_line(text, start, &name)) {
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
        Error::Budget { .. } => too_much(sign),
        other => {
            let said = other.to_string();
            slip(plain_words(&said), span, sign)
        }
    }
}

/// The mistake of lines that end in a carriage return alone: to YAML they are lines, and to everything that counts them not.
pub(super) fn lone_return(sources: &Sources, source: SourceId) -> Option<Diagnostic> {
    let bytes = sources.get(source).text.as_bytes();
    let at = (0..bytes.len()).find(|at| bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'))?;
    let message = "this line ends in a carriage return alone";
    let mistake = Diagnostic::mistake(Code::NotYaml, sources.span(source, at..at), message);
    Some(mistake.help("save the file with the line ends of Unix (LF) or Windows (CRLF)"))
}

/// A common slip.
struct Slip {
    /// Words of which the parser says any.
    said: &'static [&'static str],
    code: Code,
    message: &'static str,
    /// What was probably meant.
    help: &'static str,
}

/// The commonest slips.
const SLIPS: [Slip; 13] = [
    Slip {
        said: &["did not find expected ',' or"],
        code: Code::UnquotedText,
        message: "inside `{ … }` and `[ … ]` this ends the text too early",
        help: "put the text in quotes: brackets, braces and commas belong to YAML here; or close the bracket before it",
    },
    Slip {
        said: &["mapping values are not allowed"],
        code: Code::SecondColon,
        message: "a second `:` stands on this line",
        help: "a step with more below it is written `- init:`; a text with a colon stands in quotes",
    },
    Slip {
        said: &["unknown anchor", "unresolved alias"],
        code: Code::UnquotedText,
        message: "this refers to something that nothing before it is marked as",
        help: "`*name` repeats what `&name` marked above; a text that begins with `*` stands in quotes",
    },
    Slip {
        said: &["scanning an anchor or alias"],
        code: Code::UnquotedText,
        message: "`*` or `&` begins a reference in YAML",
        help: "put the text in quotes, such as a JSONPath in `{ … }`; `*name` repeats what `&name` marked before it",
    },
    Slip {
        said: &["trailing content after"],
        code: Code::UnquotedText,
        message: "the text goes on behind its closing quote",
        help: "put the whole text in quotes, the other kind where quotes of one kind stand in it",
    },
    Slip {
        said: &["cannot start any token", "unexpected character"],
        code: Code::UnquotedText,
        message: "this character cannot begin a text in YAML",
        help: "put the text in quotes",
    },
    Slip {
        said: &["unknown escape character"],
        code: Code::BadEscape,
        message: "a backslash in double quotes begins an escape",
        help: "put the text in single quotes, where a backslash is a backslash",
    },
    Slip {
        said: &["did not find expected key", "did not find expected '-' indicator"],
        code: Code::Indentation,
        message: "this line does not stand where one can",
        help: "keys of one map begin in the same column, steps with a dash",
    },
    Slip {
        said: &["could not find expected ':'", "simple key expected"],
        code: Code::Indentation,
        message: "a `:` is missing after this key",
        help: "a key is followed by a colon and a space: `flow: retail`",
    },
    Slip {
        said: &["infinity and NaN", "non-finite float"],
        code: Code::UnboundedNumber,
        message: "infinity and NaN have no JSON form",
        help: "put it in quotes if the text is meant",
    },
    Slip {
        said: &["unclosed bracket"],
        code: Code::NotYaml,
        message: "this bracket is not closed",
        help: "what follows it is taken for a part of it: close it where it ends",
    },
    Slip {
        said: &["unclosed quote"],
        code: Code::NotYaml,
        message: "this quote is not closed",
        help: "what follows it is taken for a part of it: close it where it ends",
    },
    Slip {
        said: &["misplaced bracket"],
        code: Code::NotYaml,
        message: "this bracket closes what was not opened",
        help: "take it out, or put the text in quotes",
    },
];

/// The mistake in what the parser says in words of its own, about a word or the sign that it begins with.
fn slip(said: &str, word: Span, sign: Span) -> Diagnostic {
    let of = |words: &[&str]| words.iter().any(|words| said.contains(words));
    if of(&["alias replay limit", "alias expansion limit", "recursive references"]) {
        return endless(word);
    }
    if of(&["budget breached", "recursion limit"]) {
        return too_much(sign);
    }
    match SLIPS.iter().find(|slip| of(slip.said)) {
        Some(slip) => {
            let span = if said.contains("unclosed") { sign } else { word };
            Diagnostic::mistake(slip.code, span, slip.message).help(slip.help)
        }
        None => Diagnostic::mistake(Code::NotYaml, word, format!("this is not YAML: {said}"))
            .help("most often a quote or a bracket is not closed, here or above"),
    }
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

/// The same where the whole map stands in braces on one line.
fn first_on_line(text: &str, again: usize, key: &str) -> Option<usize> {
    let line_start = text[..again].rfind('\n').map_or(0, |at| at + 1);
    let mut depth = 0;
    let inside = text[line_start..again].char_indices().rev().find(|(_, letter)| {
        depth += i32::from(matches!(letter, '}' | ']')) - i32::from(matches!(letter, '{' | '['));
        depth < 0
    })?;
    let start = line_start + inside.0 + 1;
    let mut deeper = 0;
    let places = text[start..again].char_indices().filter(|(_, letter)| {
        deeper += i32::from(matches!(letter, '{' | '[')) - i32::from(matches!(letter, '}' | ']'));
        deeper == 0
    });
    places.map(|(at, _)| start + at).find(|at| {
        let begins = text[..*at].trim_end().ends_with(['{', ',']);
        begins && text[*at..].strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'))
    })
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
        let first = |text: &str, key| first_on_line(text, text.rfind(key).unwrap(), key);
        assert_eq!(first("- x: { a: { b: 1 }, c: { a: 2 }, a: 3 }", "a"), Some(7));
        assert_eq!(first("- x: { a: { b: 1 }, c: { a: 2 } }", "a"), None);
    }
}
