//! `draftgate conform`: every rule is seen to fail on a server that breaks it, and none on one that breaks nothing.

mod answers;
mod back;
mod ends;
mod flows;
mod forms;
mod languages;
mod options;
mod refusals;
mod reports;
mod sessions;

use serde_json::{Value, json};

use crate::project::Project;
use crate::spoiling::{Answer, Call, Fault, Memory, NONE, Spoiling};

const MINI: &str = "flow: mini
languages: { default: en-US, fr-FR: locales/fr-FR.yaml }
nodes:
  - form: person
    title: Personal details
    elements:
      - { name: First name, role: first_name, type: text, required: true, max_length: 50 }
      - { name: Your age, type: number, required: true, min: 18, max: 120 }
      - { name: Date of birth, role: dob, type: date, date_format: DD/MM/YYYY, min: 1900-01-01, max: 2008-06-30 }
      - name: Payment
        type: dropdown
        required: true
        options: [{ value: card, label: With a card }, { value: bill, label: By bill }]
  - form: address
    title: Home address
    elements:
      - { name: Street name, role: address_1, type: text, required: true }
      - { name: Town or city, role: address_city, type: text }
      - { name: Home, type: dropdown, options: [{ value: own, label: My own }, { value: rent, label: Rented }, { value: shared, label: Shared }] }
  - form: proof
    title: Proof of address
    elements:
      - { name: Proof, type: file, required: true, accept: [pdf] }
  - end: welcome
    text: You are welcome
";

const FRENCH: &str = "Personal details: Vos coordonnées
First name: Prénom
Your age: Votre âge
Date of birth: Date de naissance
Payment: Paiement
With a card: Par carte
By bill: Sur facture
Home address: Votre adresse
Street name: Rue et numéro
Town or city: Ville
Home: Domicile
My own: À moi
Rented: Loué
Shared: Partagé
Proof of address: Justificatif
Proof: Pièce
You are welcome: Bienvenue
";

const OTHER: &str = "flow: other\nnodes:\n  - form: a\n    title: Another\n";
const DOCUMENT: &str = "flow: document\nnodes:\n  - interactive: scan\n    type: TRULIOO_DOCV\n";

pub fn mini() -> Project {
    Project::new()
        .with("scenarios/mini.flow.yaml", MINI)
        .with("scenarios/other.flow.yaml", OTHER)
        .with("scenarios/locales/fr-FR.yaml", FRENCH)
}

/// A project without definitions, that calls a server.
pub fn client(spoiling: &Spoiling) -> Project {
    let config = format!(
        "server: {{ base_url: {} }}\nflows: {{ mini: mini, other: other, document: document }}\nrun: {{ wait: 300ms }}\n",
        spoiling.base_url()
    );
    Project::new().with("scenarios/draftgate.yaml", config)
}

/// What is found on a server with a fault: each rule that is violated, with its findings.
pub fn found(fault: Fault, arguments: &[&str]) -> Vec<(String, Vec<Value>)> {
    let served = mini();
    found_on(&Spoiling::start(&served, fault), arguments)
}

/// The same on a server that is there already.
pub fn found_on(spoiling: &Spoiling, arguments: &[&str]) -> Vec<(String, Vec<Value>)> {
    let project = client(spoiling);
    let ended = project.draftgate(&[&["conform", "mini", "--json", "found.json"], arguments].concat());
    let text = project.read("found.json").unwrap_or_else(|| panic!("{}", ended.all()));
    let found: Value = serde_json::from_str(&text).unwrap();
    let rules = found["flows"][0]["rules"].as_array().unwrap();
    let violated: Vec<(String, Vec<Value>)> = rules
        .iter()
        .filter(|rule| rule["result"] == "violated")
        .map(|rule| (rule["id"].as_str().unwrap().to_owned(), rule["findings"].as_array().unwrap().clone()))
        .collect();
    let must = rules.iter().any(|rule| rule["result"] == "violated" && rule["level"] == "MUST");
    assert_eq!(ended.code, Some(i32::from(must)), "{}", ended.all());
    violated
}

/// Asserts that what shows a finding fails on the server with the fault, and passes on the correct one.
#[track_caller]
fn reproduces(fault: Fault, finding: &Value) {
    let served = mini();
    let scenario = finding["witness"]["scenario"].as_str().unwrap_or_else(|| panic!("{finding:#}"));
    for (fault, code) in [(fault, 1), (NONE, 0)] {
        let spoiling = Spoiling::start(&served, fault);
        let project = client(&spoiling).with("scenarios/files/proof.pdf", "%PDF-1.4\n%%EOF\n");
        project.write("scenarios/witness.yaml", scenario.replacen("\nsteps:", "\nsnapshot: false\nsteps:", 1));
        let ended = project.draftgate(&["run"]);
        // What breaks the contract is no failure of the scenario's own.
        let fails = matches!(ended.code, Some(1 | 5));
        assert!(if code == 0 { ended.code == Some(0) } else { fails }, "{scenario}\n{}", ended.all());
    }
}

/// Asserts that a server with a fault violates these rules and no others, and how many calls show the first.
#[track_caller]
pub fn shows(fault: Fault, rules: &[&str], calls: u64) {
    shows_with(fault, rules, calls, &[]);
}

/// The same, for what is found with these arguments.
#[track_caller]
pub fn shows_with(fault: Fault, rules: &[&str], calls: u64, arguments: &[&str]) {
    let found = found(fault, arguments);
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, rules, "{found:#?}");
    let main = &found.iter().find(|(id, _)| id == rules[0]).unwrap().1[0];
    assert_eq!(main["witness"]["calls"], calls, "{main:#}");
    all_reproduce(fault, &found);
}

/// Asserts that whatever scenario shows a finding fails with the fault, and passes without.
#[track_caller]
pub fn all_reproduce(fault: Fault, found: &[(String, Vec<Value>)]) {
    for finding in found.iter().flat_map(|(_, findings)| findings) {
        if finding["witness"]["scenario"].is_string() {
            reproduces(fault, finding);
        }
    }
}

pub fn after(after: fn(&Call, &mut Answer, &mut Memory)) -> Fault {
    Fault { after, ..NONE }
}

pub fn refuse(answer: &mut Answer, code: u16) {
    answer.status = 400;
    answer.body = json!({"code": code, "message": "No"});
}

pub fn elements(answer: &mut Answer) -> impl Iterator<Item = &mut Value> {
    answer.body["elements"].as_array_mut().into_iter().flatten()
}

#[test]
fn a_correct_server_keeps_every_rule() {
    let served = mini().with("scenarios/document.flow.yaml", DOCUMENT);
    let spoiling = Spoiling::start(&served, NONE);
    let project = client(&spoiling);
    project
        .draftgate(&["conform", "mini", "--negatives", "--strict"])
        .exits(0)
        .says(" 0 violated, 2 not applicable; 4 of 4 known steps")
        .says("DG-27  MUST    not applicable  a direct submit where the first step is no form is 4015 (the flow begins with");
    project
        .draftgate(&["conform", "document"])
        .exits(0)
        .says("DG-27  MUST    passed")
        .says("The straight way did not come to END: only a person, or the service's own SDK, passes trulioo_doc_v.");
}
