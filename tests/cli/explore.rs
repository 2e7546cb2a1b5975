//! `draftgate explore`: what it finds out of flows in the sandbox, how it says so, and what it keeps.

mod faults;
mod limits;
#[cfg(unix)]
mod renamed;

use serde_json::Value;

use crate::project::{Ended, Project};

/// Forks on an option, a country with an amount right behind it, a tick box of two forms before and a number of the form
/// before; a field that a tick box shows; ways that join again; and two ends.
pub const FORKS: &str = "flow: forks
nodes:
  - form: start
    title: Start
    elements:
      - { name: Kind, type: dropdown, required: true, options: [private, business] }
      - { name: Already a customer, type: checkbox }
      - { name: Branch, type: text, required: true, condition: { element: Already a customer, equals: true } }
  - { condition: is-business, when: start.kind == 'business', then: company, else: residence }
  - form: company
    title: Company
    elements: [ { name: Company name, type: text, required: true } ]
    next: payment
  - form: residence
    title: Residence
    elements:
      - { name: Country, role: address_country, type: country_select, required: true, options: [CA, DE, FR, US] }
      - { name: Street, type: text, required: true }
      - { name: Amount, type: number, required: true, min: 0, max: 1000000 }
  - { condition: in-canada, when: residence.country == 'CA', then: large, else: payment }
  - { condition: large, when: residence.amount >= 10000, then: funds, else: province }
  - form: funds
    title: Source of funds
    elements: [ { name: Source, type: text, required: true } ]
    next: payment
  - form: province
    title: Province
    elements: [ { name: Province, type: text, required: true } ]
  - form: payment
    title: Payment
    elements:
      - { name: I agree, type: checkbox }
      - { name: Installments, type: number, required: true, min: 1, max: 6 }
  - { condition: agreed, when: payment.i_agree, then: customer, else: sorry }
  - { condition: customer, when: start.already_a_customer, then: back-again, else: many }
  - { condition: many, when: payment.installments > 3, then: schedule, else: welcome }
  - form: back-again
    title: Welcome back
    elements: [ { name: Remark, type: text } ]
    next: many
  - form: schedule
    title: Schedule
    elements: [ { name: First payment, type: date, required: true, min: 2026-01-01, max: 2027-12-31 } ]
  - end: welcome
    text: You are welcome to the bank, and here is a text that goes on for long
  - end: sorry
    text: We are sorry
";

/// What leads where in [`FORKS`]: submits with their conditions, then what going back leads to. Its two ends have one name.
const WAYS: &str = "\
Start > Company: Kind is business
Start > Residence: Kind is private
Company > Payment
Residence > Source of funds: Amount from 10000 & address_country is CA
Residence > Payment: address_country is DE|FR|US
Residence > Province: Amount to 1000 & address_country is CA
Source of funds > Payment
Province > Payment
Payment > Welcome back: I agree is true & Start.Already a customer is true
Payment > Schedule: I agree is true & Installments from 4 & Start.Already a customer is false
Payment > end: I agree is false; I agree is true & Installments to 3 & Start.Already a customer is false
Welcome back > Schedule: Payment.Installments from 4
Welcome back > end: Payment.Installments to 3
Schedule > end
";

/// A project with one flow.
pub fn project(flow: &str, text: &str) -> Project {
    Project::new()
        .with(&format!("scenarios/{flow}.flow.yaml"), text)
        .with("scenarios/draftgate.yaml", "snapshots: { dir: ../snapshots }\n")
}

/// The map of a flow.
pub fn map(project: &Project, flow: &str) -> Value {
    let text = project.read(&format!("snapshots/maps/{flow}.map.json")).expect("there is a map");
    serde_json::from_str(&text).unwrap()
}

/// What leads where by the first view of a map, sorted, a way a line.
pub fn ways(map: &Value) -> Vec<String> {
    let moves = map["views"][0]["moves"].as_array().unwrap();
    let mut ways: Vec<String> = moves.iter().filter(|one| one["way"] == "submit").map(way).collect();
    ways.sort();
    ways
}

fn way(one: &Value) -> String {
    let from = one["from"].as_str().unwrap();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let given = |given: &Value| {
        let of = if given["step"] == from { String::new() } else { format!("{}.", text(&given["step"])) };
        let said = match (&given["is"], &given["between"], &given["filled"]) {
            (Value::Array(values), ..) => format!("is {}", values.iter().map(text).collect::<Vec<_>>().join("|")),
            (_, Value::Array(ends), _) => match (&ends[0], &ends[1]) {
                (Value::Null, most) => format!("to {most}"),
                (least, Value::Null) => format!("from {least}"),
                (least, most) => format!("from {least} to {most}"),
            },
            (.., filled) => format!("filled {filled}"),
        };
        format!("{of}{} {said}", text(&given["field"]))
    };
    let all = |all: &Value| {
        let mut all: Vec<String> = all.as_array().unwrap().iter().map(given).collect();
        all.sort();
        all.join(" & ")
    };
    let mut when: Vec<String> = one["when"].as_array().into_iter().flatten().map(all).collect();
    when.sort();
    let colon = if when.is_empty() { "" } else { ": " };
    format!("{from} > {}{colon}{}", text(&one["to"]), when.join("; "))
}

/// Lines, sorted.
fn sorted(lines: &str) -> Vec<String> {
    let mut lines: Vec<String> = lines.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// Sessions, requests and service runs, as they are said.
pub fn cost(ended: &Ended) -> [usize; 3] {
    let line = ended.stdout.lines().nth(if ended.stdout.starts_with("Going on") { 2 } else { 1 }).unwrap();
    let numbers: Vec<usize> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().unwrap_or_else(|_| panic!("{line:?} says no cost"))
}

#[test]
fn every_step_and_way_is_found_with_what_leads_there() {
    let project = project("forks", FORKS);
    let ended = project.draftgate(&["explore", "forks", "--svg", "flow.svg", "--mermaid", "flow.mmd"]).exits(0);
    let ended = ended.never_says("finding").never_says("This is not all");
    assert_eq!(ways(&map(&project, "forks")), sorted(WAYS), "{}", ended.stdout);
    for line in [
        "Explored forks: 10 steps, 15 ways between them\n",
        "    → Schedule  when I agree is ticked and Installments is 4 or more and Already a customer of Start is not ticked\n",
        "    → end: We are sorry  when I agree is not ticked\n",
        "    → end: You are welcome to the bank, and here is a text…  when",
        "    ← Residence\n",
        "\nWrote snapshots/maps/forks.map.json\n",
    ] {
        assert!(ended.stdout.contains(line), "{line:?} is not in\n{}", ended.stdout);
    }
    let (svg, mermaid) = (project.read("flow.svg").unwrap(), project.read("flow.mmd").unwrap());
    for step in ["Start", "Company", "Residence", "Source of funds", "Province", "Payment", "Welcome back", "Schedule"]
    {
        assert!(svg.contains(step), "{step} is not in the picture:\n{svg}");
        assert!(mermaid.contains(&format!("[\"{step}\"]\n")), "{step} is not in the diagram:\n{mermaid}");
    }
    assert!(mermaid.contains("([\"end: We are sorry\"])\n"), "{mermaid}");
}

#[test]
fn each_step_that_one_can_go_back_from_is_gone_back_from() {
    let project = project("forks", FORKS);
    project.draftgate(&["explore", "forks"]).exits(0);
    let map = map(&project, "forks");
    let moves = map["views"][0]["moves"].as_array().unwrap();
    let back = |from: &str| moves.iter().filter(|one| one["way"] == "back" && one["from"] == from).count();
    for step in ["Company", "Residence", "Source of funds", "Province", "Payment", "Welcome back", "Schedule"] {
        assert!(back(step) > 0, "nobody went back from {step}");
    }
    assert_eq!(back("Start") + back("end"), 0);
}

#[test]
fn the_map_is_laid_over_what_was_known_and_lint_reads_it() {
    let project = project("forks", FORKS);
    let scenario = "scenario: A company\nflow: forks\nlanguage: fr-CA\nsnapshot: false\nsteps:\n  - init\n";
    project.write("scenarios/company.yaml", scenario);
    project.draftgate(&["run"]).exits(0);
    let before = map(&project, "forks");
    assert_eq!((before["views"].as_array().unwrap().len(), &before["views"][0]["language"]), (1, &"fr-CA".into()));
    project.draftgate(&["explore", "forks"]).exits(0);
    let after = map(&project, "forks");
    let views = after["views"].as_array().unwrap();
    let french = views.iter().find(|view| view["language"] == "fr-CA").expect("the other language stays");
    assert_eq!((views.len(), french), (2, &before["views"][0]));
    // What exploring found is what a scenario is held against.
    project.write("scenarios/company.yaml", "scenario: A typo\nflow: forks\nsteps:\n  - submit: { Kindd: business }\n");
    project.draftgate(&["lint"]).complains("did you mean `Kind`?");
}

#[test]
fn the_same_seed_explores_in_the_same_way() {
    let explore = || {
        let project = project("forks", FORKS);
        let ended = project.draftgate(&["explore", "forks", "--mermaid", "flow.mmd"]).exits(0);
        (cost(&ended), ended.stdout, map(&project, "forks"), project.read("flow.mmd"))
    };
    assert_eq!(explore(), explore());
}

#[test]
fn a_personas_verdict_is_found_and_mistakes_in_the_file_are_shown() {
    let flow = "flow: checked
nodes:
  - form: person
    title: Person
    elements: [ { name: Last name, role: last_name, type: text, required: true } ]
  - { service: check, type: TRULIOO_EIDV, takes: 20ms, match: person.last_name != 'Nomatch' }
  - { condition: known, when: check.match, then: account, else: proof }
  - form: proof
    title: Proof
    elements: [ { name: Why, type: text, required: true } ]
    next: end
  - form: account
    title: Account
    elements: [ { name: Which, type: text, required: true } ]
";
    let project = project("checked", flow);
    project.draftgate(&["explore", "checked"]).exits(0).never_says("Proof");
    project.write("scenarios/personas.yaml", "nobody knows: { last_name: Nomatch }\n");
    let ended = project.draftgate(&["explore", "checked"]).exits(0);
    let ended = ended.says("→ Proof  when Last name is Nomatch\n").never_says("finding");
    assert!(cost(&ended)[2] >= 2, "{}", ended.stdout);
    let found = ways(&map(&project, "checked"));
    assert!(found.contains(&"Person > Proof: last_name is Nomatch".to_owned()), "{found:?}");
    assert!(found.contains(&"Proof > end".to_owned()) && found.contains(&"Account > end".to_owned()), "{found:?}");
    project.write("scenarios/personas.yaml", "someone: { last_name: Ada }\nnobody: Nomatch\n");
    project.draftgate(&["explore", "checked"]).exits(3).complains("scenarios/personas.yaml:2:9");
}

#[test]
fn a_diagram_takes_whatever_a_flow_is_called() {
    let odd = r#"Say "yes" | [no] {or} <b>; 100% #1 🚀 `x` \\ &amp;"#;
    let flow = format!(
        "flow: odd\nnodes:\n  - form: a\n    title: '{odd}'\n    elements:\n      \
         - {{ name: 'One | [two]', type: dropdown, required: true, options: ['x\"y', 'a|b'] }}\n  \
         - {{ condition: c, when: \"a.one_two == 'a|b'\", then: b, else: end }}\n  \
         - form: b\n    title: end\n    elements: [ {{ name: Word, type: text }} ]\n"
    );
    let project = project("odd", &flow);
    project.draftgate(&["explore", "odd", "--mermaid", "odd.mmd", "--svg", "odd.svg"]).exits(0);
    let diagram = project.read("odd.mmd").unwrap();
    let entity = regex::Regex::new("#[0-9]+;").unwrap();
    let line = regex::Regex::new(
        r#"^    (s\d+(\["[^"]*"\]|\(\["[^"]*"\]\))|begin\(\( \)\) --> s\d+|s\d+ -->(\|"[^"]*"\|)? s\d+|s\d+ -\.-> s\d+)$"#,
    )
    .unwrap();
    let mut lines = diagram.lines();
    assert_eq!(lines.next(), Some("flowchart TD"));
    for text in lines {
        assert!(line.is_match(text), "{text:?} is no line of a diagram");
        for quoted in text.split('"').skip(1).step_by(2) {
            let plain = entity.replace_all(quoted, "");
            assert!(!plain.contains(['#', '<', '>', '&', '|', '[', ']', '{', '}', ';', '%', '`']), "{quoted}");
        }
    }
    assert!(diagram.contains("Say #34;yes#34; #124; #91;no#93;") && diagram.contains("🚀"), "{diagram}");
    // A form that is called as the end's type is.
    assert!(diagram.contains("[\"end\"]\n") && diagram.contains("([\"end: "), "{diagram}");
    assert!(project.read("odd.svg").unwrap().contains("🚀"));
}

#[test]
fn what_there_is_not_is_told() {
    let project = project("forks", FORKS);
    let ended = project.draftgate(&["explore", "fork"]).exits(2);
    ended.complains("error: there is no flow `fork`; did you mean `forks`?");
    project.draftgate(&["explore", "forks", "--language", "fr_CA"]).exits(2).complains("did you mean `fr-CA`?");
    assert!(project.files("snapshots/maps").is_empty(), "nothing was found out");
}
