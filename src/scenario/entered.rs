//! What is written in scenarios of what applicants enter: the values, and where they stand.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use serde_json::Value;

use super::action::{Action, Fields};
use super::cases;
use super::load::Suite;
use super::model::{Scenario, Test};
use super::step::Step;
use crate::source::{SourceId, Sources, Span};
use crate::template::Templated;
use crate::yaml::{self, Kind, Node};

/// Every literal that a test enters, or may: what it submits, and what its case, its variables and the parameters of its
/// fragments bring to that.
pub fn values(test: Test<'_>) -> Vec<Value> {
    let names = names(test.scenario);
    let mut all = Vec::new();
    let mut see = |value: &Value| all.push(value.clone());
    let case = test.case.iter().flat_map(|case| &case.values);
    let named = case.chain(&test.scenario.vars).filter(|(name, _)| names.contains(name));
    named.for_each(|(_, value)| value.each_literal(&mut see));
    each_step(test.scenario, &mut |step| {
        entered_by(&step.action).into_iter().for_each(|value| value.each_literal(&mut see));
        match &step.action {
            Action::Use(call) => {
                let with = call.with.iter().filter(|(name, ..)| names.contains(name));
                with.for_each(|(_, _, value)| value.each_literal(&mut see));
            }
            Action::Request(request) => {
                if let Some(path) = request.path.as_str() {
                    in_path(path).into_iter().for_each(|(_, value)| see(&value.into()));
                }
            }
            _ => {}
        }
    });
    all
}

/// What an action sends of what applicants enter.
fn entered_by(action: &Action) -> Vec<&Templated> {
    match action {
        Action::Submit(Fields::Entries(entries)) => entries.iter().map(|(_, value)| value).collect(),
        Action::Submit(Fields::Whole(fields)) => vec![fields],
        Action::Upload(upload) => vec![&upload.file],
        Action::Request(request) => request.body.iter().collect(),
        _ => Vec::new(),
    }
}

/// The names by which a scenario refers to what it enters: of variables, columns of cases and parameters of fragments. What
/// goes only into what is expected, or how it is asked for, is nothing that an applicant enters.
fn names(scenario: &Scenario) -> HashSet<String> {
    let mut names = HashSet::new();
    // What each name is made of.
    let mut made: Vec<(&str, Vec<String>)> =
        scenario.vars.iter().map(|(name, value)| (name.as_str(), value.names())).collect();
    each_step(scenario, &mut |step| {
        names.extend(entered_by(&step.action).into_iter().flat_map(Templated::names));
        match &step.action {
            Action::Request(request) => names.extend(request.path.names()),
            Action::Use(call) => made.extend(call.with.iter().map(|(name, _, value)| (name.as_str(), value.names()))),
            _ => {}
        }
    });
    loop {
        let before = names.len();
        for (name, of) in &made {
            if names.contains(*name) {
                names.extend(of.iter().cloned());
            }
        }
        if names.len() == before {
            // The name of a case is in the names of its tests.
            names.remove("case");
            return names;
        }
    }
}

/// What an applicant may have entered of the path of a request, and where in it: the values of its query, and parts that
/// are written like a name or a number.
fn in_path(path: &str) -> Vec<(Range<usize>, String)> {
    let (parts, query) = path.split_once('?').unwrap_or((path, ""));
    let mut found = Vec::new();
    let mut see = |start: usize, text: &str| {
        let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        found.push((start..start + text.len(), decoded));
    };
    let mut start = 0;
    for part in parts.split('/') {
        let like_a_name =
            part.starts_with(|first: char| first.is_uppercase()) || part.contains('%') || !part.is_ascii();
        let like_a_number = part.len() >= 4 && part.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
        if like_a_name || like_a_number {
            see(start, part);
        }
        start += part.len() + 1;
    }
    let mut start = parts.len() + 1;
    for pair in query.split('&') {
        if let Some((name, value)) = pair.split_once('=').filter(|(_, value)| !value.is_empty()) {
            see(start + name.len() + 1, value);
        }
        start += pair.len() + 1;
    }
    found
}

/// The headers and credentials that a scenario writes out, by their names: where they stand, or in the variables and cases
/// that a template there refers to.
pub fn credentials(scenario: &Scenario, see: &mut dyn FnMut(&str, &str)) {
    let text = |value: &Templated| value.as_str().map(str::to_owned);
    let cases = scenario.cases.iter().flatten().flat_map(|case| &case.values);
    let given: Vec<&(String, Templated)> = cases.chain(&scenario.vars).collect();
    let texts = |value: &Templated| -> Vec<String> {
        let names = value.names();
        let referred = given.iter().filter(|(name, _)| names.contains(name)).filter_map(|(_, value)| text(value));
        text(value).into_iter().chain(referred).collect()
    };
    let mut see_each = |name: &str, value: Option<&Templated>| {
        value.into_iter().flat_map(texts).for_each(|value| see(name, &value));
    };
    each_step(scenario, &mut |step| {
        let mut headers = |headers: &[(Templated, Templated)]| {
            for (name, value) in headers {
                if let Some(name) = text(name) {
                    see_each(&name, Some(value));
                }
            }
        };
        headers(&step.headers);
        match &step.action {
            Action::Request(request) => headers(&request.headers),
            Action::Authenticate(other) => see_each("client_secret", other.client_secret.as_ref()),
            Action::Redeem { token } => see_each("token", token.as_ref()),
            _ => {}
        }
    });
}

pub(super) fn each_step<'s>(scenario: &'s Scenario, see: &mut dyn FnMut(&'s Step)) {
    fn go<'s>(steps: &'s [Step], see: &mut dyn FnMut(&'s Step)) {
        for step in steps {
            see(step);
            if let Action::Use(call) = &step.action {
                go(&call.steps, see);
            }
        }
    }
    go(&scenario.steps, see);
    go(&scenario.finally, see);
}

/// Where such values stand in the files of a suite, each with its value.
pub fn places(suite: &Suite, sources: &Sources) -> Vec<(Span, Value)> {
    let mut files: BTreeSet<SourceId> = suite.scenarios.iter().flat_map(Scenario::files).collect();
    files.extend(suite.fragments.iter().map(|fragment| fragment.span.source));
    // A file may serve several scenarios.
    let mut entered: HashMap<SourceId, HashSet<String>> = HashMap::new();
    for scenario in &suite.scenarios {
        let names = names(scenario);
        let cases = scenario.cases.iter().flatten().map(|case| case.span.source);
        let of_it: BTreeSet<SourceId> = scenario.files().into_iter().chain(cases).collect();
        of_it.into_iter().for_each(|file| entered.entry(file).or_default().extend(names.iter().cloned()));
    }
    let none = HashSet::new();
    let mut found = Found { sources, names: &none, all: Vec::new() };
    for file in &files {
        found.names = entered.get(file).unwrap_or(&none);
        // It was read before.
        if let Ok(root) = yaml::parse(sources, *file) {
            found.document(&root);
        }
    }
    let mut data = BTreeSet::new();
    for case in suite.scenarios.iter().flat_map(|scenario| scenario.cases.iter().flatten()) {
        let source = case.span.source;
        found.names = entered.get(&source).unwrap_or(&none);
        if cases::is_csv(&sources.path(source).to_string_lossy()) {
            let columns = case.values.iter().zip(cases::cells(sources.slice(case.span)));
            for ((_, value), cell) in columns.filter(|((name, _), _)| found.names.contains(name)) {
                let start = case.span.start as usize;
                let span = sources.span(source, start + cell.start..start + cell.end);
                found.all.extend(value.as_literal().map(|value| (span, value.into_owned())));
            }
        } else if !files.contains(&source) && data.insert(source) {
            let is_json = sources.path(source).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
            let parsed = if is_json { yaml::parse_json(sources, source) } else { yaml::parse(sources, source) };
            if let Ok(root) = parsed {
                found.cases(&root);
            }
        }
    }
    found.all
}

struct Found<'a> {
    sources: &'a Sources,
    /// The names by which what is entered is referred to.
    names: &'a HashSet<String>,
    all: Vec<(Span, Value)>,
}

impl Found<'_> {
    fn document(&mut self, root: &Node) {
        for (key, value) in entries(root) {
            match key.as_str() {
                Some("vars" | "params") => self.named(value),
                Some("cases") => self.cases(value),
                Some("steps" | "finally") => items(value).for_each(|step| self.step(step)),
                _ => {}
            }
        }
    }

    fn step(&mut self, step: &Node) {
        for (key, argument) in entries(step) {
            let part = |name: &'static str| {
                entries(argument).filter(move |(key, _)| key.as_str() == Some(name)).map(|(_, value)| value)
            };
            match key.as_str() {
                Some("submit") => entries(argument).for_each(|(_, value)| self.field(value)),
                Some("upload") => part("file").for_each(|file| self.leaves(file)),
                Some("request") => {
                    part("body").for_each(|body| self.leaves(body));
                    part("path").for_each(|path| self.path(path));
                }
                Some("use") => part("with").for_each(|with| self.named(with)),
                _ => {}
            }
        }
    }

    /// A field's value; of a file its path.
    fn field(&mut self, value: &Node) {
        let is_file = entries(value).any(|(key, _)| key.as_str() == Some("file"));
        match is_file {
            true => {
                let paths = entries(value).filter(|(key, _)| key.as_str() == Some("file"));
                paths.for_each(|(_, path)| self.leaves(path));
            }
            false => self.leaves(value),
        }
    }

    fn cases(&mut self, cases: &Node) {
        for case in items(cases) {
            self.named(case);
        }
        let matrix = entries(cases).filter(|(key, _)| key.as_str() == Some("matrix"));
        matrix.for_each(|(_, matrix)| self.named(matrix));
    }

    /// The leaves of what goes under the names that count.
    fn named(&mut self, map: &Node) {
        let names = self.names;
        let named = entries(map).filter(|(key, _)| names.contains(&key.key_text(self.sources)));
        let values: Vec<&Node> = named.map(|(_, value)| value).collect();
        values.into_iter().for_each(|value| self.leaves(value));
    }

    /// What of a request's path is data, where it stands there as it is written.
    fn path(&mut self, node: &Node) {
        let Kind::String(path) = &node.kind else { return };
        let written = self.sources.slice(node.span);
        let Some(begin) = written.find(path.as_str()).filter(|_| !path.contains("{{") && !path.contains("{%")) else {
            return;
        };
        let begin = node.span.range().start + begin;
        for (range, value) in in_path(path) {
            let span = self.sources.span(node.span.source, begin + range.start..begin + range.end);
            self.all.push((span, Value::from(value)));
        }
    }

    /// The leaves of a value, keys and whole templates left out.
    fn leaves(&mut self, node: &Node) {
        match &node.kind {
            Kind::Null => {}
            Kind::List(items) => items.iter().for_each(|item| self.leaves(item)),
            Kind::Map(entries) => entries.iter().for_each(|(_, value)| self.leaves(value)),
            Kind::String(text) if text.is_empty() || is_whole_template(text) => {}
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
                self.all.push((node.span, node.to_json(self.sources)));
                // As it is written, where that is another text: `1.50`, `1990-01-31`.
                let written = self.sources.slice(node.span).trim();
                if matches!(node.kind, Kind::Number(_)) && !written.is_empty() {
                    self.all.push((node.span, Value::from(written)));
                }
            }
        }
    }
}

fn is_whole_template(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("{{") && text.ends_with("}}") && text.matches("{{").count() == 1
}

fn entries(node: &Node) -> impl Iterator<Item = (&Node, &Node)> {
    let entries = match &node.kind {
        Kind::Map(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(key, value)| (key, value))
}

fn items(node: &Node) -> impl Iterator<Item = &Node> {
    match &node.kind {
        Kind::List(items) => items.iter(),
        _ => [].iter(),
    }
}
