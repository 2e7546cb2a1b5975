//! What applicants entered, which no report shows with `--mask-data`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::masking::{entries, everything, nowhere, outputs, percent, reports_only, tests};
use crate::project::Project;

const FORM: &str = "flow: tiny
nodes:
  - form: personal
    title: Personal details
    elements:
      - { name: First name, role: first_name, type: text, required: true }
      - { name: Age, type: number }
      - { name: Initial, type: text }
      - { name: Birthday, role: dob, type: date }
      - { name: Country, type: country_select }
      - { name: News, type: checkbox }
      - { name: Note, type: text }
      - { name: Letter, type: file }
      - { name: Town, type: text }
      - { name: Year, type: number }
  - form: address
    title: Address
    elements: [ { name: City, type: text, required: true } ]
";
const ENTERED: &str = "scenario: An applicant enters much
flow: tiny
snapshot: false
vars:
  town: Ouagadougou
cases:
  - { case: Wilhelmina, first: Wilhelmina, year: 19571 }
  - { case: with Wilhelmina, first: Wilhelmina, year: 19572 }
  - { case: other, first: Bartholomew, year: 19573 }
steps:
  - init
  - submit:
      First name: \"{{ first }}\"
      Age: 87
      Initial: Q
      Birthday: 1990-03-29
      Country: LI
      News: true
      Note: |
        a longer text

        in three lines
      Letter: { file: ../given/farewell.txt }
      Town: \"{{ town }}\"
      Year: \"{{ year }}\"
    expect: Address
  - back:
    expect: { title: Ouagadougou, json: { $.title: \"{{ year }}\" } }
";
/// What was entered in it, as far as it tells by itself.
const VALUES: [&str; 12] = [
    "Wilhelmina",
    "Bartholomew",
    "Ouagadougou",
    "1990-03-29",
    "29/03/1990",
    "03/29/1990",
    "a longer text",
    "in three lines",
    "farewell",
    "19571",
    "19572",
    "19573",
];

#[test]
fn what_applicants_entered_is_in_no_output_when_it_is_masked() {
    let project = Project::new()
        .with("scenarios/tiny.flow.yaml", FORM)
        .with("scenarios/a.yaml", ENTERED)
        .with("scenarios/b.yaml", "scenario: From a table\nflow: tiny\nsnapshot: false\ncases: b.csv\nsteps:\n  - init\n  - submit: { First name: \"{{ first }}\", Note: \"{{ nothing }}\" }\n".replace("{{ nothing }}", "{{ note.missing.deeper }}"))
        .with("scenarios/b.csv", "case,first,note\none,Bartholomew,\"Wilhelmina, and more\"\ntwo,Ouagadougou,farewell\n")
        .with("given/farewell.txt", "x");
    let said = everything(&project, &[], &["--mask-data"]);
    assert_eq!(said[0].code, Some(1), "{}", said[0].all());
    let kept_back: Vec<String> =
        VALUES.iter().flat_map(|value| [(*value).to_owned(), percent(value), STANDARD.encode(value)]).collect();
    nowhere(&kept_back, &reports_only(outputs(&project, &said)));
    let entries = entries(&project);
    let mut names: Vec<&str> = tests(&entries).map(|test| test["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a::[data]", "a::other", "a::with [data]", "b::one", "b::two"]);
    let planned: Vec<&str> =
        entries[0]["tests"].as_array().unwrap().iter().map(|test| test["name"].as_str().unwrap()).collect();
    assert!(names.iter().all(|name| planned.contains(name)), "{planned:?}");
    let text = entries.iter().find(|entry| entry["path"] == "scenarios/a.yaml").unwrap()["text"].as_str().unwrap();
    assert_eq!(text.lines().count(), ENTERED.lines().count());
    for line in [
        "  town: [data]",
        "      First name: \"{{ first }}\"",
        "      Age: [data]",
        "      News: [data]",
        "      Note: |",
        "      Letter: { file: [data] }",
        "    expect: Address",
        "    expect: { title: [data], json: { $.title: \"{{ year }}\" } }",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
    }
    for test in tests(&entries).filter(|test| test["name"] != "b::one" && test["name"] != "b::two") {
        let submit = &test["steps"][1]["exchanges"].as_array().unwrap().last().unwrap()["request"]["body"]["json"];
        let values: Vec<&Value> = submit.as_object().unwrap().values().collect();
        assert!(values.len() == 10 && values.iter().all(|value| **value == "[data]"), "{submit}");
        let back = &test["steps"][2];
        assert_eq!(back["label"], "back");
        let elements = back["exchanges"][0]["answer"]["body"]["json"]["elements"].as_array().unwrap().clone();
        assert_eq!(elements[0]["name"], "First name");
        assert!(
            elements.iter().all(|element| element
                .get("value")
                .is_none_or(|value| value == "[data]" || value == &json!(["[data]"]))),
            "{elements:?}"
        );
    }
    said[0].stdout.lines().find(|line| line.contains("expect: { title: [data]")).expect("the line that failed");
}

const UNENTERED: &str = "scenario: What is not entered stays
flow: tiny
snapshot: false
vars:
  greeting: Salutations
cases:
  - { case: Liechtenstein, label: Personal, wanted: WRONG_CODE, status: 4999, language: de-LI, who: Lovelace-Byron, born: 1815-12-10 }
steps:
  - init:
    language: \"{{ language }}\"
  - request: { path: /people/Ouagadougou?town=Samarkand }
    expect: { status: \"{{ 404 if label else status }}\" }
  - submit: { First name: \"{{ who }}\", Birthday: \"{{ born }}\" }
    expect: { title: \"{{ label }} {{ wanted }} {{ greeting }} LOVELACE-BYRON lovelace-byron 10/12/1815 18151210\" }
";

#[test]
fn only_what_is_entered_is_masked_however_it_is_written() {
    let project = Project::new()
        .with("scenarios/tiny.flow.yaml", FORM)
        .with("scenarios/a.yaml", UNENTERED)
        .with("scenarios/b.yaml", "scenario: Only the code\nflow: tiny\nsnapshot: false\ncases: b.csv\nsteps:\n  - init\n  - submit: { First name: \"{{ who }}\" }\n    expect: { title: \"{{ wanted }}\" }\n")
        .with("scenarios/b.csv", "case,who,wanted\none,Bartholomew,SOME_CODE\n");
    let said = everything(&project, &[], &["--mask-data"]);
    assert_eq!(said[0].code, Some(1), "{}", said[0].all());
    let entered = ["Lovelace", "LOVELACE", "lovelace", "1815", "Ouagadougou", "Samarkand", "Bartholomew"];
    nowhere(&entered.map(str::to_owned), &reports_only(outputs(&project, &said)));
    let entries = entries(&project);
    let mut names: Vec<&str> = tests(&entries).map(|test| test["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a::Liechtenstein", "b::one"]);
    let text = |path: &str| entries.iter().find(|entry| entry["path"] == path).unwrap()["text"].as_str().unwrap();
    for line in [
        "  greeting: Salutations",
        "  - { case: Liechtenstein, label: Personal, wanted: WRONG_CODE, status: 4999, language: de-LI, who: [data], born: [data] }",
        "  - request: { path: /people/[data]?town=[data] }",
        "  - submit: { First name: \"{{ who }}\", Birthday: \"{{ born }}\" }",
        "    expect: { title: \"{{ label }} {{ wanted }} {{ greeting }} [data] [data] [data] [data]\" }",
    ] {
        assert!(
            text("scenarios/a.yaml").lines().any(|other| other == line),
            "{line} is not in\n{}",
            text("scenarios/a.yaml")
        );
    }
    assert!(said[0].stdout.contains("SOME_CODE"), "{}", said[0].stdout);
}
