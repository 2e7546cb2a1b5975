//! `draftgate coverage`: what a run covers of its flows, and the scenarios that cover the rest.

use serde_json::Value;

use crate::flows::{HAPPY, TINY, tiny};
use crate::project::{Ended, Project};

/// A flow with a bit of everything, and no fork.
const FORM: &str = "flow: form
nodes:
  - form: person
    title: Person
    elements:
      - { name: Name, type: text, required: true, min_length: 2, max_length: 20, pattern: '^[A-Za-z ]+$' }
      - { name: Plan, type: dropdown, required: true, options: [gold, silver, bronze] }
      - { name: Voucher, type: text, required: true, condition: { element: Plan, equals: gold } }
      - { name: Age, type: number, min: 18, max: 99 }
  - form: address
    title: Address
    elements: [ { name: Since, type: date, min: 1990-01-01 }, { name: City, type: text, required: true } ]
  - end: done
    text: Done
";
const FRENCH: &str = "Person: Personne
Name: Nom
Plan: Formule
Address: Adresse
";

/// One applicant on the straight way.
const STRAIGHT: &str = "scenario: An applicant gets through
flow: form
snapshot: false
steps:
  - init
  - submit: { Name: Ada, Plan: silver, Age: 36 }
    expect: Address
  - submit: { City: London }
    expect: end
";

/// The table's row of a flow: cells by heading.
fn row(ended: &Ended, flow: &str) -> Vec<(String, String)> {
    let kinds = ["steps", "transitions", "options", "fields", "validations", "error codes", "back edges", "languages"];
    let line = ended.stdout.lines().find(|line| line.starts_with(&format!("{flow}  ")));
    let line = line.unwrap_or_else(|| panic!("there is no row of {flow}: {}", ended.stdout));
    let cells: Vec<&str> = line[flow.len()..].split_whitespace().collect();
    assert_eq!(cells.len(), kinds.len(), "{line}");
    kinds.iter().zip(cells).map(|(kind, cell)| ((*kind).to_owned(), cell.to_owned())).collect()
}

fn cell(ended: &Ended, flow: &str, kind: &str) -> String {
    row(ended, flow).into_iter().find(|(known, _)| known == kind).unwrap().1
}

fn form() -> Project {
    Project::new().with("scenarios/form.flow.yaml", FORM).with("scenarios/straight.yaml", STRAIGHT)
}

#[test]
fn a_table_by_flow_says_what_is_covered_and_what_it_is_measured_by() {
    let ended = form().draftgate(&["coverage"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let expected = [
        ("steps", "3/3"),
        ("transitions", "2/2"),
        ("options", "1/3"),
        ("fields", "4/6"),
        ("validations", "8/20"),
        ("error codes", "0/6"),
        ("back edges", "-"),
        ("languages", "1/1"),
    ];
    assert_eq!(row(&ended, "form"), expected.map(|(kind, cell)| (kind.to_owned(), cell.to_owned())), "{ended:?}");
    for said in [
        "  options      Person, Plan: gold, bronze\n",
        "  fields       Person: Voucher\n",
        "  fields       Address: Since\n",
        "  validations  Person, Age: minimum violated, maximum violated\n",
        "  error codes  4006, 4007, 4008, 4013, 4100, 4103\n",
        "Measured by what was discovered of these flows",
        "what nobody has seen yet is not counted. `draftgate explore FLOW` looks for more.",
    ] {
        assert!(ended.stdout.contains(said), "{said}\n{}", ended.stdout);
    }
}

#[test]
fn what_is_written_closes_the_gaps() {
    let project = form();
    let ended = project.draftgate(&["coverage", "--write"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("into scenarios/coverage; each was played once, and passed\n"), "{ended:?}");
    assert!(!ended.stdout.contains("No scenario is written"), "{ended:?}");
    let written = project.files("scenarios/coverage");
    assert!(written.contains(&"scenarios/coverage/form/person-plan-options.yaml".to_owned()), "{written:?}");
    let lint = project.draftgate(&["lint", "--deny-warnings"]);
    assert_eq!(lint.code, Some(0), "{lint:?}");
    let again = project.draftgate(&[
        "coverage",
        "--fail-under",
        "steps=100,transitions=100,options=100,fields=100,\
        validations=100,error-codes=100,back-edges=100,languages=100",
    ]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(cell(&again, "form", "validations"), "20/20");
    // Nothing is left to be written.
    let last = project.draftgate(&["coverage", "--write"]);
    assert!(last.stdout.contains("Wrote 0 scenarios"), "{last:?}");
    assert_eq!(project.files("scenarios/coverage"), written);
}

/// The same flow with French texts.
fn in_french() -> Project {
    let languages = "flow: form\nlanguages: { default: en-US, fr-FR: locales/fr-FR.yaml }\n";
    form()
        .with("scenarios/locales/fr-FR.yaml", FRENCH)
        .with("scenarios/form.flow.yaml", FORM.replacen("flow: form\n", languages, 1))
}

/// Fields of a form that is looked at in one language, and submitted in another, are those of the first.
#[test]
fn a_form_that_is_looked_at_in_another_language_for_once_is_no_other_form() {
    let project = in_french();
    let steps = "  - init\n  - current:\n    language: en-US\n    expect: Person\n  \
        - submit: { Name: Ada, Plan: silver, Age: 36 }\n    expect: Adresse\n";
    let scenario =
        format!("scenario: It is read in English\nflow: form\nlanguage: fr-FR\nsnapshot: false\nsteps:\n{steps}");
    project.write("scenarios/read.yaml", scenario);
    let ended = project.draftgate(&["coverage"]);
    assert_eq!(cell(&ended, "form", "languages"), "3/3", "{ended:?}");
    assert_eq!(cell(&ended, "form", "fields"), "4/6", "{ended:?}");
    assert!(!ended.stdout.contains("form, fr-FR") && !ended.stdout.contains("could not be told"), "{ended:?}");
}

#[test]
fn a_language_that_a_map_knows_and_no_test_asks_for_is_a_gap() {
    let project = in_french();
    project.write(
        "scenarios/french.yaml",
        "scenario: It begins\nflow: form\nlanguage: fr-FR\nsnapshot: false\nsteps:\n  - init\n",
    );
    assert_eq!(project.draftgate(&["run"]).code, Some(0));
    std::fs::remove_file(project.path().join("scenarios/french.yaml")).unwrap();
    let ended = project.draftgate(&["coverage", "straight", "--write", "scenarios/more"]);
    assert_eq!(cell(&ended, "form", "languages"), "1/2", "{ended:?}");
}

/// Two ways out of a form.
const FORK: &str = "flow: fork
nodes:
  - form: person
    title: Person
    elements: [ { name: Plan, type: dropdown, required: true, options: [gold, silver, bronze] } ]
  - { condition: rich, when: person.plan == 'gold', then: safe, else: done }
  - form: safe
    title: Safe
    elements: [ { name: Key, type: text, required: true } ]
  - end: done
    text: Done
";

#[test]
fn nothing_is_written_that_does_not_come_out_as_planned() {
    // Of the two ways one is known, and looks as if everybody went it.
    let gold = "scenario: It is gold\nflow: fork\nsnapshot: false\nsteps:\n  - init\n  \
        - submit: { Plan: gold }\n    expect: Safe\n";
    let project = Project::new().with("scenarios/fork.flow.yaml", FORK).with("scenarios/gold.yaml", gold);
    project.draftgate(&["run"]).exits(0);
    project
        .draftgate(&["coverage", "--write"])
        .exits(0)
        .says("; each was played once, and passed\n")
        .says("of fork: played once: expected the step `Safe`, got the end\n");
    assert!(project.files("scenarios/coverage").len() > 2);
    project.draftgate(&["run"]).exits(0);
}

#[test]
fn an_existing_file_is_never_written_over() {
    let project = form();
    let mine = "scenario: It is mine\nflow: form\nsnapshot: false\nsteps:\n  - init\n";
    project.write("scenarios/coverage/form/code-4100.yaml", mine);
    let ended = project.draftgate(&["coverage", "--write"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(project.read("scenarios/coverage/form/code-4100.yaml").as_deref(), Some(mine));
    assert!(project.read("scenarios/coverage/form/code-4100-2.yaml").is_some());
    let in_ci = project.draftgate_with(&[("CI", "true")], &["coverage", "--write"]);
    assert_eq!(in_ci.code, Some(2), "{in_ci:?}");
    assert!(in_ci.stderr.contains("name the folder, --write DIR"), "{in_ci:?}");
}

#[test]
fn too_little_fails_with_how_much_is_missing() {
    let project = form();
    let ended = project.draftgate(&["coverage", "--fail-under", "options=50, steps=100"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let said = "error: options: 33.3 % (1 of 3) are covered by passing tests, and 50 % must be: 1 more is needed\n";
    assert_eq!(ended.stderr, said);
    assert_eq!(project.draftgate(&["coverage", "--fail-under", "options=33"]).code, Some(0));
    let slip = project.draftgate(&["coverage", "--fail-under", "option=33"]);
    assert_eq!(slip.code, Some(2), "{slip:?}");
    assert!(slip.stderr.contains("did you mean `options`?"), "{slip:?}");
}

#[test]
fn what_only_failing_tests_cover_is_told_apart() {
    let project = tiny().with("scenarios/happy.yaml", HAPPY.replace("expect: end", "expect: Address"));
    let ended = project.draftgate(&["coverage"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(cell(&ended, "tiny", "steps"), "0+3/3");
    assert!(ended.stdout.contains("2+1/4: of 4, 2 by passing tests and 1 more only by tests that fail"), "{ended:?}");
    assert!(ended.stdout.contains("Personal details: First name (only by failing tests)"), "{ended:?}");
    let demanded = project.draftgate(&["coverage", "--fail-under", "steps=1"]);
    assert!(demanded.stderr.contains("steps: 0.0 % (0 of 3)"), "{demanded:?}");
}

#[test]
fn shards_that_are_merged_cover_what_one_run_covers() {
    let project = form();
    assert_eq!(project.draftgate(&["coverage", "--write"]).code, Some(0));
    let whole = project.draftgate(&["run", "--jsonl", "run.jsonl"]);
    assert_eq!(whole.code, Some(0), "{whole:?}");
    let names: Vec<String> = (1..=3).map(|shard| format!("{shard}.jsonl")).collect();
    for (shard, name) in (1..=3).zip(&names) {
        let part = project.draftgate(&["run", "--shard", &format!("{shard}/3"), "--jsonl", name]);
        assert_eq!(part.code, Some(0), "{part:?}");
    }
    let of_whole = project.draftgate(&["coverage", "--from", "run.jsonl"]);
    let files: Vec<&str> = names.iter().map(String::as_str).collect();
    let of_shards = project.draftgate(&[&["coverage", "--from"], &files[..]].concat());
    assert_eq!((of_shards.code, &of_shards.stdout), (Some(0), &of_whole.stdout));
    assert_eq!(cell(&of_whole, "form", "validations"), "20/20");
    let missing = project.draftgate(&["coverage", "--from", "1.jsonl"]);
    assert_eq!(missing.code, Some(2), "{missing:?}");
    let partial = project.draftgate(&["coverage", "--from", "1.jsonl", "--partial"]);
    assert_eq!(partial.code, Some(0), "{partial:?}");
}

#[test]
fn a_flow_that_no_test_is_about_is_told_of_in_a_run_of_all() {
    let project = form().with("scenarios/tiny.flow.yaml", TINY).with("scenarios/happy.yaml", HAPPY);
    assert_eq!(project.draftgate(&["run", "--update"]).code, Some(0));
    std::fs::remove_file(project.path().join("scenarios/happy.yaml")).unwrap();
    let all = project.draftgate(&["coverage"]);
    assert_eq!(cell(&all, "tiny", "steps"), "0/3", "{all:?}");
    project.write("scenarios/other.yaml", STRAIGHT);
    let some = project.draftgate(&["coverage", "straight"]);
    assert!(!some.stdout.contains("tiny"), "{some:?}");
}

/// What the steps of a journal's tests exercised.
fn exercised(project: &Project, journal: &str) -> Vec<Value> {
    let text = project.read(journal).unwrap();
    let entries = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let tests = entries.filter(|entry| entry["event"] == "test-finished");
    let steps: Vec<Value> = tests.flat_map(|test| test["steps"].as_array().unwrap().clone()).collect();
    steps.iter().flat_map(|step| step["exercised"].as_array().cloned().unwrap_or_default()).collect()
}

#[test]
fn the_journal_has_names_and_no_values() {
    let project = form();
    assert_eq!(project.draftgate(&["run", "--jsonl", "run.jsonl"]).code, Some(0));
    let all = exercised(&project, "run.jsonl");
    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!(all[0]["at"]["title"], "Person");
    assert_eq!(
        all[0]["fields"][0]["satisfied"].to_string(),
        r#"["required","minimum length","maximum length","pattern"]"#
    );
    assert_eq!(all[0]["fields"][1]["options"].to_string(), r#"["silver"]"#);
    let text = serde_json::to_string(&all).unwrap();
    assert!(!text.contains("Ada") && !text.contains("London") && !text.contains("36"), "{text}");
    // Which option an applicant chose is what was entered.
    assert_eq!(project.draftgate(&["run", "--jsonl", "masked.jsonl", "--mask-data"]).code, Some(0));
    let masked = exercised(&project, "masked.jsonl");
    assert_eq!(masked[0]["fields"][1]["options"].to_string(), r#"["[data]"]"#);
    let told = project.draftgate(&["coverage", "--from", "masked.jsonl"]);
    assert!(told.stdout.contains("1 option that tests chose could not be told: masked by --mask-data"), "{told:?}");
}

#[test]
fn every_report_tells_of_it() {
    let project = form();
    let ended = project.draftgate(&["run", "--coverage", "--html", "r.html", "--junit", "j.xml", "--markdown", "r.md"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains(" COVERED form: steps 100 %, transitions 100 %, options 33 %"), "{ended:?}");
    let markdown = project.read("r.md").unwrap();
    assert!(markdown.contains("| `form` | 3/3 | 2/2 | 1/3 | 4/6 | 8/20 | 0/6 | - | 1/1 |\n"), "{markdown}");
    assert!(markdown.contains("Measured by what was discovered"), "{markdown}");
    let junit = project.read("j.xml").unwrap();
    assert!(junit.contains(r#"<property name="form: validations" value="8/20"/>"#), "{junit}");
    let html = project.read("r.html").unwrap();
    assert!(
        html.contains(
            r#""kind":"options","passing":1,"failing":0,"all":3,"gaps":[["Person, Plan",["gold","bronze"]]]"#
        )
    );
    // An ordinary run says nothing of it.
    assert!(!project.draftgate(&["run"]).stdout.contains("COVERED"));
}
