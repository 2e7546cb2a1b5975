//! Servers that are not the sandbox: one that generates every id anew for each session, which gives the same map, and one of
//! a flow that the sandbox would not take.

use serde_json::{Map, Value};

use super::{FORKS, map, project, ways};
use crate::project::Project;
use crate::spoiling::{Answer, Call, Fault, Memory, NONE, Spoiling};

/// An id as it is in one session, and back: the session's digits are laid over its own, 24 of base 16.
fn renamed(id: &str, session: &str) -> Option<String> {
    let digits = |text: &str| text.chars().filter(|letter| *letter != '-').map(|digit| digit.to_digit(16)).collect();
    let (own, other): (Option<Vec<u32>>, Option<Vec<u32>>) = (digits(id), digits(session));
    let pairs = own.filter(|own| own.len() == 24)?.into_iter().zip(other?);
    pairs.map(|(one, other)| char::from_digit(one ^ other, 16)).collect()
}

fn rename_all(value: &mut Value, session: &str) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| rename_all(value, session)),
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(id) if key == "id" || key == "elementId" || key == "element" => {
                        if let Some(new) = renamed(id, session) {
                            *id = new;
                        }
                    }
                    value => rename_all(value, session),
                }
            }
        }
        _ => {}
    }
}

fn before(call: &mut Call, _: &mut Memory) {
    let session = call.session.clone().unwrap_or_default();
    if let Some(Value::Object(body)) = &mut call.body {
        let own = std::mem::take(body).into_iter();
        *body = own.map(|(key, value)| (renamed(&key, &session).unwrap_or(key), value)).collect::<Map<_, _>>();
    }
}

fn after(call: &Call, answer: &mut Answer, _: &mut Memory) {
    if let Some(session) = call.session.clone().or(answer.session.clone()) {
        rename_all(&mut answer.body, &session);
    }
}

/// A project without definitions, that calls a server.
fn client(server: &Spoiling, flow: &str) -> Project {
    let config = format!(
        "server: {{ base_url: {} }}\nflows: {{ {flow}: {flow} }}\nsnapshots: {{ dir: ../snapshots }}\n",
        server.base_url()
    );
    Project::new().with("scenarios/draftgate.yaml", config)
}

#[test]
fn ids_that_are_new_in_each_session_change_nothing() {
    let flows = project("forks", FORKS);
    let server = Spoiling::start(&flows, Fault { before, after });
    let client = client(&server, "forks");
    let ended = client.draftgate(&["explore", "forks"]).exits(0);
    ended.says("Explored forks: 10 steps, 15 ways between them\n").says("→ end: We are sorry").never_says("finding");
    flows.draftgate(&["explore", "forks"]).exits(0);
    let (renamed, plain) = (map(&client, "forks"), map(&flows, "forks"));
    assert_eq!(ways(&renamed), ways(&plain));
    // From which of several steps one came back to is a matter of the sessions.
    for part in ["first", "steps"] {
        assert_eq!(renamed["views"][0][part], plain["views"][0][part]);
    }
}

#[test]
fn a_field_that_nothing_shows_is_found() {
    let flow = "flow: hidden
nodes:
  - form: a
    title: Choice
    elements:
      - { name: Plan, type: dropdown, required: true, options: [basic, gold] }
      - { name: Number, type: text, required: true, condition: { element: Plan, equals: gold } }
";
    let flows = project("hidden", flow);
    let sound = Spoiling::start(&flows, NONE);
    client(&sound, "hidden").draftgate(&["explore", "hidden"]).exits(0).never_says("finding");
    let after = |_: &Call, answer: &mut Answer, _: &mut Memory| {
        if let Some(condition) = answer.body.pointer_mut("/elements/1/condition") {
            let asks = condition.to_string().replace("gold", "platinum");
            *condition = serde_json::from_str(&asks).unwrap();
        }
    };
    let server = Spoiling::start(&flows, Fault { before: |_, _| {}, after });
    let faulty = client(&server, "hidden");
    let ended = faulty.draftgate(&["explore", "hidden"]).exits(1);
    ended.says("Choice: Number is never shown: it asks for Plan to be platinum, which is not offered");
}
