//! The shortest scenario that shows a difference: it passes on the side where what it says is so, and fails on the other.

pub(super) mod said;
mod way;

use std::cell::RefCell;

use serde_json::{Value, json};

use super::Scope;
use super::compare::{Found, Proof, Saying};
use super::grade::is_tighter;
use super::groups::Group;
use super::side::Side;
use super::verdict::{Which, Witness};
use super::ways::{Answers, Datum, Question};
use crate::api::element::{Element, JsonType};
use crate::api::field::{find, key};
use crate::api::rules::Rule;
use crate::compose::{Data, Draft, Step, saying, write};
use crate::explore::model::Goal;
use crate::map::{Entered, Given, KnownStep};
use crate::route::steps::{expecting, omit, refused, shown, submit};
use crate::route::value::violating;
use crate::route::{NoWay, Route, route};
use crate::semantic::StepChange;

use said::{at_step, condition_of, options_of, part_of, rule, selected, with_value};
use way::{seen, walk};

/// A step that cannot be gone back to.
const NO_WAY_BACK: i64 = 4103;

/// The two sides.
pub(super) struct Sides<'a> {
    pub before: &'a Side,
    pub after: &'a Side,
    pub scope: &'a Scope,
    /// What is known of ways that were tried.
    pub answers: &'a Answers,
    /// Ways that are to be tried before a scenario goes them.
    pub asked: RefCell<Vec<Question>>,
}

/// What a scenario proves, and the side where it does.
struct Shown {
    on: Which,
    steps: Vec<Step>,
}

impl Sides<'_> {
    /// The witness of a difference; or why there is none.
    pub fn witness(&self, found: &Found) -> Result<Witness, NoWay> {
        let shown = match &found.proof {
            Proof::Change(change) => self.change(change, found.at)?,
            Proof::Reached => self.reached(found.at)?,
            Proof::Back => self.back(found.at)?,
            Proof::Beginning => self.beginning()?,
            Proof::Leads(group) => self.leads(group)?,
            Proof::Spoken(saying) => self.spoken(saying)?,
            Proof::Answers(answered) => match answered.value.clone() {
                Some(value) => self.entered(Which::After, answered.step, &answered.label, value, answered.code)?,
                None => self.without(answered.step, &answered.label, answered.code)?,
            },
            Proof::None => return Err(NoWay("no scenario shows that something is nowhere".to_owned())),
        };
        let (passes, fails) = match shown.on {
            Which::Before => (&self.before.name, &self.after.name),
            Which::After => (&self.after.name, &self.before.name),
        };
        let draft = Draft {
            head: vec![
                "Written by `draftgate diff`: made-up data but for what is said.".to_owned(),
                format!("It passes with {passes}, and fails with {fails}."),
            ],
            title: found.sentence.marked(|label| format!("\u{201c}{label}\u{201d}")),
            flow: self.scope.flow.clone(),
            language: self.scope.language.clone(),
            without_snapshots: true,
            steps: shown.steps,
            ..Draft::default()
        };
        Ok(Witness { passes: shown.on, scenario: write(&draft) })
    }

    fn side(&self, on: Which) -> &Side {
        if on == Which::Before { self.before } else { self.after }
    }

    /// The way to a step of a side.
    fn way(&self, on: Which, at: usize) -> Result<(Route<'_>, &KnownStep), NoWay> {
        let side = self.side(on);
        let step = &side.view.steps[at];
        match route(&side.view, &step.key, None, false) {
            Ok(way) if !side.explored || self.leads_there(on, at, &way) => Ok((way, step)),
            told => match seen(side, at) {
                Some(way) => Ok((way, step)),
                None => Ok((told?, step)),
            },
        }
    }

    /// Whether a way that follows from what is known was seen to lead where it should: until it was tried, it is taken for one.
    fn leads_there(&self, on: Which, at: usize, way: &Route<'_>) -> bool {
        let side = self.side(on);
        let stage = |(from, _): &(&KnownStep, &KnownStep)| {
            let place = side.view.steps.iter().position(|step| step.key == from.key)?;
            let elements = &side.steps[place].elements;
            let called =
                |name: &String| find(elements, name).map_or_else(|_| name.clone(), |element| key(elements, element));
            let given = way.entries.values(from).into_iter().map(|(name, value)| (called(&name), Some(value)));
            let empty = way.entries.empty(from).into_iter().map(|name| (called(&name), None));
            Some((place, given.chain(empty).collect()))
        };
        let question = Question { side: on, stages: way.legs.iter().filter_map(stage).collect() };
        if question.stages.is_empty() {
            return true;
        }
        match self.answers.get(&question.memo()) {
            Some(goal) => *goal == Goal::Step(at),
            None => {
                let mut asked = self.asked.borrow_mut();
                if !asked.contains(&question) {
                    asked.push(question);
                }
                true
            }
        }
    }

    /// The step is come to, and is as this expects.
    fn arrives(&self, on: Which, at: usize, expected: Vec<(String, Data)>) -> Result<Shown, NoWay> {
        let (way, step) = self.way(on, at)?;
        let mut steps = walk(&way);
        let last = steps.pop().unwrap_or_else(|| Step::new("init"));
        steps.push(expecting(last, if expected.is_empty() { self.expected(on, at) } else { at_step(step, expected) }));
        Ok(Shown { on, steps })
    }

    /// How a scenario expects a step of a side; an END by what it says, where there are several.
    fn expected(&self, on: Which, at: usize) -> Data {
        let side = self.side(on);
        let step = &side.view.steps[at];
        let text = side.steps[at].body.get("text").and_then(Value::as_str);
        match text.filter(|_| step.is_end()) {
            Some(text) => at_step(step, vec![saying(text)]),
            None => Data::text(shown(step)),
        }
    }

    /// The step is asked for once more, in a language.
    fn spoken(&self, saying: &Saying) -> Result<Shown, NoWay> {
        if saying.expected.is_empty() {
            return Err(NoWay("what differs has no name in a scenario".to_owned()));
        }
        let Shown { on, mut steps } = self.arrives(saying.on, saying.at, Vec::new())?;
        let mut current = Step::new("current");
        current.set("language", Data::text(saying.language.as_str()), "");
        steps.push(expecting(current, Data::Map(saying.expected.clone())));
        Ok(Shown { on, steps })
    }

    fn reached(&self, at: (Option<usize>, Option<usize>)) -> Result<Shown, NoWay> {
        match at {
            (_, Some(step)) => self.arrives(Which::After, step, Vec::new()),
            (Some(step), None) => self.arrives(Which::Before, step, Vec::new()),
            (None, None) => Err(NoWay("there is no step to come to".to_owned())),
        }
    }

    fn back(&self, at: (Option<usize>, Option<usize>)) -> Result<Shown, NoWay> {
        let step = at.1.ok_or_else(|| NoWay("there is no step to go back from".to_owned()))?;
        let (way, _) = self.way(Which::After, step)?;
        let mut steps = walk(&way);
        let back = Step::new("back");
        steps.push(if self.after.steps[step].back { back } else { refused(back, NO_WAY_BACK) });
        Ok(Shown { on: Which::After, steps })
    }

    fn beginning(&self) -> Result<Shown, NoWay> {
        let init = Step::new("init");
        let init = match self.after.beginnings.first() {
            Some(Goal::Step(step)) => expecting(init, self.expected(Which::After, *step)),
            Some(Goal::Refused(code)) => refused(init, *code),
            _ => return Err(NoWay("what the flow begins with is no step".to_owned())),
        };
        Ok(Shown { on: Which::After, steps: vec![init] })
    }

    /// Data lead where they do on the side after.
    fn leads(&self, group: &Group) -> Result<Shown, NoWay> {
        let view = &self.after.view;
        let (mut way, step) = self.way(Which::After, group.at.1)?;
        for Datum { after, value, .. } in &group.example {
            let (Some((at, name)), Some(value)) = (after, value) else { continue };
            let entered = if value.is_null() { Entered::Filled(false) } else { Entered::Is(vec![value.clone()]) };
            let given = Given { step: view.steps[*at].key.clone(), field: name.clone(), entered };
            let done = way.entries.give(&view.steps[*at], &given);
            let field = || NoWay(format!("{name} must have another value for {} to be come to", step.key));
            done.ok_or_else(field)?;
        }
        let mut steps = walk(&way);
        let last = submit(step, &way.entries);
        steps.push(match &group.after {
            Goal::Step(to) => expecting(last, self.expected(Which::After, *to)),
            Goal::Refused(code) => refused(last, *code),
            Goal::Other(word) if word == "pending" => expecting(last, Data::text("pending")),
            Goal::Other(_) => return Err(NoWay("what it leads to has no name in a scenario".to_owned())),
        });
        Ok(Shown { on: Which::After, steps })
    }

    /// A step shows or takes something else.
    fn change(&self, change: &StepChange, at: (Option<usize>, Option<usize>)) -> Result<Shown, NoWay> {
        let (Some(from), Some(to)) = at else { return Err(NoWay("the step is on one side only".to_owned())) };
        let (old, new) = (&self.before.steps[from], &self.after.steps[to]);
        let element = |elements: &[Element], label: &str| {
            elements.iter().find(|element| element.name.trim() == label.trim()).cloned()
        };
        let shows = |path: String, value: Value| {
            self.arrives(Which::After, to, vec![("json".to_owned(), Data::Map(vec![(path, Data::Json(value))]))])
        };
        let listed = |on: Which, at: usize, labels: Vec<String>| {
            self.arrives(on, at, vec![("elements".to_owned(), Data::Json(json!(labels)))])
        };
        match change {
            StepChange::Required { field, now: true } => self.without(to, field, Some(Rule::Required.code())),
            StepChange::Required { field, now: false } => self.without(to, field, None),
            StepChange::FieldAdded { field, .. } => match element(&new.elements, field) {
                Some(added) if added.required() => self.without(to, field, Some(Rule::Required.code())),
                _ => listed(Which::After, to, vec![field.clone()]),
            },
            StepChange::FieldRemoved { field, .. } => listed(Which::Before, from, vec![field.clone()]),
            StepChange::FieldRenamed { new, .. } => listed(Which::After, to, vec![new.clone()]),
            StepChange::FieldMoved { .. } => {
                let labels = new.elements.iter().map(|element| element.name.trim().to_owned());
                listed(Which::After, to, labels.filter(|name| !name.is_empty()).collect())
            }
            StepChange::Type { field, new, .. } => shows(format!("{}.type", selected(field)), new.clone()),
            StepChange::Bound { field, bound, old: was, new: is } => {
                let tighter = is_tighter(*bound, was.as_ref(), is.as_ref());
                let judge = if tighter { element(&new.elements, field) } else { element(&old.elements, field) };
                let value = judge.and_then(|element| violating(&element, rule(*bound)));
                let value =
                    value.ok_or_else(|| NoWay(format!("no value is known that only one side takes for {field}")))?;
                self.entered(Which::After, to, field, value, tighter.then(|| rule(*bound).code()))
            }
            StepChange::OptionsAdded { field, .. } | StepChange::OptionsRemoved { field, .. } => {
                let added = matches!(change, StepChange::OptionsAdded { .. });
                let (on, at) = if added { (Which::After, to) } else { (Which::Before, from) };
                let (own, other) = if added { (new, old) } else { (old, new) };
                let options = |of: Option<Element>| of.map(|element| element.lasting_options()).unwrap_or_default();
                let there = options(element(&other.elements, field));
                let only = options(element(&own.elements, field)).into_iter().find(|option| !there.contains(option));
                let value = only.ok_or_else(|| NoWay(format!("the options of {field} have no values")))?;
                let list = element(&own.elements, field).is_some_and(|element| element.takes() == JsonType::List);
                self.entered(on, at, field, if list { json!([value]) } else { value }, None)
            }
            StepChange::OptionRenamed { field, .. } | StepChange::OptionsReordered { field } => {
                let list = element(&new.elements, field).and_then(|element| options_of(&element));
                let (name, list) = list.ok_or_else(|| NoWay(format!("{field} has no options")))?;
                shows(format!("{}.{name}", selected(field)), list)
            }
            StepChange::Condition { field, .. } => self.condition(field, (from, to)),
            StepChange::Property { field, key, new, .. } => self.property(field.as_deref(), key, new.as_ref(), to),
            StepChange::Other { field, path, .. } => self.other(field.as_deref(), path, (from, to)),
            StepChange::Answer { .. } => self.arrives(Which::After, to, Vec::new()),
        }
    }

    /// A form that is sent without a field is refused with a code, or not.
    fn without(&self, at: usize, field: &str, code: Option<i64>) -> Result<Shown, NoWay> {
        let (mut way, step) = self.way(Which::After, at)?;
        if way.entries.is_hidden(step, field) {
            way.entries.fill(step, field)?;
        }
        let mut steps = walk(&way);
        let mut last = submit(step, &way.entries);
        omit(&mut last, field);
        steps.push(match code {
            Some(code) => refused(last, code),
            None => last,
        });
        Ok(Shown { on: Which::After, steps })
    }

    /// A form that is sent with a value is refused with a code, or not.
    fn entered(&self, on: Which, at: usize, field: &str, value: Value, code: Option<i64>) -> Result<Shown, NoWay> {
        let (mut way, step) = self.way(on, at)?;
        if way.entries.is_hidden(step, field) {
            way.entries.fill(step, field)?;
        }
        let mut steps = walk(&way);
        let last = with_value(submit(step, &way.entries), field, value);
        steps.push(match code {
            Some(code) => refused(last, code),
            None => last,
        });
        Ok(Shown { on, steps })
    }

    /// A field is shown under a condition, or always.
    fn condition(&self, field: &str, (from, to): (usize, usize)) -> Result<Shown, NoWay> {
        let path = format!("{}.condition", selected(field));
        let condition = |side: &Side, at: usize| condition_of(side, at, field);
        let (old, new) = (condition(self.before, from), condition(self.after, to));
        let (path, value) = match (&old, &new) {
            (None, Some(_)) => (path, json!({"exists": true})),
            (Some(_), None) => (path, Value::Null),
            _ => {
                let differs = ["type", "rules[*].operator", "rules[*].value"].into_iter().find_map(|part| {
                    let (old, new) = (part_of(old.as_ref()?, part), part_of(new.as_ref()?, part));
                    (old != new).then(|| (format!("{path}.{part}"), new))
                });
                differs.ok_or_else(|| NoWay("the field that it looks at has another id in every build".to_owned()))?
            }
        };
        self.arrives(Which::After, to, vec![("json".to_owned(), Data::Map(vec![(path, Data::Json(value))]))])
    }

    fn property(&self, field: Option<&str>, name: &str, new: Option<&Value>, at: usize) -> Result<Shown, NoWay> {
        let value = new.cloned().unwrap_or_default();
        match (field, name, value.as_str()) {
            (None, "title", _) => self.arrives(Which::After, at, Vec::new()),
            (None, "text", Some(text)) => self.arrives(Which::After, at, vec![saying(text)]),
            (field, name, _) => {
                let path = match field {
                    Some(field) => format!("{}.{name}", selected(field)),
                    None => format!("$.{name}"),
                };
                self.arrives(Which::After, at, vec![("json".to_owned(), Data::Map(vec![(path, Data::Json(value))]))])
            }
        }
    }

    /// What is told by its path: as it is on the side after, where the path is a plain one.
    fn other(&self, field: Option<&str>, path: &str, (from, to): (usize, usize)) -> Result<Shown, NoWay> {
        let name = path.trim_start_matches("$.").split(['.', '[']).next().unwrap_or_default().to_owned();
        let member = |side: &Side, at: usize| {
            let body = &side.steps[at].body;
            let of = match field {
                Some(field) => body["elements"].as_array()?.iter().find(|element| element["name"] == field)?,
                None => body,
            };
            Some(of.get(&name).cloned().unwrap_or_default())
        };
        let (Some(old), Some(new)) = (member(self.before, from), member(self.after, to)) else {
            return Err(NoWay("what differs has no name in a scenario".to_owned()));
        };
        if old == new || name.is_empty() {
            return Err(NoWay("what differs has no name in a scenario".to_owned()));
        }
        self.property(field, &name, Some(&new), to)
    }
}
