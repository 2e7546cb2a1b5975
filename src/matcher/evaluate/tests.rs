use std::path::Path;

use serde_json::json;

use super::*;
use crate::jsonpath::JsonPath;
use crate::source::Sources;
use crate::yaml::Reading;

/// The mismatch of a matcher, written as YAML, against what a path selects; or what is wrong with the matcher.
fn check(matcher: &str, path: &str, body: &Value) -> Option<String> {
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", matcher);
    let node = crate::yaml::parse(&sources, id).unwrap();
    let mut reading = Reading::new(&sources, Path::new("."));
    let matcher = Matcher::read(&node, &mut reading);
    if let Some(mistake) = reading.mistakes.first() {
        return Some(format!("mistake: {} {}", mistake.message, mistake.help.clone().unwrap_or_default()));
    }
    let literal = |value: &crate::template::Templated| {
        Ok::<_, ()>(Literal { span: value.span, value: value.as_literal().unwrap().into_owned() })
    };
    let matcher = matcher.unwrap().try_map(&mut { literal }).unwrap();
    let path = JsonPath::parse(path).unwrap();
    let nodes = path.nodes(body);
    matcher.judge(Subject::of(&path, &nodes)).map(|mismatch| {
        format!("expected {}, got {} {}", mismatch.expected, mismatch.actual, mismatch.help.unwrap_or_default())
    })
}

fn body() -> Value {
    json!({
        "n": 1.0, "s": "1", "z": null, "list": [3, 1, 2], "empty": [], "when": "2026-02-01",
        "id": "0b0e7f3c-5d3b-4c7e-9d38-0a2f1b7c9a11",
        "elements": [{"name": "First", "type": "text"}, {"name": "Last", "type": "text"}, {"name": "Bill", "type": "file"}],
    })
}

#[test]
fn what_holds() {
    for (path, matcher) in [
        ("$.n", "1"),
        ("$.z", "null"),
        ("$.s", "'1'"),
        ("$.list", "[3, 1.0, 2]"),
        ("$.list", "{unordered: [1, 2, 3]}"),
        ("$.list", "{length: 3, contains: 2}"),
        ("$.list", "{every: {between: [1, 3]}}"),
        ("$.list", "{any: {gt: 2}}"),
        ("$.nope", "{exists: false}"),
        ("$.nope", "{not: {exists: true}}"),
        ("$.z", "{exists: true, type: 'null'}"),
        ("$.s", "{not: 2}"),
        ("$.when", "{gte: '2026-01-31', is_date: true}"),
        ("$.id", "{is_uuid: true, starts_with: 0b0e, ends_with: a11, matches: '^[0-9a-f-]+$'}"),
        ("$.elements[*].name", "{length: 3}"),
        ("$.elements[*].name", "{equals: [First, Last, Bill]}"),
        ("$.elements[?@.type=='file']", "{length: 1}"),
        ("$.elements[?@.type=='none']", "{length: 0}"),
        ("$.elements[?@.type=='file'].name", "Bill"),
        ("$.elements", "{contains: {name: Last}}"),
        ("$.n", "{type: integer, one_of: [1, 2]}"),
        ("$.elements[0]", "{schema: {type: object, required: [name]}}"),
        ("$.s", "{all_of: [{type: string}, {length: {lte: 1}}]}"),
        ("$.list", "{not: {contains: 9}}"),
        ("$.elements[0]", "{equals: {name: First, type: text}}"),
        ("$.elements[?@.name=='Last']", "{equals: {name: Last, type: text}}"),
    ] {
        assert_eq!(check(matcher, path, &body()), None, "{path}: {matcher}");
    }
}

#[test]
fn what_does_not_hold_says_why() {
    for (path, matcher, wanted) in [
        ("$.s", "1", "expected 1, got \"1\" the answer has a string"),
        ("$.nope", "null", "got nothing: the path selects no node"),
        ("$.nope", "{not: 5}", "expected not 5, got nothing"),
        ("$.elements[*].name", "First", "say `every`, `any` or `length`"),
        ("$.elements[*].name", "{not: First}", "say `every`, `any` or `length`"),
        ("$.list", "{every: {gt: 1}}", "expected every item to be more than 1, got item 1 to be 1"),
        ("$.empty", "{every: 1}", "got no items at all"),
        ("$.empty", "{any: 1}", "got no items at all"),
        ("$.list", "{length: {lt: 3}}", "expected a length of less than 3, got a length of 3"),
        ("$.list", "{unordered: [1, 2, 2]}", "in any order"),
        ("$.z", "{exists: false}", "expected no node, got null"),
        ("$.n", "{length: 1}", "expected a length of 1, got 1.0"),
        ("$.elements[0]", "{schema: {required: [nope]}}", "\"nope\" is a required property"),
        ("$.when", "{gt: 5}", "expected more than 5"),
    ] {
        let got = check(matcher, path, &body()).unwrap_or_default();
        assert!(got.contains(wanted), "{path}: {matcher}: {got}");
    }
}

#[test]
fn mistakes_in_matchers_are_found_when_read() {
    for (matcher, wanted) in [
        ("{contain: 1}", "did you mean `contains`"),
        ("{gt: 1, foo: 2}", "unknown matcher `foo`"),
        ("{name: First, type: text}", "an object to be equal to is written under `equals:`"),
        ("{matches: '('}", "not a regular expression"),
        ("{between: [1]}", "takes the two ends"),
        ("{type: strnig}", "did you mean `string`?"),
        ("{schema: {type: 5}}", "not a JSON Schema"),
        ("{schema: nope.json}", "there is no file \"nope.json\""),
        ("{one_of: 5}", "a list is wanted"),
    ] {
        let got = check(matcher, "$", &body()).unwrap_or_default();
        assert!(got.starts_with("mistake") && got.contains(wanted), "{matcher}: {got}");
    }
}
