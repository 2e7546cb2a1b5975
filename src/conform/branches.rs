//! The ways that options open: each option of each choice, on each way into its step.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::applicant::{Route, described, essential, identity, step_name};
use super::circles::Circles;
use super::ledger::{Finding, Ledger, without};
use super::negatives::are_conditions_read;
use super::routes::{LACKS, OF_DATA, OUTCOMES, VALID_DATA, Walked, is_whole, judge, walk_all};
use super::rules::RuleId;
use super::{Plan, Trail};
use crate::api::element::{Element, ElementType, INCORPORATION, JsonType, RESIDENCE};
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::wire::{elements, is_blank};
use crate::compose::walk::Stop;
use crate::session::driver::Course;

/// The most options of one choice that are tried.
const MOST_OPTIONS: usize = 12;

/// A step on a way, and the one before it.
type Into = (Option<String>, String);

/// What was tried so far.
#[derive(Default)]
struct Tried {
    /// Steps of which every option was tried, on one way at least.
    steps: BTreeSet<String>,
    /// The same by the step that one came from.
    into: BTreeSet<Into>,
    /// How many ways may still be walked.
    left: usize,
    /// Options that were passed over for want of those.
    passed_over: usize,
}

/// An option to be tried: on which way, at which step of it.
struct Branch {
    way: usize,
    at: usize,
    element: Element,
    option: Value,
}

/// Walks on with each option of each choice, on the ways known so far and on those that it opens: first each step's once, then
/// those behind another way into the step.
pub(super) async fn by_options(
    course: &Course,
    plan: &Plan,
    ways: &mut Vec<(Route, Trail)>,
    circles: &mut Circles,
    ledger: &mut Ledger,
) {
    let mut tried = Tried { left: plan.most_ways, ..Tried::default() };
    while !(plan.steps_only && is_whole(plan, ways)) {
        let mut branches = tried.of_new_steps(ways);
        if branches.is_empty() {
            branches = tried.of_new_ways_in(ways);
        }
        if branches.is_empty() {
            break;
        }
        let routes = branches.iter().map(|branch| branch.route(ways)).collect();
        let walked = walk_all(course, plan, routes, ledger).await;
        // One that got no answer is left out; the others are told apart by what was chosen.
        let pairs: Vec<(Branch, Walked)> = walked
            .into_iter()
            .filter_map(|way| {
                let at = branches.iter().position(|branch| branch.route(ways) == way.route)?;
                Some((branches.remove(at), way))
            })
            .collect();
        tried.judge(ways, &pairs, ledger);
        for (branch, way) in pairs {
            circles.note(&way);
            ledger.logs.push(way.log);
            if tried.opens(ways, &branch, &way.trail) {
                ways.push((way.route, way.trail));
            }
        }
    }
    if !ledger.checks.contains_key(&RuleId::Options) {
        ledger.cannot(RuleId::Options, "no form that was reached offers a choice");
    }
    // What an option leads to is not said of valid data at large too.
    let of_options: Vec<(String, Option<i64>)> =
        ledger.findings.iter().filter(|found| !found.about.is_empty()).map(Finding::place).collect();
    ledger.findings.retain(|found| found.cause != VALID_DATA || !of_options.contains(&found.place()));
    if tried.passed_over > 0 {
        ledger.cannot(RuleId::Options, format!("{} further options were not tried", tried.passed_over));
    }
}

impl Branch {
    fn route(&self, ways: &[(Route, Trail)]) -> Route {
        ways[self.way].0.with(self.at, format!("id:{}", self.element.id), self.option.clone())
    }
}

/// A step of a trail with the one before it.
fn into(trail: &Trail, at: usize) -> Into {
    let id = |at: usize| identity(&trail.stages[at].step);
    (at.checked_sub(1).map(id), id(at))
}

impl Tried {
    /// The options of steps that nothing was tried at.
    fn of_new_steps(&mut self, ways: &[(Route, Trail)]) -> Vec<Branch> {
        let mut branches = Vec::new();
        let mut all: Vec<(usize, usize)> = Vec::new();
        for (way, (_, trail)) in ways.iter().enumerate() {
            all.extend((0..trail.stages.len()).map(|at| (way, at)));
        }
        // On a way that goes on from there, where there is one: what else is entered is taken then.
        all.sort_by_key(|(way, at)| (ways[*way].1.stages.len() == at + 1, *way, *at));
        for (way, at) in all {
            let (from, step) = into(&ways[way].1, at);
            if self.steps.insert(step.clone()) {
                self.into.insert((from, step));
                let skipped = self.options(&mut branches, way, at, &ways[way].1);
                self.passed_over += skipped;
            }
        }
        branches
    }

    /// The options of steps that were come to from elsewhere.
    fn of_new_ways_in(&mut self, ways: &[(Route, Trail)]) -> Vec<Branch> {
        let mut branches = Vec::new();
        for (way, (_, trail)) in ways.iter().enumerate() {
            for at in 0..trail.stages.len() {
                let again = trail.stages[..at].iter().any(|stage| identity(&stage.step) == into(trail, at).1);
                if !again && self.into.insert(into(trail, at)) {
                    self.options(&mut branches, way, at, trail);
                }
            }
        }
        branches
    }

    /// Adds the options of a step: how many there was no room for.
    fn options(&mut self, branches: &mut Vec<Branch>, way: usize, at: usize, trail: &Trail) -> usize {
        let mut skipped = 0;
        for (element, option) in choices(&trail.stages[at].step) {
            if self.left == 0 {
                skipped += 1;
                continue;
            }
            self.left -= 1;
            branches.push(Branch { way, at, element, option });
        }
        skipped
    }

    /// Whether a way is worth keeping: it comes to a step, or to one from elsewhere; or it passes a step at which the way that
    /// it branches off from was refused, so that what was chosen there may be what is refused.
    fn opens(&mut self, ways: &[(Route, Trail)], branch: &Branch, trail: &Trail) -> bool {
        let base = &ways[branch.way].1;
        let known = |at: usize| {
            let edge = into(trail, at);
            ways.iter().any(|(_, trail)| (0..trail.stages.len()).any(|at| into(trail, at) == edge))
        };
        if base.stages.len() == branch.at + 1 && trail.stages.len() > branch.at + 1 && base.stop != Stop::End {
            let (from, step) = into(base, branch.at);
            self.steps.remove(&step);
            self.into.remove(&(from, step));
            return true;
        }
        !(0..trail.stages.len()).all(known)
    }

    /// What the options of each choice show, held against each other.
    fn judge(&self, ways: &[(Route, Trail)], pairs: &[(Branch, Walked)], ledger: &mut Ledger) {
        for (branch, walked) in pairs {
            let base = &ways[branch.way].1;
            // Where the form is refused with what is chosen otherwise, it is not this option; another way shows more.
            let passes = base.stages.len() > branch.at + 1;
            let stopped_here = walked.trail.stages.len() == branch.at + 1;
            if passes {
                ledger.check(RuleId::Options, leads_nowhere(base, branch, walked));
            }
            if !stopped_here || walked.trail.stop == Stop::Pending {
                judge(&walked.trail, &walked.log, ledger);
            }
            let of_choice = pairs.iter().filter(|(other, _)| {
                (other.way, other.at, &other.element.id) == (branch.way, branch.at, &branch.element.id)
            });
            let others: Vec<&Walked> = of_choice.map(|(_, walked)| walked).collect();
            ledger.check(RuleId::Onward, leads_back(branch, walked, &others));
        }
    }
}

/// The options of a form's choices, each as it is submitted; of a long list the first.
fn choices(step: &Value) -> Vec<(Element, Value)> {
    let mut found = Vec::new();
    for element in elements(step) {
        let group = match element.kind {
            ElementType::Dropdown | ElementType::CountrySelect => false,
            ElementType::CheckboxGroup => true,
            ElementType::Checkbox if element.takes() == JsonType::Boolean && !element.required() => {
                found.push((element.clone(), Value::Bool(true)));
                found.push((element, Value::Bool(false)));
                continue;
            }
            _ => continue,
        };
        let options = element.options().into_iter().map(|(value, _)| value).filter(|value| !is_blank(value));
        let options: Vec<Value> = options.take(MOST_OPTIONS).collect();
        // Several that must be ticked together are no case of their own.
        let least = element.limits().min.is_some() || element.limits().min_length.is_some_and(|least| least > 1);
        if group && least {
            continue;
        }
        found.extend(options.into_iter().map(|value| {
            let value = if group { json!([value]) } else { value };
            (element.clone(), value)
        }));
    }
    found
}

/// What an option is called: by its label.
fn called(element: &Element, option: &Value) -> String {
    let value = option.as_array().and_then(|items| items.first()).unwrap_or(option);
    let label = element.options().into_iter().find(|(known, _)| known == value).map(|(_, label)| label);
    match value {
        Value::Bool(true) => "ticked".to_owned(),
        Value::Bool(false) => "not ticked".to_owned(),
        value => format!("\u{201c}{}\u{201d}", label.unwrap_or_else(|| crate::api::element::option_text(value))),
    }
}

/// Whether an option with which valid data are refused, where another is taken.
fn leads_nowhere(base: &Trail, branch: &Branch, walked: &Walked) -> Option<Finding> {
    let (element, log) = (&branch.element, &walked.log);
    let stopped_here = walked.trail.stages.len() == branch.at + 1;
    let code = log.last().and_then(|last| last.answer.error_code()).filter(|_| stopped_here);
    // What else is checked of a country's addresses and numbers, its form does not say; nor how a box is left unticked.
    let of_country = matches!(element.kind, ElementType::CountrySelect | ElementType::Checkbox)
        || [Some(RESIDENCE), Some(INCORPORATION), Some("address_state")].contains(&element.role.as_deref());
    let step = &base.stages[branch.at].step;
    // That nothing is missing is certain only where all that could be filled in was, and every condition is understood.
    let all_there = !matches!(walked.trail.stop, Stop::Unfillable(_)) && are_conditions_read(&elements(step));
    let wrong = code.filter(|code| {
        !OUTCOMES.contains(code) && (!OF_DATA.contains(code) || !of_country) && (*code != LACKS || all_there)
    });
    wrong?;
    let mut calls = essential(log);
    calls.extend(log.last().filter(|last| last.answer.is_error()).cloned());
    let came = log.last().map(|last| described(&last.answer)).unwrap_or_default();
    let (name, option) = (super::negatives::name(element), called(element, &branch.option));
    let text = format!("{name} {option} is offered and leads nowhere: {came} comes");
    let mut finding = Finding::new(RuleId::Options, step_name(step), text, calls);
    finding.about = vec![element.id.clone()];
    Some(finding)
}

/// Whether an option leads to a step that was passed, where another leads on. Who is asked for the same form once more, or
/// says yes to a question of two answers, may have wished for it.
fn leads_back(branch: &Branch, walked: &Walked, others: &[&Walked]) -> Option<Finding> {
    let next = |walked: &Walked| walked.trail.stages.get(branch.at + 1).map(|stage| identity(&stage.step));
    next(walked)?;
    let passed: Vec<String> = walked.trail.stages[..=branch.at].iter().map(|stage| identity(&stage.step)).collect();
    let back = next(walked).filter(|next| passed.contains(next))?;
    let leads_on = others.iter().any(|other| next(other).is_some_and(|next| !passed.contains(&next)));
    if passed.last() == Some(&back) || others.len() <= 2 || !leads_on {
        return None;
    }
    let to = &walked.trail.stages[branch.at + 1].step;
    // The submit that led back is the one whose answer is the step after.
    let forms = |call: &&Exchange| matches!(call.request.body, RequestBody::Json(_)) && !call.answer.is_error();
    let submits = walked.log.iter().enumerate().filter(|(_, call)| forms(call));
    let submit = submits.map(|(at, _)| at).nth(branch.at)?;
    let name = super::negatives::name(&branch.element);
    let option = called(&branch.element, &branch.option);
    let text = format!("{name} {option} leads back to {}", step_name(to));
    let step = step_name(&walked.trail.stages[branch.at].step);
    let mut finding = Finding::new(RuleId::Onward, step, text, essential(&walked.log[..=submit]));
    finding.expect = without(to);
    finding.about = vec![branch.element.id.clone()];
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_options_one_by_one() {
        let form = json!({"elements": [
            {"id": "a", "type": "dropdown", "options": ["", "x", "y"]},
            {"id": "b", "type": "checkbox_group", "options": ["p"]},
            {"id": "c", "type": "checkbox"},
            {"id": "d", "type": "checkbox", "validations": [{"type": "required"}]},
            {"id": "e", "type": "text", "options": ["no choice"]}]});
        let found: Vec<_> = choices(&form).into_iter().map(|(element, value)| (element.id, value)).collect();
        let expected =
            [("a", json!("x")), ("a", json!("y")), ("b", json!(["p"])), ("c", json!(true)), ("c", json!(false))];
        assert_eq!(found, expected.map(|(id, value)| (id.to_owned(), value)));
    }
}
