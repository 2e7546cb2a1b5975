//! What a run saw, laid over what was known before.

use std::collections::{BTreeMap, BTreeSet};

use super::survey::{Seen, Survey, Way};
use super::{FORMAT, FlowMap, Given, KnownElement, KnownStep, Move, View, When};
use crate::api::element::Element;
use crate::api::rename;

impl FlowMap {
    /// What is known of a flow after a run that saw something of it.
    ///
    /// A step that the run saw stands in the place of the one that was known. What it did not see stays, unless the run was
    /// `complete`: all scenarios of the flow ran and passed, and nobody explored it. `today` is noted when anything is new.
    ///
    /// The result depends on nothing but its arguments, in whatever order the answers came.
    pub fn after(flow: &str, before: Option<&FlowMap>, survey: &Survey, complete: bool, today: &str) -> FlowMap {
        let mut views: Vec<View> = Vec::new();
        for (name, seen) in survey.views.iter().filter(|(name, _)| name.flow == flow) {
            let known = before.and_then(|map| map.view(name.version, name.language.as_deref()));
            views.push(merge(name.version.word(), name.language.clone(), known, seen, complete));
        }
        if let Some(before) = before {
            let unseen = |view: &&View| !views.iter().any(|new| new.is_same(view));
            let kept = before.views.iter().filter(|view| !complete || view.explored).filter(unseen).cloned();
            views.extend(kept.collect::<Vec<_>>());
        }
        views.sort_by(|a, b| (&a.version, &a.language).cmp(&(&b.version, &b.language)));
        let complete = complete || before.is_some_and(|before| before.complete);
        let map = FlowMap { format: FORMAT, flow: flow.to_owned(), recorded: today.to_owned(), complete, views };
        match before {
            Some(before) if FlowMap { recorded: before.recorded.clone(), ..map.clone() } == *before => before.clone(),
            _ => map,
        }
    }
}

/// A step under way into the new view, with the places that lead to it: its place among the seen, its key before.
struct Draft {
    step: KnownStep,
    seen: Vec<usize>,
    before: Option<String>,
}

fn merge(version: &str, language: Option<String>, known: Option<&View>, seen: &Seen, complete: bool) -> View {
    let explored = known.is_some_and(|view| view.explored);
    let complete = complete && !explored;
    let mut drafts = distinct(seen);
    let empty = Vec::new();
    let old = known.map_or(&empty, |view| &view.steps);
    match_steps(&mut drafts, old, |draft, old| draft.same_shape(old));
    match_steps(&mut drafts, old, |draft, old| draft.title == old.title && draft.kind == old.kind);
    if let Some(known) = known {
        match_renamed(&mut drafts, known, seen);
    }
    for draft in &mut drafts {
        let before = old.iter().find(|step| Some(&step.key) == draft.before.as_ref());
        if let Some(before) = before {
            remember(&mut draft.step, before);
        }
    }
    if !complete {
        let unseen = old.iter().filter(|step| !drafts.iter().any(|draft| draft.before.as_ref() == Some(&step.key)));
        let kept: Vec<Draft> =
            unseen.map(|step| Draft { step: step.clone(), seen: Vec::new(), before: Some(step.key.clone()) }).collect();
        drafts.extend(kept);
    }
    name(&mut drafts);
    let (first, moves) = ways(&drafts, seen, known, complete);
    let mut view = View {
        version: version.to_owned(),
        language,
        explored,
        first,
        steps: drafts.into_iter().map(|draft| draft.step).collect(),
        moves,
    };
    sort(&mut view);
    view
}

/// The steps that were seen; two that nobody could tell apart count as one.
fn distinct(seen: &Seen) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for (at, step) in seen.steps.iter().enumerate() {
        match drafts.iter_mut().find(|draft| draft.step == *step) {
            Some(draft) => draft.seen.push(at),
            None => drafts.push(Draft { step: step.clone(), seen: vec![at], before: None }),
        }
    }
    // Answers come in any order; what is made of them does not.
    drafts.sort_by_cached_key(|draft| (draft.step.base().to_owned(), text_of(&draft.step)));
    drafts
}

fn text_of(step: &KnownStep) -> String {
    serde_json::to_string(step).unwrap_or_default()
}

/// Gives steps that have none yet the known step that they are, each one once: the most alike.
fn match_steps(drafts: &mut [Draft], old: &[KnownStep], same: impl Fn(&KnownStep, &KnownStep) -> bool) {
    for at in 0..drafts.len() {
        if drafts[at].before.is_some() {
            continue;
        }
        let free = |step: &&KnownStep| !drafts.iter().any(|draft| draft.before.as_ref() == Some(&step.key));
        let alike = |step: &&KnownStep| {
            let names: BTreeSet<&str> = step.elements.iter().map(|element| element.name.as_str()).collect();
            drafts[at].step.elements.iter().filter(|element| names.contains(element.name.as_str())).count()
        };
        let best = old.iter().filter(free).filter(|step| same(&drafts[at].step, step)).rev().max_by_key(alike);
        drafts[at].before = best.map(|step| step.key.clone());
    }
}

/// A step of a title that nobody knew may be one that was renamed: its elements are the same, what leads to it is the same,
/// and the old title is gone.
fn match_renamed(drafts: &mut [Draft], known: &View, seen: &Seen) {
    let origins = |at: &Draft| -> BTreeSet<Option<String>> {
        let before = |step: &usize| drafts.iter().find(|draft| draft.seen.contains(step))?.before.clone();
        let moves = seen.moves.keys().filter(|(_, way, to)| *way == Way::Submit && at.seen.contains(to));
        let first = at.seen.iter().any(|step| seen.first.contains(step)).then_some(None);
        moves.filter_map(|(from, ..)| before(from)).map(Some).chain(first).collect()
    };
    let all: Vec<BTreeSet<Option<String>>> = drafts.iter().map(origins).collect();
    for (at, origins) in all.into_iter().enumerate() {
        if drafts[at].before.is_some() || drafts[at].step.elements.is_empty() {
            continue;
        }
        let free = |step: &&KnownStep| !drafts.iter().any(|draft| draft.before.as_ref() == Some(&step.key));
        let leads = |step: &&KnownStep| {
            (known.first.contains(&step.key) && origins.contains(&None))
                || known.moves.iter().any(|known| known.to == step.key && origins.contains(&Some(known.from.clone())))
        };
        let same = |step: &&KnownStep| step.kind == drafts[at].step.kind && step.same_elements(&drafts[at].step);
        let found: Vec<&KnownStep> = known.steps.iter().filter(free).filter(same).filter(leads).collect();
        if let [only] = found[..] {
            drafts[at].before = Some(only.key.clone());
        }
    }
}

/// Takes over what a step and its elements were called before.
fn remember(step: &mut KnownStep, before: &KnownStep) {
    step.formerly.clone_from(&before.formerly);
    if step.title != before.title && !before.title.is_empty() {
        step.formerly.push(before.title.clone());
    }
    step.formerly.retain(|title| *title != step.title);
    let same_name = |element: &KnownElement| {
        before.elements.iter().position(|old| old.name == element.name && old.role == element.role)
    };
    let mut taken: Vec<Option<usize>> = step.elements.iter().map(same_name).collect();
    for (at, old) in renamed(step, before) {
        taken[at] = Some(old);
    }
    let names: BTreeSet<String> = step.elements.iter().map(|element| element.name.clone()).collect();
    for (element, old) in step.elements.iter_mut().zip(taken) {
        let Some(old) = old.map(|at| &before.elements[at]) else { continue };
        element.formerly.clone_from(&old.formerly);
        if old.name != element.name && !element.formerly.contains(&old.name) {
            element.formerly.push(old.name.clone());
        }
        // A label that something is called by is no former one.
        element.formerly.retain(|name| !names.contains(name));
    }
}

/// Which elements of a step only have a label that is new, each with what it was before.
fn renamed(step: &KnownStep, before: &KnownStep) -> Vec<(usize, usize)> {
    let lacking = |of: &KnownStep, other: &KnownStep| -> (Vec<usize>, Vec<Element>) {
        let new = |element: &KnownElement| !other.elements.iter().any(|old| old.name == element.name);
        let elements = of.elements.iter().enumerate().filter(|(_, element)| new(element));
        elements.filter_map(|(at, element)| Some((at, element.to_element("")?))).unzip()
    };
    let ((old, gone), (new, added)) = (lacking(before, step), lacking(step, before));
    rename::renamed(&gone, &added).into_iter().map(|(from, to)| (new[to], old[from])).collect()
}

/// Gives every step its key: what it is called, with a number where several are.
fn name(drafts: &mut [Draft]) {
    drafts.sort_by_cached_key(|draft| {
        (draft.step.base().to_owned(), text_of(&KnownStep { key: String::new(), ..draft.step.clone() }))
    });
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for draft in drafts {
        let base = draft.step.base().to_owned();
        let count = counts.entry(base.clone()).and_modify(|count| *count += 1).or_insert(1);
        draft.step.key = if *count == 1 { base } else { format!("{base}#{count}") };
    }
}

/// The first steps and the moves by the steps' new keys. What was known to lead a way is remembered where nothing new is.
fn ways(drafts: &[Draft], seen: &Seen, old: Option<&View>, complete: bool) -> (Vec<String>, Vec<Move>) {
    let of_seen = |at: &usize| Some(drafts.iter().find(|draft| draft.seen.contains(at))?.step.key.clone());
    let of_old = |key: &String| Some(drafts.iter().find(|draft| draft.before.as_ref() == Some(key))?.step.key.clone());
    let mut first: BTreeSet<String> = seen.first.iter().filter_map(of_seen).collect();
    let mut moves: BTreeMap<(String, Way, String), When> = BTreeMap::new();
    for ((from, way, to), when) in &seen.moves {
        let Some((from, to)) = of_seen(from).zip(of_seen(to)) else { continue };
        let known = moves.entry((from, *way, to)).or_default();
        let named =
            |all: &Vec<Given<usize>>| all.iter().map(|given| given.of_step(of_seen)).collect::<Option<Vec<_>>>();
        for when in when.iter().filter_map(named) {
            if !known.contains(&when) {
                known.push(when);
            }
        }
    }
    if let Some(old) = old {
        // A beginning that a run saw stands in place of the one before.
        if first.is_empty() && !complete {
            first.extend(old.first.iter().filter_map(of_old));
        }
        for known in &old.moves {
            let Some((from, to)) = of_old(&known.from).zip(of_old(&known.to)) else { continue };
            let at = (from, known.way, to);
            if complete && !moves.contains_key(&at) {
                continue;
            }
            let when = moves.entry(at).or_default();
            if when.is_empty() {
                let named =
                    |all: &Vec<Given>| all.iter().map(|given| given.of_step(of_old)).collect::<Option<Vec<_>>>();
                *when = known.when.iter().filter_map(named).collect();
            }
        }
    }
    let moves = moves.into_iter().map(|((from, way, to), when)| Move { from, way, to, when }).collect();
    (first.into_iter().collect(), moves)
}

/// Puts the steps into the order in which an applicant meets them, the alphabet deciding between equals.
fn sort(view: &mut View) {
    let mut distance: BTreeMap<&str, usize> = view.first.iter().map(|key| (key.as_str(), 0)).collect();
    for round in 0..view.steps.len() {
        let reached: Vec<&str> = view
            .moves
            .iter()
            .filter(|known| known.way == Way::Submit && distance.get(known.from.as_str()) == Some(&round))
            .map(|known| known.to.as_str())
            .collect();
        for key in reached {
            distance.entry(key).or_insert(round + 1);
        }
    }
    let place = |key: &str| (distance.get(key).copied().unwrap_or(usize::MAX), key.to_owned());
    let mut steps = std::mem::take(&mut view.steps);
    let mut moves = view.moves.clone();
    steps.sort_by_cached_key(|step| place(&step.key));
    moves.sort_by_cached_key(|known| (place(&known.from), known.way, place(&known.to)));
    (view.steps, view.moves) = (steps, moves);
}
