//! What there is to cover, and what the tests covered of it.

mod languages;

use self::languages::fold;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::{Coverage, Covered, Item, Subject, ViewCoverage};
use crate::journal::{DATA, Exercised, Flow, FormField, Journal, Move, Spot, Test, UsedField, Verdict, Visit};

/// Flow, version and language.
type Name = (String, String, Option<String>);

/// What is known of a view, and what was covered of it.
struct View {
    flow: Flow,
    covered: HashMap<Subject, Covered>,
    /// Whether a test went through it.
    visited: bool,
}

#[derive(Default)]
struct Views {
    all: BTreeMap<Name, View>,
    unknown_options: usize,
    /// What was taken in already, with all its options known: tests share what they exercise alike.
    exercised: HashSet<(*const Exercised, Covered)>,
}

pub(super) fn coverage(journal: &Journal) -> Coverage {
    let mut views = Views::default();
    for flow in &journal.flows {
        views.view(&flow.flow, &flow.version, &flow.language).flow.learn(flow.clone());
    }
    let mut tests: Vec<&Test> = journal.tests.iter().filter(|test| test.verdict != Verdict::Skipped).collect();
    // What is made of them hangs on no order in which they ended.
    tests.sort_by_key(|test| test.number);
    for test in tests {
        let covered = match test.verdict {
            Verdict::Passed | Verdict::Review => Covered::Passing,
            _ => Covered::Failing,
        };
        for step in &test.steps {
            step.visit.iter().for_each(|visit| views.visit(visit, &step.form, covered));
            step.exercised.iter().for_each(|exercised| views.exercise(exercised, covered));
        }
    }
    views.into_coverage()
}

impl Views {
    fn view(&mut self, flow: &str, version: &str, language: &Option<String>) -> &mut View {
        let name = (flow.to_owned(), version.to_owned(), language.clone());
        self.all.entry(name).or_insert_with(|| View {
            flow: Flow {
                flow: flow.to_owned(),
                version: version.to_owned(),
                language: language.clone(),
                steps: Vec::new(),
                first: Vec::new(),
                moves: Vec::new(),
                forms: Vec::new(),
            },
            covered: HashMap::new(),
            visited: false,
        })
    }

    fn visit(&mut self, visit: &Visit, form: &[FormField], covered: Covered) {
        let view = self.view(&visit.flow, &visit.version, &visit.language);
        view.visited = true;
        let to = view.flow.place(&visit.to);
        for mut field in form.iter().cloned() {
            // What is masked is none of the flow's options.
            field.options.retain(|option| !option.contains(DATA));
            view.flow.learn_field(to, field);
        }
        let from = visit.from.as_ref().map(|spot| view.flow.place(spot));
        for step in from.into_iter().chain([to]) {
            view.cover(Subject::Step(step), covered);
        }
        match (visit.way.as_str(), from) {
            ("begin", _) if !view.flow.first.contains(&to) => view.flow.first.push(to),
            (way @ ("submit" | "back"), Some(from)) => {
                view.flow.note_move(Move { from, way: way.to_owned(), to });
                let subject = if way == "back" { Subject::Back(from, to) } else { Subject::Transition(from, to) };
                view.cover(subject, covered);
            }
            // Who stays goes nowhere.
            _ => {}
        }
    }

    fn exercise(&mut self, exercised: &Arc<Exercised>, covered: Covered) {
        let shared = (Arc::as_ptr(exercised), covered);
        if self.exercised.contains(&shared) {
            return;
        }
        let view = self.view(&exercised.flow, &exercised.version, &exercised.language);
        view.visited = true;
        if let Some(code) = exercised.error {
            view.cover(Subject::Code(code), covered);
        }
        let mut unknown = 0;
        if let Some(spot) = &exercised.at {
            unknown = view.use_fields(spot, &exercised.fields, covered);
        }
        self.unknown_options += unknown;
        if unknown == 0 {
            self.exercised.insert(shared);
        }
    }

    fn into_coverage(self) -> Coverage {
        let mut views = Vec::new();
        let mut flows: BTreeMap<String, Vec<(Name, View)>> = BTreeMap::new();
        for (name, view) in self.all.into_iter().filter(|(_, view)| !view.flow.steps.is_empty()) {
            flows.entry(name.0.clone()).or_default().push((name, view));
        }
        for of_flow in flows.into_values() {
            // What no test is about at all is counted once, as its draft.
            let visited: BTreeSet<String> =
                of_flow.iter().filter(|(_, view)| view.visited).map(|((_, version, _), _)| version.clone()).collect();
            let draft = of_flow[0].0.1.clone();
            let mut versions: BTreeMap<String, Vec<View>> = BTreeMap::new();
            for ((_, version, _), view) in of_flow {
                if visited.contains(&version) || (visited.is_empty() && version == draft) {
                    versions.entry(version).or_default().push(view);
                }
            }
            versions.into_values().for_each(|version| views.extend(told(version)));
        }
        Coverage { views, unknown_options: self.unknown_options }
    }
}

/// A version of a flow as it is told: its languages as one, where one is what the others are in other words. What cannot be laid
/// over the others stands for itself.
fn told(version: Vec<View>) -> Vec<ViewCoverage> {
    let mut shared = shared(&version.iter().collect::<Vec<_>>());
    let any = version.iter().any(|view| view.visited);
    let mut views: Vec<View> = version.into_iter().filter(|view| view.visited || !any).collect();
    // The first of those of which most is known.
    let most = views.iter().map(|view| view.flow.steps.len()).max().unwrap_or(0);
    let Some(at) = views.iter().position(|view| view.flow.steps.len() == most) else { return Vec::new() };
    let mut main = views.remove(at);
    views.retain(|view| !fold(&mut main, view));
    if !any {
        views.clear();
    }
    let rest = views.into_iter().map(|view| view.told(Vec::new()));
    std::iter::once(main.told(std::mem::take(&mut shared))).chain(rest).collect()
}

impl View {
    fn cover(&mut self, subject: Subject, covered: Covered) {
        let known = self.covered.entry(subject).or_default();
        *known = (*known).max(covered);
    }

    /// How many options were chosen that are not known.
    fn use_fields(&mut self, spot: &Spot, fields: &[UsedField], covered: Covered) -> usize {
        let step = self.flow.place(spot);
        let mut unknown = 0;
        for UsedField { name, given, options, satisfied, violated } in fields {
            // What is masked is none of the flow's names.
            if name.contains(DATA) {
                continue;
            }
            let rules = satisfied.iter().chain(violated).cloned().collect();
            self.flow.learn_field(step, FormField { name: name.clone(), options: Vec::new(), rules });
            if *given {
                self.cover(Subject::Field(step, name.clone()), covered);
            }
            let form = self.flow.forms.iter().find(|form| form.step == step);
            let known = form.and_then(|form| form.fields.iter().find(|field| field.name == *name));
            let known = known.map(|field| field.options.clone()).unwrap_or_default();
            for option in options {
                match known.contains(option) {
                    true => self.cover(Subject::Option(step, name.clone(), option.clone()), covered),
                    false => unknown += 1,
                }
            }
            for (rules, violated) in [(satisfied, false), (violated, true)] {
                for rule in rules {
                    self.cover(Subject::Rule(step, name.clone(), rule.clone(), violated), covered);
                }
            }
        }
        unknown
    }

    /// The view as it is told, with what it shares with others.
    fn told(&self, shared: Vec<Item>) -> ViewCoverage {
        let mut subjects: Vec<Subject> = (0..self.flow.steps.len()).map(Subject::Step).collect();
        let ways = |back: bool| {
            let ways = self.flow.moves.iter().filter(move |way| (way.way == "back") == back);
            ways.map(|way| (way.from, way.to)).collect::<BTreeSet<_>>()
        };
        subjects.extend(ways(false).into_iter().map(|(from, to)| Subject::Transition(from, to)));
        let mut forms: Vec<_> = self.flow.forms.iter().collect();
        forms.sort_by_key(|form| form.step);
        let fields = || forms.iter().flat_map(|form| form.fields.iter().map(|field| (form.step, field)));
        for (step, field) in fields() {
            let option = |option: &String| Subject::Option(step, field.name.clone(), option.clone());
            subjects.extend(field.options.iter().map(option));
        }
        subjects.extend(fields().map(|(step, field)| Subject::Field(step, field.name.clone())));
        for (step, field) in fields() {
            let rule = |rule: &String, violated| Subject::Rule(step, field.name.clone(), rule.clone(), violated);
            subjects.extend(field.rules.iter().flat_map(|one| [rule(one, false), rule(one, true)]));
        }
        let backs = ways(true).into_iter().map(|(from, to)| Subject::Back(from, to));
        let item = |subject| Item { covered: self.covered.get(&subject).copied().unwrap_or_default(), subject };
        let mut items: Vec<Item> = subjects.into_iter().chain(backs).map(item).collect();
        items.extend(shared);
        items.sort_by_key(|item| item.subject.kind());
        let Flow { flow, version, language, steps, .. } = self.flow.clone();
        ViewCoverage { flow, version, language, steps, items }
    }

    /// The codes with which the flow as it is known must refuse something.
    fn codes(&self) -> BTreeSet<i64> {
        let rules = || self.flow.forms.iter().flat_map(|form| &form.fields).flat_map(|field| &field.rules);
        let known = |holds: bool, code: i64| holds.then_some(code);
        // A step that does not say of what type it is has been seen to be a form.
        let no_form =
            |first: &usize| self.flow.steps.get(*first).is_some_and(|step| !["form", "step"].contains(&&*step.kind));
        let codes = [
            known(rules().any(|rule| rule == "required"), 4006),
            known(self.flow.forms.iter().any(|form| !form.fields.is_empty()), 4007),
            known(rules().any(|rule| rule != "required"), 4008),
            known(self.flow.steps.iter().any(|step| step.kind == "end"), 4013),
            known(self.flow.first.iter().any(no_form), 4015),
            known(!self.flow.first.is_empty(), 4100),
            known(!self.flow.first.is_empty(), 4103),
        ];
        codes.into_iter().flatten().collect()
    }
}

/// The codes and the languages of all views of a flow's version.
fn shared(views: &[&View]) -> Vec<Item> {
    let mut codes: BTreeMap<i64, Covered> = BTreeMap::new();
    let mut items = Vec::new();
    for view in views {
        for code in view.codes() {
            codes.entry(code).or_default();
        }
        for (subject, covered) in &view.covered {
            if let Subject::Code(code) = subject {
                let known = codes.entry(*code).or_default();
                *known = (*known).max(*covered);
            }
        }
        let covered = view.covered.values().copied().max().unwrap_or_default();
        items.push(Item { subject: Subject::Language(view.flow.language.clone()), covered });
    }
    items.extend(codes.into_iter().map(|(code, covered)| Item { subject: Subject::Code(code), covered }));
    items
}
