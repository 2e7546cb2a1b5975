//! `draftgate schema`, `completions` and `man`: what other programs are given to read.

use draftgate::schema::SCHEMAS;

use crate::project::Project;

#[test]
fn a_schema_is_printed_or_all_are_written() {
    let project = Project::new();
    let printed =
        project.draftgate(&["schema", "scenario"]).exits(0).says("\"$schema\"").says("A customer corrects").stdout;
    let any = project.draftgate(&["schema"]).exits(0).says("\"draftgate\"").stdout;
    // Also in CI, since the folder is named.
    let ended = project.draftgate_with(&[("CI", "1")], &["schema", "--out", "for/editors"]).exits(0);
    assert_eq!(ended.stdout.lines().count(), SCHEMAS.len(), "{}", ended.stdout);
    assert_eq!(project.read("for/editors/scenario.schema.json"), Some(printed));
    assert_eq!(project.read("for/editors/draftgate.schema.json"), Some(any));
    assert_eq!(project.files("for").len(), SCHEMAS.len());
    project.draftgate(&["schema", "scenarios"]).exits(2).complains("a similar value exists: 'scenario'");
    project.draftgate(&["schema", "flow", "--out", "x"]).exits(2).complains("cannot be used with");
}

#[test]
fn what_cannot_be_written_is_said() {
    let project = Project::new().with("schemas", "a file");
    project.draftgate(&["schema", "--out", "schemas"]).exits(2).complains("cannot be written");
    project.draftgate(&["man", "--out", "schemas"]).exits(2).complains("cannot be written");
}

#[test]
fn every_shell_has_completions() {
    let project = Project::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        project.draftgate(&["completions", shell]).exits(0).says("update").says("explain").says("base-url");
    }
    project.draftgate(&["completions", "tcsh"]).exits(2).complains("bash, elvish, fish, powershell, zsh");
}

#[test]
fn every_command_has_a_manual_page() {
    let project = Project::new();
    let page = project
        .draftgate(&["man"])
        .exits(0)
        .says(".TH draftgate 1")
        .says(".SH \"EXIT CODES\"")
        .says(".SH \"ENVIRONMENT\"")
        .stdout;
    let run = project.draftgate(&["man", "run"]).exits(0).says(".TH draftgate-run 1").says(".SH \"EXAMPLES\"").stdout;
    project.draftgate(&["man", "--out", "man1"]).exits(0).says("man1/draftgate-sandbox.1");
    assert_eq!(project.read("man1/draftgate.1"), Some(page));
    assert_eq!(project.read("man1/draftgate-run.1"), Some(run));
    project.draftgate(&["man", "rum"]).exits(2).complains("there is no command `rum`; there are run, ");
}
