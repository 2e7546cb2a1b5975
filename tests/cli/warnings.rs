//! What lint does with what is odd; what it says of it stands in the corpus of `diagnostics`.

use std::path::Path;

use serde_json::Value;

use crate::flows::{HAPPY, TINY, tiny};
use crate::project::{Ended, Project};

/// A project whose flow was run once from the beginning to the end.
fn learnt() -> Project {
    let project = tiny().with("scenarios/happy.yaml", HAPPY);
    project.draftgate(&["run", "--update"]).exits(0);
    project
}

fn json(ended: &Ended) -> Vec<Value> {
    serde_json::from_str(&ended.stdout).expect("an array of findings")
}

#[test]
fn warnings_stop_no_run() {
    let project = learnt();
    project.write(
        "scenarios/names.yaml",
        "scenario: A\nflow: tiny\nsnapshot: false\nvars: { unused: 1 }\nsteps: [init]\n",
    );
    project.draftgate(&["run"]).exits(0).never_says("W008");
    project.draftgate(&["lint"]).exits(0).complains("warning[W008]");
    project.draftgate(&["lint", "--deny-warnings"]).exits(3).complains("1 warning found");
}

#[test]
fn without_a_map_nothing_is_known_of_a_flow() {
    let project = tiny().with("scenarios/a.yaml", "scenario: A\nflow: tiny\nsteps: [init, submit: { Shoe size: 1 }]\n");
    project.draftgate(&["lint"]).exits(0).says("no mistakes");
}

#[test]
fn a_map_that_cannot_be_used_is_a_warning_and_is_written_anew() {
    let project = learnt();
    let path = "snapshots/maps/tiny.map.json";
    let whole = project.read(path).unwrap();
    for (text, place, told) in [
        (format!("<<<<<<< HEAD\n{whole}=======\n{whole}>>>>>>> b\n"), ":1:1", "has the marks of a merge conflict"),
        (whole.replace("\"tiny\"", "\"other\""), ":3:11", "is a map of the flow `other`"),
        (whole.replace("\"views\"", "\"vews\""), ":1:1", "has no `views`"),
        (whole[..whole.len() / 2].to_owned(), "", "ends before it is whole"),
    ] {
        project.write(path, text);
        let ended = project.draftgate(&["lint"]).exits(0);
        ended.complains("warning[W020]").complains(&format!("{path}{place}")).complains(told).says("1 scenario");
        project.draftgate(&["lint", "scenarios/happy.yaml", "--deny-warnings"]).exits(3);
        let ended = project.draftgate(&["lint", "--format", "json"]).exits(0);
        assert_eq!(json(&ended)[0]["code"], "W020");
        let ended = project.draftgate(&["lint", "--format", "github"]).exits(0);
        assert!(ended.stdout.contains("title=W020"), "{}", ended.stdout);
        project.draftgate_with(&[("CI", "true")], &["run"]).exits(0);
        project.draftgate(&["run"]).exits(0).complains(&format!("{path} could not be read, and is written anew"));
        assert_eq!(project.read(path).as_ref(), Some(&whole));
        project.draftgate(&["lint"]).exits(0).says("no mistakes");
    }
    let later = whole.replace("\"format\": 1", "\"format\": 2");
    project.write(path, &*later);
    project.draftgate(&["lint"]).exits(0).complains("is of format 2");
    project.draftgate(&["run"]).exits(0).complains("use the draftgate that wrote it");
    assert_eq!(project.read(path), Some(later));
    let broken =
        whole.replacen("\"name\":", "\"validations\":[{\"type\":\"pattern\",\"value\":\"^[A-Z\"}],\"name\":", 1);
    assert_ne!(broken, whole);
    project.write(path, broken);
    project.draftgate(&["lint"]).exits(0).complains("warning[W020]").complains("is no regular expression");
}

#[test]
fn a_comment_allows_a_warning_on_its_line_or_the_next() {
    let project = learnt();
    let text = |first: &str, second: &str| {
        format!("scenario: A\nflow: tiny\nvars:\n  # {first}\n  one: 1\n  two: 2   # {second}\nsteps: [init]\n")
    };
    project.write("scenarios/a.yaml", text("one", "two"));
    project.draftgate(&["lint"]).exits(0).complains("2 warnings found");
    project.write("scenarios/a.yaml", text("lint: allow W008 it is for later", "two"));
    project.draftgate(&["lint"]).exits(0).complains("1 warning found").complains("`two`");
    project.write("scenarios/a.yaml", text("lint: allow W008", "lint: allow W009, W008"));
    project.draftgate(&["lint"]).exits(0).says("no mistakes");
    project.write("scenarios/a.yaml", text("lint: allow W001", "lint: allow W008"));
    let ended = project.draftgate(&["lint"]).exits(0);
    ended.complains("warning[W019]").complains("scenarios/a.yaml:4:3").complains("`one`").never_says("`two`");
}

#[test]
fn json_has_every_finding_with_its_place() {
    let project = learnt();
    project.write("scenarios/a.yaml", "scenario: A\nflow: tiny\nsteps:\n  - init:\n    expect: Adress\n");
    let ended = project.draftgate(&["lint", "--format", "json"]).exits(0);
    let [finding] = &json(&ended)[..] else { panic!("{}", ended.stdout) };
    let expected = serde_json::json!({
        "code": "W006", "severity": "warning", "message": "no step of the flow `tiny` is called `Adress`",
        "file": "scenarios/a.yaml", "line": 5, "column": 13, "end_line": 5, "end_column": 19,
        "label": null, "help": "did you mean `Address`?", "related": [], "fix": null,
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&finding[key], value, "{key}");
    }
    assert_eq!(finding.as_object().unwrap().len(), 13);
    assert!(finding["notes"][0].as_str().unwrap().contains("known from its runs, which last saw something new on 20"));
    project.write("scenarios/a.yaml", "scenario: A\nflow: tiny\nsteps: [inti]\n");
    let ended = project.draftgate(&["lint", "--format", "json"]).exits(3);
    assert_eq!(json(&ended)[0]["severity"], "error");
    project.write("scenarios/a.yaml", "scenario: A\nflow: tiny\nsteps: [init]\n");
    assert_eq!(json(&project.draftgate(&["lint", "--format", "json"]).exits(0)), Vec::<Value>::new());
}

#[test]
fn github_gets_commands() {
    let project = learnt();
    project.write("scenarios/a.yaml", "scenario: A\nflow: tiny\nsteps:\n  - init:\n    expect: Adress\n");
    let ended = project.draftgate(&["lint", "--format", "github"]).exits(0);
    let command = "::warning file=scenarios/a.yaml,line=5,endLine=5,col=13,endColumn=19,title=W006::no step of the flow `tiny` is called `Adress`%0Ahelp: did you mean `Address`?%0Anote: ";
    assert!(ended.stdout.starts_with(command), "{}", ended.stdout);
    assert_eq!(ended.stdout.lines().count(), 1);
}

#[test]
fn maps_are_no_orphans_and_are_not_written_in_ci_or_when_nothing_is_new() {
    let project = tiny().with("scenarios/happy.yaml", HAPPY);
    for variables in [[("CI", "true")], [("INSTA_UPDATE", "no")]] {
        project.draftgate_with(&variables, &["run"]);
        assert!(project.files("snapshots/maps").is_empty(), "{variables:?}");
    }
    project.draftgate(&["run", "--update"]).exits(0);
    project.draftgate(&["run", "--unreferenced"]).exits(0).says("no unreferenced snapshots");
    let map = project.read("snapshots/maps/tiny.map.json").unwrap();
    let written = || project.path().join("snapshots/maps/tiny.map.json").metadata().unwrap().modified().unwrap();
    let before = written();
    project.draftgate(&["run"]).exits(0);
    assert_eq!((project.read("snapshots/maps/tiny.map.json").unwrap(), written()), (map, before));
}

#[test]
fn a_whole_run_forgets_what_is_gone_and_a_part_of_it_does_not() {
    let project = learnt();
    let steps = |project: &Project| -> Vec<String> {
        let map: Value = serde_json::from_str(&project.read("snapshots/maps/tiny.map.json").unwrap()).unwrap();
        map["views"][0]["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step["key"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(steps(&project), ["Personal details", "Address", "end"]);
    project.write("scenarios/tiny.flow.yaml", TINY.split("  - form: address").next().unwrap());
    let short = "scenario: S\nflow: tiny\nsnapshot: false\nsteps:\n  - init\n  - submit: { First name: Ada }\n    expect: end\n";
    project.write("scenarios/short.yaml", short);
    project.draftgate(&["run", "short"]).exits(0);
    assert_eq!(steps(&project), ["Personal details", "Address", "end"]);
    project.write("scenarios/happy.yaml", short.replace(" S\n", " H\n"));
    project.draftgate(&["run", "--update"]).exits(0);
    assert_eq!(steps(&project), ["Personal details", "end"]);
}

/// Copies a folder.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

#[test]
fn the_bundled_scenarios_have_no_warning_and_their_maps_are_as_runs_record_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = Project::new();
    for folder in ["scenarios", "snapshots"] {
        copy(&root.join(folder), &project.path().join(folder));
    }
    std::fs::remove_dir_all(project.path().join("snapshots/maps")).unwrap();
    project.draftgate(&["run"]).exits(0);
    project.draftgate(&["lint", "--deny-warnings"]).exits(0).says("no mistakes");
    let undated = |text: String| -> String {
        text.lines().filter(|line| !line.contains("\"recorded\"")).fold(String::new(), |text, line| text + line + "\n")
    };
    let maps = project.files("snapshots/maps");
    assert!(maps.len() > 10, "{maps:?}");
    for map in maps {
        let kept = std::fs::read_to_string(root.join(&map)).unwrap_or_default();
        let (new, old) = (undated(project.read(&map).unwrap()), undated(kept));
        assert!(new == old, "{map} is not what a run records: run the scenarios, look at it and commit it");
    }
}
