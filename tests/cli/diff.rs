//! `draftgate diff`: a flow is edited in one way each, and what differs is named, graded, and shown by a scenario that passes on
//! the one side and fails on the other.

mod edits;
mod languages;
mod reports;
mod sides;
mod suite;

use serde_json::Value;

use crate::project::Project;

/// A flow in which there is something of everything that an edit can touch.
pub const SHOP: &str = "flow: shop
nodes:
  - form: person
    title: Person
    elements:
      - { name: First name, role: first_name, type: text, required: true, max_length: 50 }
      - { name: Last name, role: last_name, type: text, required: true }
      - { name: Country, role: address_country, type: country_select, required: true, options: [CA, DE, FR] }
      - { name: Kind, type: dropdown, required: true, options: [{ value: p, label: Private }, { value: b, label: Business }] }
  - { condition: in-canada, when: person.country == 'CA', then: document, else: address }
  - form: document
    title: Document check
    elements: [ { name: Passport number, type: text, required: true, min_length: 3, max_length: 9 } ]
    next: payment
  - form: address
    title: Address
    elements:
      - { name: Street, type: text, required: true }
      - { name: City, type: text }
      - { name: Proof, type: file, accept: [pdf, png] }
      - { name: Since, type: date, date_format: DD/MM/YYYY }
  - { service: check, type: TRULIOO_EIDV, match: person.last_name != 'Never' }
  - { condition: known, when: check.match, then: payment, else: sorry }
  - form: payment
    title: Payment
    elements:
      - { name: Amount, type: number, required: true, min: 1, max: 10000 }
      - { name: Remark, type: text, tooltip: Anything }
  - { condition: large, when: payment.amount >= 1000, then: sorry, else: welcome }
  - { end: welcome, text: Welcome to the bank }
  - { end: sorry, text: We are sorry }
";

/// The flow with something in place of something else, which it has.
#[track_caller]
pub fn edited(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(SHOP.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "the flow has no {old:?}");
        text.replacen(old, new, 1)
    })
}

/// A project in which the live version and the draft of the flow are these.
pub fn project(live: &str, draft: &str) -> Project {
    Project::new()
        .with("scenarios/draftgate.yaml", "snapshots: { dir: ../snapshots }\n")
        .with("scenarios/personas.yaml", "nobody: { last_name: Nomatch }\n")
        .with("scenarios/shop.live.flow.yaml", live)
        .with("scenarios/shop.draft.flow.yaml", draft)
}

/// What differs between two versions, as JSON says it.
#[track_caller]
pub fn compared(project: &Project, arguments: &[&str]) -> Value {
    let ended =
        project.draftgate(&[&["diff", "shop", "--fail-on", "never", "--json", "diff.json"], arguments].concat());
    drop(ended.exits(0));
    serde_json::from_str(&project.read("diff.json").unwrap()).unwrap()
}

/// The differences, a line each: `breaking required Address: *City* became required`.
pub fn lines(comparison: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |one: &Value| {
        format!("{} {} {}: {}", text(&one["grade"]), text(&one["kind"]), text(&one["step"]), text(&one["text"]))
    };
    comparison["differences"].as_array().unwrap().iter().map(line).collect()
}
