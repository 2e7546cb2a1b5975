//! `draftgate conform`: every rule is seen to fail on a server that breaks it, and none on one that breaks nothing.

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
fn shows_with(fault: Fault, rules: &[&str], calls: u64, arguments: &[&str]) {
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

#[test]
fn back_that_loses_data() {
    let all = after(|_, answer, _| {
        elements(answer).for_each(|element| drop(element.as_object_mut().unwrap().remove("value")))
    });
    shows(all, &["DG-06"], 3);
    let one = after(|call, answer, _| {
        if call.operation == "back" {
            elements(answer).take(1).for_each(|element| drop(element.as_object_mut().unwrap().remove("value")));
        }
    });
    // FlowStep still has it.
    shows(one, &["DG-01", "DG-06"], 4);
    let other = after(|_, answer, _| {
        elements(answer)
            .filter(|element| element["value"].is_string())
            .for_each(|element| element["value"] = "Zed".into());
    });
    shows(other, &["DG-06"], 3);
}

#[test]
fn wrong_codes() {
    fn recode(answer: &mut Answer, from: u16, to: u16) {
        if answer.body["code"] == from {
            answer.body["code"] = to.into();
        }
    }
    shows(after(|_, answer, _| recode(answer, 4006, 4008)), &["DG-20"], 2);
    shows(after(|_, answer, _| recode(answer, 4007, 4008)), &["DG-21"], 2);
    shows(after(|_, answer, _| recode(answer, 4008, 4006)), &["DG-22"], 2);
    shows(after(|_, answer, _| recode(answer, 4100, 4000)), &["DG-23"], 1);
    shows(after(|_, answer, _| recode(answer, 4101, 4100)), &["DG-24"], 2);
    shows(after(|_, answer, _| recode(answer, 4013, 4014)), &["DG-25"], 6);
    shows(after(|_, answer, _| recode(answer, 4103, 4002)), &["DG-26"], 2);
    shows(after(|_, answer, _| recode(answer, 4006, 4999)), &["DG-16", "DG-20"], 2);
}

#[test]
fn sessions_that_leak() {
    // Whoever begins is shown what somebody else entered last.
    let data = after(|call, answer, memory| {
        let session = call.session.clone().or(answer.session.clone()).unwrap_or_default();
        let others: Vec<Value> = memory
            .sessions
            .iter()
            .filter(|(known, _)| **known != session)
            .flat_map(|(_, past)| past.taken.clone())
            .collect();
        for element in elements(answer).filter(|element| element["value"].is_null() && element["type"] == "text") {
            let id = element["id"].as_str().unwrap().to_owned();
            if let Some(value) = others.iter().find_map(|taken| taken.get(&id)) {
                element["value"] = value.clone();
            }
        }
    });
    let found_in_data = found(data, &["--rule", "DG-08"]);
    assert_eq!(found_in_data.len(), 1, "{found_in_data:#?}");
    assert_eq!(found_in_data[0].1[0]["witness"]["calls"], 3, "{found_in_data:#?}");
    all_reproduce(data, &found_in_data);
    // Everybody is given the first session.
    let given = after(|call, answer, memory| {
        if call.session.is_none() && call.operation == "flow" {
            answer.session = memory.first.clone();
        }
    });
    let found_in_sessions = found(given, &["--rule", "DG-02"]);
    assert_eq!(found_in_sessions.len(), 1, "{found_in_sessions:#?}");
    all_reproduce(given, &found_in_sessions);
    // A submit takes everybody who stands at the first form along.
    let moved = after(|call, answer, memory| {
        if call.operation == "submit" && answer.status == 200 && memory.of(call.session.as_deref()).taken.len() == 1 {
            let others: Vec<String> = memory.sessions.keys().cloned().collect();
            for other in others.into_iter().filter(|other| Some(other) != call.session.as_ref()) {
                let call = Call { session: Some(other), ..call.clone() };
                drop(memory.ask(&call));
            }
        }
    });
    let ids: Vec<String> = found(moved, &["--rule", "DG-08"]).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["DG-08"]);
}

#[test]
fn a_label_that_is_not_translated() {
    let fault = after(|call, answer, _| {
        if call.language.as_deref() == Some("fr-FR") {
            elements(answer).filter(|element| element["name"] == "Rue et numéro").for_each(|element| {
                element["name"] = "Street name".into();
            });
        }
    });
    let found = found(fault, &[]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].1[0]["text"], "in fr-FR \u{201c}Street name\u{201d} is not translated");
    // The beginning, a submit, the step in French.
    assert_eq!(found[0].1[0]["witness"]["calls"], 3);
    all_reproduce(fault, &found);
    let lacks = after(|call, answer, _| {
        if call.language.as_deref() == Some("fr-FR") {
            answer.body["elements"].as_array_mut().into_iter().for_each(|elements| drop(elements.pop()));
        }
    });
    shows(lacks, &["DG-13"], 2);
}

#[test]
fn an_option_that_leads_nowhere() {
    let gone = after(|call, answer, _| {
        let body = call.body.as_ref().and_then(Value::as_object);
        if answer.status == 200 && body.is_some_and(|body| body.values().any(|value| value == "bill")) {
            refuse(answer, 4002);
            answer.status = 404;
        }
    });
    // With the first seed every applicant would pay by bill, whatever else is wrong then.
    shows_with(gone, &["DG-12"], 2, &["--seed", "3"]);
}

/// Whether a submit that was taken has this value.
fn chose(call: &Call, answer: &Answer, value: &str) -> bool {
    let body = call.body.as_ref().and_then(Value::as_object);
    call.operation == "submit" && answer.status == 200 && body.is_some_and(|body| body.values().any(|one| one == value))
}

#[test]
fn an_option_that_leads_back() {
    // Who rents is asked for everything once more, whatever they begin with.
    let back = after(|call, answer, memory| {
        if chose(call, answer, "rent") {
            let back = Call { body: None, ..call.clone().to("back") };
            drop(memory.ask(&back));
            answer.body = memory.ask(&back).body;
        }
    });
    for seed in ["1", "2", "3"] {
        let found = found(back, &["--rule", "DG-28", "--rule", "DG-11", "--seed", seed]);
        let texts: Vec<&Value> =
            found.iter().flat_map(|(_, findings)| findings).map(|finding| &finding["text"]).collect();
        assert_eq!(texts, ["Home \u{201c}Rented\u{201d} leads back to Personal details"], "{seed}");
        all_reproduce(back, &found);
    }
    // Who shares a home is asked for the other one: the same form once more, which may be meant.
    let again = after(|call, answer, memory| {
        if chose(call, answer, "shared") {
            answer.body = memory.ask(&Call { body: None, ..call.clone().to("back") }).body;
        }
    });
    for seed in ["1", "2", "3"] {
        let found = found(again, &["--seed", seed, "--strict"]);
        assert!(found.is_empty(), "{seed}: {found:#?}");
    }
}

#[test]
fn an_end_that_is_not_final() {
    let back = after(|call, answer, memory| {
        let past = memory.of(call.session.as_deref());
        if call.operation == "back" && past.ended {
            answer.status = 200;
            answer.body = past.steps.last().unwrap().clone();
        }
    });
    shows(back, &["DG-09"], 6);
    let submit = after(|call, answer, memory| {
        let past = memory.of(call.session.as_deref());
        if call.operation == "submit" && answer.body["code"] == 4013 {
            answer.status = 200;
            answer.body = past.steps[0].clone();
        }
    });
    shows(submit, &["DG-09"], 6);
    let flow = after(|call, answer, memory| {
        let past = memory.of(call.session.as_deref());
        if call.operation == "flow" && past.ended {
            answer.body = past.steps[0].clone();
        }
    });
    shows(flow, &["DG-09"], 6);
}

#[test]
fn a_flow_that_goes_round() {
    // Where the flow would end, it begins anew.
    let fault = Fault {
        before: |call, memory| {
            if let Some(renewed) = memory.of(call.session.as_deref()).renewed.clone() {
                call.session = Some(renewed);
            }
        },
        after: |call, answer, memory| {
            let known = memory.sessions.iter().find(|(_, past)| past.renewed == call.session && call.session.is_some());
            let session = known.map(|(session, _)| session.clone()).or(call.session.clone());
            if answer.body["type"] == "end" {
                let begin = Call { session: None, body: None, ..call.clone() }.to("flow");
                let anew = memory.ask(&begin);
                memory.of(session.as_deref()).renewed = anew.session.clone();
                answer.body = anew.body;
            }
            if call.session.is_some() {
                answer.session = session;
            }
        },
    };
    let found = found(fault, &["--rule", "DG-11"]);
    assert_eq!(found.len(), 1, "{found:#?}");
    // Beginning, two forms, an upload and the third form.
    assert_eq!(found[0].1[0]["witness"]["calls"], 5, "{found:#?}");
    all_reproduce(fault, &found);
}

#[test]
fn steps_that_do_not_stay() {
    let title = after(|call, answer, memory| {
        let asked = memory.of(call.session.as_deref()).asked;
        if call.operation == "flow"
            && call.session.is_some()
            && asked % 2 == 0
            && answer.body["title"] == "Home address"
        {
            answer.body["title"] = "Somewhere".into();
        }
    });
    let ids: Vec<String> = found(title, &["--rule", "DG-01"]).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["DG-01"]);
    let never = after(|call, answer, _| {
        if call.session.is_some() && answer.body["canGoBack"] == true {
            answer.body["canGoBack"] = false.into();
        }
    });
    // The step itself is wrong: it is there after the beginning and a submit.
    shows(never, &["DG-03"], 2);
    // Back goes all the way.
    let all_the_way = after(|call, answer, memory| {
        if call.operation == "back" && answer.status == 200 {
            loop {
                let further = memory.ask(call);
                if further.status != 200 {
                    break;
                }
                answer.body = further.body;
            }
        }
    });
    shows(all_the_way, &["DG-04"], 4);
    // Forward again leads elsewhere.
    let elsewhere = after(|call, answer, memory| {
        let past = memory.of(call.session.as_deref());
        if call.operation == "submit" && answer.status == 200 && past.taken.len() == 2 && past.taken[0] == past.taken[1]
        {
            answer.body["id"] = "0123456789abcdef01234567".into();
            answer.body["title"] = "Elsewhere".into();
        }
    });
    shows(elsewhere, &["DG-05"], 4);
}

#[test]
fn a_refused_submit_that_changes_something() {
    let back = after(|call, answer, memory| {
        if call.operation == "submit" && answer.status >= 400 {
            let call = Call { body: None, ..call.clone() }.to("back");
            drop(memory.ask(&call));
        }
    });
    // Beginning, a submit, the refused one, FlowStep.
    shows(back, &["DG-07"], 4);
    // After a refusal nothing is taken any more.
    let stuck = after(|call, answer, memory| {
        let session = call.session.clone().unwrap_or_default();
        let past = memory.of(Some(&session));
        if call.operation == "submit" && past.renewed.is_some() {
            refuse(answer, 4008);
        } else if past.refused {
            past.renewed = Some(session);
        }
    });
    let found = found(stuck, &["--rule", "DG-07"]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].1[0]["witness"]["calls"], 3, "{found:#?}");
}
