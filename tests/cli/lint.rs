//! Every mistake of every file is told at once, at its place, with the way out; and nothing is sent meanwhile.

use crate::flows::{STEP, plain, tiny};
use crate::project::Project;
use crate::scripted::{Reply, Scripted};

/// A mistake as it must be told: place, message and help.
type Told = (&'static str, &'static str, &'static str);

/// Files with mistakes.
const MISTAKES: [(&str, &str, &[Told]); 4] = [
    (
        "scenarios/action.yaml",
        "scenario: An unknown action\nflow: tiny\nsteps:\n  - init\n  - submti: { First name: Ada }\n  - back\n",
        &[("5:5", "unknown action `submti`", "did you mean `submit`?")],
    ),
    (
        "scenarios/deep/keys.yaml",
        "scenaro: A misspelt key\nflow: tiny\nsteps:\n  - init:\n    excpect: end\n    nmae: x\n",
        &[
            ("1:1", "unknown key `scenaro`", "did you mean `scenario`?"),
            ("5:5", "unknown key `excpect`", "did you mean `expect`?"),
            ("6:5", "unknown key `nmae`", "did you mean `name`?"),
        ],
    ),
    (
        "scenarios/names.yaml",
        "scenario: Names\nflow: tiny\nvars: { first: Ada }\nsteps:\n  - init\n  - submit: { First name: \"{{ frist }}\" }\n",
        &[("6:31", "frist", "did you mean `first`?")],
    ),
    (
        "scenarios/order.yaml",
        "scenario: Order\nflow: tiny\nsteps:\n  - back\n",
        &[("4:5", "the applicant has no session yet, which `back` needs", "begin with `- init`")],
    ),
];

fn mistaken() -> Project {
    MISTAKES.iter().fold(tiny(), |project, (path, text, _)| project.with(path, text))
}

#[test]
fn a_sound_project_is_0_with_a_count() {
    let cases = "cases: [ { case: one }, { case: two } ]\nsteps: [init]\n";
    let project = tiny().with("scenarios/a.yaml", plain("steps: [init]\n")).with("scenarios/b.yaml", plain(cases));
    assert_eq!(project.draftgate(&["lint"]).exits(0).stdout, "2 scenarios with 3 tests, no mistakes\n");
    Project::new().draftgate(&["lint"]).exits(4);
}

#[test]
fn the_mistakes_of_all_files_are_told_together_with_place_and_help() {
    let server = Scripted::start(|_, _| Reply::step("s", STEP));
    let project = mistaken().with("scenarios/draftgate.yaml", server.config());
    for command in ["lint", "run"] {
        let ended = project.draftgate(&[command]).exits(3);
        assert_eq!(ended.stdout, "");
        for (path, _, mistakes) in MISTAKES {
            for (place, message, help) in mistakes {
                let at = format!(" --> {path}:{place}\n");
                let at_place = |block: &&str| block.contains(&at) && block.contains(message) && block.contains(help);
                let found = ended.stderr.split("\n\nerror").find(at_place);
                assert!(found.is_some(), "{path}:{place} {message} ({help})\n{}", ended.stderr);
            }
        }
    }
    assert!(server.targets().is_empty(), "nothing is sent");
}

#[test]
fn the_mistakes_come_in_the_order_of_files_and_places() {
    let ended = mistaken().draftgate(&["lint"]).exits(3);
    let places: Vec<&str> = ended.stderr.lines().filter_map(|line| line.trim_start().strip_prefix("--> ")).collect();
    let mut sorted = places.clone();
    sorted.sort_by_key(|place| {
        let (file, rest) = place.split_once(':').unwrap();
        let (line, column) = rest.split_once(':').unwrap();
        (file.to_owned(), line.parse::<usize>().unwrap(), column.parse::<usize>().unwrap())
    });
    assert_eq!(places, sorted);
    let count = ended.stderr.lines().last().unwrap();
    assert_eq!(count, format!("{} mistakes found", places.len()));
}

#[test]
fn a_line_with_a_caret_shows_each() {
    let project = tiny().with("scenarios/a.yaml", plain("steps:\n  - init\n  - submit: { ü: 1 }\n    expcet: end\n"));
    let ended = project.draftgate(&["lint"]).exits(3);
    let expected = "error[E020]: unknown key `expcet`
 --> scenarios/a.yaml:7:5
  |
7 |     expcet: end
  |     ^^^^^^
  |
  = help: did you mean `expect`?

For more about this kind of mistake: `draftgate explain E020`
1 mistake found
";
    assert_eq!(ended.stderr, expected);
}

#[test]
fn names_are_checked_beside_other_mistakes_unless_those_may_have_defined_them() {
    let project =
        tiny().with("scenarios/a.yaml", plain("steps:\n  - init:\n    bogus: 1\n    expect: \"{{ undefd }}\"\n"));
    project.draftgate(&["lint"]).exits(3).complains("unknown key `bogus`").complains("`undefd` is not defined");
    let misspelt = plain("vasr: { first: Ada }\nsteps:\n  - init:\n    expect: \"{{ first }}\"\n");
    project.write("scenarios/a.yaml", misspelt);
    project.draftgate(&["lint"]).exits(3).complains("did you mean `vars`?").never_says("not defined");
    project.write(
        "scenarios/a.yaml",
        plain("steps:\n  - init:\n    captrue: { a: $.id }\n  - submit: { A: \"{{ a }}\" }\n"),
    );
    project.draftgate(&["lint"]).exits(3).complains("did you mean `capture`?").never_says("not defined");
}

#[test]
fn only_the_chosen_files_are_checked() {
    let project = mistaken().with("scenarios/good.yaml", plain("steps: [init]\n"));
    project.draftgate(&["lint", "scenarios/good.yaml"]).exits(0);
    let ended = project.draftgate(&["lint", "scenarios/deep"]).exits(3);
    ended.complains("deep/keys.yaml").never_says("names.yaml");
}

#[test]
fn mistakes_in_flow_definitions_and_fragments_are_told_too() {
    let project = tiny()
        .with("scenarios/a.yaml", plain("steps: [ { use: part.yaml } ]\n"))
        .with("scenarios/part.yaml", "fragment: A part\nsteps:\n  - bakc\n");
    project.draftgate(&["lint"]).exits(3).complains("scenarios/part.yaml:3:5").complains("did you mean `back`?");
    project.write("scenarios/part.yaml", "fragment: A part\nsteps:\n  - init\n");
    project.draftgate(&["lint"]).exits(0);
    project.write("scenarios/tiny.flow.yaml", "nodes:\n  - form: a\n    elemnts: []\n");
    project
        .draftgate(&["lint"])
        .exits(3)
        .complains("scenarios/tiny.flow.yaml:3:5")
        .complains("did you mean `elements`?");
}

#[test]
fn a_mistake_in_the_configuration_is_2() {
    let project = tiny().with("scenarios/a.yaml", plain("steps: [init]\n"));
    project.write("scenarios/draftgate.yaml", "server:\n  base_ulr: http://x\nrun: { rate: fast }\n");
    for command in ["lint", "run"] {
        let ended = project.draftgate(&[command]).exits(2);
        ended
            .complains("scenarios/draftgate.yaml:2:3")
            .complains("did you mean `base_url`?")
            .complains("scenarios/draftgate.yaml:3:14")
            .complains("a rate such as 20/s");
    }
}

#[test]
fn files_that_hold_no_scenario_are_checked_with_what_uses_them() {
    let project = tiny()
        .with("scenarios/draftgate.yaml", "run: { rate: 5/s }\n")
        .with("scenarios/parts/part.yaml", "fragment: A part\nsteps:\n  - init\n")
        .with("scenarios/people.csv", "case,first\na,Ada\n")
        .with("scenarios/other.csv", "case\na\n")
        .with("scenarios/broken.yaml", "scenario: B\nflow: tiny\nsteps: [inti]\n")
        .with(
            "scenarios/a.yaml",
            plain("cases: people.csv\nsteps:\n  - use: parts/part.yaml\n  - submit: { First name: \"{{ first }}\" }\n"),
        );
    for (file, told) in [
        ("scenarios/parts/part.yaml", "1 fragment, no mistakes\n"),
        ("scenarios/tiny.flow.yaml", "1 file for the sandbox, no mistakes\n"),
        ("scenarios/draftgate.yaml", "1 configuration, no mistakes\n"),
        ("scenarios/people.csv", "1 data file, no mistakes\n"),
    ] {
        assert_eq!(project.draftgate(&["lint", file]).exits(0).stdout, told);
    }
    let both = ["lint", "scenarios/a.yaml", "scenarios/parts/part.yaml", "scenarios/people.csv"];
    project.draftgate(&both).exits(0).says("1 scenario, 1 fragment and 1 data file, no mistakes\n");
    project.draftgate(&["lint", "scenarios/other.csv"]).exits(0).complains("no scenario uses scenarios/other.csv");
    for (file, text, told) in [
        ("scenarios/parts/part.yaml", "fragment: A part\nsteps:\n  - bakc\n", "scenarios/parts/part.yaml:3:5"),
        ("scenarios/tiny.flow.yaml", "nodes:\n  - form: a\n    elemnts: []\n", "scenarios/tiny.flow.yaml:3:5"),
        ("scenarios/draftgate.yaml", "run: { rat: 5/s }\n", "scenarios/draftgate.yaml:1:8"),
        ("scenarios/people.csv", "case,first\na,Ada,Eve\n", "scenarios/people.csv:2"),
    ] {
        let before = project.read(file).unwrap();
        project.write(file, text);
        let ended = project.draftgate(&["lint", file]).exits(3);
        ended.complains(told).never_says("broken.yaml");
        project.write(file, before);
    }
}
