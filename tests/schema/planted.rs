//! What somebody may mistype is refused, by the schemas as by the readers.

use draftgate::schema::SchemaKind;

use crate::readers::{Folder, value_of};
use crate::valid::SAMPLES;
use crate::{complaints, schema_of};

/// A scenario with these steps.
fn steps(steps: &str) -> String {
    format!("scenario: A\nflow: x\nsteps: {steps}\n")
}

/// Each with what it is about and a file.
fn scenarios() -> Vec<(&'static str, String)> {
    let top = |line: &str| format!("scenario: A\nflow: x\nsteps: [init]\n{line}\n");
    vec![
        ("a key at the top", top("tagz: [a]")),
        ("a key that is missing", "scenario: A\nsteps: [init]\n".to_owned()),
        ("the version", top("version: darft")),
        ("the way to authenticate", top("auth: clint")),
        ("a duration without a unit", top("timeout: 90")),
        ("too many retries", top("retries: 11")),
        ("retries that are no number", top("retries: many")),
        ("an empty list of steps", steps("[]")),
        ("no list of steps", steps("init")),
        ("an action", steps("[submti]")),
        ("an action that needs an argument", steps("[upload]")),
        ("an action as a key", steps("[{ submti: { A: b } }]")),
        ("no action", steps("[{ expect: end }]")),
        ("two actions", steps("[{ init: , back: }]")),
        ("a modifier", steps("[{ init: , expcet: Address }]")),
        ("a modifier of another action", steps("[{ back: , fill: valid }]")),
        ("a modifier of what has no answer", steps("[{ sleep: 1s, expect: end }]")),
        ("a modifier below its action", steps("[{ init: { expect: end } }]")),
        ("a modifier among the fields", steps("[{ submit: { A: b, expect: end } }]")),
        ("a kind of filling", steps("[{ submit: , fill: vald }]")),
        ("a truth value", steps("[{ submit: , map: 1 }]")),
        ("a rule", steps("[{ init: , checks: [-statuz] }]")),
        ("what is captured", steps("[{ init: , capture: { id: id } }]")),
        ("a name of the language", steps("[{ init: , capture: { step: $.id } }]")),
        ("how often", steps("[{ init: , repeat: { times: 0 } }]")),
        ("both ways to repeat", steps("[{ init: , repeat: { times: 2, until: end } }]")),
        ("a code that can be none", steps("[{ init: , expect: 777 }]")),
        ("an empty map of checks", steps("[{ init: , expect: {} }]")),
        ("a check", steps("[{ init: , expect: { tilte: x } }]")),
        ("a check's session", steps("[{ init: , expect: { session: sme } }]")),
        ("a check's status", steps("[{ init: , expect: { status: 2000 } }]")),
        ("a part of an error", steps("[{ init: , expect: { error: { code: 4006, fielt: x } } }]")),
        ("a list of elements", steps("[{ init: , expect: { elements: { exakt: [a] } } }]")),
        ("a path", steps("[{ init: , expect: { json: { id: 1 } } }]")),
        ("a matcher beside another", steps("[{ init: , expect: { json: { $.x: { gt: 1, ltt: 2 } } } }]")),
        ("a matcher's argument", steps("[{ init: , expect: { json: { $.x: { between: [1] } } } }]")),
        ("a JSON type", steps("[{ init: , expect: { json: { $.x: { type: text } } } }]")),
        ("another host", steps("[{ request: { path: \"https://example.com/x\" } }]")),
        ("a part of a request", steps("[{ request: { path: /x, methd: PUT } }]")),
        ("a fragment's call", steps("[{ use: { fragment: details.yaml, wiht: {} } }]")),
    ]
}

fn others() -> Vec<(SchemaKind, &'static str, String)> {
    use SchemaKind::{Config, Flow, Fragment, Personas, Sandbox};
    let node = |node: &str| format!("nodes: [ {node} ]\n");
    let element = |keys: &str| format!("nodes: [ {{ form: a, elements: [ {{ name: A, {keys} }} ] }} ]\n");
    vec![
        (Fragment, "a scenario's key", "fragment: A\nflow: x\nsteps: [init]\n".to_owned()),
        (Config, "a key at the top", "serve: {}\n".to_owned()),
        (Config, "a key of the server", "server: { base_ulr: x }\n".to_owned()),
        (Config, "an operation", "server: { paths: { bakc: /x } }\n".to_owned()),
        (Config, "a path", "server: { paths: { back: x } }\n".to_owned()),
        (Config, "a rate", "run: { rate: 20 per second }\n".to_owned()),
        (Config, "too many retries", "run: { scenario_retries: 11 }\n".to_owned()),
        (Config, "a time without a unit", "run: { slow: 10 }\n".to_owned()),
        (Config, "no requests at all", "run: { concurrency: 0 }\n".to_owned()),
        (Config, "an environment in another", "environments: { a: { environments: {} } }\n".to_owned()),
        (Flow, "no nodes", "flow: a\n".to_owned()),
        (Flow, "a kind of node", node("{ fomr: a }")),
        (Flow, "a key of another kind", node("{ form: a, when: x }")),
        (Flow, "a type of service", node("{ service: a, type: TRULIOO_EIVD }")),
        (Flow, "a key of another service", node("{ interactive: a, type: TWILIO, providers: [a] }")),
        (Flow, "a condition that leads nowhere", node("{ condition: a, when: 1 == 1 }")),
        (Flow, "a type of element", element("type: txt")),
        (Flow, "a key of an element", element("type: text, requird: true")),
        (Flow, "a key of another type", element("type: number, max_length: 3")),
        (Flow, "nothing to choose from", element("type: dropdown")),
        (Flow, "a country", element("type: text, tooltip_by_country: { Canada: x }")),
        (Flow, "a file type", element("type: file, accept: [pfd]")),
        (Flow, "a language", "languages: { fr_CA: x }\nnodes: []\n".to_owned()),
        (Flow, "a key of a fault", "faults: [ { fault: 503, tims: 1 } ]\nnodes: []\n".to_owned()),
        (Sandbox, "a client's secret", "clients: [ { client_id: a } ]\n".to_owned()),
        (Personas, "a name and no fields", "nobody: Nomatch\n".to_owned()),
        (Personas, "a list", "- { last_name: Nomatch }\n".to_owned()),
        (Sandbox, "a time", "forget_after: soon\n".to_owned()),
    ]
}

#[test]
fn a_mistake_is_refused_by_both() {
    let folder = Folder::new();
    let scenarios = scenarios().into_iter().map(|(what, text)| (SchemaKind::Scenario, what, text));
    let validators = SAMPLES.map(|(kind, _)| (kind, jsonschema::draft7::new(&schema_of(kind)).unwrap()));
    for (kind, what, text) in scenarios.chain(others()) {
        let value = value_of(&text);
        let (_, validator) = validators.iter().find(|(known, _)| *known == kind).unwrap();
        assert!(!complaints(validator, &value).is_empty(), "the schema has nothing against {what}:\n{text}");
        assert!(!folder.mistakes(kind, &text).is_empty(), "the reader has nothing against {what}:\n{text}");
    }
}
