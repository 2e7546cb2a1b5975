//! Every message about a mistake in a file, or about what is odd in it, as the real program says it.
//!
//! A corpus of bad files, in `diagnostics/cases`: a Markdown file a topic, a section a message. A section's fences are the files
//! of a project beside the flow `tiny`; `draftgate lint` is run there, or what a line `` Command: `draftgate …` `` says. A
//! line `` First: `draftgate …` `` is done with the files above it before those below are written. What stands before a topic's
//! first section is for all of them. What is said then is a snapshot, `diagnostics/snapshots/TOPIC/SECTION.snap`; [`covered`]
//! holds it against the sources. `INSTA_UPDATE=always` writes them anew.

mod covered;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::blocks;
use crate::flows::{HAPPY, tiny};
use crate::project::Project;

/// One bad project.
struct Case {
    title: String,
    arguments: Vec<String>,
    project: Project,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/diagnostics")
}

/// The sections of a topic.
fn sections(topic: &str) -> Vec<String> {
    text_of(topic).split("\n## ").skip(1).map(str::to_owned).collect()
}

fn text_of(topic: &str) -> String {
    std::fs::read_to_string(folder().join("cases").join(format!("{topic}.md"))).unwrap()
}

fn title_of(section: &str) -> (&str, &str) {
    section.split_once('\n').unwrap_or((section, ""))
}

/// The name of a case's snapshot.
fn file_name(title: &str) -> String {
    title.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect()
}

/// The cases of a topic.
fn cases(topic: &str) -> Vec<Case> {
    let common = text_of(topic).split("\n## ").next().unwrap_or_default().to_owned();
    let read = |section: &String| {
        let (title, body) = title_of(section);
        let project = tiny();
        let mut files = String::new();
        let mut arguments = "lint";
        for line in common.lines().chain(body.lines()) {
            let asked = |word: &str| line.strip_prefix(word)?.strip_prefix("`draftgate ")?.strip_suffix('`');
            if let Some(first) = asked("First: ") {
                write(&std::mem::take(&mut files), &project);
                project.draftgate(&first.split(' ').collect::<Vec<_>>()).exits(0);
            } else if let Some(command) = asked("Command: ") {
                arguments = command;
            } else {
                files.push_str(line);
                files.push('\n');
            }
        }
        write(&files, &project);
        let arguments = arguments.split(' ').map(str::to_owned).collect();
        Case { title: title.trim().to_owned(), arguments, project }
    };
    sections(topic).iter().map(read).collect()
}

fn write(files: &str, project: &Project) {
    blocks::groups(files).iter().flatten().for_each(|block| block.write(project));
}

/// Runs a case and holds what was said against its snapshot.
fn check(topic: &str, case: &Case) {
    let arguments: Vec<&str> = case.arguments.iter().map(String::as_str).collect();
    let ended = case.project.draftgate(&arguments);
    let said = if arguments[0] == "lint" { ended.all() } else { diagnostics_of(&ended.all()) };
    let code = ended.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    // A map of a flow says on which day runs saw it.
    let dated = Regex::new(r"something new on \d{4}-\d\d-\d\d").unwrap();
    let said = dated.replace_all(&said, "something new on YYYY-MM-DD");
    snapshot(topic, &file_name(&case.title), &format!("{said}\nexit code {code}"));
}

fn snapshot(topic: &str, name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder().join("snapshots").join(topic));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The diagnostics in a report: times and ports beside them differ from run to run.
fn diagnostics_of(report: &str) -> String {
    let lines: Vec<&str> = report.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
    let mut kept = String::new();
    let mut inside = false;
    for line in lines {
        let begins = line.starts_with("error[") || line.starts_with("error:");
        inside = begins || inside && (line.starts_with(' ') || line.starts_with(|c: char| c.is_ascii_digit()));
        if begins && !kept.is_empty() {
            kept.push('\n');
        }
        if inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// A test a topic.
macro_rules! topics {
    ($($topic:ident),* $(,)?) => {
        const TOPICS: &[&str] = &[$(stringify!($topic)),*];

        $(#[test]
        fn $topic() {
            cases(stringify!($topic)).iter().for_each(|case| check(stringify!($topic), case));
        })*
    };
}

topics! {
    files, yaml, keys, steps, modifiers, expectations, matchers, templates, cases_and_data, fragments, flows, elements, services,
    faults, account, configuration, running, known_flows, without_use, impossible, copies_and_secrets, maps, slips,
}

/// Snapshots of what no Markdown can hold.
const OTHERS: [(&str, &str); 5] = [
    ("cases_and_data", "too-many-rows"),
    ("files", "too-large"),
    ("files", "a-link-to-nowhere"),
    ("yaml", "carriage-returns-alone"),
    ("yaml", "a-control-character"),
];

#[test]
fn every_file_of_cases_is_a_topic_and_every_snapshot_is_of_a_case() {
    let names = |path: PathBuf| -> BTreeSet<String> {
        let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let topics: BTreeSet<String> = TOPICS.iter().map(|topic| (*topic).to_owned()).collect();
    assert_eq!(names(folder().join("cases")), topics);
    for topic in TOPICS {
        let mut wanted: BTreeSet<String> =
            sections(topic).iter().map(|section| file_name(title_of(section).0)).collect();
        wanted.extend(OTHERS.iter().filter(|(of, _)| of == topic).map(|(_, name)| (*name).to_owned()));
        assert_eq!(names(folder().join("snapshots").join(topic)), wanted, "{topic}");
    }
}

#[test]
#[cfg(unix)]
fn files_that_are_too_much_for_a_page() {
    let said = |project: &Project| project.draftgate(&["lint"]).exits(3).all();
    let project = tiny().with("scenarios/large.yaml", format!("{HAPPY}# {}\n", "x".repeat(4 * 1024 * 1024)));
    snapshot("files", "too-large", &said(&project));
    let rows: String = (0..=10_000).map(|at| format!("{at}\n")).collect();
    let project = tiny().with("scenarios/a.yaml", "scenario: A\nflow: tiny\ncases: rows.csv\nsteps: [init]\n");
    project.write("scenarios/rows.csv", format!("number\n{rows}"));
    snapshot("cases_and_data", "too-many-rows", &said(&project));
    let project = tiny().with("scenarios/a.yaml", HAPPY.replace('\n', "\r"));
    snapshot("yaml", "carriage-returns-alone", &said(&project));
    let project = tiny().with("scenarios/a.yaml", HAPPY.replace("tiny", "\0tiny"));
    snapshot("yaml", "a-control-character", &said(&project).replace('\0', "␀"));
    let project = tiny().with("scenarios/a.yaml", HAPPY);
    std::os::unix::fs::symlink("nowhere.yaml", project.path().join("scenarios/gone.yaml")).unwrap();
    snapshot("files", "a-link-to-nowhere", &said(&project));
}

#[test]
fn colours_come_where_they_are_wanted() {
    let project = tiny().with("scenarios/example.yaml", "scenario: A\nflow: tiny\nsteps:\n  - init\n  - submti: {}\n");
    let always = project.draftgate(&["lint", "--color", "always"]).exits(3).stderr;
    snapshot("colours", "always", &always.replace('\u{1b}', "␛"));
    let plain = project.draftgate(&["lint"]).exits(3).stderr;
    snapshot("colours", "plain", &plain);
    assert_eq!(project.draftgate(&["lint", "--color", "never"]).stderr, plain);
    // NO_COLOR wins over the terminal, and what is asked for on the command line over it.
    let forced = [("CLICOLOR_FORCE", "1")];
    assert_eq!(project.draftgate_with(&forced, &["lint"]).stderr, always);
    let both = [("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")];
    assert_eq!(project.draftgate_with(&both, &["lint"]).stderr, plain);
    assert_eq!(project.draftgate_with(&both, &["lint", "--color", "always"]).stderr, always);
}

#[test]
fn mistakes_of_several_kinds_and_files_are_told_together() {
    let project = tiny()
        .with("scenarios/b.yaml", "scenario: B\nflow: tiny\nsteps:\n  - bakc\n  - wait: 5\n")
        .with("scenarios/a.yaml", "scenario: A\nsteps:\n  - submit: { First name: \"{{ frist }}\" }\n");
    snapshot("several", "files-and-kinds", &project.draftgate(&["lint"]).exits(3).all());
}
