//! That every text of an entry is reached, and what is kept back of an outcome by its structure.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::api::exchange::{Answer, Body, Exchange, Request, RequestBody};
use crate::journal::Test;
use crate::outcome::StepOutcome;

const SESSION: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

/// An entry for each kind, with every member that may be there.
fn entries() -> Vec<Value> {
    let place = json!({"file": "x", "line": 1, "column": 1, "end_line": 1, "end_column": 2});
    let failure = json!({"grade": "error", "code": "E001", "rule": "status", "message": "x", "place": place, "label": "x",
        "help": "x", "notes": ["x"], "related": [{"place": place, "message": "x"}], "expected": {"x": ["x"]}, "actual": "x"});
    let request = |body: Value| json!({"method": "x", "url": "x", "headers": [["x", "x"]], "body": body, "curl": "x"});
    let answer = |body: Value| json!({"status": 200, "headers": [["x", "x"]], "body": body, "seconds": 0.5});
    let exchanges: Vec<Value> = [
        json!({"json": {"x": ["x", {"x": "x"}]}}),
        json!({"text": "x"}),
        json!({"form": [["x", "x"]]}),
        json!({"file": {"name": "x", "media_type": "x", "bytes": 1}}),
    ]
    .into_iter()
    .map(|body| json!({"part": "own", "request": request(body.clone()), "answer": answer(body)}))
    .collect();
    let spot = json!({"title": "x", "type": "x", "shape": "0a1b"});
    let step = json!({"number": 1, "label": "x", "place": place, "applicant": "x", "verdict": "failed", "skipped": "x",
        "started": 0.0, "seconds": 0.0, "request_seconds": 0.0, "pending_seconds": 0.0,
        "visit": {"flow": "x", "version": "x", "language": "x", "from": spot, "way": "x", "to": spot},
        "failures": [failure], "exchanges": exchanges, "polls": [{"at": 0.0, "answer": "x"}],
        "unanswered": {"request": request(Value::Null), "why": "x"},
        "snapshot": {"file": "x", "standing": "changed", "passes": false, "note": "x", "accepted": "x", "actual": "x", "changes": ["x"]}});
    vec![
        json!({"event": "test-finished", "number": 0, "name": "x", "title": "x", "place": place, "files": ["x"],
            "verdict": "failed", "reason": "x", "flow": "x", "version": "x", "language": "x", "tags": ["x"], "started": 0.0,
            "seconds": 0.0, "request_seconds": 0.0, "pending_seconds": 0.0, "sessions": ["x"],
            "attempts": [{"verdict": "failed", "seconds": 0.0, "message": "x", "explanation": "x"}],
            "steps": [step], "problem": failure, "explanation": "x"}),
        json!({"event": "run-started", "format": 1, "draftgate": "0.0.0", "started": "2026-01-01T00:00:00Z", "server": "x",
            "environment": "x", "seed": 1, "shard": {"index": 1, "count": 2}, "suite": "0a1b", "selected": 1,
            "tests": [{"number": 0, "name": "x"}]}),
        json!({"event": "file", "path": "x", "text": "x"}),
        json!({"event": "flow", "flow": "x", "version": "x", "language": "x", "steps": [spot], "first": [0],
            "moves": [{"from": 0, "way": "submit", "to": 0}]}),
        json!({"event": "test-started", "test": "x", "attempt": 1, "at": 0.0}),
        json!({"event": "step-started", "test": "x", "step": 1, "label": "x", "at": 0.0}),
        json!({"event": "step-pending", "test": "x", "at": 0.0}),
        json!({"event": "run-ended", "seconds": 1.0, "exit": 0}),
    ]
}

/// Texts that draftgate itself writes, of which none can hold anything else.
const OWN: [&str; 17] = [
    "/event",
    "/verdict",
    "/grade",
    "/part",
    "/standing",
    "/draftgate",
    "/started",
    "/suite",
    "/code",
    "/rule",
    "/shape",
    "/moves/0/way",
    "/attempts/0/verdict",
    "/steps/0/verdict",
    "/steps/0/failures/0/grade",
    "/problem/grade",
    "/exit",
];

/// The JSON pointers of all texts in a value, keys of free objects not counted.
fn texts(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, item)| texts(item, format!("{at}/{n}"), found)),
        Value::Object(members) => members.iter().for_each(|(key, item)| texts(item, format!("{at}/{key}"), found)),
        _ => {}
    }
}

#[test]
fn every_text_of_every_entry_is_reached() {
    let redactor = Redactor::default();
    redactor.add("canary-in-a-cage");
    let mask = Discretion { redactor, ..Discretion::default() }.run();
    let mut seen = 0;
    for entry in entries() {
        let mut pointers = Vec::new();
        texts(&entry, String::new(), &mut pointers);
        for pointer in pointers.iter().filter(|pointer| !OWN.iter().any(|own| pointer.ends_with(own))) {
            let mut planted = entry.clone();
            *planted.pointer_mut(pointer).unwrap() = json!("a canary-in-a-cage");
            let planted: Entry = serde_json::from_value(planted).unwrap_or_else(|why| panic!("{pointer}: {why}"));
            let shown = serde_json::to_value(&*mask.entry(planted)).unwrap();
            assert_eq!(shown.pointer(pointer), Some(&json!("a [secret]")), "{pointer} of {entry}");
            seen += 1;
        }
    }
    assert!(seen > 90, "{seen}");
}

#[test]
fn keys_of_bodies_are_reached_and_nothing_of_the_journals_own_is() {
    let redactor = Redactor::default();
    // Names of members and words of the format are secrets, too: the entry stays one.
    for word in ["canary-in-a-cage", "failed", "changed", "title", "own", "json", "test-finished"] {
        redactor.add(word);
    }
    let mut entry = entries().remove(0);
    *entry.pointer_mut("/steps/0/exchanges/0/request/body/json").unwrap() = json!({"canary-in-a-cage": 1});
    let mask = Discretion { redactor, ..Discretion::default() }.run();
    let shown = serde_json::to_value(&*mask.entry(serde_json::from_value(entry).unwrap())).unwrap();
    assert_eq!(shown["steps"][0]["exchanges"][0]["request"]["body"]["json"], json!({"[secret]": 1}));
    assert_eq!((&shown["verdict"], &shown["steps"][0]["snapshot"]["standing"]), (&json!("failed"), &json!("changed")));
}

fn outcome(exchange: Exchange) -> (Sources, ScenarioOutcome) {
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", "scenario: x\n");
    let span = sources.span(id, 0..8);
    let mut outcome = ScenarioOutcome::new("a".to_owned(), format!("as {SESSION}"), span);
    let mut step = StepOutcome::new(1, "submit", span, None);
    assert!(step.exchanges.push(exchange).is_none());
    outcome.steps.push(step);
    (sources, outcome)
}

fn exchange(headers: &[(&str, &str)], body: Value, came: &[(&str, &str)], answer: Value) -> Exchange {
    let pairs =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let request = Request {
        method: "POST".to_owned(),
        url: format!("http://h/query/client/{SESSION}?token=tok"),
        headers: pairs(headers),
        body: RequestBody::Json(body),
    };
    let answer = Answer { status: 200, headers: pairs(came), body: Body::Json(answer.into()), elapsed: Duration::ZERO };
    Exchange { request, answer }
}

#[test]
fn credentials_and_sessions_are_masked_where_they_stand_and_wherever_else() {
    let sent = [("x-hf-session", SESSION), ("x-api-key", "k1"), ("authorization", "Basic aWQ6aHVzaC1odXNo")];
    let came = [("x-hf-session", "s"), ("set-cookie", "sid=0123456789; Path=/")];
    let body = json!({"a": "hush-hush 0123456789", "refresh_token": "r", "inner": "{\"id_token\":\"x\"}"});
    let (_, outcome) = outcome(exchange(&sent, json!({"b": SESSION}), &came, body));
    let title = outcome.title.clone();
    let open = Discretion { show_sessions: true, ..Discretion::default() }.of(outcome.clone());
    let (mask, shown) = Discretion::default().of(outcome);
    let Exchange { request, answer } = shown.steps[0].exchanges.last().unwrap();
    let values = |headers: &[(String, String)]| headers.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
    assert_eq!(values(&request.headers), ["0f8fad5b…", "[secret]", "Basic [secret]"]);
    assert_eq!(values(&answer.headers), ["[session]", "[secret]"]);
    assert_eq!(mask.text(&request.url), "http://h/query/client/0f8fad5b…?token=[secret]");
    let mut body = answer.json().expect("it is JSON").clone();
    let wanted = json!({"a": "[secret] [secret]", "refresh_token": "[secret]", "inner": "{\"id_token\":\"[secret]\"}"});
    mask.value(&mut body);
    assert_eq!(body, wanted);
    assert_eq!(mask.text(&title), "as 0f8fad5b…");
    let (mask, shown) = open;
    assert_eq!(mask.text(&title), title);
    assert_eq!(shown.steps[0].exchanges.last().unwrap().request.headers[0].1, SESSION);
}

#[test]
fn what_an_outline_leaves_out_is_still_known_as_what_is_kept_back() {
    let body = json!({"refresh_token": "0123456789", "link": "https://h/a?signature=9876543210"});
    let (_, outcome) = outcome(exchange(&[("x-hf-session", SESSION)], json!({}), &[], body));
    let (mask, shown) = Discretion::default().of_outline(outcome);
    let Exchange { request, answer } = shown.steps[0].exchanges.last().unwrap();
    assert_eq!(mask.text(&request.url), "http://h/query/client/0f8fad5b…?token=[secret]");
    assert!(request.headers.is_empty() && answer.headers.is_empty() && answer.json().is_none());
    assert_eq!(mask.text(&format!("{SESSION} 0123456789 9876543210")), "0f8fad5b… [secret] [secret]");
}

#[test]
fn a_language_is_no_data() {
    let (_, outcome) = outcome(exchange(&[], json!({"id1": "de-LI"}), &[], json!({})));
    let discretion = Discretion { entered: Some(Arc::new(Entered::new(&[]))), ..Discretion::default() };
    let mut entry = entries().remove(0);
    entry["language"] = json!("de-LI");
    entry["title"] = json!("in de-LI");
    let shown = serde_json::to_value(&*discretion.of(outcome).0.entry(serde_json::from_value(entry).unwrap())).unwrap();
    assert_eq!((&shown["language"], &shown["title"]), (&json!("de-LI"), &json!("in [data]")));
}

#[test]
fn data_are_masked_by_their_place_however_short() {
    let body = json!({"id1": "x", "id2": 7, "id3": true, "id4": [null, "", "Ada Byron"]});
    let came = json!({"title": "Dear Ada Byron", "elements": [{"name": "Age", "value": 7, "condition": {"rules": [{"value": true}]}}]});
    let (_, outcome) = outcome(exchange(&[], body, &[], came));
    let discretion = Discretion { entered: Some(Arc::new(Entered::new(&[]))), ..Discretion::default() };
    let (mask, shown) = discretion.of(outcome);
    let Exchange { request, answer } = shown.steps[0].exchanges.last().unwrap();
    let RequestBody::Json(sent) = &request.body else { panic!("it is JSON") };
    assert_eq!(*sent, json!({"id1": "[data]", "id2": "[data]", "id3": "[data]", "id4": [null, "", "[data]"]}));
    let mut came = answer.json().expect("it is JSON").clone();
    mask.value(&mut came);
    assert_eq!(
        came,
        json!({"title": "Dear [data]", "elements": [{"name": "Age", "value": "[data]", "condition": {"rules": [{"value": true}]}}]})
    );
}

#[test]
fn a_mask_changes_nothing_where_there_is_nothing_to_mask() {
    let entry = entries().remove(0);
    let test: Test = serde_json::from_value(entry.clone()).unwrap();
    let shown = Mask::default().entry(Entry::TestFinished(Box::new(test)));
    assert_eq!(serde_json::to_value(&*shown).unwrap(), entry);
}
