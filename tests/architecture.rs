//! The house has one staircase: every import goes down.
//!
//! The sources are read as text. What counts is a path into another top-level module, in a `use` or anywhere else; comments
//! and what is in quotes do not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The modules from the ground up, each with those below it that it may know.
const HOUSE: [(&str, &[&str]); 37] = [
    ("serving", &[]),
    ("phrase", &[]),
    ("source", &["phrase"]),
    ("redact", &[]),
    ("jsonpath", &[]),
    ("diff", &[]),
    ("parallel", &[]),
    ("minimise", &[]),
    ("yaml", &["phrase", "source"]),
    ("api", &["phrase", "redact"]),
    ("semantic", &["api", "diff", "phrase"]),
    ("fake", &["api"]),
    ("template", &["fake", "phrase", "redact", "source", "yaml"]),
    ("matcher", &["jsonpath", "phrase", "source", "template", "yaml"]),
    ("scenario", &["api", "jsonpath", "matcher", "parallel", "phrase", "redact", "source", "template", "yaml"]),
    ("session", &["api", "fake", "redact", "scenario", "source", "template"]),
    ("compose", &["api", "fake", "phrase", "redact", "scenario", "session", "source", "template", "yaml"]),
    ("proxy", &["api", "serving"]),
    ("expect", &["api", "jsonpath", "matcher", "phrase", "redact", "scenario", "source", "template"]),
    ("snapshot", &["api", "jsonpath", "source"]),
    ("journal", &[]),
    ("map", &["api", "journal", "source"]),
    ("route", &["api", "compose", "map"]),
    (
        "conform",
        &["api", "compose", "fake", "journal", "map", "minimise", "phrase", "route", "scenario", "semantic", "session"],
    ),
    (
        "held",
        &[
            "api", "compose", "conform", "fake", "journal", "map", "phrase", "route", "scenario", "semantic",
            "session", "snapshot",
        ],
    ),
    ("explore", &["api", "compose", "fake", "journal", "map", "minimise", "scenario", "session"]),
    ("behaviour", &["api", "compose", "conform", "diff", "explore", "journal", "map", "phrase", "route", "semantic"]),
    ("coverage", &["api", "compose", "journal", "map", "phrase", "route"]),
    ("gate", &["behaviour", "conform", "coverage", "explore", "journal", "phrase"]),
    ("lint", &["api", "map", "matcher", "parallel", "phrase", "scenario", "source", "template", "yaml"]),
    ("outcome", &["api", "expect", "journal", "redact", "snapshot", "source"]),
    (
        "runner",
        &[
            "api", "compose", "expect", "fake", "journal", "map", "matcher", "minimise", "outcome", "redact",
            "scenario", "semantic", "session", "snapshot", "source", "template",
        ],
    ),
    (
        "report",
        &[
            "api",
            "behaviour",
            "compose",
            "conform",
            "coverage",
            "diff",
            "expect",
            "explore",
            "gate",
            "held",
            "journal",
            "map",
            "matcher",
            "outcome",
            "phrase",
            "redact",
            "semantic",
            "snapshot",
            "source",
        ],
    ),
    ("review", &["diff", "phrase", "semantic", "snapshot"]),
    ("sandbox", &["api", "phrase", "serving", "source", "yaml"]),
    (
        "schema",
        &[
            "api",
            "behaviour",
            "conform",
            "explore",
            "gate",
            "held",
            "journal",
            "map",
            "matcher",
            "sandbox",
            "scenario",
            "source",
            "template",
            "yaml",
        ],
    ),
    (
        "cli",
        &[
            "api",
            "behaviour",
            "compose",
            "conform",
            "coverage",
            "explore",
            "gate",
            "held",
            "journal",
            "lint",
            "map",
            "outcome",
            "phrase",
            "proxy",
            "redact",
            "report",
            "review",
            "runner",
            "sandbox",
            "scenario",
            "schema",
            "session",
            "snapshot",
            "source",
            "template",
            "yaml",
        ],
    ),
];

/// About what a file may have; above that it wants to be two.
const MOST_LINES: usize = 450;
/// Names that say nothing.
const NO_NAMES: [&str; 5] = ["utils", "helpers", "common", "types", "misc"];

/// One source file.
struct File {
    path: PathBuf,
    /// The names of the modules that it is, from the top: `["api", "client", "send"]`.
    module: Vec<String>,
    text: String,
}

/// A path into another top-level module.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Import {
    from: String,
    to: String,
    place: String,
}

fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let below = path.strip_prefix(&root).unwrap().with_extension("");
                let mut module: Vec<String> =
                    below.components().map(|part| part.as_os_str().to_str().unwrap().to_owned()).collect();
                if module.last().is_some_and(|name| name == "mod") {
                    module.pop();
                }
                files.push(File { text: std::fs::read_to_string(&path).unwrap(), path: below, module });
            }
        }
    }
    assert!(files.len() > 50, "the sources are somewhere else");
    files
}

/// The code of a line: without its comment and without what is in quotes.
fn code(line: &str) -> String {
    let mut code = String::new();
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if quoted => drop(characters.next()),
            '"' => quoted = !quoted,
            '/' if !quoted && characters.peek() == Some(&'/') => break,
            _ if !quoted => code.push(character),
            _ => {}
        }
    }
    code
}

/// The words that follow `prefix::`, those in braces too.
fn followers(code: &str, prefix: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(top_level(group).iter().map(|item| word(item.trim_start()))),
            None => found.push(word(rest)),
        }
    }
    found.retain(|name| name.chars().next().is_some_and(char::is_lowercase));
    found
}

/// The items of a braced group, whatever braces they have themselves.
fn top_level(group: &str) -> Vec<String> {
    let (mut items, mut depth) = (vec![String::new()], 0_usize);
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        items.last_mut().expect("it begins with one").push(character);
    }
    items
}

/// Every path of a file into another top-level module.
fn imports(file: &File) -> BTreeSet<Import> {
    let Some(from) = file.module.first() else { return BTreeSet::new() };
    let mut found = BTreeSet::new();
    let lines: Vec<String> = file.text.lines().map(code).collect();
    // A `use` may go over several lines: they are put together up to its semicolon.
    let mut at = 0;
    while at < lines.len() {
        let first = at;
        let mut statement = lines[at].trim().to_owned();
        let is_use = statement.starts_with("use ") || statement.starts_with("pub use ");
        while is_use && !statement.contains(';') && at + 1 < lines.len() {
            at += 1;
            statement.push_str(lines[at].trim());
        }
        at += 1;
        // Inside `mod tests { … }` there is one more way up.
        let indented = usize::from(file.text.lines().nth(first).is_some_and(|line| line.starts_with(' ')));
        let out = "super::".repeat(file.module.len() + indented);
        let names = followers(&statement, "crate::").into_iter().chain(followers(&statement, &out));
        let place = format!("src/{}.rs:{}", file.path.display(), first + 1);
        found.extend(names.map(|to| Import { from: from.clone(), to, place: place.clone() }));
    }
    found.retain(|import| import.to != import.from && !import.to.starts_with("super"));
    found
}

fn is_top(file: &File) -> bool {
    matches!(file.module[..], [ref only] if only == "lib" || only == "main")
}

#[test]
fn every_import_goes_down() {
    let house: BTreeMap<&str, &[&str]> = HOUSE.into_iter().collect();
    let all: BTreeSet<Import> = sources().iter().filter(|file| !is_top(file)).flat_map(imports).collect();
    let wrong: Vec<String> = all
        .iter()
        .filter(|import| !house.get(import.from.as_str()).is_some_and(|known| known.contains(&import.to.as_str())))
        .map(|import| format!("{}: {} must not know {}", import.place, import.from, import.to))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    for (from, known) in HOUSE {
        for to in known {
            assert!(
                all.iter().any(|import| import.from == from && import.to == *to),
                "{from} does not know {to} any more: take it out of the table"
            );
        }
    }
}

#[test]
fn the_table_has_no_way_up_and_every_module() {
    for (at, (name, known)) in HOUSE.iter().enumerate() {
        for other in *known {
            assert!(HOUSE[..at].iter().any(|(below, _)| below == other), "{other} does not stand below {name}");
        }
    }
    let rows: BTreeSet<String> = HOUSE.iter().map(|(name, _)| (*name).to_owned()).collect();
    let modules: BTreeSet<String> =
        sources().iter().filter(|file| !is_top(file)).map(|file| file.module[0].clone()).collect();
    assert_eq!(modules, rows);
}

#[test]
fn only_the_command_line_prints_ends_the_process_or_reads_its_environment() {
    for file in sources() {
        let tests = file.path.to_string_lossy().contains("test");
        if tests || file.module[0] == "cli" || is_top(&file) {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            let line = code(line);
            for word in ["std::env::var", "std::process::exit", "io::stdout()", "io::stderr()", "println!("] {
                assert!(!line.contains(word), "src/{}.rs:{}: {word}", file.path.display(), number + 1);
            }
        }
    }
}

#[test]
fn files_are_small_and_named_for_what_they_own() {
    for file in sources() {
        let lines = file.text.lines().count();
        assert!(lines <= MOST_LINES, "src/{}.rs has {lines} lines", file.path.display());
        for name in &file.module {
            assert!(!NO_NAMES.contains(&name.as_str()), "src/{}.rs: `{name}` says nothing", file.path.display());
        }
    }
}

#[test]
fn a_way_up_is_found_however_it_is_written() {
    let file = |module: &[&str], text: &str| File {
        path: PathBuf::from(module.join("/")),
        module: module.iter().map(|name| (*name).to_owned()).collect(),
        text: text.to_owned(),
    };
    let to = |module: &[&str], text: &str| {
        imports(&file(module, text)).into_iter().map(|import| import.to).collect::<Vec<_>>()
    };
    assert_eq!(to(&["api"], "use crate::cli::Exit;"), ["cli"]);
    assert_eq!(to(&["api"], "use crate::{\n    cli::{Exit, run},\n    report,\n};"), ["cli", "report"]);
    assert_eq!(to(&["api"], "use super::cli;"), ["cli"]);
    assert_eq!(to(&["api", "client"], "use super::super::cli;"), ["cli"]);
    assert_eq!(to(&["api", "client"], "use super::token;\n    use super::super::token;"), Vec::<String>::new());
    assert_eq!(to(&["api"], "fn f() { let x = crate::cli::main; } // crate::runner"), ["cli"]);
    assert_eq!(
        to(&["api"], "/// [`crate::cli`]\nconst A: &str = \"crate::runner\"; use crate::api::x;"),
        Vec::<String>::new()
    );
}
