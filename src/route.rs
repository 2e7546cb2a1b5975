//! The shortest known way to a step of a flow, with the data that lead it, and the steps of a scenario that goes it.
//!
//! Pure: a map's view in, a [`Route`] out. Where scenarios are written of what is known of a flow, their ways come from here:
//! those that cover what no test did, and those that show how two sides of a flow differ.

pub mod entries;
pub mod steps;
pub mod value;

use std::collections::{HashMap, VecDeque};

use crate::map::{Given, KnownStep, Move, View, Way};
use entries::Entries;

/// Why no scenario goes a way: "no way to Address is known".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoWay(pub String);

impl From<NoWay> for String {
    fn from(error: NoWay) -> Self {
        error.0
    }
}

/// So many ways to a step are followed further, which differ in the data that lead them.
const MOST_WAYS: usize = 12;

/// A way from the beginning of a flow.
#[derive(Debug, Clone)]
pub struct Route<'a> {
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
pub fn route<'a>(view: &'a View, to: &str, then: Option<&str>, with_services: bool) -> Result<Route<'a>, NoWay> {
    let target = step(view, to).ok_or_else(|| NoWay("the step is not in the flow's map".to_owned()))?;
    let last = match then {
        None => None,
        Some(then) => {
            let last = submits(view, to).find(|known| known.to == then);
            let last = last.ok_or_else(|| NoWay(format!("no submit is known that leads from {to} to {then}")))?;
            match blocked(view, last, with_services) {
                Some(why) => return Err(NoWay(why)),
                None => Some(last),
            }
        }
    };
    let may = |known: &Move| blocked(view, known, with_services).is_none();
    let (moves, entries) = match consistent(view, to, last, &may) {
        Some(found) => found,
        None => return Err(why_none(view, target, last, with_services)),
    };
    let first = moves.first().map_or(to, |known| known.from.as_str());
    Ok(Route { first: step(view, first).unwrap_or(target), legs: legs(view, &moves), entries })
}

/// From which step to which moves lead.
fn legs<'a>(view: &'a View, moves: &[&'a Move]) -> Vec<(&'a KnownStep, &'a KnownStep)> {
    moves.iter().filter_map(|known| Some((step(view, &known.from)?, step(view, &known.to)?))).collect()
}

/// A way under search.
struct Open<'a> {
    at: &'a str,
    moves: Vec<&'a Move>,
    entries: Entries,
}

/// The fewest moves from the beginning to a step, and by `last` on from it, that data lead which do not contradict each other.
fn consistent<'a>(
    view: &'a View,
    to: &str,
    last: Option<&'a Move>,
    may: &dyn Fn(&Move) -> bool,
) -> Option<(Vec<&'a Move>, Entries)> {
    let begun = |key: &'a String| Open { at: key, moves: Vec::new(), entries: Entries::default() };
    let mut open: VecDeque<Open<'_>> = view.first.iter().map(begun).collect();
    // A step may have to be come to otherwise than by the shortest way, for what lies behind it.
    let mut known: HashMap<&str, Vec<Entries>> = HashMap::new();
    while let Some(way) = open.pop_front() {
        let onward = |next: &'a Move| {
            let mut entries = way.entries.clone();
            let moves: Vec<&'a Move> = way.moves.iter().copied().chain([next]).collect();
            let before: Vec<&KnownStep> = moves.iter().filter_map(|known| step(view, &known.from)).collect();
            lead(view, next, &before, &mut entries).ok()?;
            Some(Open { at: &next.to, moves, entries })
        };
        if way.at == to {
            match last {
                None => return Some((way.moves, way.entries)),
                Some(last) => match onward(last) {
                    Some(found) => return Some((found.moves, found.entries)),
                    None => continue,
                },
            }
        }
        let passed = |key: &str| way.moves.iter().any(|known| known.from == key) || way.at == key;
        for next in submits(view, way.at).filter(|next| may(next) && !passed(&next.to)) {
            let Some(found) = onward(next) else { continue };
            let others = known.entry(found.at).or_default();
            if others.len() < MOST_WAYS && !others.contains(&found.entries) {
                others.push(found.entries.clone());
                open.push_back(found);
            }
        }
    }
    None
}

/// Why there is no way to a step, and by `last` on from it.
fn why_none(view: &View, target: &KnownStep, last: Option<&Move>, with_services: bool) -> NoWay {
    let blocked = |known: &Move| blocked(view, known, with_services);
    let Some(mut moves) = shortest(view, &target.key, &|known| blocked(known).is_none()) else {
        let any = shortest(view, &target.key, &|_| true);
        let why = any.and_then(|moves| moves.into_iter().find_map(blocked));
        return NoWay(why.unwrap_or_else(|| format!("no way to {} is known", target.key)));
    };
    moves.extend(last);
    let mut entries = Entries::default();
    for (at, known) in moves.iter().enumerate() {
        let before: Vec<&KnownStep> = moves[..=at].iter().filter_map(|known| step(view, &known.from)).collect();
        if let Err(why) = lead(view, known, &before, &mut entries) {
            return why;
        }
    }
    NoWay(format!("no way to {} is known", target.key))
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
fn lead(view: &View, known: &Move, before: &[&KnownStep], entries: &mut Entries) -> Result<(), NoWay> {
    let others: Vec<&Move> = submits(view, &known.from).filter(|other| other.to != known.to).collect();
    if others.is_empty() {
        return Ok(());
    }
    let named = |given: &Given| before.iter().rev().find(|step| step.key == given.step).copied();
    let contradiction =
        || NoWay(format!("no data are known that lead from {} to {} on the shortest way", known.from, known.to));
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// Forks on one number twice, so that what lies behind the second fork is not on the shortest way to it.
    fn view() -> View {
        let form = |key: &str, field: Value| json!({"key": key, "title": key, "type": "form", "elements": [field]});
        let amount =
            json!({"name": "Amount", "type": "number", "validations": [{"type": "range", "min": 0, "max": 100}]});
        let note = json!({"name": "Note", "type": "text"});
        let when = |least: Value, most: Value| json!([[{"step": "a", "field": "Amount", "between": [least, most]}]]);
        let leads = |from: &str, to: &str, when: Value| json!({"from": from, "way": "submit", "to": to, "when": when});
        let steps = [
            form("a", amount),
            form("b", note.clone()),
            form("side", note.clone()),
            form("large", note.clone()),
            form("never", note),
        ];
        serde_json::from_value(json!({"version": "draft", "first": ["a"], "steps": steps, "moves": [
            leads("a", "b", when(json!(null), json!(4))),
            leads("a", "side", when(json!(5), json!(null))),
            leads("side", "b", json!([])),
            leads("b", "large", when(json!(50), json!(null))),
            leads("b", "end", when(json!(null), json!(49))),
            leads("large", "never", when(json!(null), json!(20))),
            leads("large", "end", when(json!(30), json!(null))),
        ]}))
        .unwrap()
    }

    #[test]
    fn a_longer_way_is_taken_where_the_shortest_contradicts_itself() {
        let view = view();
        let to = |key: &str| route(&view, key, None, false);
        let names = |route: &Route<'_>| route.legs.iter().map(|(from, _)| from.key.clone()).collect::<Vec<_>>();
        let entered = |route: &Route<'_>| route.entries.values(route.first);
        let large = to("large").unwrap();
        assert_eq!(names(&large), ["a", "side", "b"]);
        assert_eq!(entered(&large), [("Amount".to_owned(), json!(50))], "both bounds hold");
        let near = to("b").unwrap();
        assert_eq!((names(&near), entered(&near)), (vec!["a".to_owned()], vec![("Amount".to_owned(), json!(4))]));
        assert_eq!(names(&route(&view, "b", Some("large"), false).unwrap()), ["a", "side", "b"]);
        let why = to("never").unwrap_err().to_string();
        assert!(why.starts_with("no data are known that lead from b to large"), "{why}");
    }
}
