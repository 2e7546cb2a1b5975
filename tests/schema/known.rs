//! A key or a word that a reader knows is in its schema, and the other way round.
//!
//! The readers themselves say what they know: when they meet a word that they do not, their help lists those that they do.

use std::collections::BTreeSet;

use draftgate::schema::{SCHEMAS, SchemaKind};
use serde_json::{Value, json};

use crate::readers::Folder;
use crate::schema_of;

use SchemaKind::{Config, Flow, Fragment, Sandbox, Scenario};

/// The word that nobody knows.
const UNKNOWN: &str = "qqqqqqqq";

/// For each map of the language, a file with an unknown key in it, and the types of the schema that describe the map; the
/// empty one is the whole file.
const MAPS: &[(SchemaKind, &[&str], &str)] = &[
    (Scenario, &[""], "scenario: A\nflow: x\nsteps: [init]\n?: 1\n"),
    (Scenario, &["Matrix"], "scenario: A\nflow: x\nsteps: [init]\ncases: { matrix: { a: [1] }, ?: 1 }\n"),
    (Scenario, &["SnapshotOptions"], "scenario: A\nflow: x\nsteps: [init]\nsnapshot: { ?: 1 }\n"),
    (Scenario, &["StepMap"], "scenario: A\nflow: x\nsteps: [ { init: , ?: 1 } ]\n"),
    (Scenario, &["Upload"], "scenario: A\nflow: x\nsteps: [ { upload: { ?: 1 } } ]\n"),
    (Scenario, &["ConnectMap"], "scenario: A\nflow: x\nsteps: [ { connect: { ?: 1 } } ]\n"),
    (Scenario, &["RedeemMap"], "scenario: A\nflow: x\nsteps: [ { redeem: { ?: 1 } } ]\n"),
    (Scenario, &["LinkMap"], "scenario: A\nflow: x\nsteps: [ { link: { ?: 1 } } ]\n"),
    (Scenario, &["LinkMap"], "scenario: A\nflow: x\nsteps: [ { unlink: { ?: 1 } } ]\n"),
    (Scenario, &["ClientMap"], "scenario: A\nflow: x\nsteps: [ { profile: { ?: 1 } } ]\n"),
    (Scenario, &["AuthenticateMap"], "scenario: A\nflow: x\nsteps: [ { authenticate: { ?: 1 } } ]\n"),
    (Scenario, &["Request"], "scenario: A\nflow: x\nsteps: [ { request: { ?: 1 } } ]\n"),
    (Scenario, &["UseMap"], "scenario: A\nflow: x\nsteps: [ { use: { ?: 1 } } ]\n"),
    (Scenario, &["RepeatTimes", "RepeatUntil"], "scenario: A\nflow: x\nsteps: [ { init: , repeat: { ?: 1 } } ]\n"),
    (Scenario, &["CheckMap"], "scenario: A\nflow: x\nsteps: [ { init: , expect: { ?: 1 } } ]\n"),
    (Scenario, &["ErrorMap"], "scenario: A\nflow: x\nsteps: [ { init: , expect: { error: { ?: 1 } } } ]\n"),
    (Scenario, &["ElementsMap"], "scenario: A\nflow: x\nsteps: [ { init: , expect: { elements: { ?: 1 } } } ]\n"),
    (
        Scenario,
        &["Matchers"],
        "scenario: A\nflow: x\nsteps: [ { init: , expect: { json: { $.x: { gt: 1, ?: 1 } } } } ]\n",
    ),
    (Fragment, &[""], "fragment: A\nsteps: [init]\n?: 1\n"),
    (Config, &[""], "?: 1\n"),
    (Config, &["Environment"], "environments: { a: { ?: 1 } }\n"),
    (Config, &["Server"], "server: { ?: 1 }\n"),
    (Config, &["Server/properties/paths"], "server: { paths: { ?: /x } }\n"),
    (Config, &["Run"], "run: { ?: 1 }\n"),
    (Config, &["PollMap"], "run: { poll: { ?: 1 } }\n"),
    (Config, &["Snapshots"], "snapshots: { ?: 1 }\n"),
    (Sandbox, &[""], "?: 1\n"),
    (Sandbox, &["SandboxClient"], "clients: [ { ?: 1 } ]\n"),
    (Flow, &[""], "nodes: []\n?: 1\n"),
    (Flow, &["FormNode"], "nodes: [ { form: a, ?: 1 } ]\n"),
    (Flow, &["ServiceNode"], "nodes: [ { service: a, type: TRULIOO_EIDV, ?: 1 } ]\n"),
    (Flow, &["ConditionNode"], "nodes: [ { condition: a, when: 1 == 1, then: end, ?: 1 } ]\n"),
    (Flow, &["AcceptNode"], "nodes: [ { accept: a, ?: 1 } ]\n"),
    (Flow, &["RejectNode"], "nodes: [ { reject: a, ?: 1 } ]\n"),
    (Flow, &["EndNode"], "nodes: [ { end: a, ?: 1 } ]\n"),
    (Flow, &["Failure"], "nodes: [ { service: a, type: TRULIOO_EIDV, fails: { code: 4009, ?: 1 } } ]\n"),
    (
        Flow,
        &["Business"],
        "nodes: [ { interactive: a, type: TRULIOO_KYB_SEARCH, businesses: [ { name: a, ?: 1 } ] } ]\n",
    ),
    (Flow, &["Element"], "nodes: [ { form: a, elements: [ { name: a, type: text, ?: 1 } ] } ]\n"),
    (
        Flow,
        &["ElementOption"],
        "nodes: [ { form: a, elements: [ { name: a, type: dropdown, options: [ { value: a, ?: 1 } ] } ] } ]\n",
    ),
    (
        Flow,
        &["Rule", "AllRules", "AnyRule"],
        "nodes: [ { form: a, elements: [ { name: a, type: text }, { name: b, type: text, condition: { element: a, ?: 1 } } ] } ]\n",
    ),
];

/// The kinds of node: a reader that knows one of them looks for all.
const NODES: [&str; 7] = ["form", "service", "interactive", "condition", "accept", "reject", "end"];

/// The list in the one mistake that has it.
fn listed(mistakes: &[String], before: &str) -> BTreeSet<String> {
    let lists: Vec<&str> = mistakes.iter().filter_map(|mistake| Some(mistake.split_once(before)?.1)).collect();
    assert_eq!(lists.len(), 1, "which of them lists what is known? {mistakes:?}");
    let list = lists[0].split(';').next().unwrap();
    list.split(", ").map(|word| word.trim().to_owned()).collect()
}

fn place<'a>(schema: &'a Value, name: &str) -> &'a Value {
    let place = if name.is_empty() { Some(schema) } else { schema.pointer(&format!("/definitions/{name}")) };
    place.unwrap_or_else(|| panic!("the schema has no {name}"))
}

fn keys(schema: &Value, names: &[&str]) -> BTreeSet<String> {
    let all = names.iter().flat_map(|name| place(schema, name)["properties"].as_object().into_iter().flatten());
    all.map(|(key, _)| key.clone()).collect()
}

#[test]
fn every_map_has_the_keys_that_its_reader_knows() {
    let folder = Folder::new();
    for (kind, names, text) in MAPS {
        let text = text.replace("?:", &format!("{UNKNOWN}:"));
        let mut known = listed(&folder.mistakes(*kind, &text), "known here: ");
        if names.iter().any(|name| name.ends_with("Node")) {
            let own = keys(&schema_of(*kind), names);
            known.retain(|key| own.contains(key) || !NODES.contains(&key.as_str()));
        }
        assert_eq!(keys(&schema_of(*kind), names), known, "{kind:?} {names:?}");
    }
}

#[test]
fn every_map_is_looked_at() {
    // These are looked at by tests of their own.
    let others = ["InteractiveNode", "FaultMap"];
    for (kind, name, _) in SCHEMAS {
        let schema = schema_of(kind);
        for (definition, text) in schema["definitions"].as_object().into_iter().flatten() {
            let closed = text["additionalProperties"] == false;
            let is_file = ["Scenario", "Fragment", "Flow", "Config", "Sandbox"].contains(&definition.as_str());
            let seen = MAPS.iter().any(|(_, names, _)| names.contains(&definition.as_str()));
            assert!(!closed || is_file || seen || others.contains(&definition.as_str()), "{name}: {definition}");
        }
    }
}

#[test]
fn an_interactive_service_has_the_keys_of_its_type() {
    let folder = Folder::new();
    let schema = schema_of(Flow);
    let node = place(&schema, "InteractiveNode");
    let types = node["properties"]["type"]["anyOf"][0]["enum"].as_array().unwrap();
    assert_eq!(types.len(), node["allOf"].as_array().unwrap().len());
    for kind in types {
        let text = format!("nodes: [ {{ interactive: a, type: {}, {UNKNOWN}: 1 }} ]\n", kind.as_str().unwrap());
        let mut known = listed(&folder.mistakes(Flow, &text), "known here: ");
        known.retain(|key| key == "interactive" || !NODES.contains(&key.as_str()));
        let rule =
            node["allOf"].as_array().unwrap().iter().find(|rule| rule["if"]["properties"]["type"]["const"] == *kind);
        let not_its_own = rule.unwrap()["then"]["properties"].as_object().unwrap();
        let mut own = keys(&schema, &["InteractiveNode"]);
        own.retain(|key| !not_its_own.contains_key(key));
        assert_eq!(own, known, "{kind}");
    }
}

#[test]
fn an_element_has_the_keys_of_its_type() {
    let folder = Folder::new();
    let schema = schema_of(Flow);
    let element = place(&schema, "Element");
    let alone = json!({ "$ref": "#/definitions/Element", "definitions": schema["definitions"] });
    let validator = jsonschema::draft7::new(&alone).unwrap();
    let mut refusals = 0;
    for kind in element["properties"]["type"]["anyOf"][0]["enum"].as_array().unwrap() {
        for (key, of_key) in element["properties"].as_object().unwrap() {
            let mut value = json!({ "name": "a", "type": kind, "options": ["a"] });
            if let Some(example) = of_key["examples"].get(0).filter(|_| key != "type") {
                value[key] = example.clone();
            }
            let text = json!({ "nodes": [{ "form": "a", "elements": [value] }] }).to_string();
            let message = format!("`{key}` means nothing for the type {kind}").replace('"', "`");
            let means_nothing = folder.mistakes(Flow, &text).iter().any(|mistake| mistake.starts_with(&message));
            let at = format!("/{key}");
            let refused = validator.iter_errors(&value).any(|error| error.instance_path().to_string() == at);
            assert_eq!(refused, means_nothing, "{kind} {key}");
            refusals += usize::from(refused);
        }
    }
    assert!(refusals > 40, "only {refusals} keys belong to some types alone");
}

#[test]
fn a_fault_has_the_keys_of_its_kind() {
    let folder = Folder::new();
    let mut known = BTreeSet::from(["fault".to_owned()]);
    for fault in
        ["503", "4009", "latency", "redirect", "close", "cut", "truncated", "not_json", "content_type", "huge", "drip"]
    {
        let text = format!("faults: [ {{ fault: {fault}, {UNKNOWN}: 1 }} ]\nnodes: []\n");
        known.append(&mut listed(&folder.mistakes(Flow, &text), "it takes "));
    }
    assert_eq!(keys(&schema_of(Flow), &["FaultMap"]), known);
}

/// For each word out of a list, a file with an unknown one, what comes before the list in the mistake, and where the schema
/// has its words.
const WORDS: &[(SchemaKind, &str, &str, &str)] = &[
    (Scenario, "scenario: A\nflow: x\nversion: ?\nsteps: [init]\n", "stands where ", "/properties/version/enum"),
    (Scenario, "scenario: A\nflow: x\nauth: ?\nsteps: [init]\n", "stands where ", "/properties/auth/enum"),
    (
        Scenario,
        "scenario: A\nflow: x\nsteps: [ { submit: , fill: ? } ]\n",
        "stands where ",
        "/definitions/StepMap/properties/fill/enum",
    ),
    (
        Scenario,
        "scenario: A\nflow: x\nsteps: [ { init: , expect: { session: ? } } ]\n",
        "stands where ",
        "/definitions/CheckMap/properties/session/enum",
    ),
    (
        Scenario,
        "scenario: A\nflow: x\nsteps: [ { init: , checks: [?] } ]\n",
        "the checks are ",
        "/definitions/StepMap/properties/checks/anyOf/0/enum",
    ),
    (
        Flow,
        "nodes: [ { service: a, type: ? } ]\n",
        "known here: ",
        "/definitions/ServiceNode/properties/type/anyOf/0/enum",
    ),
    (
        Flow,
        "nodes: [ { interactive: a, type: ? } ]\n",
        "known here: ",
        "/definitions/InteractiveNode/properties/type/anyOf/0/enum",
    ),
    (
        Flow,
        "nodes: [ { form: a, elements: [ { name: a, type: ? } ] } ]\n",
        "known here: ",
        "/definitions/Element/properties/type/anyOf/0/enum",
    ),
    (
        Flow,
        "nodes: [ { form: a, elements: [ { name: a, type: file, accept: [?] } ] } ]\n",
        "known here: ",
        "/definitions/Element/properties/accept/items/anyOf/0/enum",
    ),
    (
        Flow,
        "languages: { default: ? }\nnodes: []\n",
        "known here: ",
        "/properties/languages/properties/default/anyOf/0/enum",
    ),
    (
        Flow,
        "nodes: [ { service: a, type: TRULIOO_EIDV, fails: ? } ]\n",
        "known here: ",
        "/definitions/Failure/properties/code/enum",
    ),
    (
        Flow,
        "faults: [ { fault: ? } ]\nnodes: []\n",
        "a fault is an error code, a status, or ",
        "/definitions/FaultMap/properties/fault/anyOf/0/enum",
    ),
];

#[test]
fn every_word_out_of_a_list_is_one_that_its_reader_knows() {
    let folder = Folder::new();
    for (kind, text, before, pointer) in WORDS {
        let mistakes = folder.mistakes(*kind, &text.replace('?', UNKNOWN));
        let known: BTreeSet<String> = match *before {
            // "`draft` or `live` is wanted"
            "stands where " => {
                let list = mistakes[0].split_once(before).unwrap().1;
                list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
            }
            _ => listed(&mistakes, before),
        };
        let schema = schema_of(*kind);
        let words =
            schema.pointer(pointer).unwrap_or_else(|| panic!("there is nothing at {pointer}")).as_array().unwrap();
        let words = words.iter().map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned));
        // A rule is turned off by its name with a minus.
        let words: BTreeSet<String> = words.filter(|word| !word.starts_with('-')).collect();
        assert_eq!(words, known, "{kind:?} {pointer}");
    }
}

#[test]
fn every_action_and_every_kind_of_node_is_one_that_its_reader_knows() {
    let folder = Folder::new();
    let names = |schema: &Value, pointer: &str| -> BTreeSet<String> {
        let forms = schema.pointer(pointer).unwrap().as_array().unwrap();
        forms.iter().map(|form| form["required"][0].as_str().unwrap().to_owned()).collect()
    };
    let scenario = schema_of(Scenario);
    let mistakes = folder.mistakes(Scenario, &format!("scenario: A\nflow: x\nsteps: [ {UNKNOWN} ]\n"));
    assert_eq!(names(&scenario, "/definitions/StepMap/anyOf"), listed(&mistakes, "the actions are "));
    let flow = schema_of(Flow);
    let mistakes = folder.mistakes(Flow, &format!("nodes: [ {{ {UNKNOWN}: a }} ]\n"));
    let known = listed(&mistakes, "give it a name under one of: ");
    let forms = flow.pointer("/definitions/Node/anyOf").unwrap().as_array().unwrap();
    let nodes: BTreeSet<String> = forms
        .iter()
        .map(|form| flow.pointer(form["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap())
        .map(|node| node["required"][0].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(nodes, known);
    assert_eq!(nodes, NODES.map(str::to_owned).into());
}
