//! What differs between two sides, step by step.

use super::codes::codes;
use super::grade::{Grade, Kind, of_change};
use super::groups::{Group, groups};
use super::pairing::Pairing;
use super::side::{Answered, Side};
use super::verdict::Which;
use super::ways::{Answers, Question, rows};
use crate::compose::Data;
use crate::explore::model::Goal;
use crate::phrase::counted;
use crate::semantic::{Sentence, StepChange, changes};

/// What was found to differ, before it is told with its witness.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub grade: Grade,
    pub kind: Kind,
    /// The step before, and now.
    pub at: (Option<usize>, Option<usize>),
    pub sentence: Sentence,
    pub proof: Proof,
}

/// What shows a difference.
#[derive(Debug, Clone)]
pub(super) enum Proof {
    /// A change of what a step shows, or takes.
    Change(Box<StepChange>),
    /// The step is come to.
    Reached,
    /// Going back leads on, or is refused.
    Back,
    /// The flow begins so.
    Beginning,
    /// A form answers so to what it must refuse.
    Answers(Box<Answered>),
    /// Data lead here.
    Leads(Box<Group>),
    /// A step shows this when it is asked for in a language.
    Spoken(Box<Saying>),
    /// None is known.
    None,
}

/// What a step shows in a language.
#[derive(Debug, Clone)]
pub(super) struct Saying {
    /// On which side.
    pub on: Which,
    /// Which step of it.
    pub at: usize,
    pub language: String,
    /// How a scenario expects it; nothing where it has no words for that.
    pub expected: Vec<(String, Data)>,
}

/// What a comparison found, and what it would still ask.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub found: Vec<Found>,
    pub questions: Vec<Question>,
    pub notes: Vec<String>,
}

/// Compares.
pub(super) fn compare(before: &Side, after: &Side, answers: &Answers) -> Outcome {
    let pairing = Pairing::of(before, after);
    let mut outcome = Outcome::default();
    let mut moved: Vec<Group> = Vec::new();
    for to in 0..after.steps.len() {
        let Some(from) = pairing.before[to] else { continue };
        outcome.found.extend(shown(before, after, (from, to)));
        outcome.found.extend(back(before, after, (from, to)));
        outcome.found.extend(codes(before, after, (from, to)));
        let rows = rows((before, after), &pairing, (from, to), answers);
        outcome.questions.extend(rows.questions);
        moved.extend(groups(&pairing, (from, to), &rows.rows));
    }
    let new = News::of(before, after, &pairing, &moved);
    outcome.found.extend(new.found(before, after, &moved));
    outcome.found.extend(beginning(before, after, &pairing));
    for group in &moved {
        let told = matches!(group.before, Goal::Step(step) if new.gone.contains(&step))
            || matches!(group.after, Goal::Step(step) if new.added.contains(&step));
        if !told {
            outcome.found.push(group.found(before, after, &pairing));
        }
    }
    outcome.found.extend(no_end(before, after));
    outcome.notes = new.notes(before, after);
    outcome
}

/// What a step shows and takes.
fn shown(before: &Side, after: &Side, (from, to): (usize, usize)) -> Vec<Found> {
    let (old, new) = (&before.steps[from], &after.steps[to]);
    let all = changes(&old.body, &new.body);
    // Another type has other bounds: that they are others goes without saying.
    let typed: Vec<String> = all
        .iter()
        .filter_map(|change| if let StepChange::Type { field, .. } = change { Some(field.clone()) } else { None })
        .collect();
    let implied = |change: &StepChange| matches!(change, StepChange::Bound { field, .. } if typed.contains(field));
    let found = all.iter().filter(|change| !implied(change)).cloned().map(|change| {
        let (kind, grade) = of_change(&change, &old.elements, &new.elements);
        let sentence = change.sentence();
        Found { grade, kind, at: (Some(from), Some(to)), sentence, proof: Proof::Change(Box::new(change)) }
    });
    found.collect()
}

fn back(before: &Side, after: &Side, (from, to): (usize, usize)) -> Option<Found> {
    let (was, is) = (before.steps[from].back, after.steps[to].back);
    // Whether one can go back from where the flow begins, and from its end, does not lie with the step.
    let begins = |side: &Side, at: usize| side.beginnings.contains(&Goal::Step(at)) || side.is_end(at);
    if was == is || begins(before, from) || begins(after, to) {
        return None;
    }
    let (grade, words) = match is {
        true => (Grade::Additive, "going back became possible"),
        false => (Grade::Breaking, "going back is no longer possible"),
    };
    let sentence = Sentence::default().words(words);
    Some(Found { grade, kind: Kind::Back, at: (Some(from), Some(to)), sentence, proof: Proof::Back })
}

/// The steps that one side has alone.
struct News {
    /// Of the side after.
    added: Vec<usize>,
    /// Of the side before.
    gone: Vec<usize>,
    /// How many are not told, since the other side was not seen to its end.
    unsure: (usize, usize),
}

impl News {
    fn of(before: &Side, after: &Side, pairing: &Pairing, moved: &[Group]) -> Self {
        let added: Vec<usize> = (0..after.steps.len()).filter(|to| pairing.before[*to].is_none()).collect();
        let gone: Vec<usize> = (0..before.steps.len()).filter(|from| pairing.after[*from].is_none()).collect();
        // What came of the same data is certain, however much was seen besides.
        let leads = |step: usize| moved.iter().any(|group| group.after == Goal::Step(step));
        let led = |step: usize| moved.iter().any(|group| group.before == Goal::Step(step));
        let (sure_new, unsure_new): (Vec<_>, Vec<_>) = added.into_iter().partition(|step| before.whole || leads(*step));
        let (sure_gone, unsure_gone): (Vec<_>, Vec<_>) = gone.into_iter().partition(|step| after.whole || led(*step));
        News { added: sure_new, gone: sure_gone, unsure: (unsure_gone.len(), unsure_new.len()) }
    }

    fn found(&self, before: &Side, after: &Side, moved: &[Group]) -> Vec<Found> {
        let mut found = Vec::new();
        for (root, rest) in roots(after, &self.added) {
            let ways: Vec<&Group> = moved.iter().filter(|group| group.after == Goal::Step(root)).collect();
            let begins = after.beginnings.contains(&Goal::Step(root)) && !before.beginnings.is_empty();
            let grade = if ways.is_empty() && !begins { Grade::Additive } else { Grade::Breaking };
            let mut sentence = Sentence::default().label(&after.steps[root].name).words(" is new");
            if begins {
                sentence = sentence.words(": the flow begins with it");
            }
            sentence = joined(sentence, &ways, |sentence, group| group.became(sentence, before, after));
            let at = (None, Some(root));
            let sentence = with_rest(sentence, after, &rest);
            found.push(Found { grade, kind: Kind::StepNew, at, sentence, proof: Proof::Reached });
        }
        for (root, rest) in roots(before, &self.gone) {
            let ways: Vec<&Group> = moved
                .iter()
                .filter(|group| group.before == Goal::Step(root))
                .filter(|group| !matches!(group.after, Goal::Step(step) if self.added.contains(&step)))
                .collect();
            let sentence = Sentence::default().label(&before.steps[root].name).words(" is no longer reached");
            let sentence = joined(sentence, &ways, |sentence, group| group.becomes(sentence, before, after));
            let sentence = with_rest(sentence, before, &rest);
            let at = (Some(root), None);
            found.push(Found { grade: Grade::Breaking, kind: Kind::StepGone, at, sentence, proof: Proof::Reached });
        }
        found
    }

    fn notes(&self, before: &Side, after: &Side) -> Vec<String> {
        let (gone, new) = self.unsure;
        let mut notes = Vec::new();
        let mut note = |side: &Side, other: &Side, count: usize, what: &str| {
            if side.whole {
                return;
            }
            let why = if side.explored { "a limit was reached" } else { "nobody explored it, runs alone saw it" };
            let not_told = match count {
                0 => String::new(),
                _ => format!("; {} of {} may be {what}", counted(count, "step"), other.name),
            };
            let name = &side.name;
            notes
                .push(format!("{name} was seen in part only, as {why}: what it lacks is not told as {what}{not_told}"));
        };
        note(after, before, gone, "gone");
        note(before, after, new, "new");
        if !before.explored || !after.explored {
            notes.push("a map knows no texts of ENDs, tooltips, labels of options, nor refusals".to_owned());
        }
        notes
    }
}

/// Up to so many ways are named with a step.
const MOST_WAYS: usize = 3;

fn joined(sentence: Sentence, ways: &[&Group], with: impl Fn(Sentence, &Group) -> Sentence) -> Sentence {
    let mut sentence = sentence;
    for (at, group) in ways.iter().take(MOST_WAYS).enumerate() {
        sentence = with(sentence.words(if at == 0 { ": " } else { "; " }), group);
    }
    if ways.len() > MOST_WAYS {
        sentence = sentence.words(format!("; and {} more", ways.len() - MOST_WAYS));
    }
    sentence
}

fn with_rest(sentence: Sentence, side: &Side, rest: &[usize]) -> Sentence {
    if rest.is_empty() {
        return sentence;
    }
    let names: Vec<String> = rest.iter().map(|step| side.steps[*step].name.clone()).collect();
    sentence.words("; with it ").labels(&names)
}

/// Of steps that one side has alone, those that something leads to which both have, each with those that are come to behind it only.
fn roots(side: &Side, alone: &[usize]) -> Vec<(usize, Vec<usize>)> {
    let led_to = |step: usize| {
        side.beginnings.contains(&Goal::Step(step))
            || (0..side.steps.len()).any(|from| !alone.contains(&from) && side.next(from).any(|to| to == step))
    };
    let mut roots: Vec<usize> = alone.iter().copied().filter(|step| led_to(*step)).collect();
    if roots.is_empty() {
        roots.extend(alone.first());
    }
    let mut told: Vec<usize> = roots.clone();
    roots
        .iter()
        .map(|root| {
            let rest: Vec<usize> =
                side.beyond(*root).into_iter().filter(|step| alone.contains(step) && !told.contains(step)).collect();
            told.extend(&rest);
            (*root, rest)
        })
        .collect()
}

/// The flow begins with something that both sides have, but another one.
fn beginning(before: &Side, after: &Side, pairing: &Pairing) -> Option<Found> {
    let (old, new) = (before.beginnings.first()?, after.beginnings.first()?);
    let paired = match old {
        Goal::Step(step) => pairing.after[*step].map(Goal::Step),
        other => Some(other.clone()),
    };
    let is_new = matches!(new, Goal::Step(step) if pairing.before[*step].is_none());
    if paired.as_ref() == Some(new) || is_new {
        return None;
    }
    let sentence = super::groups::named(Sentence::default().words("the flow now begins with "), after, new);
    let sentence = super::groups::named(sentence.words(", was "), before, old);
    let grade = if matches!(old, Goal::Step(_)) { Grade::Breaking } else { Grade::Additive };
    let at = (None, if let Goal::Step(step) = new { Some(*step) } else { None });
    Some(Found { grade, kind: Kind::Beginning, at, sentence, proof: Proof::Beginning })
}

fn no_end(before: &Side, after: &Side) -> Option<Found> {
    let ends = |side: &Side| (0..side.steps.len()).any(|step| side.is_end(step));
    if !after.whole || !ends(before) || ends(after) || after.steps.is_empty() {
        return None;
    }
    let sentence = Sentence::default().words("no END is reached any more");
    Some(Found { grade: Grade::Breaking, kind: Kind::NoEnd, at: (None, None), sentence, proof: Proof::None })
}
