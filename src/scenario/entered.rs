//! What is written in scenarios of what applicants enter: the values, and where they stand.

use std::collections::BTreeSet;

use serde_json::Value;

use super::action::{Action, Fields};
use super::cases;
use super::load::Suite;
use super::model::{Scenario, Test};
use super::step::Step;
use crate::source::{SourceId, Sources, Span};
use crate::template::Templated;
use crate::yaml::{self, Kind, Node};

/// Every literal that a test enters, or may: what its case brings, its variables, what it submits.
pub fn values(test: Test<'_>) -> Vec<Value> {
    let mut all = Vec::new();
    let mut see = |value: &Value| all.push(value.clone());
    let case = test.case.iter().flat_map(|case| &case.values).filter(|(name, _)| name != "case");
    case.chain(&test.scenario.vars).for_each(|(_, value)| value.each_literal(&mut see));
    each_step(test.scenario, &mut |step| match &step.action {
        Action::Submit(Fields::Entries(entries)) => entries.iter().for_each(|(_, value)| value.each_literal(&mut see)),
        Action::Upload { file, .. } => file.each_literal(&mut see),
        Action::Request { body: Some(body), .. } => body.each_literal(&mut see),
        Action::Use(call) => call.with.iter().for_each(|(_, _, value)| value.each_literal(&mut see)),
        _ => {}
    });
    all
}

/// The headers and credentials that a scenario writes out, by their names.
pub fn credentials(scenario: &Scenario, see: &mut dyn FnMut(&str, &str)) {
    let text = |value: &Templated| value.as_literal().and_then(Value::as_str).map(str::to_owned);
    each_step(scenario, &mut |step| {
        let mut pairs: Vec<(Option<String>, Option<String>)> =
            step.headers.iter().map(|(name, value)| (text(name), text(value))).collect();
        match &step.action {
            Action::Request { headers, .. } => {
                pairs.extend(headers.iter().map(|(name, value)| (text(name), text(value))));
            }
            Action::Authenticate { client_secret, .. } => {
                pairs.push((Some("client_secret".to_owned()), client_secret.as_ref().and_then(text)));
            }
            Action::Redeem { token } => pairs.push((Some("token".to_owned()), token.as_ref().and_then(text))),
            _ => {}
        }
        for (name, value) in pairs {
            if let Some((name, value)) = name.zip(value) {
                see(&name, &value);
            }
        }
    });
}

fn each_step<'s>(scenario: &'s Scenario, see: &mut dyn FnMut(&'s Step)) {
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
    let mut found = Found { sources, all: Vec::new() };
    for file in &files {
        // It was read before.
        if let Ok(root) = yaml::parse(sources, *file) {
            found.document(&root);
        }
    }
    let mut data = BTreeSet::new();
    for case in suite.scenarios.iter().flat_map(|scenario| scenario.cases.iter().flatten()) {
        let source = case.span.source;
        if cases::is_csv(&sources.path(source).to_string_lossy()) {
            let columns = case.values.iter().zip(cases::cells(sources.slice(case.span)));
            for ((_, value), cell) in columns.filter(|((name, _), _)| name != "case") {
                let start = case.span.start as usize;
                let span = sources.span(source, start + cell.start..start + cell.end);
                found.all.extend(value.as_literal().map(|value| (span, value.clone())));
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
    all: Vec<(Span, Value)>,
}

impl Found<'_> {
    fn document(&mut self, root: &Node) {
        for (key, value) in entries(root) {
            match key.as_str() {
                Some("vars" | "params") => entries(value).for_each(|(_, value)| self.leaves(value)),
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
                Some("request") => part("body").for_each(|body| self.leaves(body)),
                Some("use") => part("with").flat_map(entries).for_each(|(_, value)| self.leaves(value)),
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
            entries(case).filter(|(key, _)| key.as_str() != Some("case")).for_each(|(_, value)| self.leaves(value));
        }
        let matrix = entries(cases).filter(|(key, _)| key.as_str() == Some("matrix"));
        matrix.flat_map(|(_, matrix)| entries(matrix)).for_each(|(_, values)| self.leaves(values));
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
