//! One scenario for some gaps: the way there, and the one thing that is missing.

use std::collections::HashSet;

use serde_json::Value;

use super::{Closing, Tried};
use crate::api::element::option_text;
use crate::api::rules::Rule;
use crate::compose::{Argument, Data, Draft, Field, Step};
use crate::coverage::{Subject, ViewCoverage};
use crate::map::{KnownStep, View};
use crate::route::entries::Entries;
use crate::route::steps::{expecting, omit, refused, shown, submit};
use crate::route::value::{malformed, violating};
use crate::route::{Route, route};

const WRITTEN_BY: &str =
    "Written by `draftgate coverage --write`, to cover what no test covered: made-up data but for what is said.";

/// Plans scenarios for the gaps of a view, and knows what those cover that it planned.
pub(super) struct Planner<'a> {
    view: &'a ViewCoverage,
    known: &'a View,
    tried: &'a Tried,
    closed: HashSet<Subject>,
}

/// What became of some gaps.
pub(super) struct Closed {
    pub closings: Vec<Closing>,
    /// Those of them that stay open, and why.
    pub open: Vec<(Subject, String)>,
}

/// A case of a scenario: what it is called, and the value that it brings.
type Case = (String, Value);

impl<'a> Planner<'a> {
    pub fn new(view: &'a ViewCoverage, known: &'a View, tried: &'a Tried) -> Self {
        Planner { view, known, tried, closed: HashSet::new() }
    }

    /// Whether a scenario that was planned covers this.
    pub fn has_closed(&self, subject: &Subject) -> bool {
        self.closed.contains(subject)
    }

    /// A scenario that closes gaps of one group; or why there is none.
    pub fn close(&mut self, group: &[&Subject]) -> Result<Closed, String> {
        let Some(first) = group.first() else { return Err("there is nothing to close".to_owned()) };
        match first {
            Subject::Step(step) => self.reaching(*step),
            Subject::Transition(from, to) => self.transition(*from, *to),
            Subject::Back(from, to) => self.back(*from, *to),
            Subject::Option(step, field, _) => self.options(*step, field, group),
            Subject::Field(step, field) | Subject::Rule(step, field, _, false) => self.field(*step, field),
            Subject::Rule(step, _, rule, true) if rule == Rule::Required.name() => self.missing(*step, group),
            Subject::Rule(step, field, ..) => self.broken(*step, field, group),
            Subject::Code(code) => self.code(*code),
            Subject::Language(_) => self.language(),
        }
    }

    /// The map's step at a place of the view.
    fn step(&self, at: usize) -> Result<&'a KnownStep, String> {
        let spot = self.view.steps.get(at);
        let known = self.known.steps.iter().find(|step| spot.is_some_and(|spot| step.spot() == *spot));
        known.ok_or_else(|| "the step is not in the flow's map".to_owned())
    }

    /// The view's place of a step of the map.
    fn place(&self, step: &KnownStep) -> Option<usize> {
        let spot = step.spot();
        self.view.steps.iter().position(|known| *known == spot)
    }

    /// The way to a step.
    fn way(&self, at: usize) -> Result<(Route<'a>, &'a KnownStep), String> {
        let step = self.step(at)?;
        Ok((route(self.known, &step.key, None, false)?, step))
    }

    /// The steps of a way, and what going it covers.
    fn walk(&self, route: &Route<'a>) -> (Vec<Step>, Vec<Subject>) {
        let mut steps = vec![Step::new("init")];
        let mut covered: Vec<Subject> = self.place(route.first).map(Subject::Step).into_iter().collect();
        covered.push(Subject::Language(self.view.language.clone()));
        for (from, to) in &route.legs {
            let mut step = submit(from, &route.entries);
            step.set("expect", Data::text(shown(to)), "");
            steps.push(step);
            if let (Some(before), Some(after)) = (self.place(from), self.place(to)) {
                covered.extend([Subject::Step(after), Subject::Transition(before, after)]);
                covered.extend(self.filled(before, from, &route.entries));
            }
        }
        (steps, covered)
    }

    /// What a form covers that is filled in with made-up data, and accepted.
    fn filled(&self, at: usize, step: &KnownStep, entries: &Entries) -> Vec<Subject> {
        let given = entries.given(step);
        let values = entries.values(step);
        let is_covered = |subject: &&Subject| match subject {
            Subject::Field(place, field) | Subject::Rule(place, field, _, false) => {
                *place == at && given.contains(field)
            }
            Subject::Option(place, field, option) => {
                *place == at && values.iter().any(|(name, value)| name == field && option_text(value) == *option)
            }
            _ => false,
        };
        self.view.items.iter().map(|item| &item.subject).filter(is_covered).cloned().collect()
    }

    /// A scenario of these steps, which covers that; unless it was tried, and something else came.
    fn closing(
        &mut self,
        name: &str,
        title: String,
        steps: Vec<Step>,
        covered: Vec<Subject>,
    ) -> Result<Closed, String> {
        if let Some(why) = self.tried.refused.get(name) {
            return Err(format!("played once: {why}"));
        }
        self.closed.extend(covered);
        let draft = Draft {
            head: vec![WRITTEN_BY.to_owned()],
            title,
            flow: self.view.flow.clone(),
            language: self.view.language.clone(),
            without_snapshots: true,
            steps,
            ..Draft::default()
        };
        Ok(Closed { closings: vec![Closing { name: name.to_owned(), draft }], open: Vec::new() })
    }

    /// Gives a scenario its cases, of which each covers a subject; those that were tried and did not pass stay open.
    fn with_cases(&mut self, mut closed: Closed, cases: Vec<Vec<(String, Data)>>, subjects: &[Subject]) -> Closed {
        let Some(closing) = closed.closings.first_mut() else { return closed };
        let gone = self.tried.cases.get(&closing.name);
        let why = |at: usize| gone.and_then(|gone| gone.get(&at));
        for (at, subject) in subjects.iter().enumerate() {
            if let Some(why) = why(at) {
                self.closed.remove(subject);
                closed.open.push((subject.clone(), format!("played once: {why}")));
            }
        }
        let kept = cases.into_iter().enumerate().filter(|(at, _)| why(*at).is_none());
        closing.draft.cases = kept.map(|(_, case)| case).collect();
        closed
    }

    fn reaching(&mut self, at: usize) -> Result<Closed, String> {
        let (way, step) = self.way(at)?;
        let (steps, covered) = self.walk(&way);
        self.closing(&format!("to {}", step.key), format!("An applicant gets to {}", step.key), steps, covered)
    }

    fn transition(&mut self, from: usize, to: usize) -> Result<Closed, String> {
        let (from, to) = (self.step(from)?, self.step(to)?);
        let way = route(self.known, &from.key, Some(&to.key), false)?;
        let (steps, covered) = self.walk(&way);
        let title = format!("From {} an applicant gets to {}", from.key, to.key);
        self.closing(&format!("{} to {}", from.key, to.key), title, steps, covered)
    }

    fn back(&mut self, from: usize, to: usize) -> Result<Closed, String> {
        let (before, after) = (self.step(to)?, self.step(from)?);
        let way = route(self.known, &before.key, Some(&after.key), false)?;
        let (mut steps, mut covered) = self.walk(&way);
        steps.push(expecting(Step::new("back"), Data::text(shown(before))));
        covered.push(Subject::Back(from, to));
        let title = format!("From {} an applicant goes back to {}", after.key, before.key);
        self.closing(&format!("{} back to {}", after.key, before.key), title, steps, covered)
    }

    fn field(&mut self, at: usize, field: &str) -> Result<Closed, String> {
        let (mut way, step) = self.way(at)?;
        way.entries.fill(step, field)?;
        let (mut steps, mut covered) = self.walk(&way);
        covered.extend(self.filled(at, step, &way.entries));
        covered.push(Subject::Field(at, field.to_owned()));
        steps.push(submit(step, &way.entries));
        let title = format!("{} is taken with {field} filled in", step.key);
        self.closing(&format!("{} with {field}", step.key), title, steps, covered)
    }

    fn options(&mut self, at: usize, field: &str, group: &[&Subject]) -> Result<Closed, String> {
        let (mut way, step) = self.way(at)?;
        let element = way.entries.element(step, field)?;
        let values = element.lasting_options();
        let wanted = |subject: &&&Subject| match subject {
            Subject::Option(.., option) => values.iter().find(|value| option_text(value) == *option).cloned(),
            _ => None,
        };
        let list = element.takes() == crate::api::element::JsonType::List;
        let (subjects, cases): (Vec<Subject>, Vec<Case>) = group
            .iter()
            .filter_map(|subject| Some(((*subject).clone(), wanted(&subject)?)))
            .map(|(subject, value)| {
                (subject, (option_text(&value), if list { Value::from(vec![value]) } else { value }))
            })
            .unzip();
        way.entries.fill(step, field)?;
        let (mut steps, mut covered) = self.walk(&way);
        covered.extend(group.iter().map(|subject| (*subject).clone()));
        let (last, cases) = with_case(submit(step, &way.entries), field, "option", cases);
        steps.push(last);
        let title = format!("{} is taken with every option of {field} that no test chose", step.key);
        let name = format!("{} {field} options", step.key);
        let closed = self.closing(&name, title, steps, covered)?;
        Ok(self.with_cases(closed, cases, &subjects))
    }

    /// Required fields that are left out, one a case.
    fn missing(&mut self, at: usize, group: &[&Subject]) -> Result<Closed, String> {
        let (way, step) = self.way(at)?;
        let (mut steps, mut covered) = self.walk(&way);
        // What is hidden is not missed: such a field has a scenario of its own.
        let field = |subject: &&Subject| match subject {
            Subject::Rule(_, field, ..) => Some(field.clone()),
            _ => None,
        };
        let fields: Vec<String> = group.iter().filter_map(field).collect();
        let (always, hidden): (Vec<String>, Vec<String>) =
            fields.into_iter().partition(|field| !way.entries.is_hidden(step, field));
        let rule = |field: &String| Subject::Rule(at, field.clone(), Rule::Required.name().to_owned(), true);
        let mut shown = Closed { closings: Vec::new(), open: Vec::new() };
        for field in &hidden {
            match self.missing_when_shown(at, field) {
                Ok(closed) => shown.closings.extend(closed.closings),
                Err(why) => shown.open.push((rule(field), why)),
            }
        }
        let Some((first, rest)) = always.split_first() else { return Ok(shown) };
        covered.extend(always.iter().map(rule));
        covered.push(Subject::Code(Rule::Required.code()));
        let mut last = submit(step, &way.entries);
        let mut cases = Vec::new();
        if rest.is_empty() {
            omit(&mut last, first);
        } else {
            last.set("omit", Data::Template("{{ field }}".to_owned()), "");
            cases = always.iter().map(|field| case(field, "field", Value::from(field.as_str()))).collect();
        }
        steps.push(refused(last, Rule::Required.code()));
        let title = format!("{} is refused without a field that it requires", step.key);
        let subjects: Vec<Subject> = always.iter().map(rule).collect();
        match self.closing(&format!("{} incomplete", step.key), title, steps, covered) {
            Ok(closed) => {
                let mut closed = self.with_cases(closed, cases, &subjects);
                closed.closings.extend(shown.closings);
                closed.open.extend(shown.open);
                Ok(closed)
            }
            Err(why) => {
                shown.open.extend(subjects.into_iter().map(|subject| (subject, why.clone())));
                Ok(shown)
            }
        }
    }

    fn missing_when_shown(&mut self, at: usize, field: &str) -> Result<Closed, String> {
        let (mut way, step) = self.way(at)?;
        way.entries.fill(step, field)?;
        let (mut steps, mut covered) = self.walk(&way);
        let mut last = submit(step, &way.entries);
        omit(&mut last, field);
        steps.push(refused(last, Rule::Required.code()));
        covered.push(Subject::Rule(at, field.to_owned(), Rule::Required.name().to_owned(), true));
        let title = format!("{} is refused without {field} where that is shown", step.key);
        self.closing(&format!("{} without {field}", step.key), title, steps, covered)
    }

    /// Values of a field that break a rule each.
    fn broken(&mut self, at: usize, field: &str, group: &[&Subject]) -> Result<Closed, String> {
        let (mut way, step) = self.way(at)?;
        let element = way.entries.element(step, field)?;
        way.entries.fill(step, field)?;
        let (mut steps, mut covered) = self.walk(&way);
        let mut cases: Vec<Case> = Vec::new();
        let (mut subjects, mut open) = (Vec::new(), Vec::new());
        for subject in group {
            let Subject::Rule(.., name, _) = subject else { continue };
            match Rule::named(name).and_then(|rule| violating(&element, rule)) {
                Some(value) => {
                    cases.push((name.clone(), value));
                    subjects.push((*subject).clone());
                }
                None => open.push(((*subject).clone(), "no value is known that breaks this rule alone".to_owned())),
            }
        }
        if cases.is_empty() {
            return Ok(Closed { closings: Vec::new(), open });
        }
        covered.extend(subjects.iter().cloned().chain([Subject::Code(Rule::Pattern.code())]));
        let (last, cases) = with_case(submit(step, &way.entries), field, "value", cases);
        steps.push(refused(last, Rule::Pattern.code()));
        let title = format!("{} is refused with a value of {field} that its rules exclude", step.key);
        let closed = self.closing(&format!("{} {field} excluded", step.key), title, steps, covered)?;
        let mut closed = self.with_cases(closed, cases, &subjects);
        closed.open.extend(open);
        Ok(closed)
    }

    fn code(&mut self, code: i64) -> Result<Closed, String> {
        let mut way = None;
        let steps = match code {
            4007 => {
                let found = self.known.steps.iter().find_map(|step| {
                    let elements = step.to_elements();
                    let (field, value) = elements.iter().find_map(|element| malformed(element, &elements))?;
                    Some((route(self.known, &step.key, None, false).ok()?, step, field, value))
                });
                let (to, step, field, value) =
                    found.ok_or_else(|| "no field is reached that takes but one type".to_owned())?;
                let mut steps = self.walk(&to).0;
                let (last, _) = with_case(submit(step, &to.entries), &field, "value", vec![(String::new(), value)]);
                steps.push(refused(last, code));
                way = Some(to);
                steps
            }
            4013 => {
                let end = self
                    .known
                    .steps
                    .iter()
                    .find(|step| step.is_end() && route(self.known, &step.key, None, false).is_ok());
                let end = end.ok_or_else(|| "no way to an end is known".to_owned())?;
                let to = route(self.known, &end.key, None, false)?;
                let mut steps = self.walk(&to).0;
                steps.push(refused(Step::with_map("submit", Vec::new()), code));
                way = Some(to);
                steps
            }
            4015 | 4100 | 4103 if self.follows_token() => {
                return Err("it is begun by a connector token only".to_owned());
            }
            4015 => vec![refused(Step::with_map("submit", vec![("done", Data::Json(Value::Bool(true)))]), code)],
            4100 => {
                let mut stranger = Step::new("current");
                stranger.set("session", Data::Template("{{ uuid() }}".to_owned()), "");
                vec![refused(stranger, code)]
            }
            4103 => vec![Step::new("init"), refused(Step::new("back"), code)],
            _ => return Err("nothing that is known of the flow provokes it".to_owned()),
        };
        let mut covered = way.map(|way| self.walk(&way).1).unwrap_or_default();
        covered.push(Subject::Code(code));
        self.closing(&format!("code {code}"), format!("The flow refuses with {code}"), steps, covered)
    }

    /// Whether the flow refused to be begun without a connector token.
    fn follows_token(&self) -> bool {
        let refused = |item: &crate::coverage::Item| matches!(item.subject, Subject::Code(4005 | 4102));
        self.view.items.iter().any(refused)
    }

    fn language(&mut self) -> Result<Closed, String> {
        let first = self.known.first.first().and_then(|key| self.known.steps.iter().find(|step| step.key == *key));
        let first = first.ok_or_else(|| "where the flow begins is not known".to_owned())?;
        let way = route(self.known, &first.key, None, false)?;
        let (mut steps, covered) = self.walk(&way);
        steps = vec![expecting(steps.remove(0), Data::text(shown(first)))];
        let language = self.view.language.clone().unwrap_or_else(|| "the flow's own language".to_owned());
        self.closing(&format!("in {language}"), format!("The flow begins in {language}"), steps, covered)
    }
}

/// Gives a field of a submit one value, or one in each case.
fn with_case(mut step: Step, field: &str, variable: &str, cases: Vec<Case>) -> (Step, Vec<Vec<(String, Data)>>) {
    let several = cases.len() > 1;
    let value = match cases.first() {
        Some((_, value)) if !several => Data::Json(value.clone()),
        _ => Data::Template(format!("{{{{ {variable} }}}}")),
    };
    let mut fields = match step.argument {
        Argument::Fields(fields) => fields,
        _ => Vec::new(),
    };
    fields.retain(|known| known.key != field);
    fields.push(Field { key: field.to_owned(), value, comment: String::new(), sent: true });
    step.argument = Argument::Fields(fields);
    let cases = cases.into_iter().filter(|_| several).map(|(name, value)| case(&name, variable, value)).collect();
    (step, cases)
}

fn case(name: &str, variable: &str, value: Value) -> Vec<(String, Data)> {
    vec![("case".to_owned(), Data::text(name)), (variable.to_owned(), Data::Json(value))]
}
