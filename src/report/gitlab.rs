//! GitLab's code-quality report: a list of findings, which merge requests show at their lines.
//!
//! Its members are those of GitLab's documentation: `description`, `check_name`, `fingerprint`, `severity`, `location.path`
//! and `location.lines.begin`.

use std::collections::HashMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::gaps::{Gap, UNFINISHED, gaps, nothing, unfinished};
use super::notice::{Notice, SNAPSHOT, notices};
use crate::journal::{Grade, Journal, Test};

/// What a report with findings begins with: which check the first of them is of.
pub(super) const BEGINNING: &str = "[\n  {\n    \"check_name\": \"draftgate/";
/// The report without any.
pub(super) const NOTHING: &str = "[]";

/// The report, a JSON array.
pub fn code_quality(journal: &Journal) -> String {
    let mut tests: Vec<&Test> = journal.tests.iter().collect();
    tests.sort_by_key(|test| test.number);
    let mut findings = Vec::new();
    for test in tests {
        let mut seen: HashMap<(&str, String), usize> = HashMap::new();
        for notice in notices(test) {
            let nth = seen.entry((label(&notice), notice.kind.to_owned())).or_default();
            findings.push(finding(test, &notice, *nth, journal));
            *nth += 1;
        }
    }
    findings.extend(missing(journal));
    format!("{:#}\n", Value::Array(findings))
}

/// What is missing of a run that is not whole: a finding for the run, and one for each test that did not end. That nothing ran
/// is a finding, too.
fn missing(journal: &Journal) -> Vec<Value> {
    let gaps: Vec<Gap> = gaps(journal).into_iter().chain(nothing(journal)).collect();
    if gaps.is_empty() {
        return Vec::new();
    }
    let found = |name: &str, description: String, severity: &str, (path, line): (String, usize)| {
        json!({
            "check_name": format!("draftgate/{UNFINISHED}"),
            "description": description,
            "fingerprint": digest(&json!([name, UNFINISHED])),
            "severity": severity,
            "location": { "path": path, "lines": { "begin": line } },
        })
    };
    let texts: Vec<String> = gaps.into_iter().map(|gap| gap.text).collect();
    let mut all = vec![found("", texts.join("; "), "critical", run_place(journal))];
    for test in journal.unfinished() {
        let (file, line) = test.place.map_or_else(|| run_place(journal), |(file, line)| (path(journal, file), line));
        let severity = if test.at.is_some() { "critical" } else { "major" };
        all.push(found(test.name, format!("{}: {}", test.name, unfinished(test.at, journal)), severity, (file, line)));
    }
    all
}

/// Where what is said of the run as a whole stands: GitLab wants a place of everything.
fn run_place(journal: &Journal) -> (String, usize) {
    let planned = journal.started.tests.iter().find_map(|test| Some(test.place()?.0));
    let known = planned.or_else(|| journal.tests.first().map(|test| test.place.file.as_str()));
    let folder = journal.started.folder.folder.as_str();
    let file = match (known, folder) {
        (Some(file), _) => path(journal, file),
        (None, "") => "scenarios".to_owned(),
        (None, folder) => folder.to_owned(),
    };
    (file, 1)
}

fn path(journal: &Journal, file: &str) -> String {
    journal.started.folder.path_of(file)
}

fn finding(test: &Test, notice: &Notice<'_>, nth: usize, journal: &Journal) -> Value {
    let step = notice.step.map(|step| format!(", step {} {}", step.number, step.label)).unwrap_or_default();
    json!({
        "check_name": format!("draftgate/{}", notice.kind),
        "description": format!("{}{step}: {}", test.name, notice.text()),
        "fingerprint": fingerprint(test, notice, nth),
        "severity": severity(notice),
        "location": {
            "path": journal.started.folder.path_of(&notice.place.file),
            "lines": { "begin": notice.place.line },
        },
    })
}

/// What a finding is known by in the next run: neither its line nor its step's number, which move, nor its message, which may
/// hold values that are others each time. Of several of a kind at steps of one label, `nth` counts.
fn fingerprint(test: &Test, notice: &Notice<'_>, nth: usize) -> String {
    digest(&json!([test.name, label(notice), notice.kind, nth]))
}

fn label<'a>(notice: &Notice<'a>) -> &'a str {
    notice.step.map_or("", |step| step.label.as_str())
}

fn digest(known: &Value) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("draftgate:{known}").as_bytes()).simple().to_string()
}

fn severity(notice: &Notice<'_>) -> &'static str {
    match notice.grade {
        Grade::Warning => "minor",
        // Whether it is right, a review decides.
        Grade::Error if notice.kind == SNAPSHOT => "major",
        Grade::Error => "critical",
    }
}
