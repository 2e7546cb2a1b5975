//! The shortest known way to a step, with the data that lead it.

mod entries;

use std::collections::{HashMap, VecDeque};

use super::{Given, KnownStep, Move, View, Way};

pub(crate) use entries::{Entries, outside};

/// A way from the beginning of a flow.
#[derive(Debug, Clone)]
pub(crate) struct Route<'a> {
    /// Where it begins.
    pub first: &'a KnownStep,
    /// From which step to which.
    pub legs: Vec<(&'a KnownStep, &'a KnownStep)>,
    /// What must be entered on the way.
    pub entries: Entries,
}

/// The shortest way to a step, and with `then` from it to another. It leads through interactive services only `with_services`.
///
/// # Errors
///
/// Why none is known.
pub(crate) fn route<'a>(
    view: &'a View,
    to: &str,
    then: Option<&str>,
    with_services: bool,
) -> Result<Route<'a>, String> {
    let target = step(view, to).ok_or_else(|| "the step is not in the flow's map".to_owned())?;
    let blocked = |known: &Move| blocked(view, known, with_services);
    let mut moves = match shortest(view, to, &|known| blocked(known).is_none()) {
        Some(moves) => moves,
        None => {
            let any = shortest(view, to, &|_| true);
            let why = any.and_then(|moves| moves.into_iter().find_map(blocked));
            return Err(why.unwrap_or_else(|| format!("no way to {} is known", target.key)));
        }
    };
    if let Some(then) = then {
        let last = submits(view, to).find(|known| known.to == then);
        let last = last.ok_or_else(|| format!("no submit is known that leads from {to} to {then}"))?;
        if let Some(why) = blocked(last) {
            return Err(why);
        }
        moves.push(last);
    }
    let first = moves.first().map_or(to, |known| known.from.as_str());
    let first = step(view, first).unwrap_or(target);
    let legs: Vec<_> =
        moves.iter().filter_map(|known| Some((step(view, &known.from)?, step(view, &known.to)?))).collect();
    let mut entries = Entries::default();
    for (at, known) in moves.iter().enumerate() {
        let before: Vec<&KnownStep> = legs.iter().take(at + 1).map(|(from, _)| *from).collect();
        lead(view, known, &before, &mut entries)?;
    }
    Ok(Route { first, legs, entries })
}

fn step<'a>(view: &'a View, key: &str) -> Option<&'a KnownStep> {
    view.steps.iter().find(|step| step.key == key)
}

fn submits<'a>(view: &'a View, from: &str) -> impl Iterator<Item = &'a Move> {
    view.moves.iter().filter(move |known| known.way == Way::Submit && known.from == from)
}

/// The fewest moves from the beginning to a step, of those that may be used.
fn shortest<'a>(view: &'a View, to: &str, may: &dyn Fn(&Move) -> bool) -> Option<Vec<&'a Move>> {
    let mut reached: HashMap<&str, Option<&Move>> = view.first.iter().map(|key| (key.as_str(), None)).collect();
    let mut open: VecDeque<&str> = view.first.iter().map(String::as_str).collect();
    while let Some(at) = open.pop_front() {
        if at == to {
            let mut moves = Vec::new();
            let mut at = at;
            while let Some(Some(known)) = reached.get(at) {
                moves.push(*known);
                at = known.from.as_str();
            }
            moves.reverse();
            return Some(moves);
        }
        for known in view.moves.iter().filter(|known| known.way == Way::Submit && known.from == at && may(known)) {
            if !reached.contains_key(known.to.as_str()) {
                reached.insert(&known.to, Some(known));
                open.push_back(&known.to);
            }
        }
    }
    None
}

/// Why a way cannot be gone with made-up data.
fn blocked(view: &View, known: &Move, with_services: bool) -> Option<String> {
    let from = step(view, &known.from)?;
    if from.elements.is_empty() && from.kind != "form" && !with_services {
        return Some(format!(
            "the way leads through {} ({}), which only a person or an SDK passes",
            from.key, from.kind
        ));
    }
    let told = submits(view, &known.from).any(|other| !other.when.is_empty());
    (submits(view, &known.from).count() > 1 && !told).then(|| {
        format!("what leads from {} to {} is not known: `draftgate explore FLOW` finds out", known.from, known.to)
    })
}

/// Adds what must be entered for a way to be gone, where the flow forks.
fn lead(view: &View, known: &Move, before: &[&KnownStep], entries: &mut Entries) -> Result<(), String> {
    let others: Vec<&Move> = submits(view, &known.from).filter(|other| other.to != known.to).collect();
    if others.is_empty() {
        return Ok(());
    }
    let named = |given: &Given| before.iter().rev().find(|step| step.key == given.step).copied();
    let contradiction =
        || format!("no data are known that lead from {} to {} on the shortest way", known.from, known.to);
    if !known.when.is_empty() {
        let fits = |all: &Vec<Given>| {
            let mut tried = entries.clone();
            let done = all.iter().try_for_each(|given| tried.give(named(given)?, given));
            done.map(|()| tried)
        };
        *entries = known.when.iter().find_map(fits).ok_or_else(contradiction)?;
        return Ok(());
    }
    // Whatever leads no other way leads this one.
    for other in others.iter().flat_map(|other| &other.when) {
        let avoids = |given: &Given| {
            let mut tried = entries.clone();
            tried.avoid(named(given)?, given).map(|()| tried)
        };
        *entries = other.iter().find_map(avoids).ok_or_else(contradiction)?;
    }
    Ok(())
}
