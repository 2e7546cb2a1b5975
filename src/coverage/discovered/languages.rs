//! The languages of a flow as one: the same steps in other words.
//!
//! Labels differ from language to language; rules and the values of options do not. A step is the one of another language
//! that is of the same type and has the same fields by these, in the same order, where no other step has.

use super::View;
use crate::coverage::Subject;
use crate::journal::{FormField, Move, Spot};

/// What is the same of a step in every language.
#[derive(PartialEq)]
struct Bare<'a> {
    kind: &'a str,
    fields: Vec<(&'a [String], &'a [String])>,
}

/// Lays what a view covered over another one of the same flow and version; tells whether that could be done for all of it.
pub(super) fn fold(main: &mut View, other: &View) -> bool {
    let steps = || 0..other.flow.steps.len();
    let Some(places) = steps().map(|step| same(main, other, step)).collect::<Option<Vec<usize>>>() else {
        return false;
    };
    let here = |step: &usize| places.get(*step).copied();
    for known in &other.flow.moves {
        if let Some((from, to)) = here(&known.from).zip(here(&known.to)) {
            main.flow.note_move(Move { from, to, way: known.way.clone() });
        }
    }
    for (subject, covered) in &other.covered {
        if let Some(subject) = moved(main, other, subject, &here) {
            main.cover(subject, *covered);
        }
    }
    true
}

/// The place of the step that a step of another view is.
fn same(main: &View, other: &View, step: usize) -> Option<usize> {
    let spot: &Spot = other.flow.steps.get(step)?;
    if let Some(place) = main.flow.steps.iter().position(|known| known == spot) {
        return Some(place);
    }
    let alike = |view: &View, of: &Bare<'_>| -> Vec<usize> {
        (0..view.flow.steps.len()).filter(|at| bare(view, *at).is_some_and(|one| one == *of)).collect()
    };
    let of = bare(other, step)?;
    match (&alike(main, &of)[..], &alike(other, &of)[..]) {
        ([place], [_]) => Some(*place),
        _ => None,
    }
}

fn bare(view: &View, step: usize) -> Option<Bare<'_>> {
    let kind = view.flow.steps.get(step)?.kind.as_str();
    let fields = fields(view, step).iter().map(|field| (field.options.as_slice(), field.rules.as_slice())).collect();
    Some(Bare { kind, fields })
}

fn fields(view: &View, step: usize) -> &[FormField] {
    view.flow.forms.iter().find(|form| form.step == step).map_or(&[], |form| &form.fields)
}

/// A subject as the main view has it.
fn moved(main: &View, other: &View, subject: &Subject, here: &dyn Fn(&usize) -> Option<usize>) -> Option<Subject> {
    let field = |step: &usize, name: &str| {
        let place = here(step)?;
        let at = fields(other, *step).iter().position(|field| field.name == name)?;
        Some((place, fields(main, place).get(at)?.name.clone()))
    };
    Some(match subject {
        Subject::Step(step) => Subject::Step(here(step)?),
        Subject::Transition(from, to) => Subject::Transition(here(from)?, here(to)?),
        Subject::Back(from, to) => Subject::Back(here(from)?, here(to)?),
        Subject::Field(step, name) => {
            let (step, name) = field(step, name)?;
            Subject::Field(step, name)
        }
        Subject::Option(step, name, option) => {
            let (step, name) = field(step, name)?;
            Subject::Option(step, name, option.clone())
        }
        Subject::Rule(step, name, rule, violated) => {
            let (step, name) = field(step, name)?;
            Subject::Rule(step, name, rule.clone(), *violated)
        }
        // These are told for all languages at once.
        Subject::Code(_) | Subject::Language(_) => return None,
    })
}
