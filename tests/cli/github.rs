//! GitHub Actions: annotations, the job's summary, and that nothing an API answers is a command.

use crate::flows::plain;
use crate::mixed::{entries, killed, mixed, tried_before, write};
use crate::project::Project;
use crate::scripted::{Reply, Scripted};

const IN_ACTIONS: (&str, &str) = ("GITHUB_ACTIONS", "true");

/// The commands that the runner finds in a stream, as it looks for them: blanks before do not count, `##[` counts anywhere,
/// and after `stop-commands` nothing does until its token comes.
fn commands(stream: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut stopped: Option<String> = None;
    for line in stream.split(['\n', '\r']).map(str::trim_start) {
        match &stopped {
            Some(token) if line == format!("::{token}::") => stopped = None,
            Some(_) => {}
            None => match line.strip_prefix("::stop-commands::") {
                Some(token) => stopped = Some(token.to_owned()),
                None if line.starts_with("::") || line.contains("##[") => found.push(line),
                None => {}
            },
        }
    }
    assert_eq!(stopped, None, "the runner takes no commands any more");
    found
}

const DIFFERS: &str = "::error file=scenarios/retail/happy.yaml,line=4,endLine=4,col=5,endColumn=9,title=retail/happy%2C step 1 init::\
the answer differs from the accepted snapshot%0Athe minimum of *Age* is now 21, was 18%0Ahelp: ";
const TITLE: &str = "::error file=scenarios/retail/deep/wrong.yaml,line=10,endLine=10,col=22,endColumn=28,\
title=retail/deep/wrong%3A%3Ax|y%2C step 2 submit::title: expected \"Adress\", got \"Address\"";
const HIDDEN: &str = "::warning file=scenarios/odd.yaml,line=6,endLine=6,col=15,endColumn=20,title=odd%2C step 2 submit::\
the field Email is hidden by its condition";

#[test]
fn each_failure_and_warning_is_an_annotation_at_its_line_failures_first() {
    let project = mixed();
    let ended = project.draftgate(&["run", "--github", "--jsonl", "run.jsonl"]).exits(1);
    let found = commands(&ended.stdout);
    let errors: Vec<&&str> = found.iter().filter(|line| line.starts_with("::error ")).collect();
    assert_eq!(errors.len(), 5, "{found:#?}");
    assert!(found.contains(&TITLE), "{found:#?}");
    assert!(found.iter().any(|line| line.starts_with(DIFFERS)), "{found:#?}");
    assert!(found.last().unwrap().starts_with(HIDDEN), "{found:#?}");
    assert_eq!(found.len(), 6);
    assert!(commands(&ended.stderr).is_empty());
    let again = project.draftgate(&["report", "github", "run.jsonl"]).exits(0).stdout;
    assert_eq!(again.lines().collect::<Vec<_>>(), found);
    assert!(commands(&project.draftgate(&["run"]).exits(1).all()).is_empty());
}

#[test]
fn a_flaky_test_is_a_warning_and_one_that_did_not_end_an_error() {
    let project = mixed();
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(1);
    let mut journal = killed(&entries(&project, "run.jsonl"), "root", "retail/happy");
    tried_before(&mut journal, "root", 2);
    write(&project, "killed.jsonl", &journal);
    let said = project.draftgate(&["report", "github", "killed.jsonl"]).exits(0).stdout;
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 6, "{said}");
    assert_eq!(lines[0], "::error title=draftgate::the run did not end: 1 test was under way, 3 never began");
    let left = "::error file=scenarios/retail/happy.yaml,line=1,endLine=1,title=retail/happy::it did not end: step 2 submit, pending";
    assert!(lines.contains(&left), "{said}");
    let never = "::error file=scenarios/odd.yaml,line=1,endLine=1,title=odd::the run ended before it began";
    assert!(lines.contains(&never), "{said}");
    let flaky = "title=root::it passed only after 2 failed attempts%0Aat first: first <try> 0";
    assert!(lines[5].starts_with("::warning file=scenarios/root.yaml,line=1,") && lines[5].ends_with(flaky), "{said}");
}

#[test]
fn a_title_of_a_server_moves_no_cursor_and_turns_no_text() {
    let step = r#"{"id":"s","title":"A\u0007\u001b[31m\u000b\u202eB","type":"form","elements":[]}"#;
    let server = Scripted::start(move |_, _| Reply::step("s", step));
    let project = Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/a.yaml", plain("steps:\n  - init:\n    expect: end\n"));
    let ended = project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(1);
    drop(ended);
    let said = project.draftgate(&["report", "github", "run.jsonl"]).exits(0).stdout;
    assert!(said.contains("\u{fffd}[31m\u{fffd}\u{fffd}B"), "{said:?}");
    assert!(said.trim_end().lines().all(|line| !line.chars().any(draftgate::phrase::is_unseen)), "{said:?}");
}

#[test]
fn paths_begin_at_the_root_however_the_scenarios_are_named_and_from_wherever() {
    let project = mixed();
    let wanted = |found: &str| {
        let lines = commands(found);
        assert!(lines.contains(&TITLE) && lines.iter().any(|line| line.starts_with(DIFFERS)), "{found}");
    };
    let absolute = project.path().join("scenarios").to_str().unwrap().to_owned();
    std::fs::create_dir(project.path().join(".git")).unwrap();
    wanted(&project.draftgate(&["run", &absolute, "--github"]).exits(1).stdout);
    // The repository is below.
    std::fs::create_dir(project.path().join("repo")).unwrap();
    for folder in ["scenarios", "snapshots", ".git"] {
        std::fs::rename(project.path().join(folder), project.path().join("repo").join(folder)).unwrap();
    }
    let absolute = project.path().join("repo/scenarios").to_str().unwrap().to_owned();
    for named in [absolute.as_str(), "repo/scenarios"] {
        let reports = ["--junit", "junit.xml", "--gitlab", "quality.json"];
        wanted(&project.draftgate(&[&["run", named, "--github"], &reports[..]].concat()).exits(1).stdout);
        let xml = project.read("junit.xml").unwrap();
        assert!(xml.contains(" file=\"scenarios/retail/deep/wrong.yaml\""), "{xml}");
        assert!(project.read("quality.json").unwrap().contains("\"path\": \"scenarios/retail/deep/wrong.yaml\""));
    }
}

#[test]
fn in_actions_it_goes_by_itself_and_the_summary_is_appended() {
    let project = mixed().with("summary.md", "# before\n");
    let path = project.path().join("summary.md");
    let variables = [IN_ACTIONS, ("GITHUB_STEP_SUMMARY", path.to_str().unwrap())];
    let ended = project.draftgate_with(&variables, &["run", "--markdown", "same.md"]).exits(1);
    assert_eq!(commands(&ended.stdout).len(), 6);
    let summary = project.read("summary.md").unwrap();
    assert_eq!(summary, format!("# before\n{}", project.read("same.md").unwrap()));
    assert!(summary.contains("## draftgate: 6 tests: 2 passed, 2 failed, 1 to review, 1 skipped, in "), "{summary}");
}

#[test]
fn the_paths_of_files_begin_at_the_root_of_the_repository() {
    let project = mixed();
    let root = project.path().canonicalize().unwrap();
    let root = root.parent().unwrap();
    let folder = project.path().file_name().unwrap().to_str().unwrap();
    let workspace = [IN_ACTIONS, ("GITHUB_WORKSPACE", root.to_str().unwrap())];
    let found = project.draftgate_with(&workspace, &["run"]).exits(1);
    let wanted = format!("::error file={folder}/scenarios/retail/happy.yaml,line=4,");
    assert!(commands(&found.stdout).iter().any(|line| line.starts_with(&wanted)), "{}", found.stdout);
    // A checkout is nearer to the truth than a workspace with several.
    std::fs::create_dir(project.path().join(".git")).unwrap();
    let found = project.draftgate_with(&workspace, &["run"]).exits(1);
    assert!(commands(&found.stdout).iter().any(|line| line.starts_with(DIFFERS)), "{}", found.stdout);
    std::fs::remove_dir(project.path().join(".git")).unwrap();
    project.write("scenarios/twice.yaml", "scenario: [\n");
    let linted = project.draftgate_with(&workspace, &["lint", "--format", "github"]).exits(3);
    assert!(linted.stdout.starts_with(&format!("::error file={folder}/scenarios/twice.yaml,")), "{}", linted.all());
}

#[test]
fn beyond_ten_of_a_kind_the_last_says_how_many_are_left_out() {
    let cases: String = (0..12).map(|at| format!("  - {{ case: c{at} }}\n")).collect();
    let text = |cases: &str| plain(&format!("cases:\n{cases}steps:\n  - init:\n    expect: end\n"));
    let project = crate::flows::tiny().with("scenarios/a.yaml", text(&cases));
    let found = project.draftgate(&["run", "--github"]).exits(1);
    let lines = commands(&found.stdout);
    assert_eq!(lines.len(), 10);
    assert_eq!(lines[9], "::error title=draftgate::and 3 more failures: the job's summary and its log have all");
    let ten: String = cases.lines().take(10).map(|line| format!("{line}\n")).collect();
    project.write("scenarios/a.yaml", text(&ten));
    let found = project.draftgate(&["run", "--github"]).exits(1);
    assert!(commands(&found.stdout).iter().all(|line| line.contains("file=scenarios/a.yaml")));
}

/// A server that answers with what would be commands, were it printed at the beginning of a line.
fn hostile() -> (Scripted, Project) {
    let answer = "::set-output name=x::y\n  ::add-mask::a\n::stop-commands::t\nsee ##[error]b\n";
    let server = Scripted::start(move |_, _| Reply::with(200, &[], answer.as_bytes()));
    let project = Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/a.yaml", plain("steps: [init]\n"));
    (server, project)
}

#[test]
fn what_an_api_answers_is_no_command() {
    let (_server, project) = hostile();
    let ended = project.draftgate_with(&[IN_ACTIONS], &["run"]).exits(5).says("    ::set-output name=x::y\n");
    let lines = commands(&ended.stdout);
    assert!(lines.iter().all(|line| line.starts_with("::error file=scenarios/a.yaml,")), "{lines:#?}");
    assert_eq!(lines.len(), 2);
    let token = |stdout: &str| stdout.lines().next().unwrap().to_owned();
    let again = project.draftgate_with(&[IN_ACTIONS], &["run"]).exits(5);
    assert!(token(&again.stdout) != token(&ended.stdout), "the token can be guessed");
}

#[test]
fn rusts_formats_stay_theirs_and_have_no_command_in_them() {
    let (_server, project) = hostile();
    for format in ["json", "pretty"] {
        let ended = project.draftgate_with(&[IN_ACTIONS], &["run", "--format", format]).exits(5);
        assert_eq!(commands(&ended.stdout), Vec::<&str>::new(), "{}", ended.stdout);
        assert!(ended.stdout.contains("set-output name=x::y"));
        if format == "json" {
            ended.stdout.lines().for_each(|line| drop(serde_json::from_str::<serde_json::Value>(line).expect(line)));
        }
        let lines = commands(&ended.stderr);
        assert!(lines.len() == 2 && lines[0].starts_with("::error file=scenarios/a.yaml,"), "{}", ended.stderr);
    }
}

#[test]
fn nothing_in_a_report_that_is_printed_is_a_command() {
    let (_server, project) = hostile();
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(5);
    let report = |kind: &str, variables: &[(&str, &str)]| {
        project.draftgate_with(variables, &["report", kind, "run.jsonl"]).exits(0).stdout
    };
    for kind in ["summary", "junit", "markdown", "gitlab", "merge", "html"] {
        assert_eq!(commands(&report(kind, &[IN_ACTIONS])), Vec::<&str>::new(), "{kind}");
    }
    let is_command = |line: &str| line.trim_start() == "::set-output name=x::y";
    assert!(report("summary", &[]).lines().next().is_some_and(|first| !first.starts_with("::stop-commands::")));
    assert!(report("summary", &[]).lines().any(is_command));
    let summary = report("summary", &[IN_ACTIONS]);
    assert!(summary.contains("    ::set-output name=x::y\n") && summary.contains("see ##[error]b"), "{summary}");
    // What programs read says the same.
    let [one, other] = [&[IN_ACTIONS][..], &[]].map(|variables| report("merge", variables));
    assert!(one != other && other.contains("##[error]"), "{other}");
    let read = |text: &str| -> Vec<serde_json::Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    assert_eq!(read(&one), read(&other));
    let document = report("junit", &[IN_ACTIONS]);
    crate::consumers::is_valid_junit(document.as_bytes());
    assert!(document.contains("#&#35;[error]b"), "{document}");
    assert_eq!(document.replace("#&#35;[", "##[").replace("&#58;:", "::"), report("junit", &[]));
}

#[test]
fn a_mistake_that_shows_what_is_written_in_a_file_is_no_command() {
    let hostile = "steps:\n  - \"init\\n::error title=owned::x\"\n  - \"##[error]y\"\n";
    let project = crate::flows::tiny().with("scenarios/a.yaml", plain(hostile));
    assert!(project.draftgate(&["run"]).exits(3).stderr.contains("##[error]y"));
    for arguments in [&["run"][..], &["lint"], &["--list"], &["run", "--format", "json"]] {
        let ended = project.draftgate_with(&[IN_ACTIONS], arguments).exits(3);
        assert_eq!(commands(&ended.stderr), Vec::<&str>::new(), "{arguments:?}: {}", ended.stderr);
        let own = |line: &&str| line.starts_with("::error file=scenarios/a.yaml,");
        let others: Vec<&str> = commands(&ended.stdout).into_iter().filter(|line| !own(line)).collect();
        assert_eq!(others, Vec::<&str>::new(), "{arguments:?}");
        assert!(ended.stderr.contains("[error]y"), "{}", ended.stderr);
    }
    let ended = project.draftgate(&["run", "--github"]).exits(3);
    assert_eq!(commands(&ended.stderr), Vec::<&str>::new(), "{}", ended.stderr);
}
