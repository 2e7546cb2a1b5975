//! Which step of the one side is which of the other, and which field.

use std::collections::HashMap;

use super::side::Side;
use crate::api::element::Element;
use crate::api::field::key;
use crate::api::rename::renamed;
use crate::explore::model::Goal;

/// Which step is which: none where a step is on one side only.
#[derive(Debug, Clone)]
pub(super) struct Pairing {
    /// For each step of the side before, that of the side after.
    pub after: Vec<Option<usize>>,
    /// For each step of the side after, that of the side before.
    pub before: Vec<Option<usize>>,
}

impl Pairing {
    /// Pairs the steps of two sides, by what tells one best: what it is in all that it shows; where it stands among steps that are
    /// paired already; its title; its fields.
    pub fn of(before: &Side, after: &Side) -> Self {
        let mut pairing = Pairing { after: vec![None; before.steps.len()], before: vec![None; after.steps.len()] };
        pairing.by(before, after, |side, at| side.steps[at].body.to_string());
        pairing.by(before, after, |side, at| {
            let spot = side.view.steps[at].spot();
            let text = side.steps[at].body.get("text").map(ToString::to_string).unwrap_or_default();
            format!("{}\n{}\n{}\n{text}", spot.title, spot.kind, spot.shape)
        });
        pairing.by_place(before, after, &same_title);
        pairing.by_likeness(before, after, &same_title);
        pairing.by_place(before, after, &shares_fields);
        pairing.by_likeness(before, after, &shares_fields);
        pairing.by_place(before, after, &|before, after, from, to| before.is_end(from) && after.is_end(to));
        pairing.last_end(before, after);
        pairing
    }

    fn take(&mut self, from: usize, to: usize) {
        self.after[from] = Some(to);
        self.before[to] = Some(from);
    }

    fn is_open(&self, from: usize, to: usize) -> bool {
        self.after[from].is_none() && self.before[to].is_none()
    }

    /// Pairs what has one identity on both sides, the first with the first.
    fn by(&mut self, before: &Side, after: &Side, identity: impl Fn(&Side, usize) -> String) {
        for from in 0..before.steps.len() {
            if self.after[from].is_some() {
                continue;
            }
            let own = identity(before, from);
            let found = (0..after.steps.len()).find(|to| self.is_open(from, *to) && identity(after, *to) == own);
            found.into_iter().for_each(|to| self.take(from, to));
        }
    }

    /// Pairs what stands at the same place: what the flow begins with, and what alone is left behind steps that are paired.
    fn by_place(&mut self, before: &Side, after: &Side, fits: &dyn Fn(&Side, &Side, usize, usize) -> bool) {
        let first = |side: &Side| side.beginnings.iter().find_map(step_of);
        if let (Some(from), Some(to)) = (first(before), first(after))
            && self.is_open(from, to)
            && fits(before, after, from, to)
        {
            self.take(from, to);
        }
        loop {
            let found = (0..before.steps.len()).find_map(|at| {
                let there = self.after[at]?;
                let own: Vec<usize> = before.next(at).filter(|from| self.after[*from].is_none()).collect();
                let others: Vec<usize> = after.next(there).filter(|to| self.before[*to].is_none()).collect();
                let pairs = own.iter().flat_map(|from| others.iter().map(move |to| (*from, *to)));
                let mut fitting = pairs.filter(|(from, to)| fits(before, after, *from, *to));
                let found = fitting.next()?;
                fitting.next().is_none().then_some(found)
            });
            let Some((from, to)) = found else { return };
            self.take(from, to);
        }
    }

    /// Pairs what is most alike.
    fn by_likeness(&mut self, before: &Side, after: &Side, fits: &dyn Fn(&Side, &Side, usize, usize) -> bool) {
        for from in 0..before.steps.len() {
            let open = (0..after.steps.len()).rev().filter(|to| self.is_open(from, *to));
            let fitting = open.filter(|to| fits(before, after, from, *to));
            let best = fitting.max_by_key(|to| shared(&before.steps[from].elements, &after.steps[*to].elements).len());
            best.into_iter().for_each(|to| self.take(from, to));
        }
    }

    /// Of several ends the last that is left on both sides is the same, with another text.
    fn last_end(&mut self, before: &Side, after: &Side) {
        let open = |side: &Side, paired: &[Option<usize>]| -> Vec<usize> {
            (0..side.steps.len()).filter(|at| side.is_end(*at) && paired[*at].is_none()).collect()
        };
        let (own, others) = (open(before, &self.after), open(after, &self.before));
        if let ([from], [to]) = (&own[..], &others[..]) {
            self.take(*from, *to);
        }
    }
}

fn step_of(goal: &Goal) -> Option<usize> {
    if let Goal::Step(step) = goal { Some(*step) } else { None }
}

fn same_title(before: &Side, after: &Side, from: usize, to: usize) -> bool {
    let (one, other) = (&before.view.steps[from], &after.view.steps[to]);
    // Several ends have no titles, and are told apart by what leads to them.
    one.kind == other.kind && one.title == other.title && !one.is_end()
}

/// Whether at least half of the fields are the same.
fn shares_fields(before: &Side, after: &Side, from: usize, to: usize) -> bool {
    let (own, others) = (&before.steps[from].elements, &after.steps[to].elements);
    let most = own.len().max(others.len());
    let same_kind = before.view.steps[from].kind == after.view.steps[to].kind;
    same_kind && most > 0 && shared(own, others).len() * 2 >= most
}

/// The fields that two forms share, by what a scenario calls them on either side.
pub(super) fn shared(before: &[Element], after: &[Element]) -> Vec<(String, String)> {
    let keys =
        |elements: &[Element]| -> Vec<String> { elements.iter().map(|element| key(elements, element)).collect() };
    let (own, others) = (keys(before), keys(after));
    let mut pairs: Vec<(String, String)> =
        own.iter().filter(|key| others.contains(key)).map(|key| (key.clone(), key.clone())).collect();
    let lacking = |elements: &[Element], keys: &[String], other: &[String]| -> (Vec<String>, Vec<Element>) {
        let new = keys.iter().zip(elements).filter(|(key, _)| !other.contains(key));
        new.map(|(key, element)| (key.clone(), element.clone())).unzip()
    };
    let ((old, gone), (new, added)) = (lacking(before, &own, &others), lacking(after, &others, &own));
    pairs.extend(renamed(&gone, &added).into_iter().map(|(from, to)| (old[from].clone(), new[to].clone())));
    pairs
}

/// One side as the other sees it.
pub(super) struct Lens<'a> {
    /// The side that something was seen on.
    pub from: &'a Side,
    /// The side that is asked what it would have led to.
    pub to: &'a Side,
    /// For each step of the one that of the other.
    pub steps: &'a [Option<usize>],
    /// For each step of the one, its fields as the other calls them.
    keys: Vec<HashMap<String, String>>,
}

impl<'a> Lens<'a> {
    pub fn new(from: &'a Side, to: &'a Side, steps: &'a [Option<usize>]) -> Self {
        let keys = steps.iter().enumerate().map(|(at, there)| match there {
            Some(there) => shared(&from.steps[at].elements, &to.steps[*there].elements).into_iter().collect(),
            None => HashMap::new(),
        });
        Lens { from, to, steps, keys: keys.collect() }
    }

    /// What the other side calls a field of a step.
    pub fn key(&self, step: usize, key: &str) -> Option<&String> {
        self.keys[step].get(key)
    }

    /// What the other side calls what something led to; none for a step that it does not have.
    pub fn goal(&self, goal: &Goal) -> Option<Goal> {
        match goal {
            Goal::Step(step) => self.steps[*step].map(Goal::Step),
            other => Some(other.clone()),
        }
    }
}
