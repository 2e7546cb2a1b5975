//! Credentials in the text of files, wherever it is shown: in excerpts, in journals and pages, run or not, read or not.

use crate::masking::{everything, nowhere, outputs};
use crate::project::Project;
use crate::unpacked::unpacked;

const FORM: &str = "flow: tiny
nodes:
  - form: personal
    title: Personal details
    elements: [ { name: First name, type: text, required: true } ]
";

/// A scenario that fails at its first step, so that nothing of the others is ever sent.
fn failing(rest: &str) -> String {
    format!(
        "scenario: It fails\nflow: tiny\nsnapshot: false\n{rest}",
        rest = rest.replace("STEPS", "steps:\n  - init:\n    expect: { title: other }")
    )
}

/// All that is said and written of a run of this scenario, which must hold none of what is kept back; and its text in the
/// journal.
#[track_caller]
fn shown(project: &Project, kept_back: &[&str]) -> String {
    let said = everything(project, &[], &[]);
    assert_eq!(said[0].code, Some(1), "{}", said[0].all());
    let kept_back: Vec<String> = kept_back.iter().map(|text| (*text).to_owned()).collect();
    nowhere(&kept_back, &outputs(project, &said));
    let journal = project.read("out/run.jsonl").unwrap();
    let mut entries = journal.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let file = entries.find(|entry| entry["path"] == "scenarios/a.yaml").expect("the file is told of");
    file["text"].as_str().unwrap().to_owned()
}

fn project(scenario: &str) -> Project {
    Project::new().with("scenarios/tiny.flow.yaml", FORM).with("scenarios/a.yaml", scenario)
}

#[test]
fn steps_that_are_never_reached_keep_their_credentials() {
    let scenario = failing(
        "STEPS
  - request: { path: \"/x?token=nrTok-991&page=2\", body: { password: nrPwd-1234, list: [ { api_key: nrKey-88 } ], name: Ada } }
  - request: { path: /x?api_key=nrApi-77, body: \"a=b&client_secret=nrForm-66\", headers: { x-api-key: nrHead-55 } }
  - request: { path: /x, method: POST, body: '{\"inner\": {\"refresh_token\": \"nrInner-44\"}}' }
  - authenticate: { client_id: me, client_secret: &word nrAuth }
",
    );
    let kept = ["nrTok", "nrPwd", "nrKey", "nrApi", "nrForm", "nrHead", "nrInner", "nrAuth"];
    let text = shown(&project(&scenario), &kept);
    assert_eq!(text.lines().count(), scenario.lines().count());
    for line in [
        "  - request: { path: \"/x?token=[secret]&page=2\", body: { password: [secret], list: [ { api_key: [secret] } ], name: Ada } }",
        "  - request: { path: /x?api_key=[secret], body: \"a=b&client_secret=[secret]\", headers: { x-api-key: [secret] } }",
        "  - request: { path: /x, method: POST, body: '{\"inner\": {\"refresh_token\": \"[secret]\"}}' }",
        "  - authenticate: { client_id: me, client_secret: &word [secret] }",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
    }
}

#[test]
fn what_goes_where_credentials_stand_is_masked_where_it_is_written() {
    let scenario = failing(
        "vars:
  word: qzxwv
  user: { name: Ada, pass: steam }
  q: \"password=qPwd-2002&page=2\"
  handed: gqjwv
cases:
  - { case: wrong, password: punch, status: 401 }
STEPS
  - authenticate: { client_id: me, client_secret: \"{{ password }}\" }
  - authenticate: { client_id: me, client_secret: \"etaWord-{{ word }}\" }
  - request: { path: \"/x?{{ q }}\", body: { secret: \"{{ user.pass }}\" } }
  - use: { fragment: part.yaml, with: { key: \"{{ handed }}\" } }
",
    );
    let project = project(&scenario)
        .with("scenarios/part.yaml", "fragment: A part\nparams: { key: zkjwv }\nsteps:\n  - request: { path: /x, headers: { authorization: \"Bearer {{ key }}\" } }\n");
    let text = shown(&project, &["qzxwv", "steam", "qPwd", "punch", "etaWord", "gqjwv", "zkjwv"]);
    for line in [
        "  word: [secret]",
        "  user: { name: Ada, pass: [secret] }",
        "  q: \"password=[secret]&page=2\"",
        "  handed: [secret]",
        "  - { case: wrong, password: [secret], status: 401 }",
        "  - authenticate: { client_id: me, client_secret: \"[secret]{{ word }}\" }",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
    }
}

#[test]
fn a_long_line_is_masked_before_it_is_cut() {
    let long = "x".repeat(150);
    for before in [20, 50, 80] {
        let note = "x".repeat(before);
        let scenario = failing(&format!(
            "steps:
  - {{ expect: {{ title: other }}, request: {{ path: \"/x?note={note}&access_token=clear-{long}\" }} }}
  - {{ expect: {{ title: other }}, request: {{ path: /{note}, body: {{ client_secret: Gx7love-{long} }} }} }}
"
        ));
        let project = project(&scenario);
        for arguments in [&["run"][..], &["run", "--format", "pretty"]] {
            let said = project.draftgate(arguments).exits(1).says("- { expect: { title: other }");
            assert!(!said.all().contains("clear") && !said.all().contains("Gx7"), "{}", said.all());
        }
        shown(&project, &["clear-x", "Gx7lo"]);
    }
}

#[test]
fn carets_stand_under_what_is_meant_behind_a_credential() {
    let scenario = failing(
        "steps:\n  - request: { path: /nowhere?token=short1, body: { password: p1 } }\n    expect: { status: 200 }\n",
    );
    let said = project(&scenario).draftgate(&["run"]).exits(1);
    let lines: Vec<&str> = said.stdout.lines().collect();
    let at = lines.iter().position(|line| line.contains("expect: { status: 200 }")).expect("the line is shown");
    let column = lines[at].find("200").unwrap();
    assert_eq!(lines[at + 1].find('^'), Some(column), "{}\n{}", lines[at], lines[at + 1]);
    let scenario = failing(
        "steps:\n  - request: { path: \"/x?token=a-very-long-token-1\", mehtod: GET, body: { password: p1 } }\n",
    );
    let said = project(&scenario).draftgate(&["run"]).exits(3);
    let lines: Vec<&str> = said.stderr.lines().collect();
    let at = lines.iter().position(|line| line.contains("token=[secret]")).expect("the line is shown");
    assert_eq!(lines[at + 1].find('^'), lines[at].find("mehtod"), "{}\n{}", lines[at], lines[at + 1]);
}

#[test]
fn mistakes_show_no_credentials_whether_the_file_can_be_read_or_not() {
    for (is_read, scenario, kept_back) in [
        (
            true,
            "steps:\n  - { request: { path: /x }, headers: { authorization: \"Bearer hdrOne\", cookie: 'hdrTwo', x-api-key: hdrThree }, expcet: { title: x } }\n",
            &["hdrOne", "hdrTwo", "hdrThree"][..],
        ),
        (
            true,
            "steps:\n  - authenticate: { client_secret: 'hdrOne', client_idd: x, \"scope\": \"{{ hdr }}\" }\n",
            &["hdrOne"],
        ),
        (
            true,
            "cases: [ { case: a, word: hdrOne, case: b } ]\nsteps:\n  - authenticate: { client_secret: \"{{ word }}\" }\n",
            &["hdrOne"],
        ),
        // None of these can be read.
        (
            false,
            "steps:\n  - init:\n    headers: { authorization: \"Bearer hdrOne, x-api-key: hdrTwo }\n",
            &["hdrOne", "hdrTwo"],
        ),
        (
            false,
            "vars: { word: hdrOne }\nsteps:\n  - request: { path: /x?token=hdrTwo, body: { password: hdrThree, api_key: \"{{ word }}\" }\n",
            &["hdrOne", "hdrTwo", "hdrThree"],
        ),
        (false, "vars:\n\tpassword: hdrOne\nsteps: [init]\n", &["hdrOne"]),
    ] {
        let project = project(&format!("scenario: x\nflow: tiny\n{scenario}"));
        for arguments in [&["run"][..], &["run", "--github"], &["lint"], &["lint", "--format", "json"]] {
            let said = project.draftgate(arguments);
            assert_eq!(said.code, Some(3), "{}", said.all());
            for hidden in kept_back {
                assert!(
                    !said.all().contains(hidden),
                    "{hidden} is in what {arguments:?} says of {scenario}:\n{}",
                    said.all()
                );
            }
        }
        let shown = project.draftgate(&["run"]).stderr;
        assert!(!is_read || shown.contains("[secret]"), "{shown}");
    }
}

#[test]
fn a_link_that_opens_a_session_is_not_shown() {
    let scenario = failing(
        "steps:
  - init:
    capture: { mine: session }
  - request: { path: \"/test/signed-url/tiny?endClientId={{ mine }}\" }
    capture: { url: $.url }
  - request: { path: \"/test{{ (url | split('interpreter-v2/test'))[1] }}\" }
    expect: { title: other }
",
    );
    let project = project(&scenario);
    let said = everything(&project, &[], &[]);
    assert_eq!(said[0].code, Some(1), "{}", said[0].all());
    let page = unpacked(&project.read("out/page.html").unwrap());
    let texts = [said[0].all(), project.read("out/run.jsonl").unwrap(), page];
    for text in &texts {
        let signatures: Vec<&str> = text.split("signature=").skip(1).collect();
        assert!(!signatures.is_empty(), "no link is told of");
        for after in signatures {
            let shown: String = after.chars().take(12).collect();
            assert!(after.starts_with("[secret]") || after.starts_with("%5Bsecret"), "{shown}");
        }
    }
}
