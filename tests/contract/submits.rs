//! What a submit and an upload carry.

use crate::project::Project;
use crate::scripted::{Reply, Scripted};
use crate::wire_api::{FORM, SESSION, answer, project, run, scenario, sent};

const SUBMIT: &str = "POST /wfs/interpreter-v2/test/submit/f-1";
const FLOW: &str = "GET /wfs/interpreter-v2/test/flow/f-1";

#[test]
fn a_submit_names_elements_by_id_and_sends_the_json_type_that_each_takes() {
    let steps = "steps:
  - init
  - submit:
      First name: 007
      Age: 4
      Newsletter: true
      dob: 1990-02-28
      Hobbies: chess
      Country: NO
      Plan: 2
";
    let requests = sent(steps);
    let submit = &requests[1];
    assert_eq!((submit.target(), submit.header("x-hf-session")), (SUBMIT, Some(SESSION)));
    assert_eq!(submit.header("content-type"), Some("application/json"));
    assert_eq!(
        submit.text(),
        r#"{"e-first":"007","e-age":4,"e-news":true,"e-dob":"1990-02-28","e-hobbies":["chess"],"e-country":"NO","e-plan":"2"}"#
    );
}

#[test]
fn what_is_wrong_on_purpose_is_sent_as_it_is() {
    let requests =
        sent("steps:\n  - init\n  - submit: { Age: many, Hobbies: [], First name: null, Newsletter: 1.50 }\n");
    assert_eq!(requests[1].text(), r#"{"e-age":"many","e-hobbies":[],"e-first":null,"e-news":1.5}"#);
}

#[test]
fn without_mapping_the_keys_go_out_as_they_are_written() {
    let requests = sent("steps:\n  - init\n  - submit: { First name: Ada, x: 1 }\n    map: false\n");
    assert_eq!(requests[1].text(), r#"{"First name":"Ada","x":1}"#);
}

#[test]
fn a_direct_submit_has_no_session_and_learns_the_fields_in_a_session_of_its_own() {
    let requests = sent("steps:\n  - submit: { First name: Ada }\n");
    let seen: Vec<_> = requests.iter().map(|request| (request.target(), request.header("x-hf-session"))).collect();
    assert_eq!(seen, [(FLOW, None), (SUBMIT, None)]);
    assert_eq!(requests[1].text(), r#"{"e-first":"Ada"}"#);
}

#[test]
fn a_direct_submit_with_ids_needs_no_look_at_the_form_where_nothing_is_mapped() {
    let requests = sent("steps:\n  - submit: { e-first: Ada }\n    map: false\n");
    assert_eq!(requests.len(), 1);
    assert_eq!((requests[0].target(), requests[0].text()), (SUBMIT, r#"{"e-first":"Ada"}"#));
}

#[test]
fn the_session_of_a_direct_submit_is_carried_on() {
    let requests = sent("steps:\n  - submit: { First name: Ada }\n  - current:\n    checks: [-end]\n");
    let last = requests.last().unwrap();
    assert_eq!((last.target(), last.header("x-hf-session")), (FLOW, Some(SESSION)));
}

#[test]
fn an_upload_is_one_part_with_name_and_type_and_its_key_goes_out_with_the_next_submit() {
    let server = Scripted::start(answer);
    let steps =
        "steps:\n  - init\n  - upload: { field: Proof, file: files/bill.pdf }\n  - submit: { First name: Ada }\n";
    let project = project(&server, steps);
    project.write("scenarios/files/bill.pdf", b"%PDF\r\n\x00\xff");
    project.draftgate(&["run"]).exits(0);
    let requests = server.requests();
    let upload = &requests[1];
    assert_eq!(upload.target(), "POST /wfs/interpreter-v2/test/file/f-1");
    assert_eq!(upload.header("x-hf-session"), Some(SESSION));
    let boundary = upload.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let mut expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"bill.pdf\"\r\n\
         Content-Type: application/pdf\r\n\r\n"
    )
    .into_bytes();
    expected.extend(b"%PDF\r\n\x00\xff");
    expected.extend(format!("\r\n--{boundary}--\r\n").bytes());
    assert_eq!(upload.body, expected, "{}", String::from_utf8_lossy(&upload.body));
    assert_eq!(requests[2].text(), r#"{"e-first":"Ada","e-proof":"key-1"}"#);
}

#[test]
fn a_file_in_a_submit_is_uploaded_first_and_its_type_can_be_given() {
    let server = Scripted::start(answer);
    let project = project(&server, "steps:\n  - init\n  - submit: { Proof: { file: odd.bin, type: image/png } }\n");
    project.write("scenarios/odd.bin", "x");
    project.draftgate(&["run"]).exits(0);
    let requests = server.requests();
    assert!(requests[1].text().contains("filename=\"odd.bin\"\r\nContent-Type: image/png\r\n\r\nx\r\n"));
    assert_eq!(requests[2].text(), r#"{"e-proof":"key-1"}"#);
}

#[test]
fn generated_data_are_the_same_at_every_run_and_others_with_another_seed() {
    let server = Scripted::start(answer);
    let project = project(&server, "steps:\n  - init\n  - submit: { Age: 40 }\n    fill: minimal\n");
    for seed in ["1", "1", "2"] {
        project.draftgate(&["run", "--seed", seed]).exits(0);
    }
    let requests = server.requests();
    let bodies: Vec<&str> = [1, 3, 5].map(|at| requests[at].text()).to_vec();
    assert_eq!(bodies[0], bodies[1]);
    assert_ne!(bodies[0], bodies[2]);
    let keys = |text: &str| {
        let body: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap();
        body.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(keys(bodies[2]), ["e-age", "e-first"], "the required ones and what is named");
}

#[test]
fn a_pending_answer_is_polled_with_flow_step_in_its_session() {
    let pending = |request: &crate::scripted::Request, before: usize| match before {
        0 => Reply::step(SESSION, FORM),
        1 | 2 => Reply::step(SESSION, r#"{"type":"pending"}"#),
        _ => answer(request, before),
    };
    let steps =
        "steps:\n  - init\n  - submit: { First name: Ada }\n    retry_on_pending: true\n    expect: Personal details\n";
    let (server, ended) = run(pending, steps);
    ended.exits(0);
    let requests = server.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|request| {
            (
                request.target(),
                request.header("x-hf-session"),
                request.header("x-hf-retry-on-pending"),
                request.body.len(),
            )
        })
        .collect();
    let submit = (SUBMIT, Some(SESSION), Some("true"), r#"{"e-first":"Ada"}"#.len());
    let poll = (FLOW, Some(SESSION), None, 0);
    assert_eq!(seen, [(FLOW, None, None, 0), submit, poll, poll]);
}

#[test]
fn two_applicants_keep_their_sessions_apart() {
    let by_turn = |_: &crate::scripted::Request, before: usize| {
        Reply::step(if before.is_multiple_of(2) { "session-a" } else { "session-b" }, FORM)
    };
    let steps = "steps:\n  - init:\n    as: ada\n  - init:\n    as: bob\n  - current:\n    as: ada\n  - current:\n    as: bob\n";
    let server = Scripted::start(by_turn);
    let project =
        Project::new().with("scenarios/draftgate.yaml", server.config()).with("scenarios/wire.yaml", scenario(steps));
    project.draftgate(&["run"]).exits(0);
    let sessions: Vec<_> =
        server.requests().iter().map(|request| request.header("x-hf-session").map(str::to_owned)).collect();
    assert_eq!(sessions, [None, None, Some("session-a".to_owned()), Some("session-b".to_owned())]);
}
