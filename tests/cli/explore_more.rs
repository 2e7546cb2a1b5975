//! `draftgate explore`: what it writes of what it found, what it tries besides, and what it says beforehand.

use std::path::Path;

use crate::project::Project;
use crate::spoiling::{Fault, NONE, Spoiling};

/// A loan: a country, an amount and a tick box decide.
const LOAN: &str = "flow: loan
nodes:
  - form: person
    title: About you
    elements:
      - { name: Last name, role: last_name, type: text, required: true, max_length: 50 }
      - { name: Country of residence, role: address_country, type: country_select, required: true, options: [CA, FR, GB, US] }
  - form: loan
    title: Your loan
    elements:
      - { name: Amount, type: number, required: true, min: 1, max: 100000 }
      - { name: Insured, type: checkbox }
      - { name: Purpose, type: text }
  - condition: abroad
    when: person.address_country == 'CA'
    then: tax
    else: safe
  - form: tax
    title: Tax residence
    elements:
      - { name: Social insurance number, type: text, required: true, max_length: 20 }
  - condition: safe
    when: loan.insured
    then: insurance
    else: large
  - form: insurance
    title: Insurance
    elements:
      - { name: Insurer, type: text, required: true }
  - condition: large
    when: loan.amount >= 10000
    then: wealth
    else: lent
  - form: wealth
    title: Proof of wealth
    elements:
      - { name: Proof, type: file, required: true, accept: [pdf] }
  - end: lent
    text: You have your loan
";

/// The flows that come with the program, without their scenarios, but with whom their services know.
fn bundled() -> Project {
    let project = Project::new();
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for folder in ["", "retail", "retail/locales", "identity", "business"] {
        for entry in std::fs::read_dir(scenarios.join(folder)).into_iter().flatten().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            let is_wanted = name.ends_with(".flow.yaml")
                || folder.ends_with("locales")
                || ["sandbox.yaml", "personas.yaml"].contains(&name.as_str());
            if is_wanted {
                project.write(&format!("scenarios/{folder}/{name}"), std::fs::read(entry.path()).unwrap());
            }
        }
    }
    project.with("scenarios/draftgate.yaml", "snapshots: { dir: ../snapshots }\n")
}

/// The scenarios below a folder.
fn scenarios(project: &Project, folder: &str) -> Vec<String> {
    project.files(folder).into_iter().filter(|file| file.ends_with(".yaml")).collect()
}

#[test]
fn each_way_found_becomes_a_scenario_that_passes() {
    let project = bundled();
    for (flow, least) in [("retail-onboarding", 3), ("identity-verification", 1), ("business-onboarding", 1)] {
        project.draftgate(&["explore", flow, "--scenarios"]).exits(0).says("Wrote ");
        let written = scenarios(&project, &format!("scenarios/{flow}"));
        assert!(written.len() >= least, "{written:?}");
    }
    project.draftgate(&["lint"]).exits(0);
    let count: usize = ["retail-onboarding", "identity-verification", "business-onboarding"]
        .iter()
        .map(|flow| scenarios(&project, &format!("scenarios/{flow}")).len())
        .sum();
    project.draftgate(&["run", "--update"]).exits(0).says(&format!("{count} tests: {count} passed"));
    project.draftgate(&["run"]).exits(0).says(&format!("{count} tests: {count} passed"));
}

#[test]
fn a_scenario_says_what_is_special_and_nothing_else() {
    let project = Project::new().with("scenarios/loan.flow.yaml", LOAN);
    let accepted = ["explore", "loan", "--scenarios=scenarios/found", "--accept-snapshots"];
    project.draftgate(&accepted).exits(0);
    let written = scenarios(&project, "scenarios/found");
    let texts: Vec<String> = written.iter().map(|path| project.read(path).unwrap()).collect();
    let abroad: Vec<&String> = texts.iter().filter(|text| text.contains("Country of residence is CA")).collect();
    assert!(!abroad.is_empty(), "{texts:#?}");
    for text in &abroad {
        assert!(text.contains("      address_country: CA\n") && text.contains("    expect: Tax residence\n"), "{text}");
    }
    for step in ["Insurance", "Proof of wealth", "Tax residence", "end"] {
        assert!(texts.iter().any(|text| text.contains(&format!("    expect: {step}\n"))), "{step}\n{texts:#?}");
    }
    for text in &texts {
        for noise in ["last_name:", "Purpose:", "Insurer:", "Social insurance number:", "Proof:", "vars:"] {
            assert!(!text.contains(noise), "{noise}\n{text}");
        }
    }
    // The snapshots are accepted already.
    let count = written.len();
    project.draftgate(&["run"]).exits(0).says(&format!("{count} tests: {count} passed"));
}

#[test]
fn nothing_that_is_there_is_written_over() {
    let project = Project::new().with("scenarios/loan.flow.yaml", LOAN);
    project.draftgate(&["explore", "loan", "--scenarios"]).exits(0);
    let before = scenarios(&project, "scenarios/loan");
    let last = before.last().unwrap();
    before[..before.len() - 1].iter().for_each(|path| std::fs::remove_file(project.path().join(path)).unwrap());
    project.write(last, "mine");
    project.draftgate(&["explore", "loan", "--scenarios"]).exits(2).complains("is there already");
    assert_eq!(scenarios(&project, "scenarios/loan"), std::slice::from_ref(last));
    assert_eq!(project.read(last).unwrap(), "mine");
    project.draftgate(&["explore", "loan", "--scenarios", "--force"]).exits(0);
    assert_eq!(scenarios(&project, "scenarios/loan"), before);
    project
        .draftgate_with(&[("CI", "true")], &["explore", "loan", "--scenarios"])
        .exits(2)
        .complains("name the folder, --scenarios=FOLDER");
}

/// A project that calls a server.
fn client(spoiling: &Spoiling) -> Project {
    let config = format!("server: {{ base_url: {} }}\nflows: {{ loan: loan }}\n", spoiling.base_url());
    Project::new().with("scenarios/draftgate.yaml", config)
}

#[test]
fn what_a_form_must_refuse_is_tried_where_only_a_fork_leads() {
    let served = Project::new().with("scenarios/loan.flow.yaml", LOAN);
    let wrong = Fault {
        after: |call, answer, memory| {
            let past = memory.of(call.session.as_deref());
            let at_tax = past.steps.last().is_some_and(|step| step["title"] == "Tax residence");
            if call.operation == "submit" && at_tax && answer.body["code"] == 4006 {
                answer.body["code"] = 4008.into();
            }
        },
        ..NONE
    };
    let spoiling = Spoiling::start(&served, wrong);
    client(&spoiling)
        .draftgate(&["explore", "loan", "--negatives"])
        .exits(1)
        .says("DG-20  MUST    violated")
        .says("Tax residence");
    let spoiling = Spoiling::start(&served, NONE);
    client(&spoiling).draftgate(&["explore", "loan", "--negatives"]).exits(0).says("DG-20  MUST    passed");
}

/// The numbers of sessions, requests and service runs in a line.
fn numbers(text: &str) -> Vec<f64> {
    let line = text.lines().find(|line| line.contains(" session") && line.contains(" request")).unwrap();
    line.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).take(3).collect()
}

#[test]
fn what_it_takes_is_told_beforehand() {
    let project = bundled();
    let first =
        project.draftgate(&["explore", "retail-onboarding", "--plan"]).exits(0).says("one session was sent to look");
    assert!(project.files("snapshots").is_empty(), "{:?}", project.files("snapshots"));
    project.draftgate(&["explore", "retail-onboarding"]).exits(0);
    let plan = project
        .draftgate(&["explore", "retail-onboarding", "--plan", "--fresh"])
        .exits(0)
        .says("of them by going back")
        .never_says("to look");
    let took = project.draftgate(&["explore", "retail-onboarding", "--fresh"]).exits(0);
    let (foreseen, took, guessed) = (numbers(&plan.stdout), numbers(&took.stdout), numbers(&first.stdout));
    for (foreseen, took) in foreseen.iter().zip(&took) {
        assert!((foreseen - took).abs() <= took * 0.2, "{foreseen} foreseen, {took} took");
    }
    assert!(guessed[0] > 1.0 && guessed[0] <= took[0], "{guessed:?} guessed, {took:?} took");
}
