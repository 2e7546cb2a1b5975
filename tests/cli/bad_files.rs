//! Files that no scenario should be: each ends in a place and exit code 3, and none brings the program down.

use crate::flows::{HAPPY, plain, tiny};

/// Puts bytes in a scenario's place, and expects them to be refused there, when they are run and when they are checked.
#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, place: &str, message: &str) {
    let project = tiny().with("scenarios/good.yaml", HAPPY).with("scenarios/bad.yaml", bytes);
    for command in ["run", "lint"] {
        let ended = project.draftgate(&[command]).exits(3);
        ended.complains(&format!("--> scenarios/bad.yaml{place}")).complains(message).never_says("good.yaml");
    }
    assert!(project.files("snapshots").is_empty());
}

#[test]
fn a_key_given_twice() {
    refused("scenario: a\nflow: b\nscenario: c\n", ":3:1", "the key `scenario` is given twice");
    refused("scenario: a\nflow: b\nsteps:\n  - submit: { x: 1, x: 2 }\n", ":4:21", "the key `x` is given twice");
}

#[test]
fn a_tab() {
    refused("scenario: a\nflow: b\nsteps:\n\t- init\n", ":4:1", "a tab indents this line");
}

#[test]
fn an_alias_bomb() {
    let mut text = "scenario: a\nflow: b\nvars:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        text.push_str(&format!("  a{level}: &a{level} [{}]\n", before.trim_end_matches(", ")));
    }
    text.push_str("steps: [init]\n");
    let project = tiny().with("scenarios/bad.yaml", text);
    project.draftgate(&["run"]).exits(3).complains("scenarios/bad.yaml:").complains("alias");
}

#[test]
fn nesting_ten_thousand_deep() {
    let project = tiny();
    let flow =
        format!("scenario: a\nflow: b\nvars: {{ x: {}{} }}\nsteps: [init]\n", "[".repeat(10_000), "]".repeat(10_000));
    let maps = format!("scenario: a\nvars: {}1{}\n", "{a: ".repeat(10_000), "}".repeat(10_000));
    let dashes = format!("scenario: a\nflow: b\nsteps:\n{}x\n", "- ".repeat(10_000));
    let template =
        plain(&format!("vars: {{ x: \"{{{{ {}1{} }}}}\" }}\nsteps: [init]\n", "(".repeat(10_000), ")".repeat(10_000)));
    let path = plain(&format!(
        "steps:\n  - init:\n    expect: {{ json: {{ \"$[?{}@.x{}]\": 1 }} }}\n",
        "(".repeat(10_000),
        ")".repeat(10_000)
    ));
    for text in [flow, maps, dashes, template, path] {
        project.write("scenarios/bad.yaml", &text);
        project.draftgate(&["lint"]).exits(3).complains("scenarios/bad.yaml:");
    }
}

#[test]
fn bytes_that_are_no_utf_8() {
    refused(b"scenario: a\nflow: \xff\xfe\n", ":2:7", "from here on the file is not UTF-8 text");
    refused(b"\xff\xfes\x00c\x00", ":1:1", "not UTF-8");
}

#[test]
fn nothing_at_all() {
    refused("", "", "the file is empty");
    refused("  \n\n", ":1:1", "the file is empty");
    refused("# only a comment\n", ":1:", "");
    refused("---\n", ":1:", "");
}

#[test]
fn something_else_altogether() {
    refused("just words\n", ":1:1", "");
    refused("[1, 2]\n", ":1:1", "");
    refused("{\"log\": {}}\n", ":1:1", "neither a scenario nor a fragment");
    refused("scenario: a\nflow: b\n---\nscenario: c\n", ":4:1", "more than one YAML document");
    refused("scenario: a\nflow: b\nsteps: [init\n", ":", "");
}

#[test]
fn too_large_a_file() {
    let text = format!("{HAPPY}# {}\n", "x".repeat(4 * 1024 * 1024));
    refused(text, "", "at most 4 MB are read");
}

#[test]
fn a_great_many_mistakes_are_cut_off() {
    let text = plain(&format!("steps:\n{}", "  - nope\n".repeat(5_000)));
    let project = tiny().with("scenarios/bad.yaml", text);
    let ended = project.draftgate(&["lint"]).exits(3);
    ended.complains("5000 mistakes found").complains("… and 4900 more");
}

#[test]
fn fragments_that_use_themselves_or_multiply() {
    let project = tiny().with("scenarios/bad.yaml", plain("steps: [ { use: one.yaml } ]\n"));
    project.write("scenarios/one.yaml", "fragment: One\nsteps: [ { use: two.yaml } ]\n");
    project.write("scenarios/two.yaml", "fragment: Two\nsteps: [ { use: one.yaml } ]\n");
    project.draftgate(&["lint"]).exits(3).complains("this fragment uses itself");
    for level in 0..20 {
        let next = format!("{{ use: f{}.yaml }}", level + 1);
        project.write(&format!("scenarios/f{level}.yaml"), format!("fragment: F\nsteps: [ {next}, {next} ]\n"));
    }
    project.write("scenarios/f20.yaml", "fragment: F\nsteps: [init]\n");
    project.write("scenarios/one.yaml", "fragment: One\nsteps: [ { use: f0.yaml } ]\n");
    project.draftgate(&["lint"]).exits(3).complains("more than 2000 steps");
}

#[cfg(unix)]
#[test]
fn a_folder_that_leads_back_to_itself() {
    let project = tiny().with("scenarios/a.yaml", HAPPY);
    std::os::unix::fs::symlink("..", project.path().join("scenarios/loop")).unwrap();
    for command in ["run", "lint"] {
        let ended = project.draftgate(&[command]).exits(3);
        ended.complains("this link leads back to").complains("scenarios/loop");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere() {
    let project = tiny().with("scenarios/a.yaml", HAPPY);
    std::os::unix::fs::symlink("nowhere.yaml", project.path().join("scenarios/gone.yaml")).unwrap();
    project.draftgate(&["lint"]).exits(3).complains("scenarios");
}

#[test]
fn data_files_that_are_no_data() {
    let project = tiny().with("scenarios/bad.yaml", plain("cases: cases.csv\nsteps: [init]\n"));
    project
        .draftgate(&["lint"])
        .exits(3)
        .complains("scenarios/bad.yaml:4:8")
        .complains("there is no file \"cases.csv\"");
    let refused = |bytes: &[u8], place: &str, message: &str| {
        project.write("scenarios/cases.csv", bytes);
        let ended = project.draftgate(&["lint"]).exits(3);
        ended.complains(place).complains(message).complains("scenarios/bad.yaml:4:8");
    };
    refused(b"case,name\na\n", "scenarios/cases.csv:2:1", "the row has 1 cell, and the header has 2 columns");
    refused(b"case,name\n\xff,b\n", "scenarios/cases.csv:2:1", "not UTF-8");
    refused(b"case,name\n", "scenarios/bad.yaml:4:8", "there is no case here");
    refused(b"case,name\na,b\na,c\n", "scenarios/cases.csv:3:1", "two cases are called `a`");
}
