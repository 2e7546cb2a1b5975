//! Where credentials stand in files as people write them: in scenarios, fragments, their data, flow definitions and the
//! configuration.
//!
//! A credential is told by the key, the header or the parameter that it stands under, known or not; and so is what goes
//! there by a template, out of variables, cases and parameters of fragments.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::action::Action;
use super::cases;
use super::entered::each_step;
use super::load::Suite;
use super::model::Scenario;
use crate::redact::places::is_secret_header;
use crate::redact::written::{is_secret_key, is_suspicious, literals, names, pairs, parameters, value_at};
use crate::source::{SourceId, Sources, Span};
use crate::yaml::{self, Kind, Node};

/// Names that templates refer to, each with the members that are asked of it: `user.password`.
pub type Names = HashSet<String>;

/// The names that are referred to where credentials stand in a text.
pub fn referred(text: &str) -> Names {
    if !is_suspicious(text) || !text.contains("{{") {
        return Names::new();
    }
    let whole = 0..text.len();
    let keyed = pairs(text, whole.clone()).into_iter().map(|(_, value)| value);
    keyed.chain(parameters(text, whole)).flat_map(|value| names(text, value)).collect()
}

/// The names that go where credentials stand, for each file of a suite that has some: those of all the scenarios that it
/// serves, and what they are made of.
pub fn referred_in(suite: &Suite, sources: &Sources) -> HashMap<SourceId, Names> {
    let mut in_files: HashMap<SourceId, Names> = HashMap::new();
    let mut all: HashMap<SourceId, Names> = HashMap::new();
    for scenario in &suite.scenarios {
        let cases = scenario.cases.iter().flatten().map(|case| case.span.source);
        let files: BTreeSet<SourceId> = scenario.files().into_iter().chain(cases).collect();
        let mut found = Names::new();
        for file in &files {
            let of_file = in_files.entry(*file).or_insert_with(|| referred(&sources.get(*file).text));
            found.extend(of_file.iter().cloned());
        }
        if !found.is_empty() {
            made_of(scenario, sources, &mut found);
            files.into_iter().for_each(|file| all.entry(file).or_default().extend(found.iter().cloned()));
        }
    }
    all
}

/// Takes in what names are made of: variables of others, parameters of what is given for them.
fn made_of(scenario: &Scenario, sources: &Sources, found: &mut Names) {
    let written = |span: Span| names(&sources.get(span.source).text, span.range());
    let mut made: Vec<(&str, Vec<String>)> =
        scenario.vars.iter().map(|(name, value)| (name.as_str(), written(value.span))).collect();
    each_step(scenario, &mut |step| {
        if let Action::Use(call) = &step.action {
            made.extend(call.with.iter().map(|(name, _, value)| (name.as_str(), written(value.span))));
        }
    });
    loop {
        let before = found.len();
        for (name, of) in &made {
            if found.contains(*name) || members(found, name).next().is_some() {
                found.extend(of.iter().cloned());
            }
        }
        if found.len() == before {
            return;
        }
    }
}

/// The members that are asked of a name.
fn members<'n>(names: &'n Names, name: &str) -> impl Iterator<Item = &'n str> {
    names.iter().filter_map(move |other| other.strip_prefix(name)?.strip_prefix('.'))
}

/// Where credentials stand in a file, given the names that go where they stand. A file with a mistake in it is looked at
/// line by line.
pub fn places(sources: &Sources, file: SourceId, names: &Names) -> Vec<Span> {
    let text = &*sources.get(file).text;
    if names.is_empty() && !is_suspicious(text) {
        return Vec::new();
    }
    let mut names = names.clone();
    names.extend(referred(text));
    let mut found = Found { sources, text, names: &names, all: Vec::new() };
    let path = sources.path(file);
    let ends = |ending: &str| path.extension().is_some_and(|other| other.eq_ignore_ascii_case(ending));
    if cases::is_csv(&path.to_string_lossy()) {
        found.table();
    } else {
        let parsed = if ends("json") { yaml::parse_json(sources, file) } else { yaml::parse(sources, file) };
        match parsed {
            Ok(root) => {
                found.node(&root, Within { given: matches!(root.kind, Kind::List(_)), headers: false });
                found.comments();
            }
            Err(_) => found.lines(),
        }
    }
    let ranges = found.all;
    ranges.into_iter().map(|range| sources.span(file, range)).collect()
}

/// What a map is in.
#[derive(Debug, Clone, Copy, Default)]
struct Within {
    /// Variables, cases or parameters, the names of which count.
    given: bool,
    /// Headers.
    headers: bool,
}

struct Found<'a> {
    sources: &'a Sources,
    text: &'a str,
    names: &'a Names,
    all: Vec<std::ops::Range<usize>>,
}

impl Found<'_> {
    fn node(&mut self, node: &Node, within: Within) {
        match &node.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
            Kind::String(_) => self.inside(node),
            Kind::List(items) => items.iter().for_each(|item| self.node(item, within)),
            Kind::Map(entries) => {
                for (key, value) in entries {
                    self.entry(&key.key_text(self.sources), value, within);
                }
            }
        }
    }

    fn entry(&mut self, name: &str, value: &Node, within: Within) {
        match name {
            // Where in an answer something is found: nothing that is known.
            "capture" => {}
            "vars" | "params" | "cases" | "with" => self.node(value, Within { given: true, headers: false }),
            "matrix" if within.given => self.node(value, within),
            _ if within.given && self.names.contains(name) => self.leaves(name, value),
            _ if is_secret_key(name) || (within.headers && is_secret_header(name)) => self.credential(name, value),
            _ => {
                if within.given {
                    for member in members(self.names, name) {
                        self.member(member, value);
                    }
                }
                self.node(value, Within { given: false, headers: name == "headers" });
            }
        }
    }

    /// What stands under a key that tells of credentials. A map tells more by its own keys.
    fn credential(&mut self, name: &str, node: &Node) {
        match &node.kind {
            Kind::Null | Kind::Bool(_) => {}
            Kind::Number(_) | Kind::String(_) => self.scalar(name, node),
            Kind::List(items) => items.iter().for_each(|item| self.credential(name, item)),
            Kind::Map(_) => self.node(node, Within::default()),
        }
    }

    /// All that a name stands for.
    fn leaves(&mut self, name: &str, node: &Node) {
        match &node.kind {
            Kind::Null | Kind::Bool(_) => {}
            Kind::Number(_) | Kind::String(_) => self.scalar(name, node),
            Kind::List(items) => items.iter().for_each(|item| self.leaves(name, item)),
            Kind::Map(entries) => entries.iter().for_each(|(_, value)| self.leaves(name, value)),
        }
    }

    /// A member of what a name stands for.
    fn member(&mut self, path: &str, node: &Node) {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        match &node.kind {
            Kind::List(items) => items.iter().for_each(|item| self.member(path, item)),
            Kind::Map(entries) => {
                for (key, value) in entries {
                    match rest {
                        _ if key.key_text(self.sources) != first => {}
                        Some(rest) => self.member(rest, value),
                        None => self.leaves(first, value),
                    }
                }
            }
            _ => {}
        }
    }

    fn scalar(&mut self, name: &str, node: &Node) {
        let mut range = node.span.range();
        let written = &self.text[range.clone()];
        if let Some(alias) = written.strip_prefix('*') {
            // It stands where it is defined.
            let anchor = format!("&{} ", alias.trim_end());
            let Some(at) = self.text.find(&anchor) else { return };
            range = value_at(self.text, at + anchor.len(), self.text.len());
        }
        self.all.extend(literals(name, self.text, range));
    }

    /// Parameters and members in a text: of a URL, of a form, of JSON.
    fn inside(&mut self, node: &Node) {
        let range = node.span.range();
        let written = &self.text[range.clone()];
        if written.contains(['=', '/']) {
            let values = parameters(self.text, range.clone());
            self.all.extend(values.into_iter().flat_map(|value| literals("", self.text, value)));
        }
        if node.as_str().is_some_and(|text| text.trim_start().starts_with(['{', '['])) {
            self.keyed(range);
        }
    }

    fn keyed(&mut self, inside: std::ops::Range<usize>) {
        let values = pairs(self.text, inside);
        self.all.extend(values.into_iter().flat_map(|(key, value)| literals(key, self.text, value)));
    }

    /// What is left of a line that does not count any more. A sentence has no credentials behind a colon.
    fn comments(&mut self) {
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let begins = |(at, _): &(usize, &str)| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
            if let Some((at, _)) = line.match_indices('#').find(begins) {
                let comment = start + at..start + line.len();
                let values = pairs(self.text, comment.clone()).into_iter();
                let values = values.flat_map(|(key, value)| literals(key, self.text, value));
                let words = values.filter(|value| !self.text[value.clone()].contains(char::is_whitespace));
                let found: Vec<_> = words.chain(parameters(self.text, comment)).collect();
                self.all.extend(found);
            }
            start += line.len();
        }
    }

    fn lines(&mut self) {
        let whole = 0..self.text.len();
        self.keyed(whole.clone());
        let values = parameters(self.text, whole);
        self.all.extend(values.into_iter().flat_map(|value| literals("", self.text, value)));
        // Variables, cases and parameters are lines like others here.
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            for name in self.names.iter().filter_map(|name| name.rsplit('.').next()) {
                let goes_on = |before: &str| before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
                let keys = line.match_indices(&format!("{name}:")).map(|(at, _)| at).collect::<Vec<_>>();
                for at in keys.into_iter().filter(|at| !goes_on(&line[..*at])) {
                    let value = start + at + name.len() + 1;
                    let space = self.text[value..].len() - self.text[value..].trim_start_matches(' ').len();
                    let value = value_at(self.text, value + space, self.text.len());
                    self.all.extend(literals(name, self.text, value));
                }
            }
            start += line.len();
        }
    }

    /// A table's columns under which credentials stand.
    fn table(&mut self) {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .flexible(true)
            .has_headers(false)
            .from_reader(self.text.as_bytes());
        let mut header: Option<Vec<String>> = None;
        let mut record = csv::StringRecord::new();
        while let Ok(true) = reader.read_record(&mut record) {
            let at = |byte: u64| usize::try_from(byte).unwrap_or(self.text.len());
            let start = record.position().map_or(0, |position| at(position.byte()));
            let row = self.text.get(start..at(reader.position().byte())).unwrap_or_default();
            let begin = start + (row.len() - row.trim_start_matches(['\r', '\n']).len());
            let Some(columns) = &header else {
                header = Some(record.iter().map(str::to_owned).collect());
                continue;
            };
            for (name, cell) in columns.iter().zip(cases::cells(row.trim_matches(['\r', '\n']))) {
                let cell = begin + cell.start..begin + cell.end;
                if is_secret_key(name) || self.names.contains(name) {
                    self.all.extend(literals(name, self.text, cell));
                } else {
                    let values = parameters(self.text, cell);
                    self.all.extend(values.into_iter().flat_map(|value| literals("", self.text, value)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(path: &str, text: &str, names: &[&str]) -> String {
        let mut sources = Sources::default();
        let id = sources.add(path, text);
        let mut found = places(&sources, id, &names.iter().map(|name| (*name).to_owned()).collect());
        found.sort_by_key(|span| span.start);
        let mut out = text.to_owned();
        found.iter().rev().for_each(|span| out.replace_range(span.range(), "*"));
        out
    }

    #[test]
    fn credentials_go_by_their_place_and_everything_else_stays() {
        let text = "scenario: The password is wrong   # password: hush
vars:
  user: { name: Ada, word: qzx }
  q: \"password=qPwd&name=x\"
  base: &base steam
cases:
  - { case: one, password: steam, status: 401 }
steps:
  # authorization: hdr and so on
  # api_key: k1
  - authenticate: { client_secret: \"{{ user.word }}\", client_id: me }
    capture: { token: $.access_token }
  - request:
      path: \"/x?token=nrTok&a=b&c={{ q }}\"
      headers: { x-api-key: \"k1-{{ x }}\", accept: any, password_hint: p }
      body: { list: [ { api_key: 17, secret: \"{{ a }}\" } ] }
";
        let broken = format!("{text}  - [");
        for text in [text, broken.as_str()] {
            let shown = masked("a.yaml", text, &[]);
            for hidden in ["hush", "qzx", "qPwd", "steam, status", "k1", "nrTok", "17"] {
                assert!(!shown.contains(hidden), "{hidden} is in\n{shown}");
            }
            for kept in ["name: Ada", "&name=x", "client_id: me", "status: 401", "accept: any", "&a=b&c={{ q }}"] {
                assert!(shown.contains(kept), "{kept} is not in\n{shown}");
            }
        }
    }

    #[test]
    fn an_alias_is_masked_where_it_is_defined() {
        let text = "vars:\n  base: &base steam\n  client_secret: *base\n";
        assert_eq!(masked("a.yaml", text, &[]), "vars:\n  base: &base *\n  client_secret: *base\n");
    }

    #[test]
    fn tables_and_lists_have_their_names_in_other_files() {
        let table = "case,pw,token,link\none,\"a,b\",t1,/x?sig=04\n\ntwo,{{ x }},,y\n";
        let shown = "case,pw,token,link\none,\"*\",*,/x?sig=*\n\ntwo,{{ x }},,y\n";
        assert_eq!(masked("a.csv", table, &["pw"]), shown);
        let list = "[{\"case\": \"one\", \"pw\": \"a\", \"n\": {\"pw\": \"b\"}}]";
        assert_eq!(masked("a.json", list, &["pw"]), "[{\"case\": \"one\", \"pw\": \"*\", \"n\": {\"pw\": \"b\"}}]");
    }
}
