//! Every message of the sources stands in a snapshot.
//!
//! The sources are read as text: the message of a `Diagnostic::mistake(CODE, PLACE, MESSAGE)` is a literal, a format, or a
//! variable that one of the two was bound to just before.

use std::path::{Path, PathBuf};

use draftgate::source::CODES;
use regex::Regex;

/// What begins a mistake.
const MISTAKE: &str = "Diagnostic::mistake(";

/// Messages that are made elsewhere, by the file and the expression: they are looked for in the other file, behind any of the
/// words.
const ELSEWHERE: [(&str, &str, &str, &[&str]); 4] = [
    // A fault is also read from a header, where a mistake has no place in a file.
    (
        "src/sandbox/definition/faults.rs",
        "error.message",
        "src/sandbox/fault.rs",
        &[
            "let message = format!",
            "FaultError::name(format!",
            "FaultError::value(key, format!",
            "FaultError::value(\"on\", format!",
        ],
    ),
    // Finding a field is the API's business, and checks that fail say the same without a code.
    ("src/session/submit.rs", "error.to_string()", "src/api/field.rs", &["#[error("]),
    // An address is also given by a flag or a variable, which has no place in a file.
    ("src/cli/config.rs", "self.to_string()", "src/cli/config.rs", &["#[error("]),
    // A table in the same file.
    ("src/yaml/slips.rs", "slip.message", "src/yaml/slips.rs", &["message: "]),
];

/// What a warning says beside its message, and the parts that its message is made of.
const ASIDES: [&str; 8] =
    [".help(", ".label(", ".note(", ".related(", ".fix(", "malformed(", "outside(", "Refused { code: 4008, why: "];

/// Messages that no test can provoke, each with the reason.
const NEVER: [(&str, &str); 2] = [
    (
        "this file's name is not that of a flow definition",
        "the program asks for files by their names; only who calls the library can hand in another, as a unit test does",
    ),
    (
        "a URL of the server holds a user or a password; use client_id and client_secret",
        "the line that it stands on would show the password: it is said when the server is called, without its place",
    ),
];

/// A message as the sources have it.
struct Message {
    /// `src/yaml.rs:120`
    place: String,
    /// The kind, where it is named at that place.
    code: Option<String>,
    /// What stands in quotes.
    format: String,
}

#[test]
fn every_message_stands_in_a_snapshot() {
    let said = snapshots();
    let messages = messages();
    assert!(messages.len() > 100, "the sources are not read any more: {} messages", messages.len());
    let missing: Vec<String> = messages
        .iter()
        .filter(|message| !pattern(message).is_match(&said) && !NEVER.iter().any(|(never, _)| *never == message.format))
        .map(|message| format!("{}: {} {:?}", message.place, message.code.as_deref().unwrap_or("?"), message.format))
        .collect();
    assert!(missing.is_empty(), "no snapshot has these {} messages:\n{}", missing.len(), missing.join("\n"));
}

#[test]
fn whatever_else_a_warning_says_stands_in_a_snapshot() {
    let said = snapshots();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    let mut count = 0;
    for path in files(&root.join("src/lint"), "rs").iter().filter(|path| !path.ends_with("tests.rs")) {
        let text = std::fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for (at, word) in ASIDES.iter().flat_map(|word| text.match_indices(word)) {
            let arguments = arguments(&text[at + word.len()..]);
            for aside in arguments.iter().filter_map(|argument| quoted(argument.trim_start_matches("Some("))) {
                count += 1;
                if !said.contains(&aside) && !Regex::new(&filled(&aside)).unwrap().is_match(&said) {
                    missing.push(format!("{}: {word}… {aside:?}", path.strip_prefix(root).unwrap().display()));
                }
            }
        }
    }
    assert!(count > 40, "the sources are not read any more: {count} words");
    assert!(missing.is_empty(), "no snapshot has these {}:\n{}", missing.len(), missing.join("\n"));
}

#[test]
fn formats_are_matched_with_what_stands_in_their_places() {
    let message =
        |format: &str| Message { place: String::new(), code: Some("E020".to_owned()), format: format.to_owned() };
    let matches = |format: &str, said: &str| pattern(&message(format)).is_match(said);
    assert!(matches("unknown {what} `{word:?}`", "error[E020]: unknown key `x`\n"));
    assert!(!matches("unknown {what} `{word}`", "error[E021]: unknown key `x`\n"));
    assert!(!matches("the key is given", "error[E020]: the key is given twice\n"));
    assert!(matches("in {{ … }} {}", "error[E020]: in { … } x"));
}

#[test]
fn messages_are_found_however_they_are_written() {
    let found = |text: &str| {
        let found = in_file(Path::new("src/a.rs"), text);
        found.into_iter().map(|message| (message.code, message.format)).collect::<Vec<_>>()
    };
    let code = || Some("E020".to_owned());
    assert_eq!(
        found("Diagnostic::mistake(Code::UnknownWord, a(b, c), \"x \\\"y\\\"\")"),
        [(code(), "x \"y\"".to_owned())]
    );
    let bound =
        "let message = format!(\"a {}\", b);\nDiagnostic::mistake(\n    Code::UnknownWord,\n    d,\n    message,\n)";
    assert_eq!(found(bound), [(code(), "a {}".to_owned())]);
    assert_eq!(
        found("/// Diagnostic::mistake(a, b, \"c\")\n#[cfg(test)]\nmod tests { Diagnostic::mistake(a, b, \"c\") }"),
        []
    );
}

/// What all snapshots say.
fn snapshots() -> String {
    let mut text = String::new();
    for file in files(&super::folder().join("snapshots"), "snap") {
        text.push_str(&std::fs::read_to_string(file).unwrap());
        text.push('\n');
    }
    text
}

fn messages() -> Vec<Message> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = files(&root.join("src"), "rs");
    let inner = sources.iter().filter(|path| !path.to_string_lossy().contains("tests.rs"));
    inner
        .flat_map(|path| {
            let shown = path.strip_prefix(root).unwrap();
            in_file(Path::new(&shown.to_string_lossy().replace('\\', "/")), &std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// Every file below a folder with this ending, sorted.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match path.is_dir() {
                true => open.push(path),
                false if path.extension().is_some_and(|found| found == ending) => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

/// The messages of one source file, without its tests and its comments.
fn in_file(path: &Path, text: &str) -> Vec<Message> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code = |at: usize| !text[..at].rsplit('\n').next().unwrap().trim_start().starts_with("//");
    let mut found = Vec::new();
    for (at, _) in text.match_indices(MISTAKE).filter(|(at, _)| code(*at)) {
        let place = format!("{}:{}", path.display(), text[..at].matches('\n').count() + 1);
        let arguments = arguments(&text[at + MISTAKE.len()..]);
        let [kind, _, message] = &arguments[..] else {
            panic!("{place}: a mistake has three parts, not {arguments:?}")
        };
        let code = kind.strip_prefix("Code::").map(|name| {
            let entry = CODES.iter().find(|entry| format!("{:?}", entry.code) == name);
            entry.unwrap_or_else(|| panic!("{place}: {name}")).number.to_owned()
        });
        let formats = match quoted(message) {
            Some(format) => vec![format],
            None => bound_before(&text[..at], message).map_or_else(|| elsewhere(path, message), |format| vec![format]),
        };
        assert!(
            !formats.is_empty(),
            "{place}: where does {message:?} come from? Bind it just before, or name the file"
        );
        found.extend(formats.into_iter().map(|format| Message { place: place.clone(), code: code.clone(), format }));
    }
    found
}

/// The arguments of a call, given what stands behind its parenthesis.
fn arguments(text: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for letter in text.chars() {
        let ends = !quoted && depth == 0 && letter == ')';
        if ends {
            break;
        }
        match letter {
            '"' if !escaped => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
        match letter {
            ',' if !quoted && depth == 0 => arguments.push(String::new()),
            _ => arguments.last_mut().unwrap().push(letter),
        }
    }
    arguments.into_iter().map(|argument| argument.trim().to_owned()).filter(|argument| !argument.is_empty()).collect()
}

/// The text of a literal, or of a format's literal.
fn quoted(expression: &str) -> Option<String> {
    let rest = expression.trim_start();
    let rest = rest.strip_prefix("format!(").unwrap_or(rest).trim_start().strip_prefix('"')?;
    let mut text = String::new();
    let mut letters = rest.chars();
    loop {
        match letters.next()? {
            '"' => return Some(text),
            '\\' => text.extend(letters.next()),
            letter => text.push(letter),
        }
    }
}

/// What a variable was bound to last.
fn bound_before(text: &str, variable: &str) -> Option<String> {
    let name: String = variable.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let binding = format!("let {name} =");
    quoted(&text[text.rfind(&binding)? + binding.len()..])
}

fn elsewhere(path: &Path, expression: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rows = ELSEWHERE.iter().filter(|(file, known, ..)| path == Path::new(file) && *known == expression);
    rows.flat_map(|(_, _, other, words)| {
        let text = std::fs::read_to_string(root.join(other)).unwrap();
        let behind = |word: &&str| {
            let places = text.match_indices(*word).map(|(at, word)| at + word.len());
            places.map(|at| text[at..].trim_start_matches('(').to_owned()).collect::<Vec<_>>()
        };
        words.iter().flat_map(behind).filter_map(|rest| quoted(&rest)).collect::<Vec<_>>()
    })
    .collect()
}

/// The message as it is said: a format's places may hold anything.
fn pattern(message: &Message) -> Regex {
    let mut pattern = format!("(?m)^(?:error|warning)\\[{}\\]: ", message.code.as_deref().unwrap_or("[EW]\\d+"));
    pattern.push_str(&filled(&message.format));
    Regex::new(&format!("{pattern}$")).unwrap()
}

/// A format's text, with anything in its places.
fn filled(format: &str) -> String {
    let mut pattern = String::new();
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' | '}' if letters.next_if_eq(&letter).is_some() => pattern.push_str(&regex::escape(&letter.to_string())),
            '{' => {
                letters.by_ref().find(|letter| *letter == '}');
                pattern.push_str(".*");
            }
            _ => pattern.push_str(&regex::escape(&letter.to_string())),
        }
    }
    pattern
}
