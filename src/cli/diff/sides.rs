//! The two sides that are compared: reached, explored alike, and asked what the one tried and the other did not.

use std::collections::HashSet;
use std::sync::Arc;

use crate::api::client::CallError;
use crate::api::operation::Version;
use crate::behaviour::{Answers, Compared, Comparison, Extent, FORMAT, Question, Scope, Side, Which, compare};
use crate::cli::Environment;
use crate::cli::args::DiffArguments;
use crate::cli::diff::before::{Before, before, elsewhere};
use crate::cli::exit::Exit;
use crate::cli::explore::judged::judged;
use crate::cli::explore::{allowance, personas};
use crate::cli::output::Output;
use crate::cli::reach::{Reached, Wanted, check_language, reach, unknown, unreachable_api};
use crate::cli::settings::Place;
use crate::cli::signal::stop_signal;
use crate::explore::model::Goal;
use crate::explore::replay::Replay;
use crate::explore::trail::Outcome;
use crate::explore::verdict::Verdict;
use crate::explore::{Exploration, Explored};
use crate::map::FlowMap;
use crate::phrase::counted;
use crate::report::exploration::passed_over;
use crate::scenario::Persona;
use crate::session::driver::Course;
use crate::session::entry::Growth;

/// How often it is asked what the one side tried and the other did not.
const MOST_ROUNDS: usize = 32;

/// What came of comparing.
pub(in crate::cli) struct Found {
    pub comparison: Comparison,
    /// What is wrong with the draft, where that was asked for.
    pub exploration: Option<Verdict>,
}

/// How the sides that are asked for differ; where it `judges`, also what exploring shows to be wrong with the draft. Nothing is
/// printed but what is wrong with the question.
///
/// # Errors
///
/// What the program ends with, once it is said what is wrong.
pub(in crate::cli) fn compared(
    environment: &Environment,
    place: &Place,
    arguments: &DiffArguments,
    judges: bool,
    output: &Output,
) -> Result<Found, Exit> {
    let flow = arguments.flow.as_deref().unwrap_or_default();
    for language in &arguments.languages {
        check_language(Some(language), output)?;
    }
    let people: Arc<[Persona]> = personas(place, output)?.into();
    let elsewhere =
        arguments.changes.against.as_deref().map(|word| elsewhere(environment, place, arguments, word, output));
    let elsewhere = elsewhere.transpose()?;
    let wanted = Wanted { flow, version: Version::Draft, language: None };
    let reached = reach(environment, place, (&arguments.target, &arguments.server), &wanted, output)?;
    let before = match before(environment, place, arguments, (&reached, elsewhere), output) {
        Ok(before) => before,
        Err(exit) => {
            reached.leave();
            return Err(exit);
        }
    };
    let growth = Growth { seed: reached.settings.world.seed, today: reached.settings.world.today() };
    let exploration = |course: Course| Exploration {
        course,
        growth,
        people: Arc::clone(&people),
        allowance: allowance(&arguments.limits),
        thorough: arguments.limits.thorough,
    };
    let ways = Ways {
        flow,
        reached: &reached,
        before: &before,
        output,
        negatives: arguments.negatives,
        judges,
        exploration: &exploration,
    };
    let compared = ways.compare(&arguments.languages);
    if let Before::Elsewhere(other, _) = before {
        other.leave();
    }
    let settings = reached.leave();
    match compared {
        Ok(found) => Ok(found),
        Err(Wrong::Unknown) => Err(unknown(flow, &settings, output)),
        Err(Wrong::Said(exit)) => Err(exit),
    }
}

/// Why there is no comparison.
pub(super) enum Wrong {
    /// There is no such flow, which is still to be said.
    Unknown,
    /// It was said.
    Said(Exit),
}

/// A side under comparison, with what it takes to ask more of it.
pub(super) struct Standing {
    pub side: Side,
    /// None for a map.
    pub asked: Option<(Exploration, Explored)>,
}

impl Standing {
    /// How much of the side was seen, and what that took.
    pub fn extent(&self) -> Extent {
        let took = self.asked.as_ref().map_or((0, 0), |(_, explored)| (explored.sessions, explored.requests));
        self.side.extent(took.0, took.1)
    }
}

pub(super) struct Ways<'a> {
    pub flow: &'a str,
    pub reached: &'a Reached,
    pub before: &'a Before,
    pub output: &'a Output,
    /// Whether it is tried what forms must refuse.
    pub negatives: bool,
    /// Whether it is told what is wrong with the draft.
    pub judges: bool,
    pub exploration: &'a dyn Fn(Course) -> Exploration,
}

impl Ways<'_> {
    /// Compares in every language: in the first in full, in the others what is read.
    fn compare(&self, languages: &[String]) -> Result<Found, Wrong> {
        let (first, further) = (languages.first().map(String::as_str), languages.get(1..).unwrap_or_default());
        let (mut whole, exploration) = match self.before {
            // A map is of one language; of another one it may know as much.
            Before::Stored(map) => {
                let (mut whole, _, exploration) = self.compare_in(first, true)?;
                for language in further {
                    add_read(&mut whole, self.compare_in(Some(language), false)?.0);
                }
                whole.notes.extend(unread(map, languages));
                (whole, exploration)
            }
            _ => {
                let (mut whole, mut sides, exploration) = self.compare_in(first, true)?;
                self.compare_spoken(&mut whole, &mut sides, first, further)?;
                (whole, exploration)
            }
        };
        whole.differences.sort_by_key(|difference| std::cmp::Reverse(difference.grade));
        Ok(Found { comparison: whole, exploration })
    }

    /// Compares in a language, with the sides as they stand then, and what is wrong with the draft, where that is asked for.
    fn compare_in(
        &self,
        language: Option<&str>,
        is_first: bool,
    ) -> Result<(Comparison, [Standing; 2], Option<Verdict>), Wrong> {
        let (mut before, mut after) = self.explore(language)?;
        let exploration = match &mut after.asked {
            Some((exploration, explored)) if self.judges && is_first => {
                Some(self.wait(judged(self.flow, exploration, explored, &self.reached.settings))?)
            }
            _ => None,
        };
        if self.negatives && is_first {
            self.refuse(&mut before)?;
            self.refuse(&mut after)?;
        }
        let scope = Scope { flow: self.flow.to_owned(), language: language.map(str::to_owned) };
        let mut answers = Answers::new();
        let mut asked: HashSet<String> = HashSet::new();
        let mut rounds = 0;
        let mut left = 0;
        let compared = loop {
            let compared = compare(&before.side, &after.side, &answers, &scope);
            let all = compared.questions.iter().chain(&compared.ways);
            let open: Vec<Question> = all.filter(|question| !asked.contains(&question.memo())).cloned().collect();
            if open.is_empty() || rounds == MOST_ROUNDS {
                break compared;
            }
            rounds += 1;
            asked.extend(open.iter().map(Question::memo));
            for (standing, which) in [(&mut before, Which::Before), (&mut after, Which::After)] {
                let own: Vec<&Question> = open.iter().filter(|question| question.side == which).collect();
                left += self.ask(standing, &own, &mut answers)?;
            }
        };
        Ok((self.told(compared, left, (&before, &after)), [before, after], exploration))
    }

    fn told(&self, compared: Compared, open: usize, (before, after): (&Standing, &Standing)) -> Comparison {
        let mut notes = compared.notes;
        if open > 0 {
            notes.push(format!(
                "a limit was reached before it was seen what comes of {} that the other side takes: nothing is told of that",
                counted(open, "entry")
            ));
        }
        let passed = [before, after]
            .map(|standing| standing.asked.as_ref().map(|(_, explored)| passed_over(explored)).unwrap_or_default());
        let (names, [old, new]) = ([&before.side.name, &after.side.name], passed);
        notes.extend(old.iter().map(|note| match new.contains(note) {
            true => format!("{} and {}: {note}", names[0], names[1]),
            false => format!("{}: {note}", names[0]),
        }));
        notes.extend(new.iter().filter(|note| !old.contains(note)).map(|note| format!("{}: {note}", names[1])));
        Comparison {
            format: FORMAT,
            draftgate: env!("CARGO_PKG_VERSION").to_owned(),
            flow: self.flow.to_owned(),
            before: before.extent(),
            after: after.extent(),
            suite: None,
            notes,
            differences: compared.differences,
        }
    }

    /// Tries on a side what the other one takes: how much of it was not tried, since a limit was reached.
    pub(super) fn ask(
        &self,
        standing: &mut Standing,
        questions: &[&Question],
        answers: &mut Answers,
    ) -> Result<usize, Wrong> {
        let Some((exploration, explored)) = &mut standing.asked else { return Ok(0) };
        if questions.is_empty() {
            return Ok(0);
        }
        let steps = &standing.side.steps;
        let replay = |question: &&Question| {
            let stages = question.stages.iter().map(|(step, given)| (steps[*step].idents.clone(), given.clone()));
            Replay { stages: stages.collect() }
        };
        let replays: Vec<Replay> = questions.iter().map(replay).collect();
        let replayed = self.wait(exploration.replay(explored, &replays))?;
        explored.sessions += replays.len();
        explored.requests += replayed.requests;
        explored.services += replayed.services;
        for (question, outcome) in questions.iter().zip(replayed.outcomes) {
            let Some(outcome) = outcome else { continue };
            answers.insert(question.memo(), goal(&outcome, &standing.side, explored.model.stable));
        }
        Ok(replayed.left)
    }

    /// Waits for something, unless somebody interrupts it.
    pub(super) fn wait<T>(&self, work: impl Future<Output = Result<T, CallError>>) -> Result<T, Wrong> {
        let went = self.reached.runtime.block_on(async {
            let stopped = stop_signal();
            let stopped = async {
                match stopped {
                    Ok(stop) => stop.await,
                    Err(_) => std::future::pending().await,
                }
            };
            tokio::select! {
                went = work => Some(went),
                () = stopped => None,
            }
        });
        match went {
            Some(went) => went.map_err(|error| Wrong::Said(unreachable_api(&error, self.output))),
            None => {
                self.output.complain("interrupted");
                Err(Wrong::Said(Exit::Interrupted))
            }
        }
    }
}

/// What came of it, by the side's steps.
fn goal(outcome: &Outcome, side: &Side, stable: bool) -> Goal {
    match outcome {
        Outcome::At(sight) => {
            let ident = sight.ident(stable);
            let place = side.steps.iter().position(|step| step.idents.contains(&ident));
            place.map_or_else(|| Goal::Other("unseen".to_owned()), Goal::Step)
        }
        Outcome::Refused(code, _) => Goal::Refused(*code),
        other => Goal::Other(other.word(stable)),
    }
}

/// Adds what is read in another language to what differs.
fn add_read(whole: &mut Comparison, comparison: Comparison) {
    whole.differences.extend(comparison.differences.into_iter().filter(|difference| difference.kind.is_read()));
    for (own, other) in [(&mut whole.before, comparison.before), (&mut whole.after, comparison.after)] {
        own.sessions += other.sessions;
        own.requests += other.requests;
        own.whole &= other.whole;
    }
    let new: Vec<String> = comparison.notes.into_iter().filter(|note| !whole.notes.contains(note)).collect();
    whole.notes.extend(new);
}

/// That a map knows languages which nobody asked to be compared.
fn unread(map: &FlowMap, languages: &[String]) -> Option<String> {
    let drafts = map.views.iter().filter(|view| view.version == Version::Draft.word());
    let known = drafts.filter_map(|view| view.language.clone()).filter(|language| !languages.contains(language));
    let known: Vec<String> = known.collect();
    let flags: Vec<String> = known.iter().map(|language| format!("--language {language}")).collect();
    (!known.is_empty()).then(|| {
        format!("the map knows the flow in {} too, which was not compared: {}", known.join(", "), flags.join(" "))
    })
}
