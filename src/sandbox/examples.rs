//! Definitions that the tests of all three rooms use.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::definition::{Definition, Library, load};
use super::engine::{Session, render};
use crate::source::{Diagnostic, Sources};

/// A flow with a step of every kind on its way.
pub(super) const RETAIL: &str = r"
flow: retail
seed: 7
languages: { default: en-US, fr-FR: fr.yaml }
nodes:
  - form: personal
    title: Personal details
    subtitle: As in your passport
    elements:
      - { name: First name, role: first_name, type: text, required: true, min_length: 2, max_length: 10 }
      - { name: Last name, role: last_name, type: text, required: true, pattern: '^[A-Za-z]+$' }
      - { name: Country of residence, role: address_country, type: country_select, required: true }
      - { name: National id, role: national_id_nr, type: text, tooltip: A number, tooltip_by_country: { CA: Social insurance number } }
      - { name: Age, type: number, min: 18, max: 120 }
      - { name: Date of birth, role: dob, type: date, date_format: DD/MM/YYYY, min: 1900-01-01, max: 2010-12-31 }
      - { name: Plan, type: dropdown, options: [ basic, { value: pro, label: Professional } ] }
      - { name: Hobbies, type: checkbox_group, options: [chess, golf] }
      - { name: Newsletter, type: checkbox }
      - { name: Email, type: text, required: true, condition: { element: Newsletter, equals: true } }
      - { name: Terms, type: static, content: Read them }
  - service: person-match
    type: TRULIOO_EIDV
    takes: 2s
    match: personal.last_name != 'Nomatch' or attempt > 1
  - condition: matched
    when: person_match.match
    then: proof
    else: docv
  - form: proof
    title: Proof of address
    elements: [ { name: Proof, type: file, accept: [pdf, png], required: true } ]
    next: accepted
  - interactive: docv
    type: TRULIOO_DOCV
  - form: after
    elements: [ { name: Remark, type: text } ]
    next: rejected
  - accept: accepted
    next: goodbye
  - reject: rejected
  - end: goodbye
    text: Welcome aboard
    redirect_url: https://example.com/done
";

const FRENCH: &str = "Personal details: Vos coordonnées\nFirst name: Prénom\nProfessional: Professionnel\n\
                      Social insurance number: Numéro d'assurance sociale\nWelcome aboard: Bienvenue\n";

/// Loads files given as name and text.
pub(super) fn load_files(files: &[(&str, &str)]) -> (Sources, Result<Library, Vec<Diagnostic>>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("fr.yaml"), FRENCH).unwrap();
    let mut paths: Vec<PathBuf> = Vec::new();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        paths.push(path);
    }
    let mut sources = Sources::default();
    let result = load(&mut sources, &paths);
    (sources, result)
}

/// A library that must load.
pub(super) fn library(files: &[(&str, &str)]) -> Library {
    let (sources, result) = load_files(files);
    result.unwrap_or_else(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(|mistake| line(&sources, mistake)).collect();
        panic!("{}", lines.join("\n"))
    })
}

/// A mistake in one line: `7:3 message (help)`.
pub(super) fn line(sources: &Sources, mistake: &Diagnostic) -> String {
    let (line, column) = sources.line_column(mistake.span);
    let help = mistake.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{line}:{column} {}{help}", mistake.message)
}

/// The draft of a single flow.
pub(super) fn definition(text: &str) -> Arc<Definition> {
    library(&[("x.flow.yaml", text)]).flows[0].draft.clone().unwrap()
}

/// Where a session stands, as it goes over the wire.
pub(super) fn shown(definition: &Definition, session: &Session, language: Option<&str>) -> Value {
    serde_json::from_str(&render(definition, session, language).unwrap()).unwrap()
}
