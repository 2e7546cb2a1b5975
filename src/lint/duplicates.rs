//! Scenarios that do the same.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::Material;
use crate::scenario::Scenario;
use crate::scenario::action::Action;
use crate::source::{Code, Diagnostic, Sources, Span};
use crate::yaml;

/// Keys of a scenario that change nothing of what it does.
const WORDS_ONLY: [&str; 6] = ["scenario", "tags", "skip", "vars", "timeout", "retries"];
/// The key of a fragment that is used, as it stands in JSON.
const USE: &str = "\"use\":";
/// Keys whose values may be paths, as they stand in JSON.
const NAMED_BY_PATHS: [&str; 4] = [USE, "\"file\":", "\"schema\":", "\"cases\":\""];

/// Looks for scenarios of the same flow with the same steps.
///
/// A hasty look finds those that may be alike; only these are read again and compared whole.
pub(super) fn check(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    let mut alike: HashMap<String, Vec<&Scenario>> = HashMap::new();
    for scenario in &material.suite.scenarios {
        alike.entry(outline(scenario)).or_default().push(scenario);
    }
    let mut groups: Vec<Vec<&Scenario>> = alike.into_values().filter(|group| group.len() > 1).collect();
    groups.sort_by_key(|group| group[0].span.source);
    for group in groups {
        let mut seen: HashMap<String, &Scenario> = HashMap::new();
        for scenario in group {
            let Some(whole) = whole(scenario, material.sources) else { continue };
            match seen.get(&whole) {
                None => drop(seen.insert(whole, scenario)),
                Some(first) => found.push(duplicate(scenario, first, material.sources)),
            }
        }
    }
}

fn duplicate(scenario: &Scenario, first: &Scenario, sources: &Sources) -> Diagnostic {
    let message = format!("this scenario does the same as `{}`", first.name);
    Diagnostic::mistake(Code::DuplicateScenario, first_line(scenario.span, sources), message)
        .related(first_line(first.span, sources), "the other")
        .help("keep one of the two, or let them differ in what they prove")
}

fn first_line(span: Span, sources: &Sources) -> Span {
    let start = span.start as usize;
    sources.span(span.source, start..start + sources.slice(span).lines().next().map_or(0, str::len))
}

/// What two scenarios must have in common to be worth a closer look.
fn outline(scenario: &Scenario) -> String {
    let mut outline = format!("{:?} {:?} {:?}", scenario.flow.as_literal(), scenario.version, scenario.cases.is_some());
    let vars: HashMap<&str, Cow<'_, Value>> =
        scenario.vars.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_literal()?))).collect();
    for step in scenario.all_steps() {
        let _ = write!(outline, "\n{}", step.action.name());
        step.each_value(&mut |value| {
            let text = match value.as_literal() {
                Some(literal) => literal.to_string(),
                // A template that is one variable is as good as its value.
                None => match &value.names()[..] {
                    [only] => vars.get(only.as_str()).map_or_else(String::new, |value| value.to_string()),
                    _ => String::new(),
                },
            };
            let _ = write!(outline, " {text}");
        });
        if let Action::Use(call) = &step.action {
            outline.push_str(&call.path);
        }
    }
    outline
}

/// The whole scenario with its variables' values in their places; none where it cannot be read again.
fn whole(scenario: &Scenario, sources: &Sources) -> Option<String> {
    let node = yaml::parse(sources, scenario.span.source).ok()?;
    let Value::Object(mut members) = node.to_json(sources) else { return None };
    let vars = members.get("vars").and_then(Value::as_object).cloned().unwrap_or_default();
    members.retain(|key, _| !WORDS_ONLY.contains(&key.as_str()));
    let mut whole = Value::Object(members);
    substitute(&mut whole, &vars);
    whole.sort_all_objects();
    let text = whole.to_string();
    let mut left = Value::Object(left(&text, vars));
    left.sort_all_objects();
    // What is named by a path may be another thing in another folder.
    let folder = NAMED_BY_PATHS.iter().any(|key| text.contains(key)).then_some(&scenario.folder);
    Some(format!("{folder:?} {left} {text}"))
}

/// The variables that say more than what is put in their places: those inside of longer templates, and those that a
/// fragment may see.
fn left(text: &str, mut vars: Map<String, Value>) -> Map<String, Value> {
    let mut words = words(text);
    let all = text.contains(USE);
    let mut left = Map::new();
    while let Some(name) = vars.keys().find(|name| all || words.contains(*name)).cloned() {
        let Some(value) = vars.remove(&name) else { break };
        words.extend(self::words(&value.to_string()));
        left.insert(name, value);
    }
    left
}

fn words(text: &str) -> HashSet<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect()
}

fn substitute(value: &mut Value, vars: &Map<String, Value>) {
    match value {
        Value::String(text) => {
            let name = text.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).map(str::trim);
            if let Some(known) = name.and_then(|name| vars.get(name)) {
                *value = known.clone();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| substitute(item, vars)),
        Value::Object(members) => members.values_mut().for_each(|member| substitute(member, vars)),
        _ => {}
    }
}
