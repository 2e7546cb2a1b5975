//! What `draftgate conform` leaves behind, and says of itself.

use serde_json::Value;

use super::{after, client, mini};
use crate::project::Project;
use crate::spoiling::{NONE, Spoiling};

#[test]
fn reports_say_what_was_found() {
    let served = mini();
    let fault = after(|_, answer, _| {
        if answer.body["code"] == 4006 {
            answer.body["code"] = 4008.into();
        }
    });
    let spoiling = Spoiling::start(&served, fault);
    let project = client(&spoiling);
    let reports = ["--junit", "out/c.xml", "--json", "out/c.json", "--markdown", "out/c.md", "--badge", "out/c.svg"];
    let arguments = [&["conform", "mini", "--witness"], &reports[..]].concat();
    for _ in 0..2 {
        // A report may be written over.
        project
            .draftgate(&arguments)
            .exits(1)
            .says("DG-20  MUST    violated        a required field that is left out is 4006\n")
            .says("DG-20 MUST  a required field that is left out is 4006\n  the reference: \u{201c}Missing data for required element\u{201d}\n")
            .says("  at Personal details: First name left out: 4006 must come, and 4008 came\n  shown by 2 calls:\n\n")
            .says("    expect: 4006  # what must come\n")
            .says("  the same as commands:\n\n    DRAFTGATE_SESSION=$(curl -sS 'http://127.0.0.1:");
    }
    let junit = project.read("out/c.xml").unwrap();
    assert!(
        junit.contains(
            "<testcase name=\"DG-20 a required field that is left out is 4006\" classname=\"conformance.mini\""
        ),
        "{junit}"
    );
    assert!(
        junit.contains("tests=\"30\" failures=\"1\"")
            && junit.contains("First name left out: 4006 must come, and 4008 came"),
        "{junit}"
    );
    let markdown = project.read("out/c.md").unwrap();
    assert!(markdown.starts_with("## draftgate: 1 rule violated\n\n### Conformance of mini\n"), "{markdown}");
    assert!(
        markdown.contains("| DG-20 | MUST | a required field that is left out is 4006 | \u{274c} **violated** |"),
        "{markdown}"
    );
    assert!(project.read("out/c.svg").unwrap().contains(">1 violated</text>"));
    let schema: Value = serde_json::from_str(&project.draftgate(&["schema", "conformance"]).exits(0).stdout).unwrap();
    let found: Value = serde_json::from_str(&project.read("out/c.json").unwrap()).unwrap();
    let wrong: Vec<String> =
        jsonschema::draft7::new(&schema).unwrap().iter_errors(&found).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Somebody's own file is not.
    project.write("notes.md", "# Mine\n");
    project
        .draftgate(&["conform", "mini", "--markdown", "notes.md"])
        .exits(2)
        .complains("notes.md is there already and is no report of draftgate");
    assert_eq!(project.read("notes.md").unwrap(), "# Mine\n");
}

#[test]
fn what_cannot_be_examined_is_said() {
    let project = mini();
    project.draftgate(&["conform", "mimi"]).exits(2).complains("there is no flow `mimi`; did you mean `mini`?");
    project.draftgate(&["conform", "mini", "--rule", "DG-77"]).exits(2).complains("there is no rule `DG-77`");
    project.draftgate(&["conform", "mini", "--language", "fr"]).exits(2).complains("the API knows no language `fr`");
    // Nothing is named: all that the sandbox serves.
    project.draftgate(&["conform", "--rule", "dg-9"]).exits(0).says("mini (draft)\n").says("other (draft)\n");
    project
        .draftgate(&["conform", "mini", "--base-url", "http://127.0.0.1:9/wfs/interpreter-v2"])
        .exits(5)
        .complains("no connection to");
    let spoiling = Spoiling::start(&project, NONE);
    // A server needs no folder of scenarios.
    let bare = Project::new();
    std::fs::remove_dir(bare.path().join("scenarios")).unwrap();
    bare.draftgate(&["conform", "mini", "--base-url", &spoiling.base_url(), "--rule", "DG-9"])
        .exits(0)
        .says("DG-09  MUST    passed");
    bare.draftgate(&["conform", "mini"]).exits(2).complains("there are no scenarios here");
    let calling = client(&spoiling);
    calling.draftgate(&["conform", "mini", "--version", "live"]).exits(2).complains("only with --allow-live");
    calling.draftgate(&["conform", "document"]).exits(2).complains("error: the API knows no flow `document` (4000)");
}

#[test]
fn a_rule_is_explained() {
    let project = Project::new();
    project
        .draftgate(&["explain", "dg-5"])
        .exits(0)
        .says("DG-05  MUST  back and then forward gives the same step, or a service was executed again\n")
        .says("  Non-interactive services are re-executed if they exist between a backward and a forward step.\n");
    project
        .draftgate(&["explain", "DG-99"])
        .exits(2)
        .complains("`DG-99` is no rule, of which there are DG-01 to DG-30");
    project.draftgate(&["explain"]).exits(0).says("DG-30  SHOULD  fields and options of a form can be told apart\n");
}

#[test]
fn no_bundled_flow_breaks_a_rule_that_it_was_not_made_to_break() {
    let scenarios = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let project = Project::new();
    let mut open = vec![scenarios.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(&scenarios).unwrap().to_str().unwrap().to_owned();
            match path.is_dir() {
                true => open.push(path),
                false
                    if name.ends_with(".flow.yaml")
                        || name.contains("locales/")
                        || ["sandbox.yaml", "personas.yaml"].contains(&name.as_str()) =>
                {
                    project.write(&format!("scenarios/{name}"), std::fs::read(&path).unwrap());
                }
                false => {}
            }
        }
    }
    project.write("scenarios/draftgate.yaml", "run: { wait: 1s }\nsnapshots: { dir: ../snapshots }\n");
    // What is explored shows the rules more steps: those that only somebody unknown to a service comes to.
    project.draftgate(&["explore", "retail-onboarding"]).exits(0).says("→ Proof of address  when");
    project.draftgate(&["explore", "business-onboarding"]).exits(0).says("→ Certificate of incorporation  when");
    project.draftgate(&["conform", "--strict", "--negatives", "--json", "found.json"]).exits(1);
    let found: Value = serde_json::from_str(&project.read("found.json").unwrap()).unwrap();
    // Those that exist to be broken; and one whose applicants are given up while a slow machine is at something else.
    let broken = ["conformance-broken", "conformance-faulty", "conformance-waiting", "conformance-abandoned"];
    let flows = found["flows"].as_array().unwrap();
    assert!(flows.len() > 15, "{flows:#?}");
    for flow in flows.iter().filter(|flow| !broken.contains(&flow["flow"].as_str().unwrap())) {
        let violated: Vec<&Value> =
            flow["rules"].as_array().unwrap().iter().filter(|rule| rule["result"] == "violated").collect();
        assert!(violated.is_empty(), "{}: {violated:#?}", flow["flow"]);
    }
}
