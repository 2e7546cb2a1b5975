//! Credentials in what a person wrote: where they stand in a text, told by the keys and parameters that they stand under.
//!
//! Everything here looks at a text as it is written, with its quotes and its templates (`{{ … }}`, `{% … %}`), and gives
//! ranges of bytes of it. Nothing has to parse: of a file with a mistake in it these are the only places that are known.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::places::{is_secret_header, is_secret_member, is_secret_parameter, scheme};

/// The name of a key, its colon, and the space behind that.
static KEY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"([A-Za-z_$][\w.$-]*)\\?["']?[ \t]*:[ \t]*(?:[&!][^\s,{}\[\]]*[ \t]+)*"#));
/// What a text must have in it to hold a credential: a name that tells of one and what parts it from that, or an address
/// with a password or a token in it.
static SUSPICIOUS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:secret|passw|token|api.?key|access.?key|private.?key|authorization|cookie|credential|signature|x-auth|assertion|jwt|short.?code|\bsig)[\w.-]*\\?["']?\s*[:=,\r\n]|://[^/\s]*@|/connector/"#,
    )
});
/// A name in a template, with the members that are asked of it.
static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\p{L}_]\w*(?:\.[\p{L}_]\w*)*"));
/// A text in a template.
static TEXT: LazyLock<Regex> = LazyLock::new(|| pattern(r#""[^"]*"|'[^']*'"#));
/// A password in an address.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| pattern(r#"://[^/\s:@"'{}]+:([^@/\s"']+)@"#));
/// The token of a connector, which stands alone behind it.
static CONNECTOR: LazyLock<Regex> = LazyLock::new(|| pattern(r#"/connector/([^/?#\s"']+)(?:[?#"'\s]|$)"#));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

/// Whether a text may hold a credential at all: of most files nothing else has to be looked at.
pub fn is_suspicious(text: &str) -> bool {
    SUSPICIOUS.is_match(text)
}

/// Whether credentials stand under a key: of a member, or of a header that is told from a member by its dashes.
pub fn is_secret_key(name: &str) -> bool {
    is_secret_member(name)
        || name.eq_ignore_ascii_case("cookie")
        || (name.contains('-') && is_secret_header(name.strip_prefix("$.").unwrap_or(name)))
}

/// What of a scalar is a credential where one stands: all that stands outside of templates, and texts inside of them. The
/// scheme of a header stays.
///
/// ```
/// use draftgate::redact::written::literals;
/// let text = r#"authorization: "Bearer t0p-{{ uuid() }}""#;
/// assert_eq!(literals("authorization", text, 15..text.len()).iter().map(|at| &text[at.clone()]).collect::<Vec<_>>(), ["t0p-"]);
/// ```
pub fn literals(name: &str, text: &str, scalar: Range<usize>) -> Vec<Range<usize>> {
    let mut inner = unquoted(text, scalar);
    if let Some((_, rest)) = scheme(name, &text[inner.clone()]) {
        inner.start = inner.end - rest.len();
    }
    let mut found = Vec::new();
    for part in parts(text, inner) {
        match part {
            Part::Literal(range) => found.extend(trimmed(text, range)),
            Part::Template(range) => found.extend(texts(text, range)),
        }
    }
    found
}

/// The texts in a template, of which the name of a secret is none.
fn texts(text: &str, template: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let written = &text[template.clone()];
    let found = TEXT.find_iter(written).map(|found| found.range());
    let found = found.filter(move |range| range.len() > 2 && !written[..range.start].trim_end().ends_with('['));
    found.map(move |range| template.start + range.start + 1..template.start + range.end - 1)
}

/// The names that the templates of a scalar refer to, with their members: `user.password`.
pub fn names(text: &str, scalar: Range<usize>) -> Vec<String> {
    let templates = parts(text, scalar).into_iter().filter_map(|part| match part {
        Part::Template(range) => Some(&text[range]),
        Part::Literal(_) => None,
    });
    let found = templates.flat_map(|template| {
        let outside = TEXT.replace_all(template, "''").into_owned();
        NAME.find_iter(&outside).map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
    });
    // The name of a case is in the names of its tests.
    found.filter(|name| name != "case").collect()
}

/// The values that stand under keys that tell of credentials, in YAML, in JSON and in a JSON string, each with its key.
pub fn pairs(text: &str, inside: Range<usize>) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let all = KEY.captures_iter(&text[inside.clone()]).filter_map(|found| Some((found.get(0)?, found.get(1)?)));
    for (whole, key) in all.filter(|(_, key)| is_secret_key(key.as_str())) {
        let value = value_at(text, inside.start + whole.end(), inside.end);
        if !matches!(text[value.clone()].trim(), "" | "true" | "false" | "null" | "~") {
            found.push((key.as_str(), value));
        }
    }
    found
}

/// The values of parameters, of a URL or of a form's text, that tell of credentials; passwords in addresses; and the tokens
/// of connectors.
pub fn parameters(text: &str, inside: Range<usize>) -> Vec<Range<usize>> {
    let written = &text[inside.clone()];
    let mut found = Vec::new();
    for (at, _) in written.match_indices('=') {
        let name = written[..at].rsplit(|letter: char| !letter.is_alphanumeric() && !"-_.%".contains(letter)).next();
        let is_comparison = written[at + 1..].starts_with('=');
        if !is_comparison && name.is_some_and(|name| !name.is_empty() && is_secret_parameter(name)) {
            let end = end_of(written, at + 1, |letter| letter.is_whitespace() || "&#\"'".contains(letter));
            found.push(inside.start + at + 1..inside.start + end);
        }
    }
    for pattern in [&ADDRESS, &CONNECTOR] {
        let values = pattern.captures_iter(written).filter_map(|found| found.get(1));
        found.extend(values.map(|value| inside.start + value.start()..inside.start + value.end()));
    }
    found
}

/// The place of the value that a place is the beginning of, on its line, or in the block that begins there.
pub fn value_at(text: &str, start: usize, end: usize) -> Range<usize> {
    let rest = &text[start..end];
    let line = rest.find('\n').unwrap_or(rest.len());
    let after = |quote: &str, from: usize| rest[from..line].find(quote).map(|at| from + at + quote.len());
    let length = match rest[..line].chars().next() {
        None | Some('{' | '*' | '#') if !rest.starts_with("{{") => 0,
        Some('|' | '>') => block(text, start, end),
        Some('\\') => after("\\\"", 2).unwrap_or(line),
        Some('"') => {
            let mut escaped = false;
            let closes = |(_, letter): &(usize, char)| {
                let closes = *letter == '"' && !escaped;
                escaped = *letter == '\\' && !escaped;
                closes
            };
            rest[1..line].char_indices().find(closes).map_or(line, |(at, _)| at + 2)
        }
        // A quote that is meant as one stands there twice.
        Some('\'') => {
            let mut quotes = rest[1..line].match_indices('\'').map(|(at, _)| at + 2).peekable();
            let mut closes = None;
            while let Some(end) = quotes.next() {
                if quotes.next_if_eq(&(end + 1)).is_none() {
                    closes = Some(end);
                    break;
                }
            }
            closes.unwrap_or(line)
        }
        Some('[') => after("]", 1).unwrap_or(line),
        _ => {
            let before = &text[text[..start].rfind('\n').map_or(0, |at| at + 1)..start];
            let in_flow = before.contains(['{', '[']);
            let plain = end_of(&rest[..line], 0, |letter| in_flow && ",}]".contains(letter));
            rest[..plain].find(" #").unwrap_or(plain)
        }
    };
    start..start + text[start..start + length].trim_end().len()
}

/// How far a block goes that begins here: as far as lines are indented further than its key's.
fn block(text: &str, start: usize, end: usize) -> usize {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let of_key = indent(&text[text[..start].rfind('\n').map_or(0, |at| at + 1)..]);
    let mut lines = text[start..end].split_inclusive('\n');
    let mut length = lines.next().map_or(0, str::len);
    for line in lines {
        if !line.trim().is_empty() && line.len() - line.trim_start().len() <= of_key {
            break;
        }
        length += line.len();
    }
    length
}

/// Where a text ends outside of templates: at the first letter that ends it.
fn end_of(text: &str, start: usize, ends: impl Fn(char) -> bool) -> usize {
    let mut at = start;
    while let Some(letter) = text[at..].chars().next() {
        match template(&text[at..]) {
            Some(length) => at += length,
            None if ends(letter) => break,
            None => at += letter.len_utf8(),
        }
    }
    at
}

/// The length of the template that a text begins with. One that is not closed is none.
fn template(text: &str) -> Option<usize> {
    let close = match text.get(..2)? {
        "{{" => "}}",
        "{%" => "%}",
        "{#" => "#}",
        _ => return None,
    };
    Some(text.find(close)? + close.len())
}

enum Part {
    Literal(Range<usize>),
    Template(Range<usize>),
}

/// A text, taken apart into its templates and what stands between them.
fn parts(text: &str, inside: Range<usize>) -> Vec<Part> {
    let mut all = Vec::new();
    let (mut behind, mut at) = (inside.start, inside.start);
    while let Some(open) = text[at..inside.end].find('{').map(|found| at + found) {
        at = open + 1;
        if let Some(length) = template(&text[open..inside.end]) {
            at = open + length;
            all.extend([Part::Literal(behind..open), Part::Template(open..at)]);
            behind = at;
        }
    }
    all.push(Part::Literal(behind..inside.end));
    all
}

/// A range without space around it, where there is more in it than signs.
fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let written = &text[range.clone()];
    let start = range.start + (written.len() - written.trim_start().len());
    let said = written.trim();
    said.contains(char::is_alphanumeric).then_some(start..start + said.len())
}

/// What is written between quotes, or all where there are none.
fn unquoted(text: &str, scalar: Range<usize>) -> Range<usize> {
    let written = &text[scalar.clone()];
    let start = scalar.start + (written.len() - written.trim_start().len());
    let end = start + written.trim().len();
    for quote in ["\\\"", "\"", "'"] {
        if let Some(rest) = text[start..end].strip_prefix(quote) {
            // A quote that is not closed is a mistake; what follows is meant all the same.
            let inner = rest.strip_suffix(quote).unwrap_or(rest);
            return start + quote.len()..start + quote.len() + inner.len();
        }
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with what is found in it masked.
    fn masked(text: &str) -> String {
        let whole = 0..text.len();
        let keyed = pairs(text, whole.clone()).into_iter().flat_map(|(key, value)| literals(key, text, value));
        let named = parameters(text, whole).into_iter().flat_map(|value| literals("", text, value));
        let mut all: Vec<Range<usize>> = keyed.chain(named).collect();
        all.sort_by_key(|range| range.start);
        let mut out = text.to_owned();
        all.iter().rev().for_each(|range| out.replace_range(range.clone(), "*"));
        out
    }

    #[test]
    fn values_are_found_by_their_keys_however_they_are_quoted() {
        for (text, shown) in [
            ("client_secret: a,b}c # x", "client_secret: * # x"),
            ("- { password: hush, b: c }", "- { password: *, b: c }"),
            ("\"api_key\" : \"a \\\" b\", b", "\"api_key\" : \"*\", b"),
            ("authorization: \"Bearer hdr", "authorization: \"Bearer *"),
            ("authorization: 'Bearer hdr' # y", "authorization: 'Bearer *' # y"),
            ("x-api-key: k1", "x-api-key: *"),
            ("- { secret: 'it''s', b: 'c' }", "- { secret: '*', b: 'c' }"),
            (
                "body: \"{\\\"password\\\": \\\"p1\\\", \\\"a\\\": 1}\"",
                "body: \"{\\\"password\\\": \\\"*\\\", \\\"a\\\": 1}\"",
            ),
            ("body: '{\"pin\": {\"token\": 17}}'", "body: '{\"pin\": {\"token\": *}}'"),
            ("secret: &one hush", "secret: &one *"),
            ("token:\n  id: x", "token:\n  id: x"),
            ("tokens: 5", "tokens: 5"),
            ("  - private_key: |\n      one\n\n      two\n    b: c", "  - private_key: *\n    b: c"),
        ] {
            assert_eq!(masked(text), shown);
            assert!(is_suspicious(text) || text == shown, "{text}");
        }
        assert!(!is_suspicious("title: All the tokens are here"));
    }

    #[test]
    fn templates_stay_and_what_stands_around_them_goes() {
        for (text, shown) in [
            ("client_secret: \"{{ secret.X }}\"", "client_secret: \"{{ secret.X }}\""),
            ("client_secret: \"etaWord-{{ uuid() }}\"", "client_secret: \"*{{ uuid() }}\""),
            ("client_secret: \"{{ a | default('hush') }}\"", "client_secret: \"{{ a | default('*') }}\""),
            ("client_secret: \"{{ secret['A'] }}\"", "client_secret: \"{{ secret['A'] }}\""),
            ("authorization: \"Bearer {{ token }}\"", "authorization: \"Bearer {{ token }}\""),
            ("a: \"/x?token=b-{{ c }}&d=e\"", "a: \"/x?token=*{{ c }}&d=e\""),
        ] {
            assert_eq!(masked(text), shown);
        }
        let text = "client_secret: \"{{ user.word ~ 'other' }} {% if mine %}x{% endif %}\"";
        let found = names(text, 15..text.len());
        assert_eq!(found, ["user.word", "if", "mine", "endif"]);
    }

    #[test]
    fn values_are_found_by_their_parameters() {
        for (text, shown) in [
            ("q: password=p&b=c", "q: password=*&b=c"),
            ("'/a?endClientId=s&signature=04f&x=1'", "'/a?endClientId=s&signature=*&x=1'"),
            ("/a?X-Amz-Signature=04f#access_token=t", "/a?X-Amz-Signature=*#access_token=*"),
            ("https://me:hush@h/x", "https://me:*@h/x"),
            ("/test/connector/t0ken", "/test/connector/*"),
            ("/test/connector/flow/t", "/test/connector/flow/t"),
            ("\"{{ token == 'x' }} a=b\"", "\"{{ token == 'x' }} a=b\""),
        ] {
            assert_eq!(masked(text), shown);
            assert!(is_suspicious(text) || text == shown, "{text}");
        }
    }
}
