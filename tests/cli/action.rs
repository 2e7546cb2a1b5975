//! The scripts of the action for GitHub, and of the workflow in its documentation, in the shell that GitHub runs them in.

use std::process::Command;

use serde_json::Value;

use crate::flows::{plain, tiny};
use crate::project::{Ended, Project};

/// Runs a script as `shell: bash` does.
fn script(project: &Project, text: &str, variables: &[(&str, &str)]) -> Ended {
    project.write("script.sh", text);
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "script.sh"]).current_dir(project.path()).env_clear();
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}/bin:{path}", project.path().display()));
    Ended::of(command.envs(variables.iter().copied()).output().unwrap())
}

/// The script of a step of the action.
fn step(id: &str) -> String {
    let action: Value = serde_yaml::from_str(include_str!("../../action.yml")).unwrap();
    let steps = action["runs"]["steps"].as_array().unwrap();
    steps.iter().find(|step| step["id"] == id).unwrap()["run"].as_str().unwrap().to_owned()
}

/// A project with a test that passes and one that does not, and draftgate in its folder `bin`.
fn project() -> Project {
    let project = tiny()
        .with("scenarios/good.yaml", plain("steps: [init]\n"))
        .with("scenarios/wrong.yaml", plain("steps:\n  - init:\n    expect: end\n"));
    std::fs::create_dir(project.path().join("bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_draftgate"), project.path().join("bin/draftgate")).unwrap();
    project
}

#[test]
fn the_exit_code_of_a_run_is_an_output_whatever_it_is() {
    for (paths, code) in [("scenarios/good.yaml", 0), ("scenarios", 1), ("scenarios/none.yaml", 2)] {
        let project = project();
        let variables = [
            ("BINARY", "draftgate"),
            ("PATHS", paths),
            ("ARGS", ""),
            ("SHARD", ""),
            ("REPORTS", "reports"),
            ("GITHUB_OUTPUT", "output"),
        ];
        script(&project, &step("run"), &variables).exits(code);
        let output = project.read("output").unwrap();
        assert_eq!(output, format!("journal=reports/run.jsonl\nexit-code={code}\n"));
    }
}

#[test]
fn a_binary_that_is_named_by_a_relative_path_is_found_from_every_folder() {
    for named in ["bin/draftgate", "./bin/draftgate"] {
        let project = project();
        let variables = [
            ("BINARY", named),
            ("GIT", "https://git.example.com/x"),
            ("VERSION", ""),
            ("RUNNER_TEMP", "temp"),
            ("GITHUB_OUTPUT", "output"),
        ];
        script(&project, &step("look"), &variables).exits(0);
        let output = project.read("output").unwrap();
        let found = output.lines().find_map(|line| line.strip_prefix("found=")).unwrap();
        assert!(found.starts_with('/'), "{output}");
        assert!(Command::new(found).arg("--version").current_dir("/").output().unwrap().status.success());
    }
    let variables = [("BINARY", "bin/none"), ("GIT", ""), ("VERSION", ""), ("GITHUB_OUTPUT", "output")];
    script(&project(), &step("look"), &variables)
        .exits(2)
        .says("::error title=draftgate::there is no program bin/none");
}

#[test]
fn what_is_built_is_kept_by_its_commit() {
    let project = project();
    let git = |arguments: &[&str]| {
        let repository = project.path().join("repository");
        std::fs::create_dir_all(&repository).unwrap();
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]);
        let ended = Ended::of(command.args(arguments).current_dir(repository).output().unwrap()).exits(0);
        ended.stdout.trim().to_owned()
    };
    let commit = || {
        git(&["commit", "--allow-empty", "-qm", "x"]);
        git(&["rev-parse", "HEAD"])
    };
    let look = |version: &str| {
        project.write("output", "");
        let variables = [
            ("BINARY", ""),
            ("GIT", "repository"),
            ("VERSION", version),
            ("RUNNER_TEMP", "temp"),
            ("GITHUB_OUTPUT", "output"),
        ];
        script(&project, &step("look"), &variables)
    };
    let found = |version: &str| {
        look(version).exits(0);
        let output = project.read("output").unwrap();
        let of = |name: &str| output.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        (of("commit="), of("key="))
    };
    git(&["init", "-q"]);
    let first = commit();
    git(&["tag", "-am", "x", "v1"]);
    let (head, key) = found("");
    assert_eq!(head, first);
    let second = commit();
    let (head, moved) = found("");
    assert_eq!(head, second);
    assert_ne!(moved, key, "a branch that moved is built again");
    assert_eq!(found("main"), (second.clone(), moved));
    assert_eq!(found("v1"), (first.clone(), key.clone()));
    assert_eq!(found(&first), (first, key));
    look("none").exits(2).says("::error title=draftgate::repository has no tag, branch or commit none");
}

/// The scripts of the last job of a workflow in a page: the first one that has such a job.
fn report_job(page: &str) -> Vec<String> {
    let blocks = page.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap());
    let workflows = blocks.filter_map(|block| serde_yaml::from_str::<Value>(block).ok());
    let steps =
        workflows.filter_map(|workflow| workflow["jobs"]["report"]["steps"].as_array().cloned()).next().unwrap();
    assert!(
        steps.iter().any(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("/draftgate@"))),
        "{steps:?}"
    );
    steps.iter().filter_map(|step| Some(step["run"].as_str()?.to_owned())).collect()
}

#[test]
fn a_shard_that_is_lost_leaves_a_report_and_fails_the_job() {
    for (page, folder) in
        [(include_str!("../../docs/ci.md"), "shards/draftgate-"), (include_str!("../../docs/sharding.md"), "shard-")]
    {
        let project = project();
        std::fs::remove_file(project.path().join("scenarios/wrong.yaml")).unwrap();
        for shard in ["1/3", "3/3"] {
            let journal = format!("{folder}{}.jsonl", &shard[..1]);
            project.draftgate(&["run", "--shard", shard, "--jsonl", &journal]).exits(0);
        }
        let scripts = report_job(page);
        let (last, before) = scripts.split_last().unwrap();
        let variables = [("GITHUB_STEP_SUMMARY", "summary.md")];
        for text in before {
            script(&project, text, &variables).exits(0);
        }
        script(&project, last, &variables).exits(130).says("shard 2 of 3 is missing");
        assert!(project.read("report.html").unwrap().contains("shard 2 of 3 is missing"));
    }
}
