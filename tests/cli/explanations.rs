//! `draftgate explain E012`: every kind of mistake, and of what is odd, has an explanation whose first example makes that very
//! mistake, and whose second one does not.

use draftgate::source::{CODES, CodeEntry, Severity};

use crate::blocks::{self, Block};
use crate::flows::{HAPPY, TINY, tiny};
use crate::project::{Ended, Project};

/// Two fields of one role.
const PHONES: &str = "flow: phones
nodes:
  - form: phones
    title: Phones
    elements: [ { name: Home phone, role: phone, type: text }, { name: Mobile phone, role: phone, type: text } ]
";

/// A project whose flow was once called differently in places, and whose runs saw both.
fn rebuilt() -> Project {
    let former = TINY.replace("name: First name", "name: Given name").replace("title: Address", "title: Home address");
    let project = Project::new()
        .with("scenarios/tiny.flow.yaml", former)
        .with("scenarios/happy.yaml", HAPPY.replace("First name", "Given name").replace("Address", "Home address"));
    project.draftgate(&["run", "--update"]).exits(0);
    project.write("scenarios/tiny.flow.yaml", TINY);
    project.write("scenarios/happy.yaml", HAPPY);
    project.write("scenarios/phones.flow.yaml", PHONES);
    project.write("scenarios/phones.yaml", "scenario: Phones are asked for\nflow: phones\nsteps: [ init ]\n");
    project.draftgate(&["run", "--update"]).exits(0);
    project
}

/// Checks a project, and runs it where nothing was found: some mistakes show only when a step has its answer.
fn play(project: &Project) -> Ended {
    match project.draftgate(&["lint"]) {
        // What an explanation asks to be set is set.
        ended if ended.code == Some(0) => project.draftgate_with(&[("QA_CLIENT_SECRET", "made-up")], &["run"]),
        ended => ended,
    }
}

fn write(project: &Project, files: &[Block]) {
    files.iter().for_each(|file| file.write(project));
}

/// The numbers of the kinds that are told.
fn told(said: &str) -> Vec<&'static str> {
    CODES.iter().map(|entry| entry.number).filter(|number| said.contains(&format!("[{number}]"))).collect()
}

/// What is wrong with an explanation's examples.
fn check(entry: &CodeEntry) -> Result<(), String> {
    let groups = blocks::groups(entry.explanation);
    let [example, put_right] = &groups[..] else { return Err("an example, and the example put right".to_owned()) };
    let odd = entry.code.severity() == Severity::Warning;
    // What is odd is mostly so by what runs saw of the flow before.
    let project = if odd { rebuilt() } else { tiny() };
    write(&project, example);
    let said = if odd { project.draftgate(&["lint"]).exits(0).all() } else { play(&project).all() };
    let found = told(&said);
    // A fragment that an example shows alone is one that nothing uses.
    let alone = example.iter().all(|block| block.is_fragment());
    if found != [entry.number] && !(alone && found == [entry.number, "W012"]) {
        return Err(format!("the example makes {found:?}\n{said}"));
    }
    write(&project, put_right);
    let linted = project.draftgate(&["lint"]);
    // A flow definition may stand alone, without scenarios.
    if !matches!(linted.code, Some(0 | 4)) || told(&linted.all()).contains(&entry.number) {
        return Err(format!("the example put right is not sound\n{}", linted.all()));
    }
    let said = play(&project).all();
    if said.contains("[E") {
        Err(format!("the example put right makes a mistake when it runs\n{said}"))
    } else {
        Ok(())
    }
}

#[test]
fn every_explanation_makes_its_mistake_and_puts_it_right() {
    let playable = CODES.iter().filter(|entry| cfg!(unix) || !entry.explanation.contains("```link"));
    let wrong: Vec<String> =
        playable.filter_map(|entry| Some(format!("{}: {}", entry.number, check(entry).err()?))).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn explanations_are_short_and_whole() {
    for entry in CODES {
        let lines = entry.explanation.lines().count();
        assert!((10..=60).contains(&lines), "{}: {lines} lines", entry.number);
        assert!(entry.explanation.lines().all(|line| line.chars().count() <= 130), "{}: a long line", entry.number);
        assert!(
            !entry.title.ends_with('.')
                && entry.title.chars().next().is_some_and(|c| !c.is_uppercase() || entry.title.starts_with("CSV"))
        );
    }
    let numbers: Vec<&str> = CODES.iter().map(|entry| entry.number).collect();
    assert!(numbers.is_sorted(), "by their numbers");
}

#[test]
fn a_kind_of_mistake_is_explained_in_either_case() {
    let project = Project::new();
    let ended = project.draftgate(&["explain", "E004"]).exits(0);
    assert_eq!(
        ended.stdout,
        "E004  a tab at the beginning of a line

YAML is indented with spaces only: how far a tab goes differs from editor to editor, so that nobody
could say what belongs to what.

  scenario: A step is indented with a tab
  flow: tiny
  steps:
  \t- init

Use spaces, two a level. Editors can be told to put spaces where the tab key is pressed.

  scenario: A step is indented with spaces
  flow: tiny
  steps:
    - init
"
    );
    assert_eq!(project.draftgate(&["explain", "e004"]).exits(0).stdout, ended.stdout);
    let coloured = project.draftgate(&["explain", "E004", "--color", "always"]).exits(0).stdout;
    assert!(coloured.starts_with("\u{1b}[1mE004\u{1b}[0m  a tab"));
}

#[test]
fn the_list_has_every_kind_apart_from_the_codes_of_the_api() {
    let list = Project::new().draftgate(&["explain"]).exits(0).stdout;
    let (api, mistakes) = list.split_once("\nMistakes in files\n").unwrap();
    assert!(api.contains("4006") && !api.contains("E020"));
    for entry in CODES {
        assert!(mistakes.contains(&format!("\n{}  {}\n", entry.number, entry.title)), "{}", entry.number);
    }
}

#[test]
fn what_is_no_kind_of_mistake_is_told_with_its_neighbours() {
    let project = Project::new();
    let told = |code: &str, why: &str| {
        let message = format!("error: `{code}` is no kind of mistake{why}; `draftgate explain` lists them all\n");
        project.draftgate(&["explain", code]).exits(2).complains(&message);
    };
    told("E019", "; the nearest are E016 and E020");
    told("e19", "; the nearest are E016 and E020");
    told("E0", "; the nearest is E001");
    told("E999", "; the nearest is E099");
    told("E1234", "; the nearest is E099");
}
