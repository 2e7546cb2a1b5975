//! `draftgate new`: a first scenario that passes at once, and that an analyst can read.

use std::path::Path;

use crate::flows::{TINY, tiny};
use crate::project::Project;
use crate::scripted::{Reply, Scripted};

/// The flows that come with the program, without their scenarios.
fn bundled() -> Project {
    let project = Project::new();
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut open = vec![scenarios.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(&scenarios).unwrap().to_str().unwrap().replace('\\', "/");
            let wanted = name.ends_with(".flow.yaml") || name.contains("locales/") || name == "sandbox.yaml";
            match path.is_dir() {
                true => open.push(path),
                false if wanted => project.write(&format!("scenarios/{name}"), std::fs::read(&path).unwrap()),
                false => {}
            }
        }
    }
    project.with("scenarios/draftgate.yaml", "run: { wait: 1s }\nsnapshots: { dir: ../snapshots }\n")
}

/// The flows of a project, by their definitions' names.
fn flows(project: &Project) -> Vec<String> {
    let name = |path: String| {
        let file = path.rsplit('/').next()?.strip_suffix(".flow.yaml")?.to_owned();
        Some(file.trim_end_matches(".draft").trim_end_matches(".live").to_owned())
    };
    let mut flows: Vec<String> = project.files("scenarios").into_iter().filter_map(name).collect();
    flows.dedup();
    // Who does nothing for a twentieth of a second is given up there: whether anybody gets through is the machine's affair.
    flows.retain(|flow| flow != "conformance-abandoned");
    flows
}

#[test]
fn every_bundled_flow_gets_a_scenario_that_passes_at_once() {
    let project = bundled();
    let flows = flows(&project);
    assert!(flows.len() > 15, "{flows:?}");
    for flow in &flows {
        project.draftgate(&["new", flow]).exits(0).says(&format!("Wrote scenarios/{flow}.yaml: "));
    }
    project.draftgate(&["lint"]).exits(0).says(&format!("{} scenarios", flows.len()));
    project.draftgate(&["run", "--update"]).exits(0).says(&format!("{0} tests: {0} passed", flows.len()));
    project.draftgate(&["run"]).exits(0);
    let to_the_end = project.read("scenarios/business-onboarding.yaml").unwrap();
    assert!(to_the_end.contains("through business-onboarding to the end") && to_the_end.contains("auth: client"));
}

#[test]
fn what_is_written_says_what_each_field_takes() {
    let project = bundled();
    project
        .draftgate(&["new", "retail-onboarding", "--fill", "minimal"])
        .exits(0)
        .says("draftgate review scenarios/retail-onboarding.yaml");
    let text = project.read("scenarios/retail-onboarding.yaml").unwrap();
    for line in [
        "      first_name: \"{{ first_name }}\"   # First name: required, at most 50 characters\n",
        "Date of birth: required, a date as DD/MM/YYYY, 1800-01-01 to 2008-06-30\n",
        "Country of residence: required, one of CA, FR, GB, US\n",
        "# optional, one of employed, self (Self-employed), none (Not working)\n",
        "# required, shown when Employment is employed\n",
    ] {
        assert!(text.contains(line), "{line:?} is not in\n{text}");
    }
    assert!(text.contains("\n      # MiddleName: "), "what is optional stands there to be taken in:\n{text}");
    assert!(text.contains("\n    wait: 60s  # the answer was pending at first\n    expect: end\n"), "{text}");
}

#[test]
fn an_analyst_writes_breaks_and_mends_a_scenario() {
    let project = tiny();
    project.draftgate(&["new", "tiny"]).exits(0);
    project.draftgate(&["run", "scenarios/tiny.yaml", "--update"]).exits(0);
    let written = project.read("scenarios/tiny.yaml").unwrap();
    project.write("scenarios/tiny.yaml", written.replace("      first_name:", "      # first_name:"));
    let ended = project.draftgate(&["run"]).exits(1);
    ended.says("expected the step `Address`, got error 4006").says("scenarios/tiny.yaml:");
    project.write("scenarios/tiny.yaml", &written);
    project.draftgate(&["run"]).exits(0);
    project.write("scenarios/tiny.flow.yaml", TINY.replace("name: City", "name: Town"));
    project.draftgate(&["run"]).exits(1).says("the step has no field `City`");
    project.draftgate(&["new", "tiny", "--force"]).exits(0);
    project.draftgate(&["run", "--update"]).exits(0);
}

#[test]
fn nothing_is_written_over_and_an_unknown_flow_is_told() {
    let project = tiny().with("scenarios/tiny.yaml", "mine\n");
    project.draftgate(&["new", "tiny"]).exits(2).complains("error: scenarios/tiny.yaml is there already: --force");
    assert_eq!(project.read("scenarios/tiny.yaml").as_deref(), Some("mine\n"));
    let ended = project.draftgate(&["new", "tinny"]).exits(2);
    ended.complains("error: there is no flow `tinny`; did you mean `tiny`?\n  there are tiny\n");
    project
        .draftgate(&["new", "tiny", "--language", "fr_CA", "--out", "-"])
        .exits(2)
        .complains("did you mean `fr-CA`?");
    project.draftgate_with(&[("CI", "true")], &["new", "tiny"]).exits(2).complains("name the file with --out");
    assert_eq!(project.files("scenarios").len(), 2);
    let ended = project.draftgate(&["new", "tiny", "--out", "-", "--language", "fr-CA"]).exits(0);
    ended.says("language: fr-CA\n").never_says("Wrote");
    project.draftgate_with(&[("CI", "true")], &["new", "tiny", "--out", "elsewhere/first.yaml"]).exits(0);
    assert!(project.read("elsewhere/first.yaml").unwrap().contains("flow: tiny\n"));
}

#[test]
fn on_a_server_it_stops_where_a_person_is_needed() {
    let form = r#"{"id":"s1","title":"Phone","type":"form","canGoBack":false,"elements":[{"id":"e1","name":"Mobile","role":"phone","type":"text"}]}"#;
    let code = r#"{"id":"s2","type":"twilio","title":"Code","canGoBack":true}"#;
    let server = Scripted::start(move |request, _| match request.target().starts_with("GET") {
        true => Reply::step("11111111-2222-3333-4444-555555555555", form),
        false => Reply::step("11111111-2222-3333-4444-555555555555", code),
    });
    let project = Project::new().with("scenarios/draftgate.yaml", server.config());
    project.draftgate(&["new", "tiny"]).exits(0).says("the code of a text message (twilio)");
    let text = project.read("scenarios/tiny.yaml").unwrap();
    assert!(
        text.contains("    expect: Code\n") && text.contains("# - submit: { code: \"{{ env.SMS_CODE }}\" }\n"),
        "{text}"
    );
    assert_eq!(server.targets(), ["GET /wfs/interpreter-v2/test/flow/f-1", "POST /wfs/interpreter-v2/test/submit/f-1"]);
    project.draftgate(&["lint"]).exits(0);
    let nobody = Project::new()
        .with("scenarios/draftgate.yaml", "server: { base_url: http://127.0.0.1:1/x }\nrun: { retries: 0 }\n");
    nobody
        .draftgate(&["new", "tiny"])
        .exits(5)
        .complains("error: GET http://127.0.0.1:1/x/test/flow/tiny: no connection");
    assert_eq!(nobody.files("scenarios").len(), 1);
}

#[test]
fn a_form_with_one_field_that_cannot_be_made_up_is_written_without_it() {
    let form = r#"{"id":"s1","title":"Who?","type":"form","canGoBack":false,"elements":[
        {"id":"e1","name":"First name","role":"first_name","type":"text"},
        {"id":"e2","name":"Code word","type":"text","validations":[{"type":"required"},{"type":"pattern","pattern":"^(?=x"}]}]}"#;
    let server = Scripted::start(move |request, _| match request.target().starts_with("GET") {
        true => Reply::step("11111111-2222-3333-4444-555555555555", form),
        false => Reply::json(400, r#"{"code":4006,"message":"Missing data: Code word"}"#),
    });
    let project = Project::new().with("scenarios/draftgate.yaml", server.config());
    project.draftgate(&["new", "tiny"]).exits(0).says("The last form lacks a field: failed to fill `Code word`");
    let text = project.read("scenarios/tiny.yaml").unwrap();
    let why = "      # required, pattern ^(?=x; failed to fill `Code word`: its pattern";
    for said in ["      first_name: \"{{ first_name }}\"", "      # Code word: \"…\"\n    expect: 4006\n", why] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    project.draftgate(&["run", "--update"]).exits(0);
}

#[test]
fn a_name_that_would_be_no_scenario_is_refused() {
    let project = tiny();
    for (out, why) in [
        ("foo.flow.yaml", "files so called define a flow for the sandbox"),
        ("scenarios/draftgate.yaml", "a file so called is read as configuration"),
        ("scenarios/.first.yaml", "a file whose name begins with a dot is passed over"),
        ("x.txt", "its name must end in .yaml, such as x.yaml"),
    ] {
        let ended = project.draftgate(&["new", "tiny", "--force", "--out", out]).exits(2);
        ended.complains(&format!("error: {out} would be no scenario: {why}"));
    }
    assert_eq!(project.files(""), ["scenarios/tiny.flow.yaml"]);
}
