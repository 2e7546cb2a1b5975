//! The two sides that are compared: reached, explored alike, and asked what the one tried and the other did not.

use std::collections::HashSet;
use std::sync::Arc;

use crate::api::client::CallError;
use crate::api::operation::Version;
use crate::behaviour::{Answers, Compared, Comparison, FORMAT, Kind, Question, Scope, Side, Which, compare};
use crate::cli::Environment;
use crate::cli::args::DiffArguments;
use crate::cli::diff::before::{Before, before, elsewhere};
use crate::cli::exit::Exit;
use crate::cli::explore::negatives::routes;
use crate::cli::explore::{allowance, personas};
use crate::cli::output::Output;
use crate::cli::reach::{FLOW_NOT_FOUND, Reached, Wanted, check_language, reach, unknown, unreachable_api};
use crate::cli::settings::Place;
use crate::cli::signal::stop_signal;
use crate::conform::rules::RuleId;
use crate::conform::{Plan, examine};
use crate::explore::model::Goal;
use crate::explore::replay::Replay;
use crate::explore::trail::Outcome;
use crate::explore::{Exploration, Explored};
use crate::map::FlowMap;
use crate::phrase::counted;
use crate::scenario::Persona;
use crate::session::driver::Course;
use crate::session::entry::Growth;

/// How often it is asked what the one side tried and the other did not.
const MOST_ROUNDS: usize = 32;

/// How the sides that are asked for differ. Nothing is printed but what is wrong.
///
/// # Errors
///
/// What the program ends with, once it is said what is wrong.
pub(in crate::cli) fn compared(
    environment: &Environment,
    place: &Place,
    arguments: &DiffArguments,
    output: &Output,
) -> Result<Comparison, Exit> {
    let flow = arguments.flow.as_deref().unwrap_or_default();
    for language in &arguments.languages {
        check_language(Some(language), output)?;
    }
    let people: Arc<[Persona]> = personas(place, output)?.into();
    let elsewhere = arguments.against.as_deref().map(|word| elsewhere(environment, place, arguments, word, output));
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
        exploration: &exploration,
    };
    let compared = ways.compare(&arguments.languages);
    if let Before::Elsewhere(other, _) = before {
        other.leave();
    }
    let settings = reached.leave();
    match compared {
        Ok(comparison) => Ok(comparison),
        Err(Wrong::Unknown) => Err(unknown(flow, &settings, output)),
        Err(Wrong::Said(exit)) => Err(exit),
    }
}

/// Why there is no comparison.
enum Wrong {
    /// There is no such flow, which is still to be said.
    Unknown,
    /// It was said.
    Said(Exit),
}

/// A side under comparison, with what it takes to ask more of it.
struct Standing {
    side: Side,
    /// None for a map.
    asked: Option<(Exploration, Explored)>,
}

struct Ways<'a> {
    flow: &'a str,
    reached: &'a Reached,
    before: &'a Before,
    output: &'a Output,
    /// Whether it is tried what forms must refuse.
    negatives: bool,
    exploration: &'a dyn Fn(Course) -> Exploration,
}

impl Ways<'_> {
    /// Compares in every language: in the first in full, in the others what is read.
    fn compare(&self, languages: &[String]) -> Result<Comparison, Wrong> {
        let asked: Vec<Option<&str>> = match languages {
            [] => vec![None],
            languages => languages.iter().map(|language| Some(language.as_str())).collect(),
        };
        let mut whole: Option<Comparison> = None;
        for language in asked {
            let comparison = self.compare_in(language, whole.is_none())?;
            match &mut whole {
                None => whole = Some(comparison),
                Some(whole) => {
                    let read = comparison.differences.into_iter().filter(|difference| is_read(difference.kind));
                    whole.differences.extend(read);
                    for (own, other) in [(&mut whole.before, comparison.before), (&mut whole.after, comparison.after)] {
                        own.sessions += other.sessions;
                        own.requests += other.requests;
                        own.whole &= other.whole;
                    }
                    let new = comparison.notes.into_iter().filter(|note| !whole.notes.contains(note));
                    whole.notes.extend(new.collect::<Vec<_>>());
                }
            }
        }
        let mut whole = whole.ok_or(Wrong::Said(Exit::Nothing))?;
        whole.differences.sort_by_key(|difference| std::cmp::Reverse(difference.grade));
        Ok(whole)
    }

    fn compare_in(&self, language: Option<&str>, is_first: bool) -> Result<Comparison, Wrong> {
        let (mut before, mut after) = self.explore(language)?;
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
        Ok(self.told(compared, left, (&before, &after)))
    }

    fn told(&self, compared: Compared, open: usize, (before, after): (&Standing, &Standing)) -> Comparison {
        let mut notes = compared.notes;
        if open > 0 {
            notes.push(format!(
                "a limit was reached before it was seen what comes of {} that the other side takes: nothing is told of that",
                counted(open, "entry")
            ));
        }
        let extent = |standing: &Standing| {
            let (sessions, requests) =
                standing.asked.as_ref().map_or((0, 0), |(_, explored)| (explored.sessions, explored.requests));
            standing.side.extent(sessions, requests)
        };
        Comparison {
            format: FORMAT,
            draftgate: env!("CARGO_PKG_VERSION").to_owned(),
            flow: self.flow.to_owned(),
            before: extent(before),
            after: extent(after),
            notes,
            differences: compared.differences,
        }
    }

    /// Explores both sides, at the same time.
    fn explore(&self, language: Option<&str>) -> Result<(Standing, Standing), Wrong> {
        let course = |course: &Course, version: Version| Course {
            version,
            language: language.map(str::to_owned),
            ..course.clone()
        };
        let draft = (self.exploration)(course(&self.reached.course, Version::Draft));
        let other = match self.before {
            Before::Live => Some((self.exploration)(course(&self.reached.course, Version::Live))),
            Before::Elsewhere(other, _) => Some((self.exploration)(course(&other.course, Version::Draft))),
            Before::Stored(_) => None,
        };
        let (mut quiet, mut silent) = (|_: &Explored| {}, |_: &Explored| {});
        let went = self.wait(async {
            match &other {
                Some(other) => {
                    let (before, after) =
                        tokio::join!(other.explore(Vec::new(), &mut quiet), draft.explore(Vec::new(), &mut silent));
                    Ok((Some(before?), after?))
                }
                None => Ok((None, draft.explore(Vec::new(), &mut silent).await?)),
            }
        })?;
        let (before, after) = went;
        if is_unknown(&after) {
            return Err(Wrong::Unknown);
        }
        let standing = |name: &str, version: Version, exploration: Exploration, explored: Explored| Standing {
            side: Side::explored(name, &explored, version.word(), language),
            asked: Some((exploration, explored)),
        };
        let before = match (self.before, other.zip(before)) {
            (Before::Stored(map), _) => self.known(map, language)?,
            (Before::Live, Some((_, explored))) if is_unknown(&explored) => {
                let why = format!(
                    "error: `{}` is not published: its live version answers {FLOW_NOT_FOUND}\n  --map compares with the stored map, --against with another server",
                    self.flow
                );
                self.output.complain(&why);
                return Err(Wrong::Said(Exit::Usage));
            }
            (Before::Live, Some((other, explored))) => standing("live", Version::Live, other, explored),
            (Before::Elsewhere(_, name), Some((_, explored))) if is_unknown(&explored) => {
                self.output.complain(&format!(
                    "error: there is no flow `{}` on the other server: {name} answers {FLOW_NOT_FOUND}",
                    self.flow
                ));
                return Err(Wrong::Said(Exit::Usage));
            }
            (Before::Elsewhere(_, name), Some((other, explored))) => standing(name, Version::Draft, other, explored),
            (_, None) => return Err(Wrong::Said(Exit::Nothing)),
        };
        let mut after = standing("draft", Version::Draft, draft, after);
        if !before.side.explored {
            after.side = after.side.as_in_a_map();
        }
        Ok((before, after))
    }

    /// Tries at each form of a side what it must refuse.
    fn refuse(&self, standing: &mut Standing) -> Result<(), Wrong> {
        let Some((exploration, explored)) = &mut standing.asked else { return Ok(()) };
        let course = &exploration.course;
        let rules = vec![RuleId::Missing, RuleId::Malformed, RuleId::Invalid];
        let plan = Plan { rules, ..Plan::of_negatives(course, exploration.growth, routes(explored)) };
        let examined = self.wait(examine(course, &plan))?;
        explored.sessions += examined.ledger.logs.len();
        explored.requests += examined.ledger.logs.iter().map(Vec::len).sum::<usize>();
        standing.side = standing.side.clone().with_refused(&examined.ledger.refused);
        Ok(())
    }

    /// The side that is a stored map.
    fn known(&self, map: &FlowMap, language: Option<&str>) -> Result<Standing, Wrong> {
        let Some(view) = map.view(Version::Draft, language) else {
            let of = language.map_or_else(String::new, |language| format!(" in {language}"));
            let again = language.map_or_else(String::new, |language| format!(" --language {language}"));
            self.output.complain(&format!(
                "error: the map of `{flow}` knows nothing of the draft{of}; `draftgate explore {flow}{again}` finds out",
                flow = self.flow
            ));
            return Err(Wrong::Said(Exit::Usage));
        };
        Ok(Standing { side: Side::stored(&format!("the map of {}", map.recorded), view), asked: None })
    }

    /// Tries on a side what the other one takes: how much of it was not tried, since a limit was reached.
    fn ask(&self, standing: &mut Standing, questions: &[&Question], answers: &mut Answers) -> Result<usize, Wrong> {
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
        for (question, outcome) in questions.iter().zip(replayed.outcomes) {
            let Some(outcome) = outcome else { continue };
            answers.insert(question.memo(), goal(&outcome, &standing.side, explored.model.stable));
        }
        Ok(replayed.left)
    }

    /// Waits for something, unless somebody interrupts it.
    fn wait<T>(&self, work: impl Future<Output = Result<T, CallError>>) -> Result<T, Wrong> {
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

/// Whether the API says that there is no such flow.
fn is_unknown(explored: &Explored) -> bool {
    explored.model.steps.is_empty() && explored.model.beginnings.first() == Some(&Goal::Refused(FLOW_NOT_FOUND))
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

/// Whether a difference is one of what is read, which is another in each language.
fn is_read(kind: Kind) -> bool {
    matches!(kind, Kind::Label | Kind::OptionLabel | Kind::Title | Kind::EndText | Kind::Text)
}
