//! GitLab's code-quality report: a list of findings, which merge requests show at their lines.
//!
//! Its members are those of GitLab's documentation: `description`, `check_name`, `fingerprint`, `severity`, `location.path`
//! and `location.lines.begin`.

use std::collections::HashMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::notice::{Notice, SNAPSHOT, notices};
use crate::journal::{Grade, Journal, Test};

/// The report, a JSON array.
pub fn code_quality(journal: &Journal) -> String {
    let mut tests: Vec<&Test> = journal.tests.iter().collect();
    tests.sort_by_key(|test| test.number);
    let mut findings = Vec::new();
    for test in tests {
        let mut seen: HashMap<(Option<usize>, String), usize> = HashMap::new();
        for notice in notices(test) {
            let nth = seen.entry((notice.step.map(|step| step.number), notice.kind.to_owned())).or_default();
            findings.push(finding(test, &notice, *nth, journal));
            *nth += 1;
        }
    }
    format!("{:#}\n", Value::Array(findings))
}

fn finding(test: &Test, notice: &Notice<'_>, nth: usize, journal: &Journal) -> Value {
    let step = notice.step.map(|step| format!(", step {} {}", step.number, step.label)).unwrap_or_default();
    json!({
        "description": format!("{}{step}: {}", test.name, notice.text()),
        "check_name": format!("draftgate/{}", notice.kind),
        "fingerprint": fingerprint(test, notice, nth),
        "severity": severity(notice),
        "location": {
            "path": journal.started.folder.path_of(&notice.place.file),
            "lines": { "begin": notice.place.line },
        },
    })
}

/// What a finding is known by in the next run: neither its line, which moves, nor its message, which may hold values that are
/// others each time.
fn fingerprint(test: &Test, notice: &Notice<'_>, nth: usize) -> String {
    let step = notice.step.map(|step| format!("{} {}", step.number, step.label)).unwrap_or_default();
    let known = json!([test.name, step, notice.kind, nth]).to_string();
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
