//! Reading one scenario file.

use std::path::Path;

use super::model::{Auth, Scenario};
use super::options::{SnapshotOptions, read_duration, read_retries};
use super::step::{Step, check_name, read_language, read_plain};
use super::{cases, model};
use crate::api::operation::Version;
use crate::source::{Code, Diagnostic};
use crate::template::Templated;
use crate::yaml::{Kind, Mapping, Node, Reading, not_wanted};

/// Reads a scenario; fragments are not expanded yet.
pub(super) fn read(name: String, folder: &Path, node: &Node, reading: &mut Reading<'_>) -> Option<Scenario> {
    let Some(mut map) = reading.mapping(node, "a scenario") else {
        if let Some(mistake) = reading.mistakes.last_mut() {
            mistake.help = Some("a scenario begins with the key `scenario:` and a sentence behind it".to_owned());
        }
        return None;
    };
    let title = match map.take("scenario") {
        Some(title) => {
            reading.string(title, "a sentence that says what the scenario proves").unwrap_or_default().to_owned()
        }
        None => missing("scenario", "say in a sentence what it proves", node, reading),
    };
    let flow = match map.take("flow") {
        Some(flow) => {
            if !matches!(flow.kind, Kind::String(_) | Kind::Number(_)) {
                reading.wanted(flow, "a flow's alias or id");
            }
            Templated::read(flow, reading)
        }
        None => {
            missing("flow", "name the flow by its alias or id", node, reading);
            Templated::literal(node.span, serde_json::Value::Null)
        }
    };
    let (version, version_span) = read_version(map.take("version"), node, reading);
    let tags = map.take("tags").map(|node| read_tags(node, reading)).unwrap_or_default();
    let skip = map.take("skip").and_then(|node| read_plain(node, "the reason why it is skipped", reading));
    let language = map.take("language").map(|node| read_language(node, reading));
    let auth = read_auth(map.take("auth"), reading);
    let vars = map.take("vars").map(|node| reading.defining(|reading| read_vars(node, reading))).unwrap_or_default();
    let cases = map.take("cases").map(|node| reading.defining(|reading| cases::read(node, reading)));
    let snapshot = map.take("snapshot").map(|node| SnapshotOptions::read(node, reading)).unwrap_or_default();
    let timeout = map.take("timeout").and_then(|node| read_duration(node, reading));
    let retries = map.take("retries").and_then(|node| read_retries(node, reading));
    let (steps, finally) = read_both(&mut map, node, reading);
    reading.finish(map);
    Some(model::Scenario {
        name,
        span: node.span,
        folder: folder.to_owned(),
        title,
        flow,
        version,
        version_span,
        tags,
        skip,
        language,
        auth,
        vars,
        cases,
        snapshot,
        timeout,
        retries,
        steps,
        finally,
    })
}

fn read_both(map: &mut Mapping<'_>, node: &Node, reading: &mut Reading<'_>) -> (Vec<Step>, Vec<Step>) {
    let steps = read_steps(map.take("steps"), node, "steps", reading);
    let finally = match map.take("finally") {
        Some(finally) => read_steps(Some(finally), node, "finally", reading),
        None => Vec::new(),
    };
    (steps, finally)
}

/// Reads a list of steps, which must not be empty.
pub(super) fn read_steps(steps: Option<&Node>, whole: &Node, key: &str, reading: &mut Reading<'_>) -> Vec<Step> {
    match steps.map(|steps| (&steps.kind, steps)) {
        Some((Kind::List(items), _)) if !items.is_empty() => {
            // Of so large a thing none is kept free in reserve.
            let mut read = Vec::with_capacity(items.len());
            read.extend(items.iter().filter_map(|item| read_step(item, reading)));
            read
        }
        Some((Kind::List(_), node)) => {
            reading.mistake(
                Diagnostic::mistake(Code::ChecksNothing, node.span, format!("`{key}` is empty"))
                    .help("a step begins with a dash, as in `- init`"),
            );
            Vec::new()
        }
        Some((_, node)) => {
            reading.mistake(not_wanted(node, "a list of steps").help("each step begins with a dash, as in `- init`"));
            Vec::new()
        }
        None => {
            missing(key, "list what the scenario does, each step after a dash", whole, reading);
            Vec::new()
        }
    }
}

/// Reads a step; one that cannot be read may have captured anything.
fn read_step(item: &Node, reading: &mut Reading<'_>) -> Option<Step> {
    let step = Step::read(item, reading);
    reading.names_unsure |= step.is_none();
    step
}

/// Notes a missing key, unless another is a misspelling of it: that one is reported as unknown.
fn missing(key: &str, help: &str, node: &Node, reading: &mut Reading<'_>) -> String {
    if let Kind::Map(entries) = &node.kind
        && !node.misspells(key)
    {
        let first = entries.first().map_or(node.span, |(key, _)| key.span);
        reading.mistake(Diagnostic::mistake(Code::MissingKey, first, format!("the key `{key}` is missing")).help(help));
    }
    String::new()
}

fn read_version(version: Option<&Node>, whole: &Node, reading: &mut Reading<'_>) -> (Version, crate::source::Span) {
    let Some(node) = version else { return (Version::Draft, whole.span) };
    let version = reading.one_of(node, &[("draft", Version::Draft), ("live", Version::Live)]);
    (version.unwrap_or(Version::Draft), node.span)
}

fn read_tags(node: &Node, reading: &mut Reading<'_>) -> Vec<String> {
    reading.list(node).iter().filter_map(|tag| reading.string(tag, "a tag").map(str::to_owned)).collect()
}

fn read_auth(node: Option<&Node>, reading: &mut Reading<'_>) -> Auth {
    let auth = node.and_then(|node| reading.one_of(node, &[("none", Auth::None), ("client", Auth::Client)]));
    auth.unwrap_or(Auth::None)
}

fn read_vars(node: &Node, reading: &mut Reading<'_>) -> Vec<(String, Templated)> {
    let Some(map) = reading.mapping(node, "a map of variables") else { return Vec::new() };
    let mut vars = Vec::with_capacity(map.rest().len());
    for (name, key, value) in map.rest() {
        check_name(name, key.span, reading);
        vars.push((name.clone(), Templated::read(value, reading)));
    }
    vars
}
